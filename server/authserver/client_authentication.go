package authserver

import (
	"net/http"
	"net/url"
	"strings"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// credentials are what a client says of itself, and what it proves that with.
type credentials struct {
	ClientID string
	Secret   string // "" where none was sent
	Scheme   string // of the Authorization header; "" where the secret stood in the body, or there is none
}

// authMethods are the ways in which a client may prove itself (RFC 8414 §2).
func authMethods(rules guard.Rules) []string {
	if rules.Offers(guard.ConfidentialClients) {
		return []string{"none", guard.Basic, guard.Post}
	}
	return []string{"none"}
}

// readCredentials reads what a client says of itself: in a header, or in the body, and
// never in both (RFC 6749 §2.3).
func readCredentials(r *http.Request, req TokenRequest, rules guard.Rules) (credentials, *endpoint.Error) {
	tried := r.Header.Values("Authorization")
	asserts := req.ClientAssertion != "" || req.ClientAssertionType != ""
	switch {
	case len(tried) > 1:
		return credentials{}, endpoint.Invalid("The Authorization header is there more than once.",
			"Often a library adds one and the code that calls it another: send one (RFC 6749 §2.3).")
	case len(tried) == 1 && (req.ClientSecret != "" || asserts):
		return credentials{}, endpoint.Invalid("The client proves itself twice, in the header and in the body.",
			"Send the secret in one of them (RFC 6749 §2.3).")
	case asserts:
		return credentials{}, noAssertions(req, rules)
	case len(tried) == 1:
		return fromHeader(tried[0], req, rules)
	case req.ClientSecret != "" && !rules.Offers(guard.ConfidentialClients):
		return credentials{}, endpoint.Refuse(http.StatusBadRequest, codeInvalidClient, "This server authenticates no clients.",
			"Leave client_secret out: a public client names itself by client_id (RFC 6749 §3.2.1).")
	}
	return credentials{ClientID: req.ClientID, Secret: req.ClientSecret}, nil
}

// noAssertions is the refusal of a method that the server does not have (RFC 6749 §5.2).
func noAssertions(req TokenRequest, rules guard.Rules) *endpoint.Error {
	name := "client_assertion"
	if req.ClientAssertion == "" {
		name = "client_assertion_type"
	}
	return endpoint.Refuse(http.StatusBadRequest, codeInvalidClient, "This server takes no client assertions.",
		"Leave "+name+" out: it comes with chapter v12. "+howToProve(rules))
}

// fromHeader reads HTTP Basic as OAuth has it: id and secret are encoded as in a form
// before they are joined (RFC 6749 §2.3.1).
func fromHeader(sent string, req TokenRequest, rules guard.Rules) (credentials, *endpoint.Error) {
	scheme, _, _ := strings.Cut(sent, " ")
	if !isUnreserved(scheme, 1, 32) { // no scheme at all
		scheme = "Basic"
	}
	if !rules.Offers(guard.ConfidentialClients) {
		return credentials{}, unauthorized(scheme, "This server authenticates no clients.",
			"Leave the Authorization header out: a public client names itself by client_id (RFC 6749 §3.2.1).")
	}
	id, secret, isBasic := readBasic(sent)
	if !isBasic {
		return credentials{}, unauthorized(scheme, "The Authorization header is not that of HTTP Basic.", howToProve(rules))
	}
	id, badID := url.QueryUnescape(id)
	secret, badSecret := url.QueryUnescape(secret)
	if badID != nil || badSecret != nil {
		return credentials{}, unauthorized(scheme, "Id and secret in the Authorization header are not encoded as in a form.",
			"Encode each as application/x-www-form-urlencoded, then join them with a colon (RFC 6749 §2.3.1).")
	}
	// They are held to the form that they have in a body.
	if _, wrong := endpoint.Decode[TokenRequest](url.Values{"client_id": {id}, "client_secret": {secret}}, rules); wrong.First() != nil {
		return credentials{}, wrong.First()
	}
	switch {
	case id == "":
		return credentials{}, unauthorized(scheme, "The Authorization header names no client.",
			"The client's id stands before the colon (RFC 6749 §2.3.1).")
	case req.ClientID != "" && req.ClientID != id:
		return credentials{}, endpoint.Invalid("The header names another client than the body.",
			"Leave client_id out of the body, or send the same (RFC 6749 §2.3).")
	}
	return credentials{ClientID: id, Secret: secret, Scheme: scheme}, nil
}

// readBasic reads user and password of HTTP Basic (RFC 7617 §2), with as many blanks behind
// the scheme as a header may have (RFC 9110 §11.4).
func readBasic(sent string) (user, password string, is bool) {
	scheme, rest, _ := strings.Cut(sent, " ")
	r := http.Request{Header: http.Header{"Authorization": {scheme + " " + strings.TrimLeft(rest, " ")}}}
	return r.BasicAuth()
}

// howToProve says what a client may prove itself with.
func howToProve(rules guard.Rules) string {
	return "This server takes " + strings.Join(authMethods(rules), ", ") + " (RFC 6749 §2.3)."
}

// unauthorized is the answer to a client that tried a header: it names the scheme that was
// tried (RFC 6749 §5.2).
func unauthorized(scheme, description, hint string) *endpoint.Error {
	return endpoint.Refuse(http.StatusUnauthorized, codeInvalidClient, description, hint).
		With("WWW-Authenticate", scheme+` realm="OAuth Lab"`)
}

// authenticateClient checks who asks for a token, whatever it offers. A public client
// names itself and proves nothing (RFC 6749 §3.2.1).
func (s *Server) authenticateClient(t *lab.Handling, sent credentials) (Client, *endpoint.Error) {
	if sent.ClientID == "" {
		return Client{}, endpoint.Invalid("The parameter client_id is missing.",
			"A public client names itself with it (RFC 6749 §3.2.1).")
	}
	client, known := s.client(t, sent.ClientID)
	if err := t.Enforce(guard.IDRegisteredClient,
		guard.RegisteredClient(known)); err != nil {
		return Client{}, sent.refused(err) // RFC 6749 §5.2
	}
	if client.isPublic() { // with the guard off, a stranger is taken at its word
		return client, sent.refuseOfPublic()
	}
	if err := t.Enforce(guard.IDClientSecret,
		guard.ClientSecret(sent.Secret, client.SecretHash)); err != nil {
		return Client{}, sent.refused(err)
	}
	return client, nil
}

// refused makes such an answer of what Enforce returned.
func (c credentials) refused(err error) *endpoint.Error {
	e := refused(err)
	return c.refusal(e.Description, e.Hint)
}

// refusal is the answer to a client that is not taken for who it says it is. Only one that
// tried a header is told so with 401: that must name a scheme of HTTP (RFC 9110 §11.6.1).
func (c credentials) refusal(description, hint string) *endpoint.Error {
	if c.Scheme != "" {
		return unauthorized(c.Scheme, description, hint)
	}
	return endpoint.Refuse(http.StatusBadRequest, codeInvalidClient, description, hint)
}

// refuseOfPublic answers a public client that shows a secret. What a client shows must be
// checked, in whatever form (RFC 6749 §4.1.3), and of a public one nothing is right. An
// empty secret in the body is none (RFC 6749 §3.2).
func (c credentials) refuseOfPublic() *endpoint.Error {
	switch {
	case c.Scheme != "":
		return c.refusal("This client is public, and has no secret.",
			"Leave the Authorization header out: a public client names itself by client_id (RFC 6749 §3.2.1).")
	case c.Secret != "":
		return c.refusal("This client is public, and has no secret.",
			"Leave client_secret out: a public client names itself by client_id (RFC 6749 §3.2.1).")
	}
	return nil
}
