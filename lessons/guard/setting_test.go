package guard

import (
	"encoding/json"
	"testing"

	"oauthlab/lessons/event"
)

// withRows has the catalogue be made of other rows until the test ends.
func withRows(t *testing.T, rows ...Protection) {
	t.Helper()
	before := built
	c := index(rows)
	built = func() *catalogue { return c }
	t.Cleanup(func() { built = before })
}

// tokens is a made-up row: a setting whose default differs by chapter, and a guard that
// came back in a later one.
func tokens() Protection {
	return Protection{
		ID: "tokens", Title: "Tokens", By: event.Auth, Chapter: "v02", Stops: "What is made up.",
		Parts: []Part{
			{ID: "tokens.checked", Kind: Guard, By: event.Auth, Title: "checked"},
			{ID: "tokens.again", Kind: Guard, By: event.Auth, Title: "checked again", Since: "v03"},
			{
				ID: "tokens.life", Kind: Setting, By: event.Auth, Title: "live for", Values: []string{"1h", "10s"},
				Defaults: []Default{{"v03", "10s"}, {"v04", "1h"}},
			},
		},
	}
}

func TestASettingHasTheDefaultOfItsChapter(t *testing.T) {
	withRows(t, tokens())
	set, err := Switches(nil).With("tokens.life", json.RawMessage(`"1h"`))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		rules Rules
		want  string
	}{
		"before any default":              {Rules{Chapter: "v02"}, "1h"},
		"from its chapter on":             {Rules{Chapter: "v03"}, "10s"},
		"of the latest that holds":        {Rules{Chapter: "v09"}, "1h"},
		"in the last chapter":             {Rules{}, "1h"},
		"as it was set, in any":           {Rules{Chapter: "v03", Switches: set}, "1h"},
		"what was set as the default was": {Rules{Chapter: "v02", Switches: set}, "1h"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.rules.Value("tokens.life"); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if part, _ := FindPart("tokens.life"); tt.rules.Setting(part) != tt.want {
				t.Errorf("as a setting it is %v, want %q", tt.rules.Setting(part), tt.want)
			}
		})
	}
}

// There is no right and wrong to a setting: no switch turns it, and nothing is broken by it.
func TestASettingIsNeitherOnNorOff(t *testing.T) {
	withRows(t, tokens())
	set, err := Switches(nil).With("tokens.life", json.RawMessage(`"10s"`))
	if err != nil {
		t.Fatal(err)
	}
	if p, _ := Find("tokens"); !set.ProtectionOn(p) {
		t.Error("a protection is off by its setting")
	}
	for _, on := range []bool{false, true} {
		turned, err := set.WithProtection("tokens", on)
		if err != nil || turned.Value("tokens.life") != "10s" {
			t.Errorf("switching the protection to %v makes its setting %q (%v)", on, turned.Value("tokens.life"), err)
		}
	}
	for _, value := range []string{"true", "false", "null", `"1 h"`, "10"} {
		if _, err := set.With("tokens.life", json.RawMessage(value)); err == nil || err.Error() != `tokens.life takes "1h" or "10s"` {
			t.Errorf("%s: %v", value, err)
		}
	}
}

func TestAPartMayComeLaterThanItsProtection(t *testing.T) {
	withRows(t, tokens())
	for chapter, want := range map[string]bool{"v01": false, "v02": false, "v03": true, "v10": true, "": true} {
		if got := (Rules{Chapter: chapter}).Has("tokens.again"); got != want {
			t.Errorf("in %q: %v, want %v", chapter, got, want)
		}
	}
	if !(Rules{Chapter: "v02"}).Has("tokens.checked") {
		t.Error("the part that was there first is not there")
	}
}

func BenchmarkRulesOn(b *testing.B) {
	r := Rules{Chapter: "v03"}
	for b.Loop() {
		if !r.On(IDPKCE) {
			b.Fatal("off")
		}
	}
}
