package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/tag"
)

// chapterPage is the page of a chapter: lesson, stage, browser and switches.
type chapterPage struct {
	app.Compo
	path    string
	desk    *desk
	missing bool // the content is not at hand
}

func newChapterPage(path string, c Content, missing bool) *chapterPage {
	return &chapterPage{path: path, desk: newDesk(c), missing: missing}
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
	if c := p.desk.content.Chapter; c.ID != "" {
		ctx.Page().SetTitle(escaped(c.Question + " · OAuth Lab"))
		ctx.Page().SetDescription(escaped(c.Description))
	}
}

// OnMount opens the lab, in the browser only.
func (p *chapterPage) OnMount(ctx app.Context) {
	if p.missing || p.desk.content.Chapter.ID == "" {
		return
	}
	d := p.desk
	l := takeLink(ctx, d.content)
	d.beginTour(l.Tour)
	d.screen.Narrow = browser.IsNarrow()
	d.screen.Forgets = browser.DeniesStorage()
	d.recallByHand()
	d.recallKeys()
	if l.Step != "" {
		d.foldStep(l.Step, true)
		afterDraw(func() { browser.ScrollTo(`[data-step="` + l.Step + `"]`) })
	}
	d.start(func(f func()) {
		ctx.Dispatch(func(app.Context) { f() })
	}, l)
	d.recall()
	d.stopReturn = browser.OnReturn(func() {
		ctx.Dispatch(func(app.Context) { d.bringBack() }) // as whoever opens the page does
	})
	d.stopPointing = browser.Point("is-pointed")
	d.stopLook = browser.OnLink(termLinks, func(address string) {
		ctx.Dispatch(func(app.Context) { d.look(address) })
	})
	d.stopKeys = browser.OnKey(func(key string) bool {
		if !d.takesKey(key) {
			return false
		}
		ctx.Dispatch(func(app.Context) { d.press(key) })
		return true
	})
}

// OnAppUpdate learns of another version from another tab, which loaded it.
func (p *chapterPage) OnAppUpdate(app.Context) { p.desk.lookForUpdate() }

// OnResize takes note of how many columns there is room for.
func (p *chapterPage) OnResize(ctx app.Context) {
	ctx.Dispatch(func(app.Context) { p.desk.screen.Narrow = browser.IsNarrow() })
}

// takeLink takes what the link asks for out of the address, so that loading the
// page again does not do it again.
func takeLink(ctx app.Context, c Content) link {
	u := *ctx.Page().URL()
	query := u.Query()
	l := readLink(query, c.Chapter)
	for _, name := range linkNames {
		query.Del(name)
	}
	if rest := query.Encode(); rest != u.Query().Encode() {
		u.RawQuery = rest
		ctx.Page().ReplaceURL(&u)
	}
	return l
}

// OnDismount leaves the lab.
func (p *chapterPage) OnDismount() {
	p.desk.stopKeys()
	p.desk.stopPointing()
	p.desk.stopReturn()
	p.desk.stopLook()
	p.desk.close()
}

func (p *chapterPage) Render() app.UI {
	d, c := p.desk, p.desk.content
	if c.Chapter.ID == "" {
		return noContent(c)
	}
	s := d.screen
	all := standings(s.Lab, c.Chapter.Version)
	next := d.tour(all)
	return tag.Div("shell", "shows-"+string(s.Pane), tourClass(s)).Body(
		&topBar{Desk: d, Content: c, Broken: broken(all), Open: s.answers(), Busy: s.Busy, Offset: s.Lab.ClockOffsetSeconds, Finished: s.Finished, Next: next},
		app.If(s.Touring, func() app.UI { return &tourBar{Desk: d, Steps: s.Steps, Stop: next} }),
		&noticeBar{Desk: d, Notice: s.Notice, Status: s.Status, Why: s.Why, Forgets: s.Forgets, Outdated: s.Outdated, Elsewhere: s.elsewhere(c.Chapter.ID), Chapter: c.Chapter.ID},
		tag.Main("desk").Body(
			&lessonBar{Desk: d, Content: c, Steps: s.Steps, Standings: all, Opened: s.Opened, Lingers: s.Lingers, Answers: s.Answers, Busy: s.Busy, Open: s.answers(), Tour: next},
			tag.Div("center").Body(
				&diagram{Desk: d, Content: c, View: s.shown(), Replays: s.Replay.on(), Elsewhere: s.elsewhere(c.Chapter.ID), Present: s.View.Bands, Unfolded: s.Unfolded, Earlier: s.Earlier, Selected: s.Selected, Away: s.Away, Newer: s.Away && s.View.Last > s.AwayFrom, Open: s.Open, Lost: s.Notice.Again},
				&replayBar{Desk: d, Replay: s.Replay},
				&presentStep{Desk: d, Content: c, Steps: s.Steps},
				tag.Div("below").Body(
					&alice{Desk: d, Shows: s.shown().Alice, Login: d.login(), Redeems: s.redeems(), Waiting: s.Waiting, Frame: s.Frame, Replays: s.Replay.on(), Mail: s.Mail, Mailed: s.Mailed != "", Open: s.answers(), Lost: s.Notice.Again, Busy: s.Busy, Tour: next},
					&inspector{Desk: d, Message: s.Message, Tab: s.Tab, Guard: s.Guard, Code: s.Code, Said: s.Copied},
				),
			),
			&panel{Desk: d, Content: c, Standings: all, Ends: s.View.Attacks, StayIn: s.StayIn, ByHand: s.ByHand, Said: s.Said, Busy: s.Busy, Open: s.answers(), State: s.State, Before: s.StateBefore, StateOpen: s.StateOpen},
		),
		&paneBar{Desk: d, Pane: s.Pane, Tour: next},
		app.If(s.Dialog != dialogNone, func() app.UI { return dialogs(d, all) }),
		app.If(s.Peek.Address != "", func() app.UI { return peek(d, s.Peek) }),
		s.Told.region(),
		reading(c),
		c.embed(),
	)
}

// tourClass says how far a tour has come.
func tourClass(s screen) string {
	switch {
	case early(s.Touring, s.Steps):
		return "is-touring is-early"
	case s.Touring:
		return "is-touring"
	}
	return ""
}

// noContent is shown where the server has nothing to say.
func noContent(c Content) app.UI {
	return tag.Div("landing").Body(
		tag.Header("landing-top").Body(logo()),
		tag.Main("landing-main").Body(
			tag.H1("landing-title").Text("This chapter could not be loaded."),
			tag.P("landing-lead").Text("Reload the page in a moment. If it stays like this, the server has no content for the chapter."),
		),
		c.embed(),
	)
}
