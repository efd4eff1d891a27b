package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// IDExchangeClientAuth is its one part.
const IDExchangeClientAuth ID = "exchange-client-auth"

// exchangeClientAuth holds that who exchanges a token has proved who it is.
func exchangeClientAuth() Protection {
	return Protection{
		ID: "exchange-client-auth", Title: "Exchange by a client that proves itself", By: event.Auth, Chapter: "v10",
		Stops: "Whoever finds a token exchanging it for others.",
		Parts: []Part{{
			ID: IDExchangeClientAuth, Kind: Guard, By: event.Auth, Title: "client authentication", Does: "exchanges for a client with a secret", Code: "invalid_client", Hint: "Exchange tokens on a server, with a client that has a secret.", Section: "RFC 8693 §2.1",
		}},
	}
}

// ExchangeClientAuth refuses a client that proves nothing: a public one
// (RFC 8693 §2.1, §5). Without it, a token in the wrong hands is worth
// all the tokens that it can be exchanged for.
func ExchangeClientAuth(proved bool) error {
	if !proved {
		return errors.New("a public client proves nothing")
	}
	return nil
}
