// Package authserver is the authorization server of every lab: RFC 8414 metadata,
// the authorization endpoint with its login detour, and the token endpoint.
//
// It owns the auth document (clients, sessions, kept requests, codes, tokens) and
// reads the lab's settings. Each endpoint parses its request once, lets the guards
// speak in the order of the specification, and changes its document in one step.
// It knows nothing of lessons, attacks or the screen.
package authserver
