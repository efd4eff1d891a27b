// Package param is the catalogue of what travels: each parameter that a message of the
// lab carries, with one sentence, its section, whether it is a secret of its run, and the
// mark that its value wears wherever it is shown. Inspector, diagram, address bar, code,
// reference and golden traces range over it. Standard library only: it is part of the
// program in the browser.
package param

import "strings"

// Mark is the kind of a value that is followed through the flow. Its colour stands in
// web/css/tokens.css under its name.
type Mark string

// The marks. A verifier and its challenge wear one: they belong together.
const (
	MarkCode  Mark = "code"
	MarkState Mark = "state"
	MarkNonce Mark = "nonce"
	MarkPKCE  Mark = "pkce"
	MarkToken Mark = "token"
	MarkError Mark = "error"

	MarkResource Mark = "resource"
)

// Row is one parameter.
type Row struct {
	Name    string
	Section string // where it is specified; empty for the lab's own
	Means   string // one plain sentence
	Mark    Mark   // empty where its value is not followed
	Brief   string // its name on a narrow screen, where it wears a mark
	Secret  bool   // its value is another in each run
}

// rows are in the order in which the members of a JSON object are shown.
var rows = []Row{
	{Name: "response_type", Section: "RFC 6749 §3.1.1", Means: "What the client wants back: “code” asks for an authorization code."},
	{Name: "client_id", Section: "RFC 6749 §2.2", Means: "The name under which the client is registered. It is public."},
	{Name: "redirect_uri", Section: "RFC 6749 §3.1.2", Means: "Where the browser is sent with the answer. It must be one that the client registered."},
	{Name: "scope", Section: "RFC 6749 §3.3", Means: "What the client is to be allowed to do."},
	{Name: "resource", Section: "RFC 8707 §2", Mark: MarkResource, Brief: "for", Means: "For which API the token is to be, by its address. It may be there more than once. In an answer of the lab: the address of its API."},
	{Name: "response_mode", Section: "RFC 8414 §2", Means: "How the answer comes back. Here it is always the query of the redirect URI."},
	{
		Name: "state", Section: "RFC 6749 §10.12", Mark: MarkState, Brief: "state", Secret: true,
		Means: "A random value that comes back unchanged, so that the client knows the answer to its own request.",
	},
	{
		Name: "code_challenge", Section: "RFC 7636 §4.2", Mark: MarkPKCE, Brief: "challenge", Secret: true,
		Means: "The hash of a secret that only the client knows. Whoever redeems the code must show the secret.",
	},
	{Name: "code_challenge_method", Section: "RFC 7636 §4.3", Means: "How the challenge was made: S256 is SHA-256, plain is the secret itself."},
	{
		Name: "nonce", Section: "OpenID Connect Core §3.1.2.1", Mark: MarkNonce, Brief: "nonce", Secret: true,
		Means: "A random value that the ID token must have, so that it answers this login and no other.",
	},
	{Name: "prompt", Section: "OpenID Connect Core §3.1.2.1", Means: "Whether the user is to see a page: none for no page at all, login for a new sign-in."},
	{Name: "max_age", Section: "OpenID Connect Core §3.1.2.1", Means: "How many seconds old the sign-in may be."},
	{Name: "id_token_hint", Section: "OpenID Connect Core §3.1.2.1", Secret: true, Means: "An ID token of the user who is expected."},
	{Name: "request_uri", Section: "OpenID Connect Core §6.2", Means: "Where the request stands. This server fetches none."},
	{Name: "registration", Section: "OpenID Connect Core §7.2.1", Means: "A registration of the client in its request. This server takes none."},
	{Name: "login_hint", Section: "OpenID Connect Core §3.1.2.1", Means: "Whom the client expects to sign in."},
	{
		Name: "code", Section: "RFC 6749 §4.1.2", Mark: MarkCode, Brief: "code", Secret: true,
		Means: "The authorization code: good once, for a few minutes, for whoever can redeem it.",
	},
	{Name: "iss", Section: "RFC 9207 §2", Means: "From which authorization server the answer or the token is, so that two cannot be mixed up."},
	{Name: "grant_type", Section: "RFC 6749 §4.1.3", Means: "What is offered for a token: an authorization code, or a refresh token."},
	{
		Name: "code_verifier", Section: "RFC 7636 §4.5", Mark: MarkPKCE, Brief: "verifier", Secret: true,
		Means: "The secret itself. Its hash must be the challenge that opened the flow.",
	},
	{
		Name: "access_token", Section: "RFC 6749 §1.4", Mark: MarkToken, Brief: "token", Secret: true,
		Means: "The key to what its user allowed, for a time and a purpose.",
	},
	{Name: "token_hash", Secret: true, Means: "SHA-256 of a token: all that the server keeps of it."},
	{Name: "client_secret", Section: "RFC 6749 §2.3.1", Secret: true, Means: "A password of the client itself, or of an API that asks. A public client has none, and must not send one."},
	{Name: "client_assertion", Section: "RFC 7521 §4.2", Secret: true, Means: "A signed text by which a client proves who it is. Here nobody has a key for that."},
	{Name: "client_assertion_type", Section: "RFC 7521 §4.2", Means: "What kind of text the client_assertion is."},
	{Name: "token_type", Section: "RFC 6749 §7.1", Means: "How the token is used. Bearer: by showing it."},
	{Name: "expires_in", Section: "RFC 6749 §5.1", Means: "For how many seconds the token is good."},
	{
		Name: "refresh_token", Section: "RFC 6749 §1.5", Mark: MarkToken, Brief: "refresh", Secret: true,
		Means: "What the client gets a new access token for, without its user.",
	},
	{
		Name: "id_token", Section: "OpenID Connect Core §2", Mark: MarkToken, Brief: "id", Secret: true,
		Means: "Who signed in, when and for whom, signed by the authorization server.",
	},
	{
		Name: "token", Section: "RFC 7662 §2.1", Mark: MarkToken, Brief: "token", Secret: true,
		Means: "The token that is asked about.",
	},
	{Name: "token_type_hint", Section: "RFC 7662 §2.1", Means: "What kind of token it may be. The server looks at access tokens alone."},
	{Name: "active", Section: "RFC 7662 §2.2", Means: "Whether the token is good. Of one that is not, the server says nothing else."},
	{Name: "shared_secret", Section: "RFC 7518 §3.2", Secret: true, Means: "The key with which the authorization server signs, and the API verifies."},
	{Name: "alg", Section: "RFC 7515 §4.1.1", Means: "How the token says that it is signed."},
	{Name: "kid", Section: "RFC 7515 §4.1.4", Secret: true, Means: "Which key of the server signed it."},
	{Name: "jku", Section: "RFC 7515 §4.1.2", Means: "Where the token says that its key is. A client that is careful does not look there."},
	{Name: "keys", Section: "RFC 7517 §5", Secret: true, Means: "The public keys: each with its kind, its id and its numbers."},
	{Name: "typ", Section: "RFC 9068 §2.1", Means: "What kind of JWT it is: at+jwt, an access token. An ID token says JWT, or nothing."},
	{Name: "sub", Section: "RFC 7519 §4.1.2", Means: "Who the token's user is, as the authorization server calls them."},
	{Name: "aud", Section: "RFC 7519 §4.1.3", Means: "For whom the token is: an API, by its address, or of an ID token the client, by its client_id."},
	{Name: "exp", Section: "RFC 7519 §4.1.4", Means: "Until when the token is good, in seconds since 1970."},
	{Name: "iat", Section: "RFC 7519 §4.1.6", Means: "When the token was given out, in seconds since 1970."},
	{Name: "jti", Section: "RFC 7519 §4.1.7", Secret: true, Means: "The token's own id. No other token has it."},
	{Name: "auth_time", Section: "OpenID Connect Core §2", Means: "When the user signed in, in seconds since 1970."},
	{Name: "at_hash", Section: "OpenID Connect Core §3.1.3.6", Secret: true, Means: "The left half of the access token's hash: the two came together."},
	{Name: "azp", Section: "OpenID Connect Core §2", Means: "The client that the ID token was given to."},
	{Name: "preferred_username", Section: "OpenID Connect Core §5.1", Means: "What the user wants to be called. It may change, and another may have it."},
	{Name: "name", Means: "What the user is called; of the lab's own API, what the entry or the client is."},
	{Name: "email", Section: "OpenID Connect Core §5.1", Means: "The user's e-mail address, as whoever tells it has it: the auth server, or the API."},
	{Name: "email_verified", Section: "OpenID Connect Core §5.1", Means: "Whether the server has seen to it that the address is the user's."},
	{Name: "owner", Means: "Whose the things are. The API knows by the token."},
	{Name: "photos", Means: "The photos that the API keeps for the user."},
	{Name: "notes", Means: "The notes that the API keeps for the user."},
	{Name: "text", Means: "What the note says."},
	{Name: "bills", Means: "The bills that the API keeps for the user."},
	{Name: "appointments", Means: "The appointments that the API keeps for the user."},
	{Name: "day", Means: "The day of the appointment."},
	{Name: "title", Means: "What the appointment is about."},
	{Name: "written", Means: "When the note was written, on the lab's clock."},
	{Name: "issuer", Section: "RFC 8414 §2", Means: "The name of the authorization server."},
	{Name: "authorization_endpoint", Section: "RFC 8414 §2", Means: "Where the browser brings an authorization request."},
	{Name: "token_endpoint", Section: "RFC 8414 §2", Means: "Where a code is exchanged for a token."},
	{Name: "scopes_supported", Section: "RFC 8414 §2", Means: "The words that a scope may have."},
	{Name: "response_types_supported", Section: "RFC 8414 §2", Means: "What a client may ask the authorization endpoint for."},
	{Name: "response_modes_supported", Section: "RFC 8414 §2", Means: "How answers come back: in the query of the redirect URI."},
	{Name: "grant_types_supported", Section: "RFC 8414 §2", Means: "What a client may offer the token endpoint."},
	{Name: "token_endpoint_auth_methods_supported", Section: "RFC 8414 §2", Means: "How a client proves who it is there; none, for a public client."},
	{Name: "subject_token", Section: "RFC 8693 §2.1", Mark: MarkToken, Brief: "subject", Secret: true, Means: "The token of the user for whom the client wants to act."},
	{Name: "subject_token_type", Section: "RFC 8693 §3", Means: "What the subject token is: here always an access token."},
	{Name: "actor_token", Section: "RFC 8693 §2.1", Mark: MarkToken, Brief: "actor", Secret: true, Means: "A token of the client's own, which says who acts."},
	{Name: "actor_token_type", Section: "RFC 8693 §3", Means: "What the actor token is."},
	{Name: "requested_token_type", Section: "RFC 8693 §2.1", Means: "What the client wants back: here always an access token."},
	{Name: "issued_token_type", Section: "RFC 8693 §2.2.1", Means: "What was given for the subject token."},
	{Name: "audience", Section: "RFC 8693 §2.1", Means: "For which API the token is to be, by the name that this server has for it."},
	{Name: "act", Section: "RFC 8693 §4.1", Means: "Who acts for the token's user, and inside of it, who acted before."},
	{Name: "may_act", Section: "RFC 8693 §4.4", Means: "Who may act for the token's user with it."},
	{Name: "task", Means: "What the agent is to do: next-bill, agenda or compare."},
	{Name: "way", Means: "How the agent comes by a token: exchange, as-itself or pass-through."},
	{Name: "for", Means: "Whose calendar the agent asks for, where it asks as itself."},
	{Name: "did", Means: "What the agent did, in a sentence."},
	{Name: "protected_resources", Section: "RFC 9728 §4", Means: "The APIs that tokens can be for, by their addresses."},
	{Name: "introspection_endpoint", Section: "RFC 8414 §2", Means: "Where an API asks what a token is worth."},
	{Name: "introspection_endpoint_auth_methods_supported", Section: "RFC 8414 §2", Means: "How an API proves who it is there."},
	{Name: "jwks_uri", Section: "RFC 8414 §2", Means: "Where the server's public keys are."},
	{Name: "userinfo_endpoint", Section: "OpenID Connect Discovery §3", Means: "Where a client asks for more about the user."},
	{Name: "subject_types_supported", Section: "OpenID Connect Discovery §3", Means: "Whether all clients see the same sub of a user: public."},
	{Name: "id_token_signing_alg_values_supported", Section: "OpenID Connect Discovery §3", Means: "How ID tokens are signed."},
	{Name: "claims_supported", Section: "OpenID Connect Discovery §3", Means: "What ID token and UserInfo may say of a user."},
	{Name: "prompt_values_supported", Section: "[Initiating User Registration via OpenID Connect §4](https://openid.net/specs/openid-connect-prompt-create-1_0.html#section-4)", Means: "What prompt may be."},
	{Name: "claims_parameter_supported", Section: "OpenID Connect Discovery §3", Means: "Whether a request may ask for single claims."},
	{Name: "request_parameter_supported", Section: "OpenID Connect Discovery §3", Means: "Whether a request may be a signed object."},
	{Name: "request_uri_parameter_supported", Section: "OpenID Connect Discovery §3", Means: "Whether that may be fetched. Where nothing is said, it may: so no is said."},
	{Name: "authorization_response_iss_parameter_supported", Section: "RFC 9207 §3", Means: "Whether each answer says from which server it is."},
	{Name: "code_challenge_methods_supported", Section: "RFC 8414 §2", Means: "Which methods of PKCE the server takes."},
	{Name: "error", Section: "RFC 6749 §5.2", Mark: MarkError, Brief: "error", Means: "What went wrong, as a word for programs."},
	{Name: "error_description", Section: "RFC 6749 §5.2", Means: "What went wrong, as a sentence for developers."},
	{Name: "error_uri", Section: "RFC 6749 §5.2", Means: "The address of a page about what went wrong: here, its entry in the troubleshooting."},
	{Name: "hint", Means: "What to do about the error; the lab's own."},
	{Name: "request", Secret: true, Means: "Which authorization request waits for this sign-in. In an authorization request itself: a request object, which this server does not take (OpenID Connect Core §6.1)."},
	{Name: "fault", Means: "What the server was told to do wrong."},
	{Name: "section", Means: "Where the specification says how it should be."},
	{Name: "account", Means: "Whose account the web app opens."},
	{Name: "photo", Means: "The title of a photo."},
	{Name: "pick", Means: "Who signs in, chosen by a button instead of a typed password."},
	{Name: "username", Means: "Who signs in. The authorization server alone ever sees it."},
	{Name: "password", Means: "Typed at the authorization server only; the feed never carries it."},
}

// onArrow is the order in which an arrow shows what it carries: what matters most first.
var onArrow = []string{
	"code", "code_verifier", "code_challenge", "access_token", "refresh_token", "subject_token", "actor_token", "id_token", "token", "state", "nonce", "resource", "error",
}

// Find returns the row of a name.
func Find(name string) (Row, bool) {
	if i := Rank(name); i < len(rows) {
		return rows[i], true
	}
	return Row{}, false
}

// Rank orders names by the catalogue; strangers come last.
func Rank(name string) int {
	for i, r := range rows {
		if r.Name == name {
			return i
		}
	}
	return len(rows)
}

// MarkOf returns the mark that a parameter's value wears, or "".
func MarkOf(name string) Mark {
	r, _ := Find(name)
	return r.Mark
}

// IsFollowed reports whether a value that wears the mark is one and the same wherever it turns up:
// an error and the name of an API are nobody's.
func (m Mark) IsFollowed() bool { return m != "" && m != MarkError && m != MarkResource }

// OnArrow returns the names whose values are marked, in the order in which an arrow shows
// them. It is everybody's: read it only.
func OnArrow() []string { return onArrow }

// MarkInCode returns the mark of the value for which an identifier stands in the lab's
// own source, or "".
func MarkInCode(identifier string) Mark {
	switch name := strings.ToLower(identifier); {
	case strings.Contains(name, "verifier"), strings.Contains(name, "challenge") && name != "challengemethod":
		return MarkPKCE
	case name == "state" || name == "sent" || name == "returned":
		return MarkState
	}
	return ""
}
