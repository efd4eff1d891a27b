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

// mostButtons is how many values have a button each; more are a list that opens.
const mostButtons = 6

func (h *habit) Render() app.UI {
	if len(h.Part.Values) > mostButtons {
		return h.list()
	}
	var options []app.UI
	for _, v := range h.Part.Values {
		options = append(options, h.option(v))
	}
	return tag.Div("habit").Role("radiogroup").Aria("label", h.Name).Body(options...)
}

// list is the browser's own list of values. It shows what is so: what is chosen is so when the
// lab says that it is.
func (h *habit) list() app.UI {
	class := "habit-list"
	if h.Part.Kind == guard.Habit && h.Value != h.Part.Values[0] {
		class = "habit-list is-unsafe"
	}
	var options []app.UI
	for _, v := range h.Part.Values {
		option := tag.Option().Attr("value", v).Text(v)
		if v == h.Value {
			option = option.Attr("selected", "true")
		}
		options = append(options, option)
	}
	list := tag.Select(class).Aria("label", h.Name).Attr("value", h.Value).Aria("disabled", strconv.FormatBool(!h.Ready))
	if app.IsServer {
		list = list.Attr("disabled", "true")
	}
	return list.On("change", func(ctx app.Context, _ app.Event) {
		chosen := ctx.JSSrc().Get("value").String()
		ctx.JSSrc().Set("value", h.Value)
		if h.Ready {
			h.Controller.TurnPart(h.Part.ID, chosen)
		}
	}, app.EventScope(h.Part.ID, h.Value, h.Ready)).Body(options...)
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
