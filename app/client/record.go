package client

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
)

// enforce records what a guard found, and returns a *guard.Refusal
// where it counts. The guard was evaluated in any case: with its
// switch off, the feed says what it would have refused.
func (f *flow) enforce(id guard.ID, found error) error {
	if !f.Rules.Has(id) {
		return nil // a later chapter brings it
	}
	on := f.enforced(id)
	verdict := &event.Verdict{
		Guard:   string(id),
		Outcome: event.OutcomeOf(found, on),
		Where:   where(2),
	}
	if found != nil {
		verdict.Reason = found.Error()
	}
	f.record(event.Event{
		From: f.party(), Kind: event.KindVerdict,
		Verdict: verdict,
	})
	if found != nil && on {
		return &guard.Refusal{Guard: id, Reason: found.Error()}
	}
	return nil
}

// giveUp records why the client goes no further, and returns why.
func (f *flow) giveUp(why error) error {
	f.note(event.NoteFlowFailed,
		"The client gives up: "+why.Error(),
		event.Field{Name: "error", Value: why.Error()})
	return why
}

// note records what the client did that no server saw.
func (f *flow) note(name, text string, fields ...event.Field) {
	text = prose.Clip(text, event.MaxValue, cut)
	e := event.Event{
		From: f.party(), Kind: event.KindNote,
		Note: &event.Note{Name: name, Text: text},
	}
	switch name {
	case event.NoteOpen:
		e.To = event.Browser
	case event.NoteCallback:
		e.From, e.To = event.Browser, f.party()
	}
	for _, field := range fields {
		field.Value = prose.Clip(field.Value, event.MaxValue, cut)
		e.Note.Fields = append(e.Note.Fields, field)
	}
	f.record(e)
}

// party is who the client is in the feed.
func (c *Client) party() event.Party {
	if c.As == "" {
		return event.Client
	}
	return c.As
}

// record keeps an event until send.
func (f *flow) record(e event.Event) {
	e.V, e.ID = event.Version, f.NewID()
	e.Time, e.Flow = f.Now(), f.Flow
	f.told = append(f.told, e)
}

// send sends up what was recorded, together, and returns when it
// stands in the log. Nobody sees a request before that.
func (f *flow) send(ctx context.Context) error {
	if len(f.told) == 0 {
		return nil
	}
	told := f.told
	f.told = nil
	if err := f.Record.Record(ctx, told...); err != nil {
		return fmt.Errorf("tell the feed: %w", err)
	}
	return nil
}

// tell is send at the end of a step, whatever came of it.
func (f *flow) tell(ctx context.Context, err *error) {
	if failed := f.send(ctx); failed != nil {
		*err = errors.Join(*err, failed)
	}
}

// cut marks a value that is longer than the feed keeps.
const cut = "… (cut)"

// where returns the line of this package that is skip calls above.
func where(skip int) event.Where {
	_, file, line, _ := runtime.Caller(skip)
	if i := strings.LastIndex(file, "app/client/"); i >= 0 {
		file = file[i:] // from the module's root
	}
	return event.Where{File: file, Line: line}
}
