package guard

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDPKCEMethod    ID = "pkce.method"
	IDPKCEKeep      ID = "pkce.keep"
	IDPKCERequired  ID = "pkce.require"
	IDPKCE          ID = "pkce.verify"
	IDPKCEPlain     ID = "pkce.plain"
	IDPKCEDowngrade ID = "pkce.downgrade"
)

// pkce holds that who redeems a code is who asked for it.
func pkce() Protection {
	return Protection{
		ID: "pkce", Title: "PKCE", By: event.Auth, Chapter: "v03",
		Stops: "A stolen code being redeemed by someone who did not ask for it.",
		Parts: []Part{
			{
				ID: IDPKCEMethod, Kind: Habit, By: event.Client, Title: "client sends", Section: "RFC 7636 §4.2",
				Values: []string{S256, Plain, Nothing}, Before: Nothing,
			},
			{
				ID: IDPKCEKeep, Kind: Habit, By: event.Client, Title: "client keeps its verifier in", Section: "RFC 7636 §7.1",
				Values: []string{InTab, InState}, Before: InTab,
			},
			{ID: IDPKCERequired, Kind: Guard, By: event.Auth, Title: "PKCE challenge", Does: "server requires one", Code: "invalid_request", Hint: "Send code_challenge and code_challenge_method=S256 (RFC 7636 §4.3).", Section: "RFC 9700 §2.1.1"},
			{ID: IDPKCE, Kind: Guard, By: event.Auth, Title: "PKCE verifier", Does: "server holds it against the challenge", Code: "invalid_grant", Hint: "Send the code_verifier whose challenge opened this flow (RFC 7636 §4.5).", Section: "RFC 7636 §4.6"},
			{ID: IDPKCEPlain, Kind: Guard, By: event.Auth, Title: "PKCE method", Does: "server refuses plain", Code: "invalid_request", Hint: "Send code_challenge_method=S256, and as the challenge the hash of the verifier.", Section: "RFC 9700 §2.1.1"},
			{ID: IDPKCEDowngrade, Kind: Guard, By: event.Auth, Title: "PKCE downgrade", Does: "server refuses a verifier without challenge", Code: "invalid_grant", Hint: "Send the challenge when you ask for the code, or no verifier now (RFC 9700 §4.8.2).", Section: "RFC 9700 §4.8.2"},
		},
	}
}

// PKCE refuses a code whose bearer cannot show the verifier that
// opened the flow (RFC 7636 §4.6). Without it, whoever reads a
// code on its way through the browser redeems it and is Alice.
func PKCE(challenge, method, verifier string) error {
	if challenge == "" {
		return nil // nothing was promised: PKCERequired decides that
	}
	if verifier == "" {
		return errors.New("no code_verifier was sent")
	}
	if subtle.ConstantTimeCompare(
		[]byte(Challenge(method, verifier)),
		[]byte(challenge)) != 1 {
		return errors.New("the verifier does not match the challenge")
	}
	return nil
}

// Challenge is what a client sends ahead for a verifier: the
// verifier itself for "plain", else its hash (RFC 7636 §4.2).
func Challenge(method, verifier string) string {
	if method == "plain" {
		return verifier
	}
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// PKCERequired refuses an authorization request without a
// challenge (RFC 9700 §2.1.1). Without it, a client that forgets
// PKCE gets a code that nothing ties to it.
func PKCERequired(challenge string) error {
	if challenge == "" {
		return errors.New("the request has no code_challenge")
	}
	return nil
}

// PKCEPlain refuses the method plain, whose challenge is the
// verifier itself (RFC 9700 §2.1.1 wants S256). Without it, whoever
// reads the request holds the verifier. No method means plain
// (RFC 7636 §4.3).
func PKCEPlain(challenge, method string) error {
	if challenge != "" && method == "" {
		return errors.New("no code_challenge_method, which means plain")
	}
	if challenge != "" && method != "S256" {
		return errors.New("the method plain gives the verifier away")
	}
	return nil
}

// PKCEDowngrade refuses a verifier for a code that was asked for
// without a challenge (RFC 9700 §4.8.2). Without it, Mallory takes
// the challenge out of a request, and PKCE is gone unnoticed.
func PKCEDowngrade(challenge, verifier string) error {
	if challenge == "" && verifier != "" {
		return errors.New("a verifier, but no challenge was promised")
	}
	return nil
}
