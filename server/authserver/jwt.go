package authserver

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// jwtType says in a token's header what it is (RFC 9068 §2.1).
const jwtType jose.ContentType = "at+jwt"

// AccessTokenClaims are what an access token says that is a JWT (RFC 9068 §2.2).
type AccessTokenClaims struct {
	Issuer   string    `json:"iss"`
	Expires  int64     `json:"exp"` // seconds since 1970 (RFC 7519 §2, NumericDate)
	Audience Audiences `json:"aud"`
	Subject  string    `json:"sub"`
	ClientID string    `json:"client_id"`
	Issued   int64     `json:"iat"` // as exp
	ID       string    `json:"jti"`
	Scope    string    `json:"scope,omitempty"`   // §2.2.3
	Act      *Actor    `json:"act,omitempty"`     // RFC 8693 §4.1
	MayAct   *Actor    `json:"may_act,omitempty"` // RFC 8693 §4.4
}

// id is how a token is called that is made of a secret: by that, or as a JWT by its jti. That
// begins with the authorization that the token came of, which the log is ordered by.
func (t Token) id(secret string) string {
	if t.Format == guard.JWT {
		return t.Flow + "." + secret
	}
	return secret
}

// written is a token as the client gets it. It is signed after it was decided on: an update
// of the record may run more than once.
func (s *Server) written(ctx context.Context, t *lab.Handling, token Token, secret string) (string, error) {
	if token.Format != guard.JWT {
		return secret, nil
	}
	payload, err := json.Marshal(AccessTokenClaims{
		Issuer: s.issuer(t), Expires: token.Expires.Unix(), Audience: token.Audience, Subject: token.Subject,
		ClientID: token.ClientID, Issued: token.Issued.Unix(), ID: token.id(secret), Scope: token.Scope,
		Act: token.Act, MayAct: actorOf(token.MayAct),
	})
	if err != nil {
		return "", fmt.Errorf("write a token: %w", err)
	}
	return s.sign(ctx, t, s.accessTokenSigning(t), payload)
}

// accessTokenSigning is how access tokens are signed: with the server's key, and until there is
// one with the secret that the server shares with its API, so that who verifies can sign too.
func (s *Server) accessTokenSigning(t *lab.Handling) signing {
	rules := t.Settings.Rules()
	if rules.Offers(guard.JWKS) {
		return signing{typ: jwtType, algorithm: rules.Value(guard.IDSigningAlg)}
	}
	return signing{typ: jwtType, algorithm: guard.HS256, secret: s.APIKey.Signing(t.ID)}
}

// idIn is what an answer about the token calls it (RFC 7662 §2.2): a JWT by its claim jti, and
// another not by the value, for who reads the answer has no token.
func (t Token) idIn(value string) string {
	if t.Format == guard.JWT {
		return guard.TokenID(value)
	}
	return t.Flow + "." + t.Hash[:16]
}

// formatOf tells which form a token has, and of a JWT whether the server wrote it, to the last
// letter. One that somebody else signed is not looked up by its id, nor is the id alone a token.
func (s *Server) formatOf(ctx context.Context, t *lab.Handling, value string) (format string, whole bool, err error) {
	if strings.Count(value, ".") != 2 {
		return "", true, nil
	}
	if !t.Settings.Rules().Offers(guard.JWKS) {
		return guard.JWT, s.APIKey.Signed(t.ID, value), nil
	}
	_, whole, err = s.signedHere(ctx, t, value)
	return guard.JWT, whole, err
}
