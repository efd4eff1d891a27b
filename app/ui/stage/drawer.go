package stage

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/event"
)

// Drawer lies over the lower half of the stage: what the parties hold, or how a client of the
// learner's own is pointed at the lab. What it shows, the server drew.
type Drawer struct {
	app.Compo
	Controller *session.Controller
	Drawer     session.Drawer
	Replays    bool // the stage looks back, and this does not
	HasKeys    bool // the chapter's server signs with keys that can be rotated
	Ready      bool // to be given a command
}

func (d *Drawer) Render() app.UI {
	kind := d.Drawer.Kind
	if kind == session.DrawerNone {
		return tag.Div("drawer-place")
	}
	ofParties := kind == session.DrawerState
	var tabs []widget.Tab
	for _, s := range d.Drawer.Sheets {
		tab := widget.Tab{Of: s.ID, Name: s.Title}
		if ofParties {
			tab.Class = widget.PartyClass(event.Party(s.ID))
		}
		tabs = append(tabs, tab)
	}
	shown, json, secret := d.Drawer.Shown(), d.Drawer.JSON, d.Drawer.ShownSecret()
	return tag.Section("drawer").Aria("label", kind.Title()).Attr("translate", "no").Body(
		tag.Div("drawer-bar").Body(
			widget.Tabs("sheet", kind.Title(), "drawer-view", shown.ID, tabs, d.Controller.ShowSheet),
			tag.If(ofParties, func() app.UI {
				return tag.Button("tab").Aria("pressed", strconv.FormatBool(json)).Text("as JSON").
					OnClick(func(app.Context, app.Event) { d.Controller.ShowStateAs(!json) }, app.EventScope(json))
			}),
			tag.Button("modal-close").Aria("label", "Close").Text("×").
				OnClick(func(app.Context, app.Event) { d.Controller.CloseDrawer() }),
		),
		tag.Div("drawer-view").ID("drawer-view").Role("tabpanel").Aria("labelledby", "sheet-"+shown.ID).TabIndex(0).
			On("click", d.onClick).On("submit", d.onSubmit).Body(
			tag.If(d.Replays && ofParties, func() app.UI { return tag.P("drawer-now").Text("As it is now, not at the step you look at.") }),
			tag.If(ofParties && event.Party(shown.ID) == event.Auth && d.HasKeys, d.rotation),
			tag.If(secret != "", func() app.UI {
				return tag.P("yours-secret").Body(
					tag.Strong().Text("Client secret, shown this once"), tag.Code().ID("own-secret").Text(secret),
					tag.Button("button", "button-small").DataSet("copy", "own-secret").Aria("label", "Copy: Client secret").Text("Copy"),
					tag.Span("modal-said").Role("status"),
				)
			}),
			tag.If(shown.Body != "", func() app.UI { return app.Raw(shown.Body) }),
		),
	)
}

// rotation gives the server new keys.
func (d *Drawer) rotation() app.UI {
	button := func(id, text, title string, withdraw bool) app.UI {
		return widget.Pressable(tag.Button("button", "button-small").ID(id).Text(text).Title(title), d.Ready,
			func() { d.Controller.RotateKeys(withdraw) }, id)
	}
	return tag.Div("drawer-keys").Role("group").Aria("label", "Keys of the auth server").Body(
		button("rotate-keys", "Rotate the keys", "New keys sign from now on. The old ones stay published for an hour.", false),
		button("withdraw-keys", "Withdraw the old keys", "New keys sign, and all others are published no more, as if they had leaked.", true),
	)
}

// onClick shows how the client is used that a button names.
func (d *Drawer) onClick(_ app.Context, e app.Event) {
	if button := e.Get("target").Call("closest", "[data-client]"); button.Truthy() {
		d.Controller.ShowClient(button.Get("dataset").Get("client").String())
	}
}

// onSubmit sends a form that the server drew.
func (d *Drawer) onSubmit(_ app.Context, e app.Event) {
	e.PreventDefault()
	form := e.Get("target")
	data := form.Get("dataset")
	d.Controller.SubmitClient(session.ClientForm{
		Method: data.Get("method").String(), Of: browser.TextOf(data.Get("of")),
		Name: browser.FieldOf(form, "name"), Type: browser.FieldOf(form, "type"), URIs: browser.FieldOf(form, "redirect_uris"),
		Secret: browser.FieldOf(form, "new_secret") != "", Outcome: browser.FieldOf(form, "outcome"),
	}, func(why string) { browser.TellIn(form, why) })
}
