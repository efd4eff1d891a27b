package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/chromedp"

	"oauthlab/app/ui/page"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/content"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
	"oauthlab/server/attack"
)

// Each chapter is run, broken and mended, or read, by clicking what its lesson says. What
// to click stands in the chapter's files. Each has a lab of its own.
func TestEachChapterByClicking(t *testing.T) {
	chapters, err := load.Read(load.Tree{FS: content.FS})
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, t.TempDir())
	for i, c := range chapters {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			b := openTab(t)
			b.clickThrough(p, c)
			if i+1 < len(chapters) {
				b.has("link", "Next: "+nameOf(chapters[i+1]))
			} else { // of the others nothing was done in this browser
				b.has("link", "Still to do: "+nameOf(chapters[0]))
			}
		})
	}
}

// An interlude is read to its end: nothing is run in it, and it is done.
func TestAnInterludeIsReadByClicking(t *testing.T) {
	files := fstest.MapFS{
		"05-pause/chapter.md": {Data: []byte("---\nformat: 1\nid: pause\nstands-on: v02\ntitle: A pause\nquestion: What have others built?\ndescription: One sentence.\n---\n\nNothing is broken here.\n")},
		"05-pause/1-who.md":   {Data: []byte("---\nid: who\nkind: read\ntitle: Who builds it\n---\n\nOthers do.\n")},
		"05-pause/2-how.md":   {Data: []byte("---\nid: how\nkind: read\ntitle: How they differ\n---\n\nIn this and that.\n")},
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	chapters, err := load.Read(load.Tree{FS: files, Books: content.FS})
	if err != nil {
		t.Fatal(err)
	}
	p := startOn(t, t.TempDir(), anyOrigins(), "--lessons", dir)
	b := openTab(t)
	b.clickThrough(p, chapters[0])
	b.open(p.lab + "/")
	b.has("link", "A pause read")
}

// nameOf returns what a chapter is called on the page.
func nameOf(c load.Chapter) string { return page.ChapterLink{ID: c.ID, Title: c.Title}.Name() }

// clickThrough clicks through a chapter from its first step to its last.
func (b *tab) clickThrough(p *program, c load.Chapter) {
	b.Helper()
	b.open(p.lab + c.Path)
	b.says(c.Question)
	for i, s := range c.Steps {
		if i > 0 {
			b.goTo(c.Steps[i-1], s)
		}
		if s.Kind == lessons.Ask {
			b.answer(p, s, c.Plays[i])
			continue
		}
		b.doStep(p, c, s)
	}
}

// answer answers the questions of a step, until it ticks itself.
func (b *tab) answer(p *program, s lessons.Step, plays []load.Play) {
	b.Helper()
	for _, q := range s.Questions {
		if right := slices.IndexFunc(q.Options, func(o lessons.Option) bool { return o.Right }); right >= 0 {
			b.press("radio", q.Options[right].Text)
			b.says(q.Options[right].Reply)
			continue
		}
		b.play(p, plays[0])
		b.says(q.Why)
		plays = plays[1:]
	}
	b.done(s.ID)
	b.shoot(s.ID)
	b.forgive("400 (Bad Request)") // what is sent otherwise is refused
	b.forgive("403 (Forbidden)")
}

// play does what answers a question, with everything on that it does not set.
func (b *tab) play(p *program, play load.Play) {
	b.Helper()
	l, on, guards := b.labOf(p), map[string]bool{}, map[string]any{}
	for id := range l.Protections {
		on[id] = true
	}
	for id, value := range play.Set {
		guards[id] = value
		if value == "on" || value == "off" {
			guards[id] = value == "on"
		}
	}
	patch, err := json.Marshal(map[string]any{"protections": on, "guards": guards})
	if err != nil {
		b.Fatal(err)
	}
	if status, body := call(b.T, http.MethodPatch, p.lab+"/api/labs/"+l.ID, l.Key, string(patch)); status != http.StatusOK {
		b.Fatalf("%s: %d %s", patch, status, body)
	}
	b.atRest()
	if play.Attack != "" {
		a, err := attack.Find(play.Attack)
		if err != nil {
			b.Fatal(err)
		}
		b.press("button", "Run the attack: "+a.Title)
		return
	}
	b.playFlow(p, play)
}

// askLater has time pass in the lab, and the client ask the API again.
func (b *tab) askLater(p *program, wait time.Duration) {
	b.Helper()
	b.until(`document.querySelector(".account-photos li")`) // it has asked once
	l := b.labOf(p)
	ahead := l.ClockOffsetSeconds + int64(wait/time.Second)
	if status, body := call(b.T, http.MethodPatch, p.lab+"/api/labs/"+l.ID, l.Key, fmt.Sprintf(`{"clock_offset_seconds":%d}`, ahead)); status != http.StatusOK {
		b.Fatalf("the clock: %d %s", status, body)
	}
	b.press("button", "Ask the API again")
	b.forgive("401 (Unauthorized)")
}

// playFlow runs the flow in steps, with what is edited, as far as it goes.
func (b *tab) playFlow(p *program, play load.Play) {
	b.Helper()
	if play.Wait() > 0 {
		b.signIn()
		b.askLater(p, play.Wait())
		return
	}
	if play.Twice {
		b.press("checkbox", "Exchange the code by hand")
		b.signIn()
		for _, again := range []string{"Exchange the code…", "Exchange the same code again…"} {
			b.press("button", again)
			b.press("button", "Send it")
		}
		b.press("checkbox", "Exchange the code by hand")
		return
	}
	if len(play.Edit) == 0 {
		b.signIn()
		return
	}
	edits := maps.Clone(play.Edit)
	b.press("button", "Step")
	for {
		b.until(`document.querySelector("#send-draft")`)
		for name, value := range edits {
			field := `input[aria-label="` + name + `"]`
			if evaluate[bool](b, `!!document.querySelector('`+field+`')`) {
				b.do("clear "+name, chromedp.Clear(chromedp.CSS(field)), chromedp.SendKeys(chromedp.CSS(field), value))
				delete(edits, name)
			}
		}
		b.press("button", "Send it")
		if len(edits) == 0 {
			break
		}
		b.pressInFrame("#alice", "Sign in as Alice")
	}
	if _, ends := play.Edit["state"]; ends {
		b.pressInFrame("#alice", "Sign in as Alice")
	}
}

// goTo goes on from one step to the next; who says "I see" does so with that.
func (b *tab) goTo(last, next lessons.Step) {
	b.Helper()
	b.done(last.ID)
	if len(last.Goals) > 0 {
		b.press("button", "Next: "+next.Title)
	}
}

// doStep clicks what a step asks for, until it ticks itself.
func (b *tab) doStep(p *program, c load.Chapter, s lessons.Step) {
	b.Helper()
	if s.Kind == lessons.Run {
		b.signIn()
		switch c.Script {
		case "refresh":
			b.askLater(p, 11*time.Second)
		case "resources":
			b.pressOnClientsPage("open-billing", ".account-bills")
			b.pressOnClientsPage("open-calendar", ".account-appointments")
		case "agent":
			b.pressOnClientsPage("open-billing", ".account-bills")
			b.pressOnClientsPage("delegate", ".account-report")
		}
	}
	if s.Prediction != nil {
		right := slices.IndexFunc(s.Prediction.Options, func(o lessons.Option) bool { return o.Right })
		b.press("radio", s.Prediction.Options[right].Text)
		b.until(`document.querySelector('[role="radio"][aria-checked="true"].option-button') !== null`)
	}
	if lacks := `[...document.querySelectorAll('[data-step="` + s.ID + `"] .step-actions button')].some(e => e.innerText === "Set that up")`; s.Attack != "" && evaluate[bool](b, lacks) {
		b.press("button", "Set that up")
		b.until("!" + lacks)
	}
	if p, _ := guard.Find(s.Protection); s.Switch != "" {
		b.press("button", "Switch "+p.Title+" "+s.Switch)
		b.until(fmt.Sprintf(`[...document.querySelectorAll('[data-step="%s"] .step-actions button')].some(e => e.innerText === %q)`, s.ID, p.Title+" is "+s.Switch))
	}
	if s.Attack != "" {
		b.press("button", "Run the attack")
	}
	if s.Guard != "" {
		b.press("button", "Show the code that decides")
	}
	if len(s.Goals) == 0 {
		b.press("button", "I see")
	}
	b.done(s.ID)
	for _, g := range s.Goals {
		b.saysHowItEnded(g)
	}
	b.shoot(s.ID)
}

// pressOnClientsPage presses a button of the client's page in Alice's browser, and waits until the
// page shows what comes of it.
func (b *tab) pressOnClientsPage(id, shows string) {
	b.Helper()
	b.until(`document.querySelector("#` + id + `:not([aria-disabled=true])") !== null`)
	b.do("press "+id, clickOn("#"+id, ""))
	b.until(`document.querySelector(".client-page ` + shows + `") !== null`)
}

// saysHowItEnded waits until the page says what came of the attack that a goal is about.
func (b *tab) saysHowItEnded(g lessons.Goal) {
	b.Helper()
	a, err := attack.Find(g.Fields["attack"])
	switch by, _ := guard.ProtectionOf(guard.ID(g.Fields["by"])); {
	case err != nil:
	case g.Fields["outcome"] == api.Succeeded:
		b.says(strings.TrimSuffix(a.Loss, "."))
	case by.Title != "":
		b.says("Stopped by " + by.Title)
	}
}
