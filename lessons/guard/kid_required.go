package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// IDKIDRequired is its one part.
const IDKIDRequired ID = "kid-required"

// kidRequired holds that a token says which key signed it.
func kidRequired() Protection {
	return Protection{
		ID: "kid-required", Title: "Key id", By: event.Client, Chapter: "v08",
		Stops: "A token that fits any of several keys.",
		Parts: []Part{{
			ID: IDKIDRequired, Kind: Guard, By: event.Client, Title: "key id", Does: "which of several keys it was", Section: core + " §10.1", Hint: "Where the server has several keys, kid in the token's header names one.",
		}},
	}
}

// KIDRequired refuses an ID token that does not say which of several
// keys signed it (OpenID Connect Core §10.1). Without it, the client
// tries them all, and one key that leaked is as good as the right one.
func KIDRequired(kid string, keys int) error {
	if kid == "" && keys > 1 {
		return errors.New("the ID token does not name its key")
	}
	return nil
}
