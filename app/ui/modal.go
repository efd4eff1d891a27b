package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/tag"
)

// modalID is the id of the dialog that is open; there is one at a time.
const modalID = "modal"

// modal is a dialog above the page: the focus moves into it, Escape closes it,
// and the page waits. name is its heading.
func modal(d *desk, name string, content app.UI) app.UI {
	return tag.Dialog().ID(modalID).Class("modal").Aria("labelledby", "modal-title").
		On("cancel", func(_ app.Context, e app.Event) {
			e.PreventDefault()
			d.closeDialog()
		}).
		Body(
			tag.Div("modal-head").Body(
				tag.H2("modal-title").ID("modal-title").Text(name),
				tag.Button("modal-close").Aria("label", "Close").Text("×").
					OnClick(func(app.Context, app.Event) { d.closeDialog() }, app.EventScope("close")),
			),
			content,
			&modalOpener{Name: name},
		)
}

// modalOpener opens the dialog that it stands in, once that is on the page, and
// moves the focus when another takes its place.
type modalOpener struct {
	app.Compo
	Name string
}

// OnMount opens it, in the browser only.
func (m *modalOpener) OnMount(app.Context) { m.open() }

// OnUpdate moves the focus.
func (m *modalOpener) OnUpdate(app.Context) { m.open() }

func (m *modalOpener) open() {
	browser.NextFrame(func() { browser.ShowModal(modalID) })
}

func (m *modalOpener) Render() app.UI { return tag.Span("modal-opener").Hidden(true) }
