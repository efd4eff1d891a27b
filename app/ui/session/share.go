package session

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"oauthlab/app/browser"
	"oauthlab/app/timeline"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/progress"
	"oauthlab/lessons/prose"
)

// Share is which link somebody takes away. Each is made of settings that the catalogue
// knows, of ids of the chapter and of the clock, and of nothing that the lab holds.
type Share string

const (
	ShareView   Share = ""       // the chapter, what is off, and the step that is open
	ShareState  Share = "state"  // the chapter, what is off, and the clock
	ShareAssign Share = "assign" // the chapter, what is off, and what must be done
)

// differences are those of the protections, in the order of the catalogue.
func differences(all []ProtectionStatus) []guard.Difference {
	var out []guard.Difference
	for _, s := range all {
		parts, statuses := []guard.Part{}, map[guard.ID]PartStatus{}
		for _, p := range s.Parts {
			parts, statuses[p.Part.ID] = append(parts, p.Part), p
		}
		out = append(out, guard.Differences(s.Protection, parts, func(part guard.Part) (string, bool) {
			p := statuses[part.ID]
			return p.Value, !p.Safe() || part.Kind == guard.Setting && p.Value != p.Usual
		})...)
	}
	return out
}

// differenceText says a difference in words.
func differenceText(d guard.Difference) string {
	name := d.Protection.Title
	if d.Part.ID != "" {
		name = prose.Capital(d.Protection.NameOf(d.Part))
	}
	if d.Value == "" {
		return name + " is off"
	}
	return name + " " + d.Value
}

// shareLink returns the query of a link to a chapter as the lab stands.
func shareLink(all []ProtectionStatus) url.Values {
	query := url.Values{}
	for _, d := range differences(all) {
		query[d.Parameter] = append(query[d.Parameter], d.Item)
	}
	for name, list := range query {
		query[name] = []string{strings.Join(list, ",")}
	}
	return query
}

// ShareAs chooses which link is shown, in DialogShare.
func (c *Controller) ShareAs(which Share) { c.screen.Share = which }

// LinkTo returns the link.
func (c *Controller) LinkTo(which Share) string {
	query := shareLink(c.statuses())
	offset := c.screen.Lab.ClockOffsetSeconds
	switch step := c.openStep(); {
	case which == ShareState && offset != 0:
		query.Set("clock", strconv.FormatInt(offset, 10))
	case which == ShareView && step != "":
		query.Set("step", step)
	case which == ShareAssign && len(c.screen.Asked) > 0:
		query.Set("must", strings.Join(c.screen.Asked, ","))
	}
	return browser.Address(c.content.Chapter.Path, query)
}

// Carries says line by line what the link carries, but for what must be done.
func (c *Controller) Carries(which Share) []string {
	lines := append([]string{c.content.Heading() + ": " + c.content.Chapter.Title}, c.differs(which == ShareState)...)
	if i := c.stepIndex(c.openStep()); which == ShareView && i >= 0 {
		lines = append(lines, "Open step: "+c.content.Chapter.Steps[i].Title)
	}
	return lines
}

// differs says line by line how the lab differs from how its chapter opens; with the clock,
// if that is asked for.
func (c *Controller) differs(clock bool) []string {
	var lines []string
	for _, d := range differences(c.statuses()) {
		lines = append(lines, differenceText(d))
	}
	if offset := c.screen.Lab.ClockOffsetSeconds; clock && offset != 0 {
		lines = append(lines, "The lab's clock: "+OffsetText(offset))
	}
	return lines
}

func (c *Controller) statuses() []ProtectionStatus {
	return Statuses(c.screen.Lab, c.content.Chapter.Version)
}

// openStep returns the id of the step that is open: of several, the present one; "" for none.
func (c *Controller) openStep() string {
	open, first := c.screen.OpenSteps(), ""
	for i, s := range c.screen.Steps {
		switch {
		case open[i] && s.Current:
			return s.ID
		case open[i] && first == "":
			first = s.ID
		}
	}
	return first
}

// stepIndex returns which step of the chapter has the id; -1 for none.
func (c *Controller) stepIndex(id string) int {
	return slices.IndexFunc(c.screen.Steps, func(s timeline.StepProgress) bool { return s.ID == id })
}

// OpenAssign opens the dialog in which an assignment is made. All steps are asked for at first.
// opener is the id of the button that was pressed.
func (c *Controller) OpenAssign(opener string) {
	if c.screen.Asked == nil {
		for _, s := range c.content.Chapter.Steps {
			c.screen.Asked = append(c.screen.Asked, s.ID)
		}
	}
	c.OpenFrom(opener, DialogAssign)
}

// Ask puts a task into the assignment that is being made, or takes it out.
func (c *Controller) Ask(task string, on bool) {
	asked := slices.DeleteFunc(slices.Clone(c.screen.Asked), func(t string) bool { return t == task })
	if on {
		asked = append(asked, task)
	}
	c.screen.Asked, _ = progress.Assigned(asked, c.content.Chapter)
	if c.screen.Asked == nil {
		c.screen.Asked = []string{} // none is asked for, and that was chosen
	}
}

// TaskText says what is to be done.
func (c *Controller) TaskText(task string) string {
	return progress.Says(task, c.content.Chapter, func(id string) string {
		a, _ := c.content.Attack(id)
		return a.Title
	})
}

// Assignment says what the learner was asked to do, and whether it was done, once; none
// where nothing was.
func (c *Controller) Assignment() []timeline.GoalProgress {
	var tasks []timeline.GoalProgress
	done := c.progress.Chapters[c.content.Chapter.ID]
	for _, task := range c.screen.Must {
		tasks = append(tasks, timeline.GoalProgress{Text: c.TaskText(task), Met: done.Has(task)})
	}
	return tasks
}

// PutAway takes the assignment away. What was done stays done.
func (c *Controller) PutAway() {
	c.screen.Must = []string{}
	c.remember()
}
