package authserver

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// sessionCookie is the name of the authorization server's cookie. Its path is
// the lab, so that labs do not see each other's.
const sessionCookie = "oauthlab_auth"

// loginRequest is a submitted login form.
type loginRequest struct {
	Request  string // id of the authorization request that waits
	Pick     string // a user chosen by a button
	Username string
	Password string
}

// login shows the login page and takes its form. The authorization request that
// led here is kept on the server and resumed after the login.
func (s *Server) login(w http.ResponseWriter, r *http.Request, t *lab.Turn) {
	if r.Method != http.MethodPost {
		s.showLogin(w, r, t, r.URL.Query().Get("request"), "", http.StatusOK)
		return
	}
	// Nobody signs a browser in from another site (RFC 6749 §10.12).
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		s.showError(w, http.StatusForbidden, &Error{
			codeInvalidRequest, "This form was sent from another site.", "Sign in on the page of the authorization server itself.",
		})
		return
	}
	req, problem := parseLogin(r)
	if problem != nil {
		s.showError(w, http.StatusBadRequest, problem)
		return
	}
	wait, err := s.mustWait(r.Context(), t, req)
	if err != nil {
		s.fault(w, t, err)
		return
	}
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)))
		s.refuseLogin(w, r, t, req, http.StatusTooManyRequests,
			fmt.Sprintf("Too many wrong passwords. Wait %d seconds of the lab's time.", int(wait/time.Second)))
		return
	}
	subject := authenticate(req)
	if subject == "" {
		// Not 401: that would have to name a scheme of HTTP (RFC 9110 §11.6.1).
		s.refuseLogin(w, r, t, req, http.StatusForbidden, "This user name and password do not belong together.")
		return
	}
	s.resume(w, r, t, req.Request, subject)
}

// mustWait returns how long a typed password must wait; a picked user has none.
func (s *Server) mustWait(ctx context.Context, t *lab.Turn, req loginRequest) (time.Duration, error) {
	if req.Pick != "" {
		return 0, nil
	}
	return lab.Update(ctx, t, s.docs(), func(state *State, t *lab.Turn) (time.Duration, error) {
		return state.try(req.Username, t.Now()), nil
	})
}

func parseLogin(r *http.Request) (loginRequest, *Error) {
	if err := r.ParseForm(); err != nil {
		return loginRequest{}, &Error{codeInvalidRequest, "The form cannot be read.", "Send it as application/x-www-form-urlencoded."}
	}
	p := parameters{values: r.PostForm}
	req := loginRequest{
		Request: p.get("request"), Pick: p.get("pick"), Username: p.get("username"), Password: p.get("password"),
	}
	return req, p.err
}

// authenticate returns who signed in, or "". A picked user needs no password: the
// passwords of the lab's users are no secret, and browsers warn about typed ones.
func authenticate(req loginRequest) string {
	if u, known := findUser(req.Pick); known {
		return u.Subject
	}
	if passwordFits(req.Username, req.Password) {
		return req.Username
	}
	return ""
}

// refuseLogin shows the login page again, and tells why.
func (s *Server) refuseLogin(w http.ResponseWriter, r *http.Request, t *lab.Turn, req loginRequest, status int, why string) {
	_, err := lab.Update(r.Context(), t, s.docs(), func(_ *State, t *lab.Turn) (struct{}, error) {
		t.Noted(event.NoteLoginRefused, why, event.Field{Name: "username", Value: req.Username})
		return struct{}{}, nil
	})
	if err != nil {
		s.fault(w, t, err)
		return
	}
	s.showLogin(w, r, t, req.Request, why, status)
}

// resume signs the browser in and goes on with the request that waited. A request is
// answered once: for a second press there is again what came of the first.
func (s *Server) resume(w http.ResponseWriter, r *http.Request, t *lab.Turn, kept, subject string) {
	session, code := newSecret(), s.issue(t.ID, kindCode)
	d, err := lab.Update(r.Context(), t, s.docs(), func(state *State, t *lab.Turn) (decision, error) {
		if a, answered := state.answered(kept); answered {
			state.forgive(subject)
			return s.again(state, t, a, sessionOf(r), subject), nil
		}
		p, waits := state.pending(kept)
		if !waits || !t.Now().Before(p.Expires) {
			return decision{shown: s.nothingWaits(t, kept, waits)}, nil
		}
		state.removePending(kept)
		state.forgive(subject)
		expires := t.Now().Add(sessionLife)
		state.Sessions = keep(state.Sessions, Session{ID: session, Subject: subject, Expires: expires}, maxKept)
		t.Changed("session", "stored", subject, event.ChangeField{Name: "subject", To: subject})
		d := s.goOn(state, t, p, code, subject)
		d.session = session
		state.Answered = keep(state.Answered, Answered{
			Pending: p, Subject: subject, Session: session, Answer: d.redirect, Code: d.code,
		}, maxKeptPending)
		return d, nil
	})
	s.conclude(w, t, d, err)
}

// goOn answers the request for which the user has signed in.
func (s *Server) goOn(state *State, t *lab.Turn, p Pending, code, subject string) decision {
	switch {
	case t.Settings.Rules().Value(guard.IDResume) == guard.DeadEnd:
		return decision{deadEnd: true}
	case p.Refusal != nil:
		return decision{redirect: withQuery(p.Request.RedirectURI, p.Refusal.asQuery(p.Request.State))}
	}
	return s.grant(state, t, p.Request, code, subject)
}

// again decides about a login whose request was answered before. Of two presses a browser
// drops the answer to the first: the same user gets the same one once more.
func (s *Server) again(state *State, t *lab.Turn, a Answered, session, subject string) decision {
	switch {
	case a.Subject == subject && a.Answer == "":
		return decision{deadEnd: true, session: a.Session}
	case a.Subject == subject && state.lacks(session, a, t.Now()):
		return decision{redirect: a.Answer, session: a.Session}
	}
	d := s.done(state, t, a, session)
	d.Another = a.Subject != subject
	return decision{done: d}
}

// done tells a browser with the session id that its request was answered. Where the code
// may still be waited for, the way to the client stands there.
func (s *Server) done(state *State, t *lab.Turn, a Answered, session string) *doneView {
	d := &doneView{Client: state.nameOf(a.Request.ClientID), Lab: s.Labs.Origins[event.Lab] + "/" + t.Settings.Chapter}
	if session == a.Session && state.redeemable(a.Code, t.Now()) {
		d.Answer = a.Answer
	}
	return d
}

// nothingWaits says why no request of that id can be gone on with.
func (s *Server) nothingWaits(t *lab.Turn, kept string, late bool) *Error {
	switch {
	case late:
		return &Error{
			codeInvalidRequest, "This sign-in page is older than 15 minutes of the lab's time.",
			"A request does not wait for longer. Start the flow again from the client.",
		}
	case s.issued(t.ID, kindRequest, kept):
		return &Error{
			codeInvalidRequest, "This server has forgotten the authorization request.",
			"It remembers the last 16, and none from before a reset. Start the flow again from the client.",
		}
	}
	return &Error{
		codeInvalidRequest, "No authorization request waits for this login.",
		"The address of the page was changed, cut off, or is that of another lab. Start the flow again from the client.",
	}
}

func (s *Server) newSessionCookie(t *lab.Turn, session string) *http.Cookie {
	return &http.Cookie{
		Name: sessionCookie, Value: session, Path: "/" + t.ID.String() + "/",
		HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(t.Origins[event.Auth], "https:"),
	}
}

// showLogin shows the login page, with the client's name and what went wrong.
func (s *Server) showLogin(w http.ResponseWriter, r *http.Request, t *lab.Turn, kept, problem string, status int) {
	state, err := s.docs().Get(r.Context(), t.ID)
	if err != nil {
		s.fault(w, t, err)
		return
	}
	p, waits := state.pending(kept)
	if a, answered := state.answered(kept); answered {
		switch session := sessionOf(r); {
		case a.Answer == "":
			s.showPage(w, http.StatusOK, signedInPage, "", nil)
			return
		case !state.lacks(session, a, t.Now()):
			s.showPage(w, http.StatusOK, donePage, "", s.done(&state, t, a, session))
			return
		}
		p = a.Pending
	} else if !waits || !t.Now().Before(p.Expires) {
		s.showError(w, http.StatusBadRequest, s.nothingWaits(t, kept, waits))
		return
	}
	target, err := url.Parse(p.Request.RedirectURI)
	if err != nil {
		s.fault(w, t, err)
		return
	}
	view := loginView{
		Action: "/" + t.ID.String() + "/login", Request: kept, Client: state.nameOf(p.Request.ClientID), Users: users(),
		Host: target.Host, Refusal: p.Refusal, Problem: problem,
	}
	if problem != "" {
		view.ProblemHelp = s.helpWith(problem)
	}
	if p.Refusal != nil {
		view.RefusalHelp = s.helpWith(p.Refusal.Description)
	}
	s.showPage(w, status, loginPage, lab.OriginOf(target), view)
}
