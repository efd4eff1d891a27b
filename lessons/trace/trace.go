// Package trace writes and reads golden traces, which say what a chapter's flow puts on
// the wire, and tells two of them apart.
//
// A trace is text: an event a line, and below it, indented, what it carries.
//
//	browser -> auth: GET {issuer}/authorize
//	    client_id = demo-client
//	auth: registered-client passed
//	auth -> browser: 303
//	    Cache-Control: no-store
//
// A Writer makes it of a lab's events, and Parse takes it apart. What differs from run to
// run is named by where it first appeared, such as <code-1>.
package trace

import (
	"slices"
	"strings"

	"oauthlab/lessons/event"
)

// indent begins a line of what an event carries.
const indent = "    "

// Message is a request, an answer or a note, with what was checked and changed
// because of it.
type Message struct {
	Kind   event.Kind
	From   event.Party
	To     event.Party // empty for who did something by itself
	Head   string      // "POST /token", "200", or the name of a note
	Answer string      // of an answer: the head of its request
	Place  int         // its line in the trace, counted from 1
	Lines  []Line
}

// LineKind says what a line of a message is.
type LineKind string

// The kinds of line.
const (
	Status    LineKind = "status"    // of an answer
	Parameter LineKind = "parameter" // in a query, a body or a note
	Header    LineKind = "header"
	Check     LineKind = "check"  // the verdict of a guard
	Stored    LineKind = "change" // what a party kept or changed
	Detail    LineKind = "detail" // of such a change
)

// Line is one thing that a message carries or brings about.
type Line struct {
	Kind  LineKind
	Name  string // of a parameter or header; of a guard
	Text  string // the whole line, as it stands in the trace
	Of    string // of a detail: the change that it belongs to
	Place int    // its line in the trace, counted from 1
}

// same reports whether two lines say the same.
func (l Line) same(o Line) bool { return l.Kind == o.Kind && l.Text == o.Text && l.Of == o.Of }

// key tells messages apart: what is sent, by whom and to whom. The status of an
// answer is a line of it.
func (m Message) key() string {
	head := m.Head
	if m.Kind == event.KindResponse {
		head = "answer to " + m.Answer
	}
	return string(m.From) + ">" + string(m.To) + ": " + head
}

// Parse reads a trace.
func Parse(text string) []Message {
	r := reader{asked: map[string]string{}}
	for i, line := range strings.Split(text, "\n") {
		if line != "" {
			r.take(line, i+1)
		}
	}
	return r.messages
}

type reader struct {
	messages []Message
	asked    map[string]string // by who answers whom: the head of the last request
	change   string            // the change whose details follow; "" for none
}

func (r *reader) take(line string, place int) {
	if carried, is := strings.CutPrefix(line, indent); is {
		r.carry(carried, place)
		return
	}
	parties, rest, _ := strings.Cut(line, ": ")
	from, to, _ := strings.Cut(parties, " -> ")
	words := strings.Fields(rest)
	r.change = ""
	switch {
	case len(words) == 0:
	case to != "" && isMethod(words[0]):
		head := words[0] + " " + strings.TrimPrefix(strings.TrimPrefix(strings.Join(words[1:], " "), issuer), resource)
		r.asked[to+">"+from] = head
		r.begin(Message{Kind: event.KindRequest, From: event.Party(from), To: event.Party(to), Head: head, Place: place})
	case to != "" && isStatus(words[0]):
		r.begin(Message{
			Kind: event.KindResponse, From: event.Party(from), To: event.Party(to), Head: rest, Answer: r.asked[from+">"+to],
			Place: place, Lines: []Line{{Kind: Status, Text: rest, Place: place}},
		})
	case len(words) == 1:
		r.begin(Message{Kind: event.KindNote, From: event.Party(from), To: event.Party(to), Head: rest, Place: place})
	case isOutcome(words[1]):
		r.add(Line{Kind: Check, Name: words[0], Text: from + ": " + rest, Place: place})
	default:
		r.change = from + ": " + rest
		r.add(Line{Kind: Stored, Text: r.change, Place: place})
	}
}

// carry takes a line below an event.
func (r *reader) carry(text string, place int) {
	if r.change != "" {
		r.add(Line{Kind: Detail, Text: text, Of: r.change, Place: place})
		return
	}
	if name, _, is := strings.Cut(text, " = "); is {
		r.add(Line{Kind: Parameter, Name: name, Text: strings.TrimSuffix(text, " = "), Place: place})
		return
	}
	name, _, _ := strings.Cut(text, ": ")
	r.add(Line{Kind: Header, Name: name, Text: text, Place: place})
}

func (r *reader) begin(m Message) { r.messages = append(r.messages, m) }

// add adds to the message under way; what comes before any belongs to none.
func (r *reader) add(l Line) {
	if n := len(r.messages); n > 0 {
		r.messages[n-1].Lines = append(r.messages[n-1].Lines, l)
	}
}

func isMethod(word string) bool {
	return slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}, word)
}

func isStatus(word string) bool { return len(word) == 3 && strings.Trim(word, "0123456789") == "" }

func isOutcome(word string) bool {
	return slices.Contains([]event.Outcome{event.Passed, event.Refused, event.WouldRefuse}, event.Outcome(word))
}
