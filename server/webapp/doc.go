// Package webapp is the web app of the lab: a confidential client (RFC 6749 §2.1). It runs
// the same client as the page in the browser, on a server: there it keeps a secret, and its
// users' tokens stay behind a session cookie.
package webapp
