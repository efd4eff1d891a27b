package agent

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"oauthlab/app/client"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/asset"
	"oauthlab/server/endpoint"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/native"
	"oauthlab/server/route"
	"oauthlab/server/store"
)

//go:embed pages/home.html
var pageFiles embed.FS

var homePage = template.Must(template.ParseFS(pageFiles, "pages/home.html"))

// AssetNames are the files of package web that the agent's page needs.
func AssetNames() []string {
	return []string{"css/webapp.css", "fonts/inter.woff2", "icons/agent.svg"}
}

// callWait bounds how long an answer may take.
const callWait = 10 * time.Second

// Server is the agent, for all labs. It is safe for concurrent use.
type Server struct {
	ClientID string
	Secret   func(lab uuid.UUID) string // by which the authorization server knows it

	Labs            *lab.Labs
	InternalSenders feed.InternalSenders
	Assets          *asset.Files      // those of AssetNames
	Transport       http.RoundTripper // the way to the other parties; nil for the network
	Log             *slog.Logger

	MaxBody     int64                                    // see feed.Recorder
	RateLimiter func(lab uuid.UUID) (wait time.Duration) // see feed.Recorder
}

func (s *Server) origin() string { return s.Labs.Origins[event.Agent] }

func (s *Server) docs() store.Documents[State] { return Document{Store: s.Labs.Store}.docs() }

// Handler returns the agent's endpoints, and its page.
func (s *Server) Handler() http.Handler {
	recorded := endpoint.Recorded{
		Recorder: &feed.Recorder{
			Labs: s.Labs, Party: event.Agent, Origin: s.origin(), InternalSenders: s.InternalSenders,
			Log: s.Log, TurnAway: s.turnAway, MaxBody: s.MaxBody, RateLimiter: s.RateLimiter,
		},
		Fail: s.fail, Flow: s.flowOf,
	}
	mux := &route.Mux{}
	recorded.Mount(mux, s.endpoints())
	for _, pattern := range s.Assets.Patterns() {
		mux.Handle(pattern, s.Assets)
	}
	mux.Handle("/", endpoint.Share(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.turnAway(w, r, http.StatusNotFound, api.Refusal{Code: endpoint.InvalidRequest, Description: "The agent has nothing at this address.", Hint: "It takes tasks at /{lab}/tasks, and shows what it did at /{lab}/done."})
	})))
	return route.Guard("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors "+lab.AllParties().FrameAncestors(s.Labs.Origins, event.Agent), mux)
}

// flowOf finds the login of which the client that hands over a task has said that it belongs to.
func (s *Server) flowOf(_ context.Context, _ string, l *lab.Lab, r *http.Request, _ url.Values) string {
	return l.FlowOf(s.origin() + r.URL.RequestURI())
}

// oauth is the agent's client. It keeps nothing from one task to the next.
func (s *Server) oauth(t *lab.Handling) *client.Client {
	return &client.Client{
		As: event.Agent, ID: s.ClientID, Secret: s.Secret(t.ID), Issuer: t.Issuer(),
		AuthorizationEndpoint: t.Issuer() + "/authorize", TokenEndpoint: t.Issuer() + "/token", API: t.API(),
		Rules: ownRules(t), Store: native.Memory{}, Record: recorder{s.Labs, t.Lab}, Verify: native.Verify,
		Fetch: func(ctx context.Context, r client.Request) (client.Response, error) { return s.fetch(ctx, t, r) },
		Now:   t.Now, Random: rand.Reader, NewID: uuid.NewString,
	}
}

// ownRules are the lab's, without the habits of the client in the page: the agent has its own.
func ownRules(t *lab.Handling) guard.Rules {
	rules := t.Settings.Rules()
	rules.Switches = maps.Clone(rules.Switches)
	for _, habit := range []guard.ID{guard.IDResourceNamed, guard.IDTokenPlace} {
		delete(rules.Switches, habit)
	}
	return rules
}

// fetch sends a request of the agent's to one of the lab's own origins.
func (s *Server) fetch(ctx context.Context, t *lab.Handling, r client.Request) (client.Response, error) {
	ctx, done := context.WithTimeout(ctx, callWait)
	defer done()
	answer, err := native.Fetch(ctx, native.WithoutRedirects(s.Transport), t.Origins, func(out *http.Request) { s.InternalSenders.Pin(out, t.ID, event.Agent) }, r)
	return answer, native.WithoutAddress(err)
}

// recorder puts what the client tells into the log.
type recorder struct {
	labs *lab.Labs
	lab  *lab.Lab
}

func (r recorder) Record(ctx context.Context, step ...event.Event) error {
	return r.labs.Record(ctx, r.lab, step...)
}

// home shows what the agent did, the latest first.
func (s *Server) home(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	state, err := s.docs().Get(r.Context(), t.ID)
	if err != nil {
		return err
	}
	v := homeView{Way: t.Settings.Rules().Value(guard.IDAgentWay)}
	for i := range state.Done {
		v.Done = append(v.Done, state.Done[len(state.Done)-1-i])
	}
	s.show(w, http.StatusOK, v)
	return nil
}

// homeView is what the agent's page shows.
type homeView struct {
	Way     string // in which it acts now
	Done    []Done
	Problem string // a sentence
	Hint    string
}

// fail is the one place where errors are written: where people come, as a page.
func (s *Server) fail(w http.ResponseWriter, _ *http.Request, t *lab.Handling, caller endpoint.Caller, err error) {
	e, is := errors.AsType[*endpoint.Error](err)
	if !is {
		if _, closed := errors.AsType[*lab.UnavailableError](err); !closed { // why it is closed has been logged
			s.Log.Error("endpoint", "party", event.Agent, "lab", t.ID, "err", err)
		}
		e = endpoint.Refuse(http.StatusServiceUnavailable, endpoint.Unavailable, "The agent cannot go on for the moment.", "Try again in a moment.").With("Retry-After", "5")
	}
	e.SetHeaders(w)
	if caller == endpoint.Navigation {
		s.show(w, e.Status, homeView{Problem: e.Description, Hint: e.Hint})
		return
	}
	endpoint.WriteJSON(w, e.Status, e.Spoken(s.Labs.Origins.Help(e.Description)))
}

// turnAway answers who reaches no lab.
func (s *Server) turnAway(w http.ResponseWriter, _ *http.Request, status int, why api.Refusal) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	e := endpoint.Refuse(status, why.Code, why.Description, why.Hint)
	endpoint.WriteJSON(w, status, e.Spoken(s.Labs.Origins.Help(e.Description)))
}

// show writes the page.
func (s *Server) show(w http.ResponseWriter, status int, v homeView) {
	var text strings.Builder
	if err := homePage.Execute(&text, v); err != nil {
		s.Log.Error("page", "party", event.Agent, "err", fmt.Errorf("home: %w", err))
	}
	s.Assets.Show(w, status, "no-referrer", "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "+
		lab.AllParties().FrameAncestors(s.Labs.Origins, event.Agent), text.String())
}
