// Package clientbench judges clients: of each fault that the authorization server has on
// purpose, whether a client noticed it, by what it did at the issuer with that fault and by
// what it says itself. The authorization server keeps what was done (authserver/bench.go); the
// lab's API shows the report, as JSON, as JUnit and as a page.
//
// Nothing is held against a client that the specifications allow: a fault that it may accept,
// or that binds clients of another kind, is told apart from one that it had to refuse. Where the
// requests do not show what became of a login, the report says that it cannot be seen.
package clientbench
