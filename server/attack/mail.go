package attack

import (
	"context"
	"errors"
	"fmt"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/authserver"
	"oauthlab/server/lab"
	"oauthlab/server/robot"
)

// In an attack with a mail, the learner can play Alice: Mallory prepares it up to the
// mail, the learner's own browser opens the link, and what came of it is judged by the
// same evidence as a run of the lab's.

// ErrNoMail is returned for an attack in which Alice gets no mail.
var ErrNoMail = errors.New("no mail comes in this attack")

// Mail lets Mallory prepare the attack up to its mail, and returns the link in it:
// whoever opens it in a browser plays Alice. Where a server refuses her before, there
// is no link.
func (rn *Runner) Mail(ctx context.Context, l *lab.Lab, a Attack) (api.Mail, error) {
	if a.Bait == nil {
		return api.Mail{}, ErrNoMail
	}
	release, err := rn.Labs.Store.Hold(ctx, l.ID)
	if err != nil {
		return api.Mail{}, err
	}
	defer release()
	before, err := rn.Labs.Store.Last(ctx, l.ID)
	if err != nil {
		return api.Mail{}, err
	}
	scene := rn.scene(l)
	if err := scene.begin(ctx, event.NoteBaitBegins, a); err != nil {
		return api.Mail{}, err
	}
	link, err := a.bait(ctx, scene)
	if err != nil {
		return api.Mail{}, fmt.Errorf("prepare the mail of %s: %w", a.ID, err)
	}
	if link != "" {
		if err := scene.noteMail(ctx, "a mail with a link", link); err != nil {
			return api.Mail{}, err
		}
	}
	if err := scene.note(ctx, event.Lab, "", event.NoteBaitEnds, turn(link), a.field()); err != nil || link != "" {
		return api.Mail{Link: link}, err
	}
	evidence, err := rn.collect(ctx, scene, before)
	if err != nil {
		return api.Mail{}, err
	}
	_, err = rn.conclude(ctx, scene, a, judge(a, evidence), evidence.Events[0].Seq)
	return api.Mail{}, err
}

// turn says whose turn it is.
func turn(link string) string {
	if link == "" {
		return "Mallory has no link to send."
	}
	return "Now it is Alice's turn."
}

// bait returns the link to be mailed, or "" where Mallory was refused and has none.
func (a Attack) bait(ctx context.Context, s *Scene) (string, error) {
	link, err := a.Bait(ctx, s)
	var stuck *robot.StuckError
	if errors.As(err, &stuck) || a.Mail == api.MailDuringLogin && parameter(link, "code") == "" {
		return "", nil
	}
	return link, err
}

// MailOutcome tells what came of the mail that Mallory last sent in the lab, where it
// was one of this attack. Alice may still be on her way: until there is harm, or a
// guard has refused, the outcome is api.Undecided, and nothing is told in the log.
func (rn *Runner) MailOutcome(ctx context.Context, l *lab.Lab, a Attack) (api.AttackResult, error) {
	if a.Bait == nil {
		return api.AttackResult{}, ErrNoMail
	}
	release, err := rn.Labs.Store.Hold(ctx, l.ID)
	if err != nil {
		return api.AttackResult{}, err
	}
	defer release()
	evidence := Evidence{Rules: l.Settings.Rules()}
	if evidence.Events, err = rn.sinceMail(ctx, l, a); err != nil {
		return api.AttackResult{}, err
	}
	evidence.Alice = takenIn(evidence.Events)
	if evidence.Auth, err = (authserver.Document{Store: rn.Labs.Store}).State(ctx, l.ID); err != nil {
		return api.AttackResult{}, err
	}
	result := judge(a, evidence)
	if result.Outcome == api.Stopped && result.By == "" {
		return api.AttackResult{Outcome: api.Undecided}, nil
	}
	return rn.conclude(ctx, rn.scene(l), a, result, evidence.Events[0].Seq)
}

// sinceMail returns what happened since the mail of the attack went out; nothing where
// something else has begun since, or what came of it is known.
func (rn *Runner) sinceMail(ctx context.Context, l *lab.Lab, a Attack) (events []event.Event, err error) {
	sent := false
	err = rn.Labs.Store.Events(ctx, l.ID, 0, func(e event.Event) error {
		if e.Note != nil {
			switch e.Note.Name {
			case event.NoteBaitEnds:
				sent = e.Note.Get("attack") == a.ID
				return nil
			case event.NoteBaitBegins, event.NoteAttackBegins, event.NoteAttackEnds, event.NoteReset:
				sent, events = false, nil
			}
		}
		if sent {
			events = append(events, e)
		}
		return nil
	})
	return events, err
}

// takenIn reads what the client of Alice took out of what it told. Mallory's has told
// what it did before the mail.
func takenIn(events []event.Event) (t Taken) {
	for _, e := range events {
		if e.Note == nil {
			continue
		}
		switch e.Note.Name {
		case event.NoteCode:
			t.Codes = append(t.Codes, e.Note.Get("code"))
		case event.NoteTokens:
			t.Tokens = append(t.Tokens, e.Note.Get("access_token"))
		}
	}
	return t
}
