package attack

import (
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/asset"
	"oauthlab/server/authserver"
	"oauthlab/server/endpoint"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/route"
)

//go:embed pages/*.html
var pages embed.FS

var sitePage = template.Must(template.ParseFS(pages, "pages/site.html"))

// AssetNames are the files of package web that Mallory's pages need.
func AssetNames() []string { return []string{"css/mallory.css", "icons/mallory.svg"} }

// Site is Mallory's web site: another host than the lab's parties, so that
// browsers treat it as another site. It keeps whatever is brought to it.
type Site struct {
	Labs            *lab.Labs
	InternalSenders feed.InternalSenders
	StrangerKey     lab.StrangerKey // of which her keys are made
	Assets          *asset.Files    // those of AssetNames
	Log             *slog.Logger

	MaxBody     int64                                    // see feed.Recorder
	RateLimiter func(lab uuid.UUID) (wait time.Duration) // see feed.Recorder
}

// Endpoints is the table of her site, for whoever describes it.
func Endpoints() []endpoint.Row { return new(Site).endpoints() }

func (s *Site) endpoints() []endpoint.Row {
	return []endpoint.Row{
		{
			Path: "/{lab}/", Caller: endpoint.Navigation, Serve: endpoint.Plain(s.take),
			Does: "Takes whatever is brought to her, by any method, and shows the code that came with it.",
		},
		{
			Method: http.MethodGet, Path: "/{lab}/new-billing", Caller: endpoint.Client, Shared: true, Serve: endpoint.Plain(s.counterfeit), Section: "RFC 9700 §4.9.1",
			Does: "Answers as billing would, with nothing to pay, and keeps the token of whoever asks.",
		},
		{
			Method: http.MethodGet, Path: "/{lab}/keys", Caller: endpoint.Client, Shared: true, Serve: endpoint.Plain(s.jwks), Section: "RFC 7517 §5",
			Does: "Publishes a key of Mallory's own, as an authorization server publishes its keys.",
		},
	}
}

// Handler returns her pages.
func (s *Site) Handler() http.Handler {
	recorded := endpoint.Recorded{
		Recorder: &feed.Recorder{
			Labs: s.Labs, Party: event.Mallory, Origin: s.Labs.Origins[event.Mallory], InternalSenders: s.InternalSenders,
			Log: s.Log, MaxBody: s.MaxBody, RateLimiter: s.RateLimiter,
			TurnAway: func(w http.ResponseWriter, _ *http.Request, status int, _ api.Refusal) { s.show(w, status, "") },
		},
		Fail: func(w http.ResponseWriter, _ *http.Request, _ *lab.Handling, _ endpoint.Caller, err error) {
			status := http.StatusInternalServerError // her pages have nothing that fails
			if e, is := errors.AsType[*endpoint.Error](err); is {
				status = e.Status // one that is not there, or not by this method
				e.SetHeaders(w)
			}
			s.show(w, status, "")
		},
	}
	mux := &route.Mux{}
	recorded.Mount(mux, s.endpoints())
	for _, pattern := range s.Assets.Patterns() {
		mux.Handle(pattern, s.Assets)
	}
	mux.HandleFunc("/", s.unknown)
	return route.Guard("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors "+lab.AllParties().FrameAncestors(s.Labs.Origins, event.Mallory), mux)
}

func (s *Site) take(w http.ResponseWriter, r *http.Request, _ *lab.Handling) error {
	s.show(w, http.StatusOK, r.URL.Query().Get("code"))
	return nil
}

// counterfeit answers as an API does, so that nobody wonders.
func (s *Site) counterfeit(w http.ResponseWriter, _ *http.Request, _ *lab.Handling) error {
	endpoint.WriteJSON(w, http.StatusOK, struct {
		Owner string   `json:"owner"`
		Bills []string `json:"bills"`
	}{"you", []string{}})
	return nil
}

// jwks publishes the public half of her key.
func (s *Site) jwks(w http.ResponseWriter, _ *http.Request, t *lab.Handling) error {
	endpoint.WriteJSON(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{
		Key: s.StrangerKey.Of(t.ID).Public(), KeyID: authserver.StrangerKID, Algorithm: guard.ES256, Use: "sig",
	}}})
	return nil
}

func (s *Site) unknown(w http.ResponseWriter, _ *http.Request) { s.show(w, http.StatusNotFound, "") }

// show writes her page, with the code that was brought to her, if one was.
func (s *Site) show(w http.ResponseWriter, status int, code string) {
	var text strings.Builder
	if err := sitePage.Execute(&text, struct{ Code string }{code}); err != nil {
		s.Log.Error("page", "party", event.Mallory, "err", err)
	}
	s.Assets.Show(w, status, "no-referrer",
		"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "+lab.AllParties().FrameAncestors(s.Labs.Origins, event.Mallory), text.String())
}
