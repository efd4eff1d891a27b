package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/lessons/api"
)

// inspector shows one message: as it was on the wire, explained, and the code
// that decided on it.
type inspector struct {
	app.Compo
	Desk    *desk
	Message timeline.Message
	Tab     tab
	Guard   string
	Code    api.Code
	Said    string // what came of the button that copies
}

func (i *inspector) Render() app.UI {
	return tag.Section("inspector").Aria("labelledby", "inspector").Attr("translate", "no").Body(
		tag.H2("unseen").ID("inspector").Text("Inspector"),
		tag.Div("inspector-bar").Body(
			tag.Div("tabs").Role("tablist").Aria("label", "Views of the message").
				OnKeyDown(roving("[role=tab]", true)).Body(
				i.tabButton(tabRaw, "Raw"),
				i.tabButton(tabDecoded, "Decoded"),
				i.tabButton(tabCurl, "curl"),
				i.tabButton(tabWhy, "Why"),
			),
			tag.P("inspector-title").Title(i.title()).Text(i.title()),
		),
		tag.Div("inspector-view").ID("inspected").Role("tabpanel").Aria("labelledby", "tab-"+string(i.Tab)).TabIndex(0).Body(i.view()),
	)
}

func (i *inspector) tabButton(t tab, name string) app.UI {
	class := "tab"
	if i.Tab == t {
		class = "tab is-here"
	}
	return tag.Button(class).Role("tab").ID("tab-"+string(t)).Text(name).TabIndex(tabIndex(i.Tab == t)).
		Aria("selected", strconv.FormatBool(i.Tab == t)).Aria("controls", "inspected").
		OnClick(func(app.Context, app.Event) { i.Desk.showTab(t) }, app.EventScope(t))
}

func (i *inspector) title() string {
	if i.Message.Seq == 0 {
		return ""
	}
	return strconv.FormatUint(i.Message.Seq, 10) + " · " + i.Message.Title
}

func (i *inspector) view() app.UI {
	switch {
	case i.Tab == tabWhy:
		return &whyView{Desk: i.Desk, Message: i.Message, Guard: i.Guard, Code: i.Code}
	case i.Message.Seq == 0:
		return tag.P("inspector-empty").Text("Choose a message in the diagram to see what it carries.")
	case i.Tab == tabCurl:
		return &curlView{Desk: i.Desk, Message: i.Message, Said: i.Said}
	case i.Tab == tabRaw:
		return &rawView{Message: i.Message}
	}
	return &decodedView{Desk: i.Desk, Message: i.Message}
}
