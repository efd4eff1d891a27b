package client

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

var inState = guard.Switches{guard.IDPKCEKeep: guard.InState}

// payloadOf reads a signed state as anyone can: without a key.
func payloadOf(t *testing.T, state string) string {
	t.Helper()
	payload, _, signed := strings.Cut(state, ".")
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil || !signed {
		t.Fatalf("state %q is no payload and signature: %v", state, err)
	}
	return string(text)
}

func TestSignedStateCarriesTheLogin(t *testing.T) {
	d := newDesk(t, inState)
	sent := d.begin()
	if got, want := payloadOf(t, sent.Get("state")), `{"flow":"`+d.events[0].Flow+`","code_verifier":"`+vectorVerifier+`"}`; got != want {
		t.Errorf("the state carries %s, want %s", got, want)
	}
	for key := range d.store {
		if key != signingKey {
			t.Errorf("while Alice is away the client keeps %s", key)
		}
	}
	if _, err := d.Callback(t.Context(), redirectURI+"?code=c-1&state="+sent.Get("state")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Redeem(t.Context(), "c-1"); err != nil {
		t.Fatal(err)
	}
	if form, _ := url.ParseQuery(d.asked[0].Body); form.Get("code_verifier") != vectorVerifier {
		t.Errorf("redeemed with %q", d.asked[0].Body)
	}
	if got, want := d.story(), "pkce.verifier state.made open callback state.compare=passed state.forget=passed code.accepted tokens"; got != want {
		t.Errorf("recorded %s, want %s", got, want)
	}
	for _, e := range d.events {
		if e.Flow != d.events[0].Flow {
			t.Errorf("%v belongs to flow %q, want %q", e.Kind, e.Flow, d.events[0].Flow)
		}
	}
}

func TestSignedStateAtTheCallback(t *testing.T) {
	forged := base64.RawURLEncoding.EncodeToString([]byte(`{"flow":"forged","code_verifier":"mine"}`))
	notJSON := base64.RawURLEncoding.EncodeToString([]byte("nothing"))
	tests := map[string]struct {
		state  func(sent string) string
		reason string // "" where it passes
	}{
		"its own passes":             {func(s string) string { return s }, ""},
		"another payload is refused": {func(s string) string { _, sig, _ := strings.Cut(s, "."); return forged + "." + sig }, "not the one"},
		"a bit of the signature":     {func(s string) string { return s[:len(s)-1] + string(s[len(s)-1]^1) }, "not the one"},
		"without its signature":      {func(s string) string { payload, _, _ := strings.Cut(s, "."); return payload }, "not the one"},
		"with something behind it":   {func(s string) string { return s + ".x" }, "not the one"},
		"no JSON":                    {func(string) string { return notJSON + ".x" }, "not the one"},
		"no base64url":               {func(string) string { return "%%%" }, "not the one"},
		"none":                       {func(string) string { return "" }, "no state"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, inState)
			state := tt.state(d.begin().Get("state"))
			_, err := d.Callback(t.Context(), redirectURI+"?code=c-1&state="+url.QueryEscape(state))
			var refusal *guard.Refusal
			switch {
			case tt.reason == "" && err != nil:
				t.Errorf("its own state is refused: %v", err)
			case tt.reason != "" && (!errors.As(err, &refusal) || refusal.Guard != guard.IDState || !strings.Contains(refusal.Reason, tt.reason)):
				t.Errorf("Callback: %v, want a refusal that says %q", err, tt.reason)
			}
			if last := d.events[len(d.events)-1]; tt.reason != "" && last.Flow == "forged" {
				t.Error("a forged state names the flow")
			}
		})
	}
}

// Another client's key signs nothing for this one; the same client's, in a page that
// was reloaded, does.
func TestSignedStateBelongsToItsKey(t *testing.T) {
	d := newDesk(t, inState)
	state := d.begin().Get("state")
	reloaded, stranger := newDesk(t, inState), newDesk(t, inState)
	reloaded.store = d.store
	stranger.Random = strings.NewReader(strings.Repeat("x", 256))
	if _, err := reloaded.Callback(t.Context(), redirectURI+"?code=c-1&state="+state); err != nil {
		t.Errorf("after a reload: %v", err)
	}
	if _, err := stranger.Callback(t.Context(), redirectURI+"?code=c-1&state="+state); err == nil {
		t.Error("a stranger's state is taken")
	}
}

func TestSignedStateWithoutPKCECarriesNoVerifier(t *testing.T) {
	d := newDesk(t, guard.Switches{guard.IDPKCEKeep: guard.InState, guard.IDPKCEMethod: guard.Nothing})
	if text := payloadOf(t, d.begin().Get("state")); strings.Contains(text, "code_verifier") {
		t.Errorf("the state carries %s", text)
	}
}

// Before PKCE is taught there is no verifier to carry.
func TestSignedStateIsNotThereBeforeItsChapter(t *testing.T) {
	d := newDesk(t, inState)
	d.Rules.Chapter = "v02"
	if state := d.begin().Get("state"); strings.Contains(state, ".") {
		t.Errorf("v02 sends the state %q", state)
	}
}

func TestSigningFails(t *testing.T) {
	d := newDesk(t, inState)
	d.storeErr = errors.New("full")
	if err := d.Begin(t.Context()); err == nil || len(d.opened) > 0 {
		t.Errorf("a key that is not kept signs all the same: %v", err)
	}
	d = newDesk(t, inState)
	d.Random = strings.NewReader(strings.Repeat("x", 32)) // enough for the verifier alone
	if err := d.Begin(t.Context()); err == nil {
		t.Error("no chance is left, and a key is made")
	}
	if _, err := d.Callback(t.Context(), redirectURI+"?code=c"); err == nil {
		t.Error("a callback is compared without a key")
	}
	for _, e := range d.events {
		if e.Note != nil && e.Note.Name == event.NoteCode {
			t.Error("the code is taken")
		}
	}
}
