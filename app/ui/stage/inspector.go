package stage

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/api"
)

// Inspector shows one message: as it was on the wire, explained, and the code
// that decided on it.
type Inspector struct {
	app.Compo
	Controller *session.Controller
	Message    timeline.Message
	Tab        session.Tab
	Guard      string
	Code       api.Code
	Programs   session.Programs
}

func (i *Inspector) Render() app.UI {
	return tag.Section("inspector").Aria("labelledby", "inspector").Attr("translate", "no").Body(
		tag.H2("unseen").ID("inspector").Text("Inspector"),
		tag.Div("inspector-bar").Body(
			widget.Tabs("tab", "Views of the message", "inspected", string(i.Tab), i.tabs(), func(of string) { i.Controller.ShowTab(session.Tab(of)) }),
			tag.P("inspector-title").Title(i.title()).Text(i.title()),
		),
		tag.Div("inspector-view").ID("inspected").Role("tabpanel").Aria("labelledby", "tab-"+string(i.Tab)).TabIndex(0).Body(i.view()),
	)
}

func (i *Inspector) tabs() []widget.Tab {
	var tabs []widget.Tab
	for _, t := range session.Tabs() {
		tabs = append(tabs, widget.Tab{Of: string(t.Tab), Name: t.Name})
	}
	return tabs
}

func (i *Inspector) title() string {
	if i.Message.Seq == 0 {
		return ""
	}
	return strconv.FormatUint(i.Message.Seq, 10) + " · " + i.Message.Title
}

// view is a row of the table of what the tabs show.
type view struct {
	tab  session.Tab
	draw func(i *Inspector) app.UI
}

// views is the table. All but Why show a message.
func views() []view {
	return []view{
		{session.TabRaw, func(i *Inspector) app.UI { return &rawView{Message: i.Message} }},
		{session.TabDecoded, func(i *Inspector) app.UI { return &decodedView{Controller: i.Controller, Message: i.Message} }},
		{session.TabCode, func(i *Inspector) app.UI {
			return &codeView{Controller: i.Controller, Sends: i.Message.Sends, Programs: i.Programs}
		}},
		{session.TabWhy, func(i *Inspector) app.UI {
			return &whyView{Controller: i.Controller, Message: i.Message, Guard: i.Guard, Code: i.Code}
		}},
	}
}

func (i *Inspector) view() app.UI {
	for _, v := range views() {
		if v.tab == i.Tab && (i.Message.Seq != 0 || i.Tab == session.TabWhy) {
			return v.draw(i)
		}
	}
	return tag.P("inspector-empty").Text("Choose a message in the diagram to see what it carries.")
}
