package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// asBefore makes the lab what it was in the chapter before, by one click:
// everything that this chapter adds is off.
type asBefore struct {
	app.Compo
	Desk      *desk
	Content   Content
	Standings []standing
	Ready     bool
}

func (a *asBefore) Render() app.UI {
	before := a.Content.Chapter.Before
	if before == "" || len(a.Content.Chapter.Protections) == 0 {
		return tag.Div("as-before", "is-empty")
	}
	ready := a.Ready && !isAsBefore(a.Content.Chapter.Protections, a.Standings)
	return tag.Div("as-before").Body(
		pressable(tag.Button("button", "button-small").Text("As in "+before).
			Title("Switches off everything that "+a.Content.Chapter.ID+" adds"), ready, func() { a.Desk.asBefore() }, "as before"),
	)
}

// isAsBefore reports whether nothing in the protections refuses any more.
func isAsBefore(ids []string, all []standing) bool {
	for _, id := range ids {
		if s, ok := find(all, id); ok && !s.allOff() {
			return false
		}
	}
	return true
}
