package client

import "oauthlab/lessons/event"

// The grants of a client that acts for others (RFC 8693 §2.1), and for
// nobody (RFC 6749 §4.4).
const (
	grantExchange = "urn:ietf:params:oauth:" +
		"grant-type:token-exchange"
	grantOwn = "client_credentials"
)

// accessTokenType says what a token is (RFC 8693 §3).
const accessTokenType = "urn:ietf:params:oauth:" +
	"token-type:access_token"

// agentScope is what an agent asks for: less than its user's token has.
const agentScope = "read write"

// ownTokenRequest is what gets a client a token of its own (RFC 6749
// §4.4.2). No user is in it.
func (f *flow) ownTokenRequest(api string) Draft {
	return Draft{
		Method: "POST",
		URL:    f.server().TokenEndpoint,
		In:     InBody,
		Parameters: append([]event.Field{
			{Name: "grant_type", Value: grantOwn},
			{Name: "scope", Value: agentScope},
		}, f.resources(api)...),
	}
}

// exchangeRequest is what gets a client a token with which it acts for
// a user (RFC 8693 §2.1): subject is her token, and actor the client's
// own. The server writes both into the new one.
func (f *flow) exchangeRequest(subject, actor, api string) Draft {
	return Draft{
		Method: "POST",
		URL:    f.server().TokenEndpoint,
		In:     InBody,
		Parameters: append([]event.Field{
			{Name: "grant_type", Value: grantExchange},
			{Name: "subject_token", Value: subject},
			{Name: "subject_token_type", Value: accessTokenType},
			{Name: "actor_token", Value: actor},
			{Name: "actor_token_type", Value: accessTokenType},
			{Name: "requested_token_type", Value: accessTokenType},
			{Name: "scope", Value: agentScope},
		}, f.resources(api)...), // RFC 8693 §2.1
	}
}
