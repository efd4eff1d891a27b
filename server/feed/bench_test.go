package feed

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/lab"
	"oauthlab/server/store"
	"oauthlab/server/store/storetest"
)

// noon is when these tests play.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// bench is a party with a recorder over HTTP, and one lab.
type bench struct {
	*testing.T
	labs    *lab.Labs
	lab     *lab.Lab
	senders InternalSenders
	url     string // the party's address on the wire
	after   uint64 // the position behind which events returns what happened
}

const (
	labOrigin  = "http://localhost:8080"
	authOrigin = "http://localhost:8081"
)

// newBench starts the party auth with one endpoint below every path.
func newBench(t *testing.T, route Route) *bench {
	t.Helper()
	db := storetest.Open(t)
	labs := &lab.Labs{
		Store: db, Now: func() time.Time { return noon },
		Origins: lab.Origins{event.Lab: labOrigin, event.Auth: authOrigin, event.Mallory: "http://127.0.0.1:8083"},
	}
	l, _, err := labs.Create(t.Context(), "v03")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, labs: labs, lab: l, senders: InternalSenders{Secret: []byte("a secret that the parties share")}, after: 1}
	recorder := &Recorder{
		Labs: labs, Party: event.Auth, Origin: authOrigin, InternalSenders: b.senders, Log: slog.New(slog.DiscardHandler),
		TurnAway: func(w http.ResponseWriter, _ *http.Request, status int, why api.Refusal) {
			if status == http.StatusNotFound {
				http.Error(w, "nobody lives here", http.StatusTeapot)
				return
			}
			http.Error(w, why.Description, status)
		},
	}
	mux := http.NewServeMux()
	mux.Handle("/{lab}/", recorder.Handle(route))
	server := httptest.NewUnstartedServer(mux)
	server.Config.MaxHeaderBytes = 16 << 10 // as the program has it
	server.Start()
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

// request makes a request below the lab's path.
func (b *bench) request(method, path string, body io.Reader) *http.Request {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, b.url+"/"+b.lab.ID.String()+path, body)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// do sends a request and returns the answer with its body.
func (b *bench) do(r *http.Request) (*http.Response, string) {
	b.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	return resp, string(body)
}

// events returns what happened since the bench was made.
func (b *bench) events() []event.Event {
	b.Helper()
	return eventsOf(b.T, b.labs.Store, b.lab.ID, b.after)
}

func eventsOf(t *testing.T, s *store.Store, id uuid.UUID, after uint64) []event.Event {
	t.Helper()
	var all []event.Event
	err := s.Events(t.Context(), id, after, func(e event.Event) error {
		all = append(all, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// exchange sends a request and returns the two events that it left.
func (b *bench) exchange(r *http.Request) (request, response event.Event) {
	b.Helper()
	b.do(r)
	all := b.events()
	if len(all) != 2 || all[0].Request == nil || all[1].Response == nil {
		b.Fatalf("the log has %+v", all)
	}
	b.after += 2
	return all[0], all[1]
}

// headerOf returns the values of a recorded header.
func headerOf(fields []event.Field, name string) (values []string) {
	for _, f := range fields {
		if f.Name == name {
			values = append(values, f.Value)
		}
	}
	return values
}

// fine is an endpoint that answers every request alike.
func fine(w http.ResponseWriter, _ *http.Request, _ *lab.Handling) { io.WriteString(w, "fine") } //nolint:errcheck // a buffer

// aClient attributes what says nothing about itself to the client that it names.
func aClient(_ *lab.Lab, _ *http.Request, form url.Values) event.Party {
	if id := form.Get("client_id"); id != "" {
		return event.Party(id)
	}
	return event.Outside
}

// appendNotes puts n notes of the lab into the log and returns their ids.
func (b *bench) appendNotes(n int) []string {
	b.Helper()
	ids := make([]string, n)
	for i := range ids {
		e := b.lab.NewNote("test", "note")
		ids[i] = e.ID
		if _, err := b.labs.Store.Append(context.WithoutCancel(b.Context()), b.lab.ID, e); err != nil {
			b.Fatal(err)
		}
	}
	return ids
}
