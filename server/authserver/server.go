package authserver

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/server/asset"
	"oauthlab/server/endpoint"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/route"
	"oauthlab/server/store"
)

// AssetNames are the files of package web that the server's pages need.
func AssetNames() []string { return []string{"css/auth.css", "fonts/inter.woff2", "icons/auth.svg"} }

// Server is an authorization server, for all labs. A second one is a second value, with a
// party, a document and an origin of its own. It is safe for concurrent use.
type Server struct {
	Party  event.Party // who answers, in the log
	Kind   store.Kind  // of its document
	Origin string      // its public origin; a lab's issuer is below it

	Labs            *lab.Labs
	InternalSenders feed.InternalSenders
	Secret          []byte               // by which the server knows what it issued; one for all processes
	ClientKey       []byte               // from which the secrets of clients are made that every lab has; likewise
	APIKey          lab.APIKey           // that it shares with its API; likewise
	StrangerKey     lab.StrangerKey      // of which keys are made that are not the server's; likewise
	Keys            *Keys                // with which it signs, from v08 on
	Assets          *asset.Files         // those of AssetNames
	Beside          func(mux *route.Mux) // binds what else stands on the origin; nil for nothing
	Log             *slog.Logger

	MaxBody     int64                                    // see feed.Recorder
	RateLimiter func(lab uuid.UUID) (wait time.Duration) // see feed.Recorder

	slow slowAnswers // of servers with a fault
}

// Document is the server's record of labs.
func (s *Server) Document() Document {
	return Document{Store: s.Labs.Store, Owner: s.Party, Kind: s.Kind, ClientKey: s.ClientKey, APIKey: s.APIKey, Keys: s.Keys}
}

func (s *Server) docs() store.Documents[State] { return s.Document().docs() }

// issuer is the server's issuer identifier in a lab (RFC 8414 §2): of the server itself, or of
// the one with a fault that was asked.
func (s *Server) issuer(t *lab.Handling) string { return s.Origin + pathOf(t) }

// pathOf is the path of the issuer.
func pathOf(t *lab.Handling) string {
	if t.Fault != "" {
		return "/" + t.ID.String() + "/fault/" + t.Fault
	}
	return "/" + t.ID.String()
}

// Handler returns every endpoint of the table, and the files of the pages.
func (s *Server) Handler() http.Handler {
	recorded := endpoint.Recorded{
		Recorder: &feed.Recorder{
			Labs: s.Labs, Party: s.Party, Origin: s.Origin, InternalSenders: s.InternalSenders,
			Log: s.Log, TurnAway: s.turnAway, MaxBody: s.MaxBody, RateLimiter: s.RateLimiter,
		},
		Fail: s.fail, Flow: s.flowOf, Named: named,
	}
	mux := &route.Mux{}
	recorded.Mount(mux, s.endpoints())
	recorded.Mount(mux, s.faulty())
	recorded.Mount(mux, s.signposts())
	if s.Beside != nil {
		s.Beside(mux)
	}
	recorded.Named = func(*lab.Lab, *http.Request, url.Values) event.Party { return event.Outside }
	recorded.Mount(mux, []endpoint.Row{{Path: "/{lab}/", Caller: endpoint.Client, Shared: true, Serve: endpoint.Plain(s.noEndpoint)}})
	for _, pattern := range s.Assets.Patterns() {
		mux.Handle(pattern, s.Assets)
	}
	for _, form := range []string{metadataPath, discovery + "/"} {
		mux.Handle(strings.TrimSuffix(form, "/"), endpoint.Share(http.HandlerFunc(s.whichLab)))
		mux.Handle(form+"{$}", endpoint.Share(http.HandlerFunc(s.whichLab)))
	}
	mux.Handle("/", endpoint.Share(http.HandlerFunc(s.noLab)))
	return route.Guard("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors "+lab.AllParties().FrameAncestors(s.Labs.Origins, s.Party), mux)
}

// named attributes a request that no page sent to the client it names.
func named(l *lab.Lab, r *http.Request, form url.Values) event.Party {
	id := clientNamed(r, form)
	if own, known := l.Settings.Own(id); known {
		return event.Party(own.Name)
	}
	switch id {
	case ClientDemo:
		return event.Client
	case ClientWeb:
		return event.Webapp
	case ClientAgent:
		return event.Agent
	case ClientBot:
		return event.Mallory
	}
	return event.Outside
}

// clientNamed is the id of the client that a request names; "" where it names none.
func clientNamed(r *http.Request, form url.Values) string {
	id := form.Get("client_id")
	if user, _, has := readBasic(r.Header.Get("Authorization")); has && id == "" {
		id, _ = url.QueryUnescape(user) // RFC 6749 §2.3.1
	}
	return id
}

// flowOf finds the authorization that a request belongs to, or "".
func (s *Server) flowOf(ctx context.Context, pattern string, l *lab.Lab, r *http.Request, form url.Values) string {
	switch strings.Replace(pattern, faultyLab, "{lab}", 1) {
	case "/{lab}/authorize":
		return s.flowOfURL(l, r)
	case "/{lab}/login":
		return s.flowOfLogin(ctx, l, r, form)
	case "/{lab}/token":
		return s.flowOfGrant(ctx, l, form)
	case "/{lab}/introspect":
		return s.flowOfToken(ctx, l, form.Get("token"))
	case "/{lab}/userinfo":
		sent, _ := readAccessToken(r, form)
		return s.flowOfToken(ctx, l, sent)
	}
	return ""
}

// flowOfURL finds the flow that a client announced for this very request, and begins
// one for a client that announces nothing.
func (s *Server) flowOfURL(l *lab.Lab, r *http.Request) string {
	if flow := l.FlowOf(s.Origin + r.URL.RequestURI()); flow != "" {
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

// flowOfGrant finds the flow in which the code or the refresh token was issued.
func (s *Server) flowOfGrant(ctx context.Context, l *lab.Lab, form url.Values) string {
	state, err := s.docs().Get(ctx, l.ID)
	if err != nil {
		return ""
	}
	if code := state.code(form.Get("code")); code != nil {
		return code.Flow
	}
	if family, _ := state.refreshToken(form.Get("refresh_token")); family != nil {
		return family.Flow
	}
	if token, known := state.Token(form.Get("subject_token")); known {
		return token.Flow
	}
	return ""
}

// flowOfToken finds the flow in which an access token was issued.
func (s *Server) flowOfToken(ctx context.Context, l *lab.Lab, value string) string {
	state, err := s.docs().Get(ctx, l.ID)
	if err != nil {
		return ""
	}
	token, _ := state.Token(value)
	return token.Flow
}

// newSecret makes a value that nobody guesses: 32 bytes, RFC 6749 §10.10 asks
// for a chance of guessing of at most 2^-128 and better 2^-160.
func newSecret() string {
	b := make([]byte, 32)
	rand.Read(b) //nolint:errcheck // never returns an error (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}
