package authserver

import (
	"mime"
	"net/http"
	"strings"
	"time"

	"oauthlab/server/lab"
)

// tokenRequest is a token request (RFC 6749 §4.1.3, RFC 7636 §4.5).
type tokenRequest struct {
	GrantType    string
	ClientID     string
	Code         string
	RedirectURI  string
	CodeVerifier string
}

// tokenResponse is a successful answer (RFC 6749 §5.1).
type tokenResponse struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
}

// tokenAnswer is what came of a token request: one of its fields is set.
type tokenAnswer struct {
	granted *tokenResponse
	refused *Error
}

// token is the token endpoint (RFC 6749 §3.2).
func (s *Server) token(w http.ResponseWriter, r *http.Request, t *lab.Turn) {
	if tried := r.Header.Get("Authorization"); tried != "" {
		refuseCredentials(w, tried)
		return
	}
	req, problem := parseToken(r)
	if problem == nil {
		problem = checkGrantType(req)
	}
	if problem != nil {
		writeError(w, http.StatusBadRequest, problem)
		return
	}
	accessToken := newSecret()
	answer, err := lab.Update(r.Context(), t, s.docs(), func(state *State, t *lab.Turn) (tokenAnswer, error) {
		if e := s.checkClient(state, t, req); e != nil {
			return tokenAnswer{refused: e}, nil
		}
		return s.redeem(state, t, req, accessToken), nil
	})
	switch {
	case err != nil:
		s.fault(w, t, err)
	case answer.refused != nil:
		writeError(w, http.StatusBadRequest, answer.refused) // RFC 6749 §5.2
	default:
		writeJSON(w, http.StatusOK, answer.granted)
	}
}

// parseToken reads the request, whose parameters stand in the body alone
// (RFC 6749 §4.1.3).
func parseToken(r *http.Request) (tokenRequest, *Error) {
	if r.URL.RawQuery != "" {
		return tokenRequest{}, &Error{
			codeInvalidRequest, "The URI of a token request has no query.",
			"Send the parameters in the body: what is in a URI ends in logs (RFC 6749 §4.1.3).",
		}
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return tokenRequest{}, &Error{
			codeInvalidRequest, "The body is not application/x-www-form-urlencoded.",
			"Say so in Content-Type and send name=value pairs (RFC 6749 §4.1.3).",
		}
	}
	if err := r.ParseForm(); err != nil {
		return tokenRequest{}, &Error{codeInvalidRequest, "The body cannot be read as a form.", "Percent-encode the values."}
	}
	p := parameters{values: r.PostForm}
	req := tokenRequest{
		GrantType: p.get("grant_type"), ClientID: p.get("client_id"), Code: p.get("code"),
		RedirectURI: p.get("redirect_uri"), CodeVerifier: p.get("code_verifier"),
	}
	return req, p.err
}

func checkGrantType(req tokenRequest) *Error {
	switch {
	case req.GrantType == "":
		return &Error{codeInvalidRequest, "The parameter grant_type is missing.", "Here it is authorization_code (RFC 6749 §4.1.3)."}
	case req.GrantType != "authorization_code":
		return &Error{codeUnsupportedGrantType, "This server knows the grant_type authorization_code alone.", "Refresh tokens come with chapter v05."}
	case req.Code == "":
		return &Error{codeInvalidRequest, "The parameter code is missing.", "It is what the callback brought (RFC 6749 §4.1.3)."}
	}
	return nil
}

// refuseCredentials answers a client that tries to authenticate by a header. What is
// shown must be checked (RFC 6749 §4.1.3), and as all clients here are public, nothing is
// right. A 401 says so, with the scheme of the header tried (§5.2).
func refuseCredentials(w http.ResponseWriter, tried string) {
	scheme, _, _ := strings.Cut(tried, " ")
	if !isUnreserved(scheme, 1, 32) { // no scheme at all
		scheme = "Basic"
	}
	w.Header().Set("WWW-Authenticate", scheme+` realm="OAuth Lab"`)
	writeError(w, http.StatusUnauthorized, &Error{
		codeInvalidClient, "This server authenticates no clients.",
		"Leave the Authorization header out: a public client names itself by client_id (RFC 6749 §3.2.1).",
	})
}

func newTokenResponse(value string) *tokenResponse {
	return &tokenResponse{AccessToken: value, TokenType: "Bearer", ExpiresIn: int(tokenLifetime / time.Second)}
}
