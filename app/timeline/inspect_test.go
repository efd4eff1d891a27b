package timeline

import (
	"strings"
	"testing"

	"oauthlab/lessons/event"
)

// inspectFirst inspects the first event that the check finds.
func inspectFirst(t *testing.T, events []event.Event, is func(event.Event) bool) Message {
	t.Helper()
	for _, e := range events {
		if is(e) {
			m, ok := Inspect(events, e.Seq)
			if !ok {
				t.Fatalf("event %d is not found", e.Seq)
			}
			return m
		}
	}
	t.Fatal("no such event")
	return Message{}
}

func isToken(e event.Event) bool {
	return e.Request != nil && e.Request.Method == "POST" && e.Request.Body != "" && strings.HasSuffix(e.Request.URL, "/token")
}
func isAnswer(e event.Event) bool {
	return e.Response != nil && strings.HasPrefix(e.Response.Body, "{")
}
func isCallback(e event.Event) bool { return e.Note != nil && e.Note.Name == event.NoteCallback }
func isAuthorize(e event.Event) bool {
	return e.Request != nil && strings.Contains(e.Request.URL, "/authorize?")
}

func TestParametersAreDecoded(t *testing.T) {
	tests := map[string]struct {
		is   func(event.Event) bool
		want string
	}{
		"query":        {isAuthorize, "query response_type=code, query client_id=demo-client, query redirect_uri=http://localhost:8080/callback, query state=kJ3nq9sVbT0pX, query code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM, query code_challenge_method=S256"},
		"form":         {isToken, "form grant_type=authorization_code, form code=SplxlOBeZQQYbYS6WxSbIA, form code_verifier=dBjftJeZ4CVP"},
		"JSON":         {isAnswer, "JSON access_token=mF_9.B5f-4.1JqM, JSON token_type=Bearer, JSON expires_in=3600"},
		"a note's URL": {isCallback, "query code=SplxlOBeZQQYbYS6WxSbIA, query state=kJ3nq9sVbT0pX"},
		"Location": {func(e event.Event) bool {
			return e.Response != nil && e.Response.Status == 303 && strings.Contains(headerOf(e.Response.Header, "location"), "code=")
		}, "Location code=SplxlOBeZQQYbYS6WxSbIA, Location state=kJ3nq9sVbT0pX"},
		"note's fields": {func(e event.Event) bool { return e.Note != nil && e.Note.Name == event.NoteState }, "note state=kJ3nq9sVbT0pX"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range inspectFirst(t, record(aRun), tt.is).Params {
				got = append(got, p.In+" "+p.Name+"="+p.Value)
				if p.Means == "" || p.Section == "" {
					t.Errorf("%s is not explained", p.Name)
				}
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("%s\nwant %s", strings.Join(got, ", "), tt.want)
			}
		})
	}
}

// RFC 6749 specifies the errors of a redirect and those of the token endpoint apart.
func TestAnErrorHasTheSectionOfItsEndpoint(t *testing.T) {
	answer := func(header, value, body string) event.Event {
		return event.Event{Response: &event.Response{Header: []event.Field{{Name: header, Value: value}}, Body: body}}
	}
	tests := map[string]struct {
		event event.Event
		want  string
	}{
		"sent by a redirect":    {answer("Location", "/callback?error=x&error_description=y", ""), "RFC 6749 §4.1.2.1"},
		"read in the callback":  {event.Event{Note: &event.Note{Fields: []event.Field{{Name: "url", Value: "/callback?error=x"}}}}, "RFC 6749 §4.1.2.1"},
		"of the token endpoint": {answer("Content-Type", "application/json", `{"error":"x","error_description":"y"}`), "RFC 6749 §5.2"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			params := ParamsOf(tt.event)
			if len(params) == 0 {
				t.Error("there are no parameters")
			}
			for _, p := range params {
				if p.Section != tt.want {
					t.Errorf("%s is said to be of %s, want %s", p.Name, p.Section, tt.want)
				}
			}
		})
	}
}

// The lab's own word for what to do has a sentence too.
func TestTheHintOfAnErrorIsExplained(t *testing.T) {
	params := ParamsOf(event.Event{Response: &event.Response{
		Header: []event.Field{{Name: "Content-Type", Value: "application/json"}}, Body: `{"hint":"x"}`,
	}})
	if len(params) != 1 || params[0].Means == "" {
		t.Errorf("parameters %+v", params)
	}
}

func TestRawIsWhatWasOnTheWire(t *testing.T) {
	m := inspectFirst(t, record(aRun), isToken)
	want := "POST " + as + "/token\nContent-Type: application/x-www-form-urlencoded\n\ngrant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA&code_verifier=dBjftJeZ4CVP"
	if m.Raw != want {
		t.Errorf("%q\nwant %q", m.Raw, want)
	}
}

func TestChecksOfAMessage(t *testing.T) {
	tests := map[string]struct {
		is   func(event.Event) bool
		want string
	}{
		"by the server":           {isToken, "PKCE verifier"},
		"by the client":           {isCallback, "state match"},
		"none on an answer":       {isAnswer, ""},
		"of the request, not all": {isAuthorize, "redirect URI match"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range inspectFirst(t, record(aRun), tt.is).Checks {
				got = append(got, p.Text)
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("checks %q, want %q", got, tt.want)
			}
		})
	}
}

func TestVerdictIsInspectable(t *testing.T) {
	m := inspectFirst(t, record(won), func(e event.Event) bool { return e.Verdict != nil && e.Verdict.Outcome == event.WouldRefuse })
	if m.Verdict.Guard != "pkce.verify" || !strings.Contains(m.Raw, "server/x.go:7") {
		t.Errorf("message %+v", m)
	}
}

func TestNothingIsFoundWhereNothingIs(t *testing.T) {
	for _, seq := range []uint64{0, 999} {
		if m, ok := Inspect(record(aRun), seq); ok {
			t.Errorf("position %d gives %+v", seq, m)
		}
	}
}

// Whatever a stranger's client sends is drawn, not trusted.
func TestOddMessagesDoNoHarm(t *testing.T) {
	events := record(func(r *recording) {
		r.request("stranger", "POST", "http://[::bad", "%zz=%&&=;")
		r.response("nobody", "stranger", 500, fields("Content-Type", "application/json"), "[1,2")
		r.request("stranger", "", "", "")
		r.add(event.Event{From: "stranger", Kind: event.KindNote, Note: &event.Note{Name: "unknown"}})
		r.add(event.Event{From: event.Lab, Kind: event.KindChange, Change: &event.Change{What: "protection", Action: "switched"}})
		r.add(event.Event{From: event.Lab, Kind: event.KindNote, Note: &event.Note{Name: event.NoteAttackEnds}})
		r.add(event.Event{From: event.Auth, Kind: event.KindRequest})
	})
	v := Reduce(events)
	for _, e := range events {
		Inspect(events, e.Seq)
	}
	Progress(Lesson{Steps: chapter}, events)
	if row := rowWith(t, v, "POST an unreadable address"); row.From != "stranger" {
		t.Errorf("row %+v", row)
	}
}
