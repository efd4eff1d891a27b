package timeline

import (
	"net/url"
	"strings"

	"oauthlab/lessons/event"
)

// Command is a request as a command for a shell.
type Command struct {
	Text  string   // ready to be pasted; empty where there is no request
	Notes []string // what must be known before it is run
}

// telling are the headers that change what a server of the lab answers. The
// others are the browser's own affair.
var telling = []string{"Content-Type", "Authorization", "Cookie", "Origin"}

// Curl returns a request as the curl command that sends it again. Nothing of it
// is interpreted by the shell, whatever the request carries: every value stands
// in single quotes.
func Curl(r *event.Request) Command {
	if r == nil {
		return Command{}
	}
	words := []string{"curl -i"}
	if strings.ContainsAny(r.URL, "[]{}") {
		words[0] += " --globoff" // curl would take them for ranges
	}
	words[0] += method(r) + " " + quote(r.URL)
	for _, name := range telling {
		if value := headerOf(r.Header, name); value != "" {
			words = append(words, "-H "+quote(name+": "+value))
		}
	}
	if r.Body != "" {
		if headerOf(r.Header, "Content-Type") == "" {
			words = append(words, "-H 'Content-Type:'") // or curl says that it is a form
		}
		words = append(words, "--data-raw "+quote(r.Body))
	}
	return Command{Text: strings.Join(words, " \\\n  "), Notes: curlNotes(r)}
}

// method returns the option that names the method, where curl would not choose
// it by itself.
func method(r *event.Request) string {
	switch {
	case r.Method == "HEAD" && r.Body == "":
		return " --head"
	case r.Method == "GET" && r.Body == "", r.Method == "POST" && r.Body != "":
		return ""
	}
	return " -X " + quote(r.Method)
}

// quote makes one word of s for every shell that knows sh: within single quotes
// nothing has a meaning but the single quote. No word can hold a zero byte.
func quote(s string) string {
	s = strings.ReplaceAll(s, "\x00", "")
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func curlNotes(r *event.Request) []string {
	var notes []string
	if strings.Contains(r.Body, event.Redacted) || strings.Contains(r.Body, url.QueryEscape(event.Redacted)) {
		notes = append(notes, "The password is redacted: the lab never records one. Put the real one in its place.")
	}
	if r.Truncated {
		notes = append(notes, "Something here was longer than the lab keeps, and is cut: the command sends less than the request did.")
	}
	if headerOf(r.Header, "Cookie") != "" {
		notes = append(notes, "The cookie is a session: whoever sends it is taken for the one who signed in.")
	}
	return notes
}
