package main

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/param"
	"oauthlab/server/lab"
)

var update = flag.Bool("update", false, "record the golden traces anew (make golden)")

// What a chapter's happy flow puts on the wire, beside the chapter's prose; and what
// each habit changes about it. A difference is a change of the protocol: look at it,
// and if it is meant, record it with make golden.
func TestGoldenTraces(t *testing.T) {
	h := openHouse(t)
	for _, c := range h.taught.chapters {
		folder := filepath.Join("..", ourLessons, c.Folder)
		t.Run(c.ID, func(t *testing.T) {
			compare(t, filepath.Join(folder, traceFile), h.trace(t, c.ID, nil))
		})
		for _, p := range guard.Catalogue() {
			for _, part := range p.Parts {
				if part.Refuses() || p.Chapter != c.ID {
					continue
				}
				for _, value := range part.Values[1:] {
					name := fmt.Sprintf("trace-%s-%s.txt", part.ID, value)
					t.Run(c.ID+" "+name, func(t *testing.T) {
						compare(t, filepath.Join(folder, name), h.trace(t, c.ID, map[guard.ID]string{part.ID: value}))
					})
				}
			}
		}
	}
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is out of date (make golden records it):\n%s", file, diff)
	}
}

// trace plays the flow in a new lab and returns its normalised log.
func (h *house) trace(t *testing.T, chapter string, switches map[guard.ID]string) string {
	t.Helper()
	l, _, err := h.labs.Create(t.Context(), chapter)
	if err != nil {
		t.Fatal(err)
	}
	l, err = h.labs.Change(t.Context(), l.ID, lab.Change{Switches: func(s guard.Switches) (guard.Switches, error) {
		for id, value := range switches {
			if s, err = s.With(id, asJSON(value)); err != nil {
				return nil, err
			}
		}
		return s, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	begin, err := h.store.Last(t.Context(), l.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.runFlow(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	n := newNormaliser(l)
	var lines strings.Builder
	err = h.store.Events(t.Context(), l.ID, begin, func(e event.Event) error {
		lines.WriteString(n.event(e))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines.String()
}

// normaliser writes events so that two runs of the same flow read the same: each
// secret, id and time is named by where it first appeared, and origins by their party.
type normaliser struct {
	places *strings.Replacer
	names  map[string]string // value to name
	count  map[string]int    // by kind of name
}

func newNormaliser(l *lab.Lab) *normaliser {
	return &normaliser{
		places: strings.NewReplacer(l.Issuer(), "{issuer}", l.Origins[event.Lab], "{lab}", l.Origins[event.Auth], "{auth}",
			l.Origins[event.Mallory], "{mallory}", "/"+l.ID.String(), "{path}"),
		names: map[string]string{}, count: map[string]int{},
	}
}

// sessionCookie is the authorization server's, whose value is another in each run too.
const sessionCookie = "oauthlab_auth"

// keyNames are the names under which the key of a changed thing travels.
var keyNames = map[string]string{"authorization": "request", "code": "code", "token": "access_token"}

// shownHeaders are the headers that belong to the protocol.
var shownHeaders = []string{"Location", "Content-Type", "Cache-Control", "Pragma", "Set-Cookie", "Access-Control-Allow-Origin"}

var timestamp = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)

// value writes one value under the name that it goes by.
func (n *normaliser) value(name, value string) string {
	if known, ok := n.names[value]; ok {
		return known
	}
	if timestamp.MatchString(value) {
		return timestamp.ReplaceAllString(value, "<time>")
	}
	if row, _ := param.Find(name); (row.Secret || name == sessionCookie) && len(value) >= 16 {
		n.count[name]++
		n.names[value] = fmt.Sprintf("<%s-%d%s>", name, n.count[name], n.inside(value))
		return n.names[value]
	}
	return n.places.Replace(value)
}

// inside writes what a signed value carries, "" for any other.
func (n *normaliser) inside(value string) string {
	payload, _, _ := strings.Cut(value, ".")
	text, err := base64.RawURLEncoding.DecodeString(payload)
	var members map[string]string
	if err != nil || json.Unmarshal(text, &members) != nil {
		return ""
	}
	var names []string
	for name, member := range members {
		names = append(names, name)
		if known, ok := n.names[member]; ok {
			names[len(names)-1] = known
		}
	}
	slices.Sort(names)
	return " carries " + strings.Join(names, " ")
}

func (n *normaliser) event(e event.Event) string {
	head := string(e.From)
	if e.To != "" {
		head += " -> " + string(e.To)
	}
	switch e.Kind {
	case event.KindRequest:
		address, query, _ := strings.Cut(e.Request.URL, "?")
		return head + ": " + e.Request.Method + " " + n.places.Replace(address) + "\n" +
			n.headers(e.Request.Header) + n.form(query) + n.form(e.Request.Body)
	case event.KindResponse:
		return fmt.Sprintf("%s: %d\n%s%s", head, e.Response.Status, n.headers(e.Response.Header), n.json(e.Response.Body))
	case event.KindVerdict:
		return strings.TrimSpace(fmt.Sprintf("%s: %s %s %s", head, e.Verdict.Guard, e.Verdict.Outcome, e.Verdict.Reason)) + "\n"
	case event.KindChange:
		text := strings.TrimSpace(fmt.Sprintf("%s: %s %s %s", head, e.Change.What, e.Change.Action, n.value(keyNames[e.Change.What], e.Change.Key))) + "\n"
		for _, f := range e.Change.Fields {
			text += n.line(f.Name, f.To)
		}
		return text
	}
	text := head + ": " + e.Note.Name + "\n"
	for _, f := range e.Note.Fields {
		if address, query, found := strings.Cut(f.Value, "?"); found && f.Name == "url" {
			text += n.line("url", address) + n.form(query)
			continue
		}
		text += n.line(f.Name, f.Value)
	}
	return text
}

func (n *normaliser) line(name, value string) string {
	return "    " + name + " = " + n.value(name, value) + "\n"
}

func (n *normaliser) headers(headers []event.Field) string {
	var text string
	for _, h := range headers {
		if !slices.Contains(shownHeaders, h.Name) {
			continue
		}
		value, query, _ := strings.Cut(h.Value, "?")
		if name, cookie, found := strings.Cut(value, "="); found && h.Name == "Set-Cookie" {
			secret, attributes, _ := strings.Cut(cookie, ";")
			value = name + "=" + n.value(name, secret) + ";" + attributes
		}
		text += "    " + h.Name + ": " + n.places.Replace(value) + "\n" + n.form(query)
	}
	return text
}

func (n *normaliser) form(encoded string) string {
	var text string
	for pair := range strings.SplitSeq(encoded, "&") {
		name, value, found := strings.Cut(pair, "=")
		if !found {
			continue
		}
		if decoded, err := url.QueryUnescape(value); err == nil {
			value = decoded
		}
		text += n.line(name, value)
	}
	return text
}

func (n *normaliser) json(body string) string {
	var members map[string]any
	if json.Unmarshal([]byte(body), &members) != nil {
		return ""
	}
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	var text string
	for _, name := range names {
		text += n.line(name, fmt.Sprint(members[name]))
	}
	return text
}
