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

// resume signs the browser in and goes on with the request that waited.
func (s *Server) resume(w http.ResponseWriter, r *http.Request, t *lab.Turn, kept, subject string) {
	session, code := newSecret(), newSecret()
	d, err := lab.Update(r.Context(), t, s.docs(), func(state *State, t *lab.Turn) (decision, error) {
		p, waits := state.pending(kept, t.Now())
		if !waits {
			return decision{shown: errNothingWaits}, nil
		}
		state.removePending(kept)
		state.forgive(subject)
		expires := t.Now().Add(sessionLife)
		state.Sessions = keep(state.Sessions, Session{ID: session, Subject: subject, Expires: expires}, maxKept)
		t.Changed("session", "stored", subject, event.ChangeField{Name: "subject", To: subject})
		if t.Settings.Rules().Value(guard.IDResume) == guard.DeadEnd {
			return decision{deadEnd: true}, nil
		}
		return s.grant(state, t, p.Request, code, subject), nil
	})
	if err == nil && d.shown == nil {
		http.SetCookie(w, s.newSessionCookie(t, session))
	}
	s.conclude(w, t, d, err)
}

var errNothingWaits = &Error{
	codeInvalidRequest, "No authorization request waits for this login.",
	"It was used, or it is older than 15 minutes of the lab's time. Start the flow again from the client.",
}

func (s *Server) newSessionCookie(t *lab.Turn, session string) *http.Cookie {
	return &http.Cookie{
		Name: sessionCookie, Value: session, Path: "/" + t.ID.String() + "/",
		HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(t.Origins.Auth, "https:"),
	}
}

// showLogin shows the login page, with the client's name and what went wrong.
func (s *Server) showLogin(w http.ResponseWriter, r *http.Request, t *lab.Turn, kept, problem string, status int) {
	state, err := s.docs().Get(r.Context(), t.ID)
	if err != nil {
		s.fault(w, t, err)
		return
	}
	p, waits := state.pending(kept, t.Now())
	if !waits {
		s.showError(w, http.StatusBadRequest, errNothingWaits)
		return
	}
	name := p.Request.ClientID
	if c, known := state.client(name); known {
		name = c.Name
	}
	target, err := url.Parse(p.Request.RedirectURI)
	if err != nil {
		s.fault(w, t, err)
		return
	}
	s.showPage(w, status, loginPage, lab.OriginOf(target), loginView{
		Action: "/" + t.ID.String() + "/login", Request: kept, Client: name, Users: users(),
		Problem: problem, Help: s.helpWith(problem),
	})
}
