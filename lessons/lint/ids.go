package lint

import (
	"maps"
	"slices"
	"strings"

	"oauthlab/lessons"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
)

// checkIDs refuses names of attacks, scripts, protections, parts, notes and changes that nothing
// has, or that come only with a later version than the chapter stands on.
func (c *checker) checkIDs(chapter load.Chapter) {
	for i, id := range chapter.Attacks {
		c.checkAttack(chapter.About, path("attacks", i), id, chapter.Version)
	}
	if !slices.Contains(c.house.Scripts, chapter.Script) && chapter.Script != "" {
		c.at(chapter.About, path("script"), "there is no script %q: there is %s", chapter.Script, strings.Join(c.house.Scripts, ", "))
	}
	goals(chapter, func(f *load.File, in func(...any) []any, g lessons.Goal) {
		switch g.Kind {
		case event.KindNote:
			c.checkNote(f, in, g, chapter.Version)
		case event.KindChange:
			c.checkChange(f, in, g)
		}
	})
}

// checkNote refuses a goal that no note meets.
func (c *checker) checkNote(f *load.File, in func(...any) []any, g lessons.Goal, version string) {
	row := event.NoteRowOf(g.Name)
	if g.Name != "" && row.Name == "" {
		c.at(f, in("name"), "there is no note %q: there is %s", g.Name, strings.Join(event.Notes(), ", "))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(g.Fields)) {
		at := in("fields", name)
		switch value := g.Fields[name]; {
		case g.Name != "" && !slices.Contains(row.Fields, name):
			c.at(f, at, "the note %s has no field %q: %s", g.Name, name, fieldsOf(row.Fields))
		case name == "attack":
			c.checkAttack(f, at, value, version)
		case name == "by":
			c.checkPart(f, at, value)
		}
	}
}

// checkChange refuses a goal that no change meets.
func (c *checker) checkChange(f *load.File, in func(...any) []any, g lessons.Goal) {
	rows := event.Changes(g.What, g.Action)
	if len(rows) == 0 {
		c.at(f, in(), "there is no change %q: there is %s",
			strings.TrimSpace(g.What+" "+g.Action), strings.Join(changes(), ", "))
		return
	}
	var fields []string
	parts := false
	for _, r := range rows {
		fields, parts = append(fields, r.Fields...), parts || r.Parts
	}
	for _, name := range slices.Sorted(maps.Keys(g.Fields)) {
		at := in("fields", name)
		switch value := g.Fields[name]; {
		case slices.Contains(fields, name):
		case name == "key" && g.What == "protection":
			if _, there := guard.Find(value); !there {
				c.at(f, at, "unknown protection %q", value)
			}
		case name == "key":
		case parts:
			c.checkSetting(f, at, name, value)
		default:
			c.at(f, at, "the change %q has no field %q: %s", strings.TrimSpace(g.What+" "+g.Action), name, fieldsOf(append(fields, "key")))
		}
	}
}

// changes returns the names of all changes.
func changes() (names []string) {
	for _, r := range event.Changes("", "") {
		names = append(names, r.What+" "+r.Action)
	}
	return names
}

// fieldsOf says which fields there are.
func fieldsOf(names []string) string {
	if len(names) == 0 {
		return "it has none"
	}
	return "it has " + strings.Join(slices.Compact(slices.Sorted(slices.Values(names))), ", ")
}

func (c *checker) checkAttack(f *load.File, at []any, id, version string) {
	switch from, there := c.house.Attacks[id]; {
	case !there:
		c.at(f, at, "unknown attack %q", id)
	case from > version && version != "":
		c.at(f, at, "attack %q comes with %s, and the chapter stands on %s", id, from, version)
	}
}

// checkPart refuses what cannot refuse anything.
func (c *checker) checkPart(f *load.File, at []any, id string) {
	switch part, there := guard.FindPart(guard.ID(id)); {
	case !there:
		c.at(f, at, "unknown guard %q", id)
	case !part.Refuses():
		c.at(f, at, "%q is a %s, which stops nothing", id, part.Kind)
	}
}

// checkSetting refuses a part, or a value of it, that a switch cannot have.
func (c *checker) checkSetting(f *load.File, at []any, id, value string) {
	part, there := guard.FindPart(guard.ID(id))
	values := part.Values
	if part.Refuses() {
		values = []string{"true", "false"}
	}
	switch {
	case !there:
		c.at(f, at, "unknown part %q", id)
	case !slices.Contains(values, value):
		c.at(f, at, "%s is never %q: it is %s", id, value, strings.Join(values, " or "))
	}
}
