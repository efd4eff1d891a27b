package session

import (
	"testing"

	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/guard"
)

// As in the version before: what was not taught yet is neither sent nor checked, and
// what was always there stays, such as codes that nobody guesses.
func TestAsInTheVersionBefore(t *testing.T) {
	for chapter, want := range map[string]map[guard.ID]string{
		"v02": {
			guard.IDStateMethod: `"nothing"`, guard.IDState: "false", guard.IDStateUnused: "false", guard.IDStateRequired: "false",
		},
		"v03": {
			guard.IDPKCEMethod: `"nothing"`, guard.IDPKCEKeep: `"tab"`, guard.IDPKCERequired: "false", guard.IDPKCE: "false",
			guard.IDPKCEPlain: "false", guard.IDPKCEDowngrade: "false", guard.IDCodeSingleUse: "false", guard.IDCodeReuse: "false",
			guard.IDCodeExpiry: "false", guard.IDCodeClient: "false", guard.IDCodeRedirectURI: "false", guard.IDCodeEntropy: `"random"`,
		},
	} {
		var ids []string
		for _, p := range guard.Catalogue() {
			if p.Chapter == chapter {
				ids = append(ids, p.ID)
			}
		}
		got := patchBefore(ids).Guards
		if len(got) != len(want) {
			t.Errorf("%s: %d parts, want %d", chapter, len(got), len(want))
		}
		lab := uitest.LabWith()
		if IsAsBefore(ids, Statuses(lab, chapter)) {
			t.Errorf("%s is as before from the start", chapter)
		}
		for id, value := range want {
			if string(got[string(id)]) != value {
				t.Errorf("%s: %s is %s, want %s", chapter, id, got[string(id)], value)
			}
			p, _ := guard.ProtectionOf(id)
			switches, err := guard.Switches{}.With(id, got[string(id)])
			if err != nil {
				t.Fatal(err)
			}
			part, _ := guard.FindPart(id)
			lab.Protections[p.ID].Parts[string(id)] = switches.Setting(part)
		}
		if !IsAsBefore(ids, Statuses(lab, chapter)) {
			t.Errorf("%s is not as before", chapter)
		}
	}
}
