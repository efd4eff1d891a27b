package feed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"nhooyr.io/websocket"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/frame"
	"oauthlab/server/fault"
	"oauthlab/server/lab"
	"oauthlab/server/limit"
	"oauthlab/server/store"
)

// Protocol is the subprotocol of the feed, with an event a message, and FrameProtocol the
// one with a frame a message, as package frame describes it. Whoever asks for both gets
// frames. A browser cannot set a header on a websocket, so the lab's key travels as a
// further one, KeyProtocol + key.
const (
	Protocol      = "oauthlab.v1"
	FrameProtocol = "oauthlab.frames.v1"
	KeyProtocol   = "key."
)

// writeWait is how long a follower may take for one message before it is cut off;
// pingEvery how often a quiet one is asked whether it is still there.
const (
	writeWait = 10 * time.Second
	pingEvery = 30 * time.Second
)

// maxName bounds the names and ids that a client sends, in bytes.
const maxName = 64

// Feed streams labs' logs to websockets. It is safe for concurrent use.
type Feed struct {
	Labs *lab.Labs
	Log  *slog.Logger

	// Closing ends every follower with a farewell when it ends: a server does not wait
	// for its websockets. Where it is nil, the process never ends.
	Closing context.Context

	ConnLimiter *limit.ConnLimiter // bounds the followers; nil: any number
	Limited     func(bound string) // is told of each who found no seat; nil: nobody is

	serving sync.WaitGroup
}

// Wait returns when no follower is left.
func (f *Feed) Wait() { f.serving.Wait() }

var errClosing = errors.New("the lab is closing")

// Serve streams the log of l from the position after, then live, and takes the
// client's own notes and verdicts. The caller has checked the key. It returns
// when the follower leaves, falls behind or sends what it may not.
func (f *Feed) Serve(w http.ResponseWriter, r *http.Request, l *lab.Lab, after uint64) {
	giveBack, ok := f.seat(w, l)
	if !ok {
		return
	}
	defer giveBack()
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{FrameProtocol, Protocol}})
	if err != nil {
		return // Accept has answered
	}
	f.serving.Add(1)
	defer f.serving.Done()
	defer conn.CloseNow() //nolint:errcheck // already closed where it matters
	conn.SetReadLimit(event.MaxSize)

	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	go func() { cancel(f.listen(ctx, conn, l)) }()
	// Not ctx: a question under way would end the connection before the farewell.
	defer newPulse(context.WithoutCancel(ctx), conn.Ping, pingEvery, cancel).end()
	if f.Closing != nil {
		defer context.AfterFunc(f.Closing, func() { cancel(errClosing) })()
	}

	err = f.Labs.Store.FollowFrames(ctx, l.ID, after, func(told frame.Frame) error {
		// Not ctx, as in listen: an event that is on its way would take the
		// connection with it, and the farewell would find nobody.
		return pass(context.WithoutCancel(ctx), conn, told)
	})
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	f.Log.Debug("a follower has left", "lab", l.ID, "cause", err)
	conn.Close(farewell(r.Context(), err)) //nolint:errcheck // the follower may have gone first
}

// maxFrame is the longest frame that is one message, in bytes: a follower reads twice that.
const maxFrame = 1 << 17

// pass sends a frame as it is kept, or each of its events: to a follower who did not ask
// for frames, and where it is very long.
func pass(ctx context.Context, conn *websocket.Conn, told frame.Frame) error {
	if message := told.Bytes(); conn.Subprotocol() == FrameProtocol && len(message) <= maxFrame {
		if err := send(ctx, conn, message); err != nil {
			return err
		}
		fault.At(fault.EventWritten)
		return nil
	}
	for line := range bytes.Lines(told.Lines) {
		if err := send(ctx, conn, bytes.TrimSuffix(line, []byte{'\n'})); err != nil {
			return err
		}
		fault.At(fault.EventWritten)
	}
	return nil
}

// Probe answers 204 where there is a seat for a follower of l, and else why there is
// none: a page cannot read what a websocket is answered.
func (f *Feed) Probe(w http.ResponseWriter, l *lab.Lab) {
	if giveBack, ok := f.seat(w, l); ok {
		giveBack()
		w.WriteHeader(http.StatusNoContent)
	}
}

// seat takes a seat for a follower of l, or says why there is none.
func (f *Feed) seat(w http.ResponseWriter, l *lab.Lab) (giveBack func(), ok bool) {
	if f.ConnLimiter == nil {
		return func() {}, true
	}
	giveBack, err := f.ConnLimiter.Take(l.ID)
	if err != nil {
		f.turnAway(w, err)
	}
	return giveBack, err == nil
}

// seatWait is when to ask again where there was no seat.
const seatWait = 5 * time.Second

// turnAway answers who finds no seat.
func (f *Feed) turnAway(w http.ResponseWriter, full error) {
	status, bound, why := http.StatusTooManyRequests, "followers-lab", api.Refusal{
		Code: "too_many_followers", Description: "This lab is open in too many places at once.",
		Hint: "Close one of the other tabs or programs that follow it.",
	}
	if errors.Is(full, limit.AllFull) {
		status, bound, why = http.StatusServiceUnavailable, "followers-all", api.Refusal{
			Code: "too_many_followers", Description: "Too many labs are followed at the moment.",
			Hint: "The page tries again by itself.",
		}
	}
	if f.Limited != nil {
		f.Limited(bound)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Retry-After", strconv.Itoa(limit.Seconds(seatWait)))
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(why) //nolint:errcheck // the caller has gone
}

// farewell is what a follower is told at the end.
func farewell(serving context.Context, err error) (websocket.StatusCode, string) {
	switch {
	case errors.Is(err, errNotAnEvent):
		return websocket.StatusPolicyViolation, err.Error()
	case serving.Err() != nil || errors.Is(err, errClosing) || errors.Is(err, store.ErrClosed):
		return websocket.StatusGoingAway, errClosing.Error()
	default:
		return websocket.StatusTryAgainLater, "the feed was cut; come back with the last position"
	}
}

// listen records what the client sends up until the connection ends.
func (f *Feed) listen(ctx context.Context, conn *websocket.Conn, l *lab.Lab) error {
	for {
		// Not ctx: it would close the connection before the farewell in Serve.
		kind, data, err := conn.Read(context.WithoutCancel(ctx))
		if err != nil {
			return err
		}
		step, ok := readStep(data)
		if kind != websocket.MessageText || !ok {
			return errNotAnEvent
		}
		refused, err := firstRefused(step)
		if err == nil {
			err = f.Labs.Record(ctx, l, step...)
			refused = step[0].ID
			if err != nil && !errors.Is(err, store.ErrTooLarge) {
				return err
			}
		}
		if err == nil {
			continue
		}
		if err := write(ctx, conn, refusal(refused, err)); err != nil {
			return err
		}
	}
}

// readStep reads what a client tells in one message: an event, or those of one step.
func readStep(data []byte) (step []event.Event, ok bool) {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte{'['}) {
		err := json.Unmarshal(data, &step)
		return step, err == nil && len(step) > 0
	}
	step = make([]event.Event, 1)
	return step, json.Unmarshal(data, &step[0]) == nil
}

// firstRefused names the first event of a step that is not acceptable, and why: then none
// of them is taken.
func firstRefused(step []event.Event) (id string, err error) {
	for _, e := range step {
		if err := acceptable(e); err != nil {
			return e.ID, err
		}
	}
	return "", nil
}

// acceptable reports why e is not something that the client may say: its own
// notes and verdicts, as itself or as the browser that it runs in.
func acceptable(e event.Event) error {
	if err := e.Validate(); err != nil {
		return err
	}
	if e.Kind != event.KindNote && e.Kind != event.KindVerdict {
		return errors.New("a client tells notes and verdicts, nothing else")
	}
	if !isClientSide(e.From) || e.To != "" && !isClientSide(e.To) {
		return errors.New("a client speaks for itself and its browser alone")
	}
	return withinBounds(e)
}

// withinBounds reports what of a client's event is longer than the feed takes.
func withinBounds(e event.Event) error {
	if len(e.Flow) > maxName || len(e.Re) > maxName {
		return errors.New("the id of a flow or a request has at most 64 bytes")
	}
	if e.Verdict != nil && len(e.Verdict.Reason) > event.MaxValue {
		return errors.New("the reason of a verdict is too long")
	}
	if e.Note == nil {
		return nil
	}
	if len(e.Note.Fields) > event.MaxFields || len(e.Note.Name) > maxName || len(e.Note.Text) > event.MaxValue {
		return errors.New("the note is too long, or has too many fields")
	}
	for _, field := range e.Note.Fields {
		if len(field.Name) > maxName || len(field.Value) > event.MaxURL {
			return errors.New("a field of the note is too long")
		}
	}
	return nil
}

func isClientSide(p event.Party) bool { return p == event.Client || p == event.Browser }

// refused is sent down for an event that was not taken.
type refused struct {
	api.Refusal
	ID string `json:"id"`
}

func refusal(id string, err error) refused {
	return refused{ID: id, Refusal: api.Refusal{
		Code: "invalid_event", Description: err.Error(),
		Hint: "The types of the feed are documented in lessons/event.",
	}}
}

// errNotAnEvent ends the connection of a client that sends something else.
var errNotAnEvent = errors.New("a message up the feed is one event as JSON text")

func write(ctx context.Context, conn *websocket.Conn, message any) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return send(ctx, conn, data)
}

func send(ctx context.Context, conn *websocket.Conn, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeWait)
	defer cancel()
	return conn.Write(ctx, websocket.MessageText, message)
}
