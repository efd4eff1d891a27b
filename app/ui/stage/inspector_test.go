package stage

import (
	"strings"
	"testing"

	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/event"
)

// Every tab has its button and its view.
func TestEveryTabHasItsView(t *testing.T) {
	tabs, seen := session.Tabs(), map[string]bool{}
	for _, row := range tabs {
		i := &Inspector{Controller: session.New(uitest.Content), Tab: row.Tab, Message: timeline.Message{Seq: 1, Title: "GET /authorize"}}
		page := uitest.HTML(i)
		if strings.Count(page, `role="tab"`) != len(tabs) || !strings.Contains(page, `id="tab-`+string(row.Tab)+`"`) || !strings.Contains(page, ">"+row.Name+"<") {
			t.Errorf("%s has no button: %s", row.Tab, page)
		}
		if view := uitest.HTML(i.view()); seen[view] {
			t.Errorf("%s shows what another shows: %s", row.Tab, view)
		} else {
			seen[view] = true
		}
	}
	if constants := uitest.Constants(t, "../session/screen.go", "Tab"); len(constants) != len(tabs) {
		t.Errorf("%v are tabs, and %d have a row", constants, len(tabs))
	}
}

// A JWT is shown in its three parts, and what stands in each behind a line of the same colour.
func TestAJWTIsShownInItsParts(t *testing.T) {
	const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSIsImV4cCI6MTc5NTk4NzA5OH0.c2ln"
	e := event.Event{Seq: 1, From: event.Auth, To: event.Webapp, Response: &event.Response{Status: 200, Header: []event.Field{{Name: "Content-Type", Value: "application/json"}}, Body: `{"id_token":"` + token + `"}`}}
	m, _ := timeline.Inspect([]event.Event{e}, 1)
	page := strings.Join(strings.Fields(uitest.HTML(&decodedView{Controller: session.New(uitest.Content), Message: m})), " ")
	for _, want := range []string{
		"eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJhbGljZSIsImV4cCI6MTc5NTk4NzA5OH0", "c2ln",
		`class="jwt-header"`, `class="jwt-claims"`, `class="jwt-signature"`,
		`class="param jwt jwt-header"`, `class="param jwt jwt-claims"`, `class="param jwt jwt-signature"`,
		"29 November 2026, 21:18:18 UTC",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("it lacks %s: %s", want, page)
		}
	}
}
