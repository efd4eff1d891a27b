package lint

import (
	"fmt"
	"slices"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
	"oauthlab/lessons/trace"
)

// checkTaught refuses a protection that no chapter teaches, where there is a chapter
// for its version.
func (c *checker) checkTaught() {
	for _, p := range guard.Catalogue() {
		if slices.ContainsFunc(c.chapters, func(o load.Chapter) bool { return slices.Contains(o.Protections, p.ID) }) {
			continue
		}
		i := slices.IndexFunc(c.chapters, func(o load.Chapter) bool { return o.ID == p.Chapter })
		if i >= 0 {
			c.at(c.chapters[i].About, path("adds"), "protection %q comes with %s, and no chapter teaches it", p.ID, p.Chapter)
		}
	}
}

// checkWire refuses a parameter that a flow puts on the wire without a sentence that
// explains it.
func (c *checker) checkWire() {
	told := map[string]bool{}
	for _, t := range c.house.Traces {
		for _, m := range trace.Parse(t.Text) {
			if m.Kind != event.KindRequest && m.Kind != event.KindResponse {
				continue
			}
			for _, l := range m.Lines {
				if l.Kind != trace.Parameter || told[l.Name] || c.house.Explains(l.Name) {
					continue
				}
				told[l.Name] = true
				c.findings = append(c.findings, fmt.Errorf(
					"%s:%d: no sentence explains the parameter %q of %s", t.File, l.Place, l.Name, m.Head))
			}
		}
	}
}
