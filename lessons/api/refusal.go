package api

import "strings"

// Refusal is the body of every refusal of the lab's API, and of the feed's to take an
// event; for who gets it, an error.
type Refusal struct {
	Code        string `json:"error"`             // a word for programs
	Description string `json:"error_description"` // a sentence for people
	Hint        string `json:"hint,omitempty"`    // what to do about it
	Status      int    `json:"-"`                 // of the HTTP answer; 0 where it came over the feed
}

// Error returns the description and the hint.
func (r *Refusal) Error() string {
	return strings.TrimSpace(r.Description + " " + r.Hint)
}
