// Package api holds the JSON shapes of the lab's API, as the lab origin serves
// them and the learner's browser reads them. Types only.
package api

import (
	"encoding/json"

	"oauthlab/lessons/event"
)

// Create is the body of POST /api/labs.
type Create struct {
	Chapter string `json:"chapter"`
}

// Lab answers creation, reading and patching of a lab. URLs are absolute.
type Lab struct {
	ID   string `json:"id"`             // UUID, public: it stands in the issuer
	Key  string `json:"key,omitempty"`  // secret; only in the answer to creation
	Page string `json:"page,omitempty"` // opens the lab in a browser; holds the key, and stands there with it

	Issuer                string `json:"issuer"`
	AuthorizationEndpoint string `json:"authorization_endpoint"`
	TokenEndpoint         string `json:"token_endpoint,omitempty"` // from v03 on
	Resource              string `json:"resource"`                 // the protected API, from v04 on
	ClientID              string `json:"client_id"`
	RedirectURI           string `json:"redirect_uri"`
	Webapp                string `json:"webapp,omitempty"` // the web app's address for this lab, from v04 on
	Agent                 string `json:"agent,omitempty"`  // the agent's address for this lab, from v10 on
	Mallory               string `json:"mallory"`          // Mallory's address for this lab

	Chapter            string                `json:"chapter"`
	Version            string                `json:"version"`     // of the lab, on which the chapter stands
	Protections        map[string]Protection `json:"protections"` // those of the chapter, by id; titles are in the catalogue
	Settings           map[string]string     `json:"settings"`
	ClockOffsetSeconds int64                 `json:"clock_offset_seconds"`
}

// Protection is how one protection stands in a lab.
type Protection struct {
	On    bool           `json:"on"`    // every part that refuses is on; of habits alone, that they are safe
	Parts map[string]any `json:"parts"` // by id: true or false, or a habit's value such as "S256"
}

// MaxClockOffset bounds how far a lab's clock may be moved, either way: ten years, in seconds.
const MaxClockOffset = 10 * 365 * 24 * 3600

// Patch is the body of PATCH /api/labs/{id}; what is absent stays as it is.
type Patch struct {
	Chapter            *string                    `json:"chapter,omitempty"`
	Protections        map[string]bool            `json:"protections,omitempty"`
	Guards             map[string]json.RawMessage `json:"guards,omitempty"` // true, false, or a habit's value
	Settings           map[string]string          `json:"settings,omitempty"`
	ClockOffsetSeconds *int64                     `json:"clock_offset_seconds,omitempty"`
}

// Attack is one entry of GET /api/attacks.
type Attack struct {
	ID        string            `json:"id"`
	Title     string            `json:"title"`
	Story     string            `json:"story"`   // who does what, in two sentences
	Chapter   string            `json:"chapter"` // where it is taught
	Given     map[string]string `json:"given"`   // part or habit: the value it must have for the attack to arise
	StoppedBy []string          `json:"stopped_by"`
	Harm      string            `json:"harm"` // what is lost where it succeeds
	Sections  []string          `json:"sections"`
	Mail      MailTime          `json:"mail,omitempty"` // when a mail comes to Alice; empty where none does
}

// MailTime says when a mail of Mallory's comes to Alice.
type MailTime string

// Times of a mail.
const (
	MailAnyTime     MailTime = "any-time"
	MailDuringLogin MailTime = "during-login" // while she is asked to sign in
)

// Mail answers POST /api/labs/{id}/attacks/{attack}/mail.
type Mail struct {
	Link string `json:"link"` // which Mallory wants Alice to open; "" where she was refused before
}

// AttackResult answers POST /api/labs/{id}/attacks/{attack}, and with /mail/outcome.
type AttackResult struct {
	Outcome string    `json:"outcome"`        // Succeeded, Stopped, CutShort or Undecided
	By      string    `json:"by,omitempty"`   // the guard that refused, or the habit that held it off
	Harm    string    `json:"harm,omitempty"` // what is lost, in the words of the catalogue
	Gained  []string  `json:"gained"`         // what Mallory holds now and can do with it, in sentences
	Lost    []string  `json:"lost"`           // what Alice lost, in sentences
	Events  [2]uint64 `json:"events"`         // first and last position in the log
}

// Outcomes of an attack.
const (
	Succeeded = "succeeded"
	Stopped   = "stopped"
	CutShort  = "cut-short" // by a bound of the lab and no check: it proves nothing
	Undecided = "undecided" // of a mail: Alice is still on her way, there is none, or it was told
)

// State answers GET /api/labs/{id}/state: the documents, by party.
type State map[event.Party]json.RawMessage

// Sheets answers what is shown as HTML, beside one another: GET /api/labs/{id}/state/tables
// with what the parties hold, in the order of their lanes; /clients/sheets with how a client
// of the learner's own is used; /requests/{seq}/code with a request in several languages.
type Sheets struct {
	Sheets []Sheet `json:"sheets"`
}

// Sheet is one of them.
type Sheet struct {
	ID    string `json:"id"`    // the party, the part, or the language
	Title string `json:"title"` // "Mallory's hands · 1"
	Body  string `json:"body"`  // HTML, one element
}

// Code answers GET /api/code/{guard}.
type Code struct {
	Guard  string    `json:"guard"`
	Source Snippet   `json:"source"` // the guard itself
	Calls  []Snippet `json:"calls"`  // where it is called
}

// Snippet is a piece of source as it runs.
type Snippet struct {
	File  string `json:"file"`  // from the module's root
	First int    `json:"first"` // number of its first line, from 1
	Text  string `json:"text"`

	Lines [][]Span `json:"lines"` // the same text, a line each, in colour
}

// Span is a stretch of a line of source.
type Span struct {
	Text string   `json:"t"`
	Kind SpanKind `json:"k,omitempty"`
}

// SpanKind is what a span is coloured as.
type SpanKind string

// Kinds of span. The last two name a value that travels.
const (
	SpanComment SpanKind = "comment"
	SpanKeyword SpanKind = "keyword"
	SpanString  SpanKind = "string"
	SpanPKCE    SpanKind = "pkce"
	SpanState   SpanKind = "state"
)

// Entry answers GET /api/glossary/{term} and GET /api/troubleshooting: what one of the
// lab's books says of a thing.
type Entry struct {
	Name    string `json:"name"`
	Address string `json:"address"` // in its book, such as "/glossary#pkce"
	Body    string `json:"body"`    // HTML, one element
}

// BenchSaying is the body of POST /api/labs/{id}/clients/{client}/bench/{fault}.
type BenchSaying struct {
	Outcome string `json:"outcome"`        // "accepted": the user was signed in; "refused": the client gave up
	Says    string `json:"says,omitempty"` // the client's own words
}

// NewClient is the body of POST /api/labs/{id}/clients.
type NewClient struct {
	Name         string   `json:"name"`
	Type         string   `json:"type,omitempty"` // "public", which is also meant where it is absent, or "confidential"
	RedirectURIs []string `json:"redirect_uris"`
}

// ClientPatch is the body of PATCH /api/labs/{id}/clients/{client}; what is absent stays
// as it is.
type ClientPatch struct {
	Name         *string  `json:"name,omitempty"`
	Type         *string  `json:"type,omitempty"` // nothing but what it is
	RedirectURIs []string `json:"redirect_uris,omitempty"`
	NewSecret    bool     `json:"new_secret,omitempty"` // of a confidential client
}

// OwnClient is a client of the learner's, registered in one lab.
type OwnClient struct {
	ClientID     string   `json:"client_id"`
	ClientSecret string   `json:"client_secret,omitempty"` // only in the answer that made it: the lab keeps its hash alone
	Name         string   `json:"name"`
	Type         string   `json:"type"` // "public" or "confidential"
	RedirectURIs []string `json:"redirect_uris"`
	Created      string   `json:"created"` // RFC 3339, on the lab's clock
}

// OwnClients answers GET /api/labs/{id}/clients.
type OwnClients struct {
	Clients []OwnClient `json:"clients"` // in the order in which they were registered
}

// Forgery is the body of POST /api/labs/{id}/forgeries: a JWT that Mallory writes.
type Forgery struct {
	Header string `json:"header"` // a JSON object, such as {"alg":"RS256"}
	Claims string `json:"claims"` // likewise
	Key    string `json:"key"`    // one of the keys below, whatever the header says
	Send   bool   `json:"send"`   // show it to the API, as Mallory
}

// Keys of a forgery.
const (
	KeyMallory = "mallory" // her own: an elliptic one, whose public half her site publishes
	KeyPublic  = "public"  // the server's public RSA key, taken for the secret of HS256
	KeyNone    = "none"    // no signature at all
)

// Forged answers it.
type Forged struct {
	Token  string `json:"token"`
	Status int    `json:"status,omitempty"` // of the API's answer, where it was sent
	Answer string `json:"answer,omitempty"` // its body
}
