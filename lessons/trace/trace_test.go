package trace_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/event"
	"oauthlab/lessons/trace"
)

const before = `client -> browser: open
    url = {issuer}/authorize
    client_id = demo
browser -> auth: GET {issuer}/authorize
    client_id = demo
auth: registered-client passed
auth: code stored <code-1>
    subject = alice
auth -> browser: 303
    Cache-Control: no-store
    code = <code-1>
`

func TestParse(t *testing.T) {
	want := []trace.Message{
		{Kind: event.KindNote, From: "client", To: "browser", Head: "open", Place: 1, Lines: []trace.Line{
			{Kind: trace.Parameter, Name: "url", Text: "url = {issuer}/authorize", Place: 2},
			{Kind: trace.Parameter, Name: "client_id", Text: "client_id = demo", Place: 3},
		}},
		{Kind: event.KindRequest, From: "browser", To: "auth", Head: "GET /authorize", Place: 4, Lines: []trace.Line{
			{Kind: trace.Parameter, Name: "client_id", Text: "client_id = demo", Place: 5},
			{Kind: trace.Check, Name: "registered-client", Text: "auth: registered-client passed", Place: 6},
			{Kind: trace.Stored, Text: "auth: code stored <code-1>", Place: 7},
			{Kind: trace.Detail, Text: "subject = alice", Of: "auth: code stored <code-1>", Place: 8},
		}},
		{Kind: event.KindResponse, From: "auth", To: "browser", Head: "303", Answer: "GET /authorize", Place: 9, Lines: []trace.Line{
			{Kind: trace.Status, Text: "303", Place: 9},
			{Kind: trace.Header, Name: "Cache-Control", Text: "Cache-Control: no-store", Place: 10},
			{Kind: trace.Parameter, Name: "code", Text: "code = <code-1>", Place: 11},
		}},
	}
	if diff := cmp.Diff(want, trace.Parse(before)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDiff(t *testing.T) {
	edit := func(pairs ...string) string {
		after := strings.NewReplacer(pairs...).Replace(before)
		if after == before {
			t.Fatalf("%q changes nothing", pairs)
		}
		return after
	}
	tests := map[string]struct{ after, want string }{
		"nothing": {before, ""},
		"a parameter more": {
			edit("GET {issuer}/authorize\n    client_id = demo\n", "GET {issuer}/authorize\n    client_id = demo\n    state = <state-1>\n"),
			"  GET /authorize\n   client_id = demo\n  +state = <state-1>\n   auth: registered-client passed\n   auth: code stored <code-1>\n   subject = alice\n",
		},
		"another value": {
			edit("code = <code-1>", "code = 1"),
			"  303\n   303\n   Cache-Control: no-store\n  -code = <code-1>\n  +code = 1\n",
		},
		"another status": {
			edit("303", "400"),
			"  400\n  -303\n  +400\n   Cache-Control: no-store\n   code = <code-1>\n",
		},
		"a message more": {
			before + "client -> auth: POST {issuer}/token\n    code = <code-1>\n",
			"+ POST /token\n  +code = <code-1>\n",
		},
		"a message less": {
			edit("client -> browser: open\n    url = {issuer}/authorize\n    client_id = demo\n", ""),
			"- open\n  -url = {issuer}/authorize\n  -client_id = demo\n",
		},
		"what a change keeps belongs to that change": {
			edit("code stored <code-1>", "session stored alice"),
			"  GET /authorize\n   client_id = demo\n   auth: registered-client passed\n  -auth: code stored <code-1>\n  -subject = alice\n  +auth: session stored alice\n  +subject = alice\n",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			for _, d := range trace.Diff(trace.Parse(before), trace.Parse(tt.after)) {
				got.WriteString(string(d.Sign) + " " + d.Message.Head + "\n")
				for _, l := range d.Lines {
					got.WriteString("  " + string(l.Sign) + l.Line.Text + "\n")
				}
			}
			if diff := cmp.Diff(tt.want, got.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
