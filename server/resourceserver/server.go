package resourceserver

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/endpoint"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/route"
)

// Server is the resource server, for all labs. It is safe for concurrent use.
type Server struct {
	Origin string // its public origin; a lab's resources are below it
	Tokens Tokens // beside an authorization server, which knows; nil on an origin of its own

	APIKey    lab.APIKey        // that it shares with the authorization server
	Transport http.RoundTripper // the way to that; nil for the network

	Labs            *lab.Labs
	InternalSenders feed.InternalSenders
	Log             *slog.Logger

	MaxBody     int64                                    // see feed.Recorder
	RateLimiter func(lab uuid.UUID) (wait time.Duration) // see feed.Recorder

	fetches keyFetches
}

func (s *Server) document() Document { return Document{Store: s.Labs.Store} }

// Handler is the API on an origin of its own.
func (s *Server) Handler() http.Handler {
	mux := &route.Mux{}
	s.Mount(mux)
	s.recorded().Mount(mux, []endpoint.Row{{Path: "/{lab}/", Caller: endpoint.Client, Shared: true, Serve: endpoint.Plain(s.noEndpoint)}})
	mux.Handle("/", endpoint.Share(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.turnAway(w, r, http.StatusNotFound, api.Refusal{Code: endpoint.InvalidRequest, Description: "There is nothing here.", Hint: "The resources of a lab stand below its id: /{lab}/api/me, /{lab}/protected, and from v09 on /{lab}/billing and /{lab}/calendar."})
	})))
	return route.Guard("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors "+lab.AllParties().FrameAncestors(s.Labs.Origins, event.API), mux)
}

// noEndpoint answers at addresses below a lab where there is nothing.
func (s *Server) noEndpoint(_ http.ResponseWriter, _ *http.Request, t *lab.Handling) error {
	there := "/api/me and /protected"
	if t.Settings.Rules().Offers(guard.ResourceIndicators) {
		there = "/api/me, /protected, /billing and /calendar"
	}
	return endpoint.Refuse(http.StatusNotFound, endpoint.InvalidRequest, "The API has nothing at this address.", "Its resources are "+there+".")
}

// Mount binds the endpoints of the table.
func (s *Server) Mount(mux *route.Mux) { s.recorded().Mount(mux, s.endpoints()) }

func (s *Server) recorded() endpoint.Recorded {
	return endpoint.Recorded{
		Recorder: &feed.Recorder{
			Labs: s.Labs, Party: event.API, Origin: s.Origin, InternalSenders: s.InternalSenders,
			Log: s.Log, TurnAway: s.turnAway, MaxBody: s.MaxBody, RateLimiter: s.RateLimiter,
		},
		Fail: s.fail, Flow: s.flowOf, Named: s.named,
	}
}

// flowOf finds the authorization that the request's token came of, or "".
func (s *Server) flowOf(ctx context.Context, _ string, l *lab.Lab, r *http.Request, _ url.Values) string {
	return s.look(ctx, l, r).Flow
}

// named attributes a request to the learner's client that its token was given to. Of the
// lab's own, a token in other hands is just what is to be seen.
func (s *Server) named(l *lab.Lab, r *http.Request, _ url.Values) event.Party {
	if own, known := l.Settings.Own(s.look(r.Context(), l, r).ClientID); known {
		return event.Party(own.Name)
	}
	return event.Outside
}

// look is what there is to know of a request's token before anybody is asked, for the log
// alone: what is wrong with it, the endpoint says.
func (s *Server) look(ctx context.Context, l *lab.Lab, r *http.Request) Token {
	b, e := readBearer(r)
	if e != nil || b.token == "" {
		return Token{}
	}
	if s.Tokens != nil {
		token, _ := s.Tokens.Token(ctx, l, b.token)
		return token
	}
	if _, c, e := parse(b.token, false); e == nil {
		return Token{ClientID: c.ClientID, Flow: flowIn(c.ID)}
	}
	state, err := s.document().State(ctx, l)
	if err != nil {
		return Token{}
	}
	a, _ := state.answerAnywhere(b.token)
	return a.token()
}

// decision is what came of a request: one of its fields is set.
type decision struct {
	answer  any
	refused *endpoint.Error
}

// serve decides about a request by what its endpoint asks of a token, does what it asks for, and writes the
// API's log.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, t *lab.Handling, status int, at access, do func(*State, *lab.Handling, string) (any, *endpoint.Error)) error {
	if e := s.elsewhere(t, r); e != nil {
		return e
	}
	b, wrong := readBearer(r)
	value := b.token
	if b.inURL && t.Settings.Rules().On(guard.IDTokenInURL) { // it is refused, whatever it is worth
		value = ""
	}
	is, err := s.checked(r.Context(), t, at.to, value)
	if refusal, refuses := errors.AsType[*endpoint.Error](err); refuses {
		wrong = cmp.Or(wrong, refusal)
	} else if err != nil {
		return err
	}
	t.Flow = cmp.Or(t.Flow, is.Flow)
	d, err := lab.Update(r.Context(), t, s.document().docs(), func(state *State, t *lab.Handling) (decision, error) {
		var d decision
		if is.answer != nil {
			state.remember(*is.answer)
		}
		subject := ""
		if d.refused = wrong; wrong == nil {
			subject, d.refused = admit(t, b, is, at)
		}
		if d.refused == nil && at.to == lab.Calendar {
			subject = actsFor(t, r, is, subject)
		}
		if d.refused == nil {
			d.answer, d.refused = do(state, t, subject)
		}
		line := newLine(t, r, d.status(status))
		if d.refused == nil && t.Settings.Rules().Offers(guard.Agents) {
			line.For, line.By = prose.Clip(subject, maxName, "…"), is.Actors
		}
		state.Log = lab.Keep(state.Log, line, maxLog)
		return d, nil
	})
	switch {
	case err != nil:
		return err
	case d.refused != nil:
		return d.refused
	}
	endpoint.WriteJSON(w, status, d.answer)
	return nil
}

// elsewhere is the answer where the chapter has the API on another origin.
func (s *Server) elsewhere(t *lab.Handling, r *http.Request) *endpoint.Error {
	if there := t.API(); !strings.HasPrefix(there, s.Origin+"/") {
		_, below, _ := strings.Cut(r.URL.Path, t.ID.String())
		return endpoint.Refuse(http.StatusNotFound, endpoint.InvalidRequest, "The API stands elsewhere.", "In this chapter it is at "+there+below+".")
	}
	return nil
}

func (d decision) status(good int) int {
	if d.refused != nil {
		return d.refused.Status
	}
	return good
}

// fail is the one place where errors are written: in JSON, as at the token endpoint. The
// challenge in the header says the same (RFC 6750 §3).
func (s *Server) fail(w http.ResponseWriter, _ *http.Request, t *lab.Handling, _ endpoint.Caller, err error) {
	e := endpoint.Explained("The API remembers no more of this lab.", err, func() {
		s.Log.Error("endpoint", "party", event.API, "lab", t.ID, "err", err)
	})
	e.SetHeaders(w)
	endpoint.WriteJSON(w, e.Status, e.Spoken(s.Labs.Origins.Help(e.Description)))
}

// turnAway answers who reaches no lab.
func (s *Server) turnAway(w http.ResponseWriter, _ *http.Request, status int, why api.Refusal) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	e := endpoint.Refuse(status, why.Code, why.Description, why.Hint)
	endpoint.WriteJSON(w, status, e.Spoken(s.Labs.Origins.Help(e.Description)))
}
