package main

import (
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
	"oauthlab/server/attack"
)

// What an attack came to is told for both sides, from the log and the documents.
func TestBothSidesOfAnEnd(t *testing.T) {
	h := openHouse(t)
	off := func(ids ...guard.ID) map[guard.ID]string {
		values := map[guard.ID]string{}
		for _, id := range ids {
			values[id] = "false"
		}
		return values
	}
	tests := map[string]struct {
		attack, chapter string
		values          map[guard.ID]string
		gained, lost    string
	}{
		"a code of v01 is of no use yet":         {"code-to-mallory", "v01", off(guard.IDRedirectURI), "Alice's code, not of use yet. The endpoint that takes it comes with chapter v03. Alice's browser, on a page of Mallory's.", "She is on Mallory's page, and an address of the real server led her there."},
		"a refused request leaves nothing":       {"code-to-mallory", "v03", nil, "", ""},
		"a code without its verifier":            {"intercepted-code", "v03", nil, "Alice's code, unused. It is bound to a challenge, and she has no verifier: worth nothing to her.", ""},
		"a code without a challenge":             {"foreign-client", "v03", map[guard.ID]string{guard.IDPKCEMethod: guard.Nothing, guard.IDPKCERequired: "false"}, "Alice's code, unused and bound to no challenge.", ""},
		"a token, before Alice's client comes":   {"intercepted-code", "v03", off(guard.IDPKCE), "A token to Alice's account, good for 60 minutes. Whoever brings it is Alice.", "Alice's account is open to Mallory for 60 minutes more. Her login: the code is used up before her client comes with it."},
		"a token that the server takes back":     {"thief-first", "v03", off(guard.IDPKCE), "A token to Alice's account, revoked by the server: worth nothing.", "Her login: her client did not take the answer. She has to sign in again."},
		"Alice's own token dies":                 {"code-replay", "v03", nil, "Alice's code, used up.", "Her own token: the server revoked it. She has to sign in again."},
		"and lives where nothing is revoked":     {"code-replay", "v03", off(guard.IDCodeReuse), "Alice's code, used up.", ""},
		"she is signed in as Mallory":            {"login-csrf", "v02", off(guard.IDState), "Alice's client, signed in to Mallory's account: what Alice leaves there, Mallory reads.", "Her own account: her client acts for Mallory's, and nothing tells her."},
		"she is not, and must sign in again":     {"login-csrf", "v02", nil, "", "Her login: her client did not take the answer. She has to sign in again."},
		"her client's request is refused":        {"plain-leak", "v03", map[guard.ID]string{guard.IDPKCEMethod: guard.Plain}, "", "Her login: the server refused what her client asked for."},
		"her client keeps what it took before":   {"callback-replay", "v03", nil, "Alice's code, used up.", ""},
		"a code that is found too late":          {"late-code", "v03", nil, "Alice's code, too old.", ""},
		"Mallory's own client gave up, not hers": {"code-injection", "v03", nil, "Alice's code, unused. It is bound to a challenge, and she has no verifier: worth nothing to her.", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a, err := attack.Find(tt.attack)
			if err != nil {
				t.Fatal(err)
			}
			l, err := h.prover().LabWith(t.Context(), tt.chapter, tt.values)
			if err != nil {
				t.Fatal(err)
			}
			result, err := h.attacks.Run(t.Context(), l, a)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(result.Gained, " "); got != tt.gained {
				t.Errorf("Mallory has %q, want %q", got, tt.gained)
			}
			if got := strings.Join(result.Lost, " "); got != tt.lost {
				t.Errorf("Alice lost %q, want %q", got, tt.lost)
			}
			events := h.logOf(t, l.ID)
			told := events[len(events)-1].Note
			if !slices.Equal(told.All("gained"), result.Gained) || !slices.Equal(told.All("lost"), result.Lost) {
				t.Errorf("the log tells %v, and the answer %v and %v", told.Fields, result.Gained, result.Lost)
			}
		})
	}
}

// Wherever an attack comes out as it declares, its two sides agree with that.
func TestTheSidesAgreeWithTheMatrix(t *testing.T) {
	h := openHouse(t)
	rows, err := h.prover().Matrix(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		open := slices.ContainsFunc(append(slices.Clone(r.Gained), r.Lost...), func(s string) bool {
			return strings.Contains(s, "good for") || strings.Contains(s, "open to Mallory") || strings.Contains(s, "acts for Mallory's")
		})
		switch {
		case r.Outcome == api.Succeeded && len(r.Gained)+len(r.Lost) == 0:
			t.Errorf("%s in %s, %s: it succeeded, and nobody gained or lost", r.Attack, r.Chapter, r.Guards)
		case r.Outcome != api.Succeeded && open:
			t.Errorf("%s in %s, %s: it was stopped, and Mallory has %v, Alice lost %v", r.Attack, r.Chapter, r.Guards, r.Gained, r.Lost)
		}
	}
}
