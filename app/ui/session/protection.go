package session

import (
	"slices"
	"strconv"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// ProtectionStatus is how one protection stands in a lab.
type ProtectionStatus struct {
	Protection guard.Protection
	On         bool // as the server has it: what refuses is on; where it is habits alone, they are safe
	Safe       bool // everything in it is, habits too
	Parts      []PartStatus
}

// PartStatus is how one part stands.
type PartStatus struct {
	Part  guard.Part
	On    bool   // of a guard or strictness
	Value string // of a habit or a setting
	Usual string // of a setting: what it is where nobody changed it
}

func (p PartStatus) Safe() bool {
	switch p.Part.Kind {
	case guard.Habit:
		return p.Value == p.Part.Values[0]
	case guard.Setting:
		return true
	}
	return p.On
}

// Statuses returns the protections that the lab has, in the order of the
// catalogue. Before the lab is known, those up to the version, safe.
func Statuses(l api.Lab, version string) []ProtectionStatus {
	var out []ProtectionStatus
	known := len(l.Protections) > 0
	if known {
		version = l.Version
	}
	for _, p := range guard.Catalogue() {
		in, there := l.Protections[p.ID]
		if !known {
			in, there = api.Protection{On: true}, p.TaughtIn(version)
		}
		if there || known && hasSettings(p, l) {
			out = append(out, statusOf(p, in, guard.Rules{Chapter: version}, l.Settings))
		}
	}
	return out
}

// hasSettings reports whether the lab has a setting of a row that is settings alone.
func hasSettings(p guard.Protection, l api.Lab) bool {
	return slices.ContainsFunc(p.Parts, func(part guard.Part) bool { return l.Settings[string(part.ID)] != "" })
}

// statusOf takes what the lab says of the protection, the rules of its chapter with
// nothing changed, and its settings.
func statusOf(p guard.Protection, in api.Protection, rules guard.Rules, settings map[string]string) ProtectionStatus {
	s := ProtectionStatus{Protection: p, On: in.On, Safe: true}
	for _, part := range p.Parts {
		if !rules.Has(part.ID) {
			continue
		}
		ps := PartStatus{Part: part, On: true}
		switch part.Kind {
		case guard.Habit:
			ps.Value = part.Values[0]
		case guard.Setting:
			ps.Usual = rules.Value(part.ID)
			ps.Value = ps.Usual
			if set := settings[string(part.ID)]; set != "" {
				ps.Value = set
			}
		}
		switch v := in.Parts[string(part.ID)].(type) {
		case bool:
			ps.On = v
		case string:
			ps.Value = v
		}
		s.Safe = s.Safe && ps.Safe()
		s.Parts = append(s.Parts, ps)
	}
	return s
}

// IsChoice reports whether the protection is settings alone: nothing of it is on or off.
func (s ProtectionStatus) IsChoice() bool {
	return !slices.ContainsFunc(s.Parts, func(p PartStatus) bool { return p.Part.Kind != guard.Setting })
}

// Broken returns the protections of which anything is off.
func Broken(all []ProtectionStatus) []ProtectionStatus {
	var out []ProtectionStatus
	for _, s := range all {
		if !s.Safe {
			out = append(out, s)
		}
	}
	return out
}

// FindStatus returns the standing of the protection id.
func FindStatus(all []ProtectionStatus, id string) (ProtectionStatus, bool) {
	for _, s := range all {
		if s.Protection.ID == id {
			return s, true
		}
	}
	return ProtectionStatus{}, false
}

// Has reports whether parts and settings stand as given, by their ids.
func Has(given map[string]string, all []ProtectionStatus) bool {
	for id, value := range given {
		if !slices.ContainsFunc(all, func(s ProtectionStatus) bool {
			return slices.ContainsFunc(s.Parts, func(p PartStatus) bool { return string(p.Part.ID) == id && p.is(value) })
		}) {
			return false
		}
	}
	return true
}

// is reports whether the part has the value.
func (p PartStatus) is(value string) bool {
	if p.Part.Refuses() {
		return strconv.FormatBool(p.On) == value
	}
	return p.Value == value
}

// AllOff reports whether nothing in the protection refuses any more.
func (s ProtectionStatus) AllOff() bool {
	for _, p := range s.Parts {
		if p.Value == "" && p.On {
			return false
		}
	}
	return !s.On
}
