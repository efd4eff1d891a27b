//go:build !js

package dialogs

import (
	"oauthlab/app/timeline"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

// Stories are those of what was told of a user, and of a token that Mallory writes.
func Stories() []widget.Story {
	claim := func(name, value, means string) timeline.Param {
		return timeline.Param{Name: name, Value: value, Means: means}
	}
	shown := []timeline.Fact{{Name: "Signed by", Value: "nobody: it is an answer, and no document"}, {Name: "For", Value: "whoever shows the access token"}}
	login := timeline.Triptych{
		Who: "Mallory at the web app",
		Told: []timeline.Told{
			{Title: "ID token", From: event.Auth, About: "Made by the auth server, for the web app.",
				Facts:  []timeline.Fact{{Name: "Signed by", Value: "the auth server, with HS256 and a secret that the client has too"}, {Name: "For", Value: "demo-web"}},
				Claims: []timeline.Param{claim("sub", "mallory", "Who the token's user is."), {Name: "exp", Value: "1795987098", Also: "29 November 2026, 21:18:18 UTC"}}},
			{Title: "UserInfo", From: event.Auth, About: "Told by the auth server, on request.", Facts: shown, Claims: []timeline.Param{claim("email", "alice@example.com", "The user's e-mail address.")}},
			{Title: "API profile", From: event.API, About: "Told by the API, on request.", Missing: "Nobody asked for it in this login."},
		},
		Knows: []timeline.Knowledge{
			{Question: "Who signed in", Claim: "sub", Answers: []string{"mallory", "", ""}},
			{Question: "E-mail", Claim: "email", Answers: []string{"", "alice@example.com", ""}},
			{Question: "Photos and notes", Answers: []string{"", "", "1 photo, 0 notes"}},
		},
	}
	return []widget.Story{
		{Name: "who knows what", UI: knowsOf(login)},
		{Name: "who knows what, of nobody", UI: knowsOf(timeline.Triptych{})},
		{Name: "which API takes which token", UI: tokenTable(compared(), true, func() {}, nil)},
		{Name: "which API takes which token, without any", UI: tokenTable(timeline.TokenTable{}, true, func() {}, nil)},
		{Name: "three ways to act, two of them done", UI: waysOf([]timeline.Way{
			{Way: "exchange", Title: "It exchanges her token", Came: "“Electricity” stands in the calendar of Alice, on 2026-12-15.",
				Billing:  timeline.Showing{Token: "Zq3x…", Value: "Zq3x-billing", Status: 200, Knows: "Alice. Nothing of an agent."},
				Calendar: timeline.Showing{Token: "k9Lw…", Value: "k9Lw-calendar", Status: 201, Knows: "Alice, and that demo-agent acts for her."},
				Chain:    []string{"demo-agent", "alice"}},
			{Way: "as-itself", Title: "It acts as itself"},
			{Way: "pass-through", Title: "It passes her token on", Came: "The calendar did not let the agent in: it answered 401.",
				Billing:  timeline.Showing{Token: "Zq3x…", Value: "Zq3x-billing", Status: 200, Knows: "Alice. Nothing of an agent."},
				Calendar: timeline.Showing{Token: "Zq3x…", Value: "Zq3x-billing", Status: 401, Knows: "nothing, since the auth server calls the token inactive."}},
		}, "http://localhost:8085/1/done", true, func() {})},
		{Name: "JWT workbench, with an answer", UI: forge(session.New(page.Content{}), session.Screen{Forge: session.Forge{
			Forgery: api.Forgery{Key: api.KeyNone},
			Laid:    api.Forgery{Header: `{"alg": "none"}`, Claims: `{"sub": "alice"}`},
			Forged:  api.Forged{Token: "eyJhbGciOiAibm9uZSJ9.eyJzdWIiOiAiYWxpY2UifQ.", Status: 401, Answer: `{"error":"invalid_token"}`},
			Sent:    true,
		}})},
	}
}

// compared is a table in which a token was shown to some.
func compared() timeline.TokenTable {
	return timeline.TokenTable{
		Endpoints: []timeline.Endpoint{{Name: "billing", Path: "/billing", At: event.API}, {Name: "calendar", Path: "/calendar", At: event.API}, {Name: "/api/me", Path: "/api/me", At: event.API}},
		Rows: []timeline.TokenRow{
			{Token: "Zq3x…", Value: "Zq3x-billing", For: "billing", Cells: []timeline.TokenCell{
				{Status: 200, Taken: true}, {Status: 401, Who: "Auth server: introspection audience: called inactive"}, {},
			}},
			{Token: "k9Lw…", Value: "k9Lw-all", For: "all of them", Cells: []timeline.TokenCell{
				{Status: 200, Taken: true}, {Status: 200, Taken: true, Who: "API: audience of the calendar would refuse"}, {Status: 200, Taken: true, Who: "nobody looked at aud"},
			}},
		},
	}
}
