package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDCodeSingleUse ID = "code-single-use.refuse"
	IDCodeReuse     ID = "code-single-use.revoke"
)

// codeSingleUse holds that a code works once.
func codeSingleUse() Protection {
	return Protection{
		ID: "code-single-use", Title: "Code single use", By: event.Auth, Chapter: "v03",
		Stops: "A code that was redeemed once being redeemed again.",
		Parts: []Part{
			{ID: IDCodeSingleUse, Kind: Guard, By: event.Auth, Title: "single use", Does: "refuses the second use", Code: "invalid_grant", Hint: "A code works once. Run the flow again for a new one.", Section: "RFC 6749 §4.1.2"},
			{ID: IDCodeReuse, Kind: Guard, By: event.Auth, Title: "replay", Does: "revokes what the first use gave", Finds: "token revoked", Would: "would revoke the token", Section: "RFC 6749 §4.1.2"},
		},
	}
}

// CodeSingleUse refuses a code that was redeemed before
// (RFC 6749 §4.1.2). Without it, a code found in a log is as good
// as the first time.
func CodeSingleUse(spent bool) error {
	if spent {
		return errors.New("this code was redeemed before")
	}
	return nil
}

// CodeReuse finds a code that comes a second time, right in all
// else: one of the two may be a thief, so what the first use gave is
// revoked (RFC 6749 §4.1.2). Without it, a thief who came first
// keeps his token.
func CodeReuse(spent bool) error {
	if spent {
		return errors.New("a second use: one of the two may be a thief")
	}
	return nil
}
