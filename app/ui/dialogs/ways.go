package dialogs

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/event"
	"oauthlab/lessons/param"
	"oauthlab/lessons/prose"
)

// ways shows side by side how the agent did its task in each way.
func ways(c *session.Controller, s session.Screen) app.UI {
	return waysOf(c.Ways(), s.Lab.Agent+"/done", c.Login().Token != "" && s.Ready() && s.Busy == session.Idle, c.DelegateAllWays)
}

// waysOf is the comparison. page is the address of the agent's own page.
func waysOf(all []timeline.Way, page string, ready bool, do func()) app.UI {
	var panels []app.UI
	for i, w := range all {
		panels = append(panels, wayPanel("way-"+strconv.Itoa(i), w))
	}
	return tag.Div("knows").Body(
		tag.P("modal-lead").Text("One task, three ways: the agent puts Alice's next bill into her calendar. What is each API shown, and what can it know?"),
		tag.Div("modal-actions").Body(
			widget.Pressable(tag.Button("button").ID("ways-do").Text("Do it all three ways"), ready, do, "ways"),
			tag.If(!ready, func() app.UI { return tag.P("step-wait").Text("Run the flow first, and sign in as Alice.") }),
		),
		tag.Div("knows-panels").Body(panels...),
		tag.P("modal-note").Body(
			app.Text("The agent has a page of its own: "),
			tag.A(page).Text("what it remembers of its tasks"), app.Text("."),
		),
	)
}

// wayPanel is one way: what came of it, then who was shown what, and who acts for whom.
func wayPanel(id string, w timeline.Way) app.UI {
	return tag.Section("knows-panel", "way", widget.PartyClass(event.Agent)).Aria("labelledby", id).Body(
		tag.H3("knows-title").ID(id).Text(w.Title),
		app.If(w.Came == "", func() app.UI { return tag.P("knows-missing").Text("Not done yet.") }).
			Else(func() app.UI {
				return tag.Div().Body(
					tag.P("knows-about").Text(prose.FullStop(w.Came)),
					tag.Dl("knows-claims").Body(
						showing("Billing", w.Billing),
						showing("Calendar", w.Calendar),
					),
					tag.If(len(w.Chain) > 0, func() app.UI { return chain(w.Chain) }),
				)
			}),
	)
}

// showing is what an API was shown, and what it can know by that.
func showing(api string, s timeline.Showing) app.UI {
	return tag.Div("knows-claim", widget.PartyClass(event.API)).Body(
		tag.Dt("param-word").Text(api),
		app.If(s.Token == "", func() app.UI { return tag.Dd().Text("It was not asked.") }).
			Else(func() app.UI {
				return tag.Dd().Body(
					widget.Traced(tag.Span(), timeline.TraceOf("access_token", s.Value)).Class("mark", widget.MarkClass(param.MarkToken)).Text(s.Token),
					app.Text(" answered "+strconv.Itoa(s.Status)),
					tag.P("param-means").Text("It can know: "+s.Knows),
				)
			}),
	)
}

// chain draws who acts for whom, the last first.
func chain(all []string) app.UI {
	var links []app.UI
	for i, one := range all {
		class := widget.PartyClass(event.Agent)
		if i == len(all)-1 {
			one, class = prose.Capital(one), widget.PartyClass(event.Browser)
		}
		if i > 0 {
			links = append(links, tag.Span("chain-link").Text("acts for"))
		}
		links = append(links, tag.Span("chain-who", class).Text(one))
	}
	return tag.P("chain").Body(links...)
}
