// Package agent is software that acts for a user, on a server: a confidential client of its own
// (RFC 6749 §2.1). Alice's client hands it a token of hers and a task, and it asks other APIs for
// her.
//
// How it comes by a token for those is a habit: it exchanges hers (RFC 8693), acts as itself (RFC
// 6749 §4.4), or passes hers on. It owns the agent document, what it did, and no token: those it
// forgets with each task. The OAuth in it is package app/client's.
package agent
