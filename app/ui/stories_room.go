//go:build !js

package ui

import (
	"fmt"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/panel"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/stage"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/param"
)

// room is a made-up course of the size that the screen has room for: 26 chapters and two
// to read, 60 protections, 80 attacks, ten lanes.
type room struct {
	content  page.Content
	statuses []session.ProtectionStatus
	ends     []timeline.AttackEnd
	bands    []timeline.Band
}

// roomPlan is a chapter a row: its part, number, title, and how many protections and attacks
// it brings.
var roomPlan = []struct {
	part, id, title      string
	protections, attacks int
}{
	{"Part I · The spine", "v01", "Login and code", 4, 4},
	{"Part I · The spine", "v02", "State", 1, 3},
	{"Part I · The spine", "v03", "PKCE and the token endpoint", 5, 11},
	{"Part I · The spine", "v04", "A protected API", 6, 4},
	{"Part I · The spine", "v05", "Refresh tokens", 3, 3},
	{"Part I · The spine", "v06", "Split servers", 5, 5},
	{"Part I · The spine", "v07", "OpenID Connect", 8, 6},
	{"Reading", "industry", "What industry ships", 0, 0},
	{"Part I · The spine", "v08", "JWKS and RS256", 4, 6},
	{"Part I · The spine", "v09", "Resource indicators", 3, 5},
	{"Part I · The spine", "v10", "Token exchange", 4, 7},
	{"Reading", "agents", "Agents", 0, 0},
	{"Part II · A provider people can live with", "v11", "Consent, scopes and policies", 4, 7},
	{"Part II · A provider people can live with", "v12", "Who is the client?", 3, 5},
	{"Part II · A provider people can live with", "v13", "Logout and revocation", 4, 5},
	{"Part II · A provider people can live with", "v14", "Registration", 3, 4},
	{"Part II · A provider people can live with", "v15", "No browser here", 3, 5},
	{"Part III · Agents", "v16", "A protected MCP server", 0, 0},
	{"Part III · Agents", "v17", "Cross-app access", 0, 0},
	{"Part IV · Hardening", "v18", "Redirect URIs", 0, 0},
	{"Part IV · Hardening", "v19", "The leaky browser", 0, 0},
	{"Part IV · Hardening", "v20", "The museum", 0, 0},
	{"Part IV · Hardening", "v21", "Two authorization servers", 0, 0},
	{"Part IV · Hardening", "v22", "DPoP", 0, 0},
	{"Part IV · Hardening", "v23", "Mutual TLS behind a proxy", 0, 0},
	{"Part IV · Hardening", "v24", "PAR, JAR and JARM", 0, 0},
	{"Part IV · Hardening", "v25", "XSS and the BFF", 0, 0},
	{"Part IV · Hardening", "v26", "The exam", 0, 0},
}

// roomHere is the chapter that is shown; what comes after it is still to come.
const roomHere = "v15"

// newRoom makes it up. list writes the list of chapters, as the server does.
func newRoom(list func([]page.ChapterLink, page.ChapterLink) string) room {
	parties := []event.Party{event.Auth, event.Client, event.API}
	r := room{content: page.Content{Chapter: lessons.Chapter{ID: roomHere, Version: roomHere, Title: "No browser here", Question: "Who types the code?", Before: "v14"}}}
	var here page.ChapterLink
	var done []string
	for _, row := range roomPlan {
		link := page.ChapterLink{ID: row.id, Title: row.title, Part: row.part}
		if here.ID == "" {
			link.Path = StoriesPath
			done = append(done, fmt.Sprintf(`data-tick="%s %s"`, row.id, lessons.Run))
		}
		if row.id < "v10" {
			done = append(done, fmt.Sprintf(`data-tick="%s %s"`, row.id, lessons.Break), fmt.Sprintf(`data-tick="%s %s"`, row.id, lessons.Mend))
		}
		if row.id == roomHere {
			here = link
		}
		r.content.Chapters = append(r.content.Chapters, link)
		for i := range row.protections {
			id := fmt.Sprintf("p-%s-%d", row.id, i+1)
			check := guard.Part{ID: guard.ID(id), Kind: guard.Guard, Title: "check"}
			p := guard.Protection{
				ID: id, Chapter: row.id, By: parties[i%len(parties)],
				Title: fmt.Sprintf("%s, check %d", row.title, i+1), Stops: "An attack that somebody thought of before this course did.",
			}
			off := id == "p-v03-2" || id == "p-v14-1"
			r.statuses = append(r.statuses, session.ProtectionStatus{Protection: p, On: !off, Safe: !off, Parts: []session.PartStatus{{Part: check, On: !off}}})
			if row.id == roomHere {
				r.content.Chapter.Protections = append(r.content.Chapter.Protections, id)
			}
		}
		for i := range row.attacks {
			id := fmt.Sprintf("a-%s-%d", row.id, i+1)
			r.content.Attacks = append(r.content.Attacks, api.Attack{
				ID: id, Chapter: row.id, Title: fmt.Sprintf("%s, attack %d", row.title, i+1),
				Story: "Mallory does what real attackers do, in two sentences. Then she looks at what she has.", Harm: "Mallory holds what is Alice's.", Sections: []string{"RFC 9700 §4.5"},
			})
			if row.id == roomHere {
				r.content.Chapter.Attacks = append(r.content.Chapter.Attacks, id)
			}
		}
	}
	r.content.List = list(r.content.Chapters, here)
	for _, tick := range done {
		r.content.List = strings.ReplaceAll(r.content.List, `class="toc-mark" `+tick, `class="toc-mark is-done" `+tick)
	}
	r.ends = []timeline.AttackEnd{
		{Attack: "a-v15-1", Won: true}, {Attack: "a-v15-2", By: "User code"}, {Attack: "a-v15-3", Won: true, Stale: true},
	}
	r.bands = roomBands()
	return r
}

// roomBands are a flow and an attack in which ten parties act, neighbours and those far apart.
func roomBands() []timeline.Band {
	row := func(from, to event.Party, text string, pills ...timeline.Pill) timeline.Row {
		return timeline.Row{Kind: timeline.RowMessage, From: from, To: to, Text: text, Pills: pills}
	}
	marked := func(r timeline.Row, name, brief, value, short string, kind param.Mark) timeline.Row {
		r.Marks = append(r.Marks, timeline.Mark{Name: name, Brief: brief, Value: value, Short: short, Kind: kind})
		return r
	}
	const agent, billing, calendar = "Agent", "Billing", "Calendar"
	passed := timeline.Pill{At: event.Auth, Outcome: event.Passed, Text: "may act"}
	flow := []timeline.Row{
		{Kind: timeline.RowSelf, From: event.Client, Text: "makes a verifier"},
		marked(row(event.Browser, event.Auth, "GET /authorize"), "code_challenge", "challenge", "E9Melhoa2Owv", "E9Me…", param.MarkPKCE),
		marked(row(event.Auth, event.Browser, "303 /callback"), "code", "code", "SplxlOBeZQQY", "Splx…", param.MarkCode),
		row(event.Browser, event.Client, "/callback"),
		marked(row(event.Client, agent, "POST /tasks"), "access_token", "token", "mF_9B5f41JqM", "mF_9…", param.MarkToken),
		marked(row(agent, event.Auth, "POST /token"), "subject_token", "subject", "mF_9B5f41JqM", "mF_9…", param.MarkToken),
		row(event.Auth, agent, "200", passed, timeline.Pill{At: agent, Outcome: event.Passed, Text: "narrower"}),
		row(agent, billing, "GET /bills"),
		row(billing, calendar, "GET /week"),
		row(event.Webapp, event.Auth, "POST /introspect"),
	}
	attack := []timeline.Row{
		{Kind: timeline.RowMessage, From: event.Proxy, To: event.Mallory, Text: "leaks the URL", Leak: true, Marks: []timeline.Mark{{Name: "code", Brief: "code", Value: "SplxlOBeZQQY", Short: "Splx…", Kind: param.MarkCode}}},
		row(event.Mallory, event.Auth, "POST /token",
			timeline.Pill{At: event.Auth, Outcome: event.WouldRefuse, Text: "PKCE verifier would refuse", Reason: "the verifier does not match the challenge"}, passed,
			timeline.Pill{At: event.Auth, Outcome: event.Passed, Text: "client"}),
		marked(row(event.Auth, event.Mallory, "200"), "access_token", "token", "tGzv3JOkF0XG", "tGzv…", param.MarkToken),
		row(event.Mallory, calendar, "GET /week",
			timeline.Pill{At: calendar, Outcome: event.Refused, Defends: true, Text: "audience refused", Reason: "the token is for Billing"}),
		row(event.Mallory, event.API, "GET /api/me"),
		{Kind: timeline.RowCard, Card: &timeline.Card{Won: true, Title: "Mallory holds Alice's token", Detail: "No check stood in the way."}},
	}
	return []timeline.Band{
		{Key: "flow", Title: "Alice asks the agent to pay a bill", Messages: len(flow), Rows: numbered(flow, 1)},
		{Key: "attack", Attack: "a-v15-1", Title: "Mallory hands a stolen token on", Messages: len(attack), Rows: numbered(attack, 100)},
	}
}

func numbered(rows []timeline.Row, from uint64) []timeline.Row {
	for i := range rows {
		rows[i].Seq = from + uint64(10*i)
		for j := range rows[i].Pills {
			rows[i].Pills[j].Seq = rows[i].Seq + uint64(j+1)
		}
	}
	return rows
}

// diagram draws the ten lanes.
func (r room) diagram() app.UI {
	return &stage.Diagram{Content: r.content, View: timeline.View{Bands: r.bands}, Present: r.bands, Open: true}
}

// column draws the switches and attacks.
func (r room) column() app.UI {
	return &panel.Column{Content: r.content, Statuses: r.statuses, Ends: r.ends, Open: true, Unfolded: map[string]bool{"panel-protections-v13": true, "panel-attacks-v12": true}}
}

// stories are those of the whole.
func (r room) stories() []widget.Story {
	return []widget.Story{
		{Name: "a course of 26 chapters, the menu", UI: tag.Div("topbar").Body(chapters(r.content))},
		{Name: "60 protections, 80 attacks", UI: tag.Div("story-column").Body(r.column())},
		{Name: "ten lanes", UI: r.diagram()},
	}
}

// page draws it as a chapter's page, of which a narrow screen shows a column.
func (r room) page(pane session.Pane) app.UI {
	return tag.Div("shell", "shows-"+string(pane)).Body(
		&topBar{Content: r.content, Broken: session.Broken(r.statuses), Open: true},
		tag.Main("desk").Body(
			tag.Section("lesson").Aria("label", "Lesson").Body(tag.Div("lesson-scroll").Body(
				tag.P("lesson-chapter").Text("Chapter "+r.content.Chapter.ID), tag.H2("lesson-title").Text(r.content.Chapter.Question),
			)),
			tag.Div("center").Body(r.diagram()),
			r.column(),
		),
		&paneBar{Pane: pane},
	)
}
