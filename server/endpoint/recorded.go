package endpoint

import (
	"context"
	"net/http"
	"net/url"

	"oauthlab/lessons/event"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/route"
)

// Recorded binds a table whose requests and answers stand in the log of their lab.
type Recorded struct {
	Recorder *feed.Recorder
	// Fail is the one place where the server writes errors.
	Fail func(w http.ResponseWriter, r *http.Request, t *lab.Handling, caller Caller, err error)
	// Flow finds the authorization to which a request belongs, by the pattern of its
	// endpoint, or returns "".
	Flow func(ctx context.Context, pattern string, l *lab.Lab, r *http.Request, form url.Values) string
	// Named is the party that a client's request names, where nothing else tells.
	Named func(l *lab.Lab, r *http.Request, form url.Values) event.Party
}

// Mount binds every path of the table, each with any method, so that a wrong one is
// recorded and answered with what is right.
func (rec Recorded) Mount(mux *route.Mux, table []Row) {
	for _, path := range Paths(table) {
		mux.Handle(path.Pattern(), rec.Recorder.Handle(rec.route(path)))
	}
}

func (rec Recorded) route(path Path) feed.Route {
	caller := path[0].Caller
	to := feed.Route{
		DefaultSender: rec.Named,
		Serve: func(w http.ResponseWriter, r *http.Request, t *lab.Handling) {
			if r.Method == http.MethodHead {
				w = bodiless{w} // nor does the log say that there was a body
			}
			if err := path.Do(w, r, t); err != nil {
				rec.Fail(w, r, t, caller, err)
			}
		},
	}
	if caller == Navigation {
		to.DefaultSender = func(*lab.Lab, *http.Request, url.Values) event.Party { return event.Browser }
	}
	if rec.Flow != nil {
		to.Flow = func(ctx context.Context, l *lab.Lab, r *http.Request, form url.Values) string {
			return rec.Flow(ctx, path.Pattern(), l, r, form)
		}
	}
	if path[0].Shared {
		to.Share = Share
	}
	return to
}

// bodiless takes the body of an answer to HEAD, which has none (RFC 9110 §9.3.2).
type bodiless struct{ http.ResponseWriter }

func (bodiless) Write(p []byte) (int, error) { return len(p), nil }

// WriteString is what io.WriteString uses.
func (bodiless) WriteString(s string) (int, error) { return len(s), nil }
