// Package limit bounds what strangers can ask of the program: how often, how many at
// once, and from where. It counts in memory of bounded size, for this process alone,
// and knows nothing of labs but their ids.
package limit
