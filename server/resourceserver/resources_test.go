package resourceserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// notesOf are the texts that the API keeps for a user.
func (b *bench) notesOf(subject string) []string {
	b.Helper()
	var texts []string
	state := b.state()
	for _, n := range of(subject, state.Notes, func(n Note) string { return n.Owner }) {
		texts = append(texts, n.Text)
	}
	return texts
}

// Everybody gets what is their own, and somebody of whom nothing is here gets nothing.
func TestEverybodyGetsTheirOwn(t *testing.T) {
	b := newBench(t)
	b.give(b.lab.ID, "daves", Token{Scope: "read profile", Subject: "dave"})
	for token, want := range map[string]struct{ me, photo, note string }{
		good:    {`{"sub":"alice","name":"Alice","email":"alice@example.com"}`, "The lake at six in the morning", "The key is under the third flowerpot."},
		bobs:    {`{"sub":"bob","name":"Bob","email":"bob@example.com"}`, "The new bicycle", "Dentist, Thursday at nine."},
		"daves": {`{"sub":"dave","name":"dave","email":""}`, "", ""},
	} {
		if r := b.with(token, "/api/me"); r.status != http.StatusOK || strings.TrimSpace(r.body) != want.me {
			t.Errorf("with %s, /api/me answers %d %s", token, r.status, r.body)
		}
		r := b.with(token, "/protected")
		var things Protected
		if err := json.Unmarshal([]byte(r.body), &things); err != nil || r.status != http.StatusOK {
			t.Fatalf("with %s, /protected answers %d %s", token, r.status, r.body)
		}
		var me Person
		if err := json.Unmarshal([]byte(want.me), &me); err != nil {
			t.Fatal(err)
		}
		if want.photo == "" {
			if want := `{"owner":"dave","photos":[],"notes":[]}` + "\n"; r.body != want {
				t.Errorf("of somebody without photos it answers %s, want %s", r.body, want)
			}
			continue
		}
		if things.Owner != me.Subject || things.Photos[0].Title != want.photo || things.Notes[0].Text != want.note {
			t.Errorf("with %s, /protected answers %s", token, r.body)
		}
		for _, p := range things.Photos {
			if p.Owner != me.Subject {
				t.Errorf("with %s it hands out %+v", token, p)
			}
		}
	}
}

// A note is kept as it was written, is told of, and is there from then on.
func TestANoteIsKept(t *testing.T) {
	b := newBench(t)
	for sent, kept := range map[string]string{
		`{"text":"Water the plants."}`:                    "Water the plants.",
		`  {"text" : "  blanks around  "}  `:              "blanks around",
		`{"text":"<b>\u0026 \"quotes\" \\ é 🌼"}`:          `<b>& "quotes" \ é 🌼`,
		`{"text":"` + strings.Repeat("x", 280) + `"}`:     strings.Repeat("x", 280),
		`{"text":"` + strings.Repeat("é", 140) + `\n\n"}`: strings.Repeat("é", 140),
	} {
		r := b.note(writeOnly, sent)
		var note Note
		if err := json.Unmarshal([]byte(r.body), &note); err != nil || r.status != http.StatusCreated {
			t.Fatalf("%s is answered %d %s", sent, r.status, r.body)
		}
		if want := (Note{"alice", kept, b.lab.Now()}); note != want {
			t.Errorf("%s is kept as %+v, want %+v", sent, note, want)
		}
		if notes := b.notesOf("alice"); notes[len(notes)-1] != kept {
			t.Errorf("the notes are %q", notes)
		}
		if !strings.Contains(b.with(readOnly, "/protected").body, strings.Trim(string(mustJSON(t, kept)), `"`)) {
			t.Errorf("%q is not handed out", kept)
		}
		changes := slices.DeleteFunc(b.events(), func(e event.Event) bool { return e.Change == nil || e.Change.What != "entry" })
		last := changes[len(changes)-1]
		if want := []event.ChangeField{{Name: "owner", To: "alice"}, {Name: "text", To: kept}}; last.From != event.API || last.Change.Action != "stored" || !slices.Equal(last.Change.Fields, want) {
			t.Errorf("of it is told %+v", last.Change)
		}
	}
	if line := b.state().Log[0]; line.Method != "POST" || line.Status != http.StatusCreated || line.Token != event.Redacted {
		t.Errorf("its own log keeps %+v", line)
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Whose a note is, the token says, and nothing in the request.
func TestTheOwnerIsTheTokensUser(t *testing.T) {
	b := newBench(t)
	mallorys := "mallorys"
	b.give(b.lab.ID, mallorys, Token{Scope: "write", Subject: "mallory"})
	for name, tt := range map[string]struct {
		path, body string
		header     []string
		status     int
	}{
		"the body names another":            {"/protected", `{"text":"mine","owner":"alice"}`, nil, 400},
		"the body names another by sub":     {"/protected", `{"text":"mine","sub":"alice"}`, nil, 400},
		"the body has another text as well": {"/protected", `{"text":"mine","text":"yours"}`, nil, 400},
		"the query names another":           {"/protected?owner=alice&sub=alice&user=alice", `{"text":"mine"}`, nil, 201},
		"a header names another":            {"/protected", `{"text":"mine"}`, []string{"From", "alice@example.com", "X-User", "alice", "X-Forwarded-User", "alice"}, 201},
		"a cookie is another's":             {"/protected", `{"text":"mine"}`, []string{"Cookie", "oauthlab_auth=alice; oauthlab_webapp=alice"}, 201},
		"it comes from the lab's own page":  {"/protected", `{"text":"mine"}`, []string{"Origin", "http://localhost:1"}, 201},
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{T: t, labs: b.labs, lab: b.lab, url: b.url}
			before := len(b.notesOf("mallory"))
			r := b.ask("POST", tt.path, tt.body, append([]string{"Authorization", "Bearer " + mallorys, "Content-Type", "application/json"}, tt.header...)...)
			if r.status != tt.status || tt.status == 201 && !strings.HasPrefix(r.body, `{"owner":"mallory","text":"mine",`) {
				t.Errorf("answered %d %s", r.status, r.body)
			}
			if n := len(b.notesOf("alice")); n != 1 {
				t.Errorf("Alice has %d notes", n)
			}
			if n := len(b.notesOf("mallory")); n-before != map[int]int{201: 1, 400: 0}[tt.status] {
				t.Errorf("Mallory has %d notes more", n-before)
			}
		})
	}
	b.off(guard.IDBearerRequired, guard.IDTokenKnown)
	for _, header := range [][]string{nil, {"Authorization", "Bearer i-am-bob"}} {
		if r := b.ask("POST", "/protected", `{"text":"nobody's"}`, header...); r.status != 201 || !strings.HasPrefix(r.body, `{"owner":"alice",`) {
			t.Errorf("with the guards off, %q is answered %d %s", header, r.status, r.body)
		}
	}
}

// What is no note is refused with what to do, and nothing is kept.
func TestWhatIsNoNote(t *testing.T) {
	const (
		noObject = "The body is no JSON object with a text. Send an object with the member text alone, a line of at most 280 bytes (RFC 8259 section 4)."
		noLine   = "A note is one line of 1 to 280 bytes. Send a shorter text, without line breaks."
	)
	b := newBench(t)
	for name, tt := range map[string]struct{ body, says string }{
		"nothing":                           {``, noObject},
		"blanks":                            {"  \n", noObject},
		"null":                              {`null`, noObject},
		"a text alone":                      {`"x"`, noObject},
		"a list":                            {`[{"text":"x"}]`, noObject},
		"half an object":                    {`{"text":"x`, noObject},
		"a form":                            {`text=x`, noObject},
		"something behind it":               {`{"text":"x"}{"text":"y"}`, noObject},
		"no text in it":                     {`{}`, noLine},
		"a text of null":                    {`{"text":null}`, noObject},
		"a number for a text":               {`{"text":5}`, noObject},
		"a list for a text":                 {`{"text":["x"]}`, noObject},
		"another member":                    {`{"text":"x","id":"1"}`, noObject},
		"the member in other letters":       {`{"Text":"x"}`, noObject},
		"the member twice":                  {`{"text":"x","text":"y"}`, noObject},
		"bytes that are not UTF-8":          {"{\"text\":\"a\xffb\"}", noObject},
		"a raw line break":                  {"{\"text\":\"a\nb\"}", noObject},
		"an empty text":                     {`{"text":""}`, noLine},
		"a text of blanks":                  {`{"text":" \t\r\n\u00a0 "}`, noLine},
		"a line break in it":                {`{"text":"a\nb"}`, noLine},
		"a carriage return in it":           {`{"text":"a\rb"}`, noLine},
		"a tab in it":                       {`{"text":"a\tb"}`, noLine},
		"a NUL in it":                       {`{"text":"a\u0000b"}`, noLine},
		"an escape in it":                   {`{"text":"a\u001b[31mb"}`, noLine},
		"DEL in it":                         {`{"text":"a\u007fb"}`, noLine},
		"a control of Latin-1 in it":        {`{"text":"a\u0085b"}`, noLine},
		"Unicode's line separator in it":    {`{"text":"a\u2028b"}`, noLine},
		"its paragraph separator in it":     {`{"text":"a\u2029b"}`, noLine},
		"281 bytes":                         {`{"text":"` + strings.Repeat("x", 281) + `"}`, noLine},
		"141 characters, which are as many": {`{"text":"` + strings.Repeat("é", 141) + `"}`, noLine},
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{T: t, labs: b.labs, lab: b.lab, url: b.url}
			b.note(good, tt.body).wantError(t, http.StatusBadRequest, "", "invalid_request", tt.says)
			b.wantVerdicts(isScoped...)
			if n := len(b.state().Notes); n != 3 {
				t.Errorf("%d notes are kept", n)
			}
			if line := b.logged(); line.Status != http.StatusBadRequest || line.Method != "POST" {
				t.Errorf("its own log keeps %+v", line)
			}
		})
	}
	if r := b.note(good, `{"text":"`+strings.Repeat("x", 17<<10)+`"}`); r.status != http.StatusRequestEntityTooLarge || !strings.Contains(r.body, "error_description") {
		t.Errorf("a body over 16 KiB is answered %d %s", r.status, r.body)
	}
}

// Who may not write is not told what is wrong with the note.
func TestTheTokenIsJudgedBeforeTheNote(t *testing.T) {
	b := newBench(t)
	b.ask("POST", "/protected", "no JSON").wantError(t, 401, bare, "unauthorized", saysNone)
	b.note("i-am-alice", "no JSON").wantError(t, 401, challenged("invalid_token", saysUnknown), "invalid_token", saysUnknown)
	b.note(readOnly, "no JSON").wantError(t, 403, challenged("insufficient_scope", saysScope)+`, scope="write"`, "insufficient_scope", saysScope)
	if r := b.ask("PUT", "/protected", "no JSON", "Authorization", "Bearer "+good); r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("PUT is answered %d, with Allow %q", r.status, r.header.Get("Allow"))
	}
	if r := b.ask("POST", "/api/me", "{}", "Authorization", "Bearer "+good); r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST /api/me is answered %d, with Allow %q", r.status, r.header.Get("Allow"))
	}
}

// What is kept is bounded, the oldest goes first, and of many at once none is lost.
func TestListsAreBounded(t *testing.T) {
	b := newBench(t)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			if r := b.note(good, fmt.Sprintf(`{"text":"at once %d"}`, i)); r.status != http.StatusCreated {
				t.Errorf("answered %d %s", r.status, r.body)
			}
		})
	}
	wg.Wait()
	if n := len(b.notesOf("alice")); n != 17 {
		t.Errorf("of 16 notes at once, %d are kept", n-1)
	}
	for i := range maxNotes {
		b.note(good, fmt.Sprintf(`{"text":"note %d"}`, i))
	}
	s := b.state()
	if len(s.Notes) != maxNotes || s.Notes[0].Text != "note 0" || len(s.Log) != maxLog {
		t.Errorf("%d notes, from %q on, and %d lines are kept, want %d and %d", len(s.Notes), s.Notes[0].Text, len(s.Log), maxNotes, maxLog)
	}
	if len(s.Photos) != 7 || len(s.People) != 4 {
		t.Errorf("the photos are %v, the people %v", s.Photos, s.People)
	}
}

// A lab that is older than the API gets its record by the first request, and many at once
// make one.
func TestALabThatIsOlderThanTheAPI(t *testing.T) {
	b := newBenchOf(t, func(labs *lab.Labs, _ *Server) { labs.Parties = nil })
	document := Document{Store: b.labs.Store}
	if text, err := document.Read(t.Context(), b.lab); err != nil || !strings.Contains(string(text), `"log":null`) {
		t.Errorf("before, its record is %s (%v)", text, err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if r := b.note(good, `{"text":"first"}`); r.status != http.StatusCreated {
				t.Errorf("answered %d %s", r.status, r.body)
			}
		})
	}
	wg.Wait()
	if s := b.state(); len(s.Notes) != 3+8 || len(s.Log) != 8 || len(s.Photos) != 7 {
		t.Errorf("of eight requests at once it keeps %d notes and %d lines", len(s.Notes)-3, len(s.Log))
	}
	for range 2 { // one that is there, and one that is not
		if err := document.Reset(t.Context(), b.lab); err != nil {
			t.Fatal(err)
		}
		if s := b.state(); len(s.Notes) != 3 || len(s.Log) != 0 {
			t.Errorf("after a reset it is %+v", s)
		}
		var err error
		if b.lab, _, err = b.labs.Create(t.Context(), "v04"); err != nil {
			t.Fatal(err)
		}
	}
}
