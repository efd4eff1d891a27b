package timeline

import (
	"net/url"
	"strconv"
	"strings"

	"oauthlab/lessons/event"
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
		if strings.HasSuffix(asked, "/login") {
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
			return brief(strings.TrimSuffix(sentence(f.To), "."))
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
	row := Row{Kind: RowSelf, Seq: e.Seq, From: e.From, To: e.To, Text: e.Note.Text, Marks: marks}
	switch e.Note.Name {
	case event.NoteOpen:
		row.Kind, row.Text, row.Marks = RowMessage, "open "+pathOf(e.Note.Get("url")), nil
		row.To = orElse(e.To, event.Browser)
	case event.NoteCallback:
		row.Kind, row.Text = RowMessage, "callback"
		row.To = orElse(e.To, event.Client)
	case event.NoteLeak:
		row.Kind, row.Leak, row.Text = RowMessage, true, "leaks the URL"
		row.To = orElse(e.To, event.Mallory)
		if e.Note.Get("code_verifier") != "" { // which is in no URL
			row.Text = "leaks a request"
		}
	case event.NoteMail:
		row.Kind, row.Text = RowMessage, "mails a link"
		row.To = orElse(e.To, event.Browser)
	case event.NoteVerifier:
		row.Text = "makes a verifier"
	case event.NoteState:
		row.Text = "makes a state"
	case event.NoteCode:
		row.Text = "takes the code"
	case event.NoteTokens:
		row.Text, row.Marks = "keeps the token", nil
	case event.NoteLoginRefused:
		row.Text, row.Marks, row.Fault = "wrong name or password", nil, true
	case event.NoteFlowFailed:
		row.Text, row.Fault = "gives up", true
	}
	if row.Kind == RowMessage && row.From == row.To {
		row.Kind = RowSelf
	}
	return row
}

func orElse(p, otherwise event.Party) event.Party {
	if p == "" {
		return otherwise
	}
	return p
}
