package browser

import (
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Download hands the learner a file of the name, type and text. Nothing is sent to anybody.
func Download(name, kind, text string) {
	if !app.IsClient {
		return
	}
	_ = try(func() {
		window := app.Window()
		blob := window.Get("Blob").New([]any{text}, map[string]any{"type": kind})
		address := window.Get("URL").Call("createObjectURL", blob).String()
		link := window.Get("document").Call("createElement", "a")
		link.Set("href", address)
		link.Set("download", name)
		link.Call("click") // outside of the page, where nothing routes it
		time.AfterFunc(time.Minute, func() { window.Get("URL").Call("revokeObjectURL", address) })
	})
}
