package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// keys are what the keyboard does besides Tab, Enter and Space.
var keys = []struct{ keys, does string }{
	{"r", "Run the flow"},
	{"s", "Run it in steps"},
	{"a", "Run the attack of the present step"},
	{"m", "Mend it"},
	{"j k", "The next message, the one before"},
	{"↓ ↑", "The same, in the diagram"},
	{"1 2 3 4", "Raw, Decoded, curl, Why"},
	{"p", "Replay the latest flow or attack; then j and k step through it"},
	{"Esc", "Close, dismiss, choose nothing"},
	{"?", "This list"},
}

// keyTable lists them, and switches those of one character off.
func keyTable(d *desk) app.UI {
	var rows []app.UI
	for _, k := range keys {
		rows = append(rows, tag.Div("key-row").Body(
			tag.Dt("key-keys").Text(k.keys),
			tag.Dd("key-does").Text(k.does),
		))
	}
	return tag.Div().Body(
		checkBox("Single-key shortcuts", !d.noKeys.Load(), d.useKeys),
		tag.Dl("key-table").Body(rows...),
	)
}
