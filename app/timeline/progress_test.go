package timeline

import (
	"strings"
	"testing"

	"oauthlab/lessons"
	"oauthlab/lessons/event"
)

// chapter is shaped as v03 is.
var chapter = []lessons.Step{
	{ID: "run", Kind: lessons.Run, Goals: []lessons.Goal{
		{Text: "asks", Kind: event.KindRequest, From: event.Browser, Method: "GET", Path: "/authorize"},
		{Text: "token", Kind: event.KindNote, From: event.Client, Name: event.NoteTokens},
	}},
	{ID: "break", Kind: lessons.Break, Goals: []lessons.Goal{
		{Text: "off", Kind: event.KindChange, What: "protection", Action: "switched", Fields: map[string]string{"key": "pkce", "on": "false"}},
		{Text: "won", Kind: event.KindNote, Name: event.NoteAttackEnds, Fields: map[string]string{"outcome": "succeeded"}},
	}},
	{ID: "why", Kind: lessons.Why},
	{ID: "mend", Kind: lessons.Mend, Goals: []lessons.Goal{
		{Text: "on", Kind: event.KindChange, What: "protection", Action: "switched", Fields: map[string]string{"key": "pkce", "on": "true"}},
		{Text: "stopped", Kind: event.KindNote, Name: event.NoteAttackEnds, Fields: map[string]string{"outcome": "stopped"}},
	}},
}

func TestStepsTickFromEvents(t *testing.T) {
	read := map[string]bool{"why": true}
	tests := map[string]struct {
		events []event.Event
		read   map[string]bool
		want   string // a letter a step: d done, c current, . neither
	}{
		"nothing yet":                          {nil, nil, "c..."},
		"a run":                                {record(aRun), nil, "dc.."},
		"half a run":                           {record(func(r *recording) { r.signIn("f1") }), nil, "c..."},
		"an attack's run is not the learner's": {record(off, won), nil, "cd.."},
		"broken":                               {record(aRun, off, won), nil, "ddc."},
		"broken and read":                      {record(aRun, off, won), read, "dddc"},
		"switched on: past the explanation":    {record(aRun, off, won, on), nil, "dddc"},
		"mended":                               {record(aRun, off, won, on, lost), nil, "dddd"},
		"stopped before it was broken":         {record(aRun, on, lost), nil, "dc.."},
		"off and won in another order":         {record(aRun, won, off), nil, "ddc."},
		"broken before the run":                {record(off, won, aRun), read, "dddc"},
		"a reset begins again":                 {record(aRun, off, won, reset), nil, "c..."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			for _, p := range Progress(chapter, tt.events, tt.read) {
				switch {
				case p.Done:
					got.WriteString("d")
				case p.Current:
					got.WriteString("c")
				default:
					got.WriteString(".")
				}
			}
			if got.String() != tt.want {
				t.Errorf("%s, want %s", got.String(), tt.want)
			}
		})
	}
}

func TestDoneStaysDone(t *testing.T) {
	events := record(aRun, off, won, on, lost, off, won, aRun)
	done := map[string]bool{}
	for n := range len(events) + 1 {
		for _, p := range Progress(chapter, events[:n], nil) {
			if done[p.ID] && !p.Done {
				t.Fatalf("after %d events %s is open again", n, p.ID)
			}
			done[p.ID] = p.Done
		}
	}
}

func TestEventsStreamUnderTheCurrentStep(t *testing.T) {
	steps := Progress(chapter, record(aRun, off, won), map[string]bool{"why": true})
	run, broken, mend := steps[0].Feed, steps[1].Feed, steps[3].Feed
	if last := run[len(run)-1]; last.Text != "keeps the token" || last.From != event.Client {
		t.Errorf("the run ends with %+v", last)
	}
	if broken[0].Text != "PKCE switched off" || broken[0].From != event.Lab {
		t.Errorf("the break begins with %+v", broken[0])
	}
	var verdict Line
	for _, line := range broken {
		if line.Outcome == event.WouldRefuse {
			verdict = line
		}
	}
	if verdict.Text != "PKCE would refuse: "+noMatch {
		t.Errorf("verdict %+v", verdict)
	}
	if len(mend) != 0 {
		t.Errorf("mend has %v", mend)
	}
	for _, line := range run {
		if strings.HasPrefix(line.Text, "OPTIONS") {
			t.Error("a preflight is told")
		}
	}
}

func TestFeedIsBounded(t *testing.T) {
	steps := Progress(chapter[1:2], record(aRun, aRun, aRun, aRun), nil)
	if n := len(steps[0].Feed); n != maxFeed {
		t.Errorf("%d lines, want %d", n, maxFeed)
	}
}
