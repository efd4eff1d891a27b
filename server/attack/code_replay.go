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
			if err := s.Alice.Finish(ctx, callback); err != nil || len(s.Alice.Codes) == 0 {
				return err
			}
			form, err := url.ParseQuery(s.Alice.Redemption().Body)
			if err != nil {
				return fmt.Errorf("read the logged request: %w", err)
			}
			if err := s.leakFields(ctx, event.Proxy, "a log of whole requests has the one that redeemed the code",
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
			token, err := s.redeemAlone(ctx, s.stolen(code))
			if err != nil {
				return err
			}
			if err := s.Alice.Finish(ctx, callback); err != nil || token == "" {
				return err
			}
			return s.use(ctx, token) // what it is good for now
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
			if err := s.wait(ctx, 11*time.Minute); err != nil {
				return err
			}
			return s.redeem(ctx, s.stolen(code))
		},
		Harm: malloryHolds("alice"),
	}
}

// wait lets time pass in the lab, for everybody: its clock moves on, and stays there.
func (s *Scene) wait(ctx context.Context, d time.Duration) error {
	now := s.Lab.Settings.ClockOffset + d
	after, err := s.labs.Change(ctx, s.Lab.ID, lab.Change{ClockOffset: &now})
	if err == nil {
		s.Lab = after
		s.Alice.Later(d)
		s.Mallory.Later(d)
	}
	return err
}
