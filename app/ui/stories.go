//go:build !js

package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/lab"
	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// StoriesPath is the page of the components' stories, for who works on them. Only the
// server draws it: the query keeps the program for the browser away.
const StoriesPath = "/stories"

// RouteStories registers the page, in development.
func RouteStories() {
	app.Route(StoriesPath, func() app.Composer { return &stories{} })
}

// stories shows every component in each of its states, with invented content.
type stories struct{ app.Compo }

type story struct {
	name string
	ui   app.UI
}

func (s *stories) Render() app.UI {
	var sections []app.UI
	for _, one := range told() {
		sections = append(sections, tag.Section("story").Aria("label", one.name).Body(
			tag.H2("toc-title").Text(one.name),
			one.ui,
		))
	}
	return tag.Div("landing").Body(
		tag.Header("landing-top").Body(logo()),
		tag.Main("landing-main").Body(append([]app.UI{tag.H1("landing-title").Text("Components")}, sections...)...),
	)
}

func told() []story {
	pkce, _ := guard.Find("pkce")
	off := guard.Switches{guard.IDPKCE: "off", guard.IDPKCERequired: "off", guard.IDPKCEPlain: "off", guard.IDPKCEDowngrade: "off"}
	attack := api.Attack{ID: "a", Title: "Intercepted code redeemed", Story: "Mallory reads the log.", Sections: []string{"RFC 7636 §1"}}
	guess := lessons.Prediction{Question: "What can she do with it?", Options: []lessons.Option{
		{Text: "Nothing", Reply: "Not quite."}, {Text: "Redeem it", Right: true, Reply: "Yes."},
	}}
	return []story{
		{"verdicts", bandOf(timeline.Row{
			Kind: timeline.RowMessage, Seq: 1, From: event.Mallory, To: event.Auth, Text: "POST /token",
			Pills: []timeline.Pill{
				{At: event.Auth, Outcome: event.Passed, Text: "client"},
				{At: event.Auth, Outcome: event.WouldRefuse, Text: "PKCE verifier would refuse", Reason: "the verifier does not match"},
				{At: event.Auth, Outcome: event.Refused, Text: "PKCE verifier refused", Reason: "the verifier does not match"},
			},
		})},
		{"messages", bandOf(
			timeline.Row{Kind: timeline.RowMessage, Seq: 1, From: event.Browser, To: event.Auth, Text: "GET /authorize"},
			timeline.Row{Kind: timeline.RowMessage, Seq: 2, From: event.Auth, To: event.Browser, Text: "400", Fault: true},
			timeline.Row{Kind: timeline.RowMessage, Seq: 3, From: event.Browser, To: event.Mallory, Text: "leaks the URL", Leak: true},
		)},
		{"how an attack ends", bandOf(
			timeline.Row{Kind: timeline.RowCard, Card: &timeline.Card{Won: true, Title: "Mallory holds Alice's token", Detail: "No check stood in her way."}},
			timeline.Row{Kind: timeline.RowCard, Card: &timeline.Card{Title: "Stopped by PKCE", Detail: "The verifier does not match the challenge.", Sides: timeline.Sides{Gained: []string{"Alice's code, used up."}}}},
			timeline.Row{Kind: timeline.RowCard, Card: &timeline.Card{Cut: true, Title: "The attack was cut short", Detail: "The lab is asked too much, or full: no check stopped Mallory."}},
		)},
		{"protection, on", tag.Ul().Body(&protection{Standing: storyOf(pkce, nil), Ready: true})},
		{"protection, off", tag.Ul().Body(&protection{Standing: storyOf(pkce, off), Ready: true, Here: true})},
		{"attack, not tried", tag.Ul().Body(&attackCard{Attack: attack, Ready: true})},
		{"attack, got in", tag.Ul().Body(&attackCard{Attack: attack, Tried: true, End: timeline.AttackEnd{Attack: "a", Won: true}, Ready: true})},
		{"attack, stopped", tag.Ul().Body(&attackCard{Attack: attack, Tried: true, End: timeline.AttackEnd{Attack: "a"}, Ready: true})},
		{"prediction, open", &prediction{Step: "s1", Prediction: guess, Answer: -1}},
		{"prediction, not quite", &prediction{Step: "s2", Prediction: guess, Answer: 0}},
		{"prediction, right", &prediction{Step: "s3", Prediction: guess, Answer: 1}},
		{"notice, cut off", &noticeBar{Status: lab.Reconnecting}},
		{"notice, refused", &noticeBar{Status: lab.Reconnecting, Why: "This lab is open in too many places at once. Close one of the other tabs or programs that follow it."}},
		{"notice, gone", &noticeBar{Notice: notice{Text: "This lab is gone: the server no longer knows it. Labs that nobody uses expire.", Again: true}}},
		{"notice, a problem", &noticeBar{Notice: notice{Text: "The server cannot be reached. Try again when it is back."}}},
		{"notice, a new version", &noticeBar{Outdated: true}},
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

func storyOf(p guard.Protection, s guard.Switches) standing {
	in := api.Protection{On: s.ProtectionOn(p), Parts: map[string]any{}}
	for _, part := range p.Parts {
		in.Parts[string(part.ID)] = s.Setting(part)
	}
	return standingOf(p, in, guard.Rules{}, nil)
}
