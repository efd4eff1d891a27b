package panel

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// drawerButtons open the drawers over the stage, or close them, and tell what changed.
func (p *Column) drawerButtons() app.UI {
	return tag.Div("drawer-buttons").Body(
		p.drawerButton(session.DrawerState), p.drawerButton(session.DrawerClients),
		widget.Pressable(tag.Button("button").ID("changed").Text("What changed in my lab"), p.Open, func() { p.Controller.OpenChanged("changed") }, "changed"),
	)
}

func (p *Column) drawerButton(kind session.DrawerKind) app.UI {
	return widget.Pressable(tag.Button("button").DataSet("drawer", kind).Aria("expanded", strconv.FormatBool(p.Drawer == kind)).Text(kind.Title()),
		p.Open, func() { p.Controller.ToggleDrawer(kind) }, string(kind))
}
