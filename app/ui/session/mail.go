package session

import (
	"context"
	"slices"

	"oauthlab/app/browser"
	"oauthlab/app/lab"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

// Mail is a mail of Mallory's that lies in front of Alice: the learner decides
// whether she opens its link.
type Mail struct {
	Attack string // its id
	Link   string
	During api.MailTime
}

// GetMail lets the learner play Alice in an attack: Mallory prepares it up to the
// mail. Where the mail comes during a login, Alice begins one.
func (c *Controller) GetMail(a api.Attack) {
	c.stepping = false
	c.Show(PaneBrowser)
	leave := c.startOver()
	var mail api.Mail
	c.call(attacking, func(ctx context.Context, s *lab.Session) (err error) {
		if err = leave(ctx, s); err != nil {
			return err
		}
		if mail, err = s.Mail(ctx, a.ID); err != nil || mail.Link == "" || a.Mail != api.MailDuringLogin {
			return err
		}
		return newClient(s, openFrame).Begin(ctx)
	}, func() {
		if mail.Link == "" {
			c.screen.Notice = Notice{Text: "No mail comes: Mallory was refused before she had a link to send.", Calm: true}
			return
		}
		c.screen.Mail = Mail{Attack: a.ID, Link: mail.Link, During: a.Mail}
		if a.Mail == api.MailDuringLogin {
			c.screen.Frame = FrameHere
		}
		AfterDraw(func() { browser.Reveal(".mail") })
	})
}

// OpenMail has Alice open the link. Her browser sends her cookies along, as from any
// link that is opened in the address bar.
func (c *Controller) OpenMail() {
	mail := c.screen.Mail
	if mail.Link == "" {
		return // it is being opened
	}
	c.screen.Mail, c.screen.Mailed = Mail{}, mail.Attack
	c.screen.Frame = FrameMail
	if mail.During == api.MailDuringLogin {
		c.screen.Frame = FrameHere // what it leads to is an end of that login
	}
	browser.FreshFrame(holder, frameID, frameTitle, mail.Link)
}

// judgeMail asks what came of the mail that Alice opened, where that may be known now.
// The answer comes with the events.
func (c *Controller) judgeMail(events []event.Event) {
	if slices.ContainsFunc(events, event.Event.MayEnd) {
		c.askMail()
	}
}

func (c *Controller) askMail() {
	id := c.screen.Mailed
	if id == "" {
		return
	}
	c.call(Idle, func(ctx context.Context, s *lab.Session) error {
		_, err := s.MailOutcome(ctx, id)
		return err
	}, nil)
}

func (c *Controller) DeleteMail() { c.screen.Mail = Mail{} }
