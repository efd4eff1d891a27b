// Package feed is how a lab is seen: it records the HTTP messages of the parties,
// prints them on the console, and streams a lab's log over a websocket, up which
// the client in the browser sends its own notes and verdicts.
//
// Rules that the files here keep: a message is in the log before it is answered;
// a password never is; nobody waits for a follower.
package feed
