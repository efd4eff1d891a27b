package authserver

import (
	"time"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// RefreshGrant is what a client sends for a new access token (RFC 6749 §6).
type RefreshGrant struct {
	RefreshToken string   `form:"refresh_token"`
	Scope        string   `form:"scope"`
	Resource     []string `form:"resource" feature:"resource-indicators"` // RFC 8707 §2.2
}

// refresh turns a refresh token into an access token and, with rotation, into the next
// refresh token. The order is: the token, whose it is, its age, what is asked for, and last
// whether it was used before: so only a second use that is right in all else ends the
// family, and no stranger who found an old token can end Alice's login.
func (s *Server) refresh(state *State, t *lab.Handling, client Client, req RefreshGrant, next pair) tokenAnswer {
	if req.RefreshToken == "" {
		return tokenAnswer{refused: endpoint.Invalid("The parameter refresh_token is missing.", "It is what came beside the access token (RFC 6749 §6).")}
	}
	if e := checkScope(req.Scope); e != nil {
		return tokenAnswer{refused: e}
	}
	family, token := state.refreshToken(req.RefreshToken)
	if family == nil { // nothing to go on with, whatever is switched off
		return s.noRefresh(t, req.RefreshToken)
	}
	if family.Fault != t.Fault {
		return no("Another issuer of this lab gave out the refresh token.", "Each knows its own alone: use it at the token endpoint of the issuer that was asked.")
	}
	if family.Revoked != nil {
		return no("The tokens of this login were revoked.", "Run the flow again.")
	}
	if err := t.Enforce(guard.IDRefreshClient,
		guard.RefreshClient(family.ClientID, client.ID)); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	if err := t.Enforce(guard.IDRefreshIdle,
		guard.RefreshIdle(token.Expires, t.Now())); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	if err := t.Enforce(guard.IDRefreshAbsolute,
		guard.RefreshAbsolute(family.Ends, t.Now())); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	if err := t.Enforce(guard.IDRefreshScope,
		guard.RefreshScope(family.Scope, req.Scope)); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	if e := s.checkResources(t, client, req.Resource); e != nil {
		return tokenAnswer{refused: e}
	}
	if err := t.Enforce(guard.IDResourceRefresh,
		guard.ResourceRefresh(
			grantedIn(t.Lab, client, family.Resources),
			req.Resource)); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	used := token.Used != nil && !inGrace(t, *token)
	once := t.Enforce(guard.IDRefreshReuse,
		guard.RefreshReuse(used))
	if err := t.Enforce(guard.IDRefreshFamily,
		guard.RefreshFamily(used)); err != nil {
		state.revokeFamily(t, family)
		return tokenAnswer{refused: refused(err)}
	}
	if once != nil {
		return tokenAnswer{refused: refused(once)}
	}
	return s.renewed(state, t, client, family, token, req, next)
}

// inGrace reports whether the token was used so lately that a second use may be that of a
// client which never got the answer to the first.
func inGrace(t *lab.Handling, token RefreshToken) bool {
	grace, err := time.ParseDuration(t.Settings.Rules().Value(guard.IDRefreshGrace))
	since := t.Now().Sub(*token.Used) // less than nothing where the learner moved the clock back
	return err == nil && since >= 0 && since < grace
}

// renewed answers with new tokens of the family. What was asked for is granted: it is no
// more than the user gave, or nobody minds.
func (s *Server) renewed(state *State, t *lab.Handling, client Client, family *Family, token *RefreshToken, req RefreshGrant, next pair) tokenAnswer {
	scope := family.Scope
	if req.Scope != "" {
		scope = granted(req.Scope, client, t.Settings.Rules())
	}
	issued := state.issueToken(t, next.access, s.userToken(t, client, family.Resources, req.Resource, Token{
		ClientID: family.ClientID, Subject: family.Subject, Scope: scope, Flow: family.Flow, Code: family.Code,
	}))
	answer := s.newTokenResponse(t, next.access, req.Scope, scope)
	if t.Settings.Rules().Value(guard.IDRefreshRotated) == guard.SameToken {
		answer.RefreshToken = req.RefreshToken
		token.Expires = t.Now().Add(refreshIdle)
	} else {
		token.use(t)
		family.add(t, next.refresh, token.Hash)
		answer.RefreshToken = next.refresh
	}
	return tokenAnswer{granted: answer.withLifetimes(t, family), token: issued}
}

// noRefresh is the refusal of a refresh token that the server does not have.
func (s *Server) noRefresh(t *lab.Handling, value string) tokenAnswer {
	if s.issued(t.ID, kindRefresh, value) {
		return no("This server has forgotten the refresh token.", "Newer logins took its place, or the lab was reset. Run the flow again.")
	}
	return no("This refresh token was never issued here.", "Copy the whole of it, from this lab. An access token is none.")
}
