package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"oauthlab/lessons"
)

// isShown is a JavaScript function that reports whether an element can be seen.
const isShown = `e => e.checkVisibility() && e.getBoundingClientRect().width > 0`

// Where scripts are off a chapter can be read whole, and nothing on it is dead.
func TestEachChapterCanBeReadWithoutScripts(t *testing.T) {
	p := start(t, t.TempDir())
	_, body := call(t, http.MethodGet, p.lab+"/api/chapters", "", "")
	var chapters []lessons.Chapter
	if err := json.Unmarshal([]byte(body), &chapters); err != nil {
		t.Fatal(err)
	}
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			b := openTab(t)
			if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
				t.Fatal(err)
			}
			b.do("resize", chromedp.EmulateViewport(size[0], size[1]))
			for _, c := range chapters {
				b.open(p.lab + c.Path)
				b.shoot(c.ID)
				text := b.text()
				want := []string{c.Question, "needs JavaScript"}
				if c.Before != "" {
					want = append(want, "What changed since "+c.Before)
				}
				for _, s := range c.Steps {
					want = append(want, s.Title)
					for _, g := range s.Goals {
						want = append(want, g.Text)
					}
					if s.Prediction != nil {
						want = append(want, s.Prediction.Question, strings.TrimSpace(s.Prediction.Options[0].Reply))
					}
				}
				for _, w := range want {
					if !strings.Contains(text, w) {
						t.Errorf("%s does not say %q", c.Path, w)
					}
				}
				if dead := evaluate[[]string](b, `[...document.querySelectorAll("button, [role=button], [role=switch], input, iframe, #app-wasm-loader")].filter(`+isShown+`).map(e => e.outerHTML.slice(0, 80))`); len(dead) > 0 {
					t.Errorf("%s shows what does nothing: %q", c.Path, dead)
				}
				if wide := evaluate[int](b, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
					t.Errorf("%s is %d pixels too wide", c.Path, wide)
				}
				if title := evaluate[string](b, `document.title`); title != c.Question+" · OAuth Lab" {
					t.Errorf("%s is titled %q", c.Path, title)
				}
				if d := evaluate[string](b, `document.querySelector('meta[name="description"]').content`); d != c.Description {
					t.Errorf("%s is described as %q", c.Path, d)
				}
			}
			b.open(p.lab + "/")
			if tours := evaluate[int](b, `[...document.querySelectorAll('[href*="tour"]')].filter(`+isShown+`).length`); tours > 0 {
				t.Error("the landing page offers a tour, which needs scripts")
			}
			if !strings.Contains(b.text(), "this page needs JavaScript") {
				t.Error("the landing page does not say what is missing")
			}
		})
	}
}

// What changed since the version before unfolds in the lesson.
func TestWhatChangedSinceTheVersionBefore(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.has("button", "Run the flow") // the program runs
	b.do("unfold it", clickOn("summary", "What changed since v02"))
	b.says("On the wire")
	b.do("unfold a check", clickOn("summary", "PKCE verifier"))
	b.says("lessons/guard/pkce.go:")
	b.shoot("unfolded")
	added := evaluate[[]string](b, `[...document.querySelectorAll(".change.is-added .change-what")].map(e => e.innerText)`)
	if strings.Join(added, ", ") != "POST /token, 200, the answer to POST /token" {
		t.Errorf("new on the wire is %q", added)
	}
	// Never by colour alone: each line that is new says so with a sign.
	if bare := evaluate[int](b, `[...document.querySelectorAll(".change-line.is-added")].filter(e => !e.innerText.trim().startsWith("+")).length`); bare > 0 {
		t.Errorf("%d new lines have no sign", bare)
	}
	b.open(p.lab + "/v01-login-and-code")
	b.has("button", "Run it")
	if strings.Contains(b.text(), "What changed since") {
		t.Error("the first version is compared with one before it")
	}
}
