package authserver

import (
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"oauthlab/server/lab"
)

//go:embed pages/*.html
var pageFiles embed.FS

var (
	loginPage = parsePage("login")
	errorPage = parsePage("error")

	// signedInPage is the dead end of a server that forgot why the user came.
	signedInPage = parsePage("signed_in")
)

func parsePage(name string) *template.Template {
	return template.Must(template.ParseFS(pageFiles, "pages/layout.html", "pages/"+name+".html"))
}

type loginView struct {
	Action  string
	Request string
	Client  string
	Problem string
	Help    string // where the lab explains the problem
	Users   []user
}

type errorView struct {
	Code        string
	Description string
	Hint        string
	Help        string // where the lab explains the error
}

// showError shows an error to the person at the browser. It is the answer where a
// redirect would not be safe (RFC 6749 §4.1.2.1).
func (s *Server) showError(w http.ResponseWriter, t *lab.Turn, status int, e *Error) {
	s.showPage(w, t, status, errorPage, "", errorView{e.Code, e.Description, e.Hint, helpWith(t, e.Description)})
}

// helpWith returns where the lab tells the causes and cures of what is said; its
// troubleshooting leads from the words to the entry.
func helpWith(t *lab.Turn, says string) string {
	return t.Origins.Lab + "/troubleshooting?says=" + strings.ReplaceAll(url.QueryEscape(says), "+", "%20")
}

// showPage writes a page that the lab alone may frame. formTarget is the origin
// beyond our own to which the page's form may lead: Chromium applies form-action
// to the redirect after the login as well.
func (s *Server) showPage(w http.ResponseWriter, t *lab.Turn, status int, page *template.Template, formTarget string, view any) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	// With no-referrer the form's Origin would be null, and be refused.
	h.Set("Referrer-Policy", "same-origin")
	policy := "default-src 'none'; style-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors " + t.Origins.Lab
	if formTarget != "" {
		policy += "; form-action 'self' " + formTarget
	} else {
		policy += "; form-action 'none'"
	}
	h.Set("Content-Security-Policy", policy)
	w.WriteHeader(status)
	if err := page.ExecuteTemplate(w, "layout", view); err != nil {
		s.Log.Error("page", "lab", t.ID, "err", err)
	}
}

// fault answers when the store does not: nothing was changed.
func (s *Server) fault(w http.ResponseWriter, t *lab.Turn, err error) {
	s.Log.Error("auth", "lab", t.ID, "err", err)
	writeError(w, http.StatusServiceUnavailable, &Error{
		"temporarily_unavailable", "The store of the lab does not answer.", "Try again in a moment. Nothing was changed.",
	})
}
