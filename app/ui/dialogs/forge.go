package dialogs

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/api"
)

// maxForged bounds what is typed of header and claims, in characters.
const maxForged = "2048"

// forgeKeys are the keys that Mallory can sign with, as they are called.
var forgeKeys = []struct{ key, name string }{
	{api.KeyMallory, "Mallory's own key"}, {api.KeyPublic, "the server's public key, as a secret"}, {api.KeyNone, "no signature"},
}

// forge lets the learner change what a token says, sign it with what Mallory has, and show it to
// the API.
func forge(c *session.Controller, s session.Screen) app.UI {
	f, ready := s.Forge, s.Ready() && s.Busy == session.Idle
	var keys []choice
	for _, k := range forgeKeys {
		keys = append(keys, choice{k.name, k.key == f.Key, func() { c.SignWith(k.key) }})
	}
	return tag.Div("bench").Body(
		tag.P("modal-lead").Text("Whoever has a token can read it, and write another. What Mallory lacks is the server's private key. Does the API notice?"),
		tag.Div("modal-actions").Body(
			widget.Pressable(tag.Button("button", "button-small").Text("Take the latest access token"), c.HasToken("access_token"), func() { c.LayToken("access_token") }, "lay-access"),
			widget.Pressable(tag.Button("button", "button-small").Text("Take the latest ID token"), c.HasToken("id_token"), func() { c.LayToken("id_token") }, "lay-id"),
		),
		forgeField(session.ForgeHeader, "Header", "5", f.Laid.Header, c.TypeHeader),
		forgeField(session.ForgeClaims, "Claims", "10", f.Laid.Claims, c.TypeClaims),
		choices("Signed with", keys),
		tag.Div("modal-actions").Body(
			widget.Pressable(tag.Button("button").ID("forge-write").Text("Write the token"), ready, func() { c.WriteToken(false) }, "write"),
			widget.Pressable(tag.Button("button", "button-attack").ID("forge-send").Text("Show it to the API, as Mallory"), ready, func() { c.WriteToken(true) }, "send"),
		),
		tag.Div().Role("status").Body(
			tag.If(f.Problem != "", func() app.UI { return tag.P("forge-answer").Text(f.Problem) }),
			tag.If(f.Forged.Token != "", func() app.UI { return forgedToken(f.Forged.Token) }),
			tag.If(f.Sent && f.Forged.Status != 0, func() app.UI { return forgedAnswer(f.Forged) }),
		),
		tag.P("modal-note").Text("The API reads tokens by itself where “API checks tokens by” is signature, among the parts of JWT signature. Otherwise it asks the auth server, which knows what it has given out (RFC 9068 §4, RFC 7662 §2)."),
	)
}

// forgeField is a text of the learner's, see benchField.
func forgeField(id, label, rows, laid string, typed func(string)) app.UI {
	return tag.Div().Body(
		tag.Label("field-label").Attr("for", id).Text(label),
		tag.Textarea("field-input", "field-long").ID(id).Attr("rows", rows).Attr("spellcheck", "false").Attr("maxlength", maxForged).Text(laid).
			On("input", func(ctx app.Context, _ app.Event) { typed(ctx.JSSrc().Get("value").String()) }, app.EventScope(id)),
	)
}

// forgedToken shows a token in its three parts, each in its colour.
func forgedToken(token string) app.UI {
	parts := strings.SplitN(token, ".", 3)
	for len(parts) < 3 {
		parts = append(parts, "")
	}
	return tag.P("forge-token", "jwt-whole").ID("forged").Body(
		tag.Span("jwt-header").Text(parts[0]), app.Text("."),
		tag.Span("jwt-claims").Text(parts[1]), app.Text("."),
		tag.Span("jwt-signature").Text(parts[2]),
	)
}

// forgedAnswer says what the API made of it.
func forgedAnswer(f api.Forged) app.UI {
	said := "The API refuses it, and answers " + strconv.Itoa(f.Status) + "."
	if f.Status < 300 {
		said = "The API takes it, and answers " + strconv.Itoa(f.Status) + "."
	}
	return tag.Div().Body(tag.P("forge-answer").Text(said), tag.P("forge-token").Text(f.Answer))
}
