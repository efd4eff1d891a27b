package ui

import (
	"context"
	"strings"

	"oauthlab/app/lab"
	"oauthlab/lessons/api"
)

// clockSentence says what moving the clock does, and to whom it does not.
const clockSentence = "Codes and tokens of this lab age by an hour. A client of your own does not notice: its clock stays where it is."

// anHourOn moves the lab's clock by an hour.
func (d *desk) anHourOn() { d.moveClock(d.screen.Lab.ClockOffsetSeconds + 3600) }

func (d *desk) canBringClockBack() bool { return d.screen.Lab.ClockOffsetSeconds != 0 }

// moveClock sets how far the lab's clock is ahead, in seconds.
func (d *desk) moveClock(seconds int64) {
	d.call(switching, func(ctx context.Context, s *lab.Session) error {
		_, err := s.Patch(ctx, api.Patch{ClockOffsetSeconds: &seconds})
		return err
	}, func() {
		text := "The lab's clock is right again."
		if seconds != 0 {
			text = "The lab's clock is " + strings.TrimPrefix(offsetText(seconds), "+") + " ahead. " + clockSentence
		}
		d.screen.Notice = notice{Text: text, Calm: true}
	})
}

// asBefore brings what this chapter adds back to how it was before it.
func (d *desk) asBefore() { d.patch(patchBefore(d.content.Chapter.Protections)) }
