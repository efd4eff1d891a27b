// Package stage is the middle of a chapter's page: the diagram of what passed, Alice's
// browser and the inspector.
package stage

import (
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// openBands is how many of the latest bands are unfolded by themselves. It also
// bounds what is drawn.
const openBands = 2

// Diagram is the stage: a lane a party, a band a flow or attack, the newest in sight.
type Diagram struct {
	app.Compo
	Controller *session.Controller
	Content    page.Content
	View       timeline.View
	Replays    bool              // View looks back
	Elsewhere  string            // chapter into which another page took the lab; what happens there now is shown
	Present    []timeline.Band   // where View looks back, the lanes are those of now: nothing moves aside
	Coming     []timeline.Coming // what has not happened yet, or not been told
	Unfolded   map[string]bool
	Earlier    map[string]int // how often more of a band was asked for, by key
	Selected   uint64
	Away       bool // the end is out of sight
	Newer      bool // rows came while it was
	Open       bool
	Lost       bool // there is no lab, and the notice says why
}

func (d *Diagram) Render() app.UI {
	past, here := session.CutBands(d.View.Bands, d.Content.Chapter.ID, d.Elsewhere)
	place := "" // of what is in sight: with the end, or where the learner reads
	switch {
	case len(here) == 0:
		place = "is-ahead"
	case d.Away:
		place = "is-away"
	}
	stop := -1 // of the keyboard: the messages are, where there are any
	if len(d.View.Bands) == 0 {
		stop = 0
	}
	lanes := d.lanes()
	return tag.Section("diagram", "lanes-"+strconv.Itoa(len(lanes))).Aria("labelledby", "messages").Attr("translate", "no").Body(
		tag.H2("unseen").ID("messages").Text("Messages"),
		tag.Div("diagram-scroll", place).TabIndex(stop).Role("group").Aria("labelledby", "messages").On("scroll", d.onScroll, app.PassiveEvent()).Body(
			tag.Div("diagram-sheet").Body(
				laneNames(lanes),
				laneLines(lanes),
				tag.Div("bands").DataSet("stop", true).Body(append(d.past(past, lanes), d.bands(here, lanes)...)...),
				tag.If(len(here) == 0 && !d.Replays, d.empty),
				tag.If(len(d.Coming) > 0, func() app.UI { return d.ghost(lanes) }),
			),
		),
		tag.If(d.Newer, func() app.UI {
			return tag.Button("newest").Text("newest ↓").
				OnClick(func(app.Context, app.Event) { d.Controller.ToEnd() })
		}),
	)
}

// lanes are those of what is in sight, and of what is to come there.
func (d *Diagram) lanes() []timeline.Lane {
	past, here := session.CutBands(d.Present, d.Content.Chapter.ID, d.Elsewhere)
	return timeline.LanesOf(slices.Concat(d.unfolded(past), here, []timeline.Band{timeline.BandOf(d.Coming)}))
}

// nearEnd is how far from the end, in pixels, the diagram still counts as there.
const nearEnd = 40

// onScroll tells the controller when the end goes out of sight or comes back. The
// column is reversed: its end is at zero, and above it is negative.
func (d *Diagram) onScroll(ctx app.Context, _ app.Event) {
	if !d.Controller.Scrolled(ctx.JSSrc().Get("scrollTop").Float() < -nearEnd) {
		ctx.PreventUpdate()
	}
}

func laneNames(all []timeline.Lane) app.UI {
	var lanes []app.UI
	for i, lane := range all {
		lanes = append(lanes, tag.Li("lane", widget.LaneClass("at", i), widget.PartyClass(lane.Party)).Body(
			tag.Span("lane-name").Text(lane.Name),
			tag.Span("lane-brief").Aria("hidden", "true").Text(lane.Brief),
		))
	}
	return tag.Ul("lanes", "grid").Aria("label", "Parties").Body(lanes...)
}

// laneLines are the lanes' lines behind the messages.
func laneLines(all []timeline.Lane) app.UI {
	var lines []app.UI
	for i := range all {
		lines = append(lines, tag.Span("lane-line", widget.LaneClass("at", i)))
	}
	return tag.Div("lane-lines", "grid").Aria("hidden", "true").Body(lines...)
}

func (d *Diagram) bands(here []timeline.Band, lanes []timeline.Lane) []app.UI {
	var bands []app.UI
	hidden := hiddenOf(len(here), windowBands, chunkBands, d.Earlier[session.AllBands])
	if hidden > 0 {
		bands = append(bands, earlierButton(d.Controller, session.AllBands, earlierText(hidden)))
	}
	for i, b := range here[hidden:] {
		bands = append(bands, d.band(b, lanes, hidden+i >= len(here)-openBands))
	}
	return bands
}

// band draws a band. open says whether it is unfolded by itself.
func (d *Diagram) band(b timeline.Band, lanes []timeline.Lane, open bool) app.UI {
	if asked, told := d.Unfolded[b.Key]; told {
		open = asked
	}
	section := ""
	if a, ok := d.Content.Attack(b.Attack); ok && len(a.Sections) > 0 {
		section = a.Sections[0]
	}
	return &band{
		Controller: d.Controller, Band: b, Lanes: lanes, Open: open, Section: section, Stars: d.Content.Stars(),
		Selected: session.SelectedIn(b, d.Selected), Pages: d.Earlier[b.Key],
	}
}

func (d *Diagram) empty() app.UI {
	text := "Nothing has happened here yet. Press “Run the flow”, and these messages pass."
	switch {
	case d.Lost:
		text = "There is no lab to show. Press “Start again”."
	case !d.Open:
		text = "Opening your lab …"
	}
	return tag.P("diagram-empty").Text(text)
}
