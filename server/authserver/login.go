package authserver

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// sessionCookie is the name of the server's cookie.
func (s *Server) sessionCookie() string { return "oauthlab_" + string(s.Party) }

// LoginPage is a request for the login page.
type LoginPage struct {
	Request string `form:"request"` // id of the authorization request that waits
}

// LoginForm is a submitted login form.
type LoginForm struct {
	Request  string `form:"request"` // id of the authorization request that waits
	Pick     string `form:"pick"`    // a user chosen by a button
	Username string `form:"username"`
	Password string `form:"password"`
}

// login takes the form of the login page. The authorization request that led there is
// kept on the server and gone on with after the login.
func (s *Server) login(w http.ResponseWriter, r *http.Request, t *lab.Handling, req LoginForm) error {
	// Nobody signs a browser in from another site (RFC 6749 §10.12).
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return endpoint.Refuse(http.StatusForbidden, endpoint.InvalidRequest, "This form was sent from another site.",
			"Sign in on the page of the authorization server itself.").Because(err)
	}
	typed, err := s.mustType(r.Context(), t, req.Request)
	if err != nil {
		return err
	}
	if typed && req.Pick != "" {
		return s.refuseLogin(w, r, t, req, http.StatusForbidden, "Sign-in is by user name and password here.")
	}
	wait, err := s.mustWait(r.Context(), t, req)
	if err != nil {
		return err
	}
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)))
		return s.refuseLogin(w, r, t, req, http.StatusTooManyRequests,
			fmt.Sprintf("Too many wrong passwords. Wait %d seconds of the lab's time.", int(wait/time.Second)))
	}
	subject := authenticate(usersOf(t.Lab), req)
	if subject == "" {
		// Not 401: that would have to name a scheme of HTTP (RFC 9110 §11.6.1).
		return s.refuseLogin(w, r, t, req, http.StatusForbidden, "This user name and password do not belong together.")
	}
	return s.signIn(w, r, t, req.Request, subject)
}

// mustWait returns how long a typed password must wait; a picked user has none.
func (s *Server) mustWait(ctx context.Context, t *lab.Handling, req LoginForm) (time.Duration, error) {
	if req.Pick != "" {
		return 0, nil
	}
	return lab.Update(ctx, t, s.docs(), func(state *State, t *lab.Handling) (time.Duration, error) {
		return state.try(req.Username, usersOf(t.Lab), t.Now()), nil
	})
}

// authenticate returns who signed in, or "". A picked user needs no password: the
// passwords of the lab's users are no secret, and browsers warn about typed ones.
func authenticate(all people, req LoginForm) string {
	if u, known := all.find(req.Pick); known {
		return u.Subject
	}
	if all.passwordFits(req.Username, req.Password) {
		return req.Username
	}
	return ""
}

// refuseLogin shows the login page again, and tells why.
func (s *Server) refuseLogin(w http.ResponseWriter, r *http.Request, t *lab.Handling, req LoginForm, status int, why string) error {
	_, err := lab.Look(r.Context(), t, s.docs(), func(_ *State, t *lab.Handling) (struct{}, error) {
		t.Noted(event.NoteLoginRefused, why, event.Field{Name: "username", Value: req.Username})
		return struct{}{}, nil
	})
	if err != nil {
		return err
	}
	return s.loginPage(w, r, t, req.Request, why, status)
}

// signIn begins a session and goes on with the request that waited. A request is
// answered once: for a second press there is again what came of the first.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, t *lab.Handling, kept, subject string) error {
	session, code := newSecret(), s.issue(t.ID, kindCode)
	d, err := lab.Update(r.Context(), t, s.docs(), func(state *State, t *lab.Handling) (decision, error) {
		if e := state.elsewhere(t, kept); e != nil {
			return decision{shown: e}, nil
		}
		if a, answered := state.answered(kept); answered {
			state.forgive(subject)
			return s.again(state, t, a, sessionOf(r, s), subject), nil
		}
		p, waits := state.pending(kept)
		if !waits || !t.Now().Before(p.Expires) {
			return decision{shown: s.nothingWaits(t, kept, waits)}, nil
		}
		state.removePending(kept)
		state.forgive(subject)
		who := state.begin(t, Session{ID: session, Subject: subject})
		d := decision{deadEnd: true}
		if t.Settings.Rules().Value(guard.IDResume) != guard.DeadEnd {
			d = s.next(state, t, p, code, who)
		}
		d.session = session
		if d.page == "" { // no other step waits
			p.Request.Resource = nil // the code has it
			state.Answered = lab.Keep(state.Answered, Answered{
				Pending: p, Subject: subject, Session: session, Answer: d.redirect, Code: d.code,
			}, maxKeptPending)
		}
		return d, nil
	})
	return s.conclude(w, t, d, err)
}

// again decides about a login whose request was answered before. Of two presses a browser
// drops the answer to the first: the same user gets the same one once more.
func (s *Server) again(state *State, t *lab.Handling, a Answered, session, subject string) decision {
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
func (s *Server) done(state *State, t *lab.Handling, a Answered, session string) *doneView {
	client, _ := s.client(t, a.Request.ClientID)
	d := &doneView{Client: client.Name, Lab: s.Labs.Origins[event.Lab] + "/" + t.Settings.Chapter}
	if session == a.Session && state.redeemable(a.Code, t.Now()) {
		d.Answer = a.Answer
	}
	return d
}

// elsewhere refuses a request that was made at another issuer of the lab: each has its own.
func (s *State) elsewhere(t *lab.Handling, kept string) *endpoint.Error {
	p, known := s.pending(kept)
	if a, answered := s.answered(kept); answered {
		p, known = a.Pending, true
	}
	if !known || p.Fault == t.Fault {
		return nil
	}
	return endpoint.Invalid("This sign-in page is another issuer's.",
		"Each issuer of the lab has requests of its own. Sign in at the issuer that the client asked.")
}

// nothingWaits says why no request of that id can be gone on with.
func (s *Server) nothingWaits(t *lab.Handling, kept string, late bool) *endpoint.Error {
	switch {
	case late:
		return endpoint.Invalid("This sign-in page is older than 15 minutes of the lab's time.",
			"A request does not wait for longer. Start the flow again from the client.")
	case s.issued(t.ID, kindRequest, kept):
		return endpoint.Invalid("This server has forgotten the authorization request.",
			"It remembers the last 16, and none from before a reset. Start the flow again from the client.")
	}
	return endpoint.Invalid("No authorization request waits for this login.",
		"The address of the page was changed, cut off, or is that of another lab. Start the flow again from the client.")
}

// showLogin shows the login page.
func (s *Server) showLogin(w http.ResponseWriter, r *http.Request, t *lab.Handling, req LoginPage) error {
	return s.loginPage(w, r, t, req.Request, "", http.StatusOK)
}

// loginPage shows the login page, with the client's name and what went wrong.
func (s *Server) loginPage(w http.ResponseWriter, r *http.Request, t *lab.Handling, kept, problem string, status int) error {
	state, err := s.docs().Get(r.Context(), t.ID)
	if err != nil {
		return err
	}
	if e := state.elsewhere(t, kept); e != nil {
		return e
	}
	p, waits := state.pending(kept)
	if a, answered := state.answered(kept); answered {
		switch session := sessionOf(r, s); {
		case a.Answer == "":
			s.showPage(w, http.StatusOK, signedInPage, "", nil)
			return nil
		case !state.lacks(session, a, t.Now()):
			s.showPage(w, http.StatusOK, donePage, "", s.done(&state, t, a, session))
			return nil
		}
		p = a.Pending
	} else if !waits || !t.Now().Before(p.Expires) {
		return s.nothingWaits(t, kept, waits)
	}
	target, err := url.Parse(p.Request.RedirectURI)
	if err != nil {
		return err
	}
	client, _ := s.client(t, p.Request.ClientID)
	view := loginView{
		Action: pathOf(t) + "/login", Request: kept, Client: client.Name,
		Host: target.Host, Own: client.own, Refusal: p.Refusal, Problem: problem, Hint: p.Request.LoginHint,
	}
	for _, one := range targets(t.Lab, client, p.Request.Resource) {
		r, known := t.ResourceAt(one)
		if !known {
			r.Called = one
		}
		view.APIs = append(view.APIs, r.Called)
	}
	view.show(usersOf(t.Lab), signInAt(t, client) == guard.TypedForm)
	formTarget := lab.OriginOf(target)
	if client.own {
		formTarget = s.Labs.OwnRedirects.FormAction(target)
	}
	if problem != "" {
		view.ProblemHelp = s.helpWith(problem)
	}
	if p.Refusal != nil {
		view.RefusalHelp = s.helpWith(p.Refusal.Description)
	}
	s.showPage(w, status, loginPage, formTarget, view)
	return nil
}
