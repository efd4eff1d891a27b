package lint

import (
	"slices"

	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
)

// Requirements returns what is wrong with the book of ASVS beside our own chapters, those that
// are there and those to come: what it names must be there, and belong to a chapter that it
// names; and a requirement of a chapter that is there has a protection, and a test for an app
// of one's own. attacks are those of the program: the version from which each is known.
func Requirements(book []load.RequirementGroup, chapters []load.Chapter, coming []load.Coming, attacks map[string]string) []error {
	c := checker{chapters: chapters}
	tested := map[string][]string{} // chapters, by number
	for _, chapter := range chapters {
		for _, check := range chapter.Checks {
			for _, number := range check.ASVS {
				tested[number] = append(tested[number], chapter.ID)
			}
		}
	}
	for _, group := range book {
		for _, r := range group.Requirements {
			c.checkRequirement(r, coming, attacks, tested[r.Number])
		}
	}
	return c.findings
}

// checkRequirement checks one; tested are the chapters of which a test names it.
func (c *checker) checkRequirement(r load.Requirement, coming []load.Coming, attacks map[string]string, tested []string) {
	taught := false
	for i, id := range r.Chapters {
		there := slices.ContainsFunc(c.chapters, func(o load.Chapter) bool { return o.ID == id })
		switch {
		case !there && !slices.ContainsFunc(coming, func(o load.Coming) bool { return o.ID == id }):
			c.at(r.File, path("chapters", i), "there is no chapter %q, and none is to come", id)
		case there && !slices.Contains(tested, id):
			c.at(r.File, path("chapters", i), "chapter %s names no test for %s in its in-your-app.md", id, r.Number)
		}
		taught = taught || there
	}
	if taught && len(r.Protections) == 0 {
		c.at(r.File, path("protections"), "protections are missing: which of them does this?")
	}
	for i, id := range tested {
		if !slices.Contains(r.Chapters, id) && slices.Index(tested, id) == i {
			c.at(r.File, path("chapters"), "chapter %s has a test for %s, and does not stand here", id, r.Number)
		}
	}
	for i, id := range r.Protections {
		if p, _ := guard.Find(id); !slices.Contains(r.Chapters, p.Chapter) {
			c.at(r.File, path("protections", i), "protection %q comes with %s, which does not stand here", id, p.Chapter)
		}
	}
	for i, id := range r.Attacks {
		switch from, there := attacks[id]; {
		case !there:
			c.at(r.File, path("attacks", i), "unknown attack %q", id)
		case !slices.Contains(r.Chapters, from):
			c.at(r.File, path("attacks", i), "attack %q comes with %s, which does not stand here", id, from)
		}
	}
}
