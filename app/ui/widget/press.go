// Package widget is what several columns of the page draw: buttons, switches, marks,
// verdicts, links to the books.
package widget

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// Pressable lets a button be pressed while it is ready. One that waits is marked
// and stays in the order of the keyboard: a disabled one would drop the focus.
// scope tells it from other buttons that may stand in its place. On the page as the
// server sends it no button works yet, and there it is disabled.
func Pressable(b *tag.Element, ready bool, press func(), scope ...any) *tag.Element {
	if app.IsServer && !ready {
		b = b.Attr("disabled", "true") // go-app writes aria-disabled without its value here
	}
	return b.Aria("disabled", strconv.FormatBool(!ready)).
		OnClick(func(app.Context, app.Event) {
			if ready {
				press()
			}
		}, app.EventScope(append(scope, ready)...))
}
