package authserver

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/rs/cors"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/asset"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/route"
	"oauthlab/server/store"
)

// AssetNames are the files of package web that the server's pages need.
func AssetNames() []string { return []string{"css/auth.css", "fonts/inter.woff2", "icons/auth.svg"} }

// Server is the authorization server of all labs. It is safe for concurrent use.
type Server struct {
	Labs   *lab.Labs
	Badges feed.Badges
	Secret []byte       // by which the server knows what it issued; one for all processes
	Assets *asset.Files // those of AssetNames
	Log    *slog.Logger

	MaxBody int64                                    // see feed.Tape
	Pace    func(lab uuid.UUID) (wait time.Duration) // see feed.Tape
}

func (s *Server) docs() store.Documents[State] { return Document{s.Labs.Store}.docs() }

// Handler returns every endpoint. Each is bound under its path with any method,
// so that a wrong one is recorded and answered with what is right.
func (s *Server) Handler() http.Handler {
	tape := &feed.Tape{
		Labs: s.Labs, Party: event.Auth, Origin: s.Labs.Origins[event.Auth], Badges: s.Badges,
		Log: s.Log, TurnAway: s.turnAway, MaxBody: s.MaxBody, Pace: s.Pace,
	}
	page := func(serve serveFunc, flow flowFinder) http.Handler {
		return tape.Handle(feed.Route{Serve: serve, Flow: flow, Silent: aBrowser})
	}
	// CORS where a client in a page must read the answer, and never on /authorize
	// (RFC 9700 §2.6). Any origin may: no cookie plays a part.
	readable := func(method string, serve serveFunc, flow flowFinder) http.Handler {
		share := cors.New(cors.Options{
			AllowedOrigins: []string{"*"}, AllowedMethods: []string{method}, AllowedHeaders: []string{"Content-Type"},
		})
		return tape.Handle(feed.Route{Serve: serve, Flow: flow, Silent: s.namedClient, Share: share.Handler})
	}

	mux := &route.Mux{}
	mux.Handle("/.well-known/oauth-authorization-server/{lab}", readable(http.MethodGet, only(s.metadata, http.MethodGet), nil))
	mux.Handle("/{lab}/authorize", page(s.onlyPages(s.authorize, http.MethodGet, http.MethodPost), s.flowOfURL))
	mux.Handle("/{lab}/login", page(s.onlyPages(s.login, http.MethodGet, http.MethodPost), s.flowOfLogin))
	mux.Handle("/{lab}/token", readable(http.MethodPost, since(guard.TokenEndpoint, only(s.token, http.MethodPost)), s.flowOfCode))
	for _, later := range LaterEndpoints() {
		mux.Handle("/{lab}"+later.Path, tape.Handle(feed.Route{Serve: comesWith(later.Feature), Silent: s.namedClient}))
	}
	mux.Handle("/{lab}/", tape.Handle(feed.Route{Serve: s.noEndpoint, Silent: func(url.Values) event.Party { return event.Outside }}))
	for _, pattern := range s.Assets.Patterns() {
		mux.Handle(pattern, s.Assets)
	}
	mux.HandleFunc("/", s.noLab)
	return route.Guard("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors "+lab.AllParties().FrameAncestors(s.Labs.Origins, event.Auth), mux)
}

type flowFinder = func(ctx context.Context, l *lab.Lab, r *http.Request, form url.Values) string

func aBrowser(url.Values) event.Party { return event.Browser }

// namedClient attributes a request that no page sent to the client it names.
func (s *Server) namedClient(form url.Values) event.Party {
	if form.Get("client_id") == ClientDemo {
		return event.Client
	}
	return event.Outside
}

// flowOfURL finds the flow that a client announced for this very request, and begins
// one for a client that announces nothing.
func (s *Server) flowOfURL(_ context.Context, l *lab.Lab, r *http.Request, _ url.Values) string {
	if flow := l.FlowOf(l.Origins[event.Auth] + r.URL.RequestURI()); flow != "" {
		return flow
	}
	return uuid.NewString()
}

// flowOfLogin finds the flow of the request that waits for this login.
func (s *Server) flowOfLogin(ctx context.Context, l *lab.Lab, r *http.Request, form url.Values) string {
	state, err := s.docs().Get(ctx, l.ID)
	if err != nil {
		return ""
	}
	id := form.Get("request")
	if id == "" {
		id = r.URL.Query().Get("request")
	}
	if a, answered := state.answered(id); answered {
		return a.Flow
	}
	p, _ := state.pending(id)
	return p.Flow
}

// flowOfCode finds the flow in which the code was issued.
func (s *Server) flowOfCode(ctx context.Context, l *lab.Lab, _ *http.Request, form url.Values) string {
	state, err := s.docs().Get(ctx, l.ID)
	if err != nil {
		return ""
	}
	if code := state.code(form.Get("code")); code != nil {
		return code.Flow
	}
	return ""
}

// newSecret makes a value that nobody guesses: 32 bytes, RFC 6749 §10.10 asks
// for a chance of guessing of at most 2^-128 and better 2^-160.
func newSecret() string {
	b := make([]byte, 32)
	rand.Read(b) //nolint:errcheck // never returns an error (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}
