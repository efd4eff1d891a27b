package timeline

import (
	"net/url"
	"strconv"
	"strings"

	"oauthlab/lessons/event"
)

// troubleshooting is the lab's book of errors. Asked with an error in the query, it
// leads to the entry.
const troubleshooting = "/troubleshooting?"

// Troubleshooting returns where the lab's own book tells the causes and cures of what says that
// something is wrong.
func Troubleshooting(says string) string { return troubleshootingOf("says", says) }

// troubleshootingOf takes names and values; what is empty is left out.
func troubleshootingOf(pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return troubleshooting + q.Encode()
}

// troubleOf returns where the causes and cures of the error are told that e is, or
// "" where nothing is wrong. A verdict counts whether or not it was enforced.
func troubleOf(e event.Event) string {
	switch {
	case e.Verdict != nil && e.Verdict.Outcome != event.Passed:
		return troubleshootingOf("guard", e.Verdict.Guard, "says", e.Verdict.Reason)
	case e.Response != nil:
		return troubleIn(e, e.Response.Status)
	case e.Note != nil:
		switch {
		case event.NoteRowOf(e.Note.Name).Trouble:
			return Troubleshooting(e.Note.Text)
		case e.Note.Name == event.NoteCallback:
			return troubleIn(e, 0)
		}
	}
	return ""
}

// troubleIn reads the error that an answer carries: as parameters (RFC 6749 §4.1.2.1
// and §5.2), or, on a page for people, as the page's own link to the book.
func troubleIn(e event.Event, status int) string {
	var code, says string
	for _, p := range ParamsOf(e) {
		switch p.Name {
		case "error":
			code = p.Value
		case "error_description":
			says = p.Value
		}
	}
	switch {
	case code != "":
		return troubleshootingOf("error", code, "says", says)
	case status < 400:
		return ""
	}
	if _, rest, found := strings.Cut(e.Response.Body, troubleshooting); found {
		query, _, _ := strings.Cut(rest, `"`)
		return troubleshooting + query
	}
	return troubleshootingOf("status", strconv.Itoa(status))
}
