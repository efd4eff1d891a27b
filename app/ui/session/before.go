package session

import (
	"encoding/json"
	"strconv"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// AsBefore brings what this chapter adds back to how it was before it.
func (c *Controller) AsBefore() { c.patch(patchBefore(c.content.Chapter.Protections)) }

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

// IsAsBefore reports whether the protections ids stand as before their chapter.
func IsAsBefore(ids []string, all []ProtectionStatus) bool {
	for _, id := range ids {
		s, _ := FindStatus(all, id)
		for _, p := range s.Parts {
			if p.Part.Kind == guard.Habit && p.Value != habitBefore(p.Part) || len(p.Part.Values) == 0 && p.On {
				return false
			}
		}
	}
	return true
}
