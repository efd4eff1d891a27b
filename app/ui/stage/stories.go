//go:build !js

package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/event"
)

// Stories are those of the diagram.
func Stories() []widget.Story {
	return []widget.Story{
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
			timeline.Row{Kind: timeline.RowCard, Card: &timeline.Card{Won: true, Title: "Mallory holds Alice's token", Detail: "No check stood in her way."}},
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
