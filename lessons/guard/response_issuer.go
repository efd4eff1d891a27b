package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// IDResponseIssuer is its one part.
const IDResponseIssuer ID = "response-issuer"

// responseIssuer holds that an answer is of the server that was asked.
func responseIssuer() Protection {
	return Protection{
		ID: "response-issuer", Title: "Issuer of the answer", By: event.Client, Chapter: "v07",
		Stops: "An answer of one server that is taken for another's.",
		Parts: []Part{{
			ID: IDResponseIssuer, Kind: Strictness, By: event.Client, Title: "issuer of the answer", Does: "the server that was asked", Section: "RFC 9207 §2.4", Hint: "iss in the callback is the issuer of the metadata, to the letter.",
		}},
	}
}

// ResponseIssuer refuses a callback of another server than was asked,
// or one that does not say, where the server's metadata promise it
// (RFC 9207 §2.4). With one server it only keeps that honest; with
// two of them it tells whose the code is.
func ResponseIssuer(iss, issuer string, promised bool) error {
	if iss == "" && promised {
		return errors.New("the answer names no server")
	}
	if iss != "" && iss != issuer {
		return errors.New("the answer is of another server")
	}
	return nil
}
