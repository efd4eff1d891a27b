package main

import (
	"context"

	"oauthlab/server/authserver"
	"oauthlab/server/lab"
	"oauthlab/server/resourceserver"
)

// issuedHere tells an API that stands beside the authorization server what tokens are worth,
// out of that server's own record.
type issuedHere struct{ authserver.Document }

var _ resourceserver.Tokens = issuedHere{}

// Token implements resourceserver.Tokens.
func (i issuedHere) Token(ctx context.Context, l *lab.Lab, value string) (resourceserver.Token, error) {
	state, err := i.State(ctx, l.ID)
	if err != nil {
		return resourceserver.Token{}, err
	}
	t, known := state.Token(value)
	return resourceserver.Token{
		// Of a later chapter's JWT the record has the id alone, which anybody can copy. A token of
		// an issuer with a fault is good there alone.
		Known: known && t.Format == "" && t.Fault == "", Revoked: t.Revoked != nil, Subject: t.Subject, ClientID: t.ClientID, Scope: t.Scope, Flow: t.Flow, Expires: t.Expires,
	}, nil
}
