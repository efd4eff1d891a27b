package trace

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/param"
)

// issuer stands in a trace for the lab's issuer.
const issuer = "{issuer}"

// resource stands in a trace for the address of the lab's API, where that is not the issuer.
const resource = "{resource}"

// minSecret is how long a value is, in bytes, that may be taken for another in each run.
// What is shorter is told as it is: a habit may make it.
const minSecret = 16

// shownHeaders are the headers that belong to the protocol.
var shownHeaders = []string{"Location", "Content-Type", "Cache-Control", "Pragma", "Set-Cookie", "Access-Control-Allow-Origin", "Authorization", "WWW-Authenticate"}

// proofs names what stands behind the scheme of an Authorization header.
var proofs = map[string]string{"Bearer": "access_token", "Basic": "client_secret"}

// countsDown is a member that says how many seconds are left of a time.
const countsDown = "authorization_expires_in"

// moments are members that are a time, in seconds since 1970 (RFC 7519 §2, NumericDate).
var moments = []string{"exp", "iat"}

var timestamp = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)

// Place is an address, or a part of one, that is another in each run, and what a trace
// calls it.
type Place struct{ Address, Name string }

// Writer writes the trace of one run. Of two runs of the same flow it writes the same:
// each secret, id and time is named by where it first appeared, and each place by its
// name. It is not safe for concurrent use.
type Writer struct {
	places *strings.Replacer
	names  map[string]string // value to name
	count  map[string]int    // by kind of name
}

// NewWriter returns a writer that knows the lab's issuer, its API and the places, of which
// the first that fits counts.
func NewWriter(labIssuer, labAPI string, places ...Place) *Writer {
	pairs := []string{labIssuer, issuer, labAPI, resource}
	for _, p := range places {
		pairs = append(pairs, p.Address, p.Name)
	}
	return &Writer{places: strings.NewReplacer(pairs...), names: map[string]string{}, count: map[string]int{}}
}

// Names returns the values that are others in each run, of the events so far, and what the
// trace calls each: "<code-1>".
func (w *Writer) Names() map[string]string {
	names := make(map[string]string, len(w.names))
	for value, name := range w.names {
		if name, _, carries := strings.Cut(name, " carries "); carries {
			names[value] = name + ">"
			continue
		}
		names[value] = name
	}
	return names
}

// Event returns the lines of one event, the next of the run.
func (w *Writer) Event(e event.Event) string {
	head := string(e.From)
	if e.To != "" {
		head += " -> " + string(e.To)
	}
	switch e.Kind {
	case event.KindRequest:
		address, query, _ := strings.Cut(e.Request.URL, "?")
		return head + ": " + e.Request.Method + " " + w.places.Replace(address) + "\n" +
			w.headers(e.Request.Header) + w.form(query) + w.form(e.Request.Body)
	case event.KindResponse:
		return fmt.Sprintf("%s: %d\n%s%s", head, e.Response.Status, w.headers(e.Response.Header), w.json(e.Response.Body))
	case event.KindVerdict:
		return strings.TrimSpace(fmt.Sprintf("%s: %s %s %s", head, e.Verdict.Guard, e.Verdict.Outcome, e.Verdict.Reason)) + "\n"
	case event.KindChange:
		return w.change(head, e.Change)
	case event.KindNote:
		return w.note(head, e.Note)
	}
	return ""
}

func (w *Writer) change(head string, c *event.Change) string {
	key := c.Key
	if rows := event.Changes(c.What, c.Action); len(rows) > 0 {
		key = w.value(rows[0].Key, key)
	}
	text := strings.TrimSpace(fmt.Sprintf("%s: %s %s %s", head, c.What, c.Action, key)) + "\n"
	for _, f := range c.Fields {
		text += w.line(f.Name, f.To)
	}
	return text
}

func (w *Writer) note(head string, n *event.Note) string {
	text := head + ": " + n.Name + "\n"
	for _, f := range n.Fields {
		if address, query, found := strings.Cut(f.Value, "?"); found && f.Name == "url" {
			text += w.line("url", address) + w.form(query)
			continue
		}
		text += w.line(f.Name, f.Value)
	}
	return text
}

// value writes one value under the name that it goes by.
func (w *Writer) value(name, value string) string {
	if known, ok := w.names[value]; ok {
		return known
	}
	if timestamp.MatchString(value) {
		return timestamp.ReplaceAllString(value, "<time>")
	}
	if name == countsDown {
		return "<seconds>"
	}
	if slices.Contains(moments, name) {
		return "<time>"
	}
	if row, _ := param.Find(name); row.Secret {
		return w.secret(name, value)
	}
	return w.places.Replace(value)
}

// secret names a value that is another in each run.
func (w *Writer) secret(name, value string) string {
	if known, ok := w.names[value]; ok {
		return known
	}
	if len(value) < minSecret {
		return w.places.Replace(value)
	}
	w.count[name]++
	w.names[value] = fmt.Sprintf("<%s-%d%s>", name, w.count[name], w.inside(value))
	return w.names[value]
}

// inside writes what a signed value carries, "" for any other.
func (w *Writer) inside(value string) string {
	payload, _, _ := strings.Cut(value, ".")
	text, err := base64.RawURLEncoding.DecodeString(payload)
	var members map[string]string
	if err != nil || json.Unmarshal(text, &members) != nil {
		return ""
	}
	var names []string
	for name, member := range members {
		names = append(names, name)
		if known, ok := w.names[member]; ok {
			names[len(names)-1] = known
		}
	}
	slices.Sort(names)
	return " carries " + strings.Join(names, " ")
}

func (w *Writer) line(name, value string) string {
	return indent + name + " = " + w.value(name, value) + "\n"
}

func (w *Writer) headers(headers []event.Field) string {
	var text string
	for _, h := range headers {
		if !slices.Contains(shownHeaders, h.Name) {
			continue
		}
		if scheme, proof, found := strings.Cut(h.Value, " "); found && h.Name == "Authorization" {
			text += indent + h.Name + ": " + scheme + " " + w.secret(proofs[scheme], proof) + "\n"
			continue
		}
		value, query, _ := strings.Cut(h.Value, "?")
		if name, cookie, found := strings.Cut(value, "="); found && h.Name == "Set-Cookie" {
			session, attributes, _ := strings.Cut(cookie, ";")
			value = name + "=" + w.secret(name, session) + ";" + attributes
		}
		text += indent + h.Name + ": " + w.places.Replace(value) + "\n" + w.form(query)
	}
	return text
}

func (w *Writer) form(encoded string) string {
	var text string
	for pair := range strings.SplitSeq(encoded, "&") {
		name, value, found := strings.Cut(pair, "=")
		if !found {
			continue
		}
		if decoded, err := url.QueryUnescape(value); err == nil {
			value = decoded
		}
		text += w.line(name, value)
	}
	return text
}

func (w *Writer) json(body string) string {
	var members map[string]any
	numbers := json.NewDecoder(strings.NewReader(body))
	numbers.UseNumber() // as they stand
	if numbers.Decode(&members) != nil {
		return ""
	}
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	var text string
	for _, name := range names {
		text += w.line(name, plain(members[name]))
	}
	return text
}

// plain writes a member of a JSON object: a list, or an object, as it stands in a message.
func plain(member any) string {
	switch member.(type) {
	case []any, map[string]any:
		text, _ := json.Marshal(member) //nolint:errchkjson // it was JSON before
		return string(text)
	}
	return fmt.Sprint(member)
}
