package trace

import (
	"regexp"
	"strconv"
	"strings"

	"oauthlab/lessons/event"
)

// somewhere matches the names of origins and of the lab's path.
var somewhere = regexp.MustCompile(`\{[a-z]+\}`)

// Events returns the messages of a trace as events, as far as a trace tells them: addresses
// are paths, bodies are missing, and so is what was checked and stored.
func Events(text string) []event.Event {
	var events []event.Event
	asked := map[string]string{} // by who answers whom: the id of the last request
	for i, m := range Parse(text) {
		e := event.Event{Seq: uint64(i) + 1, ID: strconv.Itoa(i + 1), Kind: m.Kind, From: m.From, To: m.To}
		switch m.Kind {
		case event.KindRequest:
			method, path, _ := strings.Cut(m.Head, " ")
			e.Request = &event.Request{Method: method, URL: somewhere.ReplaceAllString(path, "")}
			asked[string(m.To)+">"+string(m.From)] = e.ID
		case event.KindResponse:
			status, _ := strconv.Atoi(m.Head) // isStatus saw to it
			e.Response = &event.Response{Status: status, Header: m.fields(Header, ": ")}
			e.Re = asked[string(m.From)+">"+string(m.To)]
		default:
			e.Note = &event.Note{Name: m.Head, Fields: m.fields(Parameter, " = ")}
		}
		events = append(events, e)
	}
	return events
}

// fields are the lines of a kind as names and values.
func (m Message) fields(kind LineKind, between string) []event.Field {
	var fields []event.Field
	for _, l := range m.Lines {
		if name, value, is := strings.Cut(l.Text, between); is && l.Kind == kind {
			fields = append(fields, event.Field{Name: name, Value: somewhere.ReplaceAllString(value, "")})
		}
	}
	return fields
}
