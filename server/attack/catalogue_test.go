package attack

import (
	"slices"
	"testing"

	"oauthlab/lessons/guard"
)

// A guard that no attack exercises guards nothing, and an attack that neither a guard
// nor a habit or setting turned back stops teaches nothing. That each of them comes out as
// declared, the matrix proves.
func TestGuardsAndAttacksBelongTogether(t *testing.T) {
	stopped := map[guard.ID]bool{}
	for _, a := range Catalogue() {
		if len(a.StoppedBy) == 0 && !hasChoice(a.Given) {
			t.Errorf("nothing stops %s", a.ID)
		}
		for _, id := range a.StoppedBy {
			part, known := guard.FindPart(id)
			if !known || part.Kind != guard.Guard {
				t.Errorf("%s is stopped by %s, which is no guard", a.ID, id)
			}
			stopped[id] = true
		}
		for id, value := range a.Given {
			part, known := guard.FindPart(id)
			if !known || part.Refuses() && value != "false" || !part.Refuses() && !slices.Contains(part.Values, value) {
				t.Errorf("%s asks for %s to be %q", a.ID, id, value)
			}
		}
	}
	for _, p := range guard.Catalogue() {
		for _, part := range p.Parts {
			if part.Kind == guard.Guard && !stopped[part.ID] {
				t.Errorf("no attack is stopped by the guard %s", part.ID)
			}
		}
	}
}

// hasChoice reports whether a habit or a setting is among what an attack needs.
func hasChoice(given map[guard.ID]string) bool {
	for id := range given {
		if part, known := guard.FindPart(id); known && !part.Refuses() {
			return true
		}
	}
	return false
}

func TestAttacksAreToldWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range Catalogue() {
		if a.ID == "" || a.Title == "" || a.Story == "" || a.Loss == "" || len(a.Sections) == 0 || a.Run == nil || a.Harm == nil {
			t.Errorf("%q lacks something", a.ID)
		}
		if seen[a.ID] {
			t.Errorf("%s stands twice", a.ID)
		}
		seen[a.ID] = true
		if a.Chapter < "v01" || a.Chapter > "v99" {
			t.Errorf("%s is taught in %q", a.ID, a.Chapter)
		}
	}
}
