package session

import (
	"context"
	"errors"
	"time"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
)

// stepTimeout bounds how long a request waits for the learner in step mode.
const stepTimeout = 2 * time.Hour

// StepID is the id of the button that starts the flow in steps.
const StepID = "step"

// errStepCancelled is why a request was not sent that the learner took back.
var errStepCancelled = errors.New("you cancelled it")

// draftReply is the learner's answer to a request that waits.
type draftReply struct {
	draft client.Draft
	err   error
}

// Step runs the flow request by request: each is shown before it is sent.
func (c *Controller) Step() {
	if c.RunsWebApp() {
		c.screen.Notice = Notice{Text: NoSteps, Calm: true}
		return
	}
	c.stepping, c.screen.Opener = true, StepID
	c.flow()
}

// hook returns what shows the client's requests before they are sent, or nil.
func (c *Controller) hook() func(context.Context, client.Draft) (client.Draft, error) {
	if !c.stepping {
		return nil
	}
	return c.before
}

// patience returns how long a button may take: longer where it waits for the
// learner.
func (c *Controller) patience() time.Duration {
	if c.stepping {
		return stepTimeout
	}
	return callTimeout
}

// before shows a request and waits for the learner. It is called on the
// goroutine that runs the flow.
func (c *Controller) before(ctx context.Context, r client.Draft) (client.Draft, error) {
	reply := make(chan draftReply, 1)
	c.draw(func() {
		c.replyToDraft(draftReply{err: errStepCancelled}) // one at a time
		c.reply = reply
		c.screen.Draft = r
		c.OpenDialog(DialogStep)
	})
	select {
	case a := <-reply:
		return a.draft, a.err
	case <-ctx.Done():
		c.draw(func() {
			if c.reply == reply {
				c.reply, c.screen.Dialog = nil, DialogNone
			}
		})
		return client.Draft{}, ctx.Err()
	}
}

// SendDraft sends the request that waits, with the parameters as they are now.
func (c *Controller) SendDraft(parameters []event.Field) {
	draft := c.screen.Draft
	draft.Parameters = parameters
	c.screen.Dialog = DialogNone
	c.replyToDraft(draftReply{draft: draft})
	c.FocusSoon(c.screen.Opener)
}

// replyToDraft answers the request that waits, if one does.
func (c *Controller) replyToDraft(a draftReply) {
	if c.reply != nil {
		c.reply <- a
		c.reply = nil
	}
}
