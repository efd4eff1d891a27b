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
	if c.screen.Drawer.Client != id {
		c.screen.Drawer.Client, c.screen.Drawer.Secret = id, ""
	}
	c.ShowSheet(sheetConnect)
	c.readAnew()
}

// ClientForm is what the learner filled in about a client of their own.
type ClientForm struct {
	Method  string // POST registers one, PATCH changes it, DELETE takes it away
	Of      string // which one, or what below it; "" for a new one
	Name    string
	Type    string // of a new one; "" for public
	URIs    string // redirect URIs, with white space between them
	Secret  bool   // nothing but a new secret is wanted
	Outcome string // nothing but to say what became of a login
}

// body is what the form's call takes.
func (f ClientForm) body() any {
	switch {
	case f.Secret:
		return api.ClientPatch{NewSecret: true}
	case f.Outcome != "":
		return api.BenchSaying{Outcome: f.Outcome}
	}
	return api.NewClient{Name: f.Name, Type: f.Type, RedirectURIs: strings.Fields(f.URIs)}
}

// SubmitClient does what a form says. refused says why it cannot be done, where the learner
// looks: the form stays as it was filled in.
func (c *Controller) SubmitClient(f ClientForm, refused func(why string)) {
	var (
		made api.OwnClient
		err  error
	)
	c.call(Idle, func(ctx context.Context, s *lab.Session) error {
		made, err = s.ChangeClient(ctx, f.Method, f.Of, f.body())
		return nil // told in the form
	}, func() {
		switch {
		case err != nil:
			refused(err.Error())
		case f.Of == "" || f.Secret:
			c.ShowClient(made.ClientID)
			c.screen.Drawer.Secret = made.ClientSecret
		case f.Method == "DELETE":
			c.screen.Drawer.Secret = ""
			c.readAnew()
		default:
			c.readAnew()
		}
	})
}
