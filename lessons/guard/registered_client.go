package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// IDRegisteredClient is its one part.
const IDRegisteredClient ID = "registered-client"

// registeredClient holds that a client is one that the server knows.
func registeredClient() Protection {
	return Protection{
		ID: "registered-client", Title: "Registered client", By: event.Auth, Chapter: "v01",
		Stops: "A stranger using the server as a redirector.",
		Parts: []Part{{
			ID: IDRegisteredClient, Kind: Guard, By: event.Auth, Title: "registered client", Does: "knows who asks", Code: "invalid_request", Hint: "Check client_id. The clients of this lab stand in the state of the parties.", Section: "RFC 6749 §2.2",
			Fallback: "The server takes the stranger for a public client with the redirect URI that it sent.",
		}},
	}
}

// RegisteredClient refuses a client that nobody registered
// (RFC 6749 §2.2). Without it, anyone has the server send its
// users wherever he likes.
func RegisteredClient(known bool) error {
	if !known {
		return errors.New("this client is not registered")
	}
	return nil
}
