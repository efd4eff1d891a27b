package authserver

import (
	"mime"
	"net/http"
	"net/url"
	"strings"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// UserInfo tells who the token's user is (OpenID Connect Core §5.1, §5.3.2), as far as the
// scope goes (§5.4).
type UserInfo struct {
	Subject       string `json:"sub,omitempty"`
	Name          string `json:"name,omitempty"`
	Username      string `json:"preferred_username,omitempty"`
	Email         string `json:"email,omitempty"`
	EmailVerified *bool  `json:"email_verified,omitempty"` // nil where there is no address
}

// userInfo is the UserInfo endpoint, by GET and by POST (OpenID Connect Core §5.3.1). It is a
// resource like those of an API: the token opens it, if openid was granted.
func (s *Server) userInfo(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	value, e := readAccessToken(r, r.PostForm)
	if e != nil {
		return e
	}
	format, whole, err := s.formatOf(r.Context(), t, value)
	if err != nil {
		return err
	}
	wrong := faultAt(t, guard.IDFaultUserInfo)
	type answer struct {
		claims  UserInfo
		refused *endpoint.Error
	}
	a, err := lab.Look(r.Context(), t, s.docs(), func(state *State, t *lab.Handling) (answer, error) {
		token, known := state.Token(value)
		if e := s.checkUserInfoToken(t, token, known && whole && format == token.Format); e != nil {
			return answer{refused: e}, nil
		}
		claims := claimsOf(usersOf(t.Lab), token.Subject, token.Scope)
		if wrong != nil {
			wrong.tell(t)
			if wrong.userInfo != nil {
				wrong.userInfo(&claims)
			}
		}
		return answer{claims: claims}, nil
	})
	switch {
	case err != nil:
		return err
	case a.refused != nil:
		return a.refused
	case s.answered(w, r, t, wrong):
		return nil
	}
	writeJSON(w, http.StatusOK, a.claims)
	return nil
}

// checkUserInfoToken checks an access token as a resource does (RFC 6750 §3.1), in that order.
func (s *Server) checkUserInfoToken(t *lab.Handling, token Token, known bool) *endpoint.Error {
	if !known || token.Revoked != nil || token.Fault != t.Fault {
		return askForToken(endpoint.Refuse(http.StatusUnauthorized, "invalid_token", "The access token is not one of this server's that are good.", "Send the access_token of the token response: an ID token is none, and each issuer knows its own alone (RFC 6750 §3.1)."), "")
	}
	if err := t.Enforce(guard.IDTokenExpiry,
		guard.TokenExpiry(token.Expires, t.Now())); err != nil {
		return refuseAs(refused(err))
	}
	if err := t.Enforce(guard.IDAudienceUserInfo,
		guard.AudienceUserInfo(
			token.Audience, s.issuer(t))); err != nil {
		return refuseAs(refused(err))
	}
	if !hasScope(token.Scope, scopeOpenID) {
		return askForToken(endpoint.Refuse(http.StatusForbidden, "insufficient_scope", "The access token was granted without openid.", "Ask for the scope openid when the flow begins (OpenID Connect Core §5.3, RFC 6750 §3.1)."), scopeOpenID)
	}
	return nil
}

// refuseAs is the refusal of a token by a guard.
func refuseAs(e *endpoint.Error) *endpoint.Error {
	e.Status = http.StatusUnauthorized
	return askForToken(e, "")
}

// askForToken adds the header that tells a client why its token is refused (RFC 6750 §3).
func askForToken(e *endpoint.Error, scope string) *endpoint.Error {
	spoken := e.Spoken("")
	said := `Bearer realm="OAuth Lab", error="` + spoken.Code + `", error_description="` + spoken.Description + `"`
	if scope != "" {
		said += `, scope="` + scope + `"`
	}
	return e.With("WWW-Authenticate", said)
}

// readAccessToken finds the one access token of a request: in the header (RFC 6750 §2.1), or in
// the form that is its body (§2.2). None is a bare challenge (§3.1).
func readAccessToken(r *http.Request, form url.Values) (string, *endpoint.Error) {
	const bare = `Bearer realm="OAuth Lab"`
	headers := r.Header.Values("Authorization")
	var inBody []string
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Method == http.MethodPost && kind == "application/x-www-form-urlencoded" {
		if form == nil && r.ParseForm() == nil {
			form = r.PostForm
		}
		inBody = form["access_token"]
	}
	switch {
	case len(headers)+len(inBody) > 1:
		return "", askForToken(endpoint.Refuse(http.StatusBadRequest, endpoint.InvalidRequest, "The request brings a token twice.", "Send it once, in the Authorization header (RFC 6750 §2)."), "")
	case len(inBody) == 1 && inBody[0] != "":
		return inBody[0], nil
	case len(headers) == 1:
		scheme, token, _ := strings.Cut(headers[0], " ")
		if token = strings.TrimLeft(token, " "); strings.EqualFold(scheme, "Bearer") && token != "" {
			return token, nil
		}
	}
	return "", endpoint.Refuse(http.StatusUnauthorized, "unauthorized", "The request brings no access token.", "Send it in the header: Authorization: Bearer, a blank, and the token (RFC 6750 §2.1).").
		With("WWW-Authenticate", bare)
}

// claimsOf is what a scope tells of a user (OpenID Connect Core §5.4).
func claimsOf(all people, subject, scope string) UserInfo {
	u, _ := all.find(subject)
	claims := UserInfo{Subject: subject}
	if hasScope(scope, scopeProfile) {
		claims.Name, claims.Username = u.Name, subject
	}
	if hasScope(scope, scopeEmail) && u.Email != "" {
		claims.Email, claims.EmailVerified = u.Email, &u.Verified
	}
	return claims
}
