package session

import (
	"context"

	"oauthlab/app/lab"
	"oauthlab/lessons/api"
)

// Programs are a request as programs that send it again, which the server wrote.
type Programs struct {
	Seq    uint64      // position of the request; 0 for none
	Sheets []api.Sheet // one a language; nil until they are read
	In     string      // language that is shown; "" for the first
}

// Shown returns the program that is shown, the zero value before they are read.
func (p Programs) Shown() api.Sheet { return shownOf(p.Sheets, p.In) }

// ShowProgram shows the request in another language.
func (c *Controller) ShowProgram(in string) {
	c.screen.Programs.In = in
	c.readFromTop()
}

// readPrograms reads the programs of the request in the inspector, where the learner looks
// at them and they are not at hand.
func (c *Controller) readPrograms() {
	seq := c.screen.Message.Seq
	if c.screen.Tab != TabCode || !c.screen.Message.Sends || c.screen.Programs.Seq == seq {
		return
	}
	c.screen.Programs = Programs{Seq: seq, In: c.screen.Programs.In}
	var sheets []api.Sheet
	c.call(Idle, func(ctx context.Context, s *lab.Session) (err error) {
		sheets, err = s.Programs(ctx, seq)
		return err
	}, func() {
		if c.screen.Programs.Seq == seq {
			c.screen.Programs.Sheets = sheets
		}
	})
}
