package widget

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
)

// TokensTitle is what the table of tokens and APIs is called, wherever it can be opened.
const TokensTitle = "Which API takes which token"

// TokensOpener is a button that opens it, at the place that is named so.
func TokensOpener(c *session.Controller, place string) app.UI {
	id := "tokens-" + place
	return Pressable(tag.Button("button", "button-small").ID(id).Text(TokensTitle).Aria("haspopup", "dialog"),
		!app.IsServer, func() { c.OpenTokens(id) }, id)
}
