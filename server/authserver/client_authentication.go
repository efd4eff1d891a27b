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
func (s *Server) authenticateClient(state *State, t *lab.Turn, req TokenRequest) (Client, *endpoint.Error) {
	if req.ClientID == "" {
		return Client{}, endpoint.Invalid("The parameter client_id is missing.",
			"A public client names itself with it (RFC 6749 §3.2.1).")
	}
	client, known := state.client(req.ClientID)
	if err := t.Enforce(guard.IDRegisteredClient,
		guard.RegisteredClient(known)); err != nil {
		e := refused(err)
		e.Code = codeInvalidClient // RFC 6749 §5.2
		return Client{}, e
	}
	if !known { // the guard is off: a stranger is taken at its word
		client = Client{ID: req.ClientID, Name: req.ClientID}
	}
	return client, nil
}

// refuseCredentials answers a client that tries to authenticate by a header. What is
// shown must be checked (RFC 6749 §4.1.3), and as all clients here are public, nothing is
// right. A 401 says so, with the scheme of the header tried (§5.2).
func refuseCredentials(r *http.Request) *endpoint.Error {
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
