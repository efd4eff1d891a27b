package authserver

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"oauthlab/lessons/guard"
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
	switch {
	case req.RequestObject != "":
		return endpoint.Refuse(http.StatusBadRequest, codeRequestNotSupported, "This server takes no request object.", "Leave request out, and send the parameters themselves (OpenID Connect Core §6.1).")
	case req.RequestURI != "":
		return endpoint.Refuse(http.StatusBadRequest, codeRequestURINotSupported, "This server fetches no request object.", "Leave request_uri out, and send the parameters themselves (OpenID Connect Core §6.2).")
	case req.Registration != "":
		return endpoint.Refuse(http.StatusBadRequest, codeRegistrationUnsupported, "This server takes no registration in a request.", "Leave registration out (OpenID Connect Core §7.2.1).")
	case len(prompts) > 1 && slices.Contains(prompts, promptNone):
		return endpoint.Invalid("The prompt says none, and something else.", "none stands alone: no page is shown then (OpenID Connect Core §3.1.2.1).")
	case strings.Trim(req.MaxAge, "0123456789") != "":
		return endpoint.Invalid("The max_age is not a number of seconds.", "Send digits alone, such as 3600 (OpenID Connect Core §3.1.2.1).")
	}
	return nil
}

// wantsNoPage reports whether the one prompt is none: it is one of a list.
func wantsNoPage(req AuthorizationRequest) bool {
	return slices.Equal(strings.Fields(req.Prompt), []string{promptNone})
}

// asksAgain reports whether a user who has signed in must do so once more: the client says so, or
// wants a sign-in that is newer. 0 is as prompt=login, and a number that is too large is no limit.
func asksAgain(t *lab.Handling, req AuthorizationRequest, who Session) bool {
	if who.isNew {
		return false
	}
	for _, prompt := range strings.Fields(req.Prompt) {
		if prompt == promptLogin || prompt == promptConsent || prompt == promptSelect {
			return true
		}
	}
	age, err := strconv.ParseUint(req.MaxAge, 10, 31)
	return err == nil && (age == 0 || t.Now().Sub(who.began()) > time.Duration(age)*time.Second) //nolint:gosec // 31 bits
}

// refuseSilently is what a client hears that wants no page where one is due; nil where none is.
func refuseSilently(t *lab.Handling, p Pending, who Session) *endpoint.Error {
	if p.Refusal != nil {
		return p.Refusal
	}
	if who.Subject == "" || asksAgain(t, p.Request, who) {
		return endpoint.Refuse(http.StatusBadRequest, codeLoginRequired, "The user has to sign in, and prompt=none shows no page.", "Send the request again without prompt=none (OpenID Connect Core §3.1.2.6).")
	}
	if !isHinted(p, who) {
		return notTheHinted()
	}
	return nil
}

// isHinted reports whether it is the user who signed in whom the client expects.
func isHinted(p Pending, who Session) bool {
	return p.Request.IDTokenHint == "" || p.Expected != "" && p.Expected == who.Subject
}

// notTheHinted is what the client hears then (OpenID Connect Core §3.1.2.1, id_token_hint).
func notTheHinted() *endpoint.Error {
	return endpoint.Refuse(http.StatusBadRequest, codeLoginRequired, "It is not the user of the id_token_hint who is signed in.", "Let that user sign in, or leave id_token_hint out (OpenID Connect Core §3.1.2.1).")
}

// expected returns of whom the ID token speaks by which the client says whom it expects; "" where
// there is none, or this server did not give it out. It need not be good any more (OpenID Connect
// Core §3.1.2.1, id_token_hint).
func (s *Server) expected(ctx context.Context, t *lab.Handling, req AuthorizationRequest) (string, error) {
	if req.IDTokenHint == "" {
		return "", nil
	}
	payload, ours, err := s.readHint(ctx, t, req)
	var claims IDTokenClaims
	if err != nil || !ours || json.Unmarshal(payload, &claims) != nil || claims.Issuer != s.issuer(t) || !slices.Contains(claims.Audience, req.ClientID) {
		return "", err
	}
	return claims.Subject, nil
}

// readHint checks the signature of an ID token: with the server's keys, and until there are any
// with the client's secret.
func (s *Server) readHint(ctx context.Context, t *lab.Handling, req AuthorizationRequest) (payload []byte, ours bool, err error) {
	if t.Settings.Rules().Offers(guard.JWKS) {
		return s.signedHere(ctx, t, req.IDTokenHint)
	}
	jws, err := jose.ParseSignedCompact(req.IDTokenHint, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return nil, false, nil //nolint:nilerr // it is no token of ours
	}
	payload, err = jws.Verify([]byte(ClientSecret(s.ClientKey, t.ID, req.ClientID)))
	return payload, err == nil, nil
}
