package lab

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/store"
)

// Handling is one party handling one request in a lab. Verdicts, changes and notes
// made through it are saved with the party's document and then join the log.
type Handling struct {
	*Lab
	Party   event.Party  // who handles the request
	Request string       // id of the request's event
	Flow    string       // the authorization that the request belongs to, or ""
	Fault   string       // of the issuer that was asked, which has it on purpose; "" of one without
	Frame   *store.Frame // what the request tells, once it is answered; nil: each Update tells by itself
	out     *store.Outbox
}

// Update changes one party's document in one compare-and-swap. The function may
// run more than once, each time with a fresh document and a fresh Handling: nothing
// in it may reach outside, and new ids and secrets are made before. A refusal is
// a result and commits; an error aborts, and nothing is saved or told.
func Update[D, R any](ctx context.Context, t *Handling, docs store.Documents[D], apply func(*D, *Handling) (R, error)) (R, error) {
	var result R
	once := func(doc *D, out *store.Outbox) error {
		attempt := *t
		attempt.out = out
		var err error
		result, err = apply(doc, &attempt)
		return err
	}
	if t.Frame != nil {
		err := docs.UpdateIn(ctx, t.Frame, once)
		return result, err
	}
	err := docs.Update(ctx, t.ID, once)
	return result, err
}

// Look decides by one party's document and changes nothing: what is told, verdicts and notes, joins
// the log with the answer, and the document is not saved. As in Update, a refusal is a result. Of
// a handling without a frame it is an Update.
func Look[D, R any](ctx context.Context, t *Handling, docs store.Documents[D], look func(*D, *Handling) (R, error)) (R, error) {
	if t.Frame == nil {
		return Update(ctx, t, docs, look)
	}
	doc, err := docs.Get(ctx, t.ID)
	if err != nil {
		var none R
		return none, err
	}
	var out store.Outbox
	attempt := *t
	attempt.out = &out
	result, err := look(&doc, &attempt)
	if err != nil {
		return result, err
	}
	return result, t.Frame.Add(ctx, out)
}

// Aside is the handling for what is told at once, and not with the answer.
func (t *Handling) Aside() *Handling {
	aside := *t
	aside.Frame = nil
	return &aside
}

// Enforce records what the guard id found (reason nil: it passed) and returns a
// *guard.Refusal if the guard refused and its switch is on. With the switch off the
// verdict says that it would have refused, and the flow goes on. A guard that the
// lab's chapter does not have yet says nothing.
func (t *Handling) Enforce(id guard.ID, reason error) error {
	rules := t.Settings.Rules()
	if !rules.Has(id) {
		return nil
	}
	outcome := event.OutcomeOf(reason, rules.On(id))
	v := &event.Verdict{Guard: string(id), Outcome: outcome, Where: caller()}
	if reason != nil {
		v.Reason = reason.Error()
	}
	t.add(event.KindVerdict, func(e *event.Event) { e.Verdict = v })
	if outcome == event.Refused {
		return &guard.Refusal{Guard: id, Reason: v.Reason}
	}
	return nil
}

// Changed records a change of the party's document.
func (t *Handling) Changed(what, action, key string, fields ...event.ChangeField) {
	t.add(event.KindChange, func(e *event.Event) {
		e.Change = &event.Change{What: what, Action: action, Key: key, Fields: fields}
	})
}

// Noted records something that the party wants said.
func (t *Handling) Noted(name, text string, fields ...event.Field) {
	t.add(event.KindNote, func(e *event.Event) {
		e.Note = &event.Note{Name: name, Text: text, Fields: fields}
	})
}

func (t *Handling) add(kind event.Kind, body func(*event.Event)) {
	if t.out == nil {
		panic(fmt.Sprintf("lab: a %s outside Update would be lost", kind))
	}
	e := t.newEvent(t.Party, kind)
	e.Flow, e.Re = t.Flow, t.Request
	body(&e)
	t.out.Add(e)
}

// caller is the line that called Enforce.
func caller() event.Where {
	const enforceAndCaller = 2
	_, file, line, ok := runtime.Caller(enforceAndCaller)
	if !ok {
		return event.Where{}
	}
	if i := strings.LastIndex(file, "/server/"); i >= 0 {
		file = file[i+1:]
	}
	return event.Where{File: file, Line: line}
}
