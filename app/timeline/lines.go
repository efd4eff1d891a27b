package timeline

import (
	"strings"

	"oauthlab/lessons/event"
)

// Line is one event as the feed under a step tells it.
type Line struct {
	Seq     uint64
	From    event.Party
	To      event.Party // empty where From did something by itself
	Text    string
	Outcome event.Outcome // of a verdict; "" otherwise
	Trouble string        // where the causes and cures are told; "" where nothing is wrong
}

// lineOf tells an event in a line, or reports that it has nothing to tell.
func lineOf(e event.Event) (Line, bool) {
	line := Line{Seq: e.Seq, From: e.From, To: e.To, Trouble: troubleOf(e)}
	switch {
	case e.Request != nil:
		line.Text = requestText(e.Request)
		return line, e.Request.Method != "OPTIONS"
	case e.Response != nil:
		line.Text = responseText(e.Response, "") + names(marksOf(e))
	case e.Verdict != nil:
		line.Outcome = e.Verdict.Outcome
		line.Text = verdictText(e.Verdict)
	case e.Change != nil:
		line.Text = changeText(e)
	case e.Note != nil:
		line.Text = noteText(e)
	}
	return line, line.Text != ""
}

func names(marks []Mark) string {
	var b strings.Builder
	for _, m := range marks {
		b.WriteString(" ")
		if !m.Kind.IsFollowed() {
			b.WriteString(m.Short)
		} else {
			b.WriteString(m.Name)
		}
	}
	return b.String()
}

func verdictText(v *event.Verdict) string {
	text := found(v)
	if v.Outcome == event.Passed {
		return text + " passed"
	}
	if v.Reason != "" {
		text += ": " + v.Reason
	}
	return text
}

func changeText(e event.Event) string {
	if text := switchText(e); text != "" {
		return text
	}
	return e.Change.What + " " + e.Change.Action
}

func noteText(e event.Event) string {
	if event.NoteRowOf(e.Note.Name).Silent {
		return ""
	}
	return noteRow(e, nil).Text
}
