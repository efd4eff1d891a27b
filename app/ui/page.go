package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/dialogs"
	"oauthlab/app/ui/lesson"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/panel"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/stage"
	"oauthlab/app/ui/widget"
)

// mainID is where the link leads past what stands on every page.
const mainID = "main"

// chapterPage is the page of a chapter: lesson, stage, browser and switches.
type chapterPage struct {
	app.Compo
	path       string
	controller *session.Controller
	missing    bool // the content is not at hand
}

func newChapterPage(path string, c page.Content, missing bool) *chapterPage {
	return &chapterPage{path: path, controller: session.New(c), missing: missing}
}

// CompoID names the page by its path: go-app takes one that is mounted for another of its
// type, unless their names differ.
func (p *chapterPage) CompoID() string { return p.path }

// OnNav names the page.
func (p *chapterPage) OnNav(ctx app.Context) {
	if p.missing {
		fetchPage(ctx)
		return
	}
	if c := p.controller.Content().Chapter; c.ID != "" {
		ctx.Page().SetTitle(c.Question + " · OAuth Lab")
		ctx.Page().SetDescription(widget.Escaped(c.Description))
	}
}

// OnMount opens the lab, in the browser only.
func (p *chapterPage) OnMount(ctx app.Context) {
	if p.missing || p.controller.Content().Chapter.ID == "" {
		return
	}
	u := *ctx.Page().URL()
	l, rest := session.TakeLink(u.Query(), p.controller.Content().Chapter)
	if rest.Encode() != u.Query().Encode() {
		u.RawQuery = rest.Encode()
		ctx.Page().ReplaceURL(&u)
	}
	p.controller.Open(func(f func()) {
		ctx.Dispatch(func(app.Context) { f() })
	}, l)
}

// OnAppUpdate learns of another version from another tab, which loaded it.
func (p *chapterPage) OnAppUpdate(app.Context) { p.controller.LookForUpdate() }

// OnResize takes note of how many columns there is room for.
func (p *chapterPage) OnResize(ctx app.Context) {
	ctx.Dispatch(func(app.Context) { p.controller.Resized() })
}

// OnDismount leaves the lab.
func (p *chapterPage) OnDismount() {
	p.controller.Leave()
}

func (p *chapterPage) Render() app.UI {
	c, content := p.controller, p.controller.Content()
	if content.Chapter.ID == "" {
		return noContent(content)
	}
	s := c.Screen()
	all := session.Statuses(s.Lab, content.Chapter.Version)
	next := c.Tour(all)
	return tag.Div("shell", "shows-"+string(s.Pane), tourClass(s)).Body(
		tag.A("#"+mainID, "skip").Text("Skip to the chapter"),
		&topBar{Controller: c, Content: content, Broken: session.Broken(all), Open: s.Ready(), Busy: s.Busy, Offset: s.Lab.ClockOffsetSeconds, Next: next},
		tag.If(s.Touring, func() app.UI { return &tourBar{Controller: c, Over: c.TourOver(), Left: c.PresentTitle(), Stop: next} }),
		&noticeBar{Controller: c, Notice: s.Notice, Status: s.Status, Why: s.Why, Forgets: s.Forgets, Linked: s.Linked, Outdated: s.Outdated, Elsewhere: s.Elsewhere(content.Chapter.ID), Chapter: content.Chapter.ID},
		tag.Main("desk").ID(mainID).TabIndex(-1).Body(
			&lesson.Column{Controller: c, Content: content, Steps: s.Steps, Statuses: all, Unfolded: s.OpenSteps(), LeadOn: s.LeadsOn(), Answers: s.Answers, Assignment: c.Assignment(), Finished: s.Finished, Busy: s.Busy, Open: s.Ready(), Tour: next},
			tag.Div("center").Body(
				&stage.Diagram{Controller: c, Content: content, View: s.Shown(), Replays: s.Replay.On(), Coming: c.Coming(), Elsewhere: s.Elsewhere(content.Chapter.ID), Present: s.View.Bands, Unfolded: s.Unfolded, Earlier: s.Earlier, Selected: s.Selected, Away: s.Away, Newer: s.Away && s.View.Last > s.AwayFrom, Open: s.Open, Lost: s.Notice.Again},
				&stage.ReplayBar{Controller: c, Replay: s.Replay, Pace: s.Pace},
				&lesson.PresentStep{Controller: c, Content: content, Steps: s.Steps},
				tag.Div("below").Body(
					&stage.Alice{Controller: c, Shows: s.Shown().Alice, Login: c.Login(), Redeems: s.Redeems(), HasAPI: s.HasAPI(), HasMore: s.HasResources(), HasAgent: s.HasAgent(), Waiting: s.Waiting, Frame: s.Frame, Replays: s.Replay.On() && !s.Replay.Story, Mail: s.Mail, Mailed: s.Mailed != "", WebApp: c.RunsWebApp(), Open: s.Ready(), Lost: s.Notice.Again, Busy: s.Busy, Tour: next},
					&stage.Inspector{Controller: c, Message: s.Message, Tab: s.Tab, Guard: s.Guard, Code: s.Code, Programs: s.Programs},
				),
				&stage.Drawer{Controller: c, Drawer: s.Drawer, Replays: s.Replay.On(), HasKeys: s.HasKeys(), Ready: s.Ready() && s.Busy == session.Idle},
			),
			&panel.Column{Controller: c, Content: content, Statuses: all, Ends: s.ToldView().Attacks, StayIn: s.StayIn, ByHand: s.ByHand, Said: s.Said, Busy: s.Busy, Open: s.Ready(), Drawer: s.Drawer.Kind, Unfolded: s.Unfolded},
		),
		&paneBar{Controller: c, Pane: s.Pane, Tour: next},
		tag.If(s.Dialog != session.DialogNone, func() app.UI { return dialogs.Dialog(c, s) }),
		tag.If(s.Peek.Address != "", func() app.UI { return dialogs.Peek(c, s.Peek) }),
		region(s.Told),
		reading(content),
		embed(content),
	)
}

// tourClass says how far a tour has come.
func tourClass(s session.Screen) string {
	switch {
	case session.Early(s.Touring, s.Steps):
		return "is-touring is-early"
	case s.Touring:
		return "is-touring"
	}
	return ""
}

// noContent is shown where the server has nothing to say.
func noContent(c page.Content) app.UI {
	return tag.Div("landing").Body(
		tag.Header("landing-top").Body(widget.Logo()),
		tag.Main("landing-main").Body(
			tag.H1("landing-title").Text("This chapter could not be loaded."),
			tag.P("landing-lead").Text("Reload the page in a moment. If it stays like this, the server has no content for the chapter."),
		),
		embed(c),
	)
}
