package authserver

import (
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// checkClient checks who asks for a token. A public client names itself and
// proves nothing (RFC 6749 §3.2.1).
func (s *Server) checkClient(state *State, t *lab.Turn, req tokenRequest) *Error {
	if req.ClientID == "" {
		return &Error{
			codeInvalidRequest, "The parameter client_id is missing.",
			"A public client names itself with it (RFC 6749 §3.2.1).",
		}
	}
	_, known := state.client(req.ClientID)
	if err := t.Enforce(guard.IDRegisteredClient, guard.RegisteredClient(known)); err != nil {
		return refused(codeInvalidClient, err, "Check client_id. The clients of this lab stand in its state drawer.")
	}
	return nil
}

// redeem turns a code into an access token. The order is: the code, its age, what
// it is bound to, PKCE, and only then is it spent: a refused attempt spends nothing.
func (s *Server) redeem(state *State, t *lab.Turn, req tokenRequest, accessToken string) tokenAnswer {
	code := state.code(req.Code)
	if code == nil { // nothing to go on with, whatever is switched off
		return no("This code was never issued here.", "Codes are long and random: copy the whole of it, from this lab.")
	}
	once := t.Enforce(guard.IDCodeSingleUse, guard.CodeSingleUse(code.Spent != nil))
	if err := t.Enforce(guard.IDCodeRevoke, guard.CodeReuse(code.Spent != nil)); err != nil {
		state.revokeTokens(t, code.Value)
	}
	if once != nil {
		return invalidGrant(once, "A code works once. Run the flow again for a new one.")
	}
	if err := t.Enforce(guard.IDCodeExpiry, guard.CodeExpiry(code.Expires, t.Now())); err != nil {
		return invalidGrant(err, "A code lives 10 minutes of the lab's time. Run the flow again.")
	}
	if err := t.Enforce(guard.IDCodeClient, guard.CodeClient(code.ClientID, req.ClientID)); err != nil {
		return invalidGrant(err, "The client that redeems must be the one that asked.")
	}
	if err := t.Enforce(guard.IDCodeRedirectURI, guard.CodeRedirectURI(code.RedirectURI, req.RedirectURI)); err != nil {
		return invalidGrant(err, "Send the redirect_uri of the authorization request, or none.")
	}
	if err := t.Enforce(guard.IDPKCEDowngrade, guard.PKCEDowngrade(code.Challenge, req.CodeVerifier)); err != nil {
		return invalidGrant(err, "Send the challenge when you ask for the code, or no verifier now (RFC 9700 §4.8.2).")
	}
	if err := t.Enforce(guard.IDPKCE, guard.PKCE(code.Challenge, code.ChallengeMethod, req.CodeVerifier)); err != nil {
		return invalidGrant(err, "Send the code_verifier whose challenge opened this flow (RFC 7636 §4.5).")
	}
	code.spend(t)
	state.issueToken(t, accessToken, *code)
	return tokenAnswer{granted: newTokenResponse(accessToken)}
}

// invalidGrant is the refusal of a code by a guard (RFC 6749 §5.2).
func invalidGrant(err error, hint string) tokenAnswer {
	return tokenAnswer{refused: refused(codeInvalidGrant, err, hint)}
}

// no is the refusal of a code where no guard had anything to say.
func no(description, hint string) tokenAnswer {
	return tokenAnswer{refused: &Error{Code: codeInvalidGrant, Description: description, Hint: hint}}
}
