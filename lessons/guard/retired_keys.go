package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// IDRetiredKeys is its one part.
const IDRetiredKeys ID = "retired-keys"

// retiredKeys holds that a key is good for as long as it is published.
func retiredKeys() Protection {
	return Protection{
		ID: "retired-keys", Title: "Retired keys", By: event.API, Chapter: "v08",
		Stops: "A key that leaked, and that the server has withdrawn.",
		Parts: []Part{{
			ID: IDRetiredKeys, Kind: Guard, By: event.API, Title: "retired keys", Does: "are forgotten with the next list", Code: "invalid_token", Hint: "Get a new token: the key that signed this one is withdrawn.", Section: core + " §10.1.1",
		}},
	}
}

// RetiredKeys refuses a token whose key the server does not publish
// any more (OpenID Connect Core §10.1.1). Without it, a verifier that
// only ever adds keys takes those that were withdrawn, for ever.
func RetiredKeys(published bool) error {
	if !published {
		return errors.New("the key of this token is withdrawn")
	}
	return nil
}
