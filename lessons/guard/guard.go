// Package guard holds the checks of OAuth, one pure function a file, and the
// catalogue of what a learner can switch.
//
// A guard takes values, never requests or documents, and returns nil or an
// error whose text tells a learner why it refuses. It is always evaluated; the
// caller's Enforce decides whether the verdict counts. The file is shown to
// learners as it stands. Standard library and the table of parties only, no net/http:
// the same guards run in the browser.
//
// Short names of the sources: RFC 9700 is the OAuth 2.0 Security Best Current
// Practice, OAuth 2.1 its draft.
package guard

import "oauthlab/lessons/event"

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
	Setting    Kind = "setting"    // a choice with no right and wrong; no verdict
)

// Part is one thing that can be switched alone.
type Part struct {
	ID       ID          `json:"id"`
	Kind     Kind        `json:"kind"`
	By       event.Party `json:"by"`
	Title    string      `json:"title"`             // its name, wherever it is spoken of: a few words, no verb that a verdict would turn round
	Does     string      `json:"does,omitempty"`    // what it does, in a few words more; empty where the title says so
	Finds    string      `json:"finds,omitempty"`   // what comes of it, where it does something else than refuse: "token revoked"
	Would    string      `json:"would,omitempty"`   // the same where it is off: "would revoke the token"
	Code     string      `json:"code,omitempty"`    // error code of its refusal (RFC 6749 §4.1.2.1, §5.2); empty where none is sent
	Hint     string      `json:"hint,omitempty"`    // what to do about a refusal, in a sentence or two
	Section  string      `json:"section"`           // where it is specified
	Fallback string      `json:"instead,omitempty"` // what happens when it is off and there is nothing to go on with
	Values   []string    `json:"values,omitempty"`  // of a habit, the first the safe one, the last the least safe; of a setting
	Since    string      `json:"since,omitempty"`   // chapter that brings it to a protection that was there; empty: the protection's own

	// Before is a habit's value in the chapters before its own: what was not
	// taught yet is not sent yet. Empty for a habit that was always there.
	Before string `json:"before,omitempty"`

	// Defaults are a setting's, by the chapter from which on they hold, in order. Before
	// the first of them, and where there are none, it is the first of Values.
	Defaults []Default `json:"defaults,omitempty"`
}

// Default is what a setting is in a chapter and those after it, unless it was changed.
type Default struct {
	Since string `json:"since"`
	Value string `json:"value"`
}

// Refuses reports whether the part gives a verdict.
func (p Part) Refuses() bool { return p.Kind == Guard || p.Kind == Strictness }

// defaultIn returns what the part is in a chapter where nobody changed it.
func (p Part) defaultIn(chapter string) string {
	value := ""
	if len(p.Values) > 0 {
		value = p.Values[0]
	}
	for _, d := range p.Defaults {
		if chapter == "" || d.Since <= chapter {
			value = d.Value
		}
	}
	return value
}

// Protection is what a learner switches: parts under one name.
type Protection struct {
	ID      string      `json:"id"`
	Title   string      `json:"title"`
	Stops   string      `json:"stops"` // one sentence: what it stops
	By      event.Party `json:"by"`    // where most of it stands; groups the panel
	Chapter string      `json:"chapter"`
	Parts   []Part      `json:"parts"`
}

// NameOf returns the name of one of the protection's parts where it stands alone: a check
// has one of its own, what a habit or setting is called makes sense beside its protection.
func (p Protection) NameOf(part Part) string {
	if part.Refuses() {
		return part.Title
	}
	return p.Title + ": " + part.Title
}

// core is the specification of what OpenID Connect adds to OAuth.
const core = "OpenID Connect Core"

// Values of habits and settings that code asks for.
const (
	Random     = "random"              // a value that nobody guesses
	Constant   = "constant"            // the same value each time
	Counted    = "counted"             // one more than the last
	Nothing    = "nothing"             // not sent
	EachAPI    = "each-api"            // the address of each API that it will ask
	SetUpWith  = "set-up-with"         // the addresses that it was set up with
	AsTold     = "as-told"             // whatever address it is told
	Exchanges  = "exchange"            // its user's token for one of its own (RFC 8693)
	PassesOn   = "pass-through"        // its user's token, as it came
	AsItself   = "as-itself"           // a token of its own, for nobody (RFC 6749 §4.4)
	TokensUser = "token"               // the user whom the token names
	NamedUser  = "named"               // whoever the agent names in the request
	S256       = "S256"                // RFC 7636 §4.2
	Plain      = "plain"               // RFC 7636 §4.2
	InTab      = "tab"                 // in the client's own memory
	InState    = "signed-state"        // in the state, for all to read
	Resumed    = "resumed"             // the request goes on after the login
	DeadEnd    = "dead-end"            // the request is lost at the login
	Picker     = "picker"              // a button a user, and a form beside them
	TypedForm  = "form"                // a user name and a password, typed
	Automatic  = "automatic"           // no page: the user that login_hint names, else the first
	Header     = "header"              // RFC 6750 §2.1
	Query      = "query"               // RFC 6750 §2.3
	Redacted   = "redacted"            // the line says that there was a token
	NewToken   = "new-token"           // a new refresh token
	SameToken  = "same-token"          // the refresh token that there was
	OneAtATime = "one-at-a-time"       // the others wait, and take what it brought
	EachAlone  = "each-for-itself"     // without looking at the others
	Whole      = "whole"               // the line has the token
	Basic      = "client_secret_basic" // RFC 6749 §2.3.1, as RFC 7591 §2 names it
	Post       = "client_secret_post"  // the same
	Opaque     = "opaque"              // a random value
	JWT        = "jwt"                 // RFC 9068

	HS256 = "HS256" // RFC 7518 §3.2
	RS256 = "RS256" // RFC 7518 §3.3
	ES256 = "ES256" // RFC 7518 §3.4

	ByIntrospection = "introspection" // asking the server (RFC 7662)
	BySignature     = "signature"     // with the server's key (RFC 9068 §4)
)
