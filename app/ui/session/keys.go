package session

import (
	"slices"
	"strconv"
	"strings"

	"oauthlab/app/browser"
	"oauthlab/app/timeline"
)

// keysKey is where the browser remembers that the learner uses no keys of one character:
// who speaks to the computer, or types past a field, would press them by mistake (WCAG 2.2,
// 2.1.4).
const keysKey = "oauthlab.keys"

// stepKey is the key that does what the button Step does.
const stepKey = "s"

// Key is a row of the table of keys: what a key does besides Tab, Enter and Space, or
// what several do alike.
type Key struct {
	Names []string // as the browser names them
	Does  string
	press func(c *Controller, at int) // at says which of the names it was
}

// Keys is the table of keys, as it is listed. What the screen's buttons cannot do now,
// the keys cannot either.
func Keys() []Key {
	tabs := make([]string, len(Tabs()))
	for i := range tabs {
		tabs[i] = strconv.Itoa(i + 1)
	}
	return []Key{
		{[]string{"r"}, "Run the flow", whenReady((*Controller).Run)},
		{[]string{stepKey}, "Run it in steps", whenReady((*Controller).Step)},
		{[]string{"a"}, "Run the attack of the present step", whenReady((*Controller).attackPresent)},
		{[]string{"m"}, "Mend it", whenReady((*Controller).mendBroken)},
		{[]string{"j", "k"}, "The next message, the one before", (*Controller).goBy},
		{[]string{"ArrowDown", "ArrowUp"}, "The same, in the diagram", (*Controller).goBy},
		{tabs, tabNames(), func(c *Controller, at int) { c.ShowTab(Tabs()[at].Tab) }},
		{[]string{"p"}, "Replay the latest flow or attack; then j and k step through it", func(c *Controller, _ int) { c.replayLatest() }},
		{[]string{"t"}, "State of the parties, as tables", func(c *Controller, _ int) { c.ToggleDrawer(DrawerState) }},
		{[]string{"o"}, "Use your own client", func(c *Controller, _ int) { c.ToggleDrawer(DrawerClients) }},
		{[]string{"Escape"}, "Close, dismiss, choose nothing", func(c *Controller, _ int) { c.escape() }},
		{[]string{"?"}, "This list", func(c *Controller, _ int) { c.OpenDialog(DialogKeys) }},
	}
}

// Listed is how the row names its keys: "j k".
func (k Key) Listed() string {
	return strings.NewReplacer("ArrowDown", "↓", "ArrowUp", "↑", "Escape", "Esc").Replace(strings.Join(k.Names, " "))
}

// DoesHere is what the key does in the chapter.
func (c *Controller) DoesHere(k Key) string {
	if isSingle(k.Names[0]) && !c.UsesKeys() {
		return "Off: " + k.Does
	}
	if k.Names[0] == stepKey && c.RunsWebApp() {
		return "Nothing in this chapter. " + NoSteps
	}
	return k.Does
}

// isSingle reports whether the key is one character, as the browser names it.
func isSingle(key string) bool { return len(key) == 1 }

// tabNames lists them: "Raw, Decoded".
func tabNames() string {
	var names []string
	for _, t := range Tabs() {
		names = append(names, t.Name)
	}
	return strings.Join(names, ", ")
}

// whenReady presses only what answers.
func whenReady(press func(*Controller)) func(*Controller, int) {
	return func(c *Controller, _ int) {
		if c.screen.Ready() && c.screen.Busy == Idle {
			press(c)
		}
	}
}

// takesKey reports whether the page has a use for the key. It is called on any
// goroutine.
func (c *Controller) takesKey(key string) bool {
	_, _, found := findKey(key)
	return found && (!isSingle(key) || c.UsesKeys())
}

// findKey returns the row of a key, and which of its names it is.
func findKey(key string) (row Key, at int, found bool) {
	for _, row := range Keys() {
		if at := slices.Index(row.Names, key); at >= 0 {
			return row, at, true
		}
	}
	return Key{}, 0, false
}

// UseKeys switches the keys of one character on or off, in this browser.
func (c *Controller) UseKeys(on bool) {
	if on {
		browser.Keep().Delete(keysKey)
		return
	}
	_ = browser.Keep().Set(keysKey, "off") // where it keeps nothing, memory stands in
}

// UsesKeys reports whether the keys of one character do something. It asks the browser each
// time: another tab may have switched them.
func (c *Controller) UsesKeys() bool {
	_, off := browser.Keep().Get(keysKey)
	return !off
}

// press does what a key stands for.
func (c *Controller) press(key string) {
	if row, at, found := findKey(key); found {
		row.press(c, at)
	}
}

// attackPresent lets Mallory try what the present step is about.
func (c *Controller) attackPresent() {
	if id := c.presentAttack(); id != "" {
		c.Attack(id)
	}
}

// mendBroken switches on what is off, if anything is.
func (c *Controller) mendBroken() {
	if len(Broken(Statuses(c.screen.Lab, c.content.Chapter.Version))) > 0 {
		c.Mend()
	}
}

// goBy goes to the next message, or where at is not 0 to the one before: in a replay, or
// in the diagram.
func (c *Controller) goBy(at int) {
	by := +1
	if at > 0 {
		by = -1
	}
	if c.screen.Replay.On() {
		c.ReplayBy(by)
		return
	}
	c.goTo(nextMessage(c.bandsHere(), c.screen.Selected, by))
}

// bandsHere are those of the diagram that happened in this chapter.
func (c *Controller) bandsHere() []timeline.Band {
	_, here := CutBands(c.screen.View.Bands, c.content.Chapter.ID, c.screen.Elsewhere(c.content.Chapter.ID))
	return here
}

func (c *Controller) replayLatest() {
	if here := c.bandsHere(); len(here) > 0 {
		c.ReplayBand(here[len(here)-1].Key)
	}
}

// escape leaves what is in the way: the drawer, a replay, a notice, the
// message that is chosen.
func (c *Controller) escape() {
	switch s := c.screen; {
	case s.Drawer.Kind != DrawerNone:
		c.CloseDrawer()
	case s.Replay.On():
		c.LeaveReplay()
	case s.Notice.Text != "" && !s.Notice.Again:
		c.Dismiss()
	default:
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
