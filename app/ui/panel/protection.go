package panel

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/prose"
)

// protection is what the learner switches: one master switch, and its parts.
type protection struct {
	app.Compo
	Controller *session.Controller
	Status     session.ProtectionStatus
	Here       bool // the lesson switches it
	Ready      bool

	open bool // the learner asked for the parts
}

func (p *protection) Render() app.UI {
	s := p.Status
	class := "protection"
	if !s.Safe {
		class = "protection is-broken"
	}
	return tag.Li(class).Body(
		tag.Div("protection-head").Body(
			tag.Div("protection-words").Body(
				tag.P("protection-title").Body(widget.TermLink(s.Protection.ID, s.Protection.Title)),
				tag.P("protection-stops").Text("Stops: "+s.Protection.Stops),
				tag.If(p.fallback() != "", func() app.UI {
					return tag.P("protection-stops").Text("Off: " + p.fallback())
				}),
				tag.If(p.hasMore(), p.moreButton),
			),
			tag.If(!s.IsChoice(), func() app.UI {
				return widget.Toggle(s.On, p.Ready, s.Protection.Title, p.offWord(), func() { p.Controller.Turn(p.Status.Protection.ID, !p.Status.On) })
			}),
		),
		tag.If(p.showsParts(), p.parts),
	)
}

// offWord says how much of it is off.
func (p *protection) offWord() string {
	if p.Status.AllOff() {
		return "off"
	}
	return "part off"
}

// fallback says what happens while a part is off that leaves nothing to go on with.
func (p *protection) fallback() string {
	for _, ps := range p.Status.Parts {
		if !ps.On && ps.Part.Fallback != "" {
			return ps.Part.Fallback
		}
	}
	return ""
}

func (p *protection) showsParts() bool {
	return p.Status.IsChoice() || len(p.Status.Parts) > 1 && (p.open || p.Here || !p.Status.Safe)
}

// hasMore reports whether there are parts that only show when asked for.
func (p *protection) hasMore() bool {
	return !p.Status.IsChoice() && len(p.Status.Parts) > 1 && !p.Here && p.Status.Safe
}

func (p *protection) moreButton() app.UI {
	text := strconv.Itoa(len(p.Status.Parts)) + " parts"
	return tag.Button("more").Aria("expanded", strconv.FormatBool(p.open)).
		Aria("label", text+" of "+p.Status.Protection.Title).Text(text).
		OnClick(func(app.Context, app.Event) { p.open = !p.open })
}

func (p *protection) parts() app.UI {
	var items []app.UI
	for _, ps := range p.Status.Parts {
		class := "part"
		if !ps.Safe() {
			class = "part is-off"
		}
		control := p.partSwitch(ps)
		if len(ps.Part.Values) > 0 {
			control = &habit{Controller: p.Controller, Name: p.partName(ps), Part: ps.Part, Value: ps.Value, Ready: p.Ready}
		}
		items = append(items, tag.Li(class).Body(
			tag.Span("part-title").Body(
				app.Text(prose.Capital(ps.Part.Title)),
				tag.If(ps.Part.Does != "", func() app.UI { return tag.Span("part-does").Text(ps.Part.Does) }),
			),
			control,
		))
	}
	return tag.Ul("parts").Body(items...)
}

func (p *protection) partName(ps session.PartStatus) string {
	return prose.Capital(p.Status.Protection.NameOf(ps.Part))
}

func (p *protection) partSwitch(ps session.PartStatus) app.UI {
	return widget.Toggle(ps.On, p.Ready, p.partName(ps), "off", func() { p.Controller.TurnPart(ps.Part.ID, !ps.On) })
}
