package session

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/progress"
	"oauthlab/lessons/prose"
)

// Link is what the address of a page asks for, beside its chapter:
//
//	?off=pkce,state.compare     protections and parts that are off
//	?set=pkce.method:plain      what a habit is set to; audience:off is the part, where
//	                            a protection of several has its name
//	?clock=3600                 how far the lab's clock is ahead, in seconds
//	?step=break                 the step that is open
//	?must=run,no-token:stopped  what an assignment asks for, see progress.Tasks
//	?tour=1                     the tour
type Link struct {
	Patch   api.Patch // of the lab
	Step    string    // id
	Must    []string  // tasks of an assignment
	Tour    bool
	Problem string // a sentence about what the link names and the lab does not have
}

// asideKey is where web/start/lab.js keeps the lab of this browser while it shows that of a
// link (#lab=ID.KEY).
const asideKey = "oauthlab.lab.own"

// linkNames are the parameters of a link.
var linkNames = []string{"off", "set", "clock", "step", "must", "tour"}

// TakeLink takes what the link asks for out of the address, so that loading the
// page again does not do it again. rest is what the address keeps.
func TakeLink(query url.Values, chapter lessons.Chapter) (l Link, rest url.Values) {
	l = readLink(query, chapter)
	for _, name := range linkNames {
		query.Del(name)
	}
	return l, query
}

// readLink reads what the address asks for. What it does not understand it says,
// and leaves alone.
func readLink(query url.Values, chapter lessons.Chapter) Link {
	l := Link{Tour: query.Get("tour") == "1"}
	var strange []string
	for _, parameter := range []string{guard.LinkOff, guard.LinkSet} {
		for _, item := range guard.LinkItems(query[parameter]) {
			if change, known := guard.ReadLinkItem(guard.Rules{Chapter: chapter.Version}, parameter, item); known {
				l.change(change)
			} else {
				strange = append(strange, item)
			}
		}
	}
	if step := query.Get("step"); step != "" {
		if slices.ContainsFunc(chapter.Steps, func(s lessons.Step) bool { return s.ID == step }) {
			l.Step = step
		} else {
			strange = append(strange, step)
		}
	}
	tasks, unknown := progress.Assigned(guard.LinkItems(query["must"]), chapter)
	l.Must, strange = tasks, append(strange, unknown...)
	if tour := query.Get("tour"); tour != "" && tour != "1" {
		strange = append(strange, tour)
	}
	clock := query.Get("clock")
	moved := clock == "" || l.clock(clock)
	if !moved && len(strange) > 0 {
		strange = append(strange, clock)
	}
	switch more := len(strange) - 1; {
	case more > 0:
		l.Problem = "This link asks for " + quoted(strange[0]) + " and " + prose.Count(more, "other thing") + " that chapter " + chapter.ID + " does not have."
	case more == 0:
		l.Problem = "This link asks for " + quoted(strange[0]) + ", which chapter " + chapter.ID + " does not have."
	case !moved:
		l.Problem = "This link sets the clock to " + quoted(clock) + ", and a lab's clock moves by whole seconds, ten years at most."
	}
	if l.Problem != "" {
		l.Problem += " The rest of the page is as it should be."
	}
	return l
}

// clock moves the lab's clock by a number of seconds. It reports whether the text is one
// that a lab takes.
func (l *Link) clock(text string) bool {
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds > api.MaxClockOffset || seconds < -api.MaxClockOffset {
		return false
	}
	l.Patch.ClockOffsetSeconds = &seconds
	return true
}

// change adds what an item of the link asks for.
func (l *Link) change(c guard.LinkChange) {
	switch id := string(c.Part.ID); {
	case c.Protection != "":
		l.Patch.Protections = with(l.Patch.Protections, c.Protection, false)
	case c.Part.Kind == guard.Setting:
		l.Patch.Settings = with(l.Patch.Settings, id, c.Text)
	default:
		l.Patch.Guards = with(l.Patch.Guards, id, c.Value)
	}
}

// maxQuoted is how much of a stranger's text is repeated, in characters.
const maxQuoted = 48

// quoted repeats what a stranger wrote: short, on one line, and isolated, so
// that text from right to left does not turn the sentence around it.
func quoted(s string) string {
	var out []rune
	for _, r := range strings.ToValidUTF8(s, "�") {
		if len(out) == maxQuoted {
			out = append(out, '…')
			break
		}
		if !unicode.IsPrint(r) { // control characters, and those that turn text
			r = '�'
		}
		out = append(out, r)
	}
	return "“\u2068" + string(out) + "\u2069”"
}
