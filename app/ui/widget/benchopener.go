package widget

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
)

// BenchTitle is what the workbench is called, wherever it can be opened.
const BenchTitle = "PKCE workbench"

// BenchOpener is a button that opens the workbench: at the place that is named so, with
// the parameter that stands there, if one does.
func BenchOpener(c *session.Controller, place string, p *timeline.Param) app.UI {
	id, class, value := "bench-"+place, "button button-small", ""
	if p != nil {
		class, value = "more", p.Value
	}
	return Pressable(tag.Button(class).ID(id).Text(BenchTitle).Aria("haspopup", "dialog"),
		!app.IsServer, func() { c.OpenBench(id, p) }, id, value)
}
