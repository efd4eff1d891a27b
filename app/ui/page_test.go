package ui

import (
	"html"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/lab"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// openPage is the page of an open lab, with events in its log. change makes its screen
// what it is, where it is not nil.
func openPage(l api.Lab, change func(*session.Screen), events ...event.Event) *chapterPage {
	p := newChapterPage(uitest.Content.Path, uitest.Content, false)
	p.controller = session.Resume(uitest.Content, func(s *session.Screen) {
		s.Lab, s.Open, s.Status = l, true, lab.Live
		if change != nil {
			change(s)
		}
	}, uitest.Logged(events...)...)
	return p
}

func TestButtonsHaveTheirNames(t *testing.T) {
	p := openPage(uitest.LabWith(guard.IDPKCE, guard.IDPKCERequired), nil, uitest.Tokens())
	for name, role := range map[string]string{
		"Run the flow": "", "Mend it": "", "Run the attack": "", "Open in a tab": "",
		"Run the attack: Intercepted code redeemed": "",
		"PKCE": "switch", "Code expiry": "switch", "PKCE verifier": "switch", "PKCE challenge": "switch",
	} {
		if b := uitest.Named(t, p, name); b.Role != role {
			t.Errorf("%q has the role %q, want %q", name, b.Role, role)
		}
	}
}

func TestMendItIsThereOnlyWhereSomethingIsOff(t *testing.T) {
	tests := map[string]struct {
		off  []guard.ID
		want string
	}{
		"whole":        {nil, ""},
		"all of PKCE":  {[]guard.ID{guard.IDPKCE, guard.IDPKCERequired}, "PKCE is off in this lab"},
		"one part":     {[]guard.ID{guard.IDPKCE}, "Part of PKCE is off in this lab"},
		"a habit only": {[]guard.ID{guard.IDPKCEMethod}, "A habit of PKCE is changed"},
		"two of them":  {[]guard.ID{guard.IDPKCE, guard.IDState}, "2 protections are off in this lab"},
		"one of one":   {[]guard.ID{guard.IDCodeExpiry}, "Code expiry is off in this lab"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			page := uitest.HTML(openPage(uitest.LabWith(tt.off...), nil))
			if strings.Contains(page, "Mend it") != (tt.want != "") || !strings.Contains(page, tt.want) {
				t.Errorf("want %q", tt.want)
			}
		})
	}
}

func TestTheAttackWaitsForTheGuess(t *testing.T) {
	p := openPage(uitest.LabWith(), nil, uitest.Tokens())
	if !uitest.Named(t, p, "Run the attack").Disabled {
		t.Error("the attack is open before the guess")
	}
	p.controller.Answer("break", 0)
	if uitest.Named(t, p, "Run the attack").Disabled {
		t.Error("the attack stays closed after the guess")
	}
	if page := uitest.HTML(p); !strings.Contains(page, "Not quite.") {
		t.Error("the guess is not answered")
	}
}

func TestNothingCanBePressedBeforeTheLabIsOpen(t *testing.T) {
	p := newChapterPage(uitest.Content.Path, uitest.Content, false)
	for _, name := range []string{"Run the flow", "PKCE", "PKCE verifier", "Run the attack: Intercepted code redeemed", "Reset the lab"} {
		if !uitest.Named(t, p, name).Disabled {
			t.Errorf("%q can be pressed", name)
		}
	}
}

func TestStepsAndMessagesCarryTheirData(t *testing.T) {
	page := uitest.HTML(openPage(uitest.LabWith(), nil, uitest.Tokens()))
	for _, want := range []string{`data-step="run"`, `data-step="break"`, `data-done="false"`, `data-seq="1"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Count(page, `data-done="false"`) != 1 {
		t.Error("not exactly one step is open")
	}
}

func TestPagesObeyTheSecurityPolicy(t *testing.T) {
	inline := regexp.MustCompile(`(?i)\sstyle=|<style|\son[a-z]+=|javascript:`)
	pages := map[string]app.UI{
		"chapter":    openPage(uitest.LabWith(guard.IDPKCE), nil, uitest.Tokens()),
		"landing":    &landing{content: page.Content{Path: "/"}},
		"no content": newChapterPage("/v03-pkce", page.Content{Path: "/v03-pkce"}, false),
	}
	for name, p := range pages {
		page := uitest.HTML(p)
		if found := inline.FindString(page); found != "" {
			t.Errorf("%s has %q", name, found)
		}
		if n := strings.Count(page, "<script"); n != 1 || !strings.Contains(page, `<script type="application/json" id="content">`) {
			t.Errorf("%s has %d scripts, want the data block", name, n)
		}
	}
}

func TestContentSurvivesThePage(t *testing.T) {
	c := uitest.Content
	c.Chapter.Problem = `<p>A "quote", </script><script>alert(1)</script> & more.</p>`
	text := uitest.HTML(newChapterPage(c.Path, c, false))
	block := regexp.MustCompile(`(?s)<script type="application/json" id="content">(.*?)</script>`).FindStringSubmatch(text)
	if block == nil {
		t.Fatal("the page has no data block")
	}
	if got := page.Decode(block[1]); !reflect.DeepEqual(got, c) {
		t.Errorf("read back %+v", got)
	}
	if got := page.Decode("not JSON"); !reflect.DeepEqual(got, page.Content{}) {
		t.Errorf("read %+v out of nothing", got)
	}
}

func TestAPageWithoutContentIsASentence(t *testing.T) {
	c, missing := contentOf(func(string) (page.Content, bool) { return page.Content{}, false }, "/v03-pkce")
	if missing || c.Path != "/v03-pkce" {
		t.Fatalf("content %+v, missing %v: the browser would fetch it for ever", c, missing)
	}
	if page := uitest.HTML(newChapterPage(c.Path, c, missing)); !strings.Contains(page, "could not be loaded") {
		t.Error(page)
	}
}

// The server writes attributes as they are, and the words may be a teacher's.
func TestWordsOfALessonStayInTheirAttributes(t *testing.T) {
	const odd = `"odd" <b onclick=x>&amp;`
	c := uitest.Content
	c.Chapter.Steps = []lessons.Step{{ID: "run", Kind: lessons.Break, Title: odd, Prediction: &lessons.Prediction{Question: odd, Options: []lessons.Option{{Text: odd, Reply: odd}}}}}
	c.Chapter.Question, c.Chapter.Title = odd, odd
	c.Chapter.Sections = []lessons.Link{{Title: odd, URL: "https://" + odd}}
	c.Chapters = []page.ChapterLink{{ID: "v02", Title: odd, Path: "/v02"}, {ID: "v03", Title: odd, Path: "/v03-pkce"}, {ID: "v04", Title: odd}}
	text := uitest.HTML(newChapterPage(c.Path, c, false))
	text = text[:strings.Index(text, `id="`+page.ElementID)] // JSON escapes for itself
	for _, raw := range []string{"<b onclick", `"odd"`} {
		if i := strings.Index(text, raw); i >= 0 {
			t.Errorf("%s comes through: %.200s", raw, text[max(0, i-100):])
		}
	}
	if !strings.Contains(text, html.EscapeString(odd)) {
		t.Error("the words are not there")
	}
}

func TestLandingLeadsToTheTourAndTheFirstChapter(t *testing.T) {
	text := uitest.HTML(&landing{content: page.Content{Path: "/", Chapters: []page.ChapterLink{
		{ID: "v01", Path: "/v01-login-and-code"}, {ID: "v03", Path: "/v03-pkce", Tour: "Break PKCE in one minute"}, {ID: "v04"},
	}}})
	for _, want := range []string{
		"Break PKCE in one minute", `href="/v03-pkce?tour=1"`, "Start at v01", `href="/v01-login-and-code"`, "Alice", "Mallory",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the landing page lacks %s", want)
		}
	}
}

// Earlier chapters are folded, and what is off in them is in sight all the same.
func TestWhatIsOffInAnEarlierChapterIsInSight(t *testing.T) {
	page := func(l api.Lab, unfolded ...string) string {
		return app.HTMLString(openPage(l, func(s *session.Screen) {
			s.Unfolded = map[string]bool{}
			for _, key := range unfolded {
				s.Unfolded[key] = true
			}
		}))
	}
	const state, other = `aria-label="State"`, `aria-label="Registered client"`
	for name, tt := range map[string]struct {
		page        string
		state, fold bool // shown; said to be off
	}{
		"all is on":         {page(uitest.LabWith()), false, false},
		"off":               {page(uitest.LabWith(guard.IDState)), true, true},
		"off, and unfolded": {page(uitest.LabWith(guard.IDState), "panel-protections-v02"), true, true},
	} {
		flat := strings.Join(strings.Fields(tt.page), " ")
		if got := strings.Contains(flat, state); got != tt.state {
			t.Errorf("%s: the switch is shown: %v", name, got)
		}
		if got := strings.Contains(flat, "1 · off"); got != tt.fold {
			t.Errorf("%s: the fold says off: %v", name, got)
		}
		if strings.Contains(flat, other) {
			t.Errorf("%s: what is on in another chapter is not folded", name)
		}
	}
	if all := page(uitest.LabWith(), "panel-protections-v01", "panel-attacks-v02"); !strings.Contains(all, other) || !strings.Contains(all, "Alice signed in as Mallory") {
		t.Error("what was unfolded is not shown")
	}
}

func TestOfALabThatIsGoneOnlyTheWayOnIsLeft(t *testing.T) {
	p := openPage(uitest.LabWith(), func(s *session.Screen) {
		s.Open, s.Notice = false, session.Notice{Text: "This lab is gone.", Again: true}
	})
	uitest.Named(t, p, "Start again")
	if !uitest.Named(t, p, "Run the flow").Disabled {
		t.Error("a lab that is gone can be run")
	}
}

// A lab is in one chapter, whatever pages show it.
func TestAPageSaysThatTheLabIsInAnotherChapter(t *testing.T) {
	const words = "Another page took this lab to chapter v01"
	l := uitest.LabWith()
	l.Chapter = "v01"
	p := openPage(l, nil)
	if page := uitest.HTML(p.Render()); !strings.Contains(page, words) {
		t.Error("it does not say so")
	}
	if b := uitest.Named(t, p.Render(), "Bring it back to v03"); b.Disabled {
		t.Error("it cannot be brought back")
	}
	p = openPage(l, func(s *session.Screen) { s.Busy = session.Switching })
	if page := uitest.HTML(p.Render()); strings.Contains(page, words) {
		t.Error("it says so on the way here")
	}
	if page := uitest.HTML(openPage(uitest.LabWith(), nil).Render()); strings.Contains(page, words) {
		t.Error("it says so in its own chapter")
	}
}

// Where the client runs on a server, its requests cannot be held, and the button says so.
func TestStepsAreNotOfferedWhereTheClientIsOnAServer(t *testing.T) {
	content := uitest.Content
	content.Chapter.Client = event.Webapp
	bar := &topBar{Content: content, Controller: session.New(content), Open: true}
	if !uitest.Named(t, bar, "Step").Disabled || uitest.Named(t, bar, "Run the flow").Disabled {
		t.Error("Step can be pressed, or Run cannot")
	}
	if page := html.UnescapeString(uitest.HTML(bar)); !strings.Contains(page, session.NoSteps) {
		t.Errorf("it does not say why: %s", page)
	}
}
