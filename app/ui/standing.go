package ui

import (
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// standing is how one protection stands in a lab.
type standing struct {
	Protection guard.Protection
	On         bool // as the server has it: what refuses is on; where it is habits alone, they are safe
	Safe       bool // everything in it is, habits too
	Parts      []partStanding
}

// partStanding is how one part stands.
type partStanding struct {
	Part  guard.Part
	On    bool   // of a guard or strictness
	Value string // of a habit
}

func (p partStanding) safe() bool {
	if p.Part.Kind == guard.Habit {
		return p.Value == p.Part.Values[0]
	}
	return p.On
}

// standings returns the protections that the lab has, in the order of the
// catalogue. Before the lab is known, those up to the version, safe.
func standings(l api.Lab, version string) []standing {
	var out []standing
	for _, p := range guard.Catalogue() {
		in, there := l.Protections[p.ID]
		if len(l.Protections) == 0 {
			in, there = api.Protection{On: true}, p.TaughtIn(version)
		}
		if there {
			out = append(out, standingOf(p, in))
		}
	}
	return out
}

func standingOf(p guard.Protection, in api.Protection) standing {
	s := standing{Protection: p, On: in.On, Safe: true}
	for _, part := range p.Parts {
		ps := partStanding{Part: part, On: true}
		if part.Kind == guard.Habit {
			ps.Value = part.Values[0]
		}
		switch v := in.Parts[string(part.ID)].(type) {
		case bool:
			ps.On = v
		case string:
			ps.Value = v
		}
		s.Safe = s.Safe && ps.safe()
		s.Parts = append(s.Parts, ps)
	}
	return s
}

// broken returns the protections of which anything is off.
func broken(all []standing) []standing {
	var out []standing
	for _, s := range all {
		if !s.Safe {
			out = append(out, s)
		}
	}
	return out
}

// find returns the standing of the protection id.
func find(all []standing, id string) (standing, bool) {
	for _, s := range all {
		if s.Protection.ID == id {
			return s, true
		}
	}
	return standing{}, false
}
