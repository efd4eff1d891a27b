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
	if err := t.Enforce(guard.IDRegisteredClient,
		guard.RegisteredClient(known)); err != nil {
		e := refused(err)
		e.Code = codeInvalidClient // RFC 6749 §5.2
		return e
	}
	return nil
}

// redeem turns a code into an access token. The order is: the code, its age, what it
// is bound to, PKCE, and last whether it was used before. So a refused attempt spends
// nothing, and only a second use that is right in all else ends what the first one gave
// (OWASP ASVS 10.4.2): to have found the code is not enough.
func (s *Server) redeem(state *State, t *lab.Turn, req tokenRequest, accessToken string) tokenAnswer {
	code := state.code(req.Code)
	if code == nil { // nothing to go on with, whatever is switched off
		return s.noCode(state, t, req.Code)
	}
	if err := t.Enforce(guard.IDCodeExpiry,
		guard.CodeExpiry(code.Expires, t.Now())); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	if err := t.Enforce(guard.IDCodeClient,
		guard.CodeClient(code.ClientID, req.ClientID)); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	if err := t.Enforce(guard.IDCodeRedirectURI,
		guard.CodeRedirectURI(
			code.RedirectURI, req.RedirectURI)); err != nil {
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
	spent := code.Spent != nil
	once := t.Enforce(guard.IDCodeSingleUse,
		guard.CodeSingleUse(spent))
	if err := t.Enforce(guard.IDCodeReuse,
		guard.CodeReuse(spent)); err != nil {
		state.revokeTokens(t, code.Value)
	}
	if once != nil {
		return tokenAnswer{refused: refused(once)}
	}
	code.spend(t)
	state.issueToken(t, accessToken, *code)
	return tokenAnswer{granted: newTokenResponse(accessToken)}
}

// noCode is the refusal of a code that the server does not have. One that it forgot has
// no token that is alive: else it would be there.
func (s *Server) noCode(state *State, t *lab.Turn, code string) tokenAnswer {
	if s.issued(t.ID, kindCode, code) || state.counted(code) {
		return no("This server has forgotten the code.",
			"Newer codes took its place, or the lab was reset. No token of it is alive. Run the flow again.")
	}
	return no("This code was never issued here.", "Codes are long and random: copy the whole of it, from this lab.")
}

// no is the refusal of a code where no guard had anything to say.
func no(description, hint string) tokenAnswer {
	return tokenAnswer{refused: &Error{Code: codeInvalidGrant, Description: description, Hint: hint}}
}
