// Package doctor examines an authorization server or a protected resource from outside, as a
// client that has only its address does: it goes through the steps of discovery, and says
// which of them fails, by which section, and what to do.
//
// Rules that the files here keep:
//
//   - What came over the network, or from the command line, reaches the output through shown,
//     and nowhere else. A sentence is of type said: a constant of this package, or made by say,
//     which passes its arguments through shown. A variable string does not compile as one.
//   - Everything is bounded: an answer in size, a request in time, the whole in time and in
//     requests, a value in how much of it is repeated.
//   - Requests go to the host and port that were given. What is linked to elsewhere is listed,
//     and asked for only by whoever passes --follow; what was given on the internet never leads
//     to an address of a private network.
//   - No credentials are sent: no cookie, no token, no client id. The one request that is more
//     than reading is an empty one to the token endpoint, which every server must refuse.
//   - Redirects are never followed silently: each is told, with where it leads.
//   - Proxies that the environment names are not used. Name, connection and certificate are
//     steps here, and would be those of the proxy.
//   - A step fails where a MUST is broken or a client could not go on, warns where a SHOULD or
//     the best current practice (RFC 9700) is not followed, and notes what is good to know.
//     What cannot be looked at because of an earlier failure is skipped, and says so.
package doctor
