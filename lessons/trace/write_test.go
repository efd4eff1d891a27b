package trace_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/event"
	"oauthlab/lessons/trace"
)

const (
	lab       = "7b0c2f9e-0e4b-4f6e-9a55-6d1d3c1f2a10"
	secret    = "SplxlOBeZQQYbYS6WxSbIA"
	labIssuer = "http://localhost:8081/" + lab
)

// run is the events of a flow that has something of everything.
func run(code string) []event.Event {
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"flow":"f-1","code":"`+code+`"}`)) + ".signature"
	return []event.Event{
		{Kind: event.KindNote, From: event.Client, To: event.Browser, Note: &event.Note{Name: event.NoteOpen, Fields: []event.Field{
			{Name: "url", Value: labIssuer + "/authorize?client_id=demo-client&scope="},
		}}},
		{Kind: event.KindRequest, From: event.Browser, To: event.Auth, Request: &event.Request{
			Method: "POST", URL: labIssuer + "/login?request=" + strings.Repeat("r", 22), Body: "pick=alice",
			Header: []event.Field{{Name: "User-Agent", Value: "Mozilla"}, {Name: "Content-Type", Value: "application/x-www-form-urlencoded"}},
		}},
		{Kind: event.KindVerdict, From: event.Auth, Verdict: &event.Verdict{Guard: "state.require", Outcome: event.WouldRefuse, Reason: "the request has no state"}},
		{Kind: event.KindChange, From: event.Auth, Change: &event.Change{What: "code", Action: "stored", Key: code, Fields: []event.ChangeField{
			{Name: "subject", To: "alice"}, {Name: "expires", To: "2026-03-01T10:42:07Z"},
		}}},
		{Kind: event.KindChange, From: event.Lab, Change: &event.Change{What: "chapter", Action: "switched"}},
		{Kind: event.KindResponse, From: event.Auth, To: event.Browser, Response: &event.Response{Status: 303, Header: []event.Field{
			{Name: "Location", Value: "http://localhost:8080/callback?code=" + code + "&state=" + signed},
			{Name: "Set-Cookie", Value: "oauthlab_auth=" + secret + "; Path=/" + lab + "/; HttpOnly"},
		}}},
		{Kind: event.KindResponse, From: event.Auth, To: event.Client, Response: &event.Response{Status: 200, Body: `{"token_type":"Bearer","expires_in":3600}`}},
	}
}

func write(events []event.Event) string {
	w := trace.NewWriter(labIssuer, labIssuer, trace.Place{Address: "http://localhost:8080", Name: "{lab}"}, trace.Place{Address: "/" + lab, Name: "{path}"})
	var text strings.Builder
	for _, e := range events {
		text.WriteString(w.Event(e))
	}
	return text.String()
}

func TestWrite(t *testing.T) {
	const want = `client -> browser: open
    url = {issuer}/authorize
    client_id = demo-client
    scope = 
browser -> auth: POST {issuer}/login
    Content-Type: application/x-www-form-urlencoded
    request = <request-1>
    pick = alice
auth: state.require would-refuse the request has no state
auth: code stored <code-1>
    subject = alice
    expires = <time>
lab: chapter switched
auth -> browser: 303
    Location: {lab}/callback
    code = <code-1>
    state = <state-1 carries <code-1> flow>
    Set-Cookie: oauthlab_auth=<oauthlab_auth-1>; Path={path}/; HttpOnly
auth -> client: 200
    expires_in = 3600
    token_type = Bearer
`
	got := write(run(strings.Repeat("c", 22)))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if again := write(run(strings.Repeat("d", 22))); again != got {
		t.Errorf("another run reads otherwise:\n%s", cmp.Diff(got, again))
	}
}

// What is written is read: each event is a message, or a line of one.
func TestWhatIsWrittenIsRead(t *testing.T) {
	events := run(strings.Repeat("c", 22))
	messages := trace.Parse(write(events))
	read := len(messages)
	for _, m := range messages {
		for _, l := range m.Lines {
			if l.Kind == trace.Check || l.Kind == trace.Stored {
				read++
			}
		}
	}
	if read != len(events) {
		t.Errorf("of %d events %d are read: %+v", len(events), read, messages)
	}
	for i, want := range []event.Kind{event.KindNote, event.KindRequest, event.KindResponse, event.KindResponse} {
		if messages[i].Kind != want {
			t.Errorf("message %d is a %s, want a %s", i+1, messages[i].Kind, want)
		}
	}
}
