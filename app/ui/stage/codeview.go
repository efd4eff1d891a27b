package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// codeView is a request as programs, to be sent again by the learner.
type codeView struct {
	app.Compo
	Controller *session.Controller
	Sends      bool // the message is a request
	Programs   session.Programs
}

func (c *codeView) Render() app.UI {
	if !c.Sends {
		return tag.P("inspector-empty").Text("Only a request can be sent again. Choose an arrow that carries one, such as GET /authorize.")
	}
	var tabs []widget.Tab
	for _, s := range c.Programs.Sheets {
		tabs = append(tabs, widget.Tab{Of: s.ID, Name: s.Title})
	}
	shown := c.Programs.Shown()
	return tag.Div("code").Body(
		widget.Tabs("code", "Languages", "code-view", shown.ID, tabs, c.Controller.ShowProgram),
		tag.Div("code-view").ID("code-view").Role("tabpanel").Aria("labelledby", "code-"+shown.ID).Body(
			tag.If(shown.Body != "", func() app.UI { return app.Raw(shown.Body) }),
		),
	)
}
