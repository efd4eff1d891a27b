package attack

import (
	"context"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// madeUp: Alice opens a link whose state is made up.
func madeUp() Attack {
	return Attack{
		ID:      "made-up",
		Title:   "A state that is made up",
		Story:   "Mallory puts a state of her own into the link that Alice opens. Alice signs in.",
		Chapter: "{version}", StoppedBy: []guard.ID{guard.IDMadeUp},
		Loss:     "Mallory holds a code of a login that she began.",
		Sections: []string{"RFC 6749 §10.12"},
		Run: func(ctx context.Context, s *Scene) error {
			link, err := s.Alice.Begin(ctx)
			if err != nil {
				return err
			}
			link = strings.Replace(link, "state="+parameter(link, "state"), "state=made-up", 1)
			if err := s.Alice.Visit(ctx, link); err != nil {
				return err
			}
			callback, err := s.Alice.SignInHere(ctx)
			if err != nil || parameter(callback, "code") == "" {
				return err
			}
			return s.leak(ctx, "a careless proxy logs the address with the code in it", callback)
		},
		Harm: func(e Evidence) bool {
			for _, one := range e.Events {
				if one.Note != nil && one.Note.Name == event.NoteLeak {
					return true
				}
			}
			return false
		},
	}
}
