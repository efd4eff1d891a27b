package lessons

import (
	"encoding/json"
	"testing"

	"oauthlab/lessons/event"
)

func TestGoalMatch(t *testing.T) {
	request := event.Event{From: event.Browser, To: event.Auth, Kind: event.KindRequest, Request: &event.Request{Method: "GET", URL: "http://a/id/authorize?x=1"}}
	response := event.Event{From: event.Auth, To: event.Browser, Kind: event.KindResponse, Response: &event.Response{Status: 303}}
	verdict := event.Event{From: event.Auth, Kind: event.KindVerdict, Verdict: &event.Verdict{Guard: "pkce.verify", Outcome: event.Refused}}
	change := event.Event{From: event.Lab, Kind: event.KindChange, Change: &event.Change{
		What: "protection", Action: "switched", Key: "pkce", Fields: []event.ChangeField{{Name: "on", From: "true", To: "false"}},
	}}
	note := event.Event{From: event.Lab, Kind: event.KindNote, Note: &event.Note{Name: "attack.ends", Fields: []event.Field{{Name: "outcome", Value: "stopped"}}}}
	tests := map[string]struct {
		goal Goal
		e    event.Event
		want bool
	}{
		"no demand meets anything":          {Goal{}, note, true},
		"the path without its query":        {Goal{Kind: event.KindRequest, Path: "/authorize"}, request, true},
		"another path":                      {Goal{Path: "/token"}, request, false},
		"another method":                    {Goal{Method: "POST", Path: "/authorize"}, request, false},
		"a path of something else":          {Goal{Path: "/authorize"}, note, false},
		"the sender":                        {Goal{From: event.Browser}, request, true},
		"another sender":                    {Goal{From: event.Mallory}, request, false},
		"another receiver":                  {Goal{To: event.Mallory}, request, false},
		"the status":                        {Goal{Status: 303}, response, true},
		"another status":                    {Goal{Status: 200}, response, false},
		"a status of something else":        {Goal{Status: 303}, note, false},
		"the guard and its outcome":         {Goal{Guard: "pkce.verify", Outcome: event.Refused}, verdict, true},
		"another outcome":                   {Goal{Guard: "pkce.verify", Outcome: event.Passed}, verdict, false},
		"a change by its key and its value": {Goal{What: "protection", Fields: map[string]string{"key": "pkce", "on": "false"}}, change, true},
		"a change the other way":            {Goal{Fields: map[string]string{"on": "true"}}, change, false},
		"a note and its field":              {Goal{Name: "attack.ends", Fields: map[string]string{"outcome": "stopped"}}, note, true},
		"a note without the field":          {Goal{Name: "attack.ends", Fields: map[string]string{"by": "x"}}, note, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.goal.Match(tt.e); got != tt.want {
				t.Errorf("Match = %v, want %v", got, tt.want)
			}
		})
	}
}

// Any goal against any event: an answer, never a panic; and a goal that asks for a
// sender is met by that sender alone.
func FuzzGoalMatch(f *testing.F) {
	f.Add([]byte(`{"kind":"verdict","guard":"x"}`), []byte(`{"kind":"verdict","verdict":{"guard":"x"}}`))
	f.Add([]byte(`{"path":"/token"}`), []byte(`{"kind":"request","request":{"url":"/token?"}}`))
	f.Add([]byte(`{"fields":{"a":"b"}}`), []byte(`{"kind":"note"}`))
	f.Add([]byte(`{}`), []byte(`{}`))
	f.Fuzz(func(t *testing.T, goal, one []byte) {
		var g Goal
		var e event.Event
		if json.Unmarshal(goal, &g) != nil || json.Unmarshal(one, &e) != nil {
			return
		}
		if g.Match(e) && g.From != "" && e.From != g.From {
			t.Errorf("%s meets %s", one, goal)
		}
	})
}
