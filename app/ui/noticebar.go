package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/lab"
	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// noticeBar says what went wrong, whether the feed is cut, whether the browser keeps
// nothing, that there is a new version, and that the lab is in another chapter.
type noticeBar struct {
	app.Compo
	Controller *session.Controller
	Notice     session.Notice
	Status     lab.Status
	Why        string // what is wrong with the connection; "": nobody said
	Forgets    bool
	Linked     bool

	Outdated  bool   // there is another version
	Elsewhere string // chapter into which another page took the lab; "" where it is in this one
	Chapter   string // this one
}

func (n *noticeBar) Render() app.UI {
	return tag.Div("notices").Role("status").Aria("live", "polite").Body(
		tag.If(n.connection() != "", func() app.UI {
			class := "notice"
			if n.Why != "" && n.Status != lab.Live {
				class = "notice notice-problem"
			}
			return tag.Div(class).Body(explained(n.connection())...)
		}),
		tag.If(n.Forgets, func() app.UI {
			return tag.Div("notice").Body(append(
				explained("This browser keeps nothing for this page: a reload begins a new lab."),
				tag.Button("button", "button-small").Text("Dismiss").
					OnClick(func(app.Context, app.Event) { n.Controller.AcceptForgetting() }, app.EventScope("forgets")),
			)...)
		}),
		tag.If(n.Linked, func() app.UI {
			return tag.Div("notice").Body(
				tag.Span("notice-text").Text("A link brought this lab. Your own lies aside."),
				tag.A("#lab=own", "button", "button-small").Text("Back to my own"),
				tag.Button("button", "button-small").Text("Dismiss").
					OnClick(func(app.Context, app.Event) { n.Controller.AcceptLink() }, app.EventScope("linked")),
			)
		}),
		tag.If(n.Outdated, func() app.UI {
			return tag.Div("notice").Body(
				tag.Span("notice-text").Text("A new version of the lab is here. Your lab stays as it is."),
				tag.Button("button", "button-small").Text("Reload").
					OnClick(func(ctx app.Context, _ app.Event) { ctx.Reload() }, app.EventScope("reload")),
			)
		}),
		tag.If(n.Elsewhere != "", func() app.UI {
			return tag.Div("notice").Body(
				tag.Span("notice-text").Text("Another page took this lab to chapter "+n.Elsewhere+", so what you do here happens there."),
				tag.Button("button", "button-small").Text("Bring it back to "+n.Chapter).
					OnClick(func(app.Context, app.Event) { n.Controller.BringBack() }, app.EventScope("back")),
			)
		}),
		tag.If(n.Notice.Text != "", n.problem),
	)
}

// connection says what is wrong with the connection to the feed, or "".
func (n *noticeBar) connection() string {
	switch {
	case n.Status == lab.Gone:
		return "" // the notice says it
	case n.Why == "" && n.Status == lab.Reconnecting:
		return "The connection to the lab is lost. Trying again; nothing is lost meanwhile."
	}
	return n.Why
}

func (n *noticeBar) problem() app.UI {
	class, words := "notice notice-problem", explained(n.Notice.Text)
	if n.Notice.Calm {
		class, words = "notice", words[:1]
	}
	return tag.Div(class).Body(
		tag.Div("notice-words").Body(words...),
		app.If(n.Notice.Again, func() app.UI {
			return tag.Button("button", "button-small").Text("Start again").
				OnClick(func(app.Context, app.Event) { n.Controller.Again() })
		}).Else(func() app.UI {
			return tag.Button("button", "button-small").Text("Dismiss").
				OnClick(func(app.Context, app.Event) { n.Controller.Dismiss() }, app.EventScope("dismiss"))
		}),
	)
}

// explained says what is wrong, and where its causes and cures are told.
func explained(text string) []app.UI {
	return []app.UI{tag.Span("notice-text").Text(text), widget.Troubleshooting(timeline.Troubleshooting(text))}
}
