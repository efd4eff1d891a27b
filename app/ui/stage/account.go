package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/client"
	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/param"
	"oauthlab/lessons/prose"
)

// noteField is the id of the field for a new note.
const noteField = "client-note"

// account is the client's own page for a user who has signed in, where there is an API:
// whose account it is, and what is kept there. l is how far the login has come.
func (a *Alice) account(l timeline.Login) app.UI {
	title, text := "Signed in", "The client asks the API whose account this is."
	switch name := l.Shows.Get("name"); {
	case name != "":
		title, text = name, l.Shows.Get("email")
	case a.HasMore && !l.SaysWho():
		text = "The client shows here what its APIs keep. Press below what it shall open."
	case l.Shows != nil:
		text = "Whose account this is, the token may not say: it was not granted the scope profile."
	}
	return tag.Div("client-page").Role("group").Aria("label", "The client's page").TabIndex(0).Body( // it scrolls where it is low
		tag.Div("client-card", "account").Body(
			tag.P("client-title").Text(title),
			tag.P("client-text").Text(text),
			tag.If(l.Refused != "", func() app.UI {
				return tag.P("client-text", "account-no").Text("The API said no. " + prose.FullStop(l.Refused))
			}),
			a.things("Photos", "account-photos", l.Shows.All("photo")),
			a.things("Notes", "account-notes", l.Shows.All("note")),
			a.things("Bills", "account-bills", l.Shows.All("bill")),
			a.things("Appointments", "account-appointments", l.Shows.All("appointment")),
			tag.If(l.Report != "", func() app.UI { return tag.P("client-text", "account-report").Text("The agent: " + l.Report) }),
			tag.If(!a.isStill(), a.accountActions),
			tag.P("client-value").Body(
				tag.Span("mark", widget.MarkClass(param.MarkToken)).Text("access_token="+l.Token),
				tag.Span("account-from").Text(cameFrom(l)),
			),
		),
	)
}

// cameFrom says what the latest token was given for.
func cameFrom(l timeline.Login) string {
	switch {
	case l.Grant == "authorization_code" && l.For != "":
		return "for the code of the sign-in, good at " + l.For
	case l.Grant == "authorization_code":
		return "for the code of the sign-in"
	case l.Grant == "refresh_token" && l.For != "":
		return "for a refresh token, good at " + l.For + ": Alice did nothing"
	case l.Grant == "refresh_token":
		return "for a refresh token: Alice did nothing"
	}
	return ""
}

// things lists what is kept at the API.
func (a *Alice) things(title, class string, names []string) app.UI {
	return tag.If(len(names) > 0, func() app.UI {
		var items []app.UI
		for _, name := range names {
			items = append(items, tag.Li().Text(name))
		}
		return tag.Div("account-things").Body(
			tag.H3("account-head").Text(title),
			tag.Ul(class).Body(items...),
		)
	})
}

// mark returns a button, which is marked where a tour has it next.
func (a *Alice) mark(what session.TourTarget) *tag.Element {
	return widget.Marked(tag.Button(), a.Tour, a.Tour.What == what)
}

// accountActions are what the user can do there.
func (a *Alice) accountActions() app.UI {
	ready := a.Open && a.Busy == session.Idle
	return tag.Div("account-actions").Body(
		tag.Form("account-form").On("submit", func(_ app.Context, e app.Event) {
			e.PreventDefault()
			if ready {
				a.Controller.Write(browser.TakeValue("#" + noteField))
			}
		}, app.EventScope(ready)).Body(
			tag.Label("unseen").Attr("for", noteField).Text("A new note"),
			tag.Input("text", "field-input").ID(noteField).Attr("maxlength", 200).Attr("autocomplete", "off").Attr("placeholder", "A new note"),
			tag.Button("button", "button-small").Attr("type", "submit").Text("Write"),
		),
		tag.Div("account-row").Body(
			widget.Pressable(tag.Button("button", "button-small").ID("ask-again").Text("Ask the API again"), ready, func() { a.Controller.AskAgain() }, "ask"),
			tag.If(a.HasMore, func() app.UI {
				return widget.Pressable(a.mark(session.AtBilling).Class("button", "button-small").ID("open-billing").Text("Open billing"), ready, func() { a.Controller.OpenAPI(client.Billing) }, "billing")
			}),
			tag.If(a.HasMore, func() app.UI {
				return widget.Pressable(a.mark(session.AtCalendar).Class("button", "button-small").ID("open-calendar").Text("Open the calendar"), ready, func() { a.Controller.OpenAPI(client.Calendar) }, "calendar")
			}),
			tag.If(a.HasAgent, func() app.UI {
				return widget.Pressable(a.mark(session.AtDelegate).Class("button", "button-small").ID("delegate").Text("Let the agent file a bill"), ready, func() { a.Controller.Delegate(client.TaskBill) }, "delegate")
			}),
			widget.Pressable(tag.Button("button", "button-small", "button-quiet").ID("client-signout").Text("Sign out of the client"), ready, func() { a.Controller.SignOutClient() }, "out"),
		),
	)
}
