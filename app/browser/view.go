package browser

import (
	"sync/atomic"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// ScrollToStart shows the start of what the first element of the CSS selector
// scrolls.
func ScrollToStart(selector string) {
	if element := first(selector); element != nil {
		_ = try(func() { element.Call("scrollTo", 0, 0) })
	}
}

// ScrollToEnd shows the end of what the first element of the CSS selector
// scrolls.
func ScrollToEnd(selector string) {
	if element := first(selector); element != nil {
		// Beyond any end; where the column is reversed the end is at zero.
		_ = try(func() { element.Call("scrollTo", 0, 1<<24) })
	}
}

// Reveal scrolls no further than it takes to show the first element of the CSS
// selector, and gives it the focus if it takes one.
func Reveal(selector string) { reveal(selector, "nearest") }

// RevealTop shows the first element of the CSS selector at the top of what
// scrolls it, and gives it the focus.
func RevealTop(selector string) { reveal(selector, "start") }

// reveal takes the edge to which the element is scrolled as JavaScript names it.
func reveal(selector, block string) {
	element := first(selector)
	if element == nil {
		return
	}
	_ = try(func() {
		element.Call("focus", map[string]any{"preventScroll": true})
		element.Call("scrollIntoView", map[string]any{"block": block})
	})
}

// entriesBefore is how long the history was before the frame that stands, or stood
// last, made entries of its own. It is touched by FreshFrame and DropFrame only.
var entriesBefore atomic.Int64

// FreshFrame puts a new frame with the given id into the element of the CSS
// selector, in the place of the one before, and sends it to url. The focus follows who goes
// by keys. DropFrame takes the frame away.
func FreshFrame(selector, id, title, url string) {
	if !isWeb(url) {
		return
	}
	holder := first(selector)
	if holder == nil {
		return
	}
	if holder.Get("childElementCount").Int() == 0 {
		entriesBefore.Store(int64(app.Window().Get("history").Get("length").Int()))
	}
	frame := app.Window().Get("document").Call("createElement", "iframe")
	for name, value := range map[string]string{
		"id": id, "name": id, "title": title, "class": "alice-frame", "src": url,
	} {
		frame.Call("setAttribute", name, value)
	}
	holder.Call("replaceChildren", frame)
	if followsKeys() {
		_ = try(func() { frame.Call("focus") })
	}
}

// followsKeys reports whether the focus is to go where something opens: whoever pressed a
// key is there next, and a pointer finds its way.
func followsKeys() bool {
	document := app.Window().Get("document")
	active := document.Get("activeElement")
	return !active.Truthy() || active.Equal(document.Get("body")) || active.Call("matches", ":focus-visible").Bool()
}

// DropFrame takes the frame away that FreshFrame put there, and steps back over the
// entries that it left in the history, so that "back" leaves the page. Firefox
// forgets them by itself; Chromium keeps them, and they lead nowhere.
func DropFrame(selector string) {
	holder := first(selector)
	if holder == nil || holder.Get("childElementCount").Int() == 0 {
		return
	}
	holder.Call("replaceChildren")
	NextFrame(func() {
		history := app.Window().Get("history")
		if left := history.Get("length").Int() - int(entriesBefore.Load()); left > 0 {
			history.Call("go", -left)
		}
	})
}

// KeepFocus gives the focus to the first element of the CSS selector if nothing
// else has it, because what had it went out of sight.
func KeepFocus(selector string) {
	element := first(selector)
	if element == nil {
		return
	}
	document := app.Window().Get("document")
	if active := document.Get("activeElement"); active.Truthy() && !active.Equal(document.Get("body")) {
		return
	}
	_ = try(func() { element.Call("focus", map[string]any{"preventScroll": true}) })
}

// TakeValue returns what was typed into the first field of the CSS selector, and empties it.
func TakeValue(selector string) string {
	field := first(selector)
	if field == nil {
		return ""
	}
	text := field.Get("value").String()
	field.Set("value", "")
	return text
}

// Tick gives every element that names something to do, in its attribute data-tick, the
// class is-done, or takes it away: done says whether it was.
func Tick(done func(name string) bool) {
	each("[data-tick]", func(element app.Value) {
		element.Get("classList").Call("toggle", "is-done", done(element.Get("dataset").Get("tick").String()))
	})
}

// each calls do with the elements of the CSS selector.
func each(selector string, do func(element app.Value)) {
	if !app.IsClient {
		return
	}
	_ = try(func() {
		found := app.Window().Get("document").Call("querySelectorAll", selector)
		for i := range found.Get("length").Int() {
			do(found.Index(i))
		}
	})
}

// first returns the first element of the CSS selector, or nil.
func first(selector string) app.Value {
	if !app.IsClient {
		return nil
	}
	element := app.Window().Get("document").Call("querySelector", selector)
	if !element.Truthy() {
		return nil
	}
	return element
}
