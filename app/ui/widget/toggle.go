package widget

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// Toggle is a switch. Its name is what a screen reader says, word what stands beside it
// while it is off. turn is bound anew whenever the switch turns, so it may hold on to its
// setting.
func Toggle(on, ready bool, name, word string, turn func()) app.UI {
	class := "toggle is-off"
	if on {
		class, word = "toggle is-on", ""
	}
	return Pressable(tag.Button(class).Role("switch").
		Aria("checked", strconv.FormatBool(on)).Aria("label", name).
		Body(
			tag.Span("toggle-word").Aria("hidden", "true").Text(word),
			tag.Span("toggle-track").Aria("hidden", "true"),
		), ready, turn, name, on)
}
