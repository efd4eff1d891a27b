package guard

import (
	"errors"
	"slices"

	"oauthlab/lessons/event"
)

// IDIntrospectionAudience is its one part.
const IDIntrospectionAudience ID = "introspection-audience"

// introspectionAudience holds that an API is told of its own tokens alone.
func introspectionAudience() Protection {
	return Protection{
		ID: "introspection-audience", Title: "Introspection audience", By: event.Auth, Chapter: "v09",
		Stops: "An API learning what another's tokens are worth.",
		Parts: []Part{{
			ID: IDIntrospectionAudience, Kind: Guard, By: event.Auth, Title: "introspection audience", Does: "told to the API that the token is for", Finds: "called inactive", Would: "would call it inactive", Hint: "The token is for another API: to this one, the server calls it inactive.", Section: "RFC 7662 §4",
		}},
	}
}

// IntrospectionAudience refuses to tell an API about a token that is
// for others (RFC 7662 §4): the answer is active false, as for one that
// is worth nothing. Without it, whoever asks learns whose it is, and
// has to look at aud itself.
func IntrospectionAudience(aud []string, api string) error {
	if !slices.Contains(aud, api) {
		return errors.New("the token is for another API than asks")
	}
	return nil
}
