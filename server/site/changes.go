package site

import (
	"net/http"
	"slices"

	"oauthlab/app/timeline"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/trace"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// Changes is what a version of the lab has that the one before had not. It is
// computed from their golden traces, the catalogue and the source, never written.
type Changes struct {
	Chapter     string          `json:"chapter"`
	Version     string          `json:"version"`     // of the lab, on which the chapter stands
	Since       string          `json:"since"`       // the version before; "" where there is none to compare with
	Messages    []MessageChange `json:"messages"`    // those that are new, gone, or carry something else
	Protections []AddedGuards   `json:"protections"` // that the version adds
}

// MessageChange is a message that is new ("+"), gone ("-"), or that carries
// something else (" ").
type MessageChange struct {
	Sign  trace.Sign   `json:"sign"`
	From  event.Party  `json:"from"`
	To    event.Party  `json:"to,omitempty"`
	What  string       `json:"what"` // "POST /token"
	Note  bool         `json:"note"` // nothing was sent: a party did this by itself
	Lines []LineChange `json:"lines"`
}

// LineChange is one line of such a message.
type LineChange struct {
	Sign trace.Sign     `json:"sign"`
	Kind trace.LineKind `json:"kind"`
	Text string         `json:"text"`
}

// AddedGuards is a protection that the version adds.
type AddedGuards struct {
	ID    string      `json:"id"`
	Title string      `json:"title"`
	Stops string      `json:"stops"`
	Parts []AddedPart `json:"parts"`
}

// AddedPart is one part of it, with the code that runs; a habit has none.
type AddedPart struct {
	guard.Part
	Code *api.Code `json:"code,omitempty"`
}

// changesOf compares the chapter's version with the one before. traces are the
// golden traces, by version.
func changesOf(c lessons.Chapter, traces map[string]string, code CodeBook) Changes {
	changes := Changes{Chapter: c.ID, Version: c.Version, Since: c.Before, Messages: []MessageChange{}, Protections: []AddedGuards{}}
	if c.Before == "" {
		return changes
	}
	for _, d := range trace.Diff(trace.Parse(traces[c.Before]), trace.Parse(traces[c.Version])) {
		m := MessageChange{Sign: d.Sign, From: d.Message.From, To: d.Message.To, What: titleOf(d.Message), Note: d.Message.Kind == event.KindNote}
		for _, l := range d.Lines {
			m.Lines = append(m.Lines, LineChange{l.Sign, l.Line.Kind, l.Line.Text})
		}
		changes.Messages = append(changes.Messages, m)
	}
	for _, p := range guard.Catalogue() {
		if p.Chapter != c.Version {
			continue
		}
		added := AddedGuards{ID: p.ID, Title: p.Title, Stops: p.Stops}
		for _, part := range p.Parts {
			one := AddedPart{Part: part}
			if runs, has := code[part.ID]; has {
				one.Code = &runs
			}
			added.Parts = append(added.Parts, one)
		}
		changes.Protections = append(changes.Protections, added)
	}
	return changes
}

func titleOf(m trace.Message) string {
	if m.Kind == event.KindResponse {
		return m.Head + ", the answer to " + m.Answer
	}
	if m.Kind == event.KindNote {
		return timeline.NoteText(m.Head)
	}
	return m.Head
}

// Shown returns the lines for a page: what differs with a line around it and what
// it belongs to, and how many are left out in between. One line is not left out: to
// say so takes as much room.
func (m MessageChange) Shown() (lines []ShownLine) {
	for i := 0; i < len(m.Lines); i++ {
		left := 0
		for i+left < len(m.Lines) && !m.matters(i+left) {
			left++
		}
		if left > 1 {
			lines = append(lines, ShownLine{Left: left})
			i += left - 1
			continue
		}
		lines = append(lines, ShownLine{LineChange: m.Lines[i]})
	}
	return lines
}

// matters reports whether line i differs, stands beside one that does, or is a
// change of which a detail does.
func (m MessageChange) matters(i int) bool {
	differs := func(i int) bool { return i >= 0 && i < len(m.Lines) && m.Lines[i].Sign != trace.Same }
	if differs(i-1) || differs(i) || differs(i+1) {
		return true
	}
	for j := i + 1; m.Lines[i].Kind == trace.Stored && j < len(m.Lines) && m.Lines[j].Kind == trace.Detail; j++ {
		if differs(j) {
			return true
		}
	}
	return false
}

// ShownLine is a line, or how many were left out in its place.
type ShownLine struct {
	LineChange
	Left int
}

// Count says how many messages are new, are gone and carry something else.
func (c Changes) Count() (n struct{ New, Gone, Other, Guards int }) {
	for _, m := range c.Messages {
		switch {
		case m.To == "": // nothing was sent
		case m.Sign == trace.Added:
			n.New++
		case m.Sign == trace.Removed:
			n.Gone++
		default:
			n.Other++
		}
	}
	for _, p := range c.Protections {
		n.Guards += len(p.Parts)
	}
	return n
}

// Own reports whether the chapter is a version of the lab itself.
func (c Changes) Own() bool { return c.Chapter == c.Version }

// changes serves what a chapter changed.
func (a *API) changes(w http.ResponseWriter, r *http.Request, _ *lab.Handling) error {
	i := slices.IndexFunc(a.Chapters, func(c lessons.Chapter) bool { return c.ID == r.PathValue("chapter") })
	if i < 0 {
		return endpoint.Refuse(http.StatusNotFound, "unknown_chapter", "There is no chapter under this name.", "GET /api/chapters lists them.")
	}
	endpoint.WriteJSON(w, http.StatusOK, changesOf(a.Chapters[i], a.Traces, a.Code))
	return nil
}
