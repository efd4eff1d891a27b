package client

import (
	"context"
	"errors"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// Locker runs do while nobody else of the same browser does under
// the same name: the browser's own locks, which its tabs share.
type Locker func(
	ctx context.Context, name string, do func() error,
) error

// renewLock is the name under which tabs renew their tokens.
const renewLock = "oauthlab.renew"

// Renew gets new tokens for a refresh token, without the user
// (RFC 6749 §6). old are those that the API refused.
//
// Tabs share their tokens. A refresh token works once, so two tabs
// that use it side by side look like a thief and his victim, and the
// server ends the login of both (RFC 9700 §4.14.2). So one tab renews
// at a time, and the next takes what it brought.
func (c *Client) Renew(
	ctx context.Context, old Tokens,
) (tokens Tokens, err error) {
	f := c.signedIn()
	defer f.tell(ctx, &err)
	return f.renew(ctx, old, f.main())
}

// renew gets a new token for one of the APIs.
func (f *flow) renew(
	ctx context.Context, old Tokens, api string,
) (tokens Tokens, err error) {
	alone := f.Rules.Value(guard.IDRefreshLock) == guard.EachAlone
	if f.Lock == nil || alone {
		return f.refresh(ctx, old, api)
	}
	err = f.Lock(ctx, renewLock, func() error {
		now, signedIn := f.tokensFor(api)
		if signedIn && now.AccessToken != old.AccessToken {
			tokens = now // another tab was here before
			return nil
		}
		if signedIn {
			old.RefreshToken = now.RefreshToken // it may be newer
		}
		tokens, err = f.refresh(ctx, old, api)
		return err
	})
	return tokens, err
}

// refresh asks for the next tokens, and forgets those that are over.
func (f *flow) refresh(
	ctx context.Context, old Tokens, api string,
) (Tokens, error) {
	f.note(event.NoteRenewing,
		"The client asks for a new token, without its user.")
	tokens, err := f.askForTokens(ctx, f.refreshRequest(old, api))
	var no *TokenError
	if errors.As(err, &no) {
		if no.Code == "invalid_target" { // RFC 8707 §2: this API alone
			f.note(event.NoteTokenRefused,
				"The client gets no token for this API: "+err.Error(),
				event.Field{Name: "error", Value: err.Error()})
			return Tokens{}, err
		}
		f.kept().Delete(tokensKey) // nothing is left to go on with
		return Tokens{}, f.giveUp(err)
	}
	if err != nil {
		return Tokens{}, err
	}
	if tokens.RefreshToken == "" { // the old one stays good
		tokens.RefreshToken = old.RefreshToken // (RFC 6749 §6)
	}
	// Who signed in has not changed, and a new ID token would have to
	// be checked (OpenID Connect Core §12.2): the client needs none.
	tokens.IDToken = old.IDToken
	return tokens, f.take(tokens, grantRefresh, api)
}

// refreshRequest is what gets the next tokens (RFC 6749 §6).
func (f *flow) refreshRequest(old Tokens, api string) Draft {
	return Draft{
		Method: "POST",
		URL:    f.server().TokenEndpoint,
		In:     InBody,
		Parameters: append([]event.Field{
			{Name: "grant_type", Value: grantRefresh},
			{Name: "refresh_token", Value: old.RefreshToken},
			{Name: "client_id", Value: f.ID},
		}, f.resources(api)...), // RFC 8707 §2.2
	}
}
