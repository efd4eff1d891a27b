package dialogs

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// keyTable lists them, and switches those of one character off.
func keyTable(c *session.Controller, _ session.Screen) app.UI {
	var rows []app.UI
	for _, k := range session.Keys() {
		rows = append(rows, tag.Div("key-row").Body(
			tag.Dt("key-keys").Text(k.Listed()),
			tag.Dd("key-does").Text(c.DoesHere(k)),
		))
	}
	return tag.Div().Body(
		widget.CheckBox("Single-key shortcuts", c.UsesKeys(), c.UseKeys),
		tag.Dl("key-table").Body(rows...),
		tag.P("key-note").Text("Tab comes to the diagram and to each list of switches or attacks once; arrows move inside. In Alice's browser Alt+A, B, C or M signs in as Alice, Bob, Carol or Mallory (Alt+Shift in Firefox, Ctrl+Option on a Mac)."),
	)
}

// keysText says what the list of keys is, and what opens it besides.
func (m *moreMenu) keysText() string {
	if !m.Controller.UsesKeys() {
		return "What the keyboard does."
	}
	return "What the keyboard does. The key ? opens this too."
}

// singleKeys switches the keys of one character off, or on again.
func (m *moreMenu) singleKeys() app.UI {
	name, text, on := "Switch single-key shortcuts off", "Then no letter, digit or sign does anything on its own.", m.Controller.UsesKeys()
	if !on {
		name, text = "Switch single-key shortcuts on", "Now no letter, digit or sign does anything on its own."
	}
	return m.item(name, text, true, func() {
		m.Controller.CloseDialog()
		m.Controller.UseKeys(!on)
	})
}
