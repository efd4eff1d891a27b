package guard

// Rules is how one lab stands: the chapter it is in, which says what exists at
// all, and what its learner switched.
type Rules struct {
	Chapter  string // such as "v03"; "" stands for the last
	Switches Switches
}

// Has reports whether the part is there in the chapter.
func (r Rules) Has(id ID) bool {
	p, known := ProtectionOf(id)
	if !known || !p.TaughtIn(r.Chapter) {
		return false
	}
	part, _ := FindPart(id)
	return r.Chapter == "" || part.Since <= r.Chapter
}

// TaughtIn reports whether the chapter has the protection: its own chapter and
// every later one. Chapters are ordered by their ids.
func (p Protection) TaughtIn(chapter string) bool {
	return chapter == "" || p.Chapter <= chapter
}

// On reports whether the guard or strictness is there and switched on.
func (r Rules) On(id ID) bool { return r.Has(id) && r.Switches.On(id) }

// Value returns what a habit or a setting is: as it was set; else, of a habit in a chapter
// that does not have it yet, what was done before, and of a setting, the chapter's default.
func (r Rules) Value(id ID) string {
	part, ok := FindPart(id)
	switch set, was := r.Switches[id]; {
	case ok && part.Before != "" && !r.Has(id):
		return part.Before
	case ok && part.Kind == Setting && !was:
		return part.defaultIn(r.Chapter)
	case was:
		return set
	}
	return r.Switches.Value(id)
}

// Setting returns how the part stands: a bool, or the value of a habit or a setting.
func (r Rules) Setting(p Part) any {
	if p.Kind == Setting {
		return r.Value(p.ID)
	}
	return r.Switches.Setting(p)
}
