package webapp

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
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

// AssetNames are the files of package web that the web app's pages need.
func AssetNames() []string {
	return []string{"css/webapp.css", "fonts/inter.woff2", "icons/webapp.svg"}
}

// callWait bounds how long an answer may take.
const callWait = 20 * time.Second

// Server is the web app, for all labs. It is safe for concurrent use.
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

	turns [16]sync.Mutex // of sessions, by their hashes
}

func (s *Server) origin() string { return s.Labs.Origins[event.Webapp] }

func (s *Server) docs() store.Documents[State] { return Document{Store: s.Labs.Store}.docs() }

// Handler returns the web app's pages.
func (s *Server) Handler() http.Handler {
	recorded := endpoint.Recorded{
		Recorder: &feed.Recorder{
			Labs: s.Labs, Party: event.Webapp, Origin: s.origin(), InternalSenders: s.InternalSenders,
			Log: s.Log, TurnAway: s.turnAway, MaxBody: s.MaxBody, RateLimiter: s.RateLimiter,
		},
		Fail: s.fail, Flow: s.flowOf,
	}
	mux := &route.Mux{}
	recorded.Mount(mux, s.endpoints())
	for _, pattern := range s.Assets.Patterns() {
		mux.Handle(pattern, s.Assets)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.turnAway(w, r, http.StatusNotFound, api.Refusal{Description: "The web app has no page at this address.", Hint: "Open it from the lab."})
	})
	return route.Guard("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors "+lab.AllParties().FrameAncestors(s.Labs.Origins, event.Webapp), mux)
}

// flowOf finds the login that the request's session is in, or "".
func (s *Server) flowOf(ctx context.Context, pattern string, l *lab.Lab, r *http.Request, _ url.Values) string {
	if strings.HasSuffix(pattern, "/start") { // which begins another
		return ""
	}
	state, err := s.docs().Get(ctx, l.ID)
	if err != nil {
		return ""
	}
	one, _ := state.session(cookieHash(r), l.Now())
	return client.FlowIn(native.Memory(one.Kept))
}

// cookieName is the name of the session cookie.
const cookieName = "oauthlab_webapp"

// cookieHash is what the web app keeps of the request's cookie; "" where there is none.
func cookieHash(r *http.Request) string {
	c, err := r.Cookie(cookieName)
	if err != nil || c.Value == "" {
		return ""
	}
	return guard.TokenHash(c.Value)
}

// begin makes a new session of what the old one kept, and sets its cookie: whoever knew the
// cookie from before the sign-in is not signed in by it.
func (s *Server) begin(w http.ResponseWriter, t *lab.Handling, one *Session) {
	random := make([]byte, 32)
	rand.Read(random) //nolint:errcheck // never returns an error (crypto/rand)
	cookie := base64.RawURLEncoding.EncodeToString(random)
	one.Cookie, one.Expires = guard.TokenHash(cookie), t.Now().Add(sessionLife)
	http.SetCookie(w, endpoint.SessionCookie(s.origin(), cookieName, cookie, t.ID))
}

// save keeps a session in place of the one with the hash was.
func (s *Server) save(ctx context.Context, t *lab.Handling, was string, one Session) error {
	_, err := lab.Update(ctx, t, s.docs(), func(state *State, _ *lab.Handling) (struct{}, error) {
		state.put(was, one)
		if len(one.keys) > 0 {
			state.Keys = one.keys
		}
		return struct{}{}, nil
	})
	return err
}

// open returns the request's session; a new one, with an empty cookie, where there is none.
func (s *Server) open(r *http.Request, t *lab.Handling) (Session, error) {
	state, err := s.docs().Get(r.Context(), t.ID)
	if err != nil {
		return Session{}, err
	}
	one, _ := state.session(cookieHash(r), t.Now())
	return one.owned(state.Keys), nil
}

// take is open for a callback. The session leaves the record until it is saved again: of two
// callbacks at once one alone has the state (RFC 6749 §10.12), and the code is redeemed once.
func (s *Server) take(r *http.Request, t *lab.Handling) (Session, error) {
	cookie := cookieHash(r)
	return lab.Update(r.Context(), t, s.docs(), func(state *State, t *lab.Handling) (Session, error) {
		one, _ := state.session(cookie, t.Now())
		state.remove(cookie)
		return one.owned(state.Keys), nil
	})
}

// asking serves a request on whose behalf the client asks others: it is told of before, so
// that what comes of it stands behind it in the log.
func asking(serve func(http.ResponseWriter, *http.Request, *lab.Handling) error) endpoint.Handler {
	return endpoint.Plain(func(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
		if err := t.Frame.Tell(r.Context()); err != nil {
			return err
		}
		return serve(w, r, t)
	})
}

// inTurn serves the requests of one session one after the other: a refresh token works once.
func (s *Server) inTurn(serve func(http.ResponseWriter, *http.Request, *lab.Handling) error) func(http.ResponseWriter, *http.Request, *lab.Handling) error {
	return func(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
		if hash := cookieHash(r); hash != "" {
			turn := &s.turns[hash[0]%byte(len(s.turns))]
			turn.Lock()
			defer turn.Unlock()
		}
		return serve(w, r, t)
	}
}

// oauth is the client of a session. open takes the address that the browser is sent to.
func (s *Server) oauth(t *lab.Handling, one Session, open func(string)) *client.Client {
	return &client.Client{
		As: event.Webapp, ID: s.ClientID, Secret: s.Secret(t.ID), RedirectURI: t.Origins.WebCallback(t.ID),
		Issuer: t.Issuer(), AuthorizationEndpoint: t.Issuer() + "/authorize", TokenEndpoint: t.Issuer() + "/token", API: t.API(),
		Rules: t.Settings.Rules(), Store: native.Memory(one.Kept), Record: recorder{s.Labs, t.Lab}, Verify: native.Verify, Keys: native.Memory(one.keys),
		Fetch: func(ctx context.Context, r client.Request) (client.Response, error) { return s.fetch(ctx, t, r) },
		Open: func(_ context.Context, target string) error {
			open(target)
			return nil
		},
		Before: func(_ context.Context, d client.Draft) (client.Draft, error) { return d, within(t, d.URL) },
		Now:    t.Now, Random: rand.Reader, NewID: uuid.NewString,
	}
}

// within returns an error for an address outside of the lab's own origins: whatever a server's
// metadata say, nothing goes there, neither the browser nor a secret.
func within(t *lab.Handling, address string) error {
	if t.Origins.Contains(address) {
		return nil
	}
	return fmt.Errorf("%s is outside the lab", address)
}

// fetch sends a request of the client's to one of the lab's own origins.
func (s *Server) fetch(ctx context.Context, t *lab.Handling, r client.Request) (client.Response, error) {
	ctx, done := context.WithTimeout(ctx, callWait)
	defer done()
	answer, err := native.Fetch(ctx, native.WithoutRedirects(s.Transport), t.Origins, func(out *http.Request) { s.InternalSenders.Pin(out, t.ID, event.Webapp) }, r)
	return answer, native.WithoutAddress(err)
}

// recorder puts what the client tells into the log. Between the browser and a client on a
// server real messages pass: what it tells of these is told by itself.
type recorder struct {
	labs *lab.Labs
	lab  *lab.Lab
}

func (r recorder) Record(ctx context.Context, step ...event.Event) error {
	for i := range step {
		if step[i].Note != nil {
			step[i].From, step[i].To = event.Webapp, ""
		}
		if n := step[i].Note; n != nil && event.NoteRowOf(n.Name).IsArrow() {
			step[i].To = event.Webapp
		}
	}
	return r.labs.Record(ctx, r.lab, step...)
}
