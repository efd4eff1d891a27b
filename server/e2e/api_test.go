package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"nhooyr.io/websocket"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

// call sends a request to the program and returns status and body.
func call(t *testing.T, method, url, key, body string) (int, string) {
	t.Helper()
	return callVia(t, http.DefaultClient, method, url, key, body)
}

func callVia(t *testing.T, via *http.Client, method, url, key, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	return answerVia(t, via, req)
}

// answerOf sends the request and returns status and body.
func answerOf(t *testing.T, req *http.Request) (int, string) {
	t.Helper()
	return answerVia(t, http.DefaultClient, req)
}

func answerVia(t *testing.T, via *http.Client, req *http.Request) (int, string) {
	t.Helper()
	resp, err := via.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// newLab makes a lab in chapter v03.
func (p *program) newLab(t *testing.T) api.Lab { t.Helper(); return p.newLabIn(t, "v03") }

func (p *program) newLabIn(t *testing.T, chapter string) api.Lab {
	t.Helper()
	status, body := call(t, "POST", p.lab+"/api/labs", "", `{"chapter":"`+chapter+`"}`)
	var l api.Lab
	if err := json.Unmarshal([]byte(body), &l); err != nil || status != http.StatusCreated {
		t.Fatalf("creation answered %d %s", status, body)
	}
	return l
}

func (p *program) path(l api.Lab, rest string) string { return p.lab + "/api/labs/" + l.ID + rest }

func (p *program) events(t *testing.T, l api.Lab) []event.Event {
	t.Helper()
	_, body := call(t, "GET", p.path(l, "/events"), l.Key, "")
	var all []event.Event
	dec := json.NewDecoder(strings.NewReader(body))
	for dec.More() {
		var e event.Event
		if err := dec.Decode(&e); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
		all = append(all, e)
	}
	return all
}

// attack runs an attack in the lab.
func (p *program) attack(t *testing.T, l api.Lab, id string) (r api.AttackResult) {
	t.Helper()
	status, body := call(t, "POST", p.path(l, "/attacks/"+id), l.Key, "")
	if err := json.Unmarshal([]byte(body), &r); err != nil || status != http.StatusOK {
		t.Fatalf("the attack answered %d %s", status, body)
	}
	return r
}

func TestAPIStory(t *testing.T) {
	p := start(t, t.TempDir())
	l := p.newLab(t)
	if l.Key == "" || l.Issuer != p.auth+"/"+l.ID || l.RedirectURI != p.lab+"/callback" || l.ClientID != "demo-client" ||
		!strings.HasPrefix(l.Mallory, p.mallory) || !l.Protections["pkce"].On || l.Protections["pkce"].Parts["pkce.method"] != "S256" {
		t.Fatalf("a new lab is %+v", l)
	}
	status, body := call(t, "GET", p.path(l, ""), l.Key, "")
	if status != http.StatusOK || strings.Contains(body, l.Key) || !strings.Contains(body, `"chapter":"v03"`) {
		t.Errorf("reading answered %d %s", status, body)
	}

	if r := p.attack(t, l, "intercepted-code"); r.Outcome != "stopped" || r.By != "pkce.verify" {
		t.Errorf("with everything on: %+v", r)
	}
	if status, body := call(t, "PATCH", p.path(l, ""), l.Key, `{"protections":{"pkce":false}}`); status != http.StatusOK ||
		!strings.Contains(body, `"pkce.verify":false`) {
		t.Errorf("switching PKCE off answered %d %s", status, body)
	}
	if r := p.attack(t, l, "intercepted-code"); r.Outcome != "succeeded" || r.Harm == "" || r.Events[0] == 0 || r.Events[1] <= r.Events[0] {
		t.Errorf("with PKCE off: %+v", r)
	}
	if status, body := call(t, "GET", p.path(l, "/state"), l.Key, ""); status != http.StatusOK ||
		!strings.Contains(body, `"subject":"alice"`) || strings.Contains(body, "key_hash") {
		t.Errorf("the state is %d %s", status, body)
	}
	if status, _ := call(t, "POST", p.path(l, "/sign-out"), l.Key, ""); status != http.StatusNoContent {
		t.Errorf("signing out answered %d", status)
	}
	if status, body := call(t, "POST", p.path(l, "/reset"), l.Key, ""); status != http.StatusOK || strings.Contains(body, `"on":false`) {
		t.Errorf("reset answered %d %s", status, body)
	}
	if status, body := call(t, "GET", p.path(l, "/state"), l.Key, ""); strings.Contains(body, "alice") {
		t.Errorf("after a reset the state is %d %s", status, body)
	}
	for i, e := range p.events(t, l) {
		if e.Seq != uint64(i+1) {
			t.Fatalf("event %d has position %d", i+1, e.Seq)
		}
		if err := e.Validate(); err != nil {
			t.Errorf("event %d: %v", e.Seq, err)
		}
	}
}

func TestAPIBadInput(t *testing.T) {
	p := start(t, t.TempDir())
	l := p.newLab(t)
	other := p.newLab(t)
	early := p.newLabIn(t, "v01")
	tests := map[string]struct {
		method, path, key, body string
		status                  int
		code                    string
	}{
		"an unknown lab":                   {"GET", "/api/labs/00000000-0000-4000-8000-000000000000", l.Key, "", 404, "unknown_lab"},
		"a lab id that is none":            {"GET", "/api/labs/nonsense", l.Key, "", 404, "unknown_lab"},
		"no key":                           {"GET", "/api/labs/" + l.ID, "", "", 401, "invalid_key"},
		"a wrong key":                      {"GET", "/api/labs/" + l.ID, "nonsense", "", 401, "invalid_key"},
		"another lab's key":                {"GET", "/api/labs/" + l.ID, other.Key, "", 401, "invalid_key"},
		"another lab's key, state":         {"GET", "/api/labs/" + l.ID + "/state", other.Key, "", 401, "invalid_key"},
		"another lab's key, events":        {"GET", "/api/labs/" + l.ID + "/events", other.Key, "", 401, "invalid_key"},
		"another lab's key, feed":          {"GET", "/api/labs/" + l.ID + "/feed", other.Key, "", 401, "invalid_key"},
		"another lab's key, attack":        {"POST", "/api/labs/" + l.ID + "/attacks/intercepted-code", other.Key, "", 401, "invalid_key"},
		"another lab's key, reset":         {"POST", "/api/labs/" + l.ID + "/reset", other.Key, "", 401, "invalid_key"},
		"malformed JSON":                   {"PATCH", "/api/labs/" + l.ID, l.Key, `{"protections":`, 400, "invalid_json"},
		"JSON and more":                    {"PATCH", "/api/labs/" + l.ID, l.Key, `{} {}`, 400, "invalid_json"},
		"an unknown field":                 {"PATCH", "/api/labs/" + l.ID, l.Key, `{"protection":{}}`, 400, "invalid_json"},
		"an empty body":                    {"PATCH", "/api/labs/" + l.ID, l.Key, ``, 400, "invalid_json"},
		"a list":                           {"PATCH", "/api/labs/" + l.ID, l.Key, `[]`, 400, "invalid_json"},
		"an unknown protection":            {"PATCH", "/api/labs/" + l.ID, l.Key, `{"protections":{"nonsense":false}}`, 400, "unknown_guard"},
		"an unknown guard":                 {"PATCH", "/api/labs/" + l.ID, l.Key, `{"guards":{"pkce.nonsense":false}}`, 400, "unknown_guard"},
		"a guard's wrong value":            {"PATCH", "/api/labs/" + l.ID, l.Key, `{"guards":{"pkce.verify":"maybe"}}`, 400, "unknown_guard"},
		"a protection of a later chapter":  {"PATCH", "/api/labs/" + early.ID, early.Key, `{"protections":{"pkce":false}}`, 400, "unknown_guard"},
		"a guard of a later chapter":       {"PATCH", "/api/labs/" + early.ID, early.Key, `{"guards":{"pkce.verify":false}}`, 400, "unknown_guard"},
		"an unknown setting":               {"PATCH", "/api/labs/" + l.ID, l.Key, `{"settings":{"x":"y"}}`, 400, "unknown_setting"},
		"an unknown chapter, patched":      {"PATCH", "/api/labs/" + l.ID, l.Key, `{"chapter":"v99"}`, 400, "unknown_chapter"},
		"a clock a century off":            {"PATCH", "/api/labs/" + l.ID, l.Key, `{"clock_offset_seconds":3155760000}`, 400, "invalid_clock"},
		"an unknown chapter":               {"POST", "/api/labs", "", `{"chapter":"v99"}`, 400, "unknown_chapter"},
		"a new lab with nothing":           {"POST", "/api/labs", "", `{}`, 400, "unknown_chapter"},
		"a body over the bound":            {"POST", "/api/labs", "", `{"chapter":"` + strings.Repeat("x", 17<<10) + `"}`, 413, "too_large"},
		"an unknown attack":                {"POST", "/api/labs/" + l.ID + "/attacks/nonsense", l.Key, "", 404, "unknown_attack"},
		"a mail of no attack":              {"POST", "/api/labs/" + l.ID + "/attacks/nonsense/mail", l.Key, "", 404, "unknown_attack"},
		"a mail where none comes":          {"POST", "/api/labs/" + l.ID + "/attacks/intercepted-code/mail", l.Key, "", 404, "no_mail"},
		"an outcome of no attack":          {"POST", "/api/labs/" + l.ID + "/attacks/nonsense/mail/outcome", l.Key, "", 404, "unknown_attack"},
		"another lab's key, outcome":       {"POST", "/api/labs/" + l.ID + "/attacks/login-csrf/mail/outcome", other.Key, "", 401, "invalid_key"},
		"an outcome where no mail comes":   {"POST", "/api/labs/" + l.ID + "/attacks/intercepted-code/mail/outcome", l.Key, "", 404, "no_mail"},
		"another lab's key, mail":          {"POST", "/api/labs/" + l.ID + "/attacks/login-csrf/mail", other.Key, "", 401, "invalid_key"},
		"a position that is none":          {"GET", "/api/labs/" + l.ID + "/events?after=-1", l.Key, "", 400, "invalid_position"},
		"an unknown path":                  {"GET", "/api/nonsense", "", "", 404, "unknown_path"},
		"a wrong method":                   {"DELETE", "/api/labs/" + l.ID, l.Key, "", 405, "wrong_method"},
		"a wrong method on the collection": {"GET", "/api/labs", "", "", 405, "wrong_method"},
		"any method on an unknown path":    {"PUT", "/api/nonsense", "", "", 404, "unknown_path"},
		"null for a switch":                {"PATCH", "/api/labs/" + l.ID, l.Key, `{"protections":{"pkce":null}}`, 400, "invalid_json"},
		"a name that is there twice":       {"PATCH", "/api/labs/" + l.ID, l.Key, `{"chapter":"v03","chapter":"v01"}`, 400, "invalid_json"},
		"a name in other letters":          {"PATCH", "/api/labs/" + l.ID, l.Key, `{"Chapter":"v01"}`, 400, "invalid_json"},
		"a brace and no more":              {"PATCH", "/api/labs/" + l.ID, l.Key, `{}}`, 400, "invalid_json"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			status, body := call(t, tt.method, p.lab+tt.path, tt.key, tt.body)
			var e api.Refusal
			if err := json.Unmarshal([]byte(body), &e); err != nil {
				t.Fatalf("%d, no JSON: %s", status, body)
			}
			if status != tt.status || e.Code != tt.code || e.Description == "" || e.Hint == "" {
				t.Errorf("answer %d %+v, want %d %s with a hint", status, e, tt.status, tt.code)
			}
		})
	}
	told := map[string]bool{}
	for _, e := range p.events(t, l) {
		if e.Note != nil && e.Note.Name == event.NoteCallRefused {
			told[e.Note.Get("error")] = true
		}
	}
	for _, code := range []string{"invalid_key", "invalid_json", "unknown_guard", "unknown_attack"} {
		if !told[code] {
			t.Errorf("the log does not tell of a call refused with %s", code)
		}
	}
}

// follow opens the feed after a position.
func (p *program) follow(t *testing.T, l api.Lab, after string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(p.path(l, "/feed?after="+after), "http"),
		&websocket.DialOptions{Subprotocols: []string{"oauthlab.v1", "key." + l.Key}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.CloseNow() })
	return conn
}

func next(t *testing.T, conn *websocket.Conn) (event.Event, []byte) {
	t.Helper()
	_, data, err := conn.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var e event.Event
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	return e, data
}

func TestFeedTakesWhatAClientTellsAndNothingElse(t *testing.T) {
	p := start(t, t.TempDir())
	l := p.newLab(t)
	conn := p.follow(t, l, "0")
	if e, _ := next(t, conn); e.Seq != 1 || e.Note == nil || e.Note.Name != event.NoteLabCreated {
		t.Errorf("the log begins with %+v", e)
	}
	send := func(text string) []byte {
		t.Helper()
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
		_, data := next(t, conn)
		return data
	}
	good := `{"v":1,"id":"n1","time":"2026-01-02T12:00:00Z","flow":"f1","from":"client","kind":"note","note":{"name":"tokens","text":"kept"}}`
	if data := send(good); !bytes.Contains(data, []byte(`"id":"n1"`)) || !bytes.Contains(data, []byte(`"seq":2`)) {
		t.Errorf("the echo is %s", data)
	}
	for name, text := range map[string]string{
		"as the server": strings.ReplaceAll(strings.ReplaceAll(good, `"n1"`, `"n2"`), `"from":"client"`, `"from":"auth"`),
		"to Mallory":    strings.ReplaceAll(strings.ReplaceAll(good, `"n1"`, `"n3"`), `"kind"`, `"to":"mallory","kind"`),
		"a change":      `{"v":1,"id":"n4","from":"client","kind":"change","change":{"what":"code","action":"spent"}}`,
		"two bodies":    `{"v":1,"id":"n5","from":"client","kind":"note","note":{"name":"x","text":"y"},"gap":{"after":0,"next":1}}`,
		"no id":         `{"v":1,"from":"client","kind":"note","note":{"name":"x","text":"y"}}`,
	} {
		if data := send(text); !bytes.Contains(data, []byte(`"error":"invalid_event"`)) {
			t.Errorf("%s: %s", name, data)
		}
	}
	if err := conn.Write(t.Context(), websocket.MessageText, []byte("nonsense")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("nonsense ends the feed with %v, want a policy violation", err)
	}

	// Resumed: exactly what came after, and the same note sent again is no second.
	again := p.follow(t, l, "1")
	if err := again.Write(t.Context(), websocket.MessageText, []byte(good)); err != nil {
		t.Fatal(err)
	}
	if e, _ := next(t, again); e.Seq != 2 || e.ID != "n1" {
		t.Errorf("resumed after 1 with %+v", e)
	}
	if n := len(p.events(t, l)); n != 2 {
		t.Errorf("%d events stand in the log, want 2", n)
	}
}

// A program killed between /authorize and /token: the code is still there, works
// once, and the feed goes on without a gap or a repeat.
func TestAKillLosesNothingAcknowledged(t *testing.T) {
	p := start(t, t.TempDir())
	l := p.newLab(t)
	f := newFlow(t, p, l)
	code := f.signIn()
	before := p.events(t, l)
	p.kill()

	p2 := startAgain(t, p)
	f.program = p2
	if status, body := f.redeem(code); status != http.StatusOK {
		t.Fatalf("after the kill the code gives %d %s", status, body)
	}
	if status, body := f.redeem(code); status != http.StatusBadRequest || !strings.Contains(body, "invalid_grant") {
		t.Errorf("the second time it gives %d %s", status, body)
	}
	after := p2.events(t, l)
	for i, e := range after {
		if e.Seq != uint64(i+1) {
			t.Fatalf("position %d where %d should stand", e.Seq, i+1)
		}
	}
	for i, e := range before {
		if after[i].ID != e.ID {
			t.Fatalf("event %d was %s and is %s", i+1, e.ID, after[i].ID)
		}
	}
}

func TestAnotherHostIsSentToTheOrigin(t *testing.T) {
	p := start(t, t.TempDir())
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(strings.Replace(p.lab, "localhost", "127.0.0.1", 1) + "/v03-pkce?off=pkce")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := resp.Header.Get("Location"); got != p.lab+"/v03-pkce?off=pkce" {
		t.Errorf("answer %d to %q, want the lab's own origin", resp.StatusCode, got)
	}
}

// What an attack tells is what happens: nobody signs in at a page that refused, and
// what the client does in Mallory's browser is not done in Alice's.
func TestAnAttackTellsWhoDidWhat(t *testing.T) {
	p := start(t, t.TempDir())
	l := p.newLabIn(t, "v02")
	for _, id := range []string{"code-to-mallory", "login-csrf"} {
		if status, body := call(t, "POST", p.path(l, "/attacks/"+id), l.Key, ""); status != http.StatusOK || !strings.Contains(body, "stopped") {
			t.Fatalf("%s: %d %s", id, status, body)
		}
	}
	var told []string
	for _, e := range p.events(t, l) {
		switch {
		case e.Note != nil && (e.Note.Name == event.NoteAttackBegins || e.Note.Name == event.NoteOpen || e.Note.Name == event.NoteCallback):
			told = append(told, string(e.From)+" "+e.Note.Name+" "+string(e.To))
		case e.Request != nil && e.Request.Method == "POST":
			told = append(told, string(e.From)+" signs in")
		}
	}
	want := []string{
		"lab attack.begins ",
		"lab attack.begins ", "client open mallory", "mallory signs in", "client open browser", "browser callback client",
	}
	if !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}
