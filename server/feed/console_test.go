package feed

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"oauthlab/lessons/event"
)

var aLab = uuid.MustParse("0b9d2f6e-1111-4222-8333-444455556666")

// smallFlow is one event of each kind, from a request to what came of it.
func smallFlow() []event.Event {
	at := func(milliseconds int, from, to event.Party, kind event.Kind) event.Event {
		return event.Event{Time: noon.Add(time.Duration(milliseconds) * time.Millisecond), From: from, To: to, Kind: kind}
	}
	authorize := at(0, event.Browser, event.Auth, event.KindRequest)
	authorize.Request = &event.Request{Method: "GET", URL: "http://localhost:8081/x/authorize?client_id=demo-spa&scope=a%20b+c"}
	redirect := at(7, event.Auth, event.Browser, event.KindResponse)
	redirect.Response = &event.Response{Status: 303, Header: []event.Field{
		{Name: "Cache-Control", Value: "no-store"},
		{Name: "Location", Value: "http://localhost:8080/callback?code=c1&state=s%3D1"},
	}}
	leak := at(8, event.Proxy, event.Mallory, event.KindNote)
	leak.Note = &event.Note{Name: event.NoteLeak, Text: "a careless proxy logs the code", Fields: []event.Field{{Name: "code", Value: "c1"}}}
	token := at(20, event.Mallory, event.Auth, event.KindRequest)
	token.Request = &event.Request{Method: "POST", URL: "http://localhost:8081/x/token", Body: "code=c1&code_verifier=guess"}
	passed := at(21, event.Auth, "", event.KindVerdict)
	passed.Verdict = &event.Verdict{Guard: "code-expiry", Outcome: event.Passed}
	would := at(21, event.Auth, "", event.KindVerdict)
	would.Verdict = &event.Verdict{Guard: "code-binding.client", Outcome: event.WouldRefuse, Reason: "another client's code"}
	refused := at(22, event.Auth, "", event.KindVerdict)
	refused.Verdict = &event.Verdict{Guard: "pkce.verify", Outcome: event.Refused, Reason: "the verifier does not fit"}
	change := at(23, event.Auth, "", event.KindChange)
	change.Change = &event.Change{What: "code", Action: "spent", Key: "c1", Fields: []event.ChangeField{
		{Name: "spent", From: "false", To: "true"}, {Name: "by", To: "demo-spa"},
	}}
	answer := at(24, event.Auth, event.Mallory, event.KindResponse)
	answer.Response = &event.Response{Status: 400, Body: `{"error":"invalid_grant"}`}
	bare := at(25, "my-app", event.API, event.KindResponse)
	bare.Response = &event.Response{Status: 204}
	return []event.Event{authorize, redirect, leak, token, passed, would, refused, change, answer, bare}
}

func printed(c *Console, out *bytes.Buffer, events ...event.Event) string {
	out.Reset()
	for _, e := range events {
		c.Print(aLab, e)
	}
	return out.String()
}

func TestTheConsoleTellsAFlowInPlainText(t *testing.T) {
	want := `12:00:00.000  BROWSER → AUTH  GET /x/authorize  [0b9d2f6e]
                client_id = demo-spa
                scope = a b c
12:00:00.007  AUTH → BROWSER  303  [0b9d2f6e]
                Location = http://localhost:8080/callback
                code = c1
                state = s=1
12:00:00.008  PROXY → MALLORY  a careless proxy logs the code  [0b9d2f6e]
                code = c1
12:00:00.020  MALLORY → AUTH  POST /x/token  [0b9d2f6e]
                code = c1
                code_verifier = guess
12:00:00.021  AUTH  ✓ code-expiry passed  [0b9d2f6e]
12:00:00.021  AUTH  ○ code-binding.client would-refuse: another client's code  [0b9d2f6e]
12:00:00.022  AUTH  ✗ pkce.verify refused: the verifier does not fit  [0b9d2f6e]
12:00:00.023  AUTH  code spent c1  [0b9d2f6e]
                spent = false → true
                by = demo-spa
12:00:00.024  AUTH → MALLORY  400  [0b9d2f6e]
                body = {"error":"invalid_grant"}
12:00:00.025  MY-APP → API  204  [0b9d2f6e]
`
	var out bytes.Buffer
	if diff := cmp.Diff(want, printed(&Console{Out: &out}, &out, smallFlow()...)); diff != "" {
		t.Error(diff)
	}
}

func TestTheConsoleGivesEachPartyItsColour(t *testing.T) {
	var out bytes.Buffer
	c := &Console{Out: &out, Color: true}
	token := smallFlow()[3]
	want := "12:00:00.020  \x1b[31mMALLORY\x1b[0m → \x1b[32mAUTH\x1b[0m  POST /x/token  \x1b[0m[0b9d2f6e]\n" +
		"                code = c1\n                code_verifier = guess\n"
	if diff := cmp.Diff(want, printed(c, &out, token)); diff != "" {
		t.Error(diff)
	}
	// A colour ends where its name does, and colours are all that colour adds.
	colourful := printed(c, &out, smallFlow()...)
	plainly := printed(&Console{Out: &out}, &out, smallFlow()...)
	for _, row := range event.AllParties() {
		colourful = strings.ReplaceAll(colourful, "\x1b["+row.Console+"m", "")
	}
	colourful = strings.ReplaceAll(colourful, "\x1b[0m", "")
	if diff := cmp.Diff(plainly, colourful); diff != "" {
		t.Error(diff)
	}
}

// hostile is what strangers put where they can: an erased screen, a new title,
// an eight-bit control, a bell, a new line that looks like one of the console's.
const hostile = "\x1b[2J\x1b]0;title\x07\u009b31m\x7f\r\n12:00:00.000  AUTH  fine\x00\x9b31m"

func hostileEvents() []event.Event {
	return []event.Event{
		{From: hostile, To: hostile, Kind: event.KindRequest, Request: &event.Request{
			Method: hostile, URL: hostile + "?" + hostile + "=" + "%1b[2J%0a%c2%9b" + hostile, Body: hostile + "=%1b%5d0;x%07",
		}},
		{From: event.Auth, Kind: event.KindResponse, Response: &event.Response{Status: 200, Body: hostile}},
		{From: event.Auth, Kind: event.KindResponse, Response: &event.Response{Status: 303, Header: []event.Field{{Name: "Location", Value: hostile + "?a=" + hostile}}}},
		{From: event.Auth, Kind: event.KindVerdict, Verdict: &event.Verdict{Guard: hostile, Outcome: hostile, Reason: hostile}},
		{From: event.Auth, Kind: event.KindChange, Change: &event.Change{
			What: hostile, Action: hostile, Key: hostile, Fields: []event.ChangeField{{Name: hostile, From: hostile, To: hostile}},
		}},
		{From: event.Client, Kind: event.KindNote, Note: &event.Note{Name: hostile, Text: hostile, Fields: []event.Field{{Name: hostile, Value: hostile}}}},
		{From: event.Client, Kind: hostile},
	}
}

func TestTheConsoleKeepsControlCharactersOffTheTerminal(t *testing.T) {
	lines := map[event.Kind]int{event.KindRequest: 3, event.KindResponse: 2, event.KindVerdict: 1, event.KindChange: 2, event.KindNote: 2, hostile: 1}
	for _, colour := range []bool{false, true} {
		var out bytes.Buffer
		c := &Console{Out: &out, Color: colour}
		for i, e := range hostileEvents() {
			text := printed(c, &out, e)
			want := lines[e.Kind]
			if i == 2 {
				want = 3 // a redirect, with a line for its parameter
			}
			if got := strings.Count(text, "\n"); got != want {
				t.Errorf("colour %v, event %d has %d lines, want %d: %q", colour, i, got, want, text)
			}
			for _, own := range []string{"\x1b[0m", "\x1b[m", "\x1b[32m", "\x1b[34m", "\n"} {
				if colour || own == "\n" {
					text = strings.ReplaceAll(text, own, "")
				}
			}
			for _, r := range text {
				if r < ' ' || r >= 0x7f && r < 0xa0 {
					t.Errorf("colour %v, event %d lets %U through: %q", colour, i, r, text)
				}
			}
			if strings.Contains(text, "\x9b3") {
				t.Errorf("colour %v, event %d lets a bare control byte through: %q", colour, i, text)
			}
		}
	}
}

// Characters that turn the reading direction make a line read as another.
func TestTheConsoleKeepsTheReadingDirection(t *testing.T) {
	var out bytes.Buffer
	c := &Console{Out: &out}
	for _, r := range "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2028\u2029" {
		text := printed(c, &out, event.Event{From: event.Client, Kind: event.KindNote, Note: &event.Note{Text: "a" + string(r) + "b"}})
		if strings.ContainsRune(text, r) {
			t.Errorf("%U is printed", r)
		}
	}
}

func TestTheConsoleKeepsWhatPeopleWrite(t *testing.T) {
	var out bytes.Buffer
	text := printed(&Console{Out: &out}, &out, event.Event{From: event.Client, Kind: event.KindNote, Note: &event.Note{Text: "Grüße, 世界 🙂 \u00a0"}})
	if !strings.Contains(text, "Grüße, 世界 🙂 \u00a0") {
		t.Errorf("printed %q", text)
	}
}

// Parties write at the same time; the lines of an event stay together.
func TestTheConsoleKeepsAnEventTogether(t *testing.T) {
	var out bytes.Buffer
	c := &Console{Out: &out}
	flow := smallFlow()[:2]
	want := map[string]int{}
	for _, e := range flow {
		want[printed(c, &out, e)] = 20
	}
	out.Reset()
	var all sync.WaitGroup
	for range 20 {
		for _, e := range flow {
			all.Go(func() { c.Print(aLab, e) })
		}
	}
	all.Wait()
	got := map[string]int{}
	rest := out.String()
	for rest != "" {
		found := false
		for block := range want {
			if strings.HasPrefix(rest, block) {
				got[block]++
				rest, found = rest[len(block):], true
			}
		}
		if !found {
			t.Fatalf("lines are mixed: %.200q", rest)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("printed %v", got)
	}
}

// A party that is a row of the table, and nothing else, has its colour.
func TestTheConsolePaintsAMadeUpParty(t *testing.T) {
	clerk := event.PartyRow{ID: "clerk", Console: "95"}
	if got := (&Console{Color: true}).paint(clerk); got != "\x1b[95mCLERK\x1b[0m" {
		t.Errorf("it is painted %q", got)
	}
}
