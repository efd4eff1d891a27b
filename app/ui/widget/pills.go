package widget

import (
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// Pills are the verdicts on one message, at the lane of who took them.
type Pills struct {
	app.Compo
	Controller *session.Controller
	Pills      []timeline.Pill
	Lane       int
	Before     bool // stand left of the lane, because the message came from the right

	// Stars are the protections that the lesson is about. Where there are any,
	// what else passed is counted, not named: one loud thing at a time.
	Stars []string
	Seq   uint64 // of the message; shown when the count is pressed

	Selected uint64 // position that is selected
}

func (p *Pills) Render() app.UI {
	side := "is-after"
	if p.Before {
		side = "is-before"
	}
	shown, others := SplitPills(p.Pills, p.Stars)
	var items []app.UI
	for _, pill := range shown {
		items = append(items, p.pill(pill))
	}
	if others > 0 {
		items = append(items, p.others(others, len(shown)))
	}
	return tag.Div("pills", side, LaneClass("at", p.Lane)).Body(items...)
}

// SplitPills returns the pills that are shown by name, and how many others passed: two or
// more, where there are protections that the lesson is about, stars, and they are not of them.
func SplitPills(all []timeline.Pill, stars []string) (shown []timeline.Pill, others int) {
	for _, pill := range all {
		if pill.Outcome == event.Passed && !isStar(pill, stars) {
			others++
		} else {
			shown = append(shown, pill)
		}
	}
	if len(stars) == 0 || others < 2 {
		return all, 0
	}
	return shown, others
}

func isStar(pill timeline.Pill, stars []string) bool {
	protection, _ := guard.ProtectionOf(guard.ID(pill.Guard))
	return slices.Contains(stars, protection.ID)
}

// OthersText counts the checks that passed beside those that are shown.
func OthersText(n, shown int) string {
	if shown > 0 {
		return strconv.Itoa(n) + " others"
	}
	return strconv.Itoa(n) + " checks"
}

// PillKind is the last part of a verdict's class.
func PillKind(v timeline.Pill) string {
	if v.Defends {
		return "defends"
	}
	return string(v.Outcome)
}

// PillSign says a verdict without a word, and without its colour; "" where a shield does.
func PillSign(v timeline.Pill) string {
	switch {
	case v.Defends:
		return ""
	case v.Outcome == event.Passed:
		return "✓"
	case v.Outcome == event.Refused:
		return "✗"
	}
	return "○"
}

func (p *Pills) others(n, shown int) app.UI {
	text := OthersText(n, shown)
	return tag.Button("pill", "pill-passed", PartyClass(p.Pills[0].At)).
		Aria("label", text+" passed").
		OnClick(func(app.Context, app.Event) { p.Controller.ShowChecks(p.Seq) }, app.EventScope("others")).
		Body(tag.Span("pill-head").Body(
			tag.Span("pill-sign").Aria("hidden", "true").Text("✓"),
			tag.Span("pill-text").Text(text),
		))
}

func (p *Pills) pill(v timeline.Pill) app.UI {
	selected := ""
	if v.Seq == p.Selected {
		selected = "is-chosen"
	}
	return tag.Button("pill", "pill-"+PillKind(v), PartyClass(v.At), selected).
		Aria("label", v.Sentence()).
		OnClick(func(app.Context, app.Event) { p.Controller.ExplainVerdict(v.Seq, v.Guard) }, app.EventScope(v.Seq)).
		Body(
			tag.Span("pill-head").Body(
				sign(v),
				tag.Span("pill-text").Text(v.Text),
			),
			tag.If(v.Reason != "", func() app.UI { return app.Text(" ") }), // two words, and not one
			tag.If(v.Reason != "", func() app.UI { return tag.Span("pill-reason").Text(v.Reason) }),
		)
}

func sign(v timeline.Pill) app.UI {
	if v.Defends {
		return tag.Span("pill-shield").Aria("hidden", "true")
	}
	return tag.Span("pill-sign").Aria("hidden", "true").Text(PillSign(v))
}
