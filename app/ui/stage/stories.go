//go:build !js

package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

// Stories are those of the diagram.
func Stories() []widget.Story {
	held := []api.Sheet{
		{ID: "auth", Title: "Auth server", Body: `<div class="sheet party-auth"><table class="sheet-table"><thead><tr><th scope="col">code</th><th scope="col">seen at</th></tr></thead>` +
			`<tbody><tr class="is-new"><td data-label="code"><span class="mark mark-code">Splx…</span> <span class="sheet-mark">new</span></td><td data-label="seen at"><span class="party party-mallory">mallory</span></td></tr></tbody></table></div>`},
		{ID: "mallory", Title: "Mallory's hands · 1", Body: `<div class="sheet party-mallory"><pre class="sheet-json">[]</pre></div>`},
	}
	yours := []api.Sheet{{ID: "register", Title: "Register"}, {ID: "connect", Title: "Point it here", Body: `<div class="sheet yours"><dl class="yours-values"><div><dt>Client id</dt><dd><code>own-1</code></dd></div></dl></div>`}}
	return []widget.Story{
		{Name: "state of the parties, not read yet", UI: &Drawer{Drawer: session.Drawer{Kind: session.DrawerState}}},
		{Name: "state of the parties", UI: &Drawer{Drawer: session.Drawer{Kind: session.DrawerState, Sheets: held}}},
		{Name: "state of the parties, and keys to rotate", UI: &Drawer{Drawer: session.Drawer{Kind: session.DrawerState, Sheets: held}, HasKeys: true, Ready: true}},
		{Name: "state of the parties, in a replay, as JSON", UI: &Drawer{Drawer: session.Drawer{Kind: session.DrawerState, Sheets: held, Of: "mallory", JSON: true}, Replays: true}},
		{Name: "a client of one's own, and its new secret", UI: &Drawer{Drawer: session.Drawer{Kind: session.DrawerClients, Sheets: yours, Of: "connect", Client: "own-1", Secret: "eFdyfeGxb0wAbJWVMqJBLSyBZPsdOGEZfVdQ0mWFVX8"}}},
		{Name: "verdicts", UI: bandOf(timeline.Row{
			Kind: timeline.RowMessage, Seq: 1, From: event.Mallory, To: event.Auth, Text: "POST /token",
			Pills: []timeline.Pill{
				{At: event.Auth, Outcome: event.Passed, Text: "client"},
				{At: event.Auth, Outcome: event.WouldRefuse, Text: "PKCE verifier would refuse", Reason: "the verifier does not match"},
				{At: event.Auth, Outcome: event.Refused, Text: "PKCE refused", Reason: "the verifier does not match"},
			},
		})},
		{Name: "messages", UI: bandOf(
			timeline.Row{Kind: timeline.RowMessage, Seq: 1, From: event.Browser, To: event.Auth, Text: "GET /authorize"},
			timeline.Row{Kind: timeline.RowMessage, Seq: 2, From: event.Auth, To: event.Browser, Text: "400", Fault: true},
			timeline.Row{Kind: timeline.RowMessage, Seq: 3, From: event.Browser, To: event.Mallory, Text: "leaks the URL", Leak: true},
		)},
		{Name: "how an attack ends", UI: bandOf(
			timeline.Row{Kind: timeline.RowCard, Card: &timeline.Card{Won: true, Title: "Mallory holds Alice's token", Detail: "No check stood in the way."}},
			timeline.Row{Kind: timeline.RowCard, Card: &timeline.Card{Title: "Stopped by PKCE", Detail: "The verifier does not match the challenge.", Sides: timeline.Sides{Gained: []string{"Alice's code, used up."}}}},
			timeline.Row{Kind: timeline.RowCard, Card: &timeline.Card{Cut: true, Title: "The attack was cut short", Detail: "The lab is asked too much, or full: no check stopped Mallory."}},
		)},
	}
}

// bandOf draws rows between four lanes.
func bandOf(rows ...timeline.Row) app.UI {
	var lanes []timeline.Lane
	for _, p := range []event.Party{event.Browser, event.Client, event.Auth, event.Mallory} {
		lanes = append(lanes, timeline.Lane{Party: p, Name: timeline.PartyName(p), Brief: timeline.PartyName(p)})
	}
	return tag.Div("diagram", "lanes-4").Body(
		&band{Band: timeline.Band{Key: "b", Title: "A flow", Messages: len(rows), Rows: rows}, Lanes: lanes, Open: true})
}
