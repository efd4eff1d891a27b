package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDExchangePolicy ID = "exchange-policy"
	IDSubjectType    ID = "exchange-policy.type"
)

// exchangePolicy holds that tokens are exchanged by those whom the server lets, and for
// what they are.
func exchangePolicy() Protection {
	return Protection{
		ID: "exchange-policy", Title: "Exchange policy", By: event.Auth, Chapter: "v10",
		Stops: "Any client of the server acting for users who never heard of it.",
		Parts: []Part{
			{ID: IDExchangePolicy, Kind: Guard, By: event.Auth, Title: "exchange allowed", Does: "for clients that the server lets act for others", Code: "unauthorized_client", Hint: "Have the server's operator allow this client the token exchange.", Section: "RFC 6749 §5.2"},
			{ID: IDSubjectType, Kind: Guard, By: event.Auth, Title: "type of the subject token", Does: "an access token", Code: "invalid_request", Hint: "Send the access token that the user's client was given: an ID token says who signed in, and lets nobody do anything.", Section: "RFC 8693 §2.2.2"},
		},
	}
}

// ExchangePolicy refuses a client that the server does not let act for
// others (RFC 6749 §5.2, unauthorized_client). Without it, every
// registered client can, with whatever token it comes by.
func ExchangePolicy(allowed bool) error {
	if !allowed {
		return errors.New("this client may not exchange tokens")
	}
	return nil
}

// SubjectType refuses a subject token that is no access token (RFC 8693
// §2.2.2). Without it, an ID token will do: the user's name tag, which
// her client was given to know her by.
func SubjectType(isAccessToken bool) error {
	if !isAccessToken {
		return errors.New("an ID token is no leave to act")
	}
	return nil
}
