package authserver

import (
	"net/http"
	"time"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// IntrospectionRequest asks what a token is worth (RFC 7662 §2.1).
type IntrospectionRequest struct {
	Token         string `form:"token"`
	TokenTypeHint string `form:"token_type_hint"` // which the server needs not

	// What an API may prove itself with in the body, as a client does at the token endpoint.
	ClientID            string `form:"client_id"`
	ClientSecret        string `form:"client_secret"`
	ClientAssertion     string `form:"client_assertion"`
	ClientAssertionType string `form:"client_assertion_type"`
}

// IntrospectionResponse says what a token is worth (RFC 7662 §2.2). Of one that is worth
// nothing it says that alone, and not why.
type IntrospectionResponse struct {
	Active    bool      `json:"active"`
	Scope     string    `json:"scope,omitempty"`
	ClientID  string    `json:"client_id,omitempty"`
	TokenType string    `json:"token_type,omitempty"`
	Expires   int64     `json:"exp,omitempty"` // seconds since 1970 (RFC 7519 §2, NumericDate)
	Issued    int64     `json:"iat,omitempty"` // as exp
	Subject   string    `json:"sub,omitempty"`
	Audience  Audiences `json:"aud,omitempty"`
	Issuer    string    `json:"iss,omitempty"`
	ID        string    `json:"jti,omitempty"`
	Act       *Actor    `json:"act,omitempty"`     // RFC 8693 §4.1
	MayAct    *Actor    `json:"may_act,omitempty"` // RFC 8693 §4.4
}

// introspection is what came of such a request: one of its fields is set.
type introspection struct {
	answer  *IntrospectionResponse
	refused *endpoint.Error
}

// introspect is the introspection endpoint: it tells an API what a token is worth (RFC 7662
// §2), and nobody else.
func (s *Server) introspect(w http.ResponseWriter, r *http.Request, t *lab.Handling, req IntrospectionRequest, wrong endpoint.Wrong) error {
	if e := wrong.First(); e != nil {
		return e
	}
	sent, e := readCredentials(r, TokenRequest{
		ClientID: req.ClientID, ClientSecret: req.ClientSecret,
		ClientAssertion: req.ClientAssertion, ClientAssertionType: req.ClientAssertionType,
	}, t.Settings.Rules())
	if e != nil {
		return e
	}
	format, whole, err := s.formatOf(r.Context(), t, req.Token)
	if err != nil {
		return err
	}
	came, err := lab.Look(r.Context(), t, s.docs(), func(state *State, t *lab.Handling) (introspection, error) {
		client, e := s.authenticateAPI(t, sent)
		if e != nil {
			return introspection{refused: e}, nil
		}
		if req.Token == "" {
			return introspection{refused: endpoint.Invalid("The parameter token is missing.", "It is the token that is asked about (RFC 7662 §2.1).")}, nil
		}
		token, known := state.Token(req.Token)
		return introspection{answer: s.worth(t, client, token, req.Token, known && whole && format == token.Format && token.Fault == t.Fault)}, nil
	})
	switch {
	case err != nil:
		return err
	case came.refused != nil:
		return came.refused
	}
	writeJSON(w, http.StatusOK, came.answer)
	return nil
}

// authenticateAPI checks who asks: one that shows nothing, or what is not right, is told so
// with 401 (RFC 7662 §2.3).
func (s *Server) authenticateAPI(t *lab.Handling, sent credentials) (Client, *endpoint.Error) {
	client, _ := s.client(t, sent.ClientID)
	if err := t.Enforce(guard.IDIntrospectionAuth,
		guard.IntrospectionAuth(
			client.api != "", sent.Secret, client.SecretHash)); err != nil {
		e := refused(err)
		return Client{}, unauthorized("Basic", e.Description, e.Hint)
	}
	return client, nil
}

// worth says what a token is worth to an API. The server looks itself at its age, and at whom it
// is for (RFC 7662 §4).
func (s *Server) worth(t *lab.Handling, asks Client, token Token, value string, known bool) *IntrospectionResponse {
	if !known || token.Revoked != nil {
		return &IntrospectionResponse{}
	}
	if err := t.Enforce(guard.IDTokenExpiry,
		guard.TokenExpiry(token.Expires, t.Now())); err != nil {
		return &IntrospectionResponse{}
	}
	if err := t.Enforce(guard.IDIntrospectionAudience,
		guard.IntrospectionAudience(
			token.Audience, asks.api)); err != nil {
		return &IntrospectionResponse{}
	}
	return &IntrospectionResponse{
		Active: true, Scope: token.Scope, ClientID: token.ClientID, TokenType: "Bearer",
		Expires: token.Expires.Unix(), Issued: seconds(token.Issued), Subject: token.Subject,
		Audience: token.Audience, Issuer: s.issuer(t), ID: token.idIn(value), Act: token.Act, MayAct: actorOf(token.MayAct),
	}
}

// seconds is a moment as tokens have it; 0 for none, of a token that an older release kept.
func seconds(moment time.Time) int64 {
	if moment.IsZero() {
		return 0
	}
	return moment.Unix()
}
