package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// Metadata is what the client wants to know of its server (OpenID
// Connect Discovery §3), which the server itself tells.
type Metadata struct {
	Issuer                string `json:"issuer"`
	AuthorizationEndpoint string `json:"authorization_endpoint"`
	TokenEndpoint         string `json:"token_endpoint"`
	UserInfoEndpoint      string `json:"userinfo_endpoint"`
	JWKS                  string `json:"jwks_uri"`

	// Whether answers say which server they are of (RFC 9207 §3).
	Named bool `json:"authorization_response_iss_parameter_supported"`
}

// asksWho reports whether the client asks who signs in: from OpenID
// Connect on, where the server can sign an ID token for it.
func (c *Client) asksWho() bool {
	signs := c.Secret != "" || c.Rules.Offers(guard.JWKS)
	return c.Rules.Offers(guard.OpenIDConnect) && signs &&
		c.openIDScope() != ""
}

// discover asks the server for its metadata, and remembers them with
// the login. Before there is anything to discover, the client knows
// its endpoints by other means.
func (f *flow) discover(ctx context.Context) error {
	if !f.asksWho() {
		return nil
	}
	found, err := f.fetchMetadata(ctx)
	if err != nil {
		return f.giveUp(err)
	}
	err = f.enforce(guard.IDMetadataIssuer,
		guard.MetadataIssuer(found.Issuer, f.Issuer))
	if err != nil {
		return f.giveUp(err)
	}
	found.Issuer = f.Issuer
	f.Discovered = found
	return nil
}

// server is what the client knows of the server of this login.
func (f *flow) server() Metadata {
	if f.Discovered != (Metadata{}) {
		return f.Discovered
	}
	return Metadata{
		Issuer:                f.Issuer,
		AuthorizationEndpoint: f.AuthorizationEndpoint,
		TokenEndpoint:         f.TokenEndpoint,
	}
}

// fetchMetadata asks where OpenID Connect Discovery §4 has them.
func (f *flow) fetchMetadata(
	ctx context.Context,
) (m Metadata, err error) {
	if err := f.send(ctx); err != nil {
		return Metadata{}, err
	}
	at := strings.TrimSuffix(f.Issuer, "/") +
		"/.well-known/openid-configuration"
	answer, err := f.Fetch(ctx, Request{
		Method: "GET", URL: at, Header: []event.Field{
			{Name: "Accept", Value: "application/json"}}})
	if err != nil {
		return Metadata{}, fmt.Errorf("ask for metadata: %w", err)
	}
	if answer.Status != 200 ||
		json.Unmarshal([]byte(answer.Body), &m) != nil ||
		!isWeb(m.AuthorizationEndpoint) || !isWeb(m.TokenEndpoint) {
		return Metadata{}, errNoMetadata
	}
	return m, nil
}

// isWeb reports whether an endpoint is a place on the web (OpenID
// Connect Discovery §3). To be sent to javascript: is no way out of
// the page, but into it.
func isWeb(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && u.Host != "" &&
		(u.Scheme == "https" || u.Scheme == "http")
}

var errNoMetadata = unreadable("the metadata cannot be read")
