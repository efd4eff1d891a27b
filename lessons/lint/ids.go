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

// checkIDs refuses names of attacks, protections, parts and notes that nothing has,
// or that come only with a later version than the chapter stands on.
func (c *checker) checkIDs(chapter load.Chapter) {
	for i, id := range chapter.Attacks {
		c.checkAttack(chapter.About, path("attacks", i), id, chapter.Version)
	}
	goals(chapter, func(f *load.File, i int, g lessons.Goal) {
		if g.Kind == event.KindNote && g.Name != "" && !slices.Contains(event.Notes(), g.Name) {
			c.at(f, path("goals", i, "name"), "there is no note %q: there is %s", g.Name, strings.Join(event.Notes(), ", "))
		}
		at := func(name string) []any { return path("goals", i, "fields", name) }
		for _, name := range slices.Sorted(maps.Keys(g.Fields)) {
			switch value := g.Fields[name]; {
			case g.Kind == event.KindNote && name == "attack":
				c.checkAttack(f, at(name), value, chapter.Version)
			case g.Kind == event.KindNote && name == "by":
				c.checkPart(f, at(name), value)
			case g.Kind == event.KindChange && g.What == "protection" && name == "key":
				if _, there := guard.Find(value); !there {
					c.at(f, at(name), "unknown protection %q", value)
				}
			case g.Kind == event.KindChange && g.What == "protection" && name != "on":
				c.checkSetting(f, at(name), name, value)
			}
		}
	})
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
