// Package resourceserver is the resource server of the lab, the API: it keeps people's
// photos and notes, and hands them out for a good access token (RFC 6750).
//
// What a token is worth it asks of Tokens; where those come from is not its business. The
// files are written to be read beside the lesson, and shown to learners as they run.
package resourceserver
