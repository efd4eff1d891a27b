package guard

import (
	"errors"
	"slices"

	"oauthlab/lessons/event"
)

// IDAudience is its one part.
const IDAudience ID = "audience"

// audience holds that a token is good at the API that it was given out for.
func audience() Protection {
	return Protection{
		ID: "audience", Title: "Audience", By: event.API, Chapter: "v06",
		Stops: "Another API using here the tokens that it is sent.",
		Parts: []Part{{
			ID: IDAudience, Kind: Guard, By: event.API, Title: "token audience", Does: "given out for this API", Code: "invalid_token", Hint: "Get a token for this API: whom a token is for stands in aud.", Section: "RFC 9068 §4",
		}},
	}
}

// Audience refuses a token that is for others (RFC 9068 §4, RFC 9700
// §4.10.2). Without it, each API that is sent Alice's token can be
// Alice at all the others.
func Audience(aud []string, api string) error {
	if !slices.Contains(aud, api) {
		return errors.New("this token is for another API")
	}
	return nil
}
