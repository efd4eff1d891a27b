package site

import (
	"slices"
	"testing"
	"time"

	"oauthlab/app/ui/session"
	"oauthlab/lessons/event"
	"oauthlab/server/lab"
)

// The page opens the state of the parties by the links to its entry in the glossary.
func TestTheStateOfThePartiesIsExplained(t *testing.T) {
	if got := entryAt(t, "/api/glossary/state-of-the-parties").Address; got != session.StateTerm {
		t.Errorf("the entry stands at %s, and the page opens the state for %s", got, session.StateTerm)
	}
}

// What is marked began with the latest flow, attack or request that changed something.
func TestWhereTheLatestBegan(t *testing.T) {
	note := func(name, flow string) event.Event {
		from := event.Client
		if name == event.NoteAttackBegins || name == event.NoteAttackEnds {
			from = event.Lab
		}
		return event.Event{From: from, Flow: flow, Note: &event.Note{Name: name}}
	}
	request := func(flow string) event.Event {
		return event.Event{From: event.Client, To: event.Auth, Flow: flow, Request: &event.Request{}}
	}
	change := func(from event.Party, flow string) event.Event {
		return event.Event{From: from, Flow: flow, Re: "r", Change: &event.Change{What: "code", Action: "stored"}}
	}
	removed := event.Event{From: event.Auth, Change: &event.Change{What: "session", Action: "removed"}}
	flow := func(id string) []event.Event {
		return []event.Event{note(event.NoteVerifier, id), request(id), change(event.Auth, id), note(event.NoteTokens, id)}
	}
	for name, tt := range map[string]struct {
		events []event.Event
		want   uint64
	}{
		"nothing":                            {nil, 0},
		"a request that changes nothing":     {[]event.Event{request("")}, 0},
		"a flow":                             {flow("a"), 1},
		"another flow":                       {slices.Concat(flow("a"), flow("b")), 5},
		"a flow after the sessions ended":    {slices.Concat(flow("a"), []event.Event{removed}, flow("b")), 6},
		"sessions that ended":                {slices.Concat(flow("a"), []event.Event{removed}), 5},
		"a request after the flow's end":     {slices.Concat(flow("a"), []event.Event{request("a"), change(event.Auth, "a")}), 5},
		"one that changes nothing":           {slices.Concat(flow("a"), []event.Event{request("a")}), 1},
		"a switch, which is nobody's record": {slices.Concat(flow("a"), []event.Event{change(event.Lab, "")}), 1},
		"an attack, with flows of its own":   {slices.Concat(flow("a"), []event.Event{note(event.NoteAttackBegins, "")}, flow("b"), flow("c"), []event.Event{note(event.NoteAttackEnds, "")}), 5},
		"a request after an attack": {
			slices.Concat([]event.Event{note(event.NoteAttackBegins, "")}, flow("a"), []event.Event{note(event.NoteAttackEnds, ""), request("a"), change(event.Auth, "a")}), 7,
		},
	} {
		for i := range tt.events {
			tt.events[i].Seq = uint64(i + 1)
		}
		if got := latest(tt.events); got != tt.want {
			t.Errorf("%s: from %d on, want %d", name, got, tt.want)
		}
	}
}

// Who shows a token has it (RFC 6750 §2.1), and guests are told after the lab's own parties.
func TestWhoHasSeenAValue(t *testing.T) {
	v := newStateView([]event.Event{
		{Seq: 1, From: "my-app", To: event.Auth, Request: &event.Request{Header: []event.Field{{Name: "authorization", Value: "bearer t0ken"}}}},
		{Seq: 2, From: event.Proxy, To: event.Mallory, Note: &event.Note{Name: event.NoteLeak, Fields: []event.Field{{Name: "access_token", Value: "t0ken"}}}},
		{Seq: 3, From: event.Browser, To: event.Lab, Request: &event.Request{URL: "/?code=t0&state=" + "abc"}},
	}, nil, time.Time{}, time.UTC)
	var got []string
	for _, p := range v.seenAt("t0ken") {
		got = append(got, p.Name)
	}
	if want := []string{"auth", "proxy", "mallory", "my-app"}; !slices.Equal(got, want) {
		t.Errorf("seen at %q, want %q", got, want)
	}
	if got := v.seenAt("t0"); got != nil {
		t.Errorf("a value that could stand anywhere is seen at %q", got)
	}
}

// A party of a later chapter has its sheet by what its record says of itself.
func TestASheetOfAnotherParty(t *testing.T) {
	photos := []string{"cat", "dog"}
	table := lab.TableOf("photo", "photos", photos, func(p string) string { return p }, []lab.Column[string]{
		{Name: "photo", Of: lab.Says},
		{Name: "seen", Of: func(string) lab.Cell { return lab.At(nil) }},
	})
	v := newStateView([]event.Event{
		{Seq: 1, Flow: "a", From: event.API, Change: &event.Change{What: "photo", Action: "changed", Key: "dog"}},
	}, nil, time.Time{}, time.UTC)
	shown := v.table(table)
	if len(shown.Columns) != 1 || len(shown.Rows) != 2 || shown.Rows[0].Cells[0].Text != "dog" || shown.Rows[0].Mark != "changed" || shown.Rows[1].Mark != "" {
		t.Errorf("it shows %+v", shown)
	}
}
