package stage

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/lessons/prose"
)

// pastKey names a stretch of the past in Screen.Unfolded, by its first band.
func pastKey(bands []timeline.Band) string { return "past-" + bands[0].Key }

// unfolded are the past bands that the learner looks at.
func (d *Diagram) unfolded(past [][]timeline.Band) []timeline.Band {
	var all []timeline.Band
	for _, bands := range past {
		if d.Unfolded[pastKey(bands)] {
			all = append(all, bands...)
		}
	}
	return all
}

// past folds what happened in other chapters, a line each.
func (d *Diagram) past(past [][]timeline.Band, lanes []timeline.Lane) []app.UI {
	var all []app.UI
	for _, bands := range past {
		key := pastKey(bands)
		open := d.Unfolded[key]
		all = append(all, tag.Div("past").Body(
			tag.Button("past-head").Aria("expanded", strconv.FormatBool(open)).
				OnClick(func(app.Context, app.Event) { d.Controller.Fold(key, !open) }, app.EventScope(key, open)).
				Body(
					tag.Span("past-title").Text("Earlier, in "+d.Content.NameOf(bands[0].Chapter)),
					tag.Span("band-count").Text(pastText(bands)),
				),
			tag.If(open, func() app.UI { return tag.Div().Body(d.bandsOf(bands, lanes)...) }),
		))
	}
	return all
}

// bandsOf draws the latest of the bands, folded.
func (d *Diagram) bandsOf(bands []timeline.Band, lanes []timeline.Lane) []app.UI {
	var all []app.UI
	for _, b := range bands[max(0, len(bands)-windowBands):] {
		all = append(all, d.band(b, lanes, false))
	}
	return all
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
		return prose.Count(flows, "flow")
	case flows == 0:
		return prose.Count(attacks, "attack")
	default:
		return prose.Count(flows, "flow") + ", " + prose.Count(attacks, "attack")
	}
}
