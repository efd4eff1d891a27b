package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// selfNote is something that a party did by itself, on its lane.
type selfNote struct {
	app.Compo
	Controller *session.Controller
	Row        timeline.Row
	At         int    // lane
	Selected   uint64 // position that is selected, if it is here
}

func (n *selfNote) Render() app.UI {
	class := "row grid row-self"
	if n.Selected != 0 {
		class += " is-selected"
	}
	if n.Row.Fault {
		class += " is-fault"
	}
	return tag.Li(class).DataSet("seq", n.Row.Seq).Body(
		tag.Button("self").DataSet("follow", true).Class(widget.LaneClass("at", n.At)).
			OnClick(func(app.Context, app.Event) { n.Controller.Choose(n.Row.Seq) }).
			Body(append([]app.UI{parties(n.Row)}, labelOf(n.Row)...)...),
		&widget.Pills{Controller: n.Controller, Pills: n.Row.Pills, Lane: n.At, Selected: n.Selected},
	)
}
