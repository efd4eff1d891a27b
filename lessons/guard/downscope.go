package guard

import (
	"errors"
	"slices"
	"strings"
	"time"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDDownscope         ID = "downscope.scope"
	IDDownscopeTarget   ID = "downscope.target"
	IDDownscopeLifetime ID = "downscope.lifetime"
	IDExchangedLife     ID = "downscope.life"
)

// downscope holds that an exchange gives less than there was, and never more.
func downscope() Protection {
	return Protection{
		ID: "downscope", Title: "Less, and never more", By: event.Auth, Chapter: "v10",
		Stops: "An agent making more of a token than its user gave.",
		Parts: []Part{
			{ID: IDDownscope, Kind: Guard, By: event.Auth, Title: "scope of the exchange", Does: "no more than the subject token's", Code: "invalid_scope", Hint: "Ask for what the subject token has, or less. For more, the user has to sign in again.", Section: "RFC 8693 §2.1"},
			{ID: IDDownscopeTarget, Kind: Guard, By: event.Auth, Title: "target of the exchange", Does: "an API of the user's sign-in", Code: "invalid_target", Hint: "Name an API that the user's client named when she signed in.", Section: "RFC 8693 §2.1"},
			{ID: IDExchangedLife, Kind: Setting, By: event.Auth, Title: "exchanged tokens live", Section: "RFC 8693 §2.2.1", Values: []string{"5m", "1h"}},
			{ID: IDDownscopeLifetime, Kind: Guard, By: event.Auth, Title: "lifetime of the exchange", Does: "no longer than the subject token", Finds: "cut to the subject token's", Would: "would cut it to the subject token's", Hint: "A token that was exchanged ends with the one that it came of.", Section: "RFC 8693 §5"},
		},
	}
}

// Downscope refuses a scope that the subject token has not (RFC 8693
// §2.1). Without it, who was let in to read helps itself to writing.
func Downscope(had, asked string) error {
	words := strings.Fields(had)
	for _, word := range strings.Fields(asked) {
		if !slices.Contains(words, word) {
			return errors.New("more scope than the subject token has")
		}
	}
	return nil
}

// DownscopeTarget refuses an API that was not named when the user
// signed in. Without it, a token for one API is worth a token for
// each.
func DownscopeTarget(granted, asked []string) error {
	if !within(granted, asked) {
		return errors.New("the user's client named other APIs")
	}
	return nil
}

// DownscopeLifetime cuts the life of the new token to that of the one
// it came of. Without it, a token that is about to end begins anew
// with each exchange.
func DownscopeLifetime(subject, new time.Time) error {
	if new.After(subject) {
		return errors.New("it would outlive the subject token")
	}
	return nil
}
