package ui

import (
	"slices"
	"testing"

	"oauthlab/app/ui/session"
	"oauthlab/app/ui/uitest"
)

// Every column can be chosen on a narrow screen.
func TestEveryColumnHasItsButton(t *testing.T) {
	rows := panes()
	constants := uitest.Constants(t, "session/screen.go", "Pane")
	for name, value := range constants {
		if !slices.ContainsFunc(rows, func(r paneName) bool { return r.pane == session.Pane(value) }) {
			t.Errorf("%s has no row", name)
		}
	}
	for _, row := range rows {
		uitest.Named(t, &paneBar{Controller: session.New(uitest.Content), Pane: row.pane}, row.name)
	}
	if len(rows) != len(constants) {
		t.Errorf("%d rows of %d columns", len(rows), len(constants))
	}
}
