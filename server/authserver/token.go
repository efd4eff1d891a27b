package authserver

import (
	"net/http"
	"time"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// TokenRequest is what every token request has, whatever is offered (RFC 6749 §4.1.3,
// §4.4.2, §6). The rest of it is the grant's.
type TokenRequest struct {
	GrantType string `form:"grant_type"`
	ClientID  string `form:"client_id"`

	// What a client may prove itself with in the body (RFC 6749 §2.3.1, RFC 7521 §4.2).
	ClientSecret        string `form:"client_secret"`
	ClientAssertion     string `form:"client_assertion"`
	ClientAssertionType string `form:"client_assertion_type"`
}

// TokenResponse is a successful answer (RFC 6749 §5.1).
type TokenResponse struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in,omitempty"` // seconds

	IssuedTokenType string `json:"issued_token_type,omitempty"` // of an exchange (RFC 8693 §2.2.1)

	IDToken      string `json:"id_token,omitempty"`      // where openid was granted, from v07 on (OpenID Connect Core §3.1.3.3)
	RefreshToken string `json:"refresh_token,omitempty"` // from v05 on
	Scope        string `json:"scope,omitempty"`         // what was granted, where it is not what was asked for

	// How long the refresh token is good unused, and the whole login, in seconds: of
	// draft-ietf-oauth-refresh-token-expiration-02, where the lab is set to that.
	RefreshTokenTimeout    int `json:"refresh_token_timeout,omitempty"`
	AuthorizationExpiresIn int `json:"authorization_expires_in,omitempty"`
}

// tokenAnswer is what came of a token request: the answer with the token as it is kept, or a
// refusal.
type tokenAnswer struct {
	granted *TokenResponse
	token   Token
	idToken *idToken // nil for none
	refused *endpoint.Error
}

// token is the token endpoint (RFC 6749 §3.2): what is shared by all grants, in order.
func (s *Server) token(w http.ResponseWriter, r *http.Request, t *lab.Handling, req TokenRequest, malformed endpoint.Wrong) error {
	if e := malformed.First(); e != nil {
		return e
	}
	sent, e := readCredentials(r, req, t.Settings.Rules())
	if e != nil {
		return e
	}
	redeem, err := s.offer(r.Context(), t, req.GrantType, r.PostForm)
	if err != nil {
		return err
	}
	wrong := faultAt(t, guard.IDFaultToken)
	answer, err := lab.Update(r.Context(), t, s.docs(), func(state *State, t *lab.Handling) (tokenAnswer, error) {
		client, e := s.authenticateClient(t, sent)
		if e != nil {
			return tokenAnswer{refused: e}, nil
		}
		answer := redeem(state, t, client)
		if wrong != nil && answer.granted != nil {
			wrong.tell(t)
		}
		return answer, nil
	})
	switch {
	case err != nil:
		return err
	case answer.refused != nil:
		return answer.refused
	}
	if answer.granted.AccessToken, err = s.written(r.Context(), t, answer.token, answer.granted.AccessToken); err != nil {
		return err
	}
	if answer.idToken != nil {
		if answer.granted.IDToken, err = s.writeIDToken(r.Context(), t, answer.idToken, answer.granted.AccessToken); err != nil {
			return err
		}
	}
	if wrong != nil && wrong.token != nil {
		wrong.token(answer.granted)
	}
	if !s.answered(w, r, t, wrong) {
		writeJSON(w, http.StatusOK, answer.granted)
	}
	return nil
}

// newTokenResponse is the answer with a new token, made of the secret, of the scope that was
// granted. It says so where the client asked for another, or for none (RFC 6749 §5.1).
func (s *Server) newTokenResponse(t *lab.Handling, secret, asked, scope string) *TokenResponse {
	if scope == asked {
		scope = ""
	}
	return &TokenResponse{AccessToken: secret, TokenType: "Bearer", ExpiresIn: int(tokenLifetime(t) / time.Second), Scope: scope}
}

// tokenLifetime is how long an access token is good.
func tokenLifetime(t *lab.Handling) time.Duration {
	life, err := time.ParseDuration(t.Settings.Rules().Value(guard.IDTokenLifetime))
	if err != nil { // the values are our own
		return time.Hour
	}
	return life
}

// withLifetimes adds what the draft has, where the lab is set to that: the first is never
// more than the second, and a login that should be over has neither.
func (r *TokenResponse) withLifetimes(t *lab.Handling, f *Family) *TokenResponse {
	if t.Settings.Rules().Value(guard.IDRefreshTold) == "yes" {
		left := max(0, f.Ends.Sub(t.Now()))
		r.RefreshTokenTimeout = int(min(refreshIdle, left) / time.Second)
		r.AuthorizationExpiresIn = int(left / time.Second)
	}
	return r
}
