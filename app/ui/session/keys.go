package session

import (
	"strings"

	"oauthlab/app/browser"
	"oauthlab/app/timeline"
)

// keysKey is where the browser remembers that the learner uses no keys of one character:
// who speaks to the computer, or types past a field, would press them by mistake.
const keysKey = "oauthlab.keys"

// Key is a line of the list of keys.
type Key struct {
	Keys string // with blanks between
	Does string
}

// Keys are what the keyboard does besides Tab, Enter and Space.
var Keys = []Key{
	{"r", "Run the flow"},
	{"s", "Run it in steps"},
	{"a", "Run the attack of the present step"},
	{"m", "Mend it"},
	{"j k", "The next message, the one before"},
	{"↓ ↑", "The same, in the diagram"},
	{"1 2 3 4", "Raw, Decoded, curl, Why"},
	{"p", "Replay the latest flow or attack; then j and k step through it"},
	{"Esc", "Close, dismiss, choose nothing"},
	{"?", "This list"},
}

// takesKey reports whether the page has a use for the key.
func (c *Controller) takesKey(key string) bool {
	switch key {
	case "ArrowUp", "ArrowDown", "Escape":
		return true
	}
	return !c.noKeys.Load() && len(key) == 1 && strings.Contains("rsamjkp1234?", key)
}

// UseKeys switches the keys of one character on or off, in this browser.
func (c *Controller) UseKeys(on bool) {
	c.noKeys.Store(!on)
	if on {
		browser.Keep().Delete(keysKey)
		return
	}
	_ = browser.Keep().Set(keysKey, "off") // where it keeps nothing, memory stands in
}

// UsesKeys reports whether the keys of one character do something.
func (c *Controller) UsesKeys() bool { return !c.noKeys.Load() }

// recallKeys takes up what the learner chose in this browser.
func (c *Controller) recallKeys() {
	_, off := browser.Keep().Get(keysKey)
	c.noKeys.Store(off)
}

// press does what a key stands for. What the screen's buttons cannot do now, the
// keys cannot either.
func (c *Controller) press(key string) {
	s := c.screen
	ready := s.Ready() && s.Busy == Idle
	_, here := CutBands(s.View.Bands, c.content.Chapter.ID, s.Elsewhere(c.content.Chapter.ID))
	switch {
	case key == "?":
		c.OpenDialog(DialogKeys)
	case key == "r" && ready:
		c.Run()
	case key == "s" && ready:
		c.Step()
	case key == "a" && ready:
		if id := c.presentAttack(); id != "" {
			c.Attack(id)
		}
	case key == "m" && ready && len(Broken(Statuses(s.Lab, c.content.Chapter.Version))) > 0:
		c.Mend()
	case s.Replay.On() && (key == "j" || key == "ArrowDown"):
		c.ReplayBy(+1)
	case s.Replay.On() && (key == "k" || key == "ArrowUp"):
		c.ReplayBy(-1)
	case key == "Escape" && s.Replay.On():
		c.LeaveReplay()
	case key == "j" || key == "ArrowDown":
		c.goTo(nextMessage(here, s.Selected, +1))
	case key == "k" || key == "ArrowUp":
		c.goTo(nextMessage(here, s.Selected, -1))
	case key == "p" && len(here) > 0:
		c.ReplayBand(here[len(here)-1].Key)
	case key >= "1" && key <= "4" && len(key) == 1:
		c.ShowTab([]Tab{TabRaw, TabDecoded, TabCurl, TabWhy}[key[0]-'1'])
	case key == "Escape" && s.Notice.Text != "" && !s.Notice.Again:
		c.Dismiss()
	case key == "Escape":
		c.inspect(0)
	}
}

// presentAttack returns the attack of the present step, or "" where it has none
// or waits for the guess.
func (c *Controller) presentAttack() string {
	for i, p := range c.screen.Steps {
		if !p.Current {
			continue
		}
		step := c.content.Chapter.Steps[i]
		if _, answered := c.screen.Answers[step.ID]; step.Prediction != nil && !answered {
			return ""
		}
		return step.Attack
	}
	return ""
}

// goTo chooses the message at seq, and brings it into sight.
func (c *Controller) goTo(seq uint64) {
	if seq == 0 {
		return
	}
	for _, b := range c.screen.View.Bands {
		if SelectedIn(b, seq) != 0 {
			c.Fold(b.Key, true)
		}
	}
	c.Choose(seq)
	AfterDraw(func() { browser.ScrollTo(".is-selected") })
}

// nextMessage returns the position of the row after the selected one, or before
// it, that can be chosen; with nothing selected, that of the last one. 0 stands
// for none.
func nextMessage(bands []timeline.Band, selected uint64, by int) uint64 {
	var all []uint64
	at := -1
	for _, b := range bands {
		for _, r := range b.Rows {
			if r.Kind != timeline.RowMessage && r.Kind != timeline.RowSelf || r.Seq == 0 {
				continue
			}
			if r.Seq == selected {
				at = len(all)
			}
			all = append(all, r.Seq)
		}
	}
	switch {
	case len(all) == 0:
		return 0
	case at < 0:
		return all[len(all)-1]
	case at+by < 0 || at+by >= len(all):
		return selected
	}
	return all[at+by]
}
