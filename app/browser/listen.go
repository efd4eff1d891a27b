package browser

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// listen calls f with every event of the name that comes to the window; on capture,
// before whoever else hears it. f must not block. stop ends it.
func listen(name string, capture bool, f func(app.Value)) (stop func()) {
	if !app.IsClient {
		return func() {}
	}
	listener := app.FuncOf(func(_ app.Value, args []app.Value) any {
		f(args[0])
		return nil
	})
	app.Window().Call("addEventListener", name, listener, capture)
	stopped := false
	return func() {
		if stopped {
			return
		}
		stopped = true
		app.Window().Call("removeEventListener", name, listener, capture)
		listener.Release()
	}
}

// OnLink calls f with the address of each link of the CSS selector that is followed by
// nothing but a click, a tap or Enter, and follows it no further: what opens a tab is
// the browser's own. The link has the focus then. f must not block. stop ends it.
func OnLink(selector string, f func(address string)) (stop func()) {
	return listen("click", true, func(e app.Value) {
		for _, key := range []string{"ctrlKey", "metaKey", "shiftKey", "altKey"} {
			if e.Get(key).Truthy() {
				return
			}
		}
		target := e.Get("target")
		if target.Get("closest").Type() != app.TypeFunction {
			return
		}
		link := target.Call("closest", selector)
		if !link.Truthy() {
			return
		}
		e.Call("preventDefault")
		e.Call("stopPropagation") // go-app would load the page
		link.Call("focus", map[string]any{"preventScroll": true})
		f(link.Call("getAttribute", "href").String())
	})
}

// OnReturn calls f whenever the page comes back that the browser kept while another was
// shown. f must not block. stop ends it.
func OnReturn(f func()) (stop func()) {
	return listen("pageshow", false, func(e app.Value) {
		if e.Get("persisted").Truthy() {
			f()
		}
	})
}

// OnKept calls f whenever another page of this browser has changed what Keep keeps under the
// key. f must not block. stop ends it.
func OnKept(key string, f func()) (stop func()) {
	return listen("storage", false, func(e app.Value) {
		if name, is := text(e.Get("key")); is && name == key {
			f()
		}
	})
}
