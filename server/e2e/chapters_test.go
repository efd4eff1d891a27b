package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

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
	chapters, err := load.Chapters(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, t.TempDir())
	for _, c := range chapters {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			b := openTab(t)
			b.open(p.lab + c.Path)
			b.says(c.Question)
			for i, s := range c.Steps {
				if i > 0 {
					b.goTo(c.Steps[i-1], s)
				}
				b.doStep(s)
			}
		})
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
func (b *tab) doStep(s lessons.Step) {
	b.Helper()
	if s.Kind == lessons.Run {
		b.signIn()
	}
	if s.Prediction != nil {
		right := slices.IndexFunc(s.Prediction.Options, func(o lessons.Option) bool { return o.Right })
		b.press("radio", s.Prediction.Options[right].Text)
		b.until(`document.querySelector('[role="radio"][aria-checked="true"].option-button') !== null`)
	}
	if p, _ := guard.Find(s.Protection); s.Switch != "" {
		b.press("button", "Switch "+p.Title+" "+s.Switch)
		b.until(fmt.Sprintf(`document.body.innerText.includes(%q) === %t`, p.Title+" is off in this lab", s.Switch == "off"))
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
