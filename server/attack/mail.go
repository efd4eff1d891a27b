package attack

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
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
	link, end := a.bait(ctx, scene)
	if link != "" {
		if err := scene.noteMail(ctx, "a mail with a link", link); err != nil {
			return api.Mail{}, err
		}
	}
	if err := scene.note(ctx, event.Lab, "", event.NoteBaitEnds, turn(link), a.field()); err != nil || link != "" {
		return api.Mail{Link: link}, err
	}
	_, err = rn.settle(ctx, scene, a, before, end) // it ends here
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
	if err != nil || a.Mail == api.MailDuringLogin && parameter(link, "code") == "" {
		return "", err
	}
	return link, nil
}

// MailOutcome tells what came of the mail that Mallory sent last, where it was one of this
// attack and nothing else has begun since. Alice may still be on her way: until there is
// harm, or a guard has refused and that was the end of it, the outcome is api.Undecided,
// and nothing is told in the log. It is that also once the outcome was told.
func (rn *Runner) MailOutcome(ctx context.Context, l *lab.Lab, a Attack) (api.AttackResult, error) {
	if a.Bait == nil {
		return api.AttackResult{}, ErrNoMail
	}
	release, err := rn.Labs.Store.Hold(ctx, l.ID)
	if err != nil {
		return api.AttackResult{}, err
	}
	defer release()
	link, events, err := rn.sinceMail(ctx, l, a)
	if err != nil {
		return api.AttackResult{}, err
	}
	evidence, err := rn.evidence(ctx, l, events)
	if err != nil {
		return api.AttackResult{}, err
	}
	evidence.Alice = takenFrom(parameter(link, "code"), events)
	result := judge(a, evidence)
	if result.Outcome == api.Stopped && !a.over(result.By, events) {
		return api.AttackResult{Outcome: api.Undecided}, nil
	}
	return rn.conclude(ctx, rn.scene(l), a, result, evidence)
}

// over reports whether the refusal by the guard was the end. Who refuses may still send her
// on: an error that redirects is such an attack. A page at which she could go on, such as
// that of the login, is an end where it is just what the attack is stopped by.
func (a Attack) over(by string, events []event.Event) bool {
	refused := slices.IndexFunc(events, func(e event.Event) bool {
		return e.Verdict != nil && e.Verdict.Guard == by && e.Verdict.Outcome == event.Refused
	})
	if refused < 0 {
		return false
	}
	stops := slices.Contains(a.StoppedBy, guard.ID(by))
	return slices.ContainsFunc(events[refused:], func(e event.Event) bool {
		return e.MayEnd() && (stops || e.Response == nil || e.Response.Status >= http.StatusBadRequest)
	})
}

// sinceMail returns the link of the mail, and what happened since it went out; nothing
// where something else has begun since, or what came of it is known.
func (rn *Runner) sinceMail(ctx context.Context, l *lab.Lab, a Attack) (link string, events []event.Event, err error) {
	sent := false
	err = rn.Labs.Store.Events(ctx, l.ID, 0, func(e event.Event) error {
		if e.Note != nil {
			switch e.Note.Name {
			case event.NoteMail:
				link = e.Note.Get("url")
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
	return link, events, err
}

// takenFrom reads what Alice's client took out of a callback with the code, from what it
// told. What it took before, from her own, is nobody's harm.
func takenFrom(code string, events []event.Event) (t Taken) {
	planted := false
	for _, e := range events {
		if e.Note == nil {
			continue
		}
		switch e.Note.Name {
		case event.NoteCallback:
			planted = parameter(e.Note.Get("url"), "code") == code
		case event.NoteCode:
			if planted {
				t.Codes = append(t.Codes, e.Note.Get("code"))
			}
		case event.NoteTokens:
			if planted {
				t.Tokens = append(t.Tokens, e.Note.Get("access_token"))
			}
		}
	}
	return t
}
