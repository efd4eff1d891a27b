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
	return known && p.TaughtIn(r.Chapter)
}

// TaughtIn reports whether the chapter has the protection: its own chapter and
// every later one. Chapters are ordered by their ids.
func (p Protection) TaughtIn(chapter string) bool {
	return chapter == "" || p.Chapter <= chapter
}

// On reports whether the guard or strictness is there and switched on.
func (r Rules) On(id ID) bool { return r.Has(id) && r.Switches.On(id) }

// Value returns what a habit is: as switched, or, in a chapter that does not
// have it yet, what was done before.
func (r Rules) Value(id ID) string {
	if part, ok := FindPart(id); ok && part.Before != "" && !r.Has(id) {
		return part.Before
	}
	return r.Switches.Value(id)
}
