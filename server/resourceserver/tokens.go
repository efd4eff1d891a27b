package resourceserver

import (
	"context"
	"time"

	"oauthlab/server/lab"
)

// Token is what the API is told of an access token.
type Token struct {
	Known    bool // it was given out; the rest is empty otherwise
	Revoked  bool
	Subject  string // whose things it opens
	ClientID string // to which client it was given
	Scope    string // words with single blanks between them
	Flow     string // the authorization that it came of
	Expires  time.Time
}

// Tokens tells what an access token is worth in a lab. A token that nobody gave out is no
// error; an error is that nobody could tell.
type Tokens interface {
	Token(ctx context.Context, l *lab.Lab, value string) (Token, error)
}
