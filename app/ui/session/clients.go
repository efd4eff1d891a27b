package session

import (
	"context"
	"strings"

	"oauthlab/app/lab"
	"oauthlab/lessons/api"
)

// sheetConnect is the sheet that says how a client is pointed at the lab.
const sheetConnect = "connect"

// ShowClient shows how one of the learner's own clients is pointed at the lab.
func (c *Controller) ShowClient(id string) {
	c.screen.Drawer.Client = id
	c.ShowSheet(sheetConnect)
	c.readAnew()
}

// ClientForm is what the learner filled in about a client of their own.
type ClientForm struct {
	Method string // POST registers one, PATCH changes it, DELETE takes it away
	ID     string // which one; "" for a new one
	Name   string
	URIs   string // redirect URIs, with white space between them
}

// SubmitClient does what a form says. refused says why it cannot be done, where the learner
// looks: the form stays as it was filled in.
func (c *Controller) SubmitClient(f ClientForm, refused func(why string)) {
	var (
		made api.OwnClient
		err  error
	)
	c.call(Idle, func(ctx context.Context, s *lab.Session) error {
		made, err = s.ChangeClient(ctx, f.Method, f.ID, f.Name, strings.Fields(f.URIs))
		return nil // told in the form
	}, func() {
		switch {
		case err != nil:
			refused(err.Error())
		case f.ID == "":
			c.ShowClient(made.ClientID)
		default:
			c.readAnew()
		}
	})
}
