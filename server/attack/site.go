package attack

import (
	"embed"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/route"
)

//go:embed pages/*.html
var pages embed.FS

var sitePage = template.Must(template.ParseFS(pages, "pages/site.html"))

// Site is Mallory's web site: another host than the lab's parties, so that
// browsers treat it as another site. It keeps whatever is brought to it.
type Site struct {
	Labs   *lab.Labs
	Badges feed.Badges
	Assets fs.FS // holds css/mallory.css
	Log    *slog.Logger

	MaxBody int64                                    // see feed.Tape
	Pace    func(lab uuid.UUID) (wait time.Duration) // see feed.Tape
}

// Handler returns her pages.
func (s *Site) Handler() http.Handler {
	tape := &feed.Tape{
		Labs: s.Labs, Party: event.Mallory, Origin: s.Labs.Origins.Mallory, Badges: s.Badges,
		Log: s.Log, MaxBody: s.MaxBody, Pace: s.Pace,
		TurnAway: func(w http.ResponseWriter, _ *http.Request, status int, _ api.Error) { s.show(w, status, "") },
	}
	mux := &route.Mux{}
	mux.Handle("/{lab}/", tape.Handle(feed.Route{
		Serve: func(w http.ResponseWriter, r *http.Request, _ *lab.Turn) {
			s.show(w, http.StatusOK, r.URL.Query().Get("code"))
		},
		Silent: func(url.Values) event.Party { return event.Browser },
	}))
	mux.Handle("GET /web/css/mallory.css", http.StripPrefix("/web/", http.FileServerFS(s.Assets)))
	mux.HandleFunc("/", s.unknown)
	return route.Guard("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors "+s.Labs.Origins.Lab, mux)
}

func (s *Site) unknown(w http.ResponseWriter, _ *http.Request) { s.show(w, http.StatusNotFound, "") }

// show writes her page, with the code that was brought to her, if one was.
func (s *Site) show(w http.ResponseWriter, status int, code string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy",
		"default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "+s.Labs.Origins.Lab)
	w.WriteHeader(status)
	if err := sitePage.Execute(w, struct{ Code string }{code}); err != nil {
		s.Log.Error("page", "party", event.Mallory, "err", err)
	}
}
