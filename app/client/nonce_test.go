package client

import (
	"bytes"
	"encoding/base64"
	"errors"
	"net/url"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

var noNonce = guard.Switches{guard.IDNonceSent: guard.Nothing}

// A nonce of 160 bits goes with the request of each login, and into its memory.
func TestANonceIsMade(t *testing.T) {
	d := newOIDCDesk(t, nil)
	seen := map[string]bool{}
	for range 3 {
		sent := d.begin()
		nonce := sent.Get("nonce")
		if octets, err := base64.RawURLEncoding.DecodeString(nonce); err != nil || len(octets) != 20 {
			t.Errorf("the nonce %q is no 160 bits in base64url: %v", nonce, err)
		}
		if nonce == sent.Get("state") || nonce == sent.Get("code_challenge") || seen[nonce] || len(sent["nonce"]) != 1 {
			t.Errorf("the nonce %q was there before: %v", nonce, sent)
		}
		seen[nonce] = true
		if loginIn(d).Nonce != nonce || d.last(event.NoteNonce).Get("nonce") != nonce {
			t.Errorf("it sends %q, and keeps %q", nonce, loginIn(d).Nonce)
		}
	}
}

// No nonce where nobody asks who signs in, or where the client is careless. Then there is nothing
// to compare, and the guard says so.
func TestNoNonce(t *testing.T) {
	for name, change := range map[string]func(d *oidcDesk){
		"in v06":                 func(d *oidcDesk) { d.Rules.Chapter = "v06" },
		"of a client in public":  func(d *oidcDesk) { d.Secret = "" },
		"where it asks for none": func(d *oidcDesk) { d.Rules.Switches = guard.Switches{guard.IDOpenIDScope: guard.Nothing} },
		"by habit":               func(d *oidcDesk) { d.Rules.Switches = noNonce },
	} {
		t.Run(name, func(t *testing.T) {
			d := newOIDCDesk(t, nil)
			change(d)
			if sent := d.begin(); sent.Has("nonce") || d.last(event.NoteNonce) != nil || loginIn(d).Nonce != "" {
				t.Errorf("it sent %v, recorded %s", sent, d.story())
			}
		})
	}
	for name, returned := range map[string]any{"none": nil, "empty": "", "of another login": "n-1"} {
		t.Run("by habit, and the ID token has "+name, func(t *testing.T) {
			d := newOIDCDesk(t, noNonce)
			d.idToken = func(d *oidcDesk) string { return d.jwt(map[string]any{"nonce": returned}) }
			if _, err := d.redeem(); err != nil {
				t.Error(err)
			}
			if got, want := d.story(), verdictsOnIDToken(passed, len(idTokenGuards))+" signed-in tokens"; got != want {
				t.Errorf("recorded %s, want %s", got, want)
			}
		})
	}
}

// The ID token of an earlier login does not answer this one.
func TestTheNonceIsOfThisLogin(t *testing.T) {
	for _, on := range []bool{true, false} {
		switches := guard.Switches{}
		if !on {
			switches[guard.IDNonce] = "off"
		}
		d := newOIDCDesk(t, switches)
		if _, err := d.redeem(); err != nil {
			t.Fatal(err)
		}
		old := TokensIn(d).IDToken
		if err := d.SignOut(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.idToken = func(*oidcDesk) string { return old }
		_, err := d.redeem()
		var refusal *guard.Refusal
		if on {
			if !errors.As(err, &refusal) || refusal.Guard != guard.IDNonce {
				t.Errorf("Redeem: %v, want a refusal by %s", err, guard.IDNonce)
			}
			d.wantNobody()
		} else if v := d.verdict(guard.IDNonce); err != nil || v.Outcome != event.WouldRefuse {
			t.Errorf("with the guard off: %v, %+v", err, v)
		}
	}
}

// A nonce that travels in a signed state is compared as one that is kept, and no other's is taken.
func TestANonceInASignedState(t *testing.T) {
	switches := guard.Switches{guard.IDPKCEKeep: guard.InState}
	d := newOIDCDesk(t, switches)
	d.idToken = func(d *oidcDesk) string { return d.jwt(map[string]any{"nonce": "another"}) }
	_, err := d.redeem()
	var refusal *guard.Refusal
	if !errors.As(err, &refusal) || refusal.Guard != guard.IDNonce || refusal.Reason != "the nonce is not the one of this login" {
		t.Errorf("Redeem: %v, want a refusal by %s", err, guard.IDNonce)
	}
	d.wantNobody()

	// With the state compared by nobody, what a stranger's state carries is what is compared.
	d = newOIDCDesk(t, guard.Switches{guard.IDPKCEKeep: guard.InState, guard.IDState: "off"})
	d.begin()
	forged := base64.RawURLEncoding.EncodeToString([]byte(`{"flow":"f","nonce":"of-mallory"}`))
	d.idToken = func(d *oidcDesk) string { return d.jwt(map[string]any{"nonce": "of-mallory"}) }
	q := url.Values{"code": {"c-1"}, "state": {forged + ".x"}, "iss": {oidcIssuer}}
	if _, err := d.Callback(t.Context(), redirectURI+"?"+q.Encode()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Redeem(t.Context(), "c-1"); err != nil || d.verdict(guard.IDNonce).Outcome != event.Passed {
		t.Errorf("Redeem: %v, recorded %s", err, d.story())
	}

	d = newOIDCDesk(t, guard.Switches{guard.IDPKCEKeep: guard.InState, guard.IDNonceSent: guard.Nothing})
	if text := payloadOf(t, d.begin().Get("state")); bytes.Contains([]byte(text), []byte("nonce")) {
		t.Errorf("the state carries %s", text)
	}
}

// Where chance runs out there is no login.
func TestNoChanceForANonce(t *testing.T) {
	for name, octets := range map[string]int{"at the nonce": 32, "within it": 40, "at the state": 52} {
		d := newOIDCDesk(t, nil)
		d.Random = bytes.NewReader(make([]byte, octets))
		if err := d.Begin(t.Context()); err == nil || len(d.opened) != 0 || len(d.store) != 0 {
			t.Errorf("%s: %v, and the browser was sent to %q", name, err, d.opened)
		}
	}
}

// The habits of v07 that the client has are tried above.
func TestHabitsOfOpenIDConnectAreTried(t *testing.T) {
	if part, ok := guard.FindPart(guard.IDNonceSent); !ok || len(part.Values) != 2 || part.Values[0] != guard.Random || part.Values[1] != guard.Nothing {
		t.Errorf("%s has the values %v", guard.IDNonceSent, part.Values)
	}
}
