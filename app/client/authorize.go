package client

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// Begin starts a login: it makes a verifier and a state, remembers
// them, and sends the browser to the authorization server. A login
// that was under way in this tab is forgotten.
func (c *Client) Begin(ctx context.Context) (err error) {
	f := &flow{Client: c, login: login{
		Flow: c.NewID(), UnderWay: true,
	}}
	defer f.tell(ctx, &err)
	if err := f.discover(ctx); err != nil {
		return err
	}
	challenge, err := f.makeVerifier()
	if err != nil {
		return err
	}
	if err := f.makeNonce(); err != nil {
		return err
	}
	if err := f.makeState(); err != nil {
		return err
	}
	request, err := f.draft(ctx,
		f.authorizationRequest(challenge))
	if err != nil {
		return f.giveUp(err)
	}
	if err := f.leave(); err != nil {
		return err
	}
	target := request.address()
	f.note(event.NoteOpen,
		"The client sends the browser to the authorization server.",
		event.Field{Name: "url", Value: target})
	if err := f.send(ctx); err != nil {
		return err
	}
	if err := c.Open(ctx, target); err != nil {
		return fmt.Errorf("open the authorization URL: %w", err)
	}
	return nil
}

// authorizationRequest is what the browser takes to the
// authorization endpoint (RFC 6749 §4.1.1).
func (f *flow) authorizationRequest(challenge challenge) Draft {
	return Draft{
		Method: "GET", // RFC 6749 §3.1
		URL:    f.server().AuthorizationEndpoint,
		In:     InQuery,
		Parameters: append([]event.Field{
			{Name: "response_type", Value: "code"},
			{Name: "client_id", Value: f.ID},
			{Name: "redirect_uri", Value: f.RedirectURI},
			{Name: "scope", Value: f.scope()}, // RFC 6749 §3.3
			{Name: "state", Value: f.State},   // RFC 6749 §10.12
			// RFC 7636 §4.3
			{Name: "code_challenge", Value: challenge.value},
			{Name: "code_challenge_method",
				Value: challenge.method},
			// OpenID Connect Core §3.1.2.1
			{Name: "nonce", Value: f.Nonce},
		}, f.resources(f.APIs()...)...), // RFC 8707 §2.1
	}
}

// scope is what the client asks to be allowed (RFC 6749 §3.3),
// nothing where no API is there to allow it. What it wants to know
// of the user comes first (OpenID Connect Core §5.4), each word once.
func (c *Client) scope() string {
	if !c.Rules.Offers(guard.ProtectedAPI) {
		return ""
	}
	asked := c.Rules.Value(guard.IDScopeAsked)
	if !c.asksWho() {
		return asked
	}
	words := strings.Fields(c.openIDScope())
	for _, word := range strings.Fields(asked) {
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// openIDScope is what the client wants to know of the user; "" for
// nothing.
func (c *Client) openIDScope() string {
	scope := c.Rules.Value(guard.IDOpenIDScope)
	if scope == guard.Nothing {
		return ""
	}
	return scope
}
