package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDIntrospectionAuth  ID = "introspection-auth"
	IDIntrospectionCache ID = "introspection-auth.cache"
)

// introspectionAuth holds that only an API learns what a token is worth.
func introspectionAuth() Protection {
	return Protection{
		ID: "introspection-auth", Title: "Introspection credentials", By: event.Auth, Chapter: "v06",
		Stops: "Whoever finds a token asking the server what it is worth.",
		Parts: []Part{
			{ID: IDIntrospectionAuth, Kind: Guard, By: event.Auth, Title: "introspection credentials", Does: "answers an API that proves who it is", Code: "invalid_client", Hint: "Send the API's own id and secret by HTTP Basic. A client's are not enough.", Section: "RFC 7662 §2.1"},
			{ID: IDIntrospectionCache, Kind: Setting, By: event.API, Title: "API remembers an answer for", Section: "RFC 7662 §4", Values: []string{"0s", "60s"}},
		},
	}
}

// IntrospectionAuth refuses whoever asks about a token and is no API
// that proves it (RFC 7662 §2.1). The server keeps the secret's hash
// alone. Without it, a finder of tokens learns which are alive, and
// whose they are (§4).
func IntrospectionAuth(isAPI bool, secret string, hash []byte) error {
	if secret == "" {
		return errors.New("nobody proved who asks")
	}
	if !isAPI {
		return errors.New("who asks is no API of this server")
	}
	return ClientSecret(secret, hash)
}
