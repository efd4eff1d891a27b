package browser

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// ShowModal opens the dialog with the given id above the page, which can then
// not be reached, and moves the focus into it: to what wears autofocus, else to
// its first control.
func ShowModal(id string) {
	onElement(id, func(dialog app.Value) {
		if !dialog.Get("open").Bool() {
			dialog.Call("showModal")
		}
		if field := dialog.Call("querySelector", "[autofocus]"); field.Truthy() {
			field.Call("focus")
		}
	})
}

// ShowBeside opens the dialog with the given id as ShowModal does, beside what had the
// focus, and keeps it in sight when what it says has changed.
func ShowBeside(id string) {
	onElement(id, func(dialog app.Value) {
		beside, isOpen := dialog, dialog.Get("open").Bool()
		if !isOpen {
			beside = app.Window().Get("document").Get("activeElement")
		}
		ShowModal(id)
		const gap = 8 // pixels
		at, box := beside.Call("getBoundingClientRect"), dialog.Call("getBoundingClientRect")
		left, top, height := at.Get("left").Float(), at.Get("top").Float(), box.Get("height").Float()
		width, bottom := app.Window().Get("innerWidth").Float(), app.Window().Get("innerHeight").Float()-gap
		if !isOpen {
			top = at.Get("bottom").Float() + gap
			if above := at.Get("top").Float() - gap - height; top+height > bottom && above >= gap {
				top = above
			}
		}
		place := func(side string, pixels float64) {
			dialog.Get("style").Call("setProperty", side, strconv.Itoa(int(max(gap, pixels)))+"px")
		}
		place("left", min(left, width-gap-box.Get("width").Float()))
		place("top", min(top, bottom-height))
	})
}

// CloseModal closes the dialog with the given id: the focus goes back to where it was.
func CloseModal(id string) {
	onElement(id, func(dialog app.Value) { dialog.Call("close") })
}

// FocusSoon moves the focus to the element with the given id as soon as it is
// there and can take it, if that is within the next frames.
func FocusSoon(id string) {
	focusWithin(func() app.Value { return app.Window().GetElementByID(id) }, 20)
}

// HoldFocus returns what gives the focus back to what has it now, as soon as that can take
// it again.
func HoldFocus() (back func()) {
	if !app.IsClient {
		return func() {}
	}
	holds := app.Window().Get("document").Get("activeElement")
	return func() { focusWithin(func() app.Value { return holds }, 20) }
}

func focusWithin(find func() app.Value, frames int) {
	NextFrame(func() {
		element := find()
		_ = try(func() { element.Call("focus") }) // where there is one
		active := app.Window().Get("document").Get("activeElement")
		if frames > 0 && !active.Equal(element) {
			focusWithin(find, frames-1)
		}
	})
}

// Fill puts text into the field with the given id, in the place of what was typed.
func Fill(id, text string) {
	onElement(id, func(field app.Value) { field.Set("value", text) })
}

// FieldOf returns what stands in the field of a form with the name, or "".
func FieldOf(form app.Value, name string) string {
	if field := form.Get("elements").Get(name); field.Truthy() {
		return TextOf(field.Get("value"))
	}
	return ""
}

// TextOf returns a text of the page, or "" for none.
func TextOf(v app.Value) string {
	if v.Truthy() {
		return v.String()
	}
	return ""
}

// TellIn puts text where a form says what is wrong.
func TellIn(form app.Value, text string) {
	_ = try(func() { form.Call("querySelector", "[role=alert]").Set("textContent", text) })
}

// ScrollTo scrolls no further than it takes to show the first element of the CSS
// selector. The focus stays where it is.
func ScrollTo(selector string) {
	if element := first(selector); element != nil {
		_ = try(func() { element.Call("scrollIntoView", map[string]any{"block": "nearest", "inline": "nearest"}) })
	}
}

// IsNarrow reports whether the page shows one column at a time, as the style
// sheet layout.css has it.
func IsNarrow() bool {
	return matches("(max-width: 1000px)")
}

func onElement(id string, do func(app.Value)) {
	if !app.IsClient {
		return
	}
	if element := app.Window().GetElementByID(id); element.Truthy() {
		_ = try(func() { do(element) })
	}
}

// Address returns the address of a page of the lab, with commas and colons as
// they are, which a query may have (RFC 3986 §3.4): people read it.
func Address(path string, query url.Values) string {
	address := origin() + path
	if len(query) > 0 {
		text := strings.ReplaceAll(query.Encode(), "%2C", ",")
		address += "?" + strings.ReplaceAll(text, "%3A", ":")
	}
	return address
}

// WantsLessMotion reports whether the browser asks for less motion.
func WantsLessMotion() bool { return matches("(prefers-reduced-motion: reduce)") }

func matches(query string) bool {
	return app.IsClient && app.Window().Call("matchMedia", query).Get("matches").Truthy()
}
