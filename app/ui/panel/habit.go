package panel

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/guard"
)

// habit chooses what a client or server does, among a few values, or a setting.
type habit struct {
	app.Compo
	Controller *session.Controller
	Name       string // "PKCE: client sends"
	Part       guard.Part
	Value      string
	Ready      bool
}

func (h *habit) Render() app.UI {
	var options []app.UI
	for _, v := range h.Part.Values {
		options = append(options, h.option(v))
	}
	return tag.Div("habit").Role("radiogroup").Aria("label", h.Name).Body(options...)
}

func (h *habit) option(value string) app.UI {
	here := value == h.Value
	class := "habit-option"
	switch {
	case here && (value == h.Part.Values[0] || h.Part.Kind == guard.Setting):
		class = "habit-option is-here"
	case here:
		class = "habit-option is-here is-unsafe"
	}
	return widget.Pressable(tag.Button(class).Role("radio").
		Aria("checked", strconv.FormatBool(here)).Text(value),
		h.Ready, func() { h.Controller.TurnPart(h.Part.ID, value) }, h.Part.ID, value)
}
