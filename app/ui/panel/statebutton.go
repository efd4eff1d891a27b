package panel

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/widget"
)

// stateButton opens the drawer with what the parties hold, or closes it.
func (p *Column) stateButton() app.UI {
	return widget.Pressable(tag.Button("button", "state-button").Aria("expanded", strconv.FormatBool(p.StateOpen)).Text("State of the parties"),
		p.Open, func() { p.Controller.ToggleState() }, "state")
}
