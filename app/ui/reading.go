package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/ui/page"
)

// reading is the page for who runs no script: the server writes it, and where
// there are scripts nobody needs it.
func reading(c page.Content) app.UI {
	if app.IsClient || c.Reading == "" {
		return nil
	}
	return app.Raw("<noscript>" + c.Reading + "</noscript>")
}
