package session

import (
	"reflect"
	"strings"
	"testing"

	"oauthlab/app/client"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/event"
)

// withDraft is the controller of a page on which a request waits for the learner, and where the answer comes.
func withDraft() (*Controller, <-chan draftReply) {
	c := opened(uitest.LabWith())
	reply := make(chan draftReply, 1)
	c.reply, c.screen.Dialog = reply, DialogStep
	c.screen.Draft = client.Draft{Method: "GET", URL: "http://auth/authorize", In: client.InQuery, Parameters: []event.Field{{Name: "state", Value: "<s>"}}}
	return c, reply
}

func TestARequestThatWaitsIsSentWithTheParametersOfNow(t *testing.T) {
	c, reply := withDraft()
	want := []event.Field{{Name: "state", Value: "mine"}, {Name: "x"}}
	c.SendDraft(want)
	got := <-reply
	if got.err != nil || !reflect.DeepEqual(got.draft.Parameters, want) || got.draft.URL != "http://auth/authorize" {
		t.Errorf("sent %+v", got)
	}
	if c.screen.Dialog != DialogNone {
		t.Error("the dialog stays")
	}
}

func TestARequestThatWaitsIsCancelled(t *testing.T) {
	c, reply := withDraft()
	c.CloseDialog()
	if got := <-reply; got.err != errStepCancelled {
		t.Errorf("%+v", got)
	}
	c.CloseDialog() // nobody waits any more
	if !strings.Contains(explain(errStepCancelled), "cancelled") {
		t.Error(explain(errStepCancelled))
	}
}
