package widget

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// Tab is one of several views of one place.
type Tab struct{ Of, Name, Class string }

// Tabs chooses among views. A tab's id is "kind-of"; panel is the id of the place.
func Tabs(kind, label, panel, here string, tabs []Tab, choose func(of string)) *tag.Element {
	var buttons []app.UI
	for _, t := range tabs {
		is, class := t.Of == here, "tab"
		if is {
			class = "tab is-here"
		}
		buttons = append(buttons, tag.Button(class, t.Class).Role("tab").ID(kind+"-"+t.Of).Text(t.Name).
			Aria("selected", strconv.FormatBool(is)).Aria("controls", panel).
			OnClick(func(app.Context, app.Event) { choose(t.Of) }, app.EventScope(t.Of)))
	}
	return tag.Div("tabs").Role("tablist").Aria("label", label).Body(buttons...)
}
