package timeline_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
)

// What is still to come of a flow is what stands after the last message that came, whatever
// a habit or a switch left out or put in between.
func TestStillToCome(t *testing.T) {
	say := func(text string) timeline.Coming {
		return timeline.Coming{Kind: timeline.RowMessage, From: event.Browser, To: event.Auth, Text: text}
	}
	rows := func(texts ...string) []timeline.Row {
		all := []timeline.Row{{Kind: timeline.RowQuiet, Text: "PKCE switched off"}}
		for i, text := range texts {
			all = append(all, timeline.Row{Kind: timeline.RowMessage, Seq: uint64(i + 1), From: event.Browser, To: event.Auth, Text: text})
		}
		return all
	}
	flow := []timeline.Coming{say("a"), say("b"), say("b"), say("c")}
	for name, tt := range map[string]struct {
		came []timeline.Row
		want []timeline.Coming
	}{
		"nothing came":     {rows(), flow},
		"the first":        {rows("a"), flow[1:]},
		"one of a pair":    {rows("a", "b"), flow[2:]},
		"one is left out":  {rows("b", "b"), flow[3:]},
		"one comes beside": {rows("a", "x"), flow[1:]},
		"all of it":        {rows("a", "b", "b", "c"), flow[4:]},
	} {
		if diff := cmp.Diff(tt.want, timeline.StillToCome(flow, tt.came)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}

	v := timeline.View{Bands: []timeline.Band{{Key: "x", Rows: rows("a", "b", "c")}}}
	if got := timeline.After(v, "x", 1); len(got) != 2 || got[0].Text != "b" {
		t.Errorf("after the first message come %v", got)
	}
}
