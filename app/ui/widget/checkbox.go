package widget

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

func CheckBox(text string, on bool, turn func(on bool)) app.UI {
	box := tag.Input("checkbox", "check-box").Attr("disabled", app.IsServer).
		OnChange(func(ctx app.Context, _ app.Event) { turn(ctx.JSSrc().Get("checked").Bool()) }, app.EventScope(text))
	if on {
		box = box.Attr("checked", true)
	}
	return tag.Label("check").Body(box, tag.Span().Text(text))
}
