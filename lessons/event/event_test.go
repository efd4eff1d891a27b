package event

import "testing"

// What came of a mail is asked for when it may be known, at a page or another end, and not at each message.
func TestWhatMayEnd(t *testing.T) {
	note := func(name string) Event { return Event{From: Client, Note: &Note{Name: name}} }
	for name, tt := range map[string]struct {
		event Event
		want  bool
	}{
		"an error page":          {Event{From: Auth, To: Browser, Response: &Response{Status: 400}}, true},
		"a page":                 {Event{From: Auth, To: Browser, Response: &Response{Status: 200}}, true},
		"a redirect":             {Event{From: Auth, To: Browser, Response: &Response{Status: 303}}, false},
		"a client's error":       {Event{From: Auth, To: Client, Response: &Response{Status: 400}}, false},
		"a guard refuses":        {Event{From: Auth, Verdict: &Verdict{Outcome: Refused}}, false},
		"the client took a code": {note(NoteCode), true},
		"it keeps a token":       {note(NoteTokens), true},
		"it gives up":            {note(NoteFlowFailed), true},
		"it makes a state":       {note(NoteState), false},
		"she is at Mallory's":    {Event{From: Browser, To: Mallory, Request: &Request{}}, true},
		"she is at the server's": {Event{From: Browser, To: Auth, Request: &Request{}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tt.event.MayEnd(); got != tt.want {
				t.Errorf("it may: %v", got)
			}
		})
	}
}
