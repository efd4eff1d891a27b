package timeline

import (
	"fmt"
	"strconv"

	"oauthlab/lessons/event"
)

// Reduce makes the view of a log. What stood before the latest reset of the lab
// is gone from the screen, as it is from the lab.
func Reduce(events []event.Event) View { return reduce(events, nil) }

func reduce(events []event.Event, known *memo) View {
	r := reducer{
		known: known, rowOf: map[string]place{}, preflight: map[string]bool{}, band: -1,
		chapter: chapterAtFirst(events), ends: map[string][]AttackEnd{}, outcomes: map[string][]string{},
	}
	begins := len(events) - len(SinceReset(events))
	for i, e := range events {
		r.move(e)
		if i >= begins {
			r.take(e)
		}
	}
	r.view.Alice = r.alice.view()
	r.view.Attacks, r.view.Outcomes = r.ends[r.chapter], r.outcomes[r.chapter]
	return r.view
}

// SinceReset returns the events after the latest reset of the lab.
func SinceReset(events []event.Event) []event.Event {
	for i := len(events) - 1; i >= 0; i-- {
		if n := events[i].Note; n != nil && n.Name == event.NoteReset {
			return events[i+1:]
		}
	}
	return events
}

// place is where a row stands.
type place struct{ band, row int }

type reducer struct {
	known     *memo
	view      View
	band      int    // index of the open band, or -1
	flow      string // of the open band
	unnamed   bool   // its flow has begun, and has no id yet
	attack    string // id of the attack under way, or ""
	robot     bool   // the lab plays it, and its end says all there is to say
	alice     aliceBrowser
	chapter   string                 // in which the lab is
	ends      map[string][]AttackEnd // by chapter
	outcomes  map[string][]string    // likewise
	rowOf     map[string]place       // by the id of a request event
	preflight map[string]bool        // ids of CORS preflights
}

// move follows the lab into another chapter: what happened before is not of it.
func (r *reducer) move(e event.Event) {
	now := chapterAfter(e, r.chapter)
	if now == r.chapter {
		return
	}
	r.chapter = now
	for i := range r.view.Bands {
		r.view.Bands[i].Past = true
	}
	r.band, r.flow, r.unnamed, r.attack, r.robot = -1, "", false, "", false
	r.alice, r.view.Login = aliceBrowser{}, Login{}
	r.view.News, r.view.NewsAt = "", 0
}

func (r *reducer) take(e event.Event) {
	r.follow(e)
	r.alice.take(e)
	switch {
	case e.Gap != nil:
		r.open("gap-"+strconv.FormatUint(e.Gap.Next, 10), "Earlier", "", "")
		r.add(Row{Kind: RowGap, Text: gapText(e.Gap)})
	case e.Request != nil:
		r.request(e)
	case e.Response != nil:
		r.response(e)
	case e.Verdict != nil:
		r.verdict(e)
	case e.Change != nil:
		r.change(e)
	case e.Note != nil:
		r.note(e)
	}
}

// follow keeps the position and finds holes.
func (r *reducer) follow(e event.Event) {
	switch {
	case e.Gap != nil:
		r.view.Last = max(r.view.Last, e.Gap.Next-1)
		return
	case r.view.Last != 0 && e.Seq > r.view.Last+1:
		r.view.Missing = true
		r.add(Row{Kind: RowGap, Text: missingText(r.view.Last+1, e.Seq-1)})
	}
	r.view.Last = e.Seq
}

func (r *reducer) request(e event.Event) {
	if e.Request.Method == "OPTIONS" {
		r.preflight[e.ID] = true
		if r.band >= 0 {
			r.view.Bands[r.band].Folded++
		}
		return
	}
	if r.attack == "" && startsAtWebApp(e) {
		r.open("flow-"+strconv.FormatUint(e.Seq, 10), untitled, "", "")
		r.unnamed = true
	}
	r.bandFor(e)
	r.rowOf[e.ID] = r.add(Row{
		Kind: RowMessage, Seq: e.Seq, From: e.From, To: e.To,
		Text: requestText(e.Request), Marks: r.known.marksOf(e),
	})
}

func (r *reducer) response(e event.Event) {
	if r.preflight[e.Re] {
		return
	}
	r.bandFor(e)
	asked := ""
	if p, ok := r.rowOf[e.Re]; ok {
		asked = r.view.Bands[p.band].Rows[p.row].Text
	}
	r.add(Row{
		Kind: RowMessage, Seq: e.Seq, From: e.From, To: e.To,
		Text: responseText(e.Response, asked), Marks: r.known.marksOf(e), Fault: e.Response.Status >= 400,
	})
}

// verdict hangs a pill on the request that it judged; a verdict of the client,
// which no request caused, on the last message that reached it, and one of the web app too,
// whatever request it serves meanwhile.
func (r *reducer) verdict(e event.Event) {
	pill := pillOf(e)
	pill.Defends = pill.Outcome == event.Refused && r.attack != ""
	if pill.Outcome != event.Passed && !r.robot {
		r.tell(e, pill.Sentence())
	}
	at, ok := r.rowOf[e.Re]
	if !ok || e.From == event.Webapp {
		at, ok = r.lastTo(e.From)
	}
	if !ok {
		r.bandFor(e)
		at = r.add(Row{Kind: RowSelf, Seq: e.Seq, From: e.From, Text: "checks"})
	}
	band := &r.view.Bands[at.band]
	row := &band.Rows[at.row]
	row.Pills = append(row.Pills, pill)
	band.Last = max(band.Last, e.Seq)
}

func (r *reducer) lastTo(p event.Party) (place, bool) {
	if r.band < 0 {
		return place{}, false
	}
	rows := r.view.Bands[r.band].Rows
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].Kind == RowMessage && rows[i].To == p {
			return place{r.band, i}, true
		}
	}
	return place{}, false
}

// change draws the turn of a switch; what the parties store is the state drawer's.
func (r *reducer) change(e event.Event) {
	if text := switchText(e); text != "" {
		r.outdate()
		if r.band >= 0 {
			r.add(Row{Kind: RowQuiet, Seq: e.Seq, Text: text})
		}
	}
	if text := timeText(e); text != "" && r.attack != "" {
		r.add(Row{Kind: RowTime, Seq: e.Seq, Text: text})
	}
	r.signedIn(e)
}

// signedIn names the open flow by who is signed in, as soon as the server says so.
func (r *reducer) signedIn(e event.Event) {
	if r.attack != "" || r.band < 0 || e.Change.Action != "stored" {
		return
	}
	b := &r.view.Bands[r.band]
	name := subjectOf(e)
	switch {
	case b.Attack != "" || name == "":
	case e.Change.What == "session":
		b.Title = name + " signs in"
	case e.Change.What == "code" && b.Title == untitled:
		b.Title = name + " was still signed in"
	}
}

func (r *reducer) note(e event.Event) {
	switch e.Note.Name {
	case event.NoteLabCreated, event.NoteReset:
		return
	case event.NoteAttackBegins:
		r.attackBegins(e, e.Note.Get("title"))
		r.robot = true
		return
	case event.NoteBaitBegins:
		r.attackBegins(e, "Mallory's mail: "+e.Note.Get("title"))
		return
	case event.NoteBaitEnds:
		r.attack = ""
		return
	case event.NoteAttackEnds:
		r.attackEnds(e)
		return
	case event.NoteCallRefused:
		return // no message of OAuth's, and whoever called was told
	}
	r.bandFor(e)
	r.add(noteRow(e, r.known.marksOf(e)))
	if r.attack != "" {
		return
	}
	if e.From == event.Webapp { // whose page is a server's
		r.webAppEnds(e)
		return
	}
	if b := &r.view.Bands[r.band]; e.Note.Name == event.NoteLoginRefused && b.Title == untitled {
		b.Title = "A sign-in is refused"
	}
	before := r.view.Login
	r.view.Login = before.after(e.Note)
	if news := r.view.Login.news(); news != "" && r.view.Login != before {
		r.tell(e, r.view.Bands[r.band].Title+". "+news)
	}
}

// webAppEnds tells what a login at the web app comes to.
func (r *reducer) webAppEnds(e event.Event) {
	if n := e.Note.Name; n == event.NoteAccount || n == event.NoteFlowFailed {
		r.tell(e, r.view.Bands[r.band].Title+". "+newTeller().note(e))
	}
}

// tell keeps what e comes to for who does not see the screen.
func (r *reducer) tell(e event.Event, news string) { r.view.News, r.view.NewsAt = news, e.Seq }

// bandFor sees to it that a band is open for e: the attack's while one runs,
// else that of the flow. An event that names no flow stays where the others are.
func (r *reducer) bandFor(e event.Event) {
	if r.attack != "" {
		return
	}
	if r.unnamed && e.Flow != "" {
		r.flow, r.unnamed = e.Flow, false
	}
	sameFlow := e.Flow == "" || e.Flow == r.flow
	if r.band >= 0 && sameFlow && r.view.Bands[r.band].Attack == "" {
		return
	}
	r.open("flow-"+strconv.FormatUint(e.Seq, 10), untitled, "", e.Flow)
}

// untitled is the title of a flow in which nobody has signed in yet.
const untitled = "Signing in"

func (r *reducer) open(key, title, attack, flow string) {
	r.view.Bands = append(r.view.Bands, Band{Key: key, Chapter: r.chapter, Title: title, Attack: attack})
	r.band, r.flow, r.unnamed = len(r.view.Bands)-1, flow, false
}

// startsAtWebApp reports whether a request begins a login at the web app, which has yet to give
// it an id.
func startsAtWebApp(e event.Event) bool {
	return e.To == event.Webapp && pathOf(e.Request.URL) == "/start"
}

// add appends a row to the open band, and opens one if there is none.
func (r *reducer) add(row Row) place {
	if r.band < 0 {
		r.open("start-"+strconv.FormatUint(row.Seq, 10), "Earlier", "", "")
	}
	b := &r.view.Bands[r.band]
	if row.Kind == RowMessage {
		b.Messages++
	}
	if row.Kind != RowQuiet {
		b.Last = max(b.Last, row.Seq)
	}
	b.Rows = append(b.Rows, row)
	return place{r.band, len(b.Rows) - 1}
}

func gapText(g *event.Gap) string {
	return fmt.Sprintf("Events %d to %d are no longer in the log.", g.After+1, g.Next-1)
}

func missingText(first, last uint64) string {
	if first == last {
		return fmt.Sprintf("Event %d is missing. Reload the page to fetch it.", first)
	}
	return fmt.Sprintf("Events %d to %d are missing. Reload the page to fetch them.", first, last)
}
