package attack

import (
	"context"
	"time"

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// codeReplay: a code that Alice's client has redeemed is redeemed again, out of a log
// (RFC 6749 §4.1.2).
func codeReplay() Attack {
	return Attack{
		ID:      "code-replay",
		Title:   "A used code, again",
		Story:   "Alice signs in and her client redeems the code. Mallory finds it in the proxy's log and redeems it too.",
		Chapter: "v03", StoppedBy: []guard.ID{guard.IDCodeSingleUse, guard.IDPKCE},
		Loss:     "Mallory holds Alice's token.",
		Sections: []string{"RFC 6749 §4.1.2", "RFC 6749 §10.5"},
		Run: func(ctx context.Context, s *Scene) error {
			callback, code, err := s.stolenCode(ctx)
			if err != nil || code == "" {
				return err
			}
			if err := s.Alice.Finish(ctx, callback); err != nil {
				return err
			}
			return s.redeem(ctx, s.stolen(code))
		},
		Harm: malloryHolds("alice"),
	}
}

// thiefFirst: Mallory redeems first, so it is Alice's client that comes second. The
// server cannot know which of them was the thief, and ends what the first was given
// (RFC 6749 §4.1.2).
func thiefFirst() Attack {
	return Attack{
		ID:      "thief-first",
		Title:   "The thief comes first",
		Story:   "Mallory redeems Alice's code before Alice's client does. Then Alice's client comes with the same code.",
		Chapter: "v03", StoppedBy: []guard.ID{guard.IDCodeRevoke},
		Given:    map[guard.ID]string{guard.IDPKCE: "false"},
		Loss:     "Mallory's token lives on.",
		Sections: []string{"RFC 6749 §4.1.2"},
		Run: func(ctx context.Context, s *Scene) error {
			callback, code, err := s.stolenCode(ctx)
			if err != nil || code == "" {
				return err
			}
			if err := s.redeem(ctx, s.stolen(code)); err != nil {
				return err
			}
			return s.Alice.Finish(ctx, callback)
		},
		Harm: malloryHolds("alice"),
	}
}

// lateCode: a code that nobody redeemed is found long afterwards (RFC 6749 §4.1.2).
func lateCode() Attack {
	return Attack{
		ID:      "late-code",
		Title:   "A code found later",
		Story:   "Alice signs in, and her client crashes before it redeems the code. Mallory finds it in the proxy's log eleven minutes later.",
		Chapter: "v03", StoppedBy: []guard.ID{guard.IDCodeExpiry, guard.IDPKCE},
		Loss:     "Mallory holds Alice's token.",
		Sections: []string{"RFC 6749 §4.1.2"},
		Run: func(ctx context.Context, s *Scene) error {
			_, code, err := s.stolenCode(ctx)
			if err != nil || code == "" {
				return err
			}
			return s.later(ctx, 11*time.Minute, func() error { return s.redeem(ctx, s.stolen(code)) })
		},
		Harm: malloryHolds("alice"),
	}
}

// later does something with the lab's clock moved on, and moves it back.
func (s *Scene) later(ctx context.Context, by time.Duration, do func() error) error {
	before := s.Lab.Settings.ClockOffset
	after := before + by
	if _, err := s.labs.Change(ctx, s.Lab.ID, lab.Change{ClockOffset: &after}); err != nil {
		return err
	}
	err := do()
	if _, back := s.labs.Change(ctx, s.Lab.ID, lab.Change{ClockOffset: &before}); err == nil {
		err = back
	}
	return err
}
