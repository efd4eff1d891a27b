package browser

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// OnKey calls f with every key that is pressed and meant for the page: not one
// that is typed into a field, nor one with Ctrl, Alt or Meta, nor one that an
// open dialog or menu has. f reports whether it takes the key, which then does nothing
// else; it must not block. stop ends it.
func OnKey(f func(key string) bool) (stop func()) {
	return listen("keydown", false, func(e app.Value) {
		if isForPage(e) && f(e.Get("key").String()) {
			e.Call("preventDefault")
		}
	})
}

// Where keys have a meaning of their own: letters in fields, and arrows besides
// wherever something is chosen or scrolled, but not in the diagram.
const (
	typing  = "input:not([type=checkbox]), textarea, select, [contenteditable]"
	arrowed = "[role=radiogroup], [role=tablist], [role=tabpanel], .address, pre, .lesson, .panel"
)

func isForPage(e app.Value) bool {
	if e.Get("ctrlKey").Truthy() || e.Get("altKey").Truthy() || e.Get("metaKey").Truthy() ||
		e.Get("isComposing").Truthy() || e.Get("defaultPrevented").Truthy() {
		return false
	}
	key, ok := text(e.Get("key")) // a password manager fills in without one
	if !ok || app.Window().Get("document").Call("querySelector", "dialog[open], :popover-open").Truthy() {
		return false
	}
	target := e.Get("target")
	if target.Get("closest").Type() != app.TypeFunction {
		return true
	}
	if target.Call("closest", typing).Truthy() {
		return false
	}
	isArrow := key == "ArrowUp" || key == "ArrowDown"
	return !isArrow || !target.Call("closest", arrowed).Truthy()
}
