// Package timeline turns the events of a lab into what the screen shows: lanes,
// bands of messages, verdicts, the address bar, the progress of a lesson and the
// message under the inspector.
//
// Everything here is a pure function of the events. There is no state but the
// Log, which orders what the feed delivers, and no knowledge of a screen: the
// same package could draw the diagram on paper. No go-app, no syscall/js.
package timeline

import (
	"oauthlab/lessons/event"
	"oauthlab/lessons/param"
)

// View is what the events come to. It is made anew by Reduce and never changed
// afterwards, so that it may be shared.
type View struct {
	Bands    []Band
	Alice    Alice       // what her browser shows
	Login    Login       // how far the learner's latest flow has come
	Outcomes []string    // how attacks have ended in the lab's chapter, each once, as an assignment asks for it
	Attacks  []AttackEnd // the latest end of each attack in the lab's chapter, in the order of their first end
	News     string      // for the live region: the latest refusal or outcome, in a sentence or two
	NewsAt   uint64      // position of the event that made it news
	Last     uint64      // position of the last event
	Missing  bool        // events are missing that no gap explains
}

// Band is a stretch of the diagram under one title: a flow or an attack.
type Band struct {
	Key      string // stays the same while the band grows
	Chapter  string // in which the lab was; "" where the log does not tell
	Past     bool   // the lab has left the chapter since
	Title    string
	Attack   string // id of the attack; empty for a flow
	Messages int    // arrows
	Folded   int    // CORS preflights that are not drawn
	Last     uint64 // position of the last event that is shown in it
	Rows     []Row
}

// RowKind tells how a row is drawn.
type RowKind string

// The kinds of row.
const (
	RowMessage RowKind = "message" // an arrow from From to To
	RowSelf    RowKind = "self"    // something that From did by itself
	RowQuiet   RowKind = "quiet"   // a line across: a switch was turned
	RowTime    RowKind = "time"    // a line across: time passes
	RowGap     RowKind = "gap"     // events are no longer in the log, or missing
	RowCard    RowKind = "card"    // how an attack ended
)

// Row is one line of the diagram.
type Row struct {
	Kind  RowKind
	Seq   uint64 // the event that the inspector shows for it
	From  event.Party
	To    event.Party
	Text  string // "POST /token", "303 /callback"
	Marks []Mark
	Leak  bool // drawn dashed: nobody meant this to be sent
	Fault bool // an error answer
	Pills []Pill
	Card  *Card
}

// Mark is a named value that is followed through the flow. The same value has
// the same kind wherever it is shown.
type Mark struct {
	Name  string // "code_challenge"
	Brief string // "challenge", for narrow screens
	Value string // whole
	Short string // "E9Me…"
	Kind  param.Mark
}

// Card closes an attack.
type Card struct {
	Won    bool   // Mallory got what she wanted
	Cut    bool   // neither got she anything, nor did anyone stop her
	Title  string // "Mallory holds Alice's token"
	Detail string // "No check stood in the way. PKCE would have."
	Sides
}

// Sides says what an attack came to for the two of them, in sentences; empty for nothing.
type Sides struct {
	Gained []string // what Mallory has now, and can do with it
	Lost   []string // what Alice lost
}

// AttackEnd is the outcome of an attack.
type AttackEnd struct {
	Attack string
	Won    bool
	By     string // title of the protection that refused
	Harm   string
	Seq    uint64
	Stale  bool // the lab was switched since, and it may end otherwise now
	Sides
}
