package stage

import (
	"strings"
	"testing"

	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/uitest"
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
