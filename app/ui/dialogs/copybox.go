package dialogs

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// copyLine is a text of a line to take away, and a button that copies it.
func copyLine(label, text string) app.UI {
	return copyBox(label, tag.Input("text", "field-input").ID("copy-text").Attr("readonly", true).Attr("value", text), copyButton())
}

// copyText is a text of more than a line, likewise. button copies it.
func copyText(label, text string, button *tag.Element) app.UI {
	return copyBox(label, tag.Textarea().ID("copy-text").Class("field-input", "field-long").Attr("readonly", "true").Attr("rows", "10").Text(text), button)
}

// copyButton is the button that is meant to be pressed, where the dialog has no better.
func copyButton() *tag.Element {
	return tag.Button("button", "button-primary").Attr("autofocus", "true")
}

func copyBox(label string, field app.UI, button *tag.Element) app.UI {
	return tag.Div("copybox").Body(
		tag.Label("field-label").Attr("for", "copy-text").Text(label),
		field,
		tag.Div("modal-actions").Body(
			button.Text("Copy").DataSet("copy", "copy-text"),
			tag.P("modal-said").Role("status"),
		),
	)
}
