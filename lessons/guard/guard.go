// Package guard holds the checks of OAuth, one pure function a file, and the
// catalogue of what a learner can switch.
//
// A guard takes values, never requests or documents, and returns nil or an
// error whose text tells a learner why it refuses. It is always evaluated; the
// caller's Enforce decides whether the verdict counts. The file is shown to
// learners as it stands. Standard library only, no net/http: the same guards
// run in the browser.
//
// Short names of the sources: RFC 9700 is the OAuth 2.0 Security Best Current
// Practice, OAuth 2.1 its draft.
package guard

// ID names a part: one thing that can be switched alone. A protection with a
// single part shares its name.
type ID string

// Kind says what a part is.
type Kind string

// The kinds of part.
const (
	Guard      Kind = "guard"      // refuses something that an attack needs; gives a verdict
	Strictness Kind = "strictness" // keeps clients honest, stops no attack by itself; gives a verdict
	Habit      Kind = "habit"      // what a client or server does; no verdict
)

// Enforcer is the party at which a part stands.
type Enforcer string

// The enforcers.
const (
	ByClient Enforcer = "client"
	ByAuth   Enforcer = "auth"
)

// Part is one thing that can be switched alone.
type Part struct {
	ID      ID       `json:"id"`
	Kind    Kind     `json:"kind"`
	By      Enforcer `json:"by"`
	Title   string   `json:"title"`             // what it does, in three or four words
	Section string   `json:"section"`           // where it is specified
	Instead string   `json:"instead,omitempty"` // what happens when it is off and there is nothing to go on with
	Values  []string `json:"values,omitempty"`  // of a habit; the first is the safe one, the last the least safe

	// Before is a habit's value in the chapters before its own: what was not
	// taught yet is not sent yet. Empty for a habit that was always there.
	Before string `json:"before,omitempty"`
}

// Protection is what a learner switches: parts under one name.
type Protection struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Stops   string   `json:"stops"` // one sentence: what it stops
	By      Enforcer `json:"by"`    // where most of it stands; groups the panel
	Chapter string   `json:"chapter"`
	Parts   []Part   `json:"parts"`
}

// The parts.
const (
	IDRegisteredClient ID = "registered-client"
	IDRedirectURI      ID = "redirect-uri.exact"
	IDErrorShown       ID = "redirect-uri.show-error"
	IDSignInFirst      ID = "sign-in-first"
	IDResume           ID = "resume"

	IDStateMethod  ID = "state.method"
	IDStateCompare ID = "state.compare"
	IDStateForget  ID = "state.forget"
	IDStateRequire ID = "state.require"

	IDPKCEMethod      ID = "pkce.method"
	IDPKCEKeep        ID = "pkce.keep"
	IDPKCERequire     ID = "pkce.require"
	IDPKCE            ID = "pkce.verify"
	IDPKCEPlain       ID = "pkce.plain"
	IDPKCEDowngrade   ID = "pkce.downgrade"
	IDCodeSingleUse   ID = "code-single-use.refuse"
	IDCodeRevoke      ID = "code-single-use.revoke"
	IDCodeExpiry      ID = "code-expiry"
	IDCodeClient      ID = "code-binding.client"
	IDCodeRedirectURI ID = "code-binding.redirect-uri"
	IDCodeEntropy     ID = "code-entropy"
)

// Values of habits that code asks for.
const (
	Random   = "random"       // a value that nobody guesses
	Constant = "constant"     // the same value each time
	Counted  = "counted"      // one more than the last
	Nothing  = "nothing"      // not sent
	S256     = "S256"         // RFC 7636 §4.2
	Plain    = "plain"        // RFC 7636 §4.2
	InTab    = "tab"          // in the client's own memory
	InState  = "signed-state" // in the state, for all to read
	Resumed  = "resumed"      // the request goes on after the login
	DeadEnd  = "dead-end"     // the request is lost at the login
)

// Catalogue returns every protection, in the order in which they are taught.
func Catalogue() []Protection {
	return []Protection{
		{
			ID: "registered-client", Title: "Registered client", By: ByAuth, Chapter: "v01",
			Stops: "A stranger using the server as a redirector.",
			Parts: []Part{{
				ID: IDRegisteredClient, Kind: Guard, By: ByAuth, Title: "client is known", Section: "RFC 6749 §2.2",
				Instead: "The server takes the stranger for a public client with the redirect URI that it sent.",
			}},
		},
		{
			ID: "redirect-uri", Title: "Exact redirect URI", By: ByAuth, Chapter: "v01",
			Stops: "The code, or an error, being sent to Mallory's address.",
			Parts: []Part{
				{
					ID: IDRedirectURI, Kind: Guard, By: ByAuth, Title: "matches to the letter", Section: "RFC 9700 §2.1",
					Instead: "The server redirects to the URI in the request, as long as it is one of the lab's own origins.",
				},
				{
					ID: IDErrorShown, Kind: Guard, By: ByAuth, Title: "errors are shown, not sent", Section: "RFC 6749 §4.1.2.1",
					Instead: "The server sends the error to the URI in the request, as long as it is one of the lab's own origins.",
				},
			},
		},
		{
			ID: "sign-in-first", Title: "Sign-in first", By: ByAuth, Chapter: "v01",
			Stops: "A client of Mallory's using the server as a redirector, with errors.",
			Parts: []Part{{
				ID: IDSignInFirst, Kind: Guard, By: ByAuth, Title: "no redirect before sign-in", Section: "RFC 9700 §4.11.2",
				Instead: "The server sends an error to the client at once, whoever opened the link.",
			}},
		},
		{
			ID: "resume", Title: "Resume after login", By: ByAuth, Chapter: "v01",
			Stops: "The request being lost while Alice signs in.",
			Parts: []Part{{
				ID: IDResume, Kind: Habit, By: ByAuth, Title: "after the login", Section: "RFC 6749 §4.1.1",
				Values: []string{Resumed, DeadEnd},
			}},
		},
		{
			ID: "state", Title: "State", By: ByClient, Chapter: "v02",
			Stops: "A login that this browser did not start.",
			Parts: []Part{
				{
					ID: IDStateMethod, Kind: Habit, By: ByClient, Title: "client sends", Section: "RFC 6749 §10.12",
					Values: []string{Random, Constant, Nothing}, Before: Nothing,
				},
				{ID: IDStateCompare, Kind: Guard, By: ByClient, Title: "client compares it", Section: "RFC 6749 §10.12"},
				{ID: IDStateForget, Kind: Guard, By: ByClient, Title: "client forgets it after use", Section: "RFC 9700 §4.2.4"},
				{ID: IDStateRequire, Kind: Strictness, By: ByAuth, Title: "server requires it", Section: "RFC 6749 §4.1.1"},
			},
		},
		{
			ID: "pkce", Title: "PKCE", By: ByAuth, Chapter: "v03",
			Stops: "A stolen code being redeemed by someone who did not ask for it.",
			Parts: []Part{
				{
					ID: IDPKCEMethod, Kind: Habit, By: ByClient, Title: "client sends", Section: "RFC 7636 §4.2",
					Values: []string{S256, Plain, Nothing}, Before: Nothing,
				},
				{
					ID: IDPKCEKeep, Kind: Habit, By: ByClient, Title: "client keeps its verifier in", Section: "RFC 7636 §7.1",
					Values: []string{InTab, InState}, Before: InTab,
				},
				{ID: IDPKCERequire, Kind: Guard, By: ByAuth, Title: "server requires it", Section: "RFC 9700 §2.1.1"},
				{ID: IDPKCE, Kind: Guard, By: ByAuth, Title: "server verifies it", Section: "RFC 7636 §4.6"},
				{ID: IDPKCEPlain, Kind: Guard, By: ByAuth, Title: "server refuses plain", Section: "RFC 9700 §2.1.1"},
				{ID: IDPKCEDowngrade, Kind: Guard, By: ByAuth, Title: "server refuses a verifier without challenge", Section: "RFC 9700 §4.8.2"},
			},
		},
		{
			ID: "code-single-use", Title: "Code single use", By: ByAuth, Chapter: "v03",
			Stops: "A code that was redeemed once being redeemed again.",
			Parts: []Part{
				{ID: IDCodeSingleUse, Kind: Guard, By: ByAuth, Title: "refuses the second use", Section: "RFC 6749 §4.1.2"},
				{ID: IDCodeRevoke, Kind: Guard, By: ByAuth, Title: "revokes what the first use gave", Section: "RFC 6749 §4.1.2"},
			},
		},
		{
			ID: "code-expiry", Title: "Code expiry", By: ByAuth, Chapter: "v03",
			Stops: "A code that was found long after its login.",
			Parts: []Part{{ID: IDCodeExpiry, Kind: Guard, By: ByAuth, Title: "refuses after 10 minutes", Section: "RFC 6749 §4.1.2"}},
		},
		{
			ID: "code-binding", Title: "Code binding", By: ByAuth, Chapter: "v03",
			Stops: "A code of one client, or of one address, being redeemed under another.",
			Parts: []Part{
				{ID: IDCodeClient, Kind: Guard, By: ByAuth, Title: "to its client", Section: "RFC 6749 §4.1.3"},
				{ID: IDCodeRedirectURI, Kind: Guard, By: ByAuth, Title: "to its redirect URI", Section: "RFC 6749 §4.1.3"},
			},
		},
		{
			ID: "code-entropy", Title: "Code entropy", By: ByAuth, Chapter: "v03",
			Stops: "A code being guessed.",
			Parts: []Part{{
				ID: IDCodeEntropy, Kind: Habit, By: ByAuth, Title: "server makes codes", Section: "RFC 6749 §10.10",
				Values: []string{Random, Counted},
			}},
		},
	}
}
