package ui

import (
	"encoding/json"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// asBefore makes the lab what it was in the chapter before, by one click: nothing that
// this chapter adds is checked, or done.
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
			Title("Nothing that "+a.Content.Chapter.ID+" adds is sent or checked"), ready, func() { a.Desk.asBefore() }, "as before"),
	)
}

// patchBefore is how the protections ids stood before their chapter came: nothing in
// them refuses, and their habits are what they were.
func patchBefore(ids []string) api.Patch {
	p := api.Patch{Guards: map[string]json.RawMessage{}}
	for _, id := range ids {
		protection, _ := guard.Find(id)
		for _, part := range protection.Parts {
			text := []byte("false")
			if part.Kind == guard.Setting {
				continue
			}
			if part.Kind == guard.Habit {
				text = []byte(strconv.Quote(habitBefore(part)))
			}
			p.Guards[string(part.ID)] = text
		}
	}
	return p
}

// habitBefore returns the value of a habit before its chapter.
func habitBefore(p guard.Part) string {
	if p.Before != "" {
		return p.Before
	}
	return p.Values[0]
}

// isAsBefore reports whether the protections ids stand as before their chapter.
func isAsBefore(ids []string, all []standing) bool {
	for _, id := range ids {
		s, _ := find(all, id)
		for _, p := range s.Parts {
			if p.Part.Kind == guard.Habit && p.Value != habitBefore(p.Part) || len(p.Part.Values) == 0 && p.On {
				return false
			}
		}
	}
	return true
}
