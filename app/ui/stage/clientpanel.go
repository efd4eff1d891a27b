package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/param"
	"oauthlab/lessons/prose"
)

// clientPage is the client's own page after a login that has come to l: what it has,
// what it does not know yet, and what waits for the learner.
func (a *Alice) clientPage(l timeline.Login) app.UI {
	if l.Token != "" && l.Failed == "" && a.HasAPI {
		return a.account(l)
	}
	waits := a.Waiting != "" && !a.isStill()
	title, text, name, value, kind := "The client has a token", //
		"Signed in. With this token the client may act for an account. Whose it is, the client does not know yet: v04 brings the API that tells.",
		"access_token", l.Token, param.MarkToken
	class := "client-card"
	switch {
	case l.Failed != "":
		class = "client-card is-failed"
		title, text, name = "The client gives up", prose.FullStop(l.Failed)+" It signs nobody in.", ""
	case l.SignedOut:
		title, text, name = "Signed out", "The client has forgotten its token. At the authorization server Alice may still be signed in, and the token is good until its time is over: whoever has a copy can go on using it.", ""
	case !l.Ended():
		title, text, name = "Back at the client", "It reads the answer in the address, and checks it.", ""
	case l.Token == "" && (waits || a.Redeems):
		title, text, name, value, kind = "The client has the code", //
			"It came in the address. To redeem it, the client sends it with its verifier, in a request of its own. A real app shows nothing of this: its callback does it at once.", "code", l.Code, param.MarkCode
	case l.Token == "":
		title, text, name, value, kind = "The client took the code", //
			"Here this chapter's flow ends. The token endpoint, where a code becomes a token, comes with v03.", "code", l.Code, param.MarkCode
	}
	return tag.Div("client-page").Role("group").Aria("label", "The client's page").TabIndex(0).Body( // it scrolls where it is low
		tag.Div(class).Body(
			tag.Div().Body(
				tag.P("client-title").Text(title),
				tag.P("client-text").Text(text),
				tag.If(name != "", func() app.UI {
					return tag.P("client-value").Body(
						tag.Span("mark", widget.MarkClass(kind)).Text(name + "=" + value),
					)
				}),
			),
			tag.If(waits, a.exchangeButton),
		),
	)
}
