package session

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/progress"
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

// maxLinked bounds how many things a link may name.
const maxLinked = 40

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
	for _, id := range items(strings.Join(query["off"], ",")) {
		if !l.off(id, chapter.Version) {
			strange = append(strange, id)
		}
	}
	for _, item := range items(strings.Join(query["set"], ",")) {
		if !l.set(item, chapter.Version) {
			strange = append(strange, item)
		}
	}
	if step := query.Get("step"); step != "" {
		if slices.ContainsFunc(chapter.Steps, func(s lessons.Step) bool { return s.ID == step }) {
			l.Step = step
		} else {
			strange = append(strange, step)
		}
	}
	tasks, unknown := progress.Assigned(items(strings.Join(query["must"], ",")), chapter)
	l.Must, strange = tasks, append(strange, unknown...)
	if tour := query.Get("tour"); tour != "" && tour != "1" {
		strange = append(strange, tour)
	}
	clock := query.Get("clock")
	switch {
	case len(strange) > 0:
		l.Problem = "This link asks for " + quoted(strange[0]) + ", which chapter " + chapter.ID + " does not have."
	case clock != "" && !l.clock(clock):
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

func items(list string) []string {
	var out []string
	for item := range strings.SplitSeq(list, ",") {
		if item != "" && len(out) < maxLinked {
			out = append(out, item)
		}
	}
	return out
}

// off adds a protection or a part that is switched off. It reports whether the
// chapter has it.
func (l *Link) off(id, chapter string) bool {
	if p, ok := guard.Find(id); ok && p.TaughtIn(chapter) {
		l.Patch.Protections = with(l.Patch.Protections, id, false)
		return true
	}
	return l.part(guard.ID(id), json.RawMessage("false"), chapter)
}

// set adds the setting of a habit: "pkce.method:plain"; or a check that is off, "audience:off".
func (l *Link) set(item, chapter string) bool {
	id, value, ok := strings.Cut(item, ":")
	if !ok {
		return false
	}
	if part, found := guard.FindPart(guard.ID(id)); found && part.Refuses() && value == guard.SetOff {
		return l.part(part.ID, json.RawMessage("false"), chapter)
	}
	text, err := json.Marshal(value)
	return err == nil && l.part(guard.ID(id), text, chapter)
}

func (l *Link) part(id guard.ID, value json.RawMessage, chapter string) bool {
	p, ok := guard.ProtectionOf(id)
	if !ok || !p.TaughtIn(chapter) {
		return false
	}
	s, err := (guard.Switches{}).With(id, value)
	if err != nil || !(guard.Rules{Chapter: chapter}).Has(id) {
		return false
	}
	if part, _ := guard.FindPart(id); part.Kind == guard.Setting {
		l.Patch.Settings = with(l.Patch.Settings, string(id), s[id])
		return true
	}
	l.Patch.Guards = with(l.Patch.Guards, string(id), value)
	return true
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
