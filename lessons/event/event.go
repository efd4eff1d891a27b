// Package event holds the wire types of the feed: what the parties of a lab
// tell about themselves, one JSON object an event, in the order of the lab's log.
//
// The same types travel up from the client in the browser (notes and verdicts
// of its own) and down to it (everything). Nothing here imports net/http, so
// that the package costs the wasm next to nothing.
package event

import (
	"errors"
	"time"
)

// Version is the version of the envelope that this package writes.
const Version = 1

// Bounds of one event. What is longer is cut, and says so.
const (
	MaxBody   = 4096      // bytes of a message's body
	MaxValue  = 2048      // bytes of a header's or a field's value
	MaxURL    = 4096      // bytes of a URL
	MaxFields = 32        // fields of a note or a change, headers of a message
	MaxSize   = 24 * 1024 // bytes of what a client may send up in one message
)

// Kind tells which of an Event's bodies is set.
type Kind string

// The kinds of event. Gap is sent by the feed alone and never stored.
const (
	KindRequest  Kind = "request"
	KindResponse Kind = "response"
	KindVerdict  Kind = "verdict"
	KindChange   Kind = "change"
	KindNote     Kind = "note"
	KindGap      Kind = "gap"
)

// Event is the envelope. Exactly the body that Kind names is set.
type Event struct {
	V    int       `json:"v"`            // Version
	Seq  uint64    `json:"seq"`          // position in the lab's log, from 1, without holes
	ID   string    `json:"id"`           // unique; the same event sent twice is stored once
	Time time.Time `json:"time"`         // the lab's time, which its clock offset moves
	Flow string    `json:"flow"`         // one authorization, from its request to its last refresh; may be empty
	Re   string    `json:"re,omitempty"` // id of the request event during which this happened
	From Party     `json:"from"`
	To   Party     `json:"to,omitempty"` // empty where From did something by itself
	Kind Kind      `json:"kind"`

	Request  *Request  `json:"request,omitempty"`
	Response *Response `json:"response,omitempty"`
	Verdict  *Verdict  `json:"verdict,omitempty"`
	Change   *Change   `json:"change,omitempty"`
	Note     *Note     `json:"note,omitempty"`
	Gap      *Gap      `json:"gap,omitempty"`
}

// Field is a named value: a header, a parameter of a note.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Request is an HTTP request as it was on the wire.
type Request struct {
	Method    string  `json:"method"`
	URL       string  `json:"url"` // absolute
	Header    []Field `json:"header,omitempty"`
	Body      string  `json:"body,omitempty"`      // passwords are replaced by Redacted
	Truncated bool    `json:"truncated,omitempty"` // something was longer than the bounds above
}

// Response is the answer to the request event that Event.Re names.
type Response struct {
	Status    int     `json:"status"`
	Header    []Field `json:"header,omitempty"`
	Body      string  `json:"body,omitempty"`
	Truncated bool    `json:"truncated,omitempty"`
}

// Redacted stands where a password stood.
const Redacted = "[redacted]"

// Outcome is what came of a guard.
type Outcome string

// The outcomes of a guard. WouldRefuse: the guard's switch is off, it was
// evaluated all the same, and the flow went on against its advice.
const (
	Passed      Outcome = "passed"
	Refused     Outcome = "refused"
	WouldRefuse Outcome = "would-refuse"
)

// Verdict is what one guard found.
type Verdict struct {
	Guard   string  `json:"guard"` // id of the part, such as "pkce.verify"
	Outcome Outcome `json:"outcome"`
	Reason  string  `json:"reason,omitempty"` // in plain words; empty where it passed
	Where   Where   `json:"where"`            // the line that called the guard
}

// Where is a place in the lab's own source.
type Where struct {
	File string `json:"file"` // from the module's root, such as "server/authserver/grant_code.go"
	Line int    `json:"line"`
}

// Change is one change of a party's document. Its ChangeRow says what it is.
type Change struct {
	What   string        `json:"what"`          // kind of thing, such as "code"
	Action string        `json:"action"`        // what became of it, such as "spent"
	Key    string        `json:"key,omitempty"` // which one
	Fields []ChangeField `json:"fields,omitempty"`
}

// ChangeField is a field before and after.
type ChangeField struct {
	Name string `json:"name"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// Note is what a party did that no server saw.
type Note struct {
	Name   string  `json:"name"` // one of the names below
	Text   string  `json:"text"` // in plain words
	Fields []Field `json:"fields,omitempty"`
}

// Names of notes. Their rows say what they are.
const (
	NoteLabCreated   = "lab.created"
	NoteReset        = "lab.reset"
	NoteVerifier     = "pkce.verifier"
	NoteState        = "state.made"
	NoteStateRead    = "state.read"
	NoteOpen         = "open"
	NoteCallback     = "callback"
	NoteCode         = "code.accepted"
	NoteTokens       = "tokens"
	NoteShown        = "things.shown"
	NoteRenewing     = "tokens.renewing"
	NoteAPIRefused   = "api.refused"
	NoteSignedOut    = "client.signed-out"
	NoteFlowFailed   = "flow.failed"
	NoteMail         = "mail"
	NoteLeak         = "leak"
	NoteMoved        = "moved"
	NoteTokenRefused = "token.refused"
	NoteDelegates    = "agent.delegates"
	NoteReport       = "agent.report"
	NoteAgentTrusted = "agent.trusted"
	NoteCallRefused  = "call.refused"
	NoteLoginRefused = "login.refused"
	NoteNonce        = "nonce.made"
	NoteSignedIn     = "signed-in"
	NoteUserInfo     = "userinfo.taken"
	NoteAccount      = "account.opened"
	NoteFault        = "server.fault"
	NoteUnanswered   = "introspection.unanswered"
	NoteOutOfBounds  = "out.of.bounds"
	NoteAttackBegins = "attack.begins"
	NoteBaitBegins   = "bait.begins"
	NoteBaitEnds     = "bait.ends"
	NoteAttackEnds   = "attack.ends"
)

// MayEnd reports whether what a link began in Alice's browser may be over with e: she has
// a page before her, or is at Mallory's, or her client took what it wanted, or gave up.
func (e Event) MayEnd() bool {
	switch {
	case e.Response != nil:
		redirect := 300 <= e.Response.Status && e.Response.Status < 400
		return e.To == Browser && !redirect
	case e.Request != nil:
		return e.From == Browser && e.To == Mallory
	case e.Note != nil:
		return NoteRowOf(e.Note.Name).Ends
	}
	return false
}

// Gap says that the bounded log no longer holds the events between two positions.
type Gap struct {
	After uint64 `json:"after"` // the position that was asked for
	Next  uint64 `json:"next"`  // the first position that there still is
}

// All returns the values of the note's fields of that name, in their order.
func (n *Note) All(name string) (values []string) {
	if n == nil {
		return nil
	}
	for _, f := range n.Fields {
		if f.Name == name {
			values = append(values, f.Value)
		}
	}
	return values
}

// Get returns the value of the note's field name, or "".
func (n *Note) Get(name string) string {
	if n == nil {
		return ""
	}
	for _, f := range n.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// OutcomeOf turns what a guard returned, and whether its switch is on, into an outcome.
func OutcomeOf(err error, on bool) Outcome {
	switch {
	case err == nil:
		return Passed
	case on:
		return Refused
	default:
		return WouldRefuse
	}
}

// Validate reports whether e is whole: a kind, the one body that the kind
// names, an id and a sender. It does not look at Seq, which the log gives.
func (e Event) Validate() error {
	if e.V != Version {
		return errors.New("event: unknown version")
	}
	if e.ID == "" || len(e.ID) > 64 {
		return errors.New("event: id is missing or longer than 64 bytes")
	}
	if e.From == "" {
		return errors.New("event: from is missing")
	}
	bodies := 0
	for _, set := range []bool{e.Request != nil, e.Response != nil, e.Verdict != nil, e.Change != nil, e.Note != nil, e.Gap != nil} {
		if set {
			bodies++
		}
	}
	if bodies != 1 {
		return errors.New("event: exactly one body must be set")
	}
	named := map[Kind]bool{
		KindRequest: e.Request != nil, KindResponse: e.Response != nil, KindVerdict: e.Verdict != nil,
		KindChange: e.Change != nil, KindNote: e.Note != nil, KindGap: e.Gap != nil,
	}
	if !named[e.Kind] {
		return errors.New("event: kind does not name the body that is set")
	}
	return nil
}
