package feed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/prose"
	"oauthlab/server/fault"
	"oauthlab/server/lab"
	"oauthlab/server/limit"
	"oauthlab/server/store"
)

// answerWait bounds how long the log may take for an answer: longer than a cluster
// takes to elect a leader.
const answerWait = 30 * time.Second

// DefaultMaxBody bounds what a party reads of a request, in bytes, unless Recorder.MaxBody
// says otherwise.
const DefaultMaxBody = 16 << 10

// awayWait is when to ask again where the store did not answer.
const awayWait = 5 * time.Second

// maxHeaderValues bounds what the log keeps of one message's headers, in bytes: JSON
// may write a byte as six, and an event must fit into the store.
const maxHeaderValues = 8 << 10

// Recorder records what one party receives and answers.
type Recorder struct {
	Labs            *lab.Labs
	Party           event.Party
	Origin          string // the party's public origin
	InternalSenders InternalSenders
	Log             *slog.Logger

	// TurnAway answers a request that reaches no lab: there is none (any more), it
	// is asked too much, or the house is closed. Retry-After is set where it helps.
	TurnAway func(w http.ResponseWriter, r *http.Request, status int, why api.Refusal)

	MaxBody     int64                                    // bytes; 0: DefaultMaxBody
	RateLimiter func(lab uuid.UUID) (wait time.Duration) // of the requests to one lab; nil: any
}

// Route is one endpoint of a party, below /{lab}/.
type Route struct {
	// Serve handles the request, whose body has been read and can be read again.
	Serve func(w http.ResponseWriter, r *http.Request, t *lab.Handling)
	// Flow finds the authorization to which a request belongs, or returns "".
	Flow func(ctx context.Context, l *lab.Lab, r *http.Request, form url.Values) string
	// DefaultSender names the sender of a request that says nothing about itself.
	DefaultSender func(l *lab.Lab, r *http.Request, form url.Values) event.Party
	// Share lets pages of other origins read each answer, that to a request which is
	// turned away too. nil: none may.
	Share func(http.Handler) http.Handler
}

// Handle records the route's messages around its Serve, in one frame of the log with
// what Serve changes. The answer is sent after it stands in the log, so that what the
// caller does next comes after it. A request is told of when it is answered, or when
// somebody reads what it changed.
func (tp *Recorder) Handle(route Route) http.Handler {
	if route.Share != nil {
		tp = tp.sharing(route.Share)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l, err := tp.open(r)
		switch {
		case errors.Is(err, store.ErrNotFound):
			tp.TurnAway(w, r, http.StatusNotFound, tp.unknownLab())
			return
		case err == nil && tp.mustWait(w, r, l.ID):
			return
		case err != nil:
			tp.fail(w, r, err)
			return
		}
		ctx := r.Context()
		body, tooLarge := readBody(w, r, tp.maxBody())
		form, _ := url.ParseQuery(string(body))
		sender := tp.sender(r, l, form, route)

		request := tp.newEvent(l, sender, tp.Party, event.KindRequest)
		if route.Flow != nil {
			request.Flow = route.Flow(ctx, l, r, form)
		}
		request.Request = tp.request(r, body)
		frame := tp.Labs.Store.NewFrame(l.ID, request)
		answered := false
		defer func() {
			if !answered { // Serve has panicked
				frame.Tell(context.WithoutCancel(ctx)) //nolint:errcheck // nor could it be told
			}
		}()

		answer := &answer{header: http.Header{}, status: http.StatusOK}
		turn := &lab.Handling{Lab: l, Party: tp.Party, Request: request.ID, Flow: request.Flow, Frame: frame}
		switch {
		case tooLarge:
			tp.TurnAway(answer, r, http.StatusRequestEntityTooLarge, tooLargeFor(tp.maxBody()))
		case route.Share != nil:
			route.Share(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				route.Serve(w, r, turn)
			})).ServeHTTP(answer, r)
		default:
			route.Serve(answer, r, turn)
		}
		answered = true
		fault.At(fault.AnswerDecided)

		// What was decided is told and answered, even when the process is ending.
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), answerWait)
		defer done()
		response := tp.newEvent(l, tp.Party, sender, event.KindResponse)
		response.Flow, response.Re = turn.Flow, request.ID
		response.Response = answer.event()
		if err := frame.Tell(ctx, response); err != nil {
			tp.fail(w, r, err)
			return
		}
		answer.send(w)
		fault.Sent(fault.AnswerSent, w)
	})
}

// sharing returns a copy whose TurnAway other origins can read.
func (tp *Recorder) sharing(share func(http.Handler) http.Handler) *Recorder {
	shared := *tp
	shared.TurnAway = func(w http.ResponseWriter, r *http.Request, status int, why api.Refusal) {
		share(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			tp.TurnAway(w, r, status, why)
		})).ServeHTTP(w, r)
	}
	return &shared
}

func (tp *Recorder) open(r *http.Request) (*lab.Lab, error) {
	id, known := lab.ParseID(r.PathValue("lab"))
	if !known {
		return nil, store.ErrNotFound
	}
	return tp.Labs.Open(r.Context(), id)
}

func (tp *Recorder) maxBody() int64 {
	if tp.MaxBody > 0 {
		return tp.MaxBody
	}
	return DefaultMaxBody
}

func (tp *Recorder) unknownLab() api.Refusal {
	return api.Refusal{
		Code:        "invalid_request",
		Description: "There is no lab at this address.",
		Hint:        "Labs that nobody uses expire. Open " + tp.Labs.Origins[event.Lab] + " to start a new one.",
	}
}

// mustWait turns the request away if its lab is asked too much.
func (tp *Recorder) mustWait(w http.ResponseWriter, r *http.Request, id uuid.UUID) bool {
	if tp.RateLimiter == nil {
		return false
	}
	wait := tp.RateLimiter(id)
	if wait == 0 {
		return false
	}
	w.Header().Set("Retry-After", strconv.Itoa(limit.Seconds(wait)))
	tp.TurnAway(w, r, http.StatusTooManyRequests, api.Refusal{
		Code:        "temporarily_unavailable",
		Description: "This lab is asked too much.",
		Hint:        fmt.Sprintf("Wait %d seconds, and send fewer requests at a time.", limit.Seconds(wait)),
	})
	return true
}

// fail answers when the store does not, or the house is closed: the one case of a
// server error. Why it is closed has been logged already.
func (tp *Recorder) fail(w http.ResponseWriter, r *http.Request, err error) {
	wait := awayWait
	var closed *lab.UnavailableError
	if errors.As(err, &closed) {
		wait = closed.Wait
	} else {
		tp.Log.Error("store", "party", tp.Party, "err", err)
	}
	w.Header().Set("Retry-After", strconv.Itoa(limit.Seconds(wait)))
	tp.TurnAway(w, r, http.StatusServiceUnavailable, api.Refusal{
		Code:        "temporarily_unavailable",
		Description: "The lab's store does not answer.",
		Hint:        "Try again in a moment.",
	})
}

// sender tells who sent r: who proves it, what a browser navigates to, what
// the client's page fetches, and otherwise whom the request itself names.
func (tp *Recorder) sender(r *http.Request, l *lab.Lab, form url.Values, route Route) event.Party {
	if party := tp.InternalSenders.take(r, l.ID); party != "" {
		return party
	}
	switch {
	case r.Header.Get("Sec-Fetch-Mode") == "navigate":
		return event.Browser
	case r.Header.Get("Origin") == l.Origins[event.Lab]:
		return event.Client
	case route.DefaultSender != nil:
		return route.DefaultSender(l, r, form)
	}
	return event.Outside
}

func (tp *Recorder) newEvent(l *lab.Lab, from, to event.Party, kind event.Kind) event.Event {
	return event.Event{
		V: event.Version, ID: uuid.NewString(), Time: l.Now(), From: from, To: to, Kind: kind,
	}
}

// readBody reads a bounded body and puts it back for the handler.
func readBody(w http.ResponseWriter, r *http.Request, most int64) (body []byte, tooLarge bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var over *http.MaxBytesError
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, errors.As(err, &over)
}

func tooLargeFor(most int64) api.Refusal {
	return api.Refusal{
		Code:        "invalid_request",
		Description: fmt.Sprintf("The body of the request is longer than %d KiB.", most>>10),
		Hint:        "No request of a flow comes near that. Send the parameters alone.",
	}
}

func (tp *Recorder) request(r *http.Request, body []byte) *event.Request {
	e := &event.Request{Method: prose.Clip(r.Method, 16, ""), URL: tp.Origin + redactURI(r.URL.RequestURI())}
	e.Header, e.Truncated = headerFields(r.Header, event.Field{Name: "Host", Value: prose.Clip(r.Host, 256, "")})
	if len(e.URL) > event.MaxURL {
		e.URL, e.Truncated = prose.Clip(e.URL, event.MaxURL, ""), true
	}
	text, cut := bodyText(redactBody(r.Header.Get("Content-Type"), string(body)))
	e.Body, e.Truncated = text, e.Truncated || cut || len(body) > event.MaxBody
	return e
}

// bodyText returns a body as the log keeps it: UTF-8, and bounded.
func bodyText(body string) (text string, truncated bool) {
	text = valid(body)
	return prose.Clip(text, event.MaxBody, ""), len(text) > event.MaxBody || len(body) > event.MaxBody
}

// valid replaces what is not UTF-8, before anything is measured.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// answer collects a response, so that it can be recorded before it is sent.
type answer struct {
	header  http.Header
	status  int
	written bool
	body    bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if !a.written {
		a.status, a.written = status, true
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.written = true
	return a.body.Write(p)
}

func (a *answer) event() *event.Response {
	e := &event.Response{Status: a.status}
	e.Header, e.Truncated = headerFields(a.header)
	text, cut := bodyText(a.body.String())
	e.Body, e.Truncated = text, e.Truncated || cut
	return e
}

func (a *answer) send(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	w.Write(a.body.Bytes()) //nolint:errcheck // the caller has gone
}

// headerFields lists a message's headers by name, first those given, bounded.
func headerFields(h http.Header, first ...event.Field) (fields []event.Field, truncated bool) {
	fields = first
	names := make([]string, 0, len(h))
	for name := range h {
		if !ofProxy(name) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	room := maxHeaderValues
	for _, name := range names {
		for _, value := range h[name] {
			if len(fields) == event.MaxFields || room == 0 {
				return fields, true
			}
			value = valid(redactHeader(name, value))
			if most := min(event.MaxValue, room); len(value) > most {
				value, truncated = prose.Clip(value, most, ""), true
			}
			room -= len(value)
			fields = append(fields, event.Field{Name: prose.Clip(name, 128, ""), Value: value})
		}
	}
	return fields, truncated
}
