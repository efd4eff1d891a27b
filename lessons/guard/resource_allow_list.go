package guard

import (
	"errors"
	"slices"
	"strings"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDResourceKnown   ID = "resource-allow-list"
	IDResourceExact   ID = "resource-allow-list.exact"
	IDResourceClient  ID = "resource-allow-list.client"
	IDResourceAddress ID = "resource-allow-list.address"
)

// resourceAllowList holds that tokens are for APIs that the server knows, and for
// those that their client has to do with.
func resourceAllowList() Protection {
	return Protection{
		ID: "resource-allow-list", Title: "Resource list", By: event.Auth, Chapter: "v09",
		Stops: "Tokens for an API that nobody knows, or that is none of the client's business.",
		Parts: []Part{
			{ID: IDResourceAddress, Kind: Habit, By: event.Client, Title: "client calls", Section: "RFC 9700 §4.9.1", Values: []string{SetUpWith, AsTold}},
			{ID: IDResourceKnown, Kind: Guard, By: event.Auth, Title: "known resource", Does: "an API of this server's", Code: "invalid_target", Hint: "Send the address of an API that the server knows. Its metadata list them as protected_resources.", Section: "RFC 8707 §2"},
			{ID: IDResourceExact, Kind: Guard, By: event.Auth, Title: "resource to the letter", Does: "written as the API writes it", Code: "invalid_target", Hint: "Write the address as the metadata do, to the letter: here with no slash at its end.", Section: "RFC 8707 §2"},
			{ID: IDResourceClient, Kind: Guard, By: event.Auth, Title: "resource for this client", Does: "none that the client is kept from", Code: "invalid_target", Hint: "This client gets no tokens for that API. Ask whoever runs the server.", Section: "RFC 8707 §2"},
		},
	}
}

// ResourceKnown refuses an API that the server does not know (RFC 8707
// §2). Without it, a counterfeit API gets tokens with its own name on
// them.
func ResourceKnown(known, asked []string) error {
	for _, one := range asked {
		if !slices.Contains(known, one) {
			return errors.New(
				"no API of this server has that address")
		}
	}
	return nil
}

// ResourceExact refuses an address that is an API's but for a slash at
// the end. Without it, what the server has written down about an API is
// looked up by one spelling and passed by under another.
func ResourceExact(known, asked []string) error {
	for _, one := range asked {
		if !slices.Contains(known, one) &&
			slices.Contains(known, strings.TrimSuffix(one, "/")) {
			return errors.New(
				"the API writes its address otherwise")
		}
	}
	return nil
}

// ResourceClient refuses an API that the client has nothing to do with:
// one of those that it is barred from. Without it, any app that a user
// lets in reaches any of her APIs.
func ResourceClient(barred, asked []string) error {
	for _, one := range asked {
		if slices.Contains(barred, one) {
			return errors.New(
				"this client gets no tokens for that API")
		}
	}
	return nil
}

// WithoutSlashes are addresses without the slash at their end: what a
// reader takes for the same, and a comparison to the letter
// does not (RFC 3986 §6.2.1, §6.2.4).
func WithoutSlashes(addresses []string) []string {
	var plain []string
	for _, one := range addresses {
		plain = append(plain, strings.TrimSuffix(one, "/"))
	}
	return plain
}
