package dialogs

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// moreMenu holds what has no room in the top bar of a narrow screen, and what is
// wanted now and then.
type moreMenu struct {
	Controller *session.Controller
}

func (m moreMenu) draw(ready bool) app.UI {
	return tag.Ul("menu").Body(
		tag.Li("menu-item", "menu-narrow").Body(m.steps(ready)...),
		m.item(shareTitle, "A link to this chapter, with what is off and the open step.", true, func() { m.Controller.OpenDialog(session.DialogShare) }),
		m.item(saveTitle, "What you did, as a file or as text.", true, func() { m.Controller.OpenFrom(session.MoreID, session.DialogExport) }),
		m.item(changedTitle, "As text, for the person who helps you.", true, func() { m.Controller.OpenChanged(session.MoreID) }),
		m.item(assignTitle, "A link that says what a class must do.", true, func() { m.Controller.OpenAssign(session.MoreID) }),
		m.item("Keys", m.keysText(), true, func() { m.Controller.OpenDialog(session.DialogKeys) }),
		m.singleKeys(),
		m.pace(),
		tag.If(m.Controller.Screen().TellsWho(), func() app.UI {
			return m.item(widget.KnowsTitle, "What ID token, UserInfo and API told in the latest login.", true, func() { m.Controller.OpenKnows(session.MoreID) })
		}),
		tag.If(m.Controller.Screen().HasResources(), func() app.UI {
			return m.item(widget.TokensTitle, "What each API answered to each token.", true, func() { m.Controller.OpenTokens(session.MoreID) })
		}),
		tag.If(m.Controller.Screen().HasAgent(), func() app.UI {
			return m.item(widget.WaysTitle, "What each API can know when an agent asks.", true, func() { m.Controller.OpenWays(session.MoreID) })
		}),
		tag.If(m.Controller.Screen().HasKeys(), func() app.UI {
			return m.item(widget.ForgeTitle, "Change what a token says, and sign it as Mallory can.", ready, func() { m.Controller.OpenForge(session.MoreID) })
		}),
		m.item("Move the clock by 1 h", session.ClockSentence, ready, func() {
			m.Controller.CloseDialog()
			m.Controller.AnHourOn()
		}),
		tag.If(m.Controller.CanBringClockBack(), func() app.UI {
			return m.item("Bring the clock back", "The lab's time is that of this computer again.", ready, func() {
				m.Controller.CloseDialog()
				m.Controller.MoveClock(0)
			})
		}),
		app.Range(widget.Books()).Slice(func(i int) app.UI {
			b := widget.Books()[i]
			return tag.Li("menu-item").Body(described(tag.A(b.Path), b.Title, b.Text)...)
		}),
	)
}

// steps runs the flow in steps, or says why it does not.
func (m moreMenu) steps(ready bool) []app.UI {
	text := "Each request of the flow is shown before it is sent."
	if m.Controller.RunsWebApp() {
		ready, text = false, session.NoSteps
	}
	return m.button("Run in steps", text, ready, func() {
		m.Controller.CloseDialog()
		m.Controller.Step()
	})
}

// pace says how what the lab plays is told, and offers the other way.
func (m moreMenu) pace() app.UI {
	if m.Controller.Screen().Pace == session.PaceAtOnce {
		return m.item("Tell attacks message by message", "Now they are shown at once.", true, func() {
			m.Controller.CloseDialog()
			m.Controller.ChoosePace(session.PaceReading)
		})
	}
	return m.item("Show attacks at once", "Now they are told message by message.", true, func() {
		m.Controller.CloseDialog()
		m.Controller.ChoosePace(session.PaceAtOnce)
	})
}

func (m moreMenu) item(name, text string, ready bool, do func()) app.UI {
	return tag.Li("menu-item").Body(m.button(name, text, ready, do)...)
}

func (m moreMenu) button(name, text string, ready bool, do func()) []app.UI {
	return described(widget.Pressable(tag.Button(), ready, do, name), name, text)
}

// described is a control that covers its entry, and below it what it does, which is no
// part of its name.
func described(control *tag.Element, name, text string) []app.UI {
	id := "about-" + strings.ReplaceAll(strings.ToLower(name), " ", "-")
	return []app.UI{
		control.Class("menu-button").Aria("describedby", id).Text(name),
		tag.P("menu-text").ID(id).Text(text),
	}
}
