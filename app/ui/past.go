package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
)

// isHere reports whether the band happened in this chapter since the lab came here, or
// happens in the one into which another page took it.
func (c Content) isHere(b timeline.Band, elsewhere string) bool {
	return !b.Past && (b.Chapter == "" || b.Chapter == c.Chapter.ID || b.Chapter == elsewhere)
}

// cut tells what happened before the lab came here from what happens now. Past bands
// stand together by their chapter.
func (c Content) cut(all []timeline.Band, elsewhere string) (past [][]timeline.Band, here []timeline.Band) {
	for _, b := range all {
		n := len(past)
		switch {
		case c.isHere(b, elsewhere):
			here = append(here, b)
		case n > 0 && past[n-1][0].Chapter == b.Chapter:
			past[n-1] = append(past[n-1], b)
		default:
			past = append(past, []timeline.Band{b})
		}
	}
	return past, here
}

// pastKey names a stretch of the past in screen.Unfolded, by its first band.
func pastKey(bands []timeline.Band) string { return "past-" + bands[0].Key }

// unfolded are the past bands that the learner looks at.
func (d *diagram) unfolded(past [][]timeline.Band) []timeline.Band {
	var all []timeline.Band
	for _, bands := range past {
		if d.Unfolded[pastKey(bands)] {
			all = append(all, bands...)
		}
	}
	return all
}

// past folds what happened in other chapters, a line each.
func (d *diagram) past(past [][]timeline.Band, lanes []timeline.Lane) []app.UI {
	var all []app.UI
	for _, bands := range past {
		key := pastKey(bands)
		open := d.Unfolded[key]
		all = append(all, tag.Div("past").Body(
			tag.Button("past-head").Aria("expanded", strconv.FormatBool(open)).
				OnClick(func(app.Context, app.Event) { d.Desk.fold(key, !open) }, app.EventScope(key, open)).
				Body(
					tag.Span("past-title").Text("Earlier, in "+d.Content.nameOf(bands[0].Chapter)),
					tag.Span("band-count").Text(pastText(bands)),
				),
			app.If(open, func() app.UI { return tag.Div().Body(d.bandsOf(bands, lanes)...) }),
		))
	}
	return all
}

// bandsOf draws the latest of the bands, folded.
func (d *diagram) bandsOf(bands []timeline.Band, lanes []timeline.Lane) []app.UI {
	var all []app.UI
	for _, b := range bands[max(0, len(bands)-windowBands):] {
		all = append(all, d.band(b, lanes, false))
	}
	return all
}

// nameOf returns what a chapter is called: "v03 PKCE".
func (c Content) nameOf(id string) string {
	for _, link := range c.Chapters {
		if link.ID == id {
			return id + " " + link.Title
		}
	}
	return id
}

// pastText counts them: "2 flows, 1 attack".
func pastText(bands []timeline.Band) string {
	attacks := 0
	for _, b := range bands {
		if b.Attack != "" {
			attacks++
		}
	}
	switch flows := len(bands) - attacks; {
	case attacks == 0:
		return plural(flows, "flow")
	case flows == 0:
		return plural(attacks, "attack")
	default:
		return plural(flows, "flow") + ", " + plural(attacks, "attack")
	}
}
