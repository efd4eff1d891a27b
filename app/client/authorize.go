package client

import (
	"context"
	"fmt"

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
	challenge, err := f.makeVerifier()
	if err != nil {
		return err
	}
	if err := f.makeState(); err != nil {
		return err
	}
	request, err := f.draft(ctx,
		c.authorizationRequest(f.State, challenge))
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
func (c *Client) authorizationRequest(
	state string, challenge challenge,
) Draft {
	return Draft{
		Method: "GET", // RFC 6749 §3.1
		URL:    c.AuthorizationEndpoint,
		In:     InQuery,
		Parameters: []event.Field{
			{Name: "response_type", Value: "code"},
			{Name: "client_id", Value: c.ID},
			{Name: "redirect_uri", Value: c.RedirectURI},
			{Name: "scope", Value: c.scope()}, // RFC 6749 §3.3
			{Name: "state", Value: state},     // RFC 6749 §10.12
			// RFC 7636 §4.3
			{Name: "code_challenge", Value: challenge.value},
			{Name: "code_challenge_method",
				Value: challenge.method},
		},
	}
}

// scope is what the client asks to be allowed (RFC 6749 §3.3),
// nothing where no API is there to allow it.
func (c *Client) scope() string {
	if !c.Rules.Offers(guard.ProtectedAPI) {
		return ""
	}
	return c.Rules.Value(guard.IDScopeAsked)
}
