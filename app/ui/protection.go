package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// protection is what the learner switches: one master switch, and its parts.
type protection struct {
	app.Compo
	Desk     *desk
	Standing standing
	Here     bool // the lesson switches it
	Ready    bool

	open bool // the learner asked for the parts
}

func (p *protection) Render() app.UI {
	s := p.Standing
	class := "protection"
	if !s.Safe {
		class = "protection is-broken"
	}
	return tag.Li(class).Body(
		tag.Div("protection-head").Body(
			tag.Div("protection-words").Body(
				tag.P("protection-title").Body(termLink(s.Protection.ID, s.Protection.Title)),
				tag.P("protection-stops").Text("Stops: "+s.Protection.Stops),
				app.If(p.instead() != "", func() app.UI {
					return tag.P("protection-stops").Text("Off: " + p.instead())
				}),
				app.If(p.hasMore(), p.moreButton),
			),
			app.If(!s.isChoice(), func() app.UI {
				return toggle(s.On, p.Ready, s.Protection.Title, func() { p.Desk.turn(p.Standing.Protection.ID, !p.Standing.On) })
			}),
		),
		app.If(p.showsParts(), p.parts),
	)
}

// instead says what happens while a part is off that leaves nothing to go on with.
func (p *protection) instead() string {
	for _, ps := range p.Standing.Parts {
		if !ps.On && ps.Part.Instead != "" {
			return ps.Part.Instead
		}
	}
	return ""
}

func (p *protection) showsParts() bool {
	return p.Standing.isChoice() || len(p.Standing.Parts) > 1 && (p.open || p.Here || !p.Standing.Safe)
}

// hasMore reports whether there are parts that only show when asked for.
func (p *protection) hasMore() bool {
	return !p.Standing.isChoice() && len(p.Standing.Parts) > 1 && !p.Here && p.Standing.Safe
}

func (p *protection) moreButton() app.UI {
	text := strconv.Itoa(len(p.Standing.Parts)) + " parts"
	return tag.Button("more").Aria("expanded", strconv.FormatBool(p.open)).
		Aria("label", text+" of "+p.Standing.Protection.Title).Text(text).
		OnClick(func(app.Context, app.Event) { p.open = !p.open })
}

func (p *protection) parts() app.UI {
	var items []app.UI
	for _, ps := range p.Standing.Parts {
		class := "part"
		if !ps.safe() {
			class = "part is-off"
		}
		control := p.partSwitch(ps)
		if len(ps.Part.Values) > 0 {
			control = &habit{Desk: p.Desk, Name: p.partName(ps), Part: ps.Part, Value: ps.Value, Ready: p.Ready}
		}
		items = append(items, tag.Li(class).Body(
			tag.Span("part-title").Body(
				app.Text(capital(ps.Part.Title)),
				app.If(ps.Part.Does != "", func() app.UI { return tag.Span("part-does").Text(ps.Part.Does) }),
			),
			control,
		))
	}
	return tag.Ul("parts").Body(items...)
}

func (p *protection) partName(ps partStanding) string {
	return capital(p.Standing.Protection.NameOf(ps.Part))
}

func (p *protection) partSwitch(ps partStanding) app.UI {
	return toggle(ps.On, p.Ready, p.partName(ps), func() { p.Desk.turnPart(ps.Part.ID, !ps.On) })
}
