package resourceserver

import (
	"context"
	"strings"
	"time"

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// Token is what the API knows of an access token: what it was told, or what the token says.
type Token struct {
	Known    bool // it was given out; the rest is empty otherwise
	Revoked  bool
	Subject  string // whose things it opens
	ClientID string // to which client it was given
	Scope    string // words with single blanks between them
	Flow     string // the authorization that it came of
	Expires  time.Time

	Actors []string // who acts for the user, and for whom that acted, the last first; none where she does herself

	Audience []string // the addresses of the APIs that it is for, from v06 on

	Asked  bool       // it was asked about, and Revoked is not told
	answer *Answer    // that is to be remembered; nil for none
	Signed *Signature // of a token that the API reads by itself; nil of another
}

// Tokens tells what an access token is worth in a lab. A token that nobody gave out is no
// error; an error is that nobody could tell.
type Tokens interface {
	Token(ctx context.Context, l *lab.Lab, value string) (Token, error)
}

// checked finds out what the token of a request is worth to one of the APIs, in the way that the
// lab is set to.
func (s *Server) checked(ctx context.Context, t *lab.Handling, by lab.Resource, value string) (Token, error) {
	switch {
	case value == "":
		return Token{}, nil
	case s.Tokens != nil:
		return s.Tokens.Token(ctx, t.Lab, value)
	case t.Settings.Rules().Value(guard.IDTokenCheck) == guard.BySignature:
		return s.read(ctx, t, value)
	}
	return s.introspected(ctx, t, by, value)
}

// maxFlow bounds the name of an authorization, in bytes: a token may say anything.
const maxFlow = 64

// flowIn is the authorization that a token came of, by its id (RFC 7519 §4.1.7): this server
// and its authorization server have agreed that ids begin with it.
func flowIn(id string) string {
	flow, _, _ := strings.Cut(id, ".")
	if len(flow) > maxFlow {
		return ""
	}
	return flow
}
