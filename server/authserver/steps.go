package authserver

import (
	"net/http"
	"net/url"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// An authorization request may need something of its user before it is answered: that she
// signs in. Each such thing is a step with a page of its own, which keeps the request in
// the document meanwhile. Rules of this file:
//
//   - next alone decides what comes, from the request as it is kept and from who is signed in;
//   - a step that is done comes back to next, and never leads to another step itself.

// step is one of them.
type step struct {
	page string // below the issuer
	due  func(t *lab.Handling, p Pending, who Session) bool
}

// steps are in the order in which they are taken.
func steps() []step {
	return []step{
		{"/login", signInIsDue},
	}
}

// signInIsDue reports whether the user must sign in before the request is answered. Be it
// with an error: anyone may register a client, and write links with mistakes in them.
func signInIsDue(t *lab.Handling, p Pending, who Session) bool {
	if p.Refusal != nil && !p.isKept() {
		return t.Enforce(guard.IDSignInFirst,
			guard.SignInFirst(who.Subject != "")) != nil
	}
	return who.Subject == "" || !p.isKept() && (asksAgain(t, p.Request, who) || !isHinted(p, who))
}

// next is where a request goes from here: to the page of the first step that is due, or to
// its client. code is for a code that is issued, who has signed in, if anybody has. A request
// that wants no page gets none: what is due is an error then (OpenID Connect Core §3.1.2.1).
func (s *Server) next(state *State, t *lab.Handling, p Pending, code string, who Session) decision {
	if p.Refusal == nil && p.isKept() && !isHinted(p, who) {
		p.Refusal = notTheHinted()
	}
	if wantsNoPage(p.Request) {
		p.Refusal = refuseSilently(t, p, who)
	}
	for _, step := range steps() {
		if !wantsNoPage(p.Request) && step.due(t, p, who) {
			state.keepPending(t, p)
			return decision{page: step.page, kept: p.ID}
		}
	}
	if p.Refusal != nil {
		e := p.Refusal.Spoken(s.helpWith(p.Refusal.Description))
		return s.answer(t, p.Request, AuthorizationResponse{Error: e.Code, ErrorDescription: e.Description, ErrorURI: e.URI})
	}
	return s.grant(state, t, p, code, who)
}

// grant issues the code and the redirect that carries it (RFC 6749 §4.1.2).
// Being signed in counts as approval; consent is a later chapter's.
func (s *Server) grant(state *State, t *lab.Handling, p Pending, code string, who Session) decision {
	if req := &p.Request; req.CodeChallenge != "" && req.CodeChallengeMethod == "" {
		req.CodeChallengeMethod = guard.Plain // RFC 7636 §4.3
	}
	if t.Settings.Rules().Value(guard.IDCodeEntropy) == guard.Counted {
		code = state.nextCode()
	}
	client, _ := s.client(t, p.Request.ClientID)
	state.issueCode(t, code, client, who, p)
	d := s.answer(t, p.Request, AuthorizationResponse{Code: code})
	d.code = code
	return d
}

// answer redirects to the client, with the state that it sent (RFC 6749 §4.1.2, §4.1.2.1), and
// with the name of the server (RFC 9207 §2).
func (s *Server) answer(t *lab.Handling, req AuthorizationRequest, with AuthorizationResponse) decision {
	with.State = req.State
	if namesIssuer(t.Settings.Rules()) {
		with.Issuer = s.issuer(t)
	}
	values := endpoint.Encode(with)
	if wrong := faultAt(t, guard.IDFaultRedirect); wrong != nil {
		was := values.Encode()
		if wrong.redirect(values); values.Encode() != was { // who sent no state misses none
			wrong.tell(t)
		}
	}
	return decision{redirect: withQuery(req.RedirectURI, values)}
}

// namesIssuer reports whether answers say which server they are of (RFC 9207 §2).
func namesIssuer(rules guard.Rules) bool { return rules.Offers(guard.OpenIDConnect) }

// decision is what came of an authorization request, or of a step: one of its fields is set.
type decision struct {
	deadEnd  bool            // signed in, and the request was not kept
	done     *doneView       // a step that was answered before
	shown    *endpoint.Error // a page of our own: redirecting would not be safe
	redirect string          // to the client, with a code or an error
	code     string          // in redirect
	page     string          // of the step that is due
	kept     string          // beside it: id of the request kept for it

	session string // beside any of them: id of the session to go into the browser's cookie
}

// conclude answers as was decided.
func (s *Server) conclude(w http.ResponseWriter, t *lab.Handling, d decision, err error) error {
	if err != nil {
		return err
	}
	if d.session != "" {
		http.SetCookie(w, endpoint.SessionCookie(s.Origin, s.sessionCookie(), d.session, t.ID))
	}
	switch {
	case d.shown != nil:
		return d.shown
	case d.deadEnd:
		s.showPage(w, http.StatusOK, signedInPage, "", nil)
	case d.done != nil:
		s.showPage(w, http.StatusOK, donePage, "", d.done)
	case d.page != "":
		endpoint.SeeOther(w, pathOf(t)+d.page+"?request="+d.kept)
	default:
		endpoint.SeeOther(w, d.redirect)
	}
	return nil
}

// withQuery appends parameters to a redirect URI. Its own query stays as it was registered,
// to the letter (RFC 6749 §3.1.2).
func withQuery(uri string, add url.Values) string {
	separator := "?"
	if _, query, has := strings.Cut(uri, "?"); has {
		separator = "&"
		if query == "" || strings.HasSuffix(query, "&") {
			separator = ""
		}
	}
	return uri + separator + add.Encode()
}

// keepPending keeps a request while its user is asked for something.
func (s *State) keepPending(t *lab.Handling, p Pending) {
	p.Flow, p.Expires = t.Flow, t.Now().Add(keptForLogin)
	s.Pending = lab.Keep(s.Pending, p, maxKeptPending)
	fields := []event.ChangeField{{Name: "client_id", To: p.Request.ClientID}}
	if p.Refusal != nil {
		fields = append(fields, event.ChangeField{Name: "error", To: p.Refusal.Code})
	}
	t.Changed("authorization", "kept", p.ID, fields...)
}
