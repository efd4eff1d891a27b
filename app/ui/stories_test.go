//go:build !js

package ui

import (
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/ui/page"
)

// Every component draws itself from what it is given, without a lab behind it.
func TestEveryStoryIsDrawn(t *testing.T) {
	r := newRoom(func([]page.ChapterLink, page.ChapterLink) string { return "" })
	drawn := app.HTMLString(&stories{room: r})
	if !strings.Contains(drawn, `id="rotate-keys"`) {
		t.Error("no story shows the keys that can be rotated")
	}
	for _, row := range panes() {
		drawn := app.HTMLString(&stories{room: r, pane: row.pane})
		if class := "shows-" + string(row.pane); !strings.Contains(drawn, class) {
			t.Errorf("the room does not say %s", class)
		}
	}
}
