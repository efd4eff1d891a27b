package feed

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/prose"
)

// Console prints events as the walkthrough of a flow, for whoever runs the lab:
// time  FROM → TO  message, parameters indented, a colour a party.
type Console struct {
	Out   io.Writer
	Color bool

	mu sync.Mutex // guards Out: an event's lines stay together
}

// Print writes one event of the lab id. Values were redacted when recorded.
func (c *Console) Print(id uuid.UUID, e event.Event) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s", e.Time.Format("15:04:05.000"), c.paint(e.From.Row()))
	if e.To != "" {
		b.WriteString(" → " + c.paint(e.To.Row()))
	}
	message, details := describe(e, id)
	fmt.Fprintf(&b, "  %s  \x1b[0m[%s]\n", prose.Plain(message), id.String()[:8])
	for _, d := range details {
		fmt.Fprintf(&b, "%16s%s = %s\n", "", prose.Plain(d.Name), prose.Plain(d.Value))
	}
	text := b.String()
	if !c.Color {
		text = strings.ReplaceAll(text, "\x1b[0m", "")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	io.WriteString(c.Out, text) //nolint:errcheck // nothing to be done about a closed console
}

// paint writes a party's name in its colour.
func (c *Console) paint(p event.PartyRow) string {
	name := strings.ToUpper(prose.Plain(string(p.ID)))
	if !c.Color || p.Console == "" {
		return name
	}
	return "\x1b[" + p.Console + "m" + name + "\x1b[0m"
}

// describe puts an event of the lab id into one line and its parameters.
func describe(e event.Event, id uuid.UUID) (string, []event.Field) {
	switch e.Kind {
	case event.KindRequest:
		address, query := splitURL(e.Request.URL)
		return e.Request.Method + " " + shortPath(address, id), append(parameters(query), parameters(e.Request.Body)...)
	case event.KindResponse:
		return fmt.Sprint(e.Response.Status), location(e.Response)
	case event.KindVerdict:
		return verdictLine(e.Verdict), nil
	case event.KindChange:
		return changeLine(e.Change)
	case event.KindNote:
		return e.Note.Text, e.Note.Fields
	}
	return string(e.Kind), nil
}

// shortPath leaves out of an address what every line of the lab would repeat: the
// origin, which the party names, and the lab's id.
func shortPath(address string, id uuid.UUID) string {
	if _, rest, found := strings.Cut(address, "://"); found {
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			address = rest[i:]
		}
	}
	return strings.Replace(address, "/"+id.String(), "", 1)
}

func verdictLine(v *event.Verdict) string {
	line := map[event.Outcome]string{
		event.Passed: "✓ ", event.Refused: "✗ ", event.WouldRefuse: "○ ",
	}[v.Outcome] + v.Guard + " " + string(v.Outcome)
	if v.Reason != "" {
		line += ": " + v.Reason
	}
	return line
}

func changeLine(c *event.Change) (string, []event.Field) {
	fields := make([]event.Field, 0, len(c.Fields))
	for _, f := range c.Fields {
		value := f.To
		if f.From != "" {
			value = f.From + " → " + f.To
		}
		fields = append(fields, event.Field{Name: f.Name, Value: value})
	}
	return strings.TrimSpace(c.What + " " + c.Action + " " + c.Key), fields
}

// location shows where a redirect leads; other answers show their body.
func location(r *event.Response) []event.Field {
	for _, h := range r.Header {
		if h.Name == "Location" {
			path, query := splitURL(h.Value)
			return append([]event.Field{{Name: "Location", Value: path}}, parameters(query)...)
		}
	}
	if r.Body == "" {
		return nil
	}
	return []event.Field{{Name: "body", Value: r.Body}}
}

func splitURL(raw string) (path, query string) {
	path, query, _ = strings.Cut(raw, "?")
	return path, query
}

// parameters decodes a form-encoded text in the order of the wire.
func parameters(form string) []event.Field {
	var fields []event.Field
	for pair := range strings.SplitSeq(form, "&") {
		name, value, found := strings.Cut(pair, "=")
		if !found {
			continue
		}
		if decoded, err := url.QueryUnescape(value); err == nil {
			value = decoded
		}
		fields = append(fields, event.Field{Name: name, Value: value})
	}
	return fields
}
