package ui

import (
	"context"
	"slices"

	"oauthlab/app/browser"
	"oauthlab/app/lab"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

// getMail lets the learner play Alice in an attack: Mallory prepares it up to the
// mail. Where the mail comes during a login, Alice begins one.
func (d *desk) getMail(a api.Attack) {
	d.stepping = false
	d.show(paneBrowser)
	leave := d.startOver()
	var mail api.Mail
	d.call(attacking, func(ctx context.Context, s *lab.Session) (err error) {
		if err = leave(ctx, s); err != nil {
			return err
		}
		if mail, err = s.Mail(ctx, a.ID); err != nil || mail.Link == "" || a.Mail != api.MailDuringLogin {
			return err
		}
		return newClient(s, openFrame).Begin(ctx)
	}, func() {
		if mail.Link == "" {
			d.screen.Notice = notice{Text: "No mail comes: Mallory was refused before she had a link to send.", Calm: true}
			return
		}
		d.screen.Mail = letter{Attack: a.ID, Link: mail.Link, During: a.Mail}
		if a.Mail == api.MailDuringLogin {
			d.screen.Frame = frameHere
		}
		afterDraw(func() { browser.Reveal(".mail") })
	})
}

// openMail has Alice open the link. Her browser sends her cookies along, as from any
// link that is opened in the address bar.
func (d *desk) openMail() {
	mail := d.screen.Mail
	if mail.Link == "" {
		return // it is being opened
	}
	d.screen.Mail, d.screen.Mailed = letter{}, mail.Attack
	d.screen.Frame = frameMail
	if mail.During == api.MailDuringLogin {
		d.screen.Frame = frameHere // what it leads to is an end of that login
	}
	browser.FreshFrame(holder, frameID, frameTitle, mail.Link)
}

// judgeMail asks what came of the mail that Alice opened, where that may be known now.
// The answer comes with the events.
func (d *desk) judgeMail(events []event.Event) {
	if slices.ContainsFunc(events, event.Event.MayEnd) {
		d.askMail()
	}
}

func (d *desk) askMail() {
	id := d.screen.Mailed
	if id == "" {
		return
	}
	d.call(idle, func(ctx context.Context, s *lab.Session) error {
		_, err := s.MailOutcome(ctx, id)
		return err
	}, nil)
}

func (d *desk) deleteMail() { d.screen.Mail = letter{} }
