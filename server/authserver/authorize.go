package authserver

import (
	"net/http"
	"net/url"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// AuthorizeRequest is an authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3).
type AuthorizeRequest struct {
	ClientID            string `json:"client_id"`
	RedirectURI         string `json:"redirect_uri"`
	ResponseType        string `json:"response_type"`
	State               string `json:"state,omitempty"`
	Scope               string `json:"scope,omitempty"`
	CodeChallenge       string `json:"code_challenge,omitempty"`
	CodeChallengeMethod string `json:"code_challenge_method,omitempty"`
}

// decision is what came of an authorization request: one of its fields is set.
type decision struct {
	deadEnd  bool      // signed in, and the request was not kept
	done     *doneView // a login that was answered before
	shown    *Error    // a page of our own: redirecting would not be safe
	redirect string    // to the client, with a code or an error
	code     string    // in redirect
	login    string    // id of the request kept for a login

	session string // beside any of them: id of the session to go into the browser's cookie
}

// authorize is the authorization endpoint (RFC 6749 §3.1), by GET and by POST.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request, t *lab.Turn) {
	values, unread := authorizeValues(r)
	req, target, rest := parseAuthorize(values, t.Settings.Rules())
	if target == nil {
		target = unread
	}
	code, kept := s.issue(t.ID, kindCode), s.issue(t.ID, kindRequest)
	session := sessionOf(r)

	d, err := lab.Update(r.Context(), t, s.docs(), func(state *State, t *lab.Turn) (decision, error) {
		// Until the address to redirect to is known to be the client's own, an
		// error is shown and never redirected (RFC 6749 §4.1.2.1).
		if target != nil {
			return decision{shown: target}, nil
		}
		wrong := s.checkTarget(state, t, &req)
		if wrong != nil {
			return showOrSend(state, t, req, wrong, session, kept), nil
		}
		// ---- From here on, redirecting is safe: the address is the client's own. ----
		if e := s.checkRequest(t, req, rest); e != nil {
			return sendError(state, t, req, e, session, kept), nil
		}
		if subject := state.subject(session, t.Now()); subject != "" {
			return s.grant(state, t, req, code, subject), nil
		}
		return state.keepForLogin(t, Pending{ID: kept, Request: req}), nil
	})
	s.conclude(w, t, d, err)
}

// authorizeValues returns the parameters of the request: of the query by GET, of
// the body by POST, and never of both.
func authorizeValues(r *http.Request) (url.Values, *Error) {
	if r.Method == http.MethodGet {
		values, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil { // what would be left of it is not what was asked
			return nil, &Error{codeInvalidRequest, "The query cannot be read as a form.", "Percent-encode the values."}
		}
		return values, nil
	}
	if r.URL.RawQuery != "" {
		return nil, &Error{
			codeInvalidRequest, "An authorization request by POST has its parameters in the body.",
			"Send them in the query by GET, or in the body by POST (RFC 6749 §3.1).",
		}
	}
	if err := r.ParseForm(); err != nil {
		return nil, &Error{codeInvalidRequest, "The body cannot be read as a form.", "Percent-encode the values."}
	}
	return r.PostForm, nil
}

// showOrSend delivers an error about who asks or where to. It is shown; where that
// guard is off, it is sent to the address of the request, inside the lab.
func showOrSend(state *State, t *lab.Turn, req AuthorizeRequest, e *Error, session, kept string) decision {
	inside := t.Origins.Contains(req.RedirectURI)
	if err := t.Enforce(guard.IDErrorShown,
		guard.ErrorShown(false)); err != nil || !inside {
		return decision{shown: e}
	}
	return sendError(state, t, req, e, session, kept)
}

// sendError redirects an error to the address of the request (RFC 6749 §4.1.2.1), but
// not before the user has signed in: until then the error is kept with the request. Anyone
// may register a client and write links with mistakes in them.
func sendError(state *State, t *lab.Turn, req AuthorizeRequest, e *Error, session, kept string) decision {
	subject := state.subject(session, t.Now())
	if err := t.Enforce(guard.IDSignInFirst,
		guard.SignInFirst(subject != "")); err != nil {
		return state.keepForLogin(t, Pending{
			ID: kept, Request: req, Refusal: e,
		})
	}
	return decision{redirect: withQuery(req.RedirectURI, e.asQuery(req.State))}
}

// parseAuthorize reads the request. target is what is wrong with the parameters
// that say where to redirect to, rest what is wrong with the others.
func parseAuthorize(q url.Values, rules guard.Rules) (req AuthorizeRequest, target, rest *Error) {
	p := parameters{values: q}
	req.ClientID = p.get("client_id")
	req.RedirectURI = p.get("redirect_uri")
	target, p.err = p.err, nil

	req.State = p.get("state")
	req.ResponseType = p.get("response_type")
	req.Scope = p.get("scope")
	if rules.Offers(guard.PKCEParameters) { // before, it is as any parameter nobody knows: ignored (RFC 6749 §3.1)
		req.CodeChallenge = p.get("code_challenge")
		req.CodeChallengeMethod = p.get("code_challenge_method")
	}
	return req, target, p.err
}

// checkTarget checks who asks and where the answer would go, and completes the
// request with the one registered address if it names none (RFC 6749 §3.1.2.3).
func (s *Server) checkTarget(state *State, t *lab.Turn, req *AuthorizeRequest) *Error {
	if req.ClientID == "" {
		return &Error{
			codeInvalidRequest, "The parameter client_id is missing.",
			"It names the client that asks (RFC 6749 §4.1.1). In this lab: " + ClientDemo + ".",
		}
	}
	client, known := state.client(req.ClientID)
	if err := t.Enforce(guard.IDRegisteredClient,
		guard.RegisteredClient(known)); err != nil {
		return refused(err)
	}
	if !known { // the guard is off: a stranger is taken at its word
		client = Client{ID: req.ClientID, Name: req.ClientID, RedirectURIs: []string{req.RedirectURI}}
	}
	if req.RedirectURI == "" && len(client.RedirectURIs) == 1 {
		req.RedirectURI = client.RedirectURIs[0]
	}
	if err := t.Enforce(guard.IDRedirectURI,
		guard.RedirectURI(
			client.RedirectURIs, req.RedirectURI)); err != nil {
		return refused(err)
	}
	// No switch reaches this: the lab is no redirector for the rest of the world.
	if !t.Origins.Contains(req.RedirectURI) {
		t.Noted(event.NoteOutOfBounds, "the redirect_uri is outside the lab's own origins: no switch lets that pass",
			event.Field{Name: "redirect_uri", Value: req.RedirectURI})
		return &Error{
			codeInvalidRequest, "The redirect_uri is outside the lab's own origins.",
			"Whatever is switched off, a lab redirects to its own parties only.",
		}
	}
	return nil
}

// checkRequest checks what may be answered by a redirect, in the order of
// RFC 6749 §4.1.2.1 and RFC 7636 §4.4.1.
func (s *Server) checkRequest(t *lab.Turn, req AuthorizeRequest, malformed *Error) *Error {
	switch {
	case malformed != nil:
		return malformed
	case req.ResponseType == "":
		return &Error{codeInvalidRequest, "The parameter response_type is missing.", "Here it is always code (RFC 6749 §4.1.1)."}
	case req.ResponseType != "code":
		return &Error{codeUnsupportedResponseType, "This server knows the response_type code alone.", "OAuth 2.1 defines no other."}
	}
	if err := t.Enforce(guard.IDStateRequired,
		guard.StateRequired(req.State)); err != nil {
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
func checkChallenge(req AuthorizeRequest) *Error {
	if req.CodeChallenge == "" {
		return nil
	}
	switch req.CodeChallengeMethod {
	case "", "plain", "S256": // RFC 7636 §4.3: none means plain
	default:
		return &Error{codeInvalidRequest, "The code_challenge_method is neither S256 nor plain.", "RFC 7636 §4.2 knows these two. Send S256."}
	}
	if !isUnreserved(req.CodeChallenge, 43, 128) {
		return &Error{
			codeInvalidRequest, "The code_challenge is not 43 to 128 unreserved characters.",
			"It is BASE64URL(SHA256(code_verifier)) without padding: 43 characters (RFC 7636 §4.2).",
		}
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

// grant issues the code and the redirect that carries it (RFC 6749 §4.1.2).
// Being signed in counts as approval; consent is a later chapter's.
func (s *Server) grant(state *State, t *lab.Turn, req AuthorizeRequest, code, subject string) decision {
	if req.CodeChallenge != "" && req.CodeChallengeMethod == "" {
		req.CodeChallengeMethod = "plain" // RFC 7636 §4.3
	}
	if t.Settings.Rules().Value(guard.IDCodeEntropy) == guard.Counted {
		code = state.nextCode()
	}
	state.issueCode(t, code, subject, req)
	answer := url.Values{"code": {code}}
	if req.State != "" {
		answer.Set("state", req.State)
	}
	return decision{redirect: withQuery(req.RedirectURI, answer), code: code}
}

// conclude answers as was decided.
func (s *Server) conclude(w http.ResponseWriter, t *lab.Turn, d decision, err error) {
	if err == nil && d.session != "" {
		http.SetCookie(w, s.newSessionCookie(t, d.session))
	}
	switch {
	case err != nil:
		s.fault(w, t, err)
	case d.shown != nil:
		s.showError(w, http.StatusBadRequest, d.shown)
	case d.deadEnd:
		s.showPage(w, http.StatusOK, signedInPage, "", nil)
	case d.done != nil:
		s.showPage(w, http.StatusOK, donePage, "", d.done)
	case d.login != "":
		seeOther(w, "/"+t.ID.String()+"/login?request="+d.login)
	default:
		seeOther(w, d.redirect)
	}
}

// seeOther redirects by GET whatever the method was, so that no browser sends a
// password on (RFC 9700 §4.12).
func seeOther(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(http.StatusSeeOther)
}

// withQuery adds parameters to a redirect URI, keeping those it has (RFC 6749 §3.1.2).
func withQuery(uri string, add url.Values) string {
	u, err := url.Parse(uri)
	if err != nil {
		return uri // checked before: it parses
	}
	q := u.Query()
	for name, values := range add {
		q[name] = values
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// sessionOf returns the session id of the browser's cookie, or "".
func sessionOf(r *http.Request) string {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return ""
	}
	return c.Value
}
