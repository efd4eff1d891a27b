package authserver

import (
	"embed"
	"html/template"
	"net/http"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/prose"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

//go:embed pages/*.html
var pageFiles embed.FS

var (
	loginPage = parsePage("login")
	errorPage = parsePage("error")

	// signedInPage is the dead end of a server that forgot why the user came.
	signedInPage = parsePage("signed_in")

	// donePage is for whoever presses twice, goes back or reloads.
	donePage = parsePage("done")
)

func parsePage(name string) *template.Template {
	return template.Must(template.ParseFS(pageFiles, "pages/layout.html", "pages/"+name+".html"))
}

type loginView struct {
	Action  string
	Request string
	Client  string
	Users   []user // each has a button; none where names and passwords are typed
	Problem string
	Refusal *endpoint.Error // of the request, which the client hears after the login
	Host    string          // where the answer goes
	Own     bool            // the client is the learner's
	APIs    []string        // to which the client asks to be let in; none where requests name none yet

	Hint      string // the user whom the client expects (OpenID Connect Core §3.1.2.1)
	Stranger  bool   // the hint names nobody of this lab
	IsFixture bool   // Alice is the one of the lessons, whose password is known

	ProblemHelp, RefusalHelp string // where the lab explains them
}

// LetIn names the APIs in a sentence.
func (v loginView) LetIn() string { return prose.List(v.APIs) }

// show puts the lab's users on the page.
func (v *loginView) show(all people, typed bool) {
	if !typed {
		v.Users = all
	}
	_, known := all.find(v.Hint)
	v.Stranger = v.Hint != "" && !known
	alice, _ := all.find(fixtures()[0].Subject)
	v.IsFixture = !alice.seeded
}

// doneView is a login that was answered before: each request is answered once.
type doneView struct {
	Client  string
	Another bool   // a user other than the one who signed in was chosen now
	Answer  string // where the browser was sent; "" where there is no use in going there
	Lab     string // its page
}

type errorView struct {
	Code        string
	Description string
	Hint        string
	Help        string // where the lab explains the error
	Lab         string // its origin
}

// showError shows an error to the person at the browser. It is the answer where a
// redirect would not be safe (RFC 6749 §4.1.2.1).
func (s *Server) showError(w http.ResponseWriter, e *endpoint.Error) {
	e.SetHeaders(w)
	s.showPage(w, e.Status, errorPage, "", errorView{
		e.Code, e.Description, e.Hint, s.helpWith(e.Description), s.Labs.Origins[event.Lab],
	})
}

// helpWith returns where the lab tells the causes and cures of what is said; its
// troubleshooting leads from the words to the entry.
func (s *Server) helpWith(says string) string {
	return s.Labs.Origins.Help(says)
}

// showPage writes a page that the lab alone may frame. formTarget is the origin
// beyond our own to which the page's form may lead: Chromium applies form-action
// to the redirect after the login as well.
func (s *Server) showPage(w http.ResponseWriter, status int, page *template.Template, formTarget string, view any) {
	policy := "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors " + lab.AllParties().FrameAncestors(s.Labs.Origins, s.Party)
	if formTarget != "" {
		policy += "; form-action 'self' " + formTarget
	} else {
		policy += "; form-action 'none'"
	}
	var text strings.Builder
	if err := page.ExecuteTemplate(&text, "layout", view); err != nil {
		s.Log.Error("page", "party", s.Party, "err", err)
	}
	// With no-referrer the form's Origin would be null, and be refused.
	s.Assets.Show(w, status, "same-origin", policy, text.String())
}
