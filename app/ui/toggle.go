package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// toggle is a switch. Its name is what a screen reader says. The handler is
// bound anew whenever the switch turns, so it may hold on to its setting.
func toggle(on, ready bool, name string, turn app.EventHandler) app.UI {
	class, word := "toggle is-off", "off"
	if on {
		class, word = "toggle is-on", ""
	}
	b := app.Button().Class(class).Type("button").Role("switch").
		Aria("checked", strconv.FormatBool(on)).Aria("label", name).
		OnClick(turn, app.EventScope(name, on)).
		Body(
			app.Span().Class("toggle-word").Aria("hidden", "true").Text(word),
			app.Span().Class("toggle-track").Aria("hidden", "true"),
		)
	if !ready {
		b = b.Disabled(true)
	}
	return b
}
