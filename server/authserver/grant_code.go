package authserver

import (
	"net/http"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// CodeGrant is what a client sends to redeem a code (RFC 6749 §4.1.3, RFC 7636 §4.5).
type CodeGrant struct {
	Code         string   `form:"code"`
	RedirectURI  string   `form:"redirect_uri"`
	CodeVerifier string   `form:"code_verifier"`
	Resource     []string `form:"resource" feature:"resource-indicators"` // RFC 8707 §2.2
}

// redeemCode turns a code into an access token. The order is: the code, its age, what it
// is bound to, PKCE, and last whether it was used before. So a refused attempt spends
// nothing, and only a second use that is right in all else ends what the first one gave
// (OWASP ASVS 10.4.2): to have found the code is not enough.
func (s *Server) redeemCode(state *State, t *lab.Handling, client Client, req CodeGrant, next pair) tokenAnswer {
	if req.Code == "" {
		return tokenAnswer{refused: endpoint.Invalid("The parameter code is missing.", "It is what the callback brought (RFC 6749 §4.1.3).")}
	}
	if req.CodeVerifier != "" && !isUnreserved(req.CodeVerifier, 43, 128) {
		return tokenAnswer{refused: endpoint.Invalid("The code_verifier is not 43 to 128 unreserved characters.",
			"Letters, digits and - . _ ~ alone: 32 random bytes in base64url without padding are 43 of them (RFC 7636 §4.1).")}
	}
	code := state.code(req.Code)
	if code == nil { // nothing to go on with, whatever is switched off
		return s.noCode(state, t, req.Code)
	}
	if code.Fault != t.Fault {
		return no("Another issuer of this lab gave out the code.", "Each knows its own codes alone: redeem it at the token endpoint of the issuer that was asked.")
	}
	if err := t.Enforce(guard.IDCodeExpiry,
		guard.CodeExpiry(code.Expires, t.Now())); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	if err := t.Enforce(guard.IDCodeClient,
		guard.CodeClient(code.ClientID, client.ID)); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	if err := t.Enforce(guard.IDCodeRedirectURI,
		guard.CodeRedirectURI(
			code.RedirectURI, req.RedirectURI,
			code.Challenge != "" || code.Filled)); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	if err := t.Enforce(guard.IDPKCEDowngrade,
		guard.PKCEDowngrade(
			code.Challenge, req.CodeVerifier)); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	if err := t.Enforce(guard.IDPKCE,
		guard.PKCE(code.Challenge, code.ChallengeMethod,
			req.CodeVerifier)); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	if e := s.checkResources(t, client, req.Resource); e != nil {
		return tokenAnswer{refused: e}
	}
	if err := t.Enforce(guard.IDResourceCode,
		guard.ResourceCode(
			grantedIn(t.Lab, client, code.Resources),
			req.Resource)); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	spent := code.Spent != nil
	once := t.Enforce(guard.IDCodeSingleUse,
		guard.CodeSingleUse(spent))
	if err := t.Enforce(guard.IDCodeReuse,
		guard.CodeReuse(spent)); err != nil {
		state.revokeAll(t, code.Value)
	}
	if once != nil {
		return tokenAnswer{refused: refused(once)}
	}
	code.spend(t)
	token := state.issueToken(t, next.access, s.userToken(t, client, code.Resources, req.Resource, Token{
		ClientID: code.ClientID, Subject: code.Subject, Scope: code.Scope, Flow: code.Flow, Code: code.Value,
	}))
	answer := s.newTokenResponse(t, next.access, code.Asked, code.Scope)
	if renewable(t, code.Scope) {
		family := state.beginFamily(t, next.refresh, *code)
		answer.RefreshToken = next.refresh
		answer = answer.withLifetimes(t, family)
	}
	return tokenAnswer{granted: answer, token: token, idToken: s.newIDToken(state, t, *code)}
}

// renewable reports whether a refresh token comes with a scope. Where the request was one of
// OpenID Connect, offline_access asks for it (Core §11); by OAuth alone, it comes anyway.
func renewable(t *lab.Handling, scope string) bool {
	return t.Settings.Rules().Offers(guard.RefreshTokens) && (!hasScope(scope, scopeOpenID) || hasScope(scope, scopeOffline))
}

// noCode is the refusal of a code that the server does not have. One that it forgot has
// no token that is alive: else it would be there.
func (s *Server) noCode(state *State, t *lab.Handling, code string) tokenAnswer {
	if s.issued(t.ID, kindCode, code) || state.counted(code) {
		return no("This server has forgotten the code.",
			"Newer codes took its place, or the lab was reset. No token of it is alive. Run the flow again.")
	}
	return no("This code was never issued here.", "Codes are long and random: copy the whole of it, from this lab.")
}

// no is the refusal of a code where no guard had anything to say.
func no(description, hint string) tokenAnswer {
	return tokenAnswer{refused: endpoint.Refuse(http.StatusBadRequest, codeInvalidGrant, description, endpoint.Sectioned(hint, "RFC 6749 §5.2"))}
}
