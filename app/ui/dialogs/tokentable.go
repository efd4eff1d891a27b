package dialogs

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/client"
	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/param"
)

// tokens shows which API took which token.
func tokens(c *session.Controller, s session.Screen) app.UI {
	ready := s.Ready() && s.Busy == session.Idle
	var delegate app.UI
	if s.HasAgent() {
		delegate = widget.Pressable(tag.Button("button").ID("tokens-delegate").Text("Have the agent show both tokens"), ready, func() { c.Delegate(client.TaskCompare) }, "delegate")
	}
	return tokenTable(c.Tokens(), ready, c.CompareTokens, delegate)
}

// tokenTable is the table with what fills it. delegate has the agent do so; nil where there is none.
func tokenTable(t timeline.TokenTable, ready bool, compare func(), delegate app.UI) app.UI {
	if len(t.Rows) == 0 {
		return tag.Div("knows").Body(
			tag.P("modal-lead").Text("There is no token yet. Press “Run the flow” and sign in as Alice: then each of her client's tokens is a row here."),
		)
	}
	head := []app.UI{column("Token for")}
	for _, d := range t.Endpoints {
		head = append(head, column(d.Name).Class(widget.PartyClass(d.At)))
	}
	var rows []app.UI
	for _, r := range t.Rows {
		rows = append(rows, tokenRow(t, r))
	}
	return tag.Div("knows").Body(
		tag.P("modal-lead").Text("A row is a token, a column is who is asked. Each answer is a real one: the last that was given."),
		tag.Div("modal-actions").Body(
			widget.Pressable(tag.Button("button").ID("tokens-compare").Text("Ask every API with every token"), ready, compare, "compare"),
			delegate,
		),
		tag.Table("knows-table", "token-table").Aria("label", "Which API takes which token").Body(
			tag.Thead().Body(tag.Tr().Body(head...)),
			tag.Tbody().Body(rows...),
		),
	)
}

func tokenRow(t timeline.TokenTable, r timeline.TokenRow) app.UI {
	cells := []app.UI{tag.Th().Attr("scope", "row").Body(
		app.Text(r.For), app.Text(" "),
		widget.Traced(tag.Span(), timeline.TraceOf("access_token", r.Value)).Class("mark", widget.MarkClass(param.MarkToken)).Text(r.Token),
	)}
	for i, c := range r.Cells {
		cells = append(cells, tokenCell(t.Endpoints[i].Name, c))
	}
	return tag.Tr().Body(cells...)
}

// tokenCell is what came of a token at a endpoint.
func tokenCell(endpoint string, c timeline.TokenCell) app.UI {
	cell := tag.Td().DataSet("by", endpoint)
	switch {
	case c.Status == 0:
		return cell.Class("is-silent").Text("not asked")
	case c.Taken:
		cell.Class("is-taken")
	default:
		cell.Class("is-refused")
	}
	verb := "refuses, "
	if c.Taken {
		verb = "opens, "
	}
	return cell.Body(
		tag.Strong().Text(verb+c.Says()),
		tag.If(c.Who != "", func() app.UI { return tag.Span("token-who").Text(c.Who) }),
	)
}
