package attack

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// codeReplay: the token request of Alice's client stands in a log, whole, and is sent again
// (RFC 6749 §4.1.2). PKCE does not help, for the verifier is in it. With the code alone
// Mallory would come to nothing: not even to an end of Alice's token.
func codeReplay() Attack {
	return Attack{
		ID:      "code-replay",
		Title:   "A used code, again",
		Story:   "Alice signs in and her client redeems the code. Mallory finds that request in a log, code and verifier, and sends it again.",
		Chapter: "v03", StoppedBy: []guard.ID{guard.IDCodeSingleUse},
		Loss:     "Mallory holds Alice's token.",
		Sections: []string{"RFC 6749 §4.1.2", "RFC 6749 §10.5"},
		Run: func(ctx context.Context, s *Scene) error {
			callback, err := s.Alice.SignIn(ctx)
			if err != nil {
				return err
			}
			if err := s.Alice.Finish(ctx, callback); err != nil || len(s.Alice.Sent) == 0 {
				return err
			}
			form, err := url.ParseQuery(s.Alice.Sent[0].Body)
			if err != nil {
				return fmt.Errorf("read the logged request: %w", err)
			}
			if err := s.note(ctx, event.Proxy, event.Mallory, event.NoteLeak, "a log of whole requests has the one that redeemed the code",
				event.Field{Name: "code", Value: form.Get("code")},
				event.Field{Name: "code_verifier", Value: form.Get("code_verifier")}); err != nil {
				return err
			}
			return s.redeem(ctx, form)
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
		Chapter: "v03", StoppedBy: []guard.ID{guard.IDCodeReuse},
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
