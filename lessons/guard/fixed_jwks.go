package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// IDFixedJWKS is its one part.
const IDFixedJWKS ID = "fixed-jwks"

// fixedJWKS holds that keys are looked for at one place.
func fixedJWKS() Protection {
	return Protection{
		ID: "fixed-jwks", Title: "Fixed key address", By: event.Client, Chapter: "v08",
		Stops: "A token that brings the key which it is checked with.",
		Parts: []Part{{
			ID: IDFixedJWKS, Kind: Guard, By: event.Client, Title: "fixed key address", Does: "jwks_uri of the metadata, and no other", Section: "RFC 8725 §3.10", Hint: "Keys come from jwks_uri. What the token's header says about them does not count.",
		}},
	}
}

// FixedJWKS refuses an ID token that says itself where its key is: by
// jku, x5u, jwk or x5c (RFC 8725 §3.10; OpenID Connect Core §2: they
// SHOULD NOT be used). Without it, Mallory signs with her own key, and
// tells the client where to find it.
func FixedJWKS(says bool) error {
	if says {
		return errors.New("the ID token brings a key of its own")
	}
	return nil
}
