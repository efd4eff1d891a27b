package timeline

import (
	"strconv"
	"strings"
	"time"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
)

// Since is from which moment on it is told what happened in a lab.
type Since string

const (
	SinceOpened Since = ""    // the chapter was opened, or the lab reset
	SinceRun    Since = "run" // the learner last began a flow
	SinceTen    Since = "ten" // ten minutes before the last event, by the lab's clock
)

// maxHappened bounds the lines in which it is told; the newest stay.
const maxHappened = 60

// Happened tells in lines what happened in a lab, for the one who is asked for help: what was
// switched, which flows were begun, who refused and with which error code, and how attacks
// ended. What an attack did on its way is left out. Only names of the lab's own catalogues are
// repeated, and no value that an event carries: the lines may be shown to anybody.
func Happened(events []event.Event, since Since) []string {
	var (
		lines []string
		title string // of the attack under way; "" for none
		told  = map[string]bool{}
	)
	first := sinceWhen(events, since)
	for i, e := range events {
		if e.Note != nil {
			switch e.Note.Name {
			case event.NoteAttackBegins, event.NoteBaitBegins:
				title = orElse(e.Note.Get("title"), "Mallory attacks")
			}
		}
		says := happened(e, title, told)
		if e.Note != nil && (e.Note.Name == event.NoteAttackEnds || e.Note.Name == event.NoteBaitEnds) {
			title = ""
		}
		if i >= first && says != "" {
			lines = append(lines, e.Time.UTC().Format(time.TimeOnly)+"  "+says)
		}
	}
	if more := len(lines) - maxHappened; more > 0 {
		lines = append([]string{"(" + prose.Count(more, "earlier line") + " left out)"}, lines[more:]...)
	}
	return lines
}

// sinceWhen returns the index of the first event that counts.
func sinceWhen(events []event.Event, since Since) int {
	first := len(events) - len(SinceReset(events))
	inAttack := false
	for i, e := range events {
		_, moved := chapterChange(e)
		switch n := noteName(e); {
		case since == SinceTen && events[len(events)-1].Time.Sub(e.Time) > 10*time.Minute:
			first = max(first, i+1)
		case since == SinceOpened && moved:
			first = max(first, i)
		case n == event.NoteAttackBegins || n == event.NoteBaitBegins:
			inAttack = true
		case n == event.NoteAttackEnds || n == event.NoteBaitEnds:
			inAttack = false
		case since == SinceRun && !inAttack && begins(e):
			first = max(first, i)
		}
	}
	return first
}

// begins reports whether a flow begins with e.
func begins(e event.Event) bool {
	return e.Note != nil && e.Note.Name == event.NoteOpen || e.Request != nil && startsAtWebApp(e)
}

// happened tells one event in a line; "" for what is not told. attack is the title of the
// one under way. told are the requests of which it was told who refused them, by id.
func happened(e event.Event, attack string, told map[string]bool) string {
	switch {
	case noteName(e) == event.NoteAttackEnds:
		return attackHappened(e, orElse(attack, "Mallory attacks"))
	case attack != "":
		return ""
	case begins(e):
		return "A flow begins"
	case IsSwitch(e):
		return switchHappened(e)
	case e.Verdict != nil && e.Verdict.Outcome != event.Passed:
		told[e.Re] = true
		part, _ := guard.FindPart(guard.ID(e.Verdict.Guard))
		does := " refuses: "
		if e.Verdict.Outcome == event.WouldRefuse {
			does = " would refuse: "
		}
		return actor(e.From) + does + orElse(part.Title, "a check") + with(part.Code)
	case e.Response != nil && e.Response.Status >= 400 && !told[e.Re]:
		code := ""
		for _, p := range ParamsOf(e) {
			if p.Name == "error" {
				code = p.Value
			}
		}
		return actor(e.From) + " answers " + strconv.Itoa(e.Response.Status) + with(code)
	case e.Note != nil && event.NoteRowOf(e.Note.Name).Fault:
		why, _, _ := strings.Cut(e.Note.Get("error"), ": ")
		if part, ok := guard.FindPart(guard.ID(why)); ok {
			why = ", because of " + part.Title
		} else {
			why = with(why)
		}
		return actor(e.From) + " " + event.NoteRowOf(e.Note.Name).Says + why
	case noteName(e) == event.NoteTokens:
		return "The client has its token"
	}
	return ""
}

func attackHappened(e event.Event, title string) string {
	says := "Attack “" + title + "” "
	switch e.Note.Get("outcome") {
	case api.Succeeded:
		return says + "succeeds"
	case api.CutShort:
		return says + "is cut short"
	}
	if by := e.Note.Get("by"); by != "" {
		return says + "is stopped by " + ProtectionTitle(by)
	}
	return says + "is stopped"
}

// switchHappened tells what the lab's API changed.
func switchHappened(e event.Event) string {
	var to string
	if len(e.Change.Fields) > 0 {
		to = e.Change.Fields[0].To
	}
	switch e.Change.What {
	case "clock":
		return "The lab's clock is set to " + to
	case "chapter":
		return "The lab goes to chapter " + to
	case "client":
		return "A client of the learner's is " + e.Change.Action
	}
	if len(e.Change.Fields) > 3 { // the protection as a whole, and then its parts
		return switchText(e)
	}
	var told []string
	for _, f := range e.Change.Fields {
		p, _ := guard.ProtectionOf(guard.ID(f.Name))
		if part, ok := guard.FindPart(guard.ID(f.Name)); ok && f.Name != "on" {
			told = append(told, prose.Capital(p.NameOf(part))+turned(f.To))
		}
	}
	return strings.Join(told, "; ")
}

// actor is what a line calls a party. A learner's own client has a name that the learner typed.
func actor(p event.Party) string {
	if !event.AllParties().Has(p) {
		return "A client of the learner's"
	}
	return PartyName(p)
}

// with adds an error code to a line. Such a code has small letters and underscores alone, here
// and in RFC 6749 §4.1.2.1 and §5.2: what has anything else may be a value, and is left out.
func with(code string) string {
	if code == "" || len(code) > 40 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return ""
	}
	return ", " + code
}
