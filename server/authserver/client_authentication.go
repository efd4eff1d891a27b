package authserver

import (
	"net/http"
	"strings"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// authenticateClient checks who asks for a token, whatever it offers. A public client
// names itself and proves nothing (RFC 6749 §3.2.1).
func (s *Server) authenticateClient(state *State, t *lab.Handling, req TokenRequest) (Client, *endpoint.Error) {
	if req.ClientID == "" {
		return Client{}, endpoint.Invalid("The parameter client_id is missing.",
			"A public client names itself with it (RFC 6749 §3.2.1).")
	}
	client, known := state.client(t, req.ClientID)
	if err := t.Enforce(guard.IDRegisteredClient,
		guard.RegisteredClient(known)); err != nil {
		e := refused(err)
		e.Code = codeInvalidClient // RFC 6749 §5.2
		return Client{}, e
	}
	return client, nil // with the guard off, a stranger is taken at its word
}

// What a client shows must be checked, in whatever form (RFC 6749 §4.1.3), and as all
// clients here are public, nothing is right.

// refuseHeader answers a client that tries to authenticate by a header. A 401 says so, with
// the scheme of the header tried (RFC 6749 §5.2).
func refuseHeader(r *http.Request) *endpoint.Error {
	tried := r.Header.Get("Authorization")
	if tried == "" {
		return nil
	}
	scheme, _, _ := strings.Cut(tried, " ")
	if !isUnreserved(scheme, 1, 32) { // no scheme at all
		scheme = "Basic"
	}
	return endpoint.Refuse(http.StatusUnauthorized, codeInvalidClient, "This server authenticates no clients.",
		"Leave the Authorization header out: a public client names itself by client_id (RFC 6749 §3.2.1).").
		With("WWW-Authenticate", scheme+` realm="OAuth Lab"`)
}

// refuseCredentials answers one that does so in the body. Not with a 401: that would have
// to name a scheme of HTTP (RFC 9110 §11.6.1). An empty secret is none (RFC 6749 §3.2).
func refuseCredentials(req TokenRequest) *endpoint.Error {
	for _, sent := range []struct{ name, value string }{
		{"client_secret", req.ClientSecret}, {"client_assertion", req.ClientAssertion}, {"client_assertion_type", req.ClientAssertionType},
	} {
		if sent.value != "" {
			return endpoint.Refuse(http.StatusBadRequest, codeInvalidClient, "This server authenticates no clients.",
				"Leave "+sent.name+" out: a public client names itself by client_id (RFC 6749 §3.2.1).")
		}
	}
	return nil
}
