package panel

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
)

// item is a protection or an attack of the panel.
type item struct {
	chapter string // where it is taught; "" for what this chapter is about
	heading string // who enforces it
	off     bool   // something in it is off
	ui      app.UI
}

// shelf draws what this chapter is about, and below it, folded, what earlier ones were.
// class is that of its lists, and names it in the keys of its folds.
func (p *Column) shelf(class string, items []item) []app.UI {
	chapters := make([]string, len(items))
	var here []item
	for i, it := range items {
		chapters[i] = it.chapter
		if it.chapter == "" {
			here = append(here, it)
		}
	}
	older := "panel-" + class
	var all []app.UI
	if len(here) > 0 {
		all = []app.UI{tag.H3("fold-title", "fold-line").Text(p.Content.NameOf(p.Content.Chapter.ID)), list(class, here)}
	}
	for _, f := range session.FoldsOf(chapters, p.query != "" || p.Unfolded[older]) {
		all = append(all, p.fold(class, older, f, items))
	}
	return all
}

// fold draws what is taught in an earlier chapter, or in several, for which key stands.
func (p *Column) fold(class, key string, f session.Fold, items []item) app.UI {
	name := p.Content.NameOf(f.Chapters[0])
	if last := len(f.Chapters) - 1; last > 0 {
		name = f.Chapters[last] + " to " + f.Chapters[0]
	} else {
		key += "-" + f.Chapters[0]
	}
	open := p.Unfolded[key]
	if p.query != "" { // what is looked for is unfolded
		key += "-found"
		open = !p.Unfolded[key]
	}
	state, text := "", strconv.Itoa(len(f.Items))
	var shown []item
	for _, i := range f.Items {
		if items[i].off {
			state = "is-off"
		}
		if open || items[i].off { // whatever is off is in sight
			shown = append(shown, items[i])
		}
	}
	switch {
	case state != "":
		text += " · off"
	case items[f.Items[0]].heading != "":
		text += " · on"
	}
	return tag.Div("fold", state).Body(
		tag.H3("fold-title").Body(
			tag.Button("fold-line", "fold-button").Aria("expanded", strconv.FormatBool(open)).
				OnClick(func(app.Context, app.Event) { p.Controller.Fold(key, !p.Unfolded[key]) }, app.EventScope(key, open)).
				Body(tag.Span("fold-name").Text(name), app.Text(" "), tag.Span("fold-count").Text(text)),
		),
		list(class, shown),
	)
}

// list draws items under their headings, where they have one.
func list(class string, items []item) app.UI {
	var all, some []app.UI
	for i, it := range items {
		some = append(some, it.ui)
		if i+1 < len(items) && items[i+1].heading == it.heading {
			continue
		}
		if it.heading != "" {
			all = append(all, tag.P("group-title").Text(it.heading))
		}
		all, some = append(all, tag.Ul(class).DataSet("stop", true).Body(some...)), nil
	}
	return tag.Div("fold-body").Body(all...)
}
