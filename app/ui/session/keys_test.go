package session

import (
	"strings"
	"testing"

	"oauthlab/app/timeline"
	"oauthlab/app/ui/uitest"
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

// Every key of the table is taken and does something, and no other is taken.
func TestKeysDoWhatTheTableSays(t *testing.T) {
	// What the screen shows after a key, or after several. Mending and attacking need a lab.
	does := map[string]func(s Screen) bool{
		"r":         func(s Screen) bool { return s.Frame == FrameHere && s.Opener == "" },
		"s":         func(s Screen) bool { return s.Frame == FrameHere && s.Opener == StepID },
		"j":         func(s Screen) bool { return s.Selected == 2 },
		"j k":       func(s Screen) bool { return s.Selected == 1 },
		"ArrowDown": func(s Screen) bool { return s.Selected == 2 },

		"ArrowDown ArrowUp": func(s Screen) bool { return s.Selected == 1 },

		"1": func(s Screen) bool { return s.Tab == TabRaw },
		"2": func(s Screen) bool { return s.Tab == TabDecoded },
		"3": func(s Screen) bool { return s.Tab == TabCode },
		"4": func(s Screen) bool { return s.Tab == TabWhy },

		"p":        func(s Screen) bool { return s.Replay.On() && s.Replay.At == 0 },
		"p j":      func(s Screen) bool { return s.Replay.On() && s.Replay.At == 1 },
		"p j k":    func(s Screen) bool { return s.Replay.On() && s.Replay.At == 0 },
		"p Escape": func(s Screen) bool { return !s.Replay.On() },
		"j Escape": func(s Screen) bool { return s.Selected == 0 },
		"t":        func(s Screen) bool { return s.Drawer.Kind == DrawerState },
		"t t":      func(s Screen) bool { return s.Drawer.Kind == DrawerNone },
		"t Escape": func(s Screen) bool { return s.Drawer.Kind == DrawerNone },
		"o":        func(s Screen) bool { return s.Drawer.Kind == DrawerClients },
		"o t":      func(s Screen) bool { return s.Drawer.Kind == DrawerState },
		"?":        func(s Screen) bool { return s.Dialog == DialogKeys },
	}
	tried := map[string]bool{"a": true, "m": true}
	for keys, is := range does {
		c := opened(uitest.LabWith(), uitest.Tokens(), uitest.Tokens())
		for key := range strings.FieldsSeq(keys) {
			if tried[key] = true; !c.takesKey(key) {
				t.Errorf("%s is not taken", key)
			}
			c.press(key)
		}
		if !is(c.Screen()) {
			t.Errorf("%s: %+v", keys, c.Screen())
		}
	}
	names := map[string]bool{}
	for _, row := range Keys() {
		for _, name := range row.Names {
			if names[name] || !tried[name] {
				t.Errorf("%q stands twice in the table, or is not tried here", name)
			}
			names[name] = true
		}
	}
	c := &Controller{}
	for _, key := range append(strings.Split("abcdefghijklmnopqrstuvwxyz0123456789?/", ""), "Tab", "Enter", " ", "PageDown", "", "Shift") {
		if c.takesKey(key) != names[key] {
			t.Errorf("%q is taken: %v", key, c.takesKey(key))
		}
	}
}

func TestKeysAreListedAsTheyAreCalled(t *testing.T) {
	var got []string
	for _, row := range Keys() {
		got = append(got, row.Listed())
	}
	if want := "r, s, a, m, j k, ↓ ↑, 1 2 3 4, p, t, o, Esc, ?"; strings.Join(got, ", ") != want {
		t.Errorf("%q", got)
	}
}

// Who switches the keys of one character off keeps the others (WCAG 2.2, 2.1.4), and the
// table says which are off.
func TestKeysOfOneCharacterCanBeSwitchedOff(t *testing.T) {
	c, other := opened(uitest.LabWith()), opened(uitest.LabWith()) // two pages of one browser
	c.UseKeys(false)
	t.Cleanup(func() { c.UseKeys(true) })
	for _, c := range []*Controller{c, other} {
		for _, row := range Keys() {
			for _, name := range row.Names {
				if c.takesKey(name) != (len(name) > 1) {
					t.Errorf("%q is taken: %v", name, c.takesKey(name))
				}
			}
			if says := c.DoesHere(row); strings.HasPrefix(says, "Off: ") != (len(row.Names[0]) == 1) || !strings.HasSuffix(says, row.Does) {
				t.Errorf("%s: the table says %q", row.Listed(), says)
			}
		}
	}
	other.UseKeys(true)
	for _, row := range Keys() {
		if !c.takesKey(row.Names[0]) || strings.HasPrefix(c.DoesHere(row), "Off: ") {
			t.Errorf("%s stays off", row.Listed())
		}
	}
}
