package timeline

import (
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/lessons/param"
)

func TestLoginSaysHowFarTheLearnersFlowCame(t *testing.T) {
	gaveUp := func(r *recording) {
		r.note(event.Client, "", event.NoteFlowFailed, fields("error", "the callback has no state"))
	}
	refused := func(r *recording) {
		r.note(event.Client, "", event.NoteFlowFailed, fields("error", "state.compare: it is another's"))
	}
	saidNo := func(r *recording) {
		r.note(event.Client, "", event.NoteFlowFailed, fields("error", "invalid_request: The request has no state."))
	}
	baited := func(r *recording) {
		r.note(event.Lab, "", event.NoteBaitBegins, fields("attack", "login-csrf", "title", "x"))
		r.note(event.Client, event.Browser, event.NoteOpen, fields("url", "http://mallory.example/"))
		r.note(event.Lab, "", event.NoteBaitEnds, fields("attack", "login-csrf"))
	}
	tests := map[string]struct {
		events []event.Event
		want   Login
	}{
		"a guard of the client's":    {record(begun, refused), Login{Failed: "State: it is another's"}},
		"an error code of theirs":    {record(begun, saidNo), Login{Failed: "invalid_request: The request has no state."}},
		"a mail leaves it alone":     {record(aRun, baited), Login{Token: "mF_9…"}},
		"after a mail, the next run": {record(baited, aRun), Login{Token: "mF_9…"}},
		"nothing yet":                {nil, Login{}},
		"under way":                  {record(begun), Login{}},
		"a token":                    {record(aRun), Login{Token: "mF_9…"}},
		"an attack is no login":      {record(won), Login{}},
		"an attack leaves it alone":  {record(aRun, won), Login{Token: "mF_9…"}},
		"the next run begins anew":   {record(aRun, begun), Login{}},
		"the client gave up":         {record(begun, gaveUp), Login{Failed: "The callback has no state"}},
		"a reset forgets it as well": {record(aRun, reset), Login{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Reduce(tt.events).Login; got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestAPlainChallengeIsExplainedAsWhatItIs(t *testing.T) {
	for query, plain := range map[string]bool{
		"code_challenge=x&code_challenge_method=S256":  false,
		"code_challenge=x&code_challenge_method=plain": true,
		"code_challenge=x": true,
	} {
		params := ParamsOf(event.Event{Request: &event.Request{URL: as + "/authorize?" + query}})
		hash, _ := param.Find("code_challenge")
		if (params[0].Means != hash.Means) != plain {
			t.Errorf("%s: %q", query, params[0].Means)
		}
	}
}
