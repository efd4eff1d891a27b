package site

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
	"oauthlab/lessons/param"
	"oauthlab/lessons/prose"
	"oauthlab/server/attack"
	"oauthlab/server/lab"
)

//go:embed pages/state.html
var stateFiles embed.FS

var stateTemplate = template.Must(template.ParseFS(stateFiles, "pages/state.html"))

const (
	maxShown = 16  // rows of a table; of more, the latest
	maxCell  = 400 // bytes of a cell
	maxTaken = 3   // values in one sentence
	maxLine  = 24  // bytes of what stands in a message, and is not broken into lines
)

// stateView makes HTML of what the parties hold.
type stateView struct {
	now   time.Time
	zone  *time.Location
	seen  sightings
	known map[string]string          // values that the log has, by their hashes
	taken map[string]bool            // values of others that Mallory has
	since uint64                     // position from which on things are new
	begun time.Time                  // the moment of that
	fresh map[string][]*event.Change // changes since then, by what and key
}

func newStateView(events []event.Event, held []attack.Holding, now time.Time, zone *time.Location) *stateView {
	v := &stateView{now: now, zone: zone, seen: see(events), since: latest(events), fresh: map[string][]*event.Change{}, taken: map[string]bool{}}
	v.known = v.seen.byHash()
	for _, h := range held {
		v.taken[h.Value] = true
	}
	for _, e := range events {
		if v.since == 0 || e.Seq < v.since {
			continue
		}
		if v.begun.IsZero() {
			v.begun = e.Time
		}
		if e.Change != nil {
			name := e.Change.What + " " + e.Change.Key
			v.fresh[name] = append(v.fresh[name], e.Change)
		}
	}
	return v
}

// shownSheet is what the template shows.
type shownSheet struct {
	Party, Class  string // the party's name in a sentence, and its class
	Source, Blind string
	JSON          string // in place of the tables
	Trees         []shownTree
	Tables        []shownTable
	Empty         string      // names of the tables without a row
	Taken         []shownCell // of its values, those that are in Mallory\'s hands
	Marked, Begun string      // how many rows are marked, and since when
	BegunAt       string
}

type shownTree struct {
	Title, End string
	Dead       bool
	Roots      []*shownNode
}

type shownNode struct {
	Cell     shownCell
	Says     string
	Live     bool
	Seen     []seenParty
	Children []*shownNode
}

type shownTable struct {
	Title   string
	Columns []string
	Rows    []shownRow
	Older   int // rows that are not shown
}

type shownRow struct {
	Mark  string // "new", "changed" or ""
	Cells []shownCell
}

// shownCell is a cell as the template takes it.
type shownCell struct {
	Column string // its name, where rows stand below each other
	Text   string
	Class  string
	Trace  string // of a value that is followed
	Whole  string // of a value that is shown in short
	At     string // a moment, as machines read it
	Past   bool   // a deadline is over
	Seen   []seenParty
}

type seenParty struct{ Name, Class string }

// body is what a party holds, as one element.
func (v *stateView) body(h holdings, asJSON bool) (string, error) {
	row := h.party.Row()
	s := shownSheet{Party: nameInSentence(row), Class: row.Class(), Source: h.sheet.Source, Blind: h.sheet.Blind}
	if asJSON {
		text, err := json.MarshalIndent(h.json, "", "  ")
		if err != nil {
			return "", err
		}
		s.JSON = string(text)
	} else {
		s.Trees = v.trees(h.sheet.Trees)
		v.fill(&s, h.sheet.Tables)
		if h.party != event.Mallory {
			s.Taken = v.takenOf(h.sheet.Tables)
		}
	}
	var text bytes.Buffer
	if err := stateTemplate.ExecuteTemplate(&text, "sheet", s); err != nil {
		return "", fmt.Errorf("show the state of %s: %w", h.party, err)
	}
	return strings.TrimSpace(text.String()), nil
}

// nameInSentence is the party's name behind other words.
func nameInSentence(row event.PartyRow) string {
	if row.ID == event.Mallory {
		return row.Name
	}
	if row.Name == strings.ToUpper(row.Name) { // API
		return "the " + row.Name
	}
	return "the " + strings.ToLower(row.Name[:1]) + row.Name[1:]
}

func (v *stateView) fill(s *shownSheet, tables []lab.Table) {
	var empty []string
	marked := 0
	for _, t := range tables {
		if len(t.Rows) == 0 {
			empty = append(empty, t.Title)
			continue
		}
		shown := v.table(t)
		for _, r := range shown.Rows {
			if r.Mark != "" {
				marked++
			}
		}
		s.Tables = append(s.Tables, shown)
	}
	s.Empty = strings.Join(empty, ", ")
	if marked > 0 {
		s.Marked = "1 row is"
		if marked > 1 {
			s.Marked = fmt.Sprintf("%d rows are", marked)
		}
		s.Begun, s.BegunAt = v.clock(v.begun), v.begun.Format(time.RFC3339)
	}
}

// maxTrees bounds how many trees are shown.
const maxTrees = 4

// trees shows the latest trees. What lost its parent, because that was forgotten, is a root.
func (v *stateView) trees(all []lab.Tree) (shown []shownTree) {
	for _, t := range all[:min(maxTrees, len(all))] {
		tree := shownTree{Title: prose.Capital(t.Title), End: t.End, Dead: t.Dead}
		nodes := map[string]*shownNode{}
		for _, n := range t.Nodes {
			one := &shownNode{Cell: v.cell("", n.Cell), Says: n.Says, Live: n.Live, Seen: v.seenAt(v.unhash(n.Cell).Text)}
			nodes[n.Key] = one
			if parent := nodes[n.Parent]; parent != nil {
				parent.Children = append(parent.Children, one)
			} else {
				tree.Roots = append(tree.Roots, one)
			}
		}
		shown = append(shown, tree)
	}
	return shown
}

// takenOf returns the values of the tables' rows that Mallory has.
func (v *stateView) takenOf(tables []lab.Table) (taken []shownCell) {
	for _, t := range tables {
		for _, r := range slices.Backward(t.Rows) {
			if c := v.unhash(r.Cells[0]); isFollowed(c) && v.taken[c.Text] && len(taken) < maxTaken {
				taken = append(taken, v.cell("", c))
			}
		}
	}
	return taken
}

// table shows the latest rows, the newest first, in the columns in which one says
// something. Where a row is a value that is followed, it says who has seen it.
func (v *stateView) table(t lab.Table) shownTable {
	shown := shownTable{Title: prose.Capital(t.Title), Older: max(0, len(t.Rows)-maxShown)}
	var columns []int
	for i, name := range t.Columns {
		if slices.ContainsFunc(t.Rows, func(r lab.Row) bool { return !isEmpty(r.Cells[i]) }) {
			columns, shown.Columns = append(columns, i), append(shown.Columns, name)
		}
	}
	follows := slices.ContainsFunc(t.Rows, func(r lab.Row) bool { return isFollowed(v.unhash(r.Cells[0])) })
	if follows {
		shown.Columns = append(shown.Columns, "seen at")
	}
	taken := map[string]bool{}
	for _, r := range slices.Backward(t.Rows[shown.Older:]) {
		row := shownRow{Mark: v.mark(t, r, taken)}
		for n, i := range columns {
			row.Cells = append(row.Cells, v.cell(shown.Columns[n], r.Cells[i]))
		}
		if follows {
			row.Cells = append(row.Cells, shownCell{Column: "seen at", Seen: v.seenAt(v.unhash(r.Cells[0]).Text)})
		}
		shown.Rows = append(shown.Rows, row)
	}
	return shown
}

func isEmpty(c lab.Cell) bool { return c.Text == "" && c.Time.IsZero() }

func isFollowed(c lab.Cell) bool { return c.Kind == lab.Value && param.MarkOf(c.Param).IsFollowed() }

// mark says whether a row is new since the latest began, or changed. Of several rows of one
// name, changes are of the newest: taken notes which names are done.
func (v *stateView) mark(t lab.Table, r lab.Row, taken map[string]bool) string {
	switch {
	case v.since == 0:
		return ""
	case r.Since >= v.since:
		return "new"
	case r.Touched >= v.since:
		return "changed"
	}
	changes := v.fresh[t.What+" "+r.Key]
	if t.What == "" || len(changes) == 0 || taken[r.Key] {
		return ""
	}
	taken[r.Key] = true
	for _, c := range changes {
		for _, row := range event.Changes(c.What, c.Action) {
			if row.Adds {
				return "new"
			}
		}
	}
	return "changed"
}

// unhash returns the value of which a party keeps the hash alone, where the log has it.
func (v *stateView) unhash(c lab.Cell) lab.Cell {
	if c.Kind != lab.Hashed {
		return c
	}
	if value, known := v.known[c.Text]; known {
		return lab.Follows(c.Param, value)
	}
	return lab.Says("not in the log any more")
}

func (v *stateView) cell(column string, c lab.Cell) shownCell {
	c = v.unhash(c)
	shown := shownCell{Column: column, Text: prose.Clip(c.Text, maxCell, "…")}
	switch c.Kind {
	case lab.Literal:
		shown.Class = "mono"
		if len(shown.Text) > maxLine {
			shown.Class = "mono is-long"
		}
	case lab.Value:
		m := timeline.MarkOf(c.Param, c.Text)
		shown.Text, shown.Whole, shown.Class = m.Short, shown.Text, "mono"
		if m.Kind != "" {
			shown.Class, shown.Trace = "mark mark-"+string(m.Kind), timeline.TraceOf(c.Param, c.Text)
		}
	case lab.Moment, lab.Deadline:
		if c.Time.IsZero() {
			break
		}
		shown.Text, shown.At = v.clock(c.Time), c.Time.Format(time.RFC3339)
		shown.Past = c.Kind == lab.Deadline && !c.Time.After(v.now)
	}
	return shown
}

// clock is a moment as the lab's clock shows it, with its day where that is not today.
func (v *stateView) clock(at time.Time) string {
	at, today := at.In(v.zone), v.now.In(v.zone)
	if at.YearDay() != today.YearDay() || at.Year() != today.Year() {
		return at.Format("2 Jan 15:04:05")
	}
	return at.Format("15:04:05")
}

// seenAt lists who has seen a value, in the order of the lanes, guests last.
func (v *stateView) seenAt(value string) (parties []seenParty) {
	var guests []string
	for p := range v.seen[value] {
		if !event.AllParties().Has(p) {
			guests = append(guests, string(p))
		}
	}
	slices.Sort(guests)
	for _, row := range event.AllParties() {
		if v.seen[value][row.ID] {
			parties = append(parties, seenParty{string(row.ID), row.Class()})
		}
	}
	for _, name := range guests {
		parties = append(parties, seenParty{prose.Clip(name, maxCell, "…"), event.Party(name).Row().Class()})
	}
	return parties
}
