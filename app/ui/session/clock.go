package session

import (
	"context"
	"fmt"
	"strings"

	"oauthlab/app/lab"
	"oauthlab/lessons/api"
)

// ClockSentence says what moving the clock does, and to whom it does not.
const ClockSentence = "Codes and tokens of this lab age by an hour. Other programs, such as a client of your own, keep the real time."

// AnHourOn moves the lab's clock by an hour.
func (c *Controller) AnHourOn() { c.MoveClock(c.screen.Lab.ClockOffsetSeconds + 3600) }

func (c *Controller) CanBringClockBack() bool { return c.screen.Lab.ClockOffsetSeconds != 0 }

// MoveClock sets how far the lab's clock is ahead, in seconds.
func (c *Controller) MoveClock(seconds int64) {
	c.call(Switching, func(ctx context.Context, s *lab.Session) error {
		_, err := s.Patch(ctx, api.Patch{ClockOffsetSeconds: &seconds})
		return err
	}, func() {
		text := "The lab's clock is right again."
		if seconds != 0 {
			text = "The lab's clock is " + strings.TrimPrefix(OffsetText(seconds), "+") + " ahead. " + ClockSentence
		}
		c.screen.Notice = Notice{Text: text, Calm: true}
	})
}

// OffsetText returns "+1:30 h" for 5400 seconds.
func OffsetText(seconds int64) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	if seconds < 60 {
		return fmt.Sprintf("%s%d s", sign, seconds)
	}
	return fmt.Sprintf("%s%d:%02d h", sign, seconds/3600, seconds%3600/60)
}
