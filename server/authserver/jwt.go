package authserver

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// jwtType says in a token's header what it is (RFC 9068 §2.1).
const jwtType = "at+jwt"

// AccessTokenClaims are what an access token says that is a JWT (RFC 9068 §2.2).
type AccessTokenClaims struct {
	Issuer   string `json:"iss"`
	Expires  int64  `json:"exp"` // seconds since 1970 (RFC 7519 §2, NumericDate)
	Audience string `json:"aud"`
	Subject  string `json:"sub"`
	ClientID string `json:"client_id"`
	Issued   int64  `json:"iat"` // as exp
	ID       string `json:"jti"`
	Scope    string `json:"scope,omitempty"` // §2.2.3
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
func (s *Server) written(t *lab.Handling, token Token, secret string) (string, error) {
	if token.Format != guard.JWT {
		return secret, nil
	}
	return SignAccessToken(AccessTokenClaims{
		Issuer: s.issuer(t), Expires: token.Expires.Unix(), Audience: token.Audience, Subject: token.Subject,
		ClientID: token.ClientID, Issued: token.Issued.Unix(), ID: token.id(secret), Scope: token.Scope,
	}, s.APIKey.Signing(t.ID))
}

// SignAccessToken writes a token in the compact form of a JWS (RFC 7515 §7.1), signed with
// HS256: until there are keys of which one half is public, who verifies can sign as well.
func SignAccessToken(claims AccessTokenClaims, key []byte) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return signed(jose.HS256, key, jwtType, payload)
}

// signed writes a JWS in its compact form (RFC 7515 §7.1), of the type typ.
func signed(algorithm jose.SignatureAlgorithm, key []byte, typ jose.ContentType, payload []byte) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, (&jose.SignerOptions{}).WithType(typ))
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return jws.CompactSerialize()
}

// unsignedJWT writes a JWT that is not signed (RFC 7519 §6), which no library does.
func unsignedJWT(payload []byte) string {
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	return header + "." + base64.RawURLEncoding.EncodeToString(payload) + "."
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
func (s *Server) formatOf(t *lab.Handling, value string) (format string, whole bool) {
	if strings.Count(value, ".") != 2 {
		return "", true
	}
	return guard.JWT, s.APIKey.Signed(t.ID, value)
}
