package ui

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// moreMenu holds what has no room in the top bar of a narrow screen, and what is
// wanted now and then.
type moreMenu struct {
	app.Compo
	Desk *desk
	Open bool
	Busy busy
}

func (m *moreMenu) Render() app.UI {
	ready := m.Open && m.Busy == idle
	return tag.Ul("menu").Body(
		tag.Li("menu-item", "menu-narrow").Body(m.button("Run in steps", "Each request of the flow is shown before it is sent.", ready, func() {
			m.Desk.closeDialog()
			m.Desk.step()
		})...),
		m.item("Share this view", "A link to this chapter with what is off now.", true, func() { m.Desk.openDialog(dialogShare) }),
		m.item("Export progress", "What you answered, read and finished, as JSON.", true, func() { m.Desk.openDialog(dialogExport) }),
		m.item("Keys", "What the keyboard does. The key ? opens this too.", true, func() { m.Desk.openDialog(dialogKeys) }),
		m.item("Move the clock by 1 h", clockSentence, ready, func() {
			m.Desk.closeDialog()
			m.Desk.anHourOn()
		}),
		app.If(m.Desk.canBringClockBack(), func() app.UI {
			return m.item("Bring the clock back", "The lab's time is that of this computer again.", ready, func() {
				m.Desk.closeDialog()
				m.Desk.moveClock(0)
			})
		}),
		app.Range(books()).Slice(func(i int) app.UI {
			b := books()[i]
			return tag.Li("menu-item").Body(described(tag.A(b.path), b.title, b.text)...)
		}),
	)
}

func (m *moreMenu) item(name, text string, ready bool, do func()) app.UI {
	return tag.Li("menu-item").Body(m.button(name, text, ready, do)...)
}

func (m *moreMenu) button(name, text string, ready bool, do func()) []app.UI {
	return described(pressable(tag.Button(), ready, do, name), name, text)
}

// described is a control that covers its entry, and below it what it does, which is no
// part of its name.
func described(control app.HTMLElem, name, text string) []app.UI {
	id := "about-" + strings.ReplaceAll(strings.ToLower(name), " ", "-")
	return []app.UI{
		control.Class("menu-button").Aria("describedby", id).Text(name),
		tag.P("menu-text").ID(id).Text(text),
	}
}
