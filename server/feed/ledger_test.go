package feed

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
)

func TestTheLedgerTellsWhatHappenedAndNoSecret(t *testing.T) {
	const secret = "SplxlOBeZQQYbYS6WxSbIA"
	var out bytes.Buffer
	ledger := Ledger{slog.New(slog.NewJSONHandler(&out, nil))}
	events := []event.Event{
		{Seq: 1, Kind: event.KindRequest, From: event.Browser, To: event.Auth, Request: &event.Request{
			Method: "GET", URL: "http://a/id/authorize?code=" + secret, Body: "code=" + secret,
		}},
		{Seq: 2, Kind: event.KindResponse, From: event.Auth, To: event.Browser, Response: &event.Response{
			Status: 303, Body: secret, Header: []event.Field{{Name: "Location", Value: "/?code=" + secret}},
		}},
		{Seq: 3, Kind: event.KindVerdict, From: event.Auth, Verdict: &event.Verdict{Guard: "pkce.verify", Outcome: event.Refused}},
		{Seq: 4, Kind: event.KindChange, From: event.Auth, Change: &event.Change{What: "code", Action: "stored", Key: secret}},
		{Seq: 5, Kind: event.KindNote, From: event.Client, Note: &event.Note{Name: "tokens", Text: secret, Fields: []event.Field{{Name: "t", Value: secret}}}},
	}
	for _, e := range events {
		ledger.Write(uuid.New(), e)
	}
	if strings.Contains(out.String(), secret) {
		t.Errorf("a secret stands in the log:\n%s", out.String())
	}
	want := []map[string]any{
		{"msg": "request", "method": "GET", "url": "http://a/id/authorize"}, {"msg": "response", "status": 303.0},
		{"msg": "verdict", "guard": "pkce.verify", "outcome": "refused"}, {"msg": "change", "what": "code", "action": "stored"},
		{"msg": "note", "name": "tokens"},
	}
	lines := json.NewDecoder(&out)
	for i, fields := range want {
		var line map[string]any
		if err := lines.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line["seq"] != float64(i+1) {
			t.Errorf("line %d is %v", i+1, line)
		}
		for name, value := range fields {
			if line[name] != value {
				t.Errorf("line %d has %s %v, want %v", i+1, name, line[name], value)
			}
		}
	}
}
