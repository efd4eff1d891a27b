package recording_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/recording"
	"oauthlab/lessons/trace"
)

const (
	lab  = "7b0c2f9e-0e4b-4f6e-9a55-6d1d3c1f2a10"
	auth = "http://localhost:43121"
)

var origins = map[event.Party]string{event.Auth: auth, event.Lab: "http://localhost:43120"}

func fields(pairs ...string) []event.Field {
	var all []event.Field
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, event.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return all
}

// run is the events of a run that has something of everything, with these secrets.
func run(id, code, token string) []event.Event {
	e := func(e event.Event) event.Event { e.V, e.ID = event.Version, id+e.ID; return e }
	return []event.Event{
		e(event.Event{ID: "1", Flow: id, From: event.Browser, To: event.Auth, Kind: event.KindRequest, Request: &event.Request{
			Method: "GET", URL: auth + "/" + lab + "/authorize?redirect_uri=http%3A%2F%2Flocalhost%3A43120%2Fcallback&state=" + code, Header: fields("User-Agent", "Mozilla", "Cookie", code),
		}}),
		e(event.Event{ID: "2", Re: id + "1", Flow: id, From: event.Auth, Kind: event.KindVerdict, Verdict: &event.Verdict{
			Guard: "state.require", Outcome: event.Passed, Where: event.Where{File: "server/x.go", Line: 7},
		}}),
		e(event.Event{ID: "3", Re: id + "1", From: event.Auth, Kind: event.KindChange, Change: &event.Change{
			What: "token", Action: "stored", Key: guard.TokenHash(token), Fields: []event.ChangeField{{Name: "expires", From: "", To: "2026-03-01T10:42:07Z"}},
		}}),
		e(event.Event{ID: "4", Re: id + "1", From: event.Auth, To: event.Browser, Kind: event.KindResponse, Response: &event.Response{
			Status: 200, Header: fields("Content-Type", "text/html; charset=utf-8"), Body: "<html><title>Sign in</title><input value=" + code + ">",
		}}),
		e(event.Event{ID: "5", From: event.Auth, To: event.Client, Kind: event.KindResponse, Response: &event.Response{
			Status: 200, Header: fields("Content-Type", "application/json"), Body: `{"access_token":"` + token + `","exp":1772361727,"kid":"` + id + `"}`,
		}}),
		e(event.Event{ID: "6", From: event.Client, Kind: event.KindNote, Note: &event.Note{Name: event.NoteTokens, Text: "It has " + token, Fields: fields("access_token", token)}}),
	}
}

func normalized(t *testing.T, id, code, token string) recording.Run {
	t.Helper()
	events := recording.Normalize(run(id, code, token), trace.NewWriter(auth+"/"+lab, auth+"/"+lab), lab, origins)
	r, err := recording.NewRun(recording.Head{Chapter: "v03", Attack: "made-up", Stands: []guard.Switches{{}}, Outcome: "stopped"}, events)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Two runs of the same are the same, to the letter, and what is left of one names no secret, no
// address and no time.
func TestWhatDiffersFromRunToRunIsNamed(t *testing.T) {
	one := normalized(t, "a", strings.Repeat("c", 22), strings.Repeat("t", 43))
	if other := normalized(t, "b", strings.Repeat("d", 22), strings.Repeat("u", 43)); !one.Same(other) {
		t.Error("another run reads otherwise")
	}
	const want = `{"chapter":"v03","attack":"made-up","stands":[{}],"outcome":"stopped"}
{"flow":"1","from":"browser","to":"auth","request":{"method":"GET","url":"{auth}/{id}/authorize?redirect_uri={lab%}%2Fcallback&state=<state-1>"}}
{"flow":"1","re":1,"from":"auth","verdict":{"guard":"state.require","outcome":"passed"}}
{"re":1,"from":"auth","change":{"what":"token","action":"stored","key":"HASH","fields":[{"name":"expires","to":"<time>"}]}}
{"re":1,"from":"auth","to":"browser","response":{"status":200,"header":[{"name":"Content-Type","value":"text/html; charset=utf-8"}],"body":"<title>Sign in</title>"}}
{"from":"auth","to":"client","response":{"status":200,"header":[{"name":"Content-Type","value":"application/json"}],"body":"{\"access_token\":\"<access_token-1>\",\"exp\":0,\"kid\":\"<kid>\"}"}}
{"from":"client","note":{"name":"tokens","text":"It has <access_token-1>","fields":[{"name":"access_token","value":"<access_token-1>"}]}}
`
	got, err := one.Text()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Replace(want, "HASH", guard.TokenHash("<access_token-1>"), 1), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is written is read: the same events, numbered, in a lab at the origins that are told.
func TestARunIsRead(t *testing.T) {
	text, err := normalized(t, "a", strings.Repeat("c", 22), strings.Repeat("t", 43)).Text()
	if err != nil {
		t.Fatal(err)
	}
	runs, err := recording.Read(fstest.MapFS{"v03/made-up.jsonl": {Data: []byte(text + text)}})
	if err != nil || len(runs) != 2 || !runs[0].Same(runs[1]) {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	events, err := runs[1].Events(map[event.Party]string{event.Auth: "https://auth.example.com", event.Lab: "https://lab.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range events {
		if err := e.Validate(); err != nil || e.Seq != uint64(i)+1 {
			t.Errorf("event %d is %+v: %v", i+1, e, err)
		}
	}
	const url = "https://auth.example.com/00000000-0000-4000-8000-000000000000/authorize?redirect_uri=https%3A%2F%2Flab.example.com%2Fcallback&state=<state-1>"
	if got := events[0].Request.URL; got != url || events[1].Re != events[0].ID || len(events) != 6 {
		t.Errorf("%d events: %s, %+v", len(events), got, events[1])
	}
}

func TestFilesThatAreNoRecordings(t *testing.T) {
	const head = `{"chapter":"v03","attack":"made-up","stands":[{}]}` + "\n"
	tests := map[string]struct{ file, text, want string }{
		"no head":              {"v03/made-up.jsonl", `{"from":"auth"}` + "\n", "recording v03/made-up.jsonl: it does not begin with the head of a run"},
		"a line without end":   {"v03/made-up.jsonl", head + `{"from":"auth"}`, "recording v03/made-up.jsonl: its last line has no end"},
		"another attack's run": {"v03/other.jsonl", head, "recording v03/other.jsonl: it has a run of v03/made-up.jsonl"},
		"a head that is cut":   {"v03/made-up.jsonl", `{"chapter":"v03"` + "\n", "recording v03/made-up.jsonl: unexpected end of JSON input"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := recording.Read(fstest.MapFS{tt.file: {Data: []byte(tt.text)}}); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	runs, err := recording.Read(fstest.MapFS{"v03/made-up.jsonl": {Data: []byte(head + "[]\n")}})
	if err != nil || len(runs) != 1 {
		t.Fatal(len(runs), err)
	}
	if _, err := runs[0].Events(origins); err == nil {
		t.Error("a line that is no event is read")
	}
}

// What is held is small, and names no place, no lab and no moment of the run.
func TestWhatIsHeld(t *testing.T) {
	left := regexp.MustCompile(`localhost|127\.0\.0\.1|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}|\d{4}-\d\d-\d\dT\d|"(exp|iat)\\?":[1-9]`)
	bytes := 0
	err := filepath.WalkDir("runs", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if found := left.Find(text); found != nil {
			t.Errorf("%s has %s", path, found)
		}
		bytes += len(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if bytes > 4<<20 {
		t.Errorf("the recordings have %d bytes", bytes)
	}
}
