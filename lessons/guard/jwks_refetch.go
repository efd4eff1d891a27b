package guard

import (
	"errors"
	"time"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDJWKSRefetch ID = "jwks-refetch.limit"
	IDUnknownKey  ID = "jwks-refetch.unknown-key"
)

// Values of what is done about a key that nobody has seen.
const (
	FetchAgain = "fetch-again" // the server may have a new one
	FetchNever = "never"
)

// RefetchWait is how long a verifier waits before it fetches keys once
// more because a token named one that it does not know.
const RefetchWait = 30 * time.Second

// jwksRefetch holds that new keys are found, and nobody asks too often.
func jwksRefetch() Protection {
	return Protection{
		ID: "jwks-refetch", Title: "Fetching keys again", By: event.API, Chapter: "v08",
		Stops: "A flood of tokens that becomes a flood of requests to the server.",
		Parts: []Part{
			{ID: IDUnknownKey, Kind: Habit, By: event.Client, Title: "client with an unknown key", Section: core + " §10.1.1", Values: []string{FetchAgain, FetchNever}},
			{ID: IDJWKSRefetch, Kind: Guard, By: event.API, Title: "key fetch limit", Does: "at most every 30 seconds for unknown keys", Code: "invalid_token", Hint: "Send a token that the API's authorization server signed. After a rotation, try again in half a minute.", Section: "RFC 8725 §3.10"},
		},
	}
}

// JWKSRefetch refuses to fetch keys once more for a token with an
// unknown key, so soon after the last time. To fetch them is right
// after a rotation (OpenID Connect Core §10.1.1). Without a limit,
// whoever makes up tokens makes the API flood its server.
func JWKSRefetch(last, now time.Time) error {
	again := last.Add(RefetchWait)
	if !last.IsZero() && !now.Before(last) && now.Before(again) {
		return errors.New("the keys were fetched just now")
	}
	return nil
}
