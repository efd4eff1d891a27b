package authserver

import (
	"net/http"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// CredentialsGrant is what a client sends for a token of its own (RFC 6749 §4.4.2).
type CredentialsGrant struct {
	Scope    string   `form:"scope"`
	Resource []string `form:"resource" feature:"resource-indicators"` // RFC 8707 §2.2
}

// clientCredentials gives a client a token about itself: no user is in it, and there is no refresh
// token (RFC 6749 §4.4.3). Only a client that proves who it is gets one (§4.4).
func (s *Server) clientCredentials(state *State, t *lab.Handling, client Client, req CredentialsGrant, next pair) tokenAnswer {
	_, isUser := usersOf(t.Lab).find(client.ID) // an API would take the client for them (RFC 9068 §5)
	if !client.getsOwnTokens || isUser {
		return tokenAnswer{refused: endpoint.Refuse(http.StatusBadRequest, codeUnauthorizedClient, "This client gets no tokens of its own.", "Only a client that proves who it is may, if the server lets it act by itself (RFC 6749 §4.4).")}
	}
	if e := checkScope(req.Scope); e != nil {
		return tokenAnswer{refused: e}
	}
	if err := t.Enforce(guard.IDResourceRequired,
		guard.ResourceRequired(len(req.Resource) > 0)); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	if e := s.checkResources(t, client, req.Resource); e != nil {
		return tokenAnswer{refused: e}
	}
	scope := granted(withoutUser(req.Scope), client, t.Settings.Rules())
	target := targets(t.Lab, client, req.Resource)
	token := state.issueToken(t, next.access, Token{
		ClientID: client.ID, Subject: client.ID, // RFC 9068 §2.2
		Scope: scope, Flow: t.Flow, Granted: target, Audience: Audiences(target),
	})
	return tokenAnswer{granted: s.newTokenResponse(t, next.access, req.Scope, scope), token: token}
}
