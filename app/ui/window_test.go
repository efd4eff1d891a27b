package ui

import (
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
)

func TestWhatIsLeftOut(t *testing.T) {
	tests := map[string]struct{ n, pages, want int }{
		"nothing":                  {0, 0, 0},
		"as much as is shown":      {20, 0, 0},
		"less than a chunk more":   {29, 0, 0},
		"a chunk more":             {30, 0, 10},
		"it moves by whole chunks": {39, 0, 10},
		"much more":                {157, 0, 130},
		"asked once":               {157, 1, 110},
		"asked often":              {157, 9, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := hiddenOf(tt.n, 20, 10, tt.pages); got != tt.want {
				t.Errorf("%d are left out, want %d", got, tt.want)
			}
		})
	}
}

func TestALongLogIsDrawnInPart(t *testing.T) {
	long := timeline.Band{Key: "b"}
	for i := range 2000 {
		long.Rows = append(long.Rows, timeline.Row{Kind: timeline.RowMessage, Seq: uint64(i + 1), From: event.Browser, To: event.Auth})
	}
	draw := func(selected uint64, pages int) string {
		return app.HTMLString(&band{Band: long, Open: true, Selected: selected, Pages: pages})
	}
	if n := strings.Count(draw(0, 0), "data-seq="); n < windowRows || n >= windowRows+chunkRows {
		t.Errorf("%d rows of 2000 are drawn", n)
	}
	if !strings.Contains(draw(0, 0), "Show earlier (1860 more)") {
		t.Error("nothing asks for the earlier ones")
	}
	if page := draw(1500, 0); !strings.Contains(page, `data-seq="1500"`) || strings.Contains(page, `data-seq="1499"`) {
		t.Error("what is selected is not drawn, or too much is")
	}
	if strings.Contains(draw(0, 99), "Show earlier") {
		t.Error("all was asked for, and something is left out")
	}
}

func TestKeysGoThroughTheMessages(t *testing.T) {
	row := func(seq uint64, kind timeline.RowKind) timeline.Row { return timeline.Row{Kind: kind, Seq: seq} }
	v := timeline.View{Bands: []timeline.Band{
		{Rows: []timeline.Row{row(2, timeline.RowMessage), row(3, timeline.RowQuiet), row(5, timeline.RowSelf)}},
		{Rows: []timeline.Row{row(8, timeline.RowMessage), row(9, timeline.RowCard)}},
	}}
	tests := map[string]struct {
		selected uint64
		by       int
		want     uint64
	}{
		"from nothing to the last": {0, +1, 8}, "up from nothing too": {0, -1, 8},
		"down": {2, +1, 5}, "into the next band": {5, +1, 8}, "up": {8, -1, 5},
		"not past the end": {8, +1, 8}, "nor the beginning": {2, -1, 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := nextMessage(v.Bands, tt.selected, tt.by); got != tt.want {
				t.Errorf("%d, want %d", got, tt.want)
			}
		})
	}
	if got := nextMessage(nil, 0, 1); got != 0 {
		t.Errorf("%d in an empty diagram", got)
	}
}

// Every key that is listed is taken, and no other letter.
func TestKeysAreThoseThatAreListed(t *testing.T) {
	d := &desk{}
	listed := "↓↑Esc"
	for _, k := range keys {
		listed += k.keys
	}
	for _, key := range strings.Split("abcdefghijklmnopqrstuvwxyz0123456789?/", "") {
		want := strings.Contains(strings.ReplaceAll(listed, "Esc", ""), key)
		if d.takesKey(key) != want {
			t.Errorf("key %q is taken: %v", key, d.takesKey(key))
		}
	}
	for _, key := range []string{"Tab", "Enter", " ", "PageDown", "", "Shift"} {
		if d.takesKey(key) {
			t.Errorf("key %q is taken", key)
		}
	}
}

// Who switches the keys of one character off keeps the others (WCAG 2.2, 2.1.4).
func TestKeysOfOneCharacterCanBeSwitchedOff(t *testing.T) {
	d := &desk{}
	d.noKeys.Store(true)
	for _, k := range keys {
		for _, key := range strings.Fields(k.keys) {
			if len(key) == 1 && d.takesKey(key) {
				t.Errorf("key %q is taken", key)
			}
		}
	}
	for _, key := range []string{"ArrowUp", "ArrowDown", "Escape"} {
		if !d.takesKey(key) {
			t.Errorf("key %q is not taken", key)
		}
	}
}
