package timeline

import (
	"testing"

	"oauthlab/lessons/event"
)

func TestWhatIsWrongLeadsToItsCures(t *testing.T) {
	location := func(to string) []event.Field { return []event.Field{{Name: "Location", Value: to}} }
	json := []event.Field{{Name: "Content-Type", Value: "application/json"}}
	page := []event.Field{{Name: "Content-Type", Value: "text/html; charset=utf-8"}}
	verdict := func(o event.Outcome) event.Event {
		return event.Event{Verdict: &event.Verdict{Guard: "pkce.verify", Outcome: o, Reason: "the verifier does not match the challenge"}}
	}
	note := func(name, text string, fields ...event.Field) event.Event {
		return event.Event{Note: &event.Note{Name: name, Text: text, Fields: fields}}
	}
	answer := func(status int, header []event.Field, body string) event.Event {
		return event.Event{Response: &event.Response{Status: status, Header: header, Body: body}}
	}
	const wrong = "/troubleshooting?guard=pkce.verify&says=the+verifier+does+not+match+the+challenge"
	tests := map[string]struct {
		e    event.Event
		want string
	}{
		"a check that refused":           {verdict(event.Refused), wrong},
		"a check that would refuse":      {verdict(event.WouldRefuse), wrong},
		"a check that passed":            {verdict(event.Passed), ""},
		"an error of the token endpoint": {answer(400, json, `{"error":"invalid_grant","error_description":"This code has expired.","hint":"x"}`), "/troubleshooting?error=invalid_grant&says=This+code+has+expired."},
		"an error without a description": {answer(401, json, `{"error":"invalid_client"}`), "/troubleshooting?error=invalid_client"},
		"a token":                        {answer(200, json, `{"access_token":"a"}`), ""},
		"a redirect with an error":       {answer(303, location("http://localhost:8080/callback?error=invalid_request&error_description=The+request+has+no+state."), ""), "/troubleshooting?error=invalid_request&says=The+request+has+no+state."},
		"a redirect with a code":         {answer(303, location("http://localhost:8080/callback?code=c"), ""), ""},
		"an error page":                  {answer(400, page, `<p><a href="http://localhost:8080/troubleshooting?says=This%20client%20is%20not%20registered." target="_blank">`), "/troubleshooting?says=This%20client%20is%20not%20registered."},
		"an error page that was cut":     {answer(400, page, `<p><a href="http://localhost:8080/troubleshooting?says=Thi`), "/troubleshooting?says=Thi"},
		"a page":                         {answer(200, page, `<a href="http://localhost:8080/troubleshooting?says=x">`), ""},
		"an answer that says nothing":    {answer(421, nil, ""), "/troubleshooting?status=421"},
		"a callback with an error":       {note(event.NoteCallback, "", event.Field{Name: "url", Value: "http://localhost:8080/callback?error=access_denied"}), "/troubleshooting?error=access_denied"},
		"a callback with a code":         {note(event.NoteCallback, "", event.Field{Name: "url", Value: "http://localhost:8080/callback?code=c"}), ""},
		"a client that gave up":          {note(event.NoteFlowFailed, "The client gives up: x"), "/troubleshooting?says=The+client+gives+up%3A+x"},
		"a wrong password":               {note(event.NoteLoginRefused, "Wrong."), "/troubleshooting?says=Wrong."},
		"a refused call":                 {note(event.NoteCallRefused, "No."), "/troubleshooting?says=No."},
		"any other note":                 {note(event.NoteMail, "Read this."), ""},
		"a request":                      {event.Event{Request: &event.Request{Method: "GET", URL: "http://localhost:8081/x?error=y"}}, ""},
		"nothing":                        {event.Event{}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := troubleOf(tt.e); got != tt.want {
				t.Errorf("it leads to %q, want %q", got, tt.want)
			}
		})
	}
}
