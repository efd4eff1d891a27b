//go:build !js

package ui

import (
	"slices"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/lab"
	"oauthlab/app/tag"
	"oauthlab/app/ui/dialogs"
	"oauthlab/app/ui/lesson"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/panel"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/stage"
	"oauthlab/app/ui/widget"
)

// StoriesPath is the page of the components' stories, for who works on them. Only the
// server draws it: the query keeps the program for the browser away.
const StoriesPath = "/stories"

// RouteStories registers the page, in development, and below it a chapter's page of a
// course at its full size, as a narrow screen shows each of its columns. list writes the
// list of chapters of a page.
func RouteStories(list func(all []page.ChapterLink, here page.ChapterLink) string) {
	r := newRoom(list)
	app.Route(StoriesPath, func() app.Composer { return &stories{room: r} })
	for _, row := range panes() {
		app.Route(StoriesPath+"/"+string(row.pane), func() app.Composer { return &stories{room: r, pane: row.pane} })
	}
}

// stories shows every component in each of its states, with invented content.
type stories struct {
	app.Compo
	room room
	pane session.Pane // of the room; "" for the components beside each other
}

func (s *stories) Render() app.UI {
	if s.pane != "" {
		return s.room.page(s.pane)
	}
	var sections []app.UI
	for _, one := range slices.Concat(s.room.stories(), stage.Stories(), panel.Stories(), lesson.Stories(), dialogs.Stories(), noticeStories()) {
		sections = append(sections, tag.Section("story").Aria("label", one.Name).Body(
			tag.H2("story-title").Text(one.Name),
			one.UI,
		))
	}
	return tag.Div("landing").Body(
		tag.Header("landing-top").Body(widget.Logo()),
		tag.Main("landing-main").Body(append([]app.UI{tag.H1("landing-title").Text("Components")}, sections...)...),
	)
}

// noticeStories are those of what is said above the page.
func noticeStories() []widget.Story {
	return []widget.Story{
		{Name: "notice, cut off", UI: &noticeBar{Status: lab.Reconnecting}},
		{Name: "notice, refused", UI: &noticeBar{Status: lab.Reconnecting, Why: "This lab is open in too many places at once. Close one of the other tabs or programs that follow it."}},
		{Name: "notice, gone", UI: &noticeBar{Notice: session.Notice{Text: "This lab is gone: the server no longer knows it. Labs that nobody uses expire.", Again: true}}},
		{Name: "notice, a problem", UI: &noticeBar{Notice: session.Notice{Text: "The server cannot be reached. Try again when it is back."}}},
		{Name: "notice, a new version", UI: &noticeBar{Outdated: true}},
	}
}
