package session

import (
	"encoding/json"
	"strings"
	"testing"

	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

// Of each party, what it held before it last changed is kept.
func TestWhatAPartyHeldBeforeIsKept(t *testing.T) {
	c := New(uitest.Content)
	tests := []struct{ name, auth, client, before string }{
		{"the first reading", `{"a":1}`, `{}`, ""},
		{"a change", `{"a":2}`, `{}`, `auth {"a":1}`},
		{"a change of another", `{"a":2}`, `{"b":1}`, `auth {"a":1}, client {}`},
		{"a line that came", `{"a":2,"now":"10:00"}`, `{"b":1}`, `auth {"a":2}, client {}`},
		{"the time of the reading, which is none", `{"a":2,"now":"10:01"}`, `{"b":1}`, `auth {"a":2}, client {}`},
	}
	for _, tt := range tests {
		c.takeState(api.State{event.Auth: json.RawMessage(tt.auth), event.Client: json.RawMessage(tt.client)})
		var got []string
		for _, p := range []event.Party{event.Auth, event.Client} {
			if before, ok := c.screen.StateBefore[p]; ok {
				got = append(got, string(p)+" "+string(before))
			}
		}
		if strings.Join(got, ", ") != tt.before {
			t.Errorf("%s: before it %q, want %q", tt.name, got, tt.before)
		}
	}
	c.clear()
	if c.screen.State != nil || c.screen.StateBefore != nil {
		t.Error("a lab that is no more is compared with")
	}
}
