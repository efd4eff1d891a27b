package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDJWTSignature ID = "jwt-signature"
	IDTokenFormat  ID = "jwt-signature.tokens"
	IDTokenCheck   ID = "jwt-signature.check"
)

// jwtSignature holds that the server wrote what a token says.
func jwtSignature() Protection {
	return Protection{
		ID: "jwt-signature", Title: "JWT signature", By: event.API, Chapter: "v06",
		Stops: "A token that somebody else wrote, or changed.",
		Parts: []Part{
			{ID: IDTokenFormat, Kind: Setting, By: event.Auth, Title: "access tokens are", Section: "RFC 9068 §2", Values: []string{Opaque, JWT}},
			{ID: IDTokenCheck, Kind: Setting, By: event.API, Title: "API checks tokens by", Section: "RFC 9068 §4", Values: []string{ByIntrospection, BySignature}},
			{ID: IDJWTSignature, Kind: Guard, By: event.API, Title: "token signature", Does: "made with the server's key, over every letter", Code: "invalid_token", Hint: "Send the token as the token endpoint gave it: one changed letter breaks its signature.", Section: "RFC 9068 §4"},
		},
	}
}

// JWTSignature refuses a token whose signature does not fit what it
// says (RFC 7515 §5.2, RFC 9068 §4). Without it, everybody can write
// a token for anybody.
func JWTSignature(fits bool) error {
	if !fits {
		return errors.New("the signature does not fit the token")
	}
	return nil
}
