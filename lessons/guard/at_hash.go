package guard

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"

	"oauthlab/lessons/event"
)

// IDAtHash is its one part.
const IDAtHash ID = "at-hash"

// atHash holds that an access token came with its ID token.
func atHash() Protection {
	return Protection{
		ID: "at-hash", Title: "Access token hash", By: event.Client, Chapter: "v07",
		Stops: "Another user's access token beside this user's ID token.",
		Parts: []Part{{
			ID: IDAtHash, Kind: Guard, By: event.Client, Title: "access token hash", Does: "the two tokens belong together", Section: core + " §3.1.3.8", Hint: "at_hash is the left half of the access token's SHA-256, in base64url.",
		}},
	}
}

// HashOfToken is what an ID token says of the access token beside it:
// the left half of its SHA-256, the hash of HS256, RS256 and ES256
// (OpenID Connect Core §3.1.3.6).
func HashOfToken(accessToken string) string {
	sum := sha256.Sum256([]byte(accessToken))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

// AtHash refuses an access token that did not come with the ID token
// (OpenID Connect Core §3.1.3.8; where there is no at_hash, there is
// nothing to compare). Without it, the client shows one user's things
// to another.
func AtHash(hash, accessToken string) error {
	if hash != "" && hash != HashOfToken(accessToken) {
		return errors.New("the access token is not the ID token's")
	}
	return nil
}
