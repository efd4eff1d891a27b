// Package ops is what operators see of the program: whether it is ready, and why not,
// and its metrics.
//
// Rules that the files here keep: a state is logged when it changes and not each time
// it is met; no label and no line holds a lab, an address, or anything a learner sent.
package ops
