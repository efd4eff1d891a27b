package client

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// A client that wants to remember nothing while Alice is away can
// send its memory along, in the state, and sign it: what comes back
// is its own, unchanged (RFC 9700 §4.7.1). The signature does that
// much and no more. Everyone who sees the address can read what the
// state says, and here it says the code verifier.

// signingKey is where the store keeps the key of the signatures. A
// client on a server would have one in its configuration.
const signingKey = "oauthlab.signing-key"

// carried is what a signed state carries.
type carried struct {
	Flow     string `json:"flow"`
	Verifier string `json:"code_verifier,omitempty"`
	Nonce    string `json:"nonce,omitempty"`
}

// carries reports whether the login travels in its state.
func (c *Client) carries() bool {
	return c.Rules.Value(guard.IDPKCEKeep) == guard.InState
}

// makeSignedState writes the login into its state, and signs it.
func (f *flow) makeSignedState() error {
	text, err := json.Marshal(carried{f.Flow, f.Verifier, f.Nonce})
	if err != nil {
		return fmt.Errorf("write the state: %w", err)
	}
	f.State, err = f.sign(
		base64.RawURLEncoding.EncodeToString(text))
	if err != nil {
		return err
	}
	f.note(event.NoteState,
		"The client signed a state that carries its verifier,"+
			" and keeps nothing while Alice is away.",
		event.Field{Name: "state", Value: f.State})
	return nil
}

// unpack returns the login that a state carries. Its State is what
// this client would have signed: who compares the two checks the
// signature. What another signed is read all the same, and whether
// that counts is the guard's affair.
func (c *Client) unpack(state string) (*flow, error) {
	payload, _, _ := strings.Cut(state, ".")
	signed, err := c.sign(payload)
	if err != nil {
		return nil, err
	}
	var in carried
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil || json.Unmarshal(text, &in) != nil {
		in = carried{}
	}
	if signed != state || in.Flow == "" {
		in.Flow = c.NewID()
	}
	return &flow{Client: c, login: login{
		Flow: in.Flow, UnderWay: true,
		State: signed, Verifier: in.Verifier, Nonce: in.Nonce,
		Discovered: loginIn(c.Store).Discovered,
	}}, nil
}

// sign puts the signature behind a payload: HMAC with SHA-256
// (RFC 2104), by a key that only this client has.
func (c *Client) sign(payload string) (string, error) {
	key, ok := c.Store.Get(signingKey)
	if !ok {
		var err error
		if key, err = randomText(c.Random, sha256.Size); err != nil {
			return "", err
		}
		if err = c.Store.Set(signingKey, key); err != nil {
			return "", fmt.Errorf("keep the signing key: %w", err)
		}
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(payload)) // never fails
	return payload + "." +
		base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}
