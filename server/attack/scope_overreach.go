package attack

import (
	"context"
	"net/url"

	"oauthlab/app/client"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
)

// scopeOverreach: an app that Alice let in for one thing does another with its token (RFC
// 6750 §3.1). Everything about the token is right, but for what it was granted.
func scopeOverreach() Attack {
	return Attack{
		ID:      "scope-overreach",
		Title:   "More than Alice allowed",
		Story:   "Mallory has a registered app that shows photos. Alice signs in to it, and it is granted the scope read. Then it asks the API for her name and address.",
		Chapter: "v04", StoppedBy: []guard.ID{guard.IDScope},
		Loss:     "Mallory has read Alice's e-mail address, which the token was not granted for.",
		Sections: []string{"RFC 6750 §3.1", "RFC 6749 §3.3"},
		Run: func(ctx context.Context, s *Scene) error {
			tokens, err := s.letIn(ctx, authserver.ClientMallory, "read")
			if err != nil || tokens.AccessToken == "" {
				return err
			}
			if err := s.ask(ctx, "/protected", tokens.AccessToken); err != nil { // for which she was let in
				return err
			}
			return s.ask(ctx, "/api/me", tokens.AccessToken)
		},
		Harm: malloryRead("alice", whoThatIs),
	}
}

// letIn has Alice sign in to an app of Mallory's, as anyone may to any app, and returns what
// it is given.
func (s *Scene) letIn(ctx context.Context, app, scope string) (client.Tokens, error) {
	var named []string
	if app != authserver.ClientPrints { // which was registered with its API
		named = s.resources()
	}
	return s.letInWith(ctx, app, scope, named, nil)
}

// letInWith is the same where the app names APIs when the flow begins, and when it redeems the
// code.
func (s *Scene) letInWith(ctx context.Context, app, scope string, told, asked []string) (client.Tokens, error) {
	site := s.Lab.Origins.MallorySite(s.Lab.ID)
	if err := s.Alice.Visit(ctx, s.authorization(url.Values{
		"client_id": {app}, "redirect_uri": {site}, "scope": {scope}, "resource": told,
	})); err != nil {
		return client.Tokens{}, err
	}
	arrived, err := s.Alice.SignInHere(ctx)
	if err != nil || parameter(arrived, "code") == "" {
		return client.Tokens{}, err
	}
	return s.askForTokens(ctx, url.Values{
		"grant_type": {"authorization_code"}, "client_id": {app}, "redirect_uri": {site},
		"code": {parameter(arrived, "code")}, "code_verifier": {guess}, "resource": asked,
	})
}
