package guard

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/event"
)

func TestSwitchesDefaultToSafe(t *testing.T) {
	var s Switches
	for _, p := range Catalogue() {
		if !s.ProtectionOn(p) {
			t.Errorf("%s is off in a new lab", p.ID)
		}
		for _, part := range p.Parts {
			if part.Kind == Habit && s.Value(part.ID) != part.Values[0] {
				t.Errorf("%s is %q in a new lab, want %q", part.ID, s.Value(part.ID), part.Values[0])
			}
		}
	}
}

func TestMasterSwitchTurnsEveryPartThatRefuses(t *testing.T) {
	for _, p := range Catalogue() {
		s, err := Switches(nil).WithProtection(p.ID, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range p.Parts {
			if part.Refuses() && s.On(part.ID) {
				t.Errorf("%s off leaves %s on", p.ID, part.ID)
			}
			if part.Kind == Habit && (s.Value(part.ID) == part.Values[0]) != p.refuses() {
				t.Errorf("%s off makes the habit %s %q", p.ID, part.ID, s.Value(part.ID))
			}
		}
		if s.ProtectionOn(p) {
			t.Errorf("%s is off and counts as on", p.ID)
		}
		if s, err = s.WithProtection(p.ID, true); err != nil || len(s) != 0 {
			t.Errorf("%s off and on again leaves %v, %v", p.ID, s, err)
		}
	}
}

func TestMendingBringsHabitsBack(t *testing.T) {
	s, err := Switches(nil).With(IDPKCEMethod, json.RawMessage(`"nothing"`))
	if err != nil {
		t.Fatal(err)
	}
	s, err = s.WithProtection("pkce", true)
	if err != nil || len(s) != 0 {
		t.Errorf("switches after mending = %v, %v; want none", s, err)
	}
}

func TestWith(t *testing.T) {
	tests := map[string]struct {
		id    ID
		value string
		want  string // what Switches keeps; "" for safe
		err   string
	}{
		"a guard off":                      {IDPKCE, `false`, "off", ""},
		"a guard on":                       {IDPKCE, `true`, "", ""},
		"a habit by value":                 {IDPKCEMethod, `"plain"`, "plain", ""},
		"a habit back to its safe value":   {IDPKCEMethod, `"S256"`, "", ""},
		"a habit off is its least safe":    {IDPKCEMethod, `false`, "nothing", ""},
		"a habit on is its safe value":     {IDPKCEMethod, `true`, "", ""},
		"a habit takes no other value":     {IDPKCEMethod, `"S512"`, "", `takes true, false, "S256" or "plain" or "nothing"`},
		"a guard takes no text":            {IDPKCE, `"off"`, "", "takes true or false"},
		"null is nothing":                  {IDPKCE, `null`, "", "takes true or false"},
		"a number is nothing":              {IDPKCE, `1`, "", "takes true or false"},
		"an unknown part is refused":       {"pkce.nonsense", `false`, "", "no guard"},
		"an overlong name is cut in reply": {ID(strings.Repeat("x", 500)), `false`, "", "…"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := Switches(nil).With(tt.id, json.RawMessage(tt.value))
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil || s[tt.id] != tt.want {
				t.Errorf("%q, %v; want %q", s[tt.id], err, tt.want)
			}
		})
	}
}

func TestWithLeavesTheOriginalAlone(t *testing.T) {
	s := Switches{IDPKCE: off}
	if _, err := s.WithProtection("pkce", true); err != nil || s.On(IDPKCE) {
		t.Errorf("the original changed: %v, %v", s, err)
	}
}

func TestCatalogueIsWhole(t *testing.T) {
	seen := map[ID]bool{}
	for _, p := range Catalogue() {
		if p.Title == "" || p.Stops == "" || !event.AllParties().Has(p.By) || !isChapter(p.Chapter) || len(p.Parts) == 0 {
			t.Errorf("%s lacks something: %+v", p.ID, p)
		}
		for _, part := range p.Parts {
			if seen[part.ID] {
				t.Errorf("%s stands twice", part.ID)
			}
			seen[part.ID] = true
			if part.Title == "" || part.Section == "" || !event.AllParties().Has(part.By) || part.Refuses() == (len(part.Values) > 1) {
				t.Errorf("%s lacks something: %+v", part.ID, part)
			}
			// A setting stands among the settings of a lab, without its protection.
			if part.Kind != Setting && string(part.ID) != p.ID && !strings.HasPrefix(string(part.ID), p.ID+".") {
				t.Errorf("%s does not stand under the name of %s", part.ID, p.ID)
			}
		}
	}
}

// A verdict says "NAME refused", and a switch is NAME alone: a name that already says no
// would be turned round, and one that stands twice leaves open which is meant.
func TestEachCheckHasOneName(t *testing.T) {
	seen := map[string]string{}
	for _, p := range Catalogue() {
		seen[strings.ToLower(p.Title)] = p.ID
	}
	for _, p := range Catalogue() {
		checks := len(slices.DeleteFunc(slices.Clone(p.Parts), func(part Part) bool { return part.Kind == Setting }))
		for _, part := range p.Parts {
			name := strings.ToLower(p.NameOf(part))
			if other, taken := seen[name]; taken && (checks > 1 || other != p.ID) {
				t.Errorf("%s is called %q, and so is %s", part.ID, name, other)
			}
			seen[name] = string(part.ID)
			if !part.Refuses() {
				continue
			}
			for word := range strings.FieldsSeq(name) {
				if slices.Contains([]string{"no", "not", "never", "nothing", "refuse", "refuses", "refused", "without"}, word) {
					t.Errorf("%s is called %q, which a refusal would turn round", part.ID, name)
				}
			}
			if (part.Finds == "") != (part.Would == "") {
				t.Errorf("%s says %q where it is on, and %q where it is off", part.ID, part.Finds, part.Would)
			}
		}
	}
}

func isChapter(id string) bool { return regexp.MustCompile(`^v\d\d[a-z]?$`).MatchString(id) }

func TestRules(t *testing.T) {
	tests := map[string]struct {
		rules Rules
		id    ID
		has   bool
		on    bool
		value string
	}{
		"v01 has no state":                    {Rules{Chapter: "v01"}, IDState, false, false, ""},
		"v02 has it":                          {Rules{Chapter: "v02"}, IDState, true, true, ""},
		"off is off":                          {Rules{"v02", Switches{IDState: off}}, IDState, true, false, ""},
		"before its chapter a habit is none":  {Rules{Chapter: "v02"}, IDPKCEMethod, false, false, Nothing},
		"in its chapter it is safe":           {Rules{Chapter: "v03"}, IDPKCEMethod, true, true, S256},
		"unless it was switched":              {Rules{"v03", Switches{IDPKCEMethod: Plain}}, IDPKCEMethod, true, true, Plain},
		"a switch of later does nothing":      {Rules{"v01", Switches{IDPKCEMethod: Plain}}, IDPKCEMethod, false, false, Nothing},
		"codes were random from the start":    {Rules{Chapter: "v01"}, IDCodeEntropy, false, false, Random},
		"no chapter is the last":              {Rules{}, IDPKCE, true, true, ""},
		"a part that is not in the catalogue": {Rules{}, "nonsense", false, false, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if has, on := tt.rules.Has(tt.id), tt.rules.On(tt.id); has != tt.has || on != tt.on {
				t.Errorf("has %v, on %v; want %v, %v", has, on, tt.has, tt.on)
			}
			if part, _ := FindPart(tt.id); part.Kind == Habit && tt.rules.Value(tt.id) != tt.value {
				t.Errorf("value %q, want %q", tt.rules.Value(tt.id), tt.value)
			}
		})
	}
}
