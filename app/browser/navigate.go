package browser

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Where the callback page and the app meet; the names stand in
// web/callback/callback.js too.
const (
	callbackKey = "oauthlab.callback" // in the tab's store: the URL that a callback in a tab left
	returnKey   = "oauthlab.return"   // the path that it goes to then: the tab's, else the browser's
)

// ComeBackHere has a callback in a tab that began no login lead to this page.
func ComeBackHere() {
	if app.IsClient {
		_ = Keep().Set(returnKey, app.Window().Get("location").Get("pathname").String())
	}
}

// OpenTab opens url in a new tab, which gets a copy of this tab's store and so
// can finish the login that was begun here; its callback leads to the page
// that this tab shows. Where the browser does not open tabs, this one goes.
func OpenTab(url string) {
	if !app.IsClient || !isWeb(url) {
		return
	}
	location := app.Window().Get("location")
	_ = TabStore().Set(returnKey, location.Get("pathname").String()+location.Get("search").String())
	if tab := app.Window().Call("open", url, "_blank"); !tab.Truthy() {
		location.Call("assign", url)
	}
}

// OnCallback calls f with every callback URL that comes to this page: from the
// frame, as a message of exactly our own origin, and from a callback in a full
// tab, which left it in the tab's store. Each call has a goroutine of its own,
// so f may block. stop ends it.
func OnCallback(f func(url string)) (stop func()) {
	if !app.IsClient {
		return func() {}
	}
	own := origin()
	stop = listen("message", false, func(message app.Value) {
		if url, ok := callbackOf(message, own); ok {
			go f(url)
		}
	})
	if url, ok := TabStore().Get(callbackKey); ok {
		TabStore().Delete(callbackKey)
		go f(url)
	}
	return stop
}

// callbackOf returns the URL in a message of the callback page. A message of
// another origin is nobody's business here (RFC 9700 §4.17), however it looks.
func callbackOf(message app.Value, own string) (url string, ok bool) {
	if from, _ := text(message.Get("origin")); from != own {
		return "", false
	}
	data := message.Get("data")
	if data.Type() != app.TypeObject {
		return "", false
	}
	if kind, _ := text(data.Get("oauthlab")); kind != "callback" {
		return "", false
	}
	return text(data.Get("url"))
}
