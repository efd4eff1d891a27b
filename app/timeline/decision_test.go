package timeline

import (
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

func TestTheVerdictThatDecidedAnAttack(t *testing.T) {
	also := func(r *recording) {
		r.note(event.Lab, "", event.NoteAttackBegins, fields("attack", "x"))
		r.verdict(event.Auth, "", guard.IDPKCE, event.WouldRefuse, noMatch)
		r.verdict(event.Auth, "", guard.IDCodeExpiry, event.Refused, "late")
		r.note(event.Lab, "", event.NoteAttackEnds, fields("attack", "x", "outcome", "stopped"))
	}
	inItsWake := func(r *recording) {
		r.note(event.Lab, "", event.NoteAttackBegins, fields("attack", "x"))
		r.verdict(event.Auth, "", guard.IDRedirectURI, event.Refused, "not registered")
		r.verdict(event.Auth, "", guard.IDErrorShown, event.Refused, "nor where the error would go")
		r.note(event.Lab, "", event.NoteAttackEnds, fields("attack", "x", "outcome", "stopped", "by", string(guard.IDRedirectURI)))
	}
	byMail := func(r *recording) { // the learner is Alice, and opens the mail when the bait is laid
		r.note(event.Lab, "", event.NoteBaitBegins, fields("attack", "x"))
		r.note(event.Lab, "", event.NoteBaitEnds, fields("attack", "x"))
		r.verdict(event.Auth, "", guard.IDRedirectURI, event.Refused, "not registered")
		r.note(event.Lab, "", event.NoteAttackEnds, fields("attack", "x", "outcome", "stopped", "by", string(guard.IDRedirectURI)))
	}
	tests := map[string]struct {
		events []event.Event
		star   guard.ID
		want   guard.ID
		of     event.Outcome
	}{
		"no attack":                 {record(aRun), guard.IDPKCE, "", ""},
		"it would have refused":     {record(off, won), guard.IDPKCE, guard.IDPKCE, event.WouldRefuse},
		"it refused":                {record(off, won, on, lost), guard.IDPKCE, guard.IDPKCE, event.Refused},
		"what the lesson is about":  {record(also), guard.IDPKCE, guard.IDPKCE, event.WouldRefuse},
		"else who refused":          {record(also), guard.IDStateCompare, guard.IDCodeExpiry, event.Refused},
		"who stopped it":            {record(inItsWake), guard.IDStateCompare, guard.IDRedirectURI, event.Refused},
		"the learner was Alice":     {record(won, byMail), guard.IDPKCE, guard.IDRedirectURI, event.Refused},
		"the latest attack, always": {record(won, also, aRun), guard.IDStateCompare, guard.IDCodeExpiry, event.Refused},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := Decision(tt.events, func(g string) bool { return g == string(tt.star) })
			if ok != (tt.want != "") || got.Guard != string(tt.want) || got.Outcome != tt.of {
				t.Errorf("%+v, %v", got, ok)
			}
		})
	}
}

// What came of a mail is asked for when it may be known, and not at each message.
func TestWhatMayDecideAMail(t *testing.T) {
	for name, tt := range map[string]struct {
		event func(*recording)
		want  bool
	}{
		"a guard refuses":        {func(r *recording) { r.verdict(event.Auth, "", guard.IDPKCE, event.Refused, "no") }, true},
		"a guard would refuse":   {func(r *recording) { r.verdict(event.Auth, "", guard.IDPKCE, event.WouldRefuse, "no") }, false},
		"the client took a code": {func(r *recording) { r.note(event.Client, "", event.NoteCode, fields("code", "x")) }, true},
		"it keeps a token":       {func(r *recording) { r.note(event.Client, "", event.NoteTokens, fields("access_token", "x")) }, true},
		"it gives up":            {func(r *recording) { r.note(event.Client, "", event.NoteFlowFailed, fields("error", "x")) }, true},
		"it makes a state":       {func(r *recording) { r.note(event.Client, "", event.NoteState, fields("state", "x")) }, false},
		"she is at Mallory's": {func(r *recording) {
			r.add(event.Event{Kind: event.KindRequest, From: event.Browser, To: event.Mallory, Request: &event.Request{Method: "GET", URL: "http://127.0.0.1:8083/?code=x"}})
		}, true},
		"she is at the auth's": {func(r *recording) { r.request(event.Browser, "GET", "http://localhost:8081/login", "") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := MayDecide(record(tt.event)[0]); got != tt.want {
				t.Errorf("it may: %v", got)
			}
		})
	}
}
