package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/inspector"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"oauthlab/app/timeline"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/chromium"
)

// Bounds of what is waited for: a whole class, a flow or an attack of it, and a page that shows
// what its lab's log has.
const (
	classWait = 10 * time.Minute
	stepWait  = 4 * time.Minute
	toldWait  = 30 * time.Second
)

// pupilScript is the hand of a learner on a page, which presses what it is told as soon as
// that can be pressed: Run, then what the flow of the chapter takes besides. It notes how many
// milliseconds after the beginning of the navigation the page was there, and the flow done, as
// the lesson ticks it.
const pupilScript = `(() => {
	if (top !== window) return;
	localStorage.setItem("oauthlab.pace", "at-once");
	const pupil = window.pupil = {ready: 0, done: 0, ended: 0, todo: %s};
	const {todo} = pupil;
	let pressed = 0;
	const look = () => {
		if (document.querySelector("button.topbar-run:not([disabled])")?.getAttribute("aria-disabled") !== "false") return;
		if (!pupil.ready) pupil.ready = performance.now();
		if (!pupil.done && document.querySelector("[data-step=run][data-done=true]")) pupil.done = performance.now();
		if (pressed && !pupil.ended && document.querySelector(".band.is-attack .card")) pupil.ended = performance.now() - pressed;
		const button = todo.length > 0 && document.querySelector(todo[0].when) && document.querySelector(todo[0].press);
		if (!button || button.getAttribute("aria-disabled") === "true") return;
		const {press, later} = todo.shift();
		const pressIt = () => document.querySelector(press).click();
		later ? pass(later).then(pressIt) : pressIt();
	};
	const pass = seconds => {
		const {id, key} = JSON.parse(localStorage.getItem("oauthlab.lab"));
		return fetch("/api/labs/" + id, {method: "PATCH", body: JSON.stringify({clock_offset_seconds: seconds}),
			headers: {"Content-Type": "application/json", "Authorization": "Bearer " + key}});
	};
	pupil.attack = id => {
		pressed = performance.now();
		todo.push({press: "#attack-" + id, when: "body"});
		look();
	};
	new MutationObserver(look).observe(document, {subtree: true, childList: true, attributes: true});
})()`

// press is a button that a learner presses, once the page has what the other selector finds,
// and so many seconds of the lab's clock have passed.
type press struct {
	Press string `json:"press"`
	When  string `json:"when"`
	Later int    `json:"later"`
}

// presses are those that the flow of a chapter takes, by the name of its script.
func presses(script string) []press {
	run := press{"button.topbar-run", "body", 0}
	switch script {
	case "refresh":
		return []press{run, {"#ask-again", ".account-photos li", 11}} // its tokens are good for ten seconds
	case "resources":
		return []press{run, {"#open-billing", ".account-photos li", 0}, {"#open-calendar", ".account-bills", 0}}
	case "agent":
		return []press{run, {"#open-billing", ".account-photos li", 0}, {"#delegate", ".account-bills", 0}}
	}
	return []press{run}
}

// refusedOnTheWay is what the browser writes to its console where the API refuses an old
// token, which is what the script "refresh" is about.
const refusedOnTheWay = "401 (Unauthorized)"

// signInScript is Alice, on whatever page the authorization server shows in her frame.
const signInScript = `(() => {
	const pick = () => document.querySelector("button[name=pick][value=alice]")?.click();
	document.readyState === "loading" ? addEventListener("DOMContentLoaded", pick) : pick();
})()`

// shownBands are what the page's diagram says, in the form of drawn.
const shownBands = `[...document.querySelectorAll(".bands .band")].map(band => ({
	title: band.querySelector(".band-title").textContent,
	rows: [...band.querySelectorAll("[data-seq]")].map(row => [row.dataset.seq, row.querySelector(".label-text").textContent,
		...[...row.querySelectorAll(".label-text ~ .mark")].map(m => m.querySelector(".mark-name").textContent + m.querySelector(".mark-value").textContent)].join(" ")),
}))`

// drawn is a band of a diagram: its title, and its messages and notes with their positions and
// the values that they carry.
type drawn struct {
	Title string   `json:"title"`
	Rows  []string `json:"rows"`
}

// drawnOf is what the diagram of the events has to say.
func drawnOf(events []event.Event) []drawn {
	all := []drawn{}
	for _, b := range timeline.Reduce(events).Bands {
		d := drawn{Title: b.Title, Rows: []string{}}
		for _, r := range b.Rows {
			if r.Kind != timeline.RowMessage && r.Kind != timeline.RowSelf {
				continue
			}
			row := fmt.Sprint(r.Seq, " ", r.Text)
			for _, m := range r.Marks {
				row += " " + m.Name + "=" + m.Short
			}
			d.Rows = append(d.Rows, row)
		}
		all = append(all, d)
	}
	return all
}

// pupil is a learner at a page of their own, with a browser profile of their own.
type pupil struct {
	*program
	chapter lessons.Chapter
	ctx     context.Context
	leave   func()

	lab    api.Lab
	log    []byte     // of the lab, as the API has it in the end
	events int        // that are in it
	times  pupilTimes // as the page notes them
	mu     sync.Mutex // guards wrong
	wrong  []string   // what stands on the page's console
}

// pupilTimes are in milliseconds: from the beginning of the navigation until Run can be pressed,
// and until the flow is done, and from the press on an attack until its end is shown.
type pupilTimes struct{ Ready, Done, Ended float64 }

// measureClass has a class of learners open a page each, in one browser with a profile for
// each, and run the flow of their chapter, and when all have done so, all at once its attack.
// Few open their page at once: a learner's computer has processors of its own, and here all share
// those of this machine. It fails where a page shows anything but the log of its own lab, or its
// console says that something is wrong.
func (b *bench) measureClass(ctx context.Context) error {
	ctx, done := context.WithTimeout(ctx, classWait)
	defer done()
	ctx, fail := context.WithCancelCause(ctx) // nobody waits for the others of a class that failed
	err := b.with(ctx, func(p *program) error {
		browser, stop, err := chromium.Start(ctx)
		if err != nil {
			return err
		}
		defer stop()
		return b.teach(ctx, p, browser, fail)
	})
	if errors.Is(err, chromium.ErrNone) {
		b.report.leftOut("class", err.Error())
		return nil
	}
	return err
}

func (b *bench) teach(ctx context.Context, p *program, browser context.Context, fail context.CancelCauseFunc) error {
	chapters, err := p.chaptersThatRun(ctx)
	if err != nil {
		return err
	}
	class := make([]*pupil, b.counts.class)
	for i := range class {
		at := i % len(chapters)
		if len(class) < len(chapters) { // a few of all
			at = i * len(chapters) / len(class)
		}
		if class[i], err = p.seat(browser, chapters[at]); err != nil {
			return err
		}
		defer class[i].leave()
	}
	each := func(atOnce int, do func(*pupil) error) error {
		return inParallel(len(class), atOnce, func(i int) error {
			if err := do(class[i]); err != nil {
				fail(fmt.Errorf("learner %d, in %s: %w", i+1, class[i].chapter.ID, err))
			}
			return context.Cause(ctx)
		})
	}
	empty, err := p.use(ctx)
	if err != nil {
		return err
	}
	begun := time.Now()
	if err := each(b.counts.opening, (*pupil).runFlow); err != nil {
		return err
	}
	flows := time.Since(begun)
	if err := each(len(class), (*pupil).runAttack); err != nil {
		return err
	}
	taken := time.Since(begun)
	if err := each(len(class), func(l *pupil) error { return l.showsItsLog(ctx) }); err != nil {
		return err
	}
	full, err := p.use(ctx)
	if err != nil {
		return err
	}
	if err := isolated(class); err != nil {
		return err
	}
	b.reportClass(class, flows, taken, empty, full)
	return nil
}

func (b *bench) reportClass(class []*pupil, flows, taken time.Duration, empty, full usage) {
	name := fmt.Sprintf("%d pages: ", len(class))
	add := func(what string, of func(pupilTimes) float64) {
		var all []float64
		for _, l := range class {
			all = append(all, of(l.times))
		}
		b.report.add("class", name+what+", median", percentile(all, 50), "ms")
		b.report.add("class", name+what+", worst", percentile(all, 100), "ms")
	}
	b.report.add("class", name+"opened at once", float64(b.counts.opening), "")
	add("open to Run", func(t pupilTimes) float64 { return t.Ready })
	add("open to flow done", func(t pupilTimes) float64 { return t.Done })
	add("all attack at once, press to end", func(t pupilTimes) float64 { return t.Ended })
	events := 0
	for _, l := range class {
		events += l.events
	}
	b.report.add("class", name+"all flows done after", milliseconds(flows), "ms")
	b.report.add("class", name+"all attacks shown after", milliseconds(taken), "ms")
	b.report.add("class", name+"events in the logs", float64(events), "")
	b.report.add("class", name+"events in a second", float64(events)/taken.Seconds(), "1/s")
	b.report.add("class", name+"processor time of the program", milliseconds(full.processor-empty.processor), "ms")
	b.report.add("class", name+"memory of the program, resident", full.resident/1024/1024, "MiB")
	b.report.add("class", name+"of it since the class came", (full.resident-empty.resident)/1024/1024, "MiB")
}

// chaptersThatRun are those with a flow and an attack.
func (p *program) chaptersThatRun(ctx context.Context) (chapters []lessons.Chapter, err error) {
	text, err := p.read(ctx, "/api/chapters", "")
	if err == nil {
		err = json.Unmarshal(text, &chapters)
	}
	chapters = slices.DeleteFunc(chapters, func(c lessons.Chapter) bool { return attackOf(c) == "" })
	if err == nil && len(chapters) == 0 {
		err = errors.New("no chapter has an attack")
	}
	return chapters, err
}

// attackOf is the first attack that the lesson asks for; "" for none.
func attackOf(c lessons.Chapter) string {
	for _, s := range c.Steps {
		if s.Attack != "" {
			return s.Attack
		}
	}
	return ""
}

// read asks the lab's API. key is "" where everybody may.
func (p *program) read(ctx context.Context, path, key string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.lab+path, nil)
	if err != nil {
		return nil, err
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := p.wire.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s", path, resp.Status)
	}
	return text, err
}

// seat opens an empty page in a profile of its own.
func (p *program) seat(browser context.Context, chapter lessons.Chapter) (*pupil, error) {
	l := &pupil{program: p, chapter: chapter}
	l.ctx, l.leave = chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(l.listen))
	if err := chromedp.Do(l.ctx); err != nil {
		return nil, err
	}
	for _, enable := range []cdp.Command[cdp.Empty, cdp.Empty]{cdplog.Enable, runtime.Enable} {
		if _, err := chromedp.Call(l.ctx, enable, cdp.Empty{}); err != nil {
			return nil, err
		}
	}
	todo, err := json.Marshal(presses(chapter.Script))
	if err != nil {
		return nil, err
	}
	_, err = chromedp.Call(l.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: fmt.Sprintf(pupilScript, todo)})
	return l, err
}

// listen notes what the browser complains of.
func (l *pupil) listen(ev any) {
	complaint := ""
	switch ev := ev.(type) {
	case *runtime.EventExecutionContextCreated:
		if ev.Context.Origin == l.auth {
			go l.signIn(ev.Context.ID) // here, nothing may wait for the browser
		}
	case *runtime.EventExceptionThrown:
		complaint = ev.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeWarning {
			complaint = fmt.Sprint(ev.Type)
			for _, arg := range ev.Args {
				complaint += " " + string(arg.Value) + arg.Description
			}
		}
	case *inspector.EventTargetCrashed:
		complaint = "the page crashed"
	case *cdplog.EventEntryAdded:
		if ev.Entry.Level == cdplog.EntryLevelError || ev.Entry.Level == cdplog.EntryLevelWarning {
			complaint = ev.Entry.Text + " " + ev.Entry.URL
		}
	}
	if complaint != "" && !(l.chapter.Script == "refresh" && strings.Contains(complaint, refusedOnTheWay)) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.wrong = append(l.wrong, complaint)
	}
}

// signIn is Alice in a document of the authorization server's.
func (l *pupil) signIn(in runtime.ExecutionContextID) {
	_, err := chromedp.Call(l.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: signInScript, ContextID: in})
	if err != nil { // the document may have gone; what then does not go on is found by who waits
		return
	}
}

// runFlow opens the chapter's page and waits until its flow is done.
func (l *pupil) runFlow() error {
	if err := chromedp.Do(l.ctx, chromedp.Navigate(l.program.lab+l.chapter.Path)); err != nil {
		return err
	}
	return l.until("the flow", "pupil.done")
}

// runAttack presses the chapter's attack and waits until the page shows how it ended.
func (l *pupil) runAttack() error {
	if err := chromedp.Do(l.ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf("pupil.attack(%q)", attackOf(l.chapter)))); err != nil {
		return err
	}
	return l.until("the attack", "pupil.ended")
}

// until waits until the JavaScript expression is true.
func (l *pupil) until(what, expression string) error {
	_, err := chromedp.Run(l.ctx, chromedp.Poll[float64](expression, chromedp.WithPollingTimeout(stepWait)))
	if err == nil {
		return nil
	}
	const state = `JSON.stringify(pupil) + " " + document.querySelector("[data-step=run]").innerText`
	page, lost := chromedp.Run(l.ctx, chromedp.Evaluate[string](state))
	l.mu.Lock()
	defer l.mu.Unlock()
	return fmt.Errorf("%s does not end: %w; the page says %q (%v), and its console %q", what, err, page, lost, l.wrong)
}

// showsItsLog compares the page with what the API has of its lab, once the two are at rest.
func (l *pupil) showsItsLog(ctx context.Context) error {
	kept, err := chromedp.Run(l.ctx, chromedp.Evaluate[string](`localStorage.getItem("oauthlab.lab")`))
	if err != nil {
		return err
	}
	var own struct{ ID, Key string }
	if err := json.Unmarshal([]byte(kept), &own); err != nil {
		return err
	}
	text, err := l.read(ctx, "/api/labs/"+own.ID, own.Key)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &l.lab); err != nil {
		return err
	}
	if l.lab.Chapter != l.chapter.ID {
		return fmt.Errorf("its lab is in %s", l.lab.Chapter)
	}
	const unfold = `document.querySelectorAll(".band-head[aria-expanded=false]").forEach(head => head.click())`
	if err := chromedp.Do(l.ctx, chromedp.Evaluate[chromedp.Void](unfold)); err != nil {
		return err
	}
	told, stop := context.WithTimeout(ctx, toldWait)
	defer stop()
	for { // the page may still be told of the latest
		shown, err := chromedp.Run(l.ctx, chromedp.Evaluate[[]drawn](`new Promise(done => requestAnimationFrame(() => done(`+shownBands+`)))`, chromedp.EvalAwaitPromise))
		if err != nil {
			return err
		}
		if l.log, err = l.read(ctx, "/api/labs/"+own.ID+"/events?after=0", own.Key); err != nil {
			return err
		}
		var events []event.Event
		for line := range strings.Lines(string(l.log)) {
			var e event.Event
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				return err
			}
			events = append(events, e)
		}
		l.events = len(events)
		want := drawnOf(events)
		if same(shown, want) {
			break
		}
		if told.Err() != nil {
			return fmt.Errorf("the page shows\n%q, and the log has\n%q", shown, want)
		}
	}
	if l.times, err = chromedp.Run(l.ctx, chromedp.Evaluate[pupilTimes](`({Ready: pupil.ready, Done: pupil.done, Ended: pupil.ended})`)); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.wrong) > 0 {
		return fmt.Errorf("its console says %q", l.wrong)
	}
	return nil
}

// same reports whether a page shows what it should, which is something: of a long band, the
// end.
func same(shown, want []drawn) bool {
	return len(want) > 0 && slices.EqualFunc(shown, want, func(s, w drawn) bool {
		return s.Title == w.Title && len(s.Rows) > 0 && len(s.Rows) <= len(w.Rows) && slices.Equal(s.Rows, w.Rows[len(w.Rows)-len(s.Rows):])
	})
}

// isolated returns an error where two learners share a lab, or a lab's log knows another's.
func isolated(class []*pupil) error {
	for i, l := range class {
		for _, other := range class[:i] {
			if l.lab.ID == other.lab.ID {
				return fmt.Errorf("two learners are in the lab %s", l.lab.ID)
			}
			if strings.Contains(string(l.log), other.lab.ID) || strings.Contains(string(other.log), l.lab.ID) {
				return fmt.Errorf("the log of one of the labs %s and %s has the other in it", l.lab.ID, other.lab.ID)
			}
		}
	}
	return nil
}
