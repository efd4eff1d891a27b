package client

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// tokensKey is where the store of the tab keeps the tokens. A script
// in the page can read them there, as it can read whatever the page
// reads: for a client in a browser there is no place to hide
// (RFC 10017 §8). So tokens live for a short time.
const tokensKey = "oauthlab.tokens"

// keepTokens keeps tokens until the client signs out, as soon as
// there is an API that takes them. One for another API than that of
// the login stands beside it; the refresh token is that of all.
func (f *flow) keepTokens(t Tokens, api string) error {
	if !f.Rules.Offers(guard.ProtectedAPI) {
		return nil
	}
	kept := keptTokens{Tokens: t, Flow: f.Flow, User: f.user}
	before, had := keptIn(f.kept())
	if had && before.Flow == f.Flow {
		kept.For = before.For
	}
	if api != f.main() {
		kept.Tokens, kept.RefreshToken = before.Tokens, t.RefreshToken
		kept.For = maps.Clone(kept.For)
		if kept.For == nil {
			kept.For = map[string]string{}
		}
		kept.For[f.address(api)] = t.AccessToken
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("keep the tokens: %w", err)
	}
	if err := f.kept().Set(tokensKey, string(text)); err != nil {
		return fmt.Errorf("keep the tokens: %w", err)
	}
	return nil
}

// kept is the store of the tokens.
func (c *Client) kept() Store {
	if c.Tokens != nil {
		return c.Tokens
	}
	return c.Store
}

// tokensFor returns those that the client keeps, and whether it does.
// Their access token is that for the API; "" where there is none yet.
func (f *flow) tokensFor(api string) (t Tokens, ok bool) {
	k, ok := keptIn(f.kept())
	if api != f.main() {
		k.AccessToken = k.For[f.address(api)]
	}
	return k.Tokens, ok
}

// keptTokens are tokens as they are kept, with the login that they
// came of: another tab of the browser goes on with that.
type keptTokens struct {
	Tokens
	Flow string `json:"flow"`
	User User   `json:"user,omitzero"` // who signed in

	// For has the access tokens for other APIs, by their address.
	For map[string]string `json:"for,omitempty"`
}

// keptIn returns what a store remembers, and whether it does.
func keptIn(s Store) (k keptTokens, ok bool) {
	text, ok := s.Get(tokensKey)
	if !ok || json.Unmarshal([]byte(text), &k) != nil {
		return keptTokens{}, false
	}
	return k, true
}

// signedIn is recall for what is done with the tokens.
func (c *Client) signedIn() *flow {
	f := c.recall()
	if k, ok := keptIn(c.kept()); ok && k.Flow != "" {
		f.Flow, f.user = k.Flow, k.User
	}
	return f
}

// TokensIn returns the tokens that a store remembers; none where the
// client is signed out.
func TokensIn(s Store) Tokens {
	k, _ := keptIn(s)
	return k.Tokens
}

// SignOut forgets the tokens. It ends nothing anywhere else: at the
// authorization server the user stays signed in, and whoever has a
// copy of the token can go on using it.
func (c *Client) SignOut(ctx context.Context) (err error) {
	f := c.signedIn()
	defer f.tell(ctx, &err)
	f.kept().Delete(tokensKey)
	f.note(event.NoteSignedOut, "The client forgets its tokens.")
	return nil
}
