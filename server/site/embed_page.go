package site

import (
	"bytes"
	"embed"
	"html"
	"regexp"
	"strconv"
	"strings"

	"oauthlab/app/timeline"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/event"
	"oauthlab/lessons/prose"
)

//go:embed pages/embedded.html pages/embed_lost.html
var embedFiles embed.FS

// embedPage is what the page of a recording shows: the diagram as it is drawn live
// (app/ui/stage), but of spans, for there is nothing to press on it.
type embedPage struct {
	Title, Says  string
	Chapter      string // "v03 PKCE and the token endpoint"
	Stands       string // "PKCE off"
	Ending       string // of an attack, in the words of its card
	Won          bool
	Lanes        []timeline.Lane
	Bands        []embedBand
	Steps        int    // rows that a replay stops at
	Try, TryText string // the lab, standing so
	Frame        string // the line for another page
	List         string // the recordings of all chapters
	Sections     []string
}

// embedBand is a flow or an attack.
type embedBand struct {
	Title string // "" where it is the only one
	Rows  []embedRow
}

// embedRow is a row of the diagram.
type embedRow struct {
	timeline.Row
	From, To int // lanes
	Who      string
	Says     string
	Reading  int64 // milliseconds; 0 where a replay does not stop
	Marks    []embedMark
	Pills    []timeline.Pill // by name
	Others   string          // the other checks, which passed: "3 others"; "" for none
	By       string          // class of who took them
	Lane     int             // of the pills
}

// embedMark is a value that is followed.
type embedMark struct {
	Name, Brief, Value, Class string
}

// Class are the classes of the row.
func (r embedRow) Class() string {
	class := "row-" + string(r.Kind)
	switch r.Kind {
	case timeline.RowMessage:
		class += " grid " + widget.Direction(r.From, r.To) + " " + widget.PartyClass(r.Row.From)
	case timeline.RowSelf:
		class += " grid"
	}
	if r.Leak {
		class += " is-leak"
	}
	if r.Fault {
		class += " is-fault"
	}
	return class
}

// Span is where its arrow runs, or its note stands.
func (r embedRow) Span() string {
	if r.Kind == timeline.RowMessage {
		return widget.LaneClass("lo", min(r.From, r.To)) + " " + widget.LaneClass("hi", max(r.From, r.To))
	}
	return widget.LaneClass("at", r.From)
}

// Side is where its verdicts stand.
func (r embedRow) Side() string {
	side := "is-after "
	if r.Kind == timeline.RowMessage && r.From > r.To {
		side = "is-before "
	}
	return side + widget.LaneClass("at", r.Lane)
}

// render makes the page of a recording.
func (e *embeds) render(c embedChapter, h *held) (string, error) {
	events, err := h.Events(e.origins)
	if err != nil {
		return "", err
	}
	view := timeline.Reduce(events)
	p := embedPage{
		Title: c.titleOf(h), Chapter: c.ID, Stands: h.Phrase(), Lanes: timeline.LanesOf(view.Bands),
		Try: e.origins[event.Lab] + address(c.Path, h.lab()), List: e.origins[event.Lab] + embedPath,
	}
	stars := page.Content{Chapter: c.Chapter}.Stars()
	var checks, passed int
	for _, b := range view.Bands {
		band := embedBand{}
		if len(view.Bands) > 1 {
			band.Title = b.Title
		}
		frames := map[uint64]timeline.Frame{}
		for _, f := range timeline.Frames(view, events, b.Key) {
			frames[f.Seq] = f
		}
		for _, r := range b.Rows {
			row := embedRowOf(r, p.Lanes, stars)
			if f, told := frames[r.Seq]; told {
				row.Says, row.Reading = numbered(f.Says), f.ReadingTime().Milliseconds()
				p.Steps++
			}
			if r.Card != nil {
				p.Ending, p.Won = r.Card.Title, r.Card.Won
			}
			for _, pill := range r.Pills {
				checks++
				if pill.Outcome == event.Passed {
					passed++
				}
			}
			band.Rows = append(band.Rows, row)
		}
		p.Bands = append(p.Bands, band)
	}
	p.Says = c.Question + " " + prose.Count(checks, "check") + ", all passed."
	if passed < checks {
		p.Says = c.Question + " " + prose.Count(checks, "check") + ", of which " + strconv.Itoa(passed) + " passed."
	}
	if a, is := c.attacks[h.Attack]; is {
		p.Chapter, p.Says, p.Sections = c.ID+" "+c.Title, a.Story, a.Sections
	}
	p.Frame = `<iframe src="` + e.origins[event.Lab] + strings.ReplaceAll(h.Address(), "&", "&amp;") + `" title="` + html.EscapeString("OAuth Lab: "+p.Title+", "+h.Words()) +
		`" ` + embedFrame + ` loading="lazy" sandbox="` + embedSandbox + `"></iframe>`
	var text bytes.Buffer
	if err := e.pages.ExecuteTemplate(&text, "embedded", p); err != nil {
		return "", err
	}
	return e.link(text.String()), nil
}

func embedRowOf(r timeline.Row, lanes []timeline.Lane, stars []string) embedRow {
	row := embedRow{Row: r, From: timeline.LaneOf(lanes, r.From), To: timeline.LaneOf(lanes, r.To), Who: timeline.PartyName(r.From)}
	row.Lane = row.From
	if r.Kind == timeline.RowMessage {
		row.Lane = row.To
	}
	if r.To != "" && r.To != r.From {
		row.Who += " to " + timeline.PartyName(r.To)
	}
	for _, m := range r.Marks {
		row.Marks = append(row.Marks, embedMark{m.Name, m.Brief, shortMark(m), widget.MarkClass(m.Kind)})
	}
	var others int
	if row.Pills, others = widget.SplitPills(r.Pills, stars); others > 0 {
		row.Others, row.By = widget.OthersText(others, len(row.Pills)), widget.PartyClass(r.Pills[0].At)
	}
	return row
}

// placeholder is what stands in a recording for a value that is another in each run: its name,
// and which of that name it is.
var placeholder = regexp.MustCompile(`<([a-z_]+)-(\d+)>`)

// numbered writes what stands for values as a reader has it: "#1" of the mark's own name,
// "code #1" in a sentence.
func numbered(text string) string { return placeholder.ReplaceAllString(text, "$1 #$2") }

// shortMark is a value in short.
func shortMark(m timeline.Mark) string {
	found := placeholder.FindStringSubmatch(m.Value)
	switch {
	case found == nil:
		return m.Short
	case found[1] == m.Name:
		return "#" + found[2]
	}
	return found[1] + " #" + found[2]
}

// themed is a page in the colours of a theme; "" leaves them to the reader.
func themed(page, theme string) string {
	if theme == "" {
		return page
	}
	return strings.Replace(page, "css/embedded.css", "css/embedded-"+theme+".css", 1)
}

// recordings is the page that lists them all.
type recordings struct{ Chapters []embedChapter }

// Groups are what is held of a chapter, by attack: of each run the way that is quickest to say.
func (c embedChapter) Groups() []embedGroup {
	var groups []embedGroup
	for _, h := range shortest(c.Held) {
		if n := len(groups); n == 0 || groups[n-1].attack != h.Attack {
			group := embedGroup{attack: h.Attack, Title: "Without an attack"}
			if h.Attack != "" {
				group.Title = c.titleOf(h)
			}
			groups = append(groups, group)
		}
		last := &groups[len(groups)-1]
		last.Held = append(last.Held, h)
	}
	return groups
}

// embedGroup is an attack, or what happens without one, and its recordings.
type embedGroup struct {
	attack string
	Title  string
	Held   []*held
}

// newRecordings lists the recordings of the chapters.
func newRecordings(course Course) (recordings, error) {
	chapters, err := embedCourse(course.Chapters)
	return recordings{chapters}, err
}
