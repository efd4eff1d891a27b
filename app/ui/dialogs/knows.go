package dialogs

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// knows shows side by side what was told of a user in one login, and below it who knows what.
func knows(c *session.Controller, _ session.Screen) app.UI { return knowsOf(c.Knows()) }

func knowsOf(t timeline.Triptych) app.UI {
	if t.Who == "" {
		return tag.Div("knows").Body(
			tag.P("modal-lead").Text("Nothing was told of anybody yet. Press “Run the flow” and sign in as Alice: then here stands what ID token, UserInfo and API say of her."),
		)
	}
	var told []app.UI
	for i, one := range t.Told {
		told = append(told, toldBy("knows-"+strconv.Itoa(i), one))
	}
	return tag.Div("knows").Body(
		tag.P("modal-lead").Text("The latest login: "+t.Who+". Three tell of the user, each in its own way."),
		tag.Div("knows-panels").Body(told...),
		tag.H3("knows-head").ID("knows-head").Text("Question by question"),
		knowsTable(t),
	)
}

// toldBy is one of those who tell: what they vouch for, then what they say.
// id is that of its heading.
func toldBy(id string, t timeline.Told) app.UI {
	var facts, claims []app.UI
	for _, f := range t.Facts {
		facts = append(facts, tag.Div("knows-fact").Body(tag.Dt().Text(f.Name), tag.Dd().Text(f.Value)))
	}
	for _, p := range t.Claims {
		claims = append(claims, tag.Div("knows-claim").Body(
			tag.Dt("param-word").Text(p.Name),
			tag.Dd().Body(
				tag.Code().Body(widget.Traced(tag.Span(), timeline.TraceOf(p.Name, p.Value)).Class("param-value", "mark", widget.MarkClass(p.Kind)).Text(p.Value)),
				tag.If(p.Also != "", func() app.UI { return tag.Span("param-also").Text(p.Also) }),
				tag.If(p.Means != "", func() app.UI { return tag.P("param-means").Text(p.Means) }),
			),
		))
	}
	return tag.Section("knows-panel", widget.PartyClass(t.From)).Aria("labelledby", id).Body(
		tag.H3("knows-title").ID(id).Text(t.Title),
		tag.P("knows-about").Text(t.About),
		app.If(t.Missing != "", func() app.UI { return tag.P("knows-missing").Text(t.Missing) }).
			Else(func() app.UI {
				return tag.Div().Body(tag.Dl("knows-facts").Body(facts...), tag.Dl("knows-claims").Body(claims...))
			}),
	)
}

// knowsTable holds the three against each other.
func knowsTable(t timeline.Triptych) app.UI {
	head := []app.UI{column("Question")}
	for _, one := range t.Told {
		head = append(head, column(one.Title).Class(widget.PartyClass(one.From)))
	}
	var rows []app.UI
	for _, k := range t.Knows {
		cells := []app.UI{tag.Th().Attr("scope", "row").Body(
			app.Text(k.Question), app.Text(" "),
			tag.If(k.Claim != "", func() app.UI { return tag.Code("knows-name").Text(k.Claim) }),
		)}
		for i, answer := range k.Answers {
			cells = append(cells, told(t.Told[i].Title, answer))
		}
		rows = append(rows, tag.Tr().Body(cells...))
	}
	return tag.Table("knows-table").Aria("labelledby", "knows-head").Body(
		tag.Thead().Body(tag.Tr().Body(head...)),
		tag.Tbody().Body(rows...),
	)
}

func column(name string) *tag.Element { return tag.Th().Attr("scope", "col").Text(name) }

// told is what one of them says to a question; "" where that is nothing.
func told(by, answer string) app.UI {
	cell := tag.Td().DataSet("by", by)
	if answer == "" {
		return cell.Class("is-silent").Text("not told")
	}
	return cell.Text(answer)
}
