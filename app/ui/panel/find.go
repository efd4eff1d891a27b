package panel

import (
	"slices"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/lessons/event"
	"oauthlab/lessons/prose"
)

// find is the field that looks among all protections and attacks, and how many it found.
func (p *Column) find(protections, attacks int) app.UI {
	const name = "Find a protection or an attack"
	said := ""
	if p.query != "" {
		said = prose.Count(protections, "protection") + ", " + prose.Count(attacks, "attack")
	}
	return tag.Div("find").Role("search").Body(
		tag.Input("search", "field-input", "find-field").Aria("label", name).Attr("placeholder", "Find protection or attack").
			Attr("autocomplete", "off").Attr("spellcheck", "false").Attr("disabled", app.IsServer).
			On("input", func(ctx app.Context, _ app.Event) {
				p.query = strings.TrimSpace(ctx.JSSrc().Get("value").String())
			}),
		tag.P("find-said").Role("status").Text(said),
	)
}

// protections returns those that are looked for, by the party that enforces them, in the
// order of the table.
func (p *Column) protections(table event.Parties) []item {
	var items []item
	for _, row := range table {
		for _, s := range p.Statuses {
			if s.Protection.By != row.ID || !s.Finds(p.query) {
				continue
			}
			star := p.Content.Switches(s.Protection.ID)
			it := item{heading: row.Checks(), off: !s.Safe, ui: &protection{
				Controller: p.Controller, Status: s, Here: star, Ready: p.Open && p.Busy == session.Idle,
			}}
			if !star && !slices.Contains(p.Content.Chapter.Protections, s.Protection.ID) {
				it.chapter = s.Protection.Chapter
			}
			items = append(items, it)
		}
	}
	return items
}

// attacks returns those that are looked for, and how many of this chapter's were tried.
func (p *Column) attacks() (items []item, tried int) {
	for _, a := range p.Content.Attacks {
		end, done := endOf(p.Ends, a.ID)
		here := slices.Contains(p.Content.Chapter.Attacks, a.ID)
		if here && done {
			tried++
		}
		if !session.Finds(p.query, a.ID, a.Title, a.Story, a.Chapter, strings.Join(a.Sections, " ")) {
			continue
		}
		it := item{ui: &attackCard{Controller: p.Controller, Attack: a, End: end, Tried: done, Set: session.Has(a.Given, p.Statuses), Ready: p.Open && p.Busy == session.Idle}}
		if !here {
			it.chapter = a.Chapter
		}
		items = append(items, it)
	}
	return items, tried
}
