package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDRefreshRotated ID = "refresh-rotation.rotate"
	IDRefreshReuse   ID = "refresh-rotation.refuse"
	IDRefreshFamily  ID = "refresh-rotation.revoke"
	IDRefreshGrace   ID = "refresh-rotation.grace"
)

// refreshRotation holds that a refresh token works once, and that a second use is noticed.
func refreshRotation() Protection {
	return Protection{
		ID: "refresh-rotation", Title: "Refresh rotation", By: event.Auth, Chapter: "v05",
		Stops: "A stolen refresh token being used beside its owner's.",
		Parts: []Part{
			{ID: IDRefreshRotated, Kind: Habit, By: event.Auth, Title: "each refresh gives", Section: "RFC 9700 §4.14.2", Values: []string{NewToken, SameToken}},
			{ID: IDRefreshReuse, Kind: Guard, By: event.Auth, Title: "refresh token reuse", Does: "refuses one that was used", Code: "invalid_grant", Hint: "A refresh token works once: each answer brings the next. Keep that, or run the flow again.", Section: "RFC 9700 §4.14.2"},
			{ID: IDRefreshFamily, Kind: Guard, By: event.Auth, Title: "token family", Does: "ends all tokens of the login at a second use", Finds: "family revoked", Would: "would revoke the family", Code: "invalid_grant", Hint: "One of two who brought the same token may be a thief, so all tokens of that login are ended. Run the flow again.", Section: "RFC 9700 §4.14.2"},
			{ID: IDRefreshGrace, Kind: Setting, By: event.Auth, Title: "a second use is let pass for", Section: "RFC 9700 §4.14.2", Values: []string{"0s", "10s"}},
		},
	}
}

// RefreshReuse refuses a refresh token that was used before
// (RFC 9700 §4.14.2). Without it, a copy is as good as the token.
func RefreshReuse(used bool) error {
	if used {
		return errors.New("this refresh token was used before")
	}
	return nil
}

// RefreshFamily finds a refresh token that comes a second time: two
// hold it, and one of them may be a thief. The server cannot tell
// which, so it ends every token of that login (RFC 9700 §4.14.2).
// Without it, a thief who came first goes on for ever.
func RefreshFamily(used bool) error {
	if used {
		return errors.New("a second use: two hold this refresh token")
	}
	return nil
}
