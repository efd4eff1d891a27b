package session

import (
	"strings"
	"testing"

	"oauthlab/app/timeline"
)

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
	c := &Controller{}
	listed := "↓↑Esc"
	for _, k := range Keys {
		listed += k.Keys
	}
	for _, key := range strings.Split("abcdefghijklmnopqrstuvwxyz0123456789?/", "") {
		want := strings.Contains(strings.ReplaceAll(listed, "Esc", ""), key)
		if c.takesKey(key) != want {
			t.Errorf("key %q is taken: %v", key, c.takesKey(key))
		}
	}
	for _, key := range []string{"Tab", "Enter", " ", "PageDown", "", "Shift"} {
		if c.takesKey(key) {
			t.Errorf("key %q is taken", key)
		}
	}
}

// Who switches the keys of one character off keeps the others (WCAG 2.2, 2.1.4).
func TestKeysOfOneCharacterCanBeSwitchedOff(t *testing.T) {
	c := &Controller{}
	c.noKeys.Store(true)
	for _, k := range Keys {
		for _, key := range strings.Fields(k.Keys) {
			if len(key) == 1 && c.takesKey(key) {
				t.Errorf("key %q is taken", key)
			}
		}
	}
	for _, key := range []string{"ArrowUp", "ArrowDown", "Escape"} {
		if !c.takesKey(key) {
			t.Errorf("key %q is not taken", key)
		}
	}
}
