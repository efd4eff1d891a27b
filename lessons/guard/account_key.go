package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// IDAccountKey is its one part.
const IDAccountKey ID = "account-key"

// accountKey holds that an account is found by whose it is.
func accountKey() Protection {
	return Protection{
		ID: "account-key", Title: "Account key", By: event.Webapp, Chapter: "v07",
		Stops: "Whoever writes Alice's e-mail address into a profile.",
		Parts: []Part{{
			ID: IDAccountKey, Kind: Guard, By: event.Webapp, Title: "account key", Does: "issuer and subject, and nothing else", Section: core + " §5.7", Hint: "Keep iss and sub with each account, and look for both.",
			Fallback: "The web app looks for the e-mail address, and opens the account that has it.",
		}},
	}
}

// AccountKey refuses an account that is found by another mark than
// whose it is: only iss and sub together name a user for good (OpenID
// Connect Core §5.7). Without it, whoever can have an address written
// into a profile opens the account of whose address it is.
func AccountKey(iss, sub, issuer, subject string) error {
	if iss != issuer || sub != subject {
		return errors.New("this account is another user's")
	}
	return nil
}
