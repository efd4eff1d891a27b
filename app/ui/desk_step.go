package ui

import (
	"context"
	"errors"
	"time"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
)

// stepTimeout bounds how long a request waits for the learner in step mode.
const stepTimeout = 2 * time.Hour

// stepID is the id of the button that starts the flow in steps.
const stepID = "step"

// errStepCancelled is why a request was not sent that the learner took back.
var errStepCancelled = errors.New("you cancelled it")

// draftReply is the learner's answer to a request that waits.
type draftReply struct {
	draft client.Draft
	err   error
}

// step runs the flow request by request: each is shown before it is sent.
func (d *desk) step() {
	d.stepping, d.screen.Opener = true, stepID
	d.flow()
}

// hook returns what shows the client's requests before they are sent, or nil.
func (d *desk) hook() func(context.Context, client.Draft) (client.Draft, error) {
	if !d.stepping {
		return nil
	}
	return d.before
}

// patience returns how long a button may take: longer where it waits for the
// learner.
func (d *desk) patience() time.Duration {
	if d.stepping {
		return stepTimeout
	}
	return callTimeout
}

// before shows a request and waits for the learner. It is called on the
// goroutine that runs the flow.
func (d *desk) before(ctx context.Context, r client.Draft) (client.Draft, error) {
	reply := make(chan draftReply, 1)
	d.draw(func() {
		d.replyToDraft(draftReply{err: errStepCancelled}) // one at a time
		d.reply = reply
		d.screen.Draft = r
		d.openDialog(dialogStep)
	})
	select {
	case a := <-reply:
		return a.draft, a.err
	case <-ctx.Done():
		d.draw(func() {
			if d.reply == reply {
				d.reply, d.screen.Dialog = nil, dialogNone
			}
		})
		return client.Draft{}, ctx.Err()
	}
}

// sendDraft sends the request that waits, with the parameters as they are now.
func (d *desk) sendDraft(parameters []event.Field) {
	draft := d.screen.Draft
	draft.Parameters = parameters
	d.screen.Dialog = dialogNone
	d.replyToDraft(draftReply{draft: draft})
	d.focusSoon(d.screen.Opener)
}

// replyToDraft answers the request that waits, if one does.
func (d *desk) replyToDraft(a draftReply) {
	if d.reply != nil {
		d.reply <- a
		d.reply = nil
	}
}
