package snippet

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"oauthlab/lessons/event"
)

// telling are the headers that change what a server of the lab answers. The others are the
// browser's own affair.
var telling = []string{"Content-Type", "Authorization", "Cookie", "Origin"}

// request is what of a recorded request is sent again.
type request struct {
	Method  string
	Scheme  string        // "http" or "https"
	Host    string        // with the port
	Target  string        // path and query, as the language can send them (RFC 9112 §3.2.1)
	Header  []event.Field // the telling ones, under their usual names
	Typed   bool          // it has a Content-Type
	Body    string
	Escaped bool // in Target stands %XX where another character stood
}

// URL returns the absolute URL.
func (r request) URL() string { return r.Scheme + "://" + r.Host + r.Target }

// Requests returns a recorded request as programs that send it again, curl first. None of
// them follows a redirect, and nothing of the request is interpreted by a shell or a
// language. Without a request there are none.
func Requests(r *event.Request) []Snippet {
	if r == nil {
		return nil
	}
	return []Snippet{curl(r), golang(r), fetch(r), pythonHTTP(r)}
}

// read takes out of r what is sent again. A rune of its URL that keeps forbids is
// percent-encoded, which the server reads as the same.
func read(r *event.Request, keeps func(rune) bool) request {
	out := request{Method: clean(r.Method), Body: r.Body}
	if out.Method == "" {
		out.Method = "GET"
	}
	scheme, rest, _ := strings.Cut(r.URL, "://")
	end := strings.IndexAny(rest+"/", "/?#")
	out.Scheme, out.Host, out.Target = clean(scheme), clean(rest[:end]), escapeTarget(rest[end:], keeps)
	out.Escaped = out.Target != rest[end:]
	if !strings.HasPrefix(out.Target, "/") {
		out.Target = "/" + out.Target
	}
	for _, name := range telling {
		for _, f := range r.Header {
			if value := clean(f.Value); strings.EqualFold(f.Name, name) && value != "" {
				out.Header = append(out.Header, event.Field{Name: name, Value: value})
				out.Typed = out.Typed || name == "Content-Type"
				break
			}
		}
	}
	return out
}

// clean takes out of a header's value what no header can hold (RFC 9110 §5.5): control
// characters would begin another one.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7F {
			return -1
		}
		return r
	}, s))
}

// escapeTarget percent-encodes each rune that keeps forbids, and what can be in no target
// at all: blanks, control characters, bytes that are no text, and what would begin a
// fragment, which is never sent.
func escapeTarget(target string, keeps func(rune) bool) string {
	var b strings.Builder
	for i, r := range target {
		size := len(string(r))
		if r == 0xFFFD && !strings.HasPrefix(target[i:], "\uFFFD") {
			size = 1 // a byte that is no text
		}
		c := target[i : i+size]
		if r > ' ' && r != '#' && visible(c, r) && keeps(r) {
			b.WriteString(c)
			continue
		}
		for j := range size {
			fmt.Fprintf(&b, "%%%02X", c[j])
		}
	}
	return b.String()
}

// anyRune keeps a target as it was: curl and Go send what they are given.
func anyRune(rune) bool { return true }

// uriRune keeps what a URL may hold (RFC 3986 §2): fetch and Python encode the rest, or
// refuse it. Fetch encodes the single quote too.
func uriRune(r rune) bool {
	return r < 0x7F && !strings.ContainsRune("\"<>\\^`{|}'", r)
}

// Notes of what a request lacks or carries, in whatever language it is sent again.
func commonNotes(r *event.Request, as request) []string {
	var notes []string
	if strings.Contains(r.Body, event.Redacted) || strings.Contains(r.Body, url.QueryEscape(event.Redacted)) {
		notes = append(notes, "The password is redacted: the lab never records one. Put the real one in its place.")
	}
	if r.Truncated {
		notes = append(notes, "Something here was longer than the lab keeps, and is cut: less is sent than the request did.")
	}
	if as.has("Cookie") {
		notes = append(notes, "The cookie is a session: whoever sends it is taken for the one who signed in.")
	}
	if as.Escaped {
		notes = append(notes, "The URL held characters that are written as %XX here (RFC 3986 §2.1): the server reads the same.")
	}
	return notes
}

func (r request) has(name string) bool {
	return slices.ContainsFunc(r.Header, func(f event.Field) bool { return f.Name == name })
}
