package ui

import (
	"strings"

	"oauthlab/app/browser"
	"oauthlab/app/timeline"
)

// keysKey is where the browser remembers that the learner uses no keys of one character:
// who speaks to the computer, or types past a field, would press them by mistake.
const keysKey = "oauthlab.keys"

// takesKey reports whether the page has a use for the key.
func (d *desk) takesKey(key string) bool {
	switch key {
	case "ArrowUp", "ArrowDown", "Escape":
		return true
	}
	return !d.noKeys.Load() && len(key) == 1 && strings.Contains("rsamjkp1234?", key)
}

// useKeys switches the keys of one character on or off, in this browser.
func (d *desk) useKeys(on bool) {
	d.noKeys.Store(!on)
	if on {
		browser.Keep().Delete(keysKey)
		return
	}
	_ = browser.Keep().Set(keysKey, "off") // where it keeps nothing, memory stands in
}

// recallKeys takes up what the learner chose in this browser.
func (d *desk) recallKeys() {
	_, off := browser.Keep().Get(keysKey)
	d.noKeys.Store(off)
}

// press does what a key stands for. What the screen's buttons cannot do now, the
// keys cannot either.
func (d *desk) press(key string) {
	s := d.screen
	ready := s.answers() && s.Busy == idle
	_, here := d.content.cut(s.View.Bands, s.elsewhere(d.content.Chapter.ID))
	switch {
	case key == "?":
		d.openDialog(dialogKeys)
	case key == "r" && ready:
		d.run()
	case key == "s" && ready:
		d.step()
	case key == "a" && ready:
		if id := d.presentAttack(); id != "" {
			d.attack(id)
		}
	case key == "m" && ready && len(broken(standings(s.Lab, d.content.Chapter.Version))) > 0:
		d.mend()
	case s.Replay.on() && (key == "j" || key == "ArrowDown"):
		d.replayBy(+1)
	case s.Replay.on() && (key == "k" || key == "ArrowUp"):
		d.replayBy(-1)
	case key == "Escape" && s.Replay.on():
		d.leaveReplay()
	case key == "j" || key == "ArrowDown":
		d.goTo(nextMessage(here, s.Selected, +1))
	case key == "k" || key == "ArrowUp":
		d.goTo(nextMessage(here, s.Selected, -1))
	case key == "p" && len(here) > 0:
		d.replayBand(here[len(here)-1].Key)
	case key >= "1" && key <= "4" && len(key) == 1:
		d.showTab([]tab{tabRaw, tabDecoded, tabCurl, tabWhy}[key[0]-'1'])
	case key == "Escape" && s.Notice.Text != "" && !s.Notice.Again:
		d.dismiss()
	case key == "Escape":
		d.inspect(0)
	}
}

// presentAttack returns the attack of the present step, or "" where it has none
// or waits for the guess.
func (d *desk) presentAttack() string {
	for i, p := range d.screen.Steps {
		if !p.Current {
			continue
		}
		step := d.content.Chapter.Steps[i]
		if _, answered := d.screen.Answers[step.ID]; step.Prediction != nil && !answered {
			return ""
		}
		return step.Attack
	}
	return ""
}

// goTo chooses the message at seq, and brings it into sight.
func (d *desk) goTo(seq uint64) {
	if seq == 0 {
		return
	}
	for _, b := range d.screen.View.Bands {
		if selectedIn(b, seq) != 0 {
			d.fold(b.Key, true)
		}
	}
	d.choose(seq)
	afterDraw(func() { browser.ScrollTo(".is-selected") })
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
