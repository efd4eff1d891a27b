package session

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// Link is what the address of a page asks for, beside its chapter:
//
//	?off=pkce,state.compare     protections and parts that are off
//	?set=pkce.method:plain      what a habit is set to; audience:off is the part, where
//	                            a protection of several has its name
//	?step=break                 the step that is open
//	?tour=1                     the tour
type Link struct {
	Patch   api.Patch // of the lab
	Step    string    // id
	Tour    bool
	Problem string // a sentence about what the link names and the lab does not have
}

// asideKey is where web/start/lab.js keeps the lab of this browser while it shows that of a
// link (#lab=ID.KEY).
const asideKey = "oauthlab.lab.own"

// maxLinked bounds how many things a link may name.
const maxLinked = 40

// linkNames are the parameters of a link.
var linkNames = []string{"off", "set", "step", "tour"}

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
	if tour := query.Get("tour"); tour != "" && tour != "1" {
		strange = append(strange, tour)
	}
	if len(strange) > 0 {
		l.Problem = "This link asks for " + quoted(strange[0]) + ", which chapter " + chapter.ID + " does not have. The rest of the page is as it should be."
	}
	return l
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

// shareLink returns path and query of a link to a chapter as the lab stands.
func shareLink(path string, all []ProtectionStatus) (string, url.Values) {
	var off, set []string
	for _, s := range all {
		whole := s.AllOff() && len(s.Parts) > 1
		if whole {
			off = append(off, s.Protection.ID)
		}
		for _, p := range s.Parts {
			switch {
			case p.Part.Kind == guard.Setting && p.Value != p.Usual:
				set = append(set, string(p.Part.ID)+":"+p.Value)
			case p.Safe():
			case p.Part.Kind == guard.Habit:
				set = append(set, string(p.Part.ID)+":"+p.Value)
			case whole:
			case len(s.Parts) > 1 && string(p.Part.ID) == s.Protection.ID:
				set = append(set, string(p.Part.ID)+":"+guard.SetOff)
			default:
				off = append(off, string(p.Part.ID))
			}
		}
	}
	query := url.Values{}
	if len(off) > 0 {
		query.Set("off", strings.Join(off, ","))
	}
	if len(set) > 0 {
		query.Set("set", strings.Join(set, ","))
	}
	return path, query
}
