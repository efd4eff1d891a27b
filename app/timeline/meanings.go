package timeline

// meaning says what a parameter is for, and where it is specified.
type meaning struct {
	name, section, means string
}

// meanings lists the parameters that the chapters' messages carry, in the order
// in which the inspector shows the members of a JSON object.
var meanings = []meaning{
	{"response_type", "RFC 6749 §3.1.1", "What the client wants back: “code” asks for an authorization code."},
	{"client_id", "RFC 6749 §2.2", "Who asks: the name under which the client is registered. It is public."},
	{"redirect_uri", "RFC 6749 §3.1.2", "Where the browser is sent with the answer. It must be one that the client registered."},
	{"scope", "RFC 6749 §3.3", "What the client wants to be allowed to do."},
	{"state", "RFC 6749 §10.12", "A random value that comes back unchanged, so that the client knows the answer to its own request."},
	{"code_challenge", "RFC 7636 §4.2", "The hash of a secret that only the client knows. Whoever redeems the code must show the secret."},
	{"code_challenge_method", "RFC 7636 §4.3", "How the challenge was made: S256 is SHA-256, plain is the secret itself."},
	{"code", "RFC 6749 §4.1.2", "The authorization code: good once, for a few minutes, for whoever can redeem it."},
	{"iss", "RFC 9207 §2", "Which authorization server answers, so that two cannot be mixed up."},
	{"grant_type", "RFC 6749 §4.1.3", "What is offered for a token: here, an authorization code."},
	{"code_verifier", "RFC 7636 §4.5", "The secret itself. Its hash must be the challenge that opened the flow."},
	{"access_token", "RFC 6749 §1.4", "The key to what its user allowed, for a time and a purpose."},
	{"token_type", "RFC 6749 §7.1", "How the token is used. Bearer: by showing it."},
	{"expires_in", "RFC 6749 §5.1", "For how many seconds the token is good."},
	{"error", "RFC 6749 §5.2", "What went wrong, as a word for programs."},
	{"error_description", "RFC 6749 §5.2", "What went wrong, as a sentence for developers."},
	{"hint", "", "What to do about the error; the lab's own."},
	{"request", "", "Which authorization request waits for this sign-in."},
	{"pick", "", "Who signs in, chosen by a button instead of a typed password."},
	{"username", "", "Who signs in. The authorization server alone ever sees it."},
	{"password", "", "Typed at the authorization server only; the feed never carries it."},
}

func meaningOf(name string) (meaning, bool) {
	for _, m := range meanings {
		if m.name == name {
			return m, true
		}
	}
	return meaning{}, false
}

// rank orders names by the catalogue; strangers come last.
func rank(name string) int {
	for i, m := range meanings {
		if m.name == name {
			return i
		}
	}
	return len(meanings)
}
