package dialogs

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
)

// modalID is the id of the dialog that is open; there is one at a time.
const modalID = "modal"

// modal is a dialog above the page: the focus moves into it, Escape closes it,
// and the page waits. name is its heading.
func modal(c *session.Controller, name string, content app.UI) app.UI {
	return above(modalID, name, c.CloseDialog, content, &modalOpener{Name: name})
}

// above is a dialog with a heading and a button that closes it; opener opens it.
func above(id, name string, closeIt func(), content, opener app.UI) *tag.Element {
	return tag.Dialog().ID(id).Class("modal").Aria("labelledby", id+"-title").
		On("close", func(app.Context, app.Event) { closeIt() }). // by Escape; browsers need not ask first
		Body(
			tag.Div("modal-head").Body(
				tag.H2("modal-title").ID(id+"-title").Text(name),
				tag.Button("modal-close").Aria("label", "Close").Text("×").
					OnClick(func(app.Context, app.Event) { closeIt() }, app.EventScope("close")),
			),
			content,
			opener,
		)
}

// modalOpener opens the dialog that it stands in, once that is on the page, and
// moves the focus when another takes its place.
type modalOpener struct {
	app.Compo
	Name string
	Peek bool // it is the one beside what was chosen
}

// OnMount opens it, in the browser only.
func (m *modalOpener) OnMount(app.Context) { m.open() }

// OnUpdate moves the focus.
func (m *modalOpener) OnUpdate(app.Context) { m.open() }

func (m *modalOpener) open() {
	browser.NextFrame(func() {
		if m.Peek {
			browser.ShowBeside(session.PeekID)
			return
		}
		browser.ShowModal(modalID)
	})
}

func (m *modalOpener) Render() app.UI { return tag.Span("modal-opener").Attr("hidden", "true") }
