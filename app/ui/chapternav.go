package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/ui/page"
)

// chapters lists the chapters, on a chapter's page as a menu under its title. The server
// writes it; the browser opens it and gives the focus back. What the learner has done of
// each is ticked in it (session).
func chapters(c page.Content) app.UI {
	if c.List == "" {
		return nil
	}
	return app.Raw(c.List)
}
