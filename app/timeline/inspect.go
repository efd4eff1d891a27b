package timeline

import (
	"strconv"
	"strings"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/prose"
)

// Message is one event as the inspector shows it.
type Message struct {
	Seq       uint64
	Time      time.Time
	From, To  event.Party
	Title     string
	Raw       string // as it was on the wire; a note in words
	Params    []Param
	Checks    []Pill // the verdicts that were taken on it
	Verdict   Pill   // where the event is a verdict itself
	Truncated bool
	Sends     bool   // the event is a request
	Trouble   string // where its causes and cures are told; "" where nothing is wrong
}

// Inspect returns the event at the position seq.
func Inspect(events []event.Event, seq uint64) (Message, bool) {
	for i, e := range events {
		if e.Seq == seq && e.Gap == nil {
			return messageOf(e, events[i+1:]), true
		}
	}
	return Message{}, false
}

func messageOf(e event.Event, later []event.Event) Message {
	m := Message{Seq: e.Seq, Time: e.Time, From: e.From, To: e.To, Params: ParamsOf(e), Trouble: troubleOf(e)}
	if line, ok := lineOf(e); ok {
		m.Title = line.Text
	}
	switch {
	case e.Request != nil:
		m.Raw = rawMessage(e.Request.Method+" "+e.Request.URL, e.Request.Header, e.Request.Body)
		m.Truncated = e.Request.Truncated
		m.Checks, m.Sends = checksOf(e, later), true
		if e.To == event.Webapp {
			m.Checks = clientChecks(e, later)
		}
	case e.Response != nil:
		m.Raw = rawMessage("HTTP "+strconv.Itoa(e.Response.Status), e.Response.Header, e.Response.Body)
		m.Truncated = e.Response.Truncated
		if e.To == event.Webapp || e.To == event.Client {
			m.Checks = clientChecks(e, later)
		}
	case e.Note != nil:
		m.Raw = rawNote(e.Note)
		if e.Note.Name == event.NoteCallback {
			m.Checks = clientChecks(e, later)
		}
	case e.Verdict != nil:
		m.Verdict = pillOf(e)
		m.Raw = prose.Sentence(verdictText(e.Verdict)) + "\n\n" + e.Verdict.Where.File + ":" + strconv.Itoa(e.Verdict.Where.Line)
	case e.Change != nil:
		m.Raw = rawChange(e.Change)
	}
	return m
}

// checksOf returns the verdicts that name e as their request.
func checksOf(e event.Event, later []event.Event) []Pill {
	var out []Pill
	for _, v := range later {
		if v.Verdict != nil && v.Re == e.ID {
			out = append(out, pillOf(v))
		}
	}
	return out
}

// clientChecks returns the client's own verdicts on what e brought it, up to the next message.
func clientChecks(e event.Event, later []event.Event) []Pill {
	var out []Pill
	for _, v := range later {
		switch {
		case v.Verdict != nil && v.From == orElse(e.To, event.Client):
			out = append(out, pillOf(v))
		case v.Request != nil, v.Response != nil:
			return out
		}
	}
	return out
}

func rawMessage(start string, header []event.Field, body string) string {
	var b strings.Builder
	b.WriteString(start)
	for _, h := range header {
		b.WriteString("\n" + h.Name + ": " + h.Value)
	}
	if body != "" {
		b.WriteString("\n\n" + body)
	}
	return b.String()
}

func rawNote(n *event.Note) string {
	var b strings.Builder
	b.WriteString(n.Text)
	for _, f := range n.Fields {
		b.WriteString("\n\n" + f.Name + "\n" + f.Value)
	}
	return b.String()
}

func rawChange(c *event.Change) string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(c.What + " " + c.Action + " " + c.Key))
	for _, f := range c.Fields {
		b.WriteString("\n" + f.Name + ": " + f.From + " → " + f.To)
	}
	return b.String()
}
