package timeline

import (
	"testing"

	"oauthlab/lessons/event"
)

func TestLatestPair(t *testing.T) {
	flow := func(r *recording, verifier, sent string) {
		if verifier != "" {
			r.note(event.Client, "", event.NoteVerifier, fields("code_verifier", verifier, "code_challenge", "made"))
		}
		r.note(event.Client, event.Browser, event.NoteOpen, fields("url", as+"/authorize?client_id=c&code_challenge="+sent))
	}
	tests := map[string]struct {
		happens             func(r *recording)
		verifier, challenge string
	}{
		"nothing yet":                {func(*recording) {}, "", ""},
		"one flow":                   {func(r *recording) { flow(r, "v-1", "c-1") }, "v-1", "c-1"},
		"the latest of two":          {func(r *recording) { flow(r, "v-1", "c-1"); flow(r, "v-2", "c-2") }, "v-2", "c-2"},
		"the latest without PKCE":    {func(r *recording) { flow(r, "v-1", "c-1"); flow(r, "", "") }, "", ""},
		"made, and not sent yet":     {func(r *recording) { r.note(event.Client, "", event.NoteVerifier, fields("code_verifier", "v")) }, "", ""},
		"a challenge that was typed": {func(r *recording) { flow(r, "v-1", "typed") }, "v-1", "typed"},
		"before an attack": {func(r *recording) {
			flow(r, "v-1", "c-1")
			r.note(event.Lab, "", event.NoteAttackBegins, nil)
			flow(r, "hers", "c-hers")
			r.note(event.Lab, "", event.NoteAttackEnds, nil)
		}, "v-1", "c-1"},
		"before a reset": {func(r *recording) { flow(r, "v-1", "c-1"); r.note(event.Lab, "", event.NoteReset, nil) }, "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := &recording{}
			tt.happens(r)
			if v, c := LatestPair(r.events); v != tt.verifier || c != tt.challenge {
				t.Errorf("%q, %q; want %q, %q", v, c, tt.verifier, tt.challenge)
			}
		})
	}
}
