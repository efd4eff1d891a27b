package client

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"oauthlab/lessons/event"
)

// Begin starts a login: it makes a verifier and a state, remembers
// them, and sends the browser to the authorization server. A login
// that was under way in this tab is forgotten.
func (c *Client) Begin(ctx context.Context) error {
	f := &flow{Client: c, login: login{
		Flow: c.NewID(), UnderWay: true,
	}}
	challenge, err := f.makeVerifier(ctx)
	if err != nil {
		return err
	}
	if err := f.makeState(ctx); err != nil {
		return err
	}
	if err := f.keep(); err != nil {
		return err
	}
	target := c.authorizationURL(f.State, challenge)
	err = f.note(ctx, event.NoteOpen,
		"The client sends the browser to the authorization server.",
		event.Field{Name: "url", Value: target})
	if err != nil {
		return err
	}
	if err := c.Open(ctx, target); err != nil {
		return fmt.Errorf("open the authorization URL: %w", err)
	}
	return nil
}

// authorizationURL is the authorization request, as the address
// that the browser is sent to (RFC 6749 §4.1.1).
func (c *Client) authorizationURL(
	state string, challenge challenge,
) string {
	query := encode([]event.Field{
		{Name: "response_type", Value: "code"},
		{Name: "client_id", Value: c.ID},
		{Name: "redirect_uri", Value: c.RedirectURI},
		{Name: "state", Value: state}, // RFC 6749 §10.12
		{Name: "code_challenge", Value: challenge.value},
		{Name: "code_challenge_method", Value: challenge.method},
	})
	// The endpoint may have a query already (RFC 6749 §3.1).
	if strings.Contains(c.AuthorizationEndpoint, "?") {
		return c.AuthorizationEndpoint + "&" + query
	}
	return c.AuthorizationEndpoint + "?" + query
}

// encode writes parameters as a query or the body of a form
// (RFC 6749 appendix B), in the order of the specification; a
// parameter without a value is as good as absent (§3.1).
func encode(parameters []event.Field) string {
	var pairs []string
	for _, p := range parameters {
		if p.Value != "" {
			pairs = append(pairs,
				p.Name+"="+url.QueryEscape(p.Value))
		}
	}
	return strings.Join(pairs, "&")
}
