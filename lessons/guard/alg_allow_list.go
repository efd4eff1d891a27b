package guard

import (
	"errors"
	"slices"

	"oauthlab/lessons/event"
)

// IDAlgAllowList is its one part.
const IDAlgAllowList ID = "alg-allow-list"

// algAllowList holds that a client says how ID tokens are signed.
func algAllowList() Protection {
	return Protection{
		ID: "alg-allow-list", Title: "Algorithm list", By: event.Client, Chapter: "v08",
		Stops: "A public key that is used as a secret.",
		Parts: []Part{{
			ID: IDAlgAllowList, Kind: Guard, By: event.Client, Title: "algorithm list", Does: "RS256 and ES256, and nothing else", Section: "RFC 8725 §3.1", Hint: "Name the algorithms when you set the client up. Its library may take more than you think.",
		}},
	}
}

// AlgAllowList refuses an ID token that is signed in a way which the
// client was not set up for (RFC 8725 §3.1, OpenID Connect Core
// §3.1.3.7, point 7). Without it, the token says how it is checked: by
// HS256, for which the public key is the secret (RFC 8725 §2.1).
func AlgAllowList(alg string, allowed []string) error {
	if !slices.Contains(allowed, alg) {
		return errors.New("the client takes no such algorithm")
	}
	return nil
}
