//go:build !js

// Package recording holds runs that the lab has recorded of itself: of each chapter what
// happens in it with everything on, and of each attack how it ends with its protections on
// and off. They are what pages of other sites show (server/site), and never run anything.
//
// A run is a stretch of a file, a JSON object a line: first its Head, then its events in
// their order. What differs from run to run is named by where it first appeared, such as
// <code-1>, and addresses by whose they are, such as {auth}, as in a golden trace; ids are
// positions, and there are no times. The files are made by make golden and compared by a test,
// never written by hand.
package recording

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

//go:embed runs
var files embed.FS

// Folder is where the files lie, from the module's root: a folder a chapter, a file an attack.
const Folder = "lessons/recording/runs"

// flowName is the name of the file of what happens in a chapter, which no attack has.
const flowName = "flow"

// Head says which run it is.
type Head struct {
	Chapter string           `json:"chapter"`          // version of the lab
	Attack  string           `json:"attack,omitempty"` // "" for what happens without one
	Stands  []guard.Switches `json:"stands"`           // how the lab may stand: with each of them the run is this one, to the letter
	Outcome string           `json:"outcome,omitempty"`
	By      string           `json:"by,omitempty"` // the guard that refused, or the habit that held it off
}

// Run is one run.
type Run struct {
	Head
	lines string // of its events
}

// NewRun returns a run of events that are as Normalize leaves them.
func NewRun(h Head, events []event.Event) (Run, error) {
	r := Run{Head: h}
	var lines bytes.Buffer
	out := json.NewEncoder(&lines)
	out.SetEscapeHTML(false)
	for _, e := range events {
		if err := out.Encode(lineOf(e)); err != nil {
			return r, err
		}
	}
	r.lines = lines.String()
	return r, nil
}

// Same reports whether two runs are the same, however the lab stood.
func (r Run) Same(o Run) bool { return r.lines == o.lines }

// File is where the run lies, below Folder.
func (r Run) File() string {
	name := r.Attack
	if name == "" {
		name = flowName
	}
	return path.Join(r.Chapter, name+".jsonl")
}

// Text is the run as it stands in its file.
func (r Run) Text() (string, error) {
	head, err := json.Marshal(r.Head)
	return string(head) + "\n" + r.lines, err
}

// Succeeded reports whether Mallory got what she wanted.
func (r Run) Succeeded() bool { return r.Outcome == "succeeded" }

// labID is the id that labs have in what is read.
const labID = "00000000-0000-4000-8000-000000000000"

// Events returns what happened, numbered from 1, in a lab whose parties have the origins.
func (r Run) Events(origins map[event.Party]string) ([]event.Event, error) {
	var back []string
	for _, p := range places(labID, origins) {
		back = append(back, p.Name, p.Address)
	}
	there := strings.NewReplacer(back...)
	var events []event.Event
	for text := range strings.Lines(r.lines) {
		var l line
		if err := json.Unmarshal([]byte(there.Replace(text)), &l); err != nil {
			return nil, fmt.Errorf("recording %s: %w", r.File(), err)
		}
		events = append(events, l.event(len(events)+1))
	}
	return events, nil
}

// line is an event as a file has it: without what each run has anew, and without the line of
// code of a verdict, which moves.
type line struct {
	Flow string      `json:"flow,omitempty"`
	Re   int         `json:"re,omitempty"` // position of the request
	From event.Party `json:"from"`
	To   event.Party `json:"to,omitempty"`

	Request  *event.Request  `json:"request,omitempty"`
	Response *event.Response `json:"response,omitempty"`
	Verdict  *verdict        `json:"verdict,omitempty"`
	Change   *event.Change   `json:"change,omitempty"`
	Note     *event.Note     `json:"note,omitempty"`
}

type verdict struct {
	Guard   string        `json:"guard"`
	Outcome event.Outcome `json:"outcome"`
	Reason  string        `json:"reason,omitempty"`
}

func lineOf(e event.Event) line {
	re, _ := strconv.Atoi(e.Re) // Normalize wrote it; none is 0
	l := line{Flow: e.Flow, Re: re, From: e.From, To: e.To, Request: e.Request, Response: e.Response, Change: e.Change, Note: e.Note}
	if v := e.Verdict; v != nil {
		l.Verdict = &verdict{v.Guard, v.Outcome, v.Reason}
	}
	return l
}

// event returns the event at a position.
func (l line) event(at int) event.Event {
	e := event.Event{
		V: event.Version, Seq: uint64(at), ID: strconv.Itoa(at), Flow: l.Flow, From: l.From, To: l.To, //nolint:gosec // a position
		Request: l.Request, Response: l.Response, Change: l.Change, Note: l.Note,
	}
	if l.Re > 0 {
		e.Re = strconv.Itoa(l.Re)
	}
	switch {
	case l.Request != nil:
		e.Kind = event.KindRequest
	case l.Response != nil:
		e.Kind = event.KindResponse
	case l.Verdict != nil:
		e.Kind, e.Verdict = event.KindVerdict, &event.Verdict{Guard: l.Verdict.Guard, Outcome: l.Verdict.Outcome, Reason: l.Verdict.Reason}
	case l.Change != nil:
		e.Kind = event.KindChange
	case l.Note != nil:
		e.Kind = event.KindNote
	}
	return e
}

// Held returns every run that is held, by chapter and attack, in the order of their files. It
// is everybody's: read it only.
var Held = sync.OnceValues(func() ([]Run, error) {
	held, err := fs.Sub(files, "runs")
	if err != nil {
		return nil, err
	}
	return Read(held)
})

// Read reads the runs of a folder.
func Read(folder fs.FS) ([]Run, error) {
	names, err := fs.Glob(folder, "*/*.jsonl")
	if err != nil {
		return nil, err
	}
	var runs []Run
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		of, err := parse(string(text))
		if err != nil {
			return nil, fmt.Errorf("recording %s: %w", name, err)
		}
		for _, r := range of {
			if r.File() != name {
				return nil, fmt.Errorf("recording %s: it has a run of %s", name, r.File())
			}
		}
		runs = append(runs, of...)
	}
	return runs, nil
}

// headBegins begins the line of a head, and of nothing else.
const headBegins = `{"chapter":`

// parse cuts a file into its runs. Their events are read when they are asked for.
func parse(text string) ([]Run, error) {
	var runs []Run
	begin := 0 // of the lines of the last run
	for at := 0; at < len(text); {
		end := strings.IndexByte(text[at:], '\n')
		if end < 0 {
			return nil, fmt.Errorf("its last line has no end")
		}
		end += at + 1
		if n := len(runs); strings.HasPrefix(text[at:end], headBegins) {
			if n > 0 {
				runs[n-1].lines = text[begin:at]
			}
			var r Run
			if err := json.Unmarshal([]byte(text[at:end]), &r.Head); err != nil {
				return nil, err
			}
			runs, begin = append(runs, r), end
		} else if n == 0 {
			return nil, fmt.Errorf("it does not begin with the head of a run")
		}
		at = end
	}
	if n := len(runs); n > 0 {
		runs[n-1].lines = text[begin:]
	}
	return runs, nil
}

// Key tells how labs stand apart, as far as a chapter has what is switched.
func Key(chapter string, s guard.Switches) string {
	there := guard.Rules{Chapter: chapter}
	var key strings.Builder
	for _, id := range slices.Sorted(maps.Keys(s)) {
		if there.Has(id) {
			key.WriteString(string(id) + ":" + s[id] + ",")
		}
	}
	return key.String()
}
