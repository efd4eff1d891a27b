package guard

// Refusal is a check that refused, where that counted.
type Refusal struct {
	Guard  ID
	Reason string // in plain words
}

// Error returns who refused, and why.
func (r *Refusal) Error() string { return string(r.Guard) + ": " + r.Reason }
