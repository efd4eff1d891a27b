package session

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"oauthlab/app/browser"
	"oauthlab/app/lab"
	"oauthlab/app/timeline"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// Forge is a token that the learner writes as Mallory can.
type Forge struct {
	api.Forgery
	Laid   api.Forgery // what lay there when the dialog was opened
	Forged api.Forged  // what came of it; no token before it was written
	Sent   bool        // it was shown to the API

	Problem string // why it cannot be written; "" for nothing
}

// The ids of the workbench's fields.
const (
	ForgeHeader = "forge-header"
	ForgeClaims = "forge-claims"
)

// HasKeys reports whether the lab's authorization server has keys of which one half is public.
func (s Screen) HasKeys() bool { return lab.Rules(s.Lab).Offers(guard.JWKS) }

// OpenForge opens the workbench for tokens, with the latest token of the log on it, or one that
// looks like it. opener is the id of the button that was pressed.
func (c *Controller) OpenForge(opener string) {
	c.screen.Opener = opener
	f := c.screen.Forge
	if f.Header == "" {
		f.Key = api.KeyMallory
		f.Header, f.Claims = timeline.LatestJWT(c.log.Events(), "access_token")
	}
	if f.Header == "" {
		f.Header, f.Claims = c.madeUp()
	}
	f.Laid, f.Forged, f.Sent = f.Forgery, api.Forged{}, false
	c.screen.Forge = f
	c.OpenDialog(DialogForge)
}

// madeUp is an access token as the server would write one (RFC 9068 §2).
func (c *Controller) madeUp() (header, claims string) {
	l := c.screen.Lab
	now := time.Now().Add(time.Duration(l.ClockOffsetSeconds) * time.Second).Unix()
	text := func(of map[string]any) string {
		b, _ := json.MarshalIndent(of, "", "  ") //nolint:errchkjson // texts and numbers
		return string(b)
	}
	return text(map[string]any{"alg": "ES256", "kid": "mallorys-key", "typ": "at+jwt"}),
		text(map[string]any{
			"iss": l.Issuer, "aud": strings.TrimSuffix(l.Resource, "/api/me"), "sub": "alice", "client_id": l.ClientID, "jti": "made-up",
			"scope": "read write profile", "iat": now, "exp": now + int64(time.Hour/time.Second),
		})
}

// TypeHeader and TypeClaims take what the learner typed.
func (c *Controller) TypeHeader(text string) { c.screen.Forge.Header = text }

// TypeClaims is TypeHeader of the claims.
func (c *Controller) TypeClaims(text string) { c.screen.Forge.Claims = text }

// SignWith chooses the key.
func (c *Controller) SignWith(key string) { c.screen.Forge.Key = key }

// LayToken puts the latest token of the log on the workbench.
func (c *Controller) LayToken(name string) {
	header, claims := timeline.LatestJWT(c.log.Events(), name)
	if header == "" {
		return
	}
	f := &c.screen.Forge
	f.Header, f.Claims = header, claims
	browser.Fill(ForgeHeader, header)
	browser.Fill(ForgeClaims, claims)
}

// HasToken reports whether the log has such a token.
func (c *Controller) HasToken(name string) bool {
	header, _ := timeline.LatestJWT(c.log.Events(), name)
	return header != ""
}

// WriteToken has Mallory write the token, and show it to the API if she shall.
func (c *Controller) WriteToken(send bool) {
	f := c.screen.Forge.Forgery
	f.Send = send
	var forged api.Forged
	c.screen.Forge.Forged, c.screen.Forge.Problem = forged, ""
	if !json.Valid([]byte(f.Header)) || !json.Valid([]byte(f.Claims)) {
		c.screen.Forge.Problem = "Header and claims are JSON objects: look for a bracket, a comma or a quotation mark."
		return
	}
	c.call(Switching, func(ctx context.Context, s *lab.Session) (err error) {
		forged, err = s.Forge(ctx, f)
		return err
	}, func() { c.screen.Forge.Forged, c.screen.Forge.Sent = forged, send })
}

// RotateKeys has the authorization server sign with new keys, and withdraw the old ones if it
// shall.
func (c *Controller) RotateKeys(withdraw bool) {
	c.call(Switching, func(ctx context.Context, s *lab.Session) error { return s.RotateKeys(ctx, withdraw) }, func() {
		c.screen.Said = "The auth server signs with new keys."
	})
}
