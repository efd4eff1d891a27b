package authserver

import "time"

// How fast passwords may be tried at one account of one lab, on the lab's clock:
// a few at once, then one in ten seconds (RFC 6749 §10.10 asks for protection against guessing).
const (
	triesAtOnce = 5
	triesEvery  = 10 * time.Second
)

// Tries are the passwords tried at one account. They stand in the document, not in
// memory: whoever guesses is slowed down by all processes together.
type Tries struct {
	User string    `json:"user"` // "": all names that nobody has
	Rest time.Time `json:"rest"` // when the account has rested from all of them
}

// try returns how long a password for the user must wait, and takes the try if that
// is now: each makes the account rest longer, up to so much that no other is left.
func (s *State) try(user string, all people, now time.Time) time.Duration {
	tries := s.triesAt(user, all)
	// A clock that was put back does not make anybody wait for longer than that.
	full := now.Add(triesAtOnce * triesEvery)
	if tries.Rest.After(full) {
		tries.Rest = full
	}
	if tries.Rest.Before(now) {
		tries.Rest = now
	}
	if after := tries.Rest.Add(triesEvery); !after.After(full) {
		tries.Rest = after
		return 0
	}
	wait := tries.Rest.Add(triesEvery).Sub(full)
	return (wait + time.Second - 1).Truncate(time.Second)
}

// triesAt returns the tries at the user's account, to be changed in place. There are
// as many as users, and one for all strangers.
func (s *State) triesAt(user string, all people) *Tries {
	if _, known := all.find(user); !known {
		user = ""
	}
	for i := range s.Tries {
		if s.Tries[i].User == user {
			return &s.Tries[i]
		}
	}
	s.Tries = append(s.Tries, Tries{User: user})
	return &s.Tries[len(s.Tries)-1]
}

// forgive forgets the wrong tries of an account whose user came in.
func (s *State) forgive(user string) {
	for i, tries := range s.Tries {
		if tries.User == user {
			s.Tries = append(s.Tries[:i:i], s.Tries[i+1:]...)
			return
		}
	}
}
