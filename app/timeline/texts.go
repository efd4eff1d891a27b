package timeline

import (
	"net/url"
	"strconv"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/prose"
)

// requestText is what an arrow says of a request: method and path, without the
// lab's id, which is the same everywhere.
func requestText(r *event.Request) string {
	return r.Method + " " + pathOf(r.URL)
}

// responseText is what an arrow says of a response. asked is the text of its request.
func responseText(r *event.Response, asked string) string {
	text := strconv.Itoa(r.Status)
	if location := headerOf(r.Header, "location"); location != "" {
		return text + " " + pathOf(location)
	}
	if strings.HasPrefix(headerOf(r.Header, "content-type"), "text/html") {
		if strings.HasSuffix(asked, "/login") && (!strings.Contains(r.Body, "<title>") || strings.Contains(r.Body, "<title>Sign in ")) {
			return text + " login page"
		}
		return text + " page"
	}
	return text
}

// pathOf returns a URL's path below the lab's own folder.
func pathOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "an unreadable address"
	}
	parts := strings.Split(strings.TrimPrefix(u.Path, "/"), "/")
	if len(parts) > 1 && isLabID(parts[0]) {
		parts = parts[1:]
	}
	return "/" + strings.Join(parts, "/")
}

// isLabID recognises a UUID by its shape.
func isLabID(s string) bool {
	return len(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-'
}

// subjectOf returns whom a change of a party's document is about, capitalised, or "".
func subjectOf(e event.Event) string {
	for _, f := range e.Change.Fields {
		if f.Name == "subject" && f.To != "" {
			return brief(prose.Capital(strings.TrimSuffix(f.To, ".")))
		}
	}
	return ""
}

// NoteText returns what a note of the name says in the diagram; the name itself
// where that is told by each note anew.
func NoteText(name string) string {
	e := event.Event{Note: &event.Note{Name: name, Text: name}}
	return strings.TrimSuffix(noteRow(e, nil).Text, " /") // of an address that is not given
}

// noteRow draws what a party did that no server saw. marks are those of the event.
func noteRow(e event.Event, marks []Mark) Row {
	is := event.NoteRowOf(e.Note.Name)
	row := Row{
		Kind: RowSelf, Seq: e.Seq, From: e.From, To: e.To, Text: orElse(filled(is.Says, e.Note), e.Note.Text),
		Marks: marks, Leak: is.Leak, Fault: is.Fault,
	}
	if is.Plain {
		row.Marks = nil
	}
	if is.IsArrow() {
		row.Kind, row.To = RowMessage, orElse(e.To, is.To)
	}
	if is.Leak && e.Note.Get("url") == "" { // it was in no address
		row.Text = leaks(e.Note)
	}
	if row.Kind == RowMessage && row.From == row.To {
		row.Kind = RowSelf
	}
	return row
}

// leaks says what came out where that was no address.
func leaks(n *event.Note) string {
	switch {
	case n.Get("code_verifier") != "":
		return "leaks a request"
	case n.Get("refresh_token") != "":
		return "leaks a refresh token"
	case n.Get("access_token") != "":
		return "leaks a token"
	case n.Get("id_token") != "":
		return "leaks an ID token"
	case n.Get("token") != "":
		return "leaks strings"
	case n.Get("shared_secret") != "":
		return "leaks the shared secret"
	}
	return "leaks nothing"
}

// filled puts the note's fields where a text has their names in braces; of an address,
// its path.
func filled(text string, n *event.Note) string {
	before, rest, _ := strings.Cut(text, "{")
	name, after, found := strings.Cut(rest, "}")
	if !found {
		return text
	}
	value := n.Get(name)
	if name == "url" {
		value = pathOf(value)
	}
	return before + value + filled(after, n)
}

func orElse[T ~string](value, otherwise T) T {
	if value == "" {
		return otherwise
	}
	return value
}
