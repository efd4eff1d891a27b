package site

import (
	"slices"

	"oauthlab/lessons"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
	"oauthlab/server/attack"
)

// asvs is what the page says of OWASP ASVS 5.0.
type asvs struct {
	Groups []load.RequirementGroup
	Course
}

// requirement is one of its numbers, and where the lab has to do with it.
type requirement struct {
	load.Requirement
	Taught      []lessons.Chapter
	ToCome      []load.Coming
	Protections []guard.Protection
	Attacks     []attack.Attack
	Tests       []test
}

// test is a check for an app of one's own, and the chapter that brings it.
type test struct {
	load.Check
	Chapter lessons.Chapter
}

// Count says how many numbers there are, and how many of them are taught.
func (a asvs) Count() (n struct{ All, Taught int }) {
	for _, g := range a.Groups {
		for _, r := range a.Of(g) {
			n.All++
			if len(r.Taught) > 0 {
				n.Taught++
			}
		}
	}
	return n
}

// Of returns the requirements of a section.
func (a asvs) Of(g load.RequirementGroup) []requirement {
	all := make([]requirement, len(g.Requirements))
	for i, r := range g.Requirements {
		all[i] = a.place(r)
	}
	return all
}

// place finds where the lab has to do with a requirement.
func (a asvs) place(of load.Requirement) requirement {
	r := requirement{Requirement: of}
	for _, c := range a.Chapters {
		if slices.Contains(of.Chapters, c.ID) {
			r.Taught = append(r.Taught, c)
		}
		for _, check := range a.InYourApp[c.ID] {
			if slices.Contains(check.ASVS, of.Number) {
				r.Tests = append(r.Tests, test{check, c})
			}
		}
	}
	for _, c := range a.Coming {
		if slices.Contains(of.Chapters, c.ID) && !slices.ContainsFunc(r.Taught, func(t lessons.Chapter) bool { return t.ID == c.ID }) {
			r.ToCome = append(r.ToCome, c)
		}
	}
	for _, id := range of.Protections {
		if p, ok := guard.Find(id); ok {
			r.Protections = append(r.Protections, p)
		}
	}
	for _, id := range of.Attacks {
		if found, err := attack.Find(id); err == nil {
			r.Attacks = append(r.Attacks, found)
		}
	}
	return r
}
