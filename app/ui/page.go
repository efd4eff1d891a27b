package ui

import (
	"html"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// chapterPage is the page of a chapter: lesson, stage, browser and switches.
type chapterPage struct {
	app.Compo
	desk    *desk
	missing bool // the content is not at hand
}

func newChapterPage(c Content, missing bool) *chapterPage {
	return &chapterPage{desk: newDesk(c), missing: missing}
}

// OnNav names the page.
func (p *chapterPage) OnNav(ctx app.Context) {
	if p.missing {
		fetchPage(ctx)
		return
	}
	if c := p.desk.content.Chapter; c.ID != "" {
		ctx.Page().SetTitle(html.EscapeString(c.Question + " · OAuth Lab"))
		ctx.Page().SetDescription(html.EscapeString(c.Description))
	}
}

// OnMount opens the lab, in the browser only.
func (p *chapterPage) OnMount(ctx app.Context) {
	if p.missing || p.desk.content.Chapter.ID == "" {
		return
	}
	p.desk.start(func(f func()) {
		ctx.Dispatch(func(app.Context) { f() })
	}, takeOff(ctx))
}

// takeOff takes what the link wants off out of the address, so that loading
// the page again does not switch it off again.
func takeOff(ctx app.Context) string {
	u := *ctx.Page().URL()
	query := u.Query()
	off := query.Get("off")
	if off != "" {
		query.Del("off")
		u.RawQuery = query.Encode()
		ctx.Page().ReplaceURL(&u)
	}
	return off
}

// OnDismount leaves the lab.
func (p *chapterPage) OnDismount() { p.desk.close() }

func (p *chapterPage) Render() app.UI {
	d, c := p.desk, p.desk.content
	if c.Chapter.ID == "" {
		return noContent(c)
	}
	s := d.screen
	all := standings(s.Lab, c.Chapter.ID)
	return app.Div().Class("shell", "shows-"+string(s.Pane)).Body(
		&topBar{Desk: d, Content: c, Broken: broken(all), Open: s.Open, Busy: s.Busy, Offset: s.Lab.ClockOffsetSeconds},
		&noticeBar{Desk: d, Notice: s.Notice, Status: s.Status},
		app.Main().Class("desk").Body(
			&lessonBar{Desk: d, Content: c, Steps: s.Steps, Standings: all, Opened: s.Opened, Answers: s.Answers, Busy: s.Busy, Open: s.Open},
			app.Div().Class("center").Body(
				&diagram{Desk: d, Content: c, View: s.View, Unfolded: s.Unfolded, Selected: s.Selected, Open: s.Open},
				&presentStep{Desk: d, Content: c, Steps: s.Steps},
				app.Div().Class("below").Body(
					&alice{Desk: d, Address: s.View.Address, InFrame: s.InFrame, Open: s.Open, Busy: s.Busy},
					&inspector{Desk: d, Message: s.Message, Tab: s.Tab, Guard: s.Guard, Code: s.Code},
				),
			),
			&panel{Desk: d, Content: c, Standings: all, Ends: s.View.Attacks, StayIn: s.StayIn, Busy: s.Busy, Open: s.Open, State: s.State, StateOpen: s.StateOpen},
		),
		&paneBar{Desk: d, Pane: s.Pane},
		app.P().Class("unseen").Role("status").Aria("live", "polite").Text(s.View.News),
		c.embed(),
	)
}

// noContent is shown where the server has nothing to say.
func noContent(c Content) app.UI {
	return app.Div().Class("landing").Body(
		app.Header().Class("landing-top").Body(logo()),
		app.Main().Class("landing-main").Body(
			app.H1().Class("landing-title").Text("This chapter could not be loaded."),
			app.P().Class("landing-lead").Text("Reload the page in a moment. If it stays like this, the server has no content for the chapter."),
		),
		c.embed(),
	)
}
