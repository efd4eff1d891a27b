package webapp

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"strings"

	"oauthlab/app/client"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

//go:embed pages/home.html
var pageFiles embed.FS

var homePage = template.Must(template.ParseFS(pageFiles, "pages/home.html"))

// homeView is what the one page of the web app shows.
type homeView struct {
	Login         string // address; "" where somebody is signed in
	Again, Logout string // addresses; "" where nobody is
	Session       Session
	Problem       string // a sentence
	Hint          string
}

// home shows who is signed in.
func (s *Server) home(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	one, err := s.open(r, t)
	if err != nil {
		return err
	}
	base := "/" + t.ID.String()
	v := homeView{Session: one, Problem: one.Problem, Login: base + "/start"}
	if one.Tokens().AccessToken != "" {
		v.Login, v.Again, v.Logout = "", base+"/again", base+"/logout"
	}
	s.show(w, http.StatusOK, v)
	return nil
}

// start sends the browser to the authorization server, with a new session that remembers
// the login until it comes back.
func (s *Server) start(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	was := cookieHash(r)
	one := Session{}.owned(nil)
	target := "/" + t.ID.String() + "/" // its own page, which says what went wrong
	if err := s.oauth(t, one, func(to string) { target = to }).Begin(r.Context()); err != nil {
		one.Problem = problem(err)
	}
	s.begin(w, t, &one)
	if err := s.save(r.Context(), t, was, one); err != nil {
		return err
	}
	endpoint.SeeOther(w, target)
	return nil
}

// callback takes the answer, redeems the code, and asks the API whose account it is. What
// goes wrong is shown on the page that the browser is sent to.
func (s *Server) callback(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	one, err := s.take(r, t)
	if err != nil {
		return err
	}
	was := one.Cookie
	if err := s.finish(r.Context(), t, &one, s.origin()+r.URL.RequestURI()); err != nil {
		one.Problem = problem(err)
	}
	s.begin(w, t, &one)
	if err := s.save(r.Context(), t, was, one); err != nil {
		return err
	}
	endpoint.SeeOther(w, "/"+t.ID.String()+"/")
	return nil
}

func (s *Server) finish(ctx context.Context, t *lab.Handling, one *Session, callback string) error {
	one.Problem = ""
	oauth := s.oauth(t, *one, nil)
	code, err := oauth.Callback(ctx, callback)
	if err != nil {
		return err
	}
	if _, err := oauth.Redeem(ctx, code); err != nil {
		return err
	}
	if one.Who, one.Account, err = s.account(ctx, t, oauth); err != nil {
		return err
	}
	if one.Shows, err = oauth.Show(ctx); err != nil {
		return err
	}
	return s.fill(ctx, t, one)
}

// problem is why the client gave up, as a sentence, with the name of a check and not its id.
func problem(err error) string {
	if refusal, is := errors.AsType[*guard.Refusal](err); is {
		part, _ := guard.FindPart(refusal.Guard)
		return prose.Sentence(part.Title + ": " + refusal.Reason)
	}
	return prose.Clip(prose.Sentence(err.Error()), 600, "…")
}

// again asks the API once more. Nobody else's page makes it ask.
func (s *Server) again(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	if err := ownForm(r); err != nil {
		return err
	}
	one, err := s.open(r, t)
	if err != nil {
		return err
	}
	one.Problem = ""
	shows, err := s.oauth(t, one, nil).Show(r.Context())
	if err != nil {
		one.Problem = problem(err)
	} else {
		one.Shows = shows
	}
	if one.Tokens().AccessToken == "" { // the login is over
		one.Shows, one.Who, one.Account = client.Shown{}, client.User{}, Account{}
	}
	if one.Cookie != "" {
		if err := s.save(r.Context(), t, one.Cookie, one); err != nil {
			return err
		}
	}
	endpoint.SeeOther(w, "/"+t.ID.String()+"/")
	return nil
}

// ownForm refuses a form that another site sent.
func ownForm(r *http.Request) error {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return endpoint.Refuse(http.StatusForbidden, endpoint.InvalidRequest, "This form was sent from another site.", "Press the button on the page of the web app itself.").Because(err)
	}
	return nil
}

// logout ends the session. At the authorization server the user stays signed in.
func (s *Server) logout(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	if err := ownForm(r); err != nil {
		return err
	}
	one, err := s.open(r, t)
	if err != nil {
		return err
	}
	was := one.Cookie
	if err := s.oauth(t, one, nil).SignOut(r.Context()); err != nil {
		return err
	}
	one = Session{}.owned(nil)
	s.begin(w, t, &one)
	if err := s.save(r.Context(), t, was, one); err != nil {
		return err
	}
	endpoint.SeeOther(w, "/"+t.ID.String()+"/")
	return nil
}

// fail is the one place where errors are written.
func (s *Server) fail(w http.ResponseWriter, _ *http.Request, t *lab.Handling, _ endpoint.Caller, err error) {
	e, is := errors.AsType[*endpoint.Error](err)
	if !is {
		if _, closed := errors.AsType[*lab.UnavailableError](err); !closed { // why it is closed has been logged
			s.Log.Error("endpoint", "party", event.Webapp, "lab", t.ID, "err", err)
		}
		e = endpoint.Refuse(http.StatusServiceUnavailable, endpoint.Unavailable, "The web app cannot go on for the moment.", "Try again in a moment.").With("Retry-After", "5")
	}
	e.SetHeaders(w)
	s.show(w, e.Status, homeView{Problem: e.Description, Hint: e.Hint})
}

// turnAway answers who reaches no lab.
func (s *Server) turnAway(w http.ResponseWriter, _ *http.Request, status int, why api.Refusal) {
	s.show(w, status, homeView{Problem: why.Description, Hint: why.Hint})
}

// show writes the page. A form of it leads back to it alone.
func (s *Server) show(w http.ResponseWriter, status int, v homeView) {
	var text strings.Builder
	if err := homePage.Execute(&text, v); err != nil {
		s.Log.Error("page", "party", event.Webapp, "err", err)
	}
	// With no-referrer the form's Origin would be null, and be refused.
	s.Assets.Show(w, status, "same-origin", "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors "+
		lab.AllParties().FrameAncestors(s.Labs.Origins, event.Webapp), text.String())
}
