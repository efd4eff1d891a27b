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
	beside := func(r *recording) { // who stopped her stands on the card, whatever the lesson is about
		r.note(event.Lab, "", event.NoteAttackBegins, fields("attack", "x"))
		r.verdict(event.Auth, "", guard.IDPKCE, event.WouldRefuse, noMatch)
		r.verdict(event.Auth, "", guard.IDCodeSingleUse, event.Refused, "before")
		r.note(event.Lab, "", event.NoteAttackEnds, fields("attack", "x", "outcome", "stopped", "by", string(guard.IDCodeSingleUse)))
	}
	inVain := func(r *recording) { // who would have refused, and not who refused something else
		r.note(event.Lab, "", event.NoteAttackBegins, fields("attack", "x"))
		r.verdict(event.Auth, "", guard.IDCodeSingleUse, event.WouldRefuse, "before")
		r.verdict(event.Auth, "", guard.IDCodeReuse, event.Refused, "a thief")
		r.note(event.Lab, "", event.NoteAttackEnds, fields("attack", "x", "outcome", "succeeded", "harm", "h"))
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
		"else who refused":          {record(also), guard.IDState, guard.IDCodeExpiry, event.Refused},
		"who stopped it":            {record(inItsWake), guard.IDState, guard.IDRedirectURI, event.Refused},
		"the learner was Alice":     {record(won, byMail), guard.IDPKCE, guard.IDRedirectURI, event.Refused},
		"whom the card names":       {record(beside), guard.IDPKCE, guard.IDCodeSingleUse, event.Refused},
		"who would have stopped it": {record(inVain), guard.IDPKCE, guard.IDCodeSingleUse, event.WouldRefuse},
		"the latest attack, always": {record(won, also, aRun), guard.IDState, guard.IDCodeExpiry, event.Refused},
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
