package authserver

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// What OpenID Connect adds to an authorization request: how the user is to be asked, and who
// she is expected to be (Core §3.1.2.1).

// Error codes of OpenID Connect Core §3.1.2.6.
const (
	codeLoginRequired           = "login_required"
	codeRequestNotSupported     = "request_not_supported"
	codeRequestURINotSupported  = "request_uri_not_supported"
	codeRegistrationUnsupported = "registration_not_supported"
)

// Values of prompt (OpenID Connect Core §3.1.2.1). One that is not here is ignored. Being signed
// in counts as approval until there is a page for that, and that page shows all users: so the
// last three all show it.
const (
	promptNone    = "none"
	promptLogin   = "login"
	promptConsent = "consent"
	promptSelect  = "select_account"
)

// checkOpenID checks the form of what OpenID Connect adds, and refuses what this server does
// not take.
func checkOpenID(req AuthorizationRequest) *endpoint.Error {
	prompts := strings.Fields(req.Prompt)
	_, err := strconv.ParseUint(req.MaxAge, 10, 31)
	switch {
	case req.RequestObject != "":
		return endpoint.Refuse(http.StatusBadRequest, codeRequestNotSupported, "This server takes no request object.", "Leave request out, and send the parameters themselves (OpenID Connect Core §6.1).")
	case req.RequestURI != "":
		return endpoint.Refuse(http.StatusBadRequest, codeRequestURINotSupported, "This server fetches no request object.", "Leave request_uri out, and send the parameters themselves (OpenID Connect Core §6.2).")
	case req.Registration != "":
		return endpoint.Refuse(http.StatusBadRequest, codeRegistrationUnsupported, "This server takes no registration in a request.", "Leave registration out (OpenID Connect Core §7.2.1).")
	case len(prompts) > 1 && slices.Contains(prompts, promptNone):
		return endpoint.Invalid("The prompt says none, and something else.", "none stands alone: no page is shown then (OpenID Connect Core §3.1.2.1).")
	case req.MaxAge != "" && err != nil:
		return endpoint.Invalid("The max_age is not a number of seconds.", "Send digits alone, such as 3600 (OpenID Connect Core §3.1.2.1).")
	}
	return nil
}

func wantsNoPage(req AuthorizationRequest) bool { return req.Prompt == promptNone }

// asksAgain reports whether a user who has signed in must do so once more: the client says so, or
// wants a sign-in that is newer.
func asksAgain(t *lab.Handling, req AuthorizationRequest, who Session) bool {
	for _, prompt := range strings.Fields(req.Prompt) {
		if prompt == promptLogin || prompt == promptConsent || prompt == promptSelect {
			return true
		}
	}
	age, err := strconv.ParseUint(req.MaxAge, 10, 31)
	return err == nil && t.Now().Sub(who.began()) > time.Duration(age)*time.Second //nolint:gosec // 31 bits
}

// refuseSilently is what a client hears that wants no page where one is due; nil where none is.
func (s *Server) refuseSilently(t *lab.Handling, p Pending, who Session) *endpoint.Error {
	if p.Refusal != nil {
		return p.Refusal
	}
	if who.Subject == "" || asksAgain(t, p.Request, who) {
		return endpoint.Refuse(http.StatusBadRequest, codeLoginRequired, "The user has to sign in, and prompt=none shows no page.", "Send the request again without prompt=none (OpenID Connect Core §3.1.2.6).")
	}
	if !s.isHinted(t, p.Request, who) {
		return notTheHinted()
	}
	return nil
}

// isHinted reports whether it is the user who signed in whom the client expects by an ID token
// of hers; it need not be good any more (OpenID Connect Core §3.1.2.1).
func (s *Server) isHinted(t *lab.Handling, req AuthorizationRequest, who Session) bool {
	if req.IDTokenHint == "" {
		return true
	}
	subject, ours := s.subjectOfHint(t, req)
	return ours && subject == who.Subject
}

// notTheHinted is what the client hears then (OpenID Connect Core §3.1.2.1, id_token_hint).
func notTheHinted() *endpoint.Error {
	return endpoint.Refuse(http.StatusBadRequest, codeLoginRequired, "It is not the user of the id_token_hint who is signed in.", "Let that user sign in, or leave id_token_hint out (OpenID Connect Core §3.1.2.1).")
}

// subjectOfHint returns of whom an ID token speaks, if this server gave it to the client.
func (s *Server) subjectOfHint(t *lab.Handling, req AuthorizationRequest) (subject string, ours bool) {
	jws, err := jose.ParseSignedCompact(req.IDTokenHint, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return "", false
	}
	payload, err := jws.Verify([]byte(ClientSecret(s.ClientKey, t.ID, req.ClientID)))
	var claims IDTokenClaims
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return "", false
	}
	return claims.Subject, claims.Issuer == s.issuer(t)
}
