package authserver

import (
	"net/http"
	"net/url"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// AuthorizationRequest is an authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3).
type AuthorizationRequest struct {
	ClientID            string   `form:"client_id" json:"client_id"`
	RedirectURI         string   `form:"redirect_uri" json:"redirect_uri"`
	ResponseType        string   `form:"response_type" json:"response_type"`
	ResponseMode        string   `form:"response_mode" json:"response_mode,omitempty"`
	State               string   `form:"state" json:"state,omitempty"`
	Scope               string   `form:"scope" json:"scope,omitempty"`
	CodeChallenge       string   `form:"code_challenge" feature:"pkce" json:"code_challenge,omitempty"`
	CodeChallengeMethod string   `form:"code_challenge_method" feature:"pkce" json:"code_challenge_method,omitempty"`
	Resource            []string `form:"resource" feature:"resource-indicators" json:"resource,omitempty"` // RFC 8707 §2
	LoginHint           string   `form:"login_hint" json:"login_hint,omitempty"`                           // OpenID Connect Core §3.1.2.1

	// The rest of OpenID Connect Core §3.1.2.1. What is not here is ignored, as that says.
	Nonce       string `form:"nonce" feature:"openid-connect" json:"nonce,omitempty"`
	Prompt      string `form:"prompt" feature:"openid-connect" json:"prompt,omitempty"`
	MaxAge      string `form:"max_age" feature:"openid-connect" json:"max_age,omitempty"`
	IDTokenHint string `form:"id_token_hint" feature:"openid-connect" json:"id_token_hint,omitempty"`

	// What the server does not take, and must say so (OpenID Connect Core §6.1, §6.2, §7.2.1).
	RequestObject string `form:"request,prose" feature:"openid-connect" json:"-"`
	RequestURI    string `form:"request_uri,prose" feature:"openid-connect" json:"-"`
	Registration  string `form:"registration,prose" feature:"openid-connect" json:"-"`
}

// AuthorizationResponse is what the redirect to the client carries: a code (RFC 6749
// §4.1.2), or an error (§4.1.2.1).
type AuthorizationResponse struct {
	Code             string `form:"code"`
	State            string `form:"state"`
	Issuer           string `form:"iss"` // RFC 9207 §2, from v07 on
	Error            string `form:"error"`
	ErrorDescription string `form:"error_description"`
	ErrorURI         string `form:"error_uri"`
}

// responseMode is how answers come back (OAuth 2.0 Multiple Response Types §2.1).
const responseMode = "query"

// authorize is the authorization endpoint (RFC 6749 §3.1), by GET and by POST.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request, t *lab.Handling, req AuthorizationRequest, wrong endpoint.Wrong) error {
	// Until the address to redirect to is known to be the client's own, an
	// error is shown and never redirected (RFC 6749 §4.1.2.1).
	if e := wrong.Of("client_id", "redirect_uri"); e != nil {
		return e
	}
	// The state must come back as it was sent (§4.1.2.1). One that cannot is no reason to
	// answer without: the client would take that for somebody else's answer.
	if e := wrong.Of("state"); e != nil {
		return e
	}
	expected, err := s.expected(r.Context(), t, req)
	if err != nil {
		return err
	}
	code, session, fresh := s.issue(t.ID, kindCode), sessionOf(r, s), newSecret()
	asked := Pending{ID: s.issue(t.ID, kindRequest), Request: req, Filled: req.RedirectURI == "", Fault: t.Fault, Expected: expected}
	d, err := lab.Update(r.Context(), t, s.docs(), func(state *State, t *lab.Handling) (decision, error) {
		p := asked
		e := s.checkTarget(t, &p.Request)
		if e != nil && s.mustShow(t, p.Request) {
			return decision{shown: e}, nil
		}
		// ---- From here on, redirecting is safe: the address is the client's own. ----
		if e == nil {
			e = s.checkRequest(t, p.Request, wrong.First())
		}
		if e != nil { // what is refused says nothing of APIs
			p.Request.Resource = nil
		}
		p.Refusal = e
		who, begun := s.signedIn(state, t, p.Request, session, fresh)
		d := s.next(state, t, p, code, who)
		d.session = begun
		return d, nil
	})
	return s.conclude(w, t, d, err)
}

// reaches reports whether an answer may go to the address at all, whatever is registered
// and switched: to the lab's own origins, and of a client of the learner's to where those are.
func (s *Server) reaches(t *lab.Handling, client Client, uri string) bool {
	return t.Origins.Contains(uri) || client.own && s.Labs.OwnRedirects.Allows(uri)
}

// mustShow reports whether an error about who asks or where to is shown on a page. Where
// that guard is off, it is sent to the address of the request, inside the lab.
func (s *Server) mustShow(t *lab.Handling, req AuthorizationRequest) bool {
	client, _ := s.client(t, req.ClientID)
	nowhere := !s.reaches(t, client, req.RedirectURI) || checkRedirectURI(req.RedirectURI) != nil
	err := t.Enforce(guard.IDErrorShown,
		guard.ErrorShown(false))
	return err != nil || nowhere
}

// checkRedirectURI refuses an address to which no answer can be appended, whatever is
// registered and switched: one with a fragment (RFC 6749 §3.1.2), or one that says itself
// what the answer says.
func checkRedirectURI(uri string) *endpoint.Error {
	if strings.Contains(uri, "#") {
		return endpoint.Invalid("The redirect_uri has a fragment.", "An answer stands in its query, and what is behind # reaches no server: leave that out (RFC 6749 §3.1.2).")
	}
	_, query, _ := strings.Cut(uri, "?")
	own, _ := url.ParseQuery(query) // what can be read of it
	for _, name := range endpoint.NamesOf(AuthorizationResponse{}) {
		if own.Has(name) {
			return endpoint.Invalid("The redirect_uri has a parameter of the answer itself.", "Its query has "+name+", which would be there twice: call yours otherwise (RFC 6749 §4.1.2).")
		}
	}
	return nil
}

// checkTarget checks who asks and where the answer would go, and completes the
// request with the one registered address if it names none (RFC 6749 §3.1.2.3).
func (s *Server) checkTarget(t *lab.Handling, req *AuthorizationRequest) *endpoint.Error {
	if req.ClientID == "" {
		return endpoint.Invalid("The parameter client_id is missing.",
			"It names the client that asks (RFC 6749 §4.1.1). In this lab: "+ClientDemo+".")
	}
	client, known := s.client(t, req.ClientID)
	if err := t.Enforce(guard.IDRegisteredClient,
		guard.RegisteredClient(known)); err != nil {
		return refused(err)
	}
	if !known { // the guard is off: a stranger is taken at its word
		client.RedirectURIs = []string{req.RedirectURI}
	}
	if req.RedirectURI == "" && len(client.RedirectURIs) == 1 {
		req.RedirectURI = client.RedirectURIs[0]
	}
	if err := t.Enforce(guard.IDRedirectURI,
		guard.RedirectURI(
			client.RedirectURIs, req.RedirectURI)); err != nil {
		return registered(refused(err), client, req.RedirectURI)
	}
	// No switch reaches this: the lab is no redirector for the rest of the world.
	if !s.reaches(t, client, req.RedirectURI) {
		t.Noted(event.NoteOutOfBounds, "the redirect_uri is outside the lab's own origins: no switch lets that pass",
			event.Field{Name: "redirect_uri", Value: req.RedirectURI})
		return endpoint.Invalid("The redirect_uri is outside the lab's own origins.",
			"Whatever is switched off, a lab redirects to its own parties only.")
	}
	return checkRedirectURI(req.RedirectURI)
}

// registered says of an address that is refused which ones a client of the learner's has:
// whoever runs it can register another.
func registered(e *endpoint.Error, client Client, sent string) *endpoint.Error {
	if client.own {
		if sent == "" {
			sent = "none"
		}
		e.Hint = "Sent was " + prose.Clip(sent, 200, "…") + ". Send " + strings.Join(client.RedirectURIs, " or ") + ", or register yours in the lab: it is compared to the letter (RFC 9700 §2.1)."
	}
	return e
}

// checkRequest checks what may be answered by a redirect, in the order of
// RFC 6749 §4.1.2.1 and RFC 7636 §4.4.1.
func (s *Server) checkRequest(t *lab.Handling, req AuthorizationRequest, malformed *endpoint.Error) *endpoint.Error {
	// What PKCE ties to its client needs no state (RFC 9700 §2.1).
	tied := req.CodeChallenge != "" && t.Settings.Rules().On(guard.IDPKCE)
	switch {
	case malformed != nil:
		return malformed
	case req.ResponseType == "":
		return endpoint.Invalid("The parameter response_type is missing.",
			"Here it is always code (RFC 6749 §4.1.1).")
	case req.ResponseType != "code":
		return endpoint.Refuse(http.StatusBadRequest, codeUnsupportedResponseType, "This server knows the response_type code alone.", "Send response_type=code (RFC 6749 §3.1.1): OAuth 2.1 defines no other.")
	case req.ResponseMode != "" && req.ResponseMode != responseMode:
		return endpoint.Invalid("This server answers in the response_mode query alone.", "Leave response_mode out: the metadata lists those that there are (RFC 8414 §2).")
	}
	if e := checkScope(req.Scope); e != nil {
		return e
	}
	if e := s.checkTargets(t, req); e != nil {
		return e
	}
	if e := checkOpenID(req); e != nil {
		return e
	}
	if err := t.Enforce(guard.IDStateRequired,
		guard.StateRequired(
			req.State, tied)); err != nil {
		return refused(err)
	}
	if err := t.Enforce(guard.IDPKCERequired,
		guard.PKCERequired(req.CodeChallenge)); err != nil {
		return refused(err)
	}
	if e := checkChallenge(req); e != nil {
		return e
	}
	if err := t.Enforce(guard.IDPKCEPlain,
		guard.PKCEPlain(req.CodeChallenge,
			req.CodeChallengeMethod)); err != nil {
		return refused(err)
	}
	return nil
}

// checkChallenge checks the form of a challenge (RFC 7636 §4.2, §4.3).
func checkChallenge(req AuthorizationRequest) *endpoint.Error {
	if req.CodeChallenge == "" {
		return nil
	}
	switch req.CodeChallengeMethod {
	case "", "plain", "S256": // RFC 7636 §4.3: none means plain
	default:
		return endpoint.Invalid("The code_challenge_method is neither S256 nor plain.",
			"Send S256: there are no others (RFC 7636 §4.2).")
	}
	if !isUnreserved(req.CodeChallenge, 43, 128) {
		return endpoint.Invalid("The code_challenge is not 43 to 128 unreserved characters.",
			"It is BASE64URL(SHA256(code_verifier)) without padding: 43 characters (RFC 7636 §4.2).")
	}
	return nil
}

// isUnreserved reports whether s has from least to most characters, each
// unreserved as in RFC 3986 §2.3, which RFC 7636 §4.1 uses.
func isUnreserved(s string, least, most int) bool {
	if len(s) < least || len(s) > most {
		return false
	}
	for _, r := range s {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '.', r == '_', r == '~':
		default:
			return false
		}
	}
	return true
}

// sessionOf returns the session id of the browser's cookie, or "".
func sessionOf(r *http.Request, s *Server) string {
	c, err := r.Cookie(s.sessionCookie())
	if err != nil {
		return ""
	}
	return c.Value
}
