// Package widget is what several columns of the page draw: buttons, switches, marks,
// verdicts, links to the books.
package widget

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"

	"oauthlab/app/browser"
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

// Roving returns the handler that moves the focus by arrow keys among the
// elements that the CSS selector finds. press also presses what it came to.
func Roving(selector string, press bool) app.EventHandler {
	return func(ctx app.Context, e app.Event) {
		if browser.MoveFocus(ctx.JSSrc(), selector, e.Get("key").String(), press) {
			e.PreventDefault()
		}
	}
}

// TabIndex is 0 for the one element of a group that the tab key stops at, else -1.
func TabIndex(here bool) int {
	if here {
		return 0
	}
	return -1
}
