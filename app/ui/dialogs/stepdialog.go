package dialogs

import (
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/client"
	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/event"
	"oauthlab/lessons/param"
)

// Bounds of a request that is edited: what the feed keeps of an address.
const (
	maxDraft = event.MaxValue
	maxRows  = event.MaxFields
)

// stepDialog shows the next request before it is sent: every parameter can be
// changed, added or dropped.
type stepDialog struct {
	app.Compo
	Controller *session.Controller
	Draft      client.Draft // as the client made it

	rows   []event.Field // as the learner has it; nil until something was changed
	edited bool
}

func (s *stepDialog) Render() app.UI {
	return tag.Form("step-form").
		On("submit", func(_ app.Context, e app.Event) {
			e.PreventDefault()
			s.send()
		}).
		Body(
			tag.P("modal-lead").Text(s.lead()),
			tag.P("step-line").Body(
				tag.Span("step-method").Text(s.Draft.Method),
				tag.Span().Text(" "+s.Draft.URL),
			),
			tag.Ul("step-fields").Body(s.fields()...),
			tag.Div("modal-actions").Body(
				tag.Button("button", "button-primary").ID("send-draft").Attr("type", "submit").Text("Send it").Attr("autofocus", "true"),
				tag.Button("button").Text("Add a parameter").
					OnClick(func(app.Context, app.Event) { s.add() }, app.EventScope("add")),
				tag.Button("button", "button-quiet").Text("Cancel").
					OnClick(func(app.Context, app.Event) { s.Controller.CloseDialog() }, app.EventScope("cancel")),
			),
			tag.P("modal-said").Role("status").Text(s.problem()),
		)
}

// draftTitle is the heading of the dialog.
func draftTitle(d client.Draft) string {
	switch {
	case d.ToAPI:
		return "Next: a request to the API"
	case d.In == client.InBody:
		return "Next: the token request"
	}
	return "Next: the authorization request"
}

func (s *stepDialog) lead() string {
	switch {
	case s.Draft.In == client.InHeader:
		return "The client is about to ask the API. The token goes in the Authorization header, behind the word Bearer. Change or drop it."
	case s.Draft.ToAPI:
		return "The client is about to ask the API. The token stands in the address, where histories and logs keep it. Change or drop it."
	case s.isToken():
		return "The client is about to ask for a token. These parameters go in the body, straight to the server. Change or drop any."
	}
	return "The client is about to send Alice's browser here. These parameters stand in the address. Change or drop any."
}

func (s *stepDialog) isToken() bool { return s.Draft.In == client.InBody }

// parameters are those of the request as it would be sent now.
func (s *stepDialog) parameters() []event.Field {
	if s.edited {
		return s.rows
	}
	return s.Draft.Parameters
}

func (s *stepDialog) fields() []app.UI {
	var items []app.UI
	for i, p := range s.parameters() {
		items = append(items, s.field(i, p))
	}
	return items
}

// field is one parameter: its name, which can be changed where the learner added
// it, its value, and the button that drops it.
func (s *stepDialog) field(i int, p event.Field) app.UI {
	id := "draft-" + strconv.Itoa(i)
	name := p.Name
	if name == "" {
		name = "parameter " + strconv.Itoa(i+1)
	}
	own := i < len(s.Draft.Parameters) && slices.ContainsFunc(s.Draft.Parameters, func(o event.Field) bool { return o.Name == p.Name })
	label := app.UI(tag.Label("step-name").Attr("for", id).Text(p.Name))
	if !own {
		label = tag.Input("text", "field-input", "step-name").Aria("label", "Name of parameter "+strconv.Itoa(i+1)).
			ID(id+"-name").Attr("placeholder", "name").Attr("autocomplete", "off").Spellcheck(false).Attr("maxlength", 64).Attr("value", p.Name).
			On("input", func(ctx app.Context, _ app.Event) {
				s.change(i, event.Field{Name: ctx.JSSrc().Get("value").String(), Value: s.parameters()[i].Value})
			}, app.EventScope("name", i))
	}
	return tag.Li("step-field").Body(
		label,
		tag.Input("text", "field-input", "mark", widget.MarkClass(param.MarkOf(p.Name))).ID(id).Aria("label", name).Title(p.Value).
			Attr("autocomplete", "off").Spellcheck(false).Attr("autocapitalize", "off").Attr("maxlength", maxDraft).Attr("value", p.Value).
			On("input", func(ctx app.Context, _ app.Event) {
				s.change(i, event.Field{Name: s.parameters()[i].Name, Value: ctx.JSSrc().Get("value").String()})
			}, app.EventScope("value", i)),
		tag.Button("step-drop").Aria("label", "Drop "+name).Title("Drop "+name).Text("×").
			OnClick(func(app.Context, app.Event) { s.drop(i) }, app.EventScope("drop", i)),
	)
}

// edit takes the parameters over from the client, to be changed.
func (s *stepDialog) edit() {
	if !s.edited {
		s.rows, s.edited = slices.Clone(s.Draft.Parameters), true
	}
}

func (s *stepDialog) change(i int, p event.Field) {
	s.edit()
	s.rows[i] = p
}

func (s *stepDialog) drop(i int) {
	s.edit()
	s.rows = slices.Delete(s.rows, i, i+1)
	s.Controller.FocusSoon("send-draft")
}

func (s *stepDialog) add() {
	if len(s.parameters()) >= maxRows {
		return
	}
	s.edit()
	s.rows = append(s.rows, event.Field{})
	s.Controller.FocusSoon("draft-" + strconv.Itoa(len(s.rows)-1) + "-name")
}

// problem says why the request cannot be sent as it is, or "".
func (s *stepDialog) problem() string {
	size := len(s.Draft.URL)
	for _, p := range s.parameters() {
		size += escapedLen(p.Name) + escapedLen(p.Value) + len("&=")
	}
	if size > maxDraft {
		return "The request is longer than the lab records (" + strconv.Itoa(maxDraft) + " characters). Make it shorter."
	}
	return ""
}

// escapedLen returns how long s is at most when it stands in an address.
func escapedLen(s string) int {
	n := 0
	for i := range len(s) {
		if c := s[i]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == ' ' {
			n++
		} else {
			n += len("%00")
		}
	}
	return n
}

// send sends the request, where nothing is wrong with it.
func (s *stepDialog) send() {
	if s.problem() == "" {
		s.Controller.SendDraft(s.named())
	}
}

// named are the parameters that are sent. A row without a name is none.
func (s *stepDialog) named() []event.Field {
	var named []event.Field
	for _, p := range s.parameters() {
		if p.Name != "" {
			named = append(named, p)
		}
	}
	return named
}
