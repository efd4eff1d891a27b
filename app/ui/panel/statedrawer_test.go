package panel

import (
	"encoding/json"
	"strings"
	"testing"

	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

func TestStateShowsWhatChangedLast(t *testing.T) {
	read := func(before, now string) string {
		d := stateDrawer{State: api.State{event.Auth: json.RawMessage(now)}, IsOpen: true, Ready: true}
		if before != "" {
			d.Before = api.State{event.Auth: json.RawMessage(before)}
		}
		return uitest.HTML(&d)
	}
	count := func(html string) int { return strings.Count(html, "is-new") }
	if html := read("", `{"a":1}`); count(html) != 0 {
		t.Errorf("the first reading marks something:\n%s", html)
	}
	if html := read(`{"a":1}`, `{"a":2}`); count(html) != 1 || !strings.Contains(html, "new: ") || !strings.Contains(html, "1 line is new") {
		t.Errorf("a change is not marked:\n%s", html)
	}
	if html := read(`{"a":2,"b":1}`, `{"a":2}`); count(html) != 0 || !strings.Contains(html, "1 line is gone") {
		t.Errorf("a line that went is not told:\n%s", html)
	}
	if html := read(`{"a":1,"now":"10:00"}`, `{"a":2,"now":"10:01"}`); count(html) != 1 || strings.Count(html, "10:01") != 1 {
		t.Errorf("the time of the reading counts as a change:\n%s", html)
	}
}
