// Package browser is the only package that touches JavaScript: fetch,
// websocket, storage, navigation, and messages between windows. It goes
// through go-app's app.Window, so that it compiles everywhere; outside a
// browser it does nothing and finds nothing.
//
// Rules of this package:
//   - JavaScript that throws never ends the program: reading a property may
//     throw past Go's reach, so what may throw is called, never read.
//   - Every app.Func is released.
//   - What blocks says so; a callback of JavaScript must not block.
package browser

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/lab"
)

// errNoBrowser is returned by what needs a browser where there is none.
var errNoBrowser = errors.New("there is no browser here")

// NewDevice returns the browser that the program runs in.
func NewDevice() lab.Device {
	return lab.Device{
		Fetch:  fetchOrTake,
		Dial:   dial,
		Keep:   Keep(),
		NewID:  NewID,
		Now:    time.Now,
		After:  time.After,
		Origin: origin(),
	}
}

// Random returns the browser's source of unpredictable bytes.
func Random() io.Reader { return rand.Reader }

// NewID returns a new unique name.
func NewID() string { return uuid.NewString() }

// PageContent returns the text of the element with the id "content", which is
// where the server prerendered the chapter; "" where there is none.
func PageContent() string {
	if !app.IsClient {
		return ""
	}
	element := app.Window().GetElementByID("content")
	if !element.Truthy() {
		return ""
	}
	return element.Get("textContent").String()
}

// NextFrame calls f once before the browser draws again; in a page that is
// hidden, and is not drawn, soon. f must not block.
func NextFrame(f func()) {
	if !app.IsClient {
		return
	}
	var callback app.Func
	callback = app.FuncOf(func(app.Value, []app.Value) any {
		callback.Release()
		f()
		return nil
	})
	if app.Window().Get("document").Get("hidden").Bool() {
		app.Window().Call("setTimeout", callback, 50)
		return
	}
	app.Window().Call("requestAnimationFrame", callback)
}

// origin returns the origin of the page.
func origin() string {
	if !app.IsClient {
		return ""
	}
	return app.Window().Get("location").Get("origin").String()
}

// text returns v as a string, and whether it is one.
func text(v app.Value) (string, bool) {
	if v == nil || v.Type() != app.TypeString {
		return "", false
	}
	return v.String(), true
}

// try calls f, and returns what JavaScript threw in it.
func try(f func()) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("%v", thrown)
		}
	}()
	f()
	return nil
}

// isWeb reports whether url is one that a window may be sent to. A script URL
// in the place of an endpoint would run in this page.
func isWeb(url string) bool {
	return strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")
}
