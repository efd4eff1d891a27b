package ui

import (
	"errors"
	"html"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/lab"
	"oauthlab/app/timeline"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

var testContent = Content{
	Path: "/v03-pkce",
	Chapter: lessons.Chapter{
		ID: "v03", Version: "v03", Before: "v02", Path: "/v03-pkce", Title: "PKCE and the token endpoint",
		Question: "Is the one who redeems the code the one who asked for it?",
		Problem:  "<p>Others read addresses too.</p>",
		Attacks:  []string{"intercepted-code"},
		Steps: []lessons.Step{
			{ID: "run", Kind: lessons.Run, Title: "Run it", Body: "<p>Press it.</p>", Goals: []lessons.Goal{{Text: "The client has its token", Kind: event.KindNote, Name: event.NoteTokens}}},
			{
				ID: "break", Kind: lessons.Break, Title: "Guess, then break it", Body: "<p>Guess.</p>",
				Prediction: &lessons.Prediction{Question: "What can she do?", Options: []lessons.Option{{Text: "Nothing", Reply: "Not quite."}, {Text: "Redeem it", Right: true, Reply: "Yes."}}},
				Protection: "pkce", Switch: "off", Attack: "intercepted-code",
				Goals: []lessons.Goal{{Text: "Mallory redeemed Alice's code", Kind: event.KindNote, Name: event.NoteAttackEnds}},
			},
		},
	},
	Attacks:  []api.Attack{{ID: "intercepted-code", Title: "Intercepted code redeemed", Sections: []string{"RFC 9700 §4.5"}}},
	Chapters: []ChapterLink{{ID: "v02", Title: "State"}, {ID: "v03", Title: "PKCE and the token endpoint", Path: "/v03-pkce"}, {ID: "v04", Title: "A protected API"}},
}

// labWith is a lab in which the given parts are off.
func labWith(off ...guard.ID) api.Lab {
	switches := guard.Switches{}
	for _, id := range off {
		switches, _ = switches.With(id, []byte("false"))
	}
	l := api.Lab{ID: "lab", Chapter: "v03", Protections: map[string]api.Protection{}}
	for _, p := range guard.Catalogue() {
		parts := map[string]any{}
		for _, part := range p.Parts {
			parts[string(part.ID)] = switches.Setting(part)
		}
		l.Protections[p.ID] = api.Protection{On: switches.ProtectionOn(p), Parts: parts}
	}
	return l
}

// openPage is the page of an open lab, with events in its log.
func openPage(l api.Lab, events ...event.Event) *chapterPage {
	p := newChapterPage(testContent.Path, testContent, false)
	p.desk.screen.Lab, p.desk.screen.Open, p.desk.screen.Status = l, true, lab.Live
	for i := range events {
		events[i].Seq, events[i].Time = uint64(i+1), time.Now()
	}
	p.desk.log.Add(events)
	p.desk.reduce()
	return p
}

func tokens() event.Event {
	return event.Event{From: event.Client, Kind: event.KindNote, Note: &event.Note{Name: event.NoteTokens}}
}

var (
	buttonPattern = regexp.MustCompile(`(?s)<button([^>]*)>(.*?)</button>`)
	labelPattern  = regexp.MustCompile(`aria-label="([^"]*)"`)
	// go-app writes an attribute whose value is "true" without it.
	disabledPattern = regexp.MustCompile(`aria-disabled(="true")?(\s|$)`)
	tagPattern      = regexp.MustCompile(`<[^>]*>`)
)

type button struct {
	name     string
	disabled bool
	role     string
}

// buttons returns the buttons of a page under their accessible names.
func buttons(ui app.UI) []button {
	var out []button
	for _, m := range buttonPattern.FindAllStringSubmatch(app.HTMLString(ui), -1) {
		b := button{disabled: strings.Contains(m[1], " disabled") || disabledPattern.MatchString(m[1]), name: strings.Join(strings.Fields(tagPattern.ReplaceAllString(m[2], " ")), " ")}
		if label := labelPattern.FindStringSubmatch(m[1]); label != nil {
			b.name = label[1]
		}
		if strings.Contains(m[1], `role="switch"`) {
			b.role = "switch"
		}
		b.name = html.UnescapeString(b.name)
		out = append(out, b)
	}
	return out
}

// named returns the one button of that name.
func named(t *testing.T, ui app.UI, name string) button {
	t.Helper()
	var found []button
	for _, b := range buttons(ui) {
		if b.name == name {
			found = append(found, b)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d buttons are named %q in %+v", len(found), name, buttons(ui))
	}
	return found[0]
}

func TestButtonsHaveTheirNames(t *testing.T) {
	p := openPage(labWith(guard.IDPKCE, guard.IDPKCERequired), tokens())
	for name, role := range map[string]string{
		"Run the flow": "", "Mend it": "", "Run the attack": "", "Open in a tab": "",
		"Run the attack: Intercepted code redeemed": "",
		"PKCE": "switch", "State": "switch", "PKCE verifier": "switch", "PKCE challenge": "switch",
	} {
		if b := named(t, p, name); b.role != role {
			t.Errorf("%q has the role %q, want %q", name, b.role, role)
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
		"a habit only": {[]guard.ID{guard.IDPKCEMethod}, "Part of PKCE is off in this lab"},
		"two of them":  {[]guard.ID{guard.IDPKCE, guard.IDState}, "2 protections are off in this lab"},
		"one of one":   {[]guard.ID{guard.IDCodeExpiry}, "Code expiry is off in this lab"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			page := app.HTMLString(openPage(labWith(tt.off...)))
			if strings.Contains(page, "Mend it") != (tt.want != "") || !strings.Contains(page, tt.want) {
				t.Errorf("want %q", tt.want)
			}
		})
	}
}

func TestTheAttackWaitsForTheGuess(t *testing.T) {
	p := openPage(labWith(), tokens())
	if !named(t, p, "Run the attack").disabled {
		t.Error("the attack is open before the guess")
	}
	p.desk.answer("break", 0)
	if named(t, p, "Run the attack").disabled {
		t.Error("the attack stays closed after the guess")
	}
	if page := app.HTMLString(p); !strings.Contains(page, "Not quite.") {
		t.Error("the guess is not answered")
	}
}

func TestNothingCanBePressedBeforeTheLabIsOpen(t *testing.T) {
	p := newChapterPage(testContent.Path, testContent, false)
	for _, name := range []string{"Run the flow", "PKCE", "PKCE verifier", "Run the attack: Intercepted code redeemed", "Reset the lab"} {
		if !named(t, p, name).disabled {
			t.Errorf("%q can be pressed", name)
		}
	}
}

func TestStepsAndMessagesCarryTheirData(t *testing.T) {
	page := app.HTMLString(openPage(labWith(), tokens()))
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
		"chapter":    openPage(labWith(guard.IDPKCE), tokens()),
		"landing":    &landing{content: Content{Path: "/"}},
		"no content": newChapterPage("/v03-pkce", Content{Path: "/v03-pkce"}, false),
	}
	for name, p := range pages {
		page := app.HTMLString(p)
		if found := inline.FindString(page); found != "" {
			t.Errorf("%s has %q", name, found)
		}
		if n := strings.Count(page, "<script"); n != 1 || !strings.Contains(page, `<script type="application/json" id="content">`) {
			t.Errorf("%s has %d scripts, want the data block", name, n)
		}
	}
}

func TestContentSurvivesThePage(t *testing.T) {
	c := testContent
	c.Chapter.Problem = `<p>A "quote", </script><script>alert(1)</script> & more.</p>`
	page := app.HTMLString(newChapterPage(c.Path, c, false))
	block := regexp.MustCompile(`(?s)<script type="application/json" id="content">(.*?)</script>`).FindStringSubmatch(page)
	if block == nil {
		t.Fatal("the page has no data block")
	}
	if got := DecodeContent(block[1]); !reflect.DeepEqual(got, c) {
		t.Errorf("read back %+v", got)
	}
	if got := DecodeContent("not JSON"); !reflect.DeepEqual(got, Content{}) {
		t.Errorf("read %+v out of nothing", got)
	}
}

func TestAPageWithoutContentIsASentence(t *testing.T) {
	c, missing := contentOf(func(string) (Content, bool) { return Content{}, false }, "/v03-pkce")
	if missing || c.Path != "/v03-pkce" {
		t.Fatalf("content %+v, missing %v: the browser would fetch it for ever", c, missing)
	}
	if page := app.HTMLString(newChapterPage(c.Path, c, missing)); !strings.Contains(page, "could not be loaded") {
		t.Error(page)
	}
}

// The server writes attributes as they are, and the words may be a teacher's.
func TestWordsOfALessonStayInTheirAttributes(t *testing.T) {
	const odd = `"odd" <b onclick=x>&amp;`
	c := testContent
	c.Chapter.Steps = []lessons.Step{{ID: "run", Kind: lessons.Break, Title: odd, Prediction: &lessons.Prediction{Question: odd, Options: []lessons.Option{{Text: odd, Reply: odd}}}}}
	c.Chapter.Question, c.Chapter.Title = odd, odd
	c.Chapter.Sections = []lessons.Link{{Title: odd, URL: "https://" + odd}}
	c.Chapters = []ChapterLink{{ID: "v02", Title: odd, Path: "/v02"}, {ID: "v03", Title: odd, Path: "/v03-pkce"}, {ID: "v04", Title: odd}}
	page := app.HTMLString(newChapterPage(c.Path, c, false))
	page = page[:strings.Index(page, `id="`+ContentID)] // JSON escapes for itself
	for _, raw := range []string{"<b onclick", `"odd"`} {
		if i := strings.Index(page, raw); i >= 0 {
			t.Errorf("%s comes through: %.200s", raw, page[max(0, i-100):])
		}
	}
	if !strings.Contains(page, html.EscapeString(odd)) {
		t.Error("the words are not there")
	}
}

func TestLandingLeadsToTheTourAndTheFirstChapter(t *testing.T) {
	page := app.HTMLString(&landing{content: Content{Path: "/", Chapters: []ChapterLink{
		{ID: "v01", Path: "/v01-login-and-code"}, {ID: "v03", Path: "/v03-pkce", Tour: "Break PKCE in one minute"}, {ID: "v04"},
	}}})
	for _, want := range []string{
		"Break PKCE in one minute", `href="/v03-pkce?tour=1"`, "Start at v01", `href="/v01-login-and-code"`, "Alice", "Mallory",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the landing page lacks %s", want)
		}
	}
}

func TestChaptersThatAreNotThereLeadNowhere(t *testing.T) {
	page := app.HTMLString(&chapterNav{Content: testContent})
	if strings.Count(page, "href=") != 1 || strings.Count(page, "not there yet") != 4 { // for who sees and for who listens
		t.Error(page)
	}
}

func TestWhatGotDoneStaysOpenUntilTheLearnerGoesOn(t *testing.T) {
	run := lessons.Step{ID: "run", Kind: lessons.Run, Goals: []lessons.Goal{{Kind: event.KindNote}}}
	broken := lessons.Step{ID: "break", Kind: lessons.Break, Title: "Break it", Goals: []lessons.Goal{{Kind: event.KindChange}}}
	why := lessons.Step{ID: "why", Kind: lessons.Why}
	mend := lessons.Step{ID: "mend", Kind: lessons.Mend, Goals: []lessons.Goal{{Kind: event.KindVerdict}}}
	c := Content{Chapter: lessons.Chapter{ID: "v03", Version: "v03", Steps: []lessons.Step{run, broken, why, mend}}}
	d := newDesk(c)
	open := func() []bool {
		l := &lessonBar{Content: c, Steps: d.screen.Steps, Opened: d.screen.Opened, Lingers: d.screen.Lingers}
		return []bool{l.isOpen(0), l.isOpen(1), l.isOpen(2), l.isOpen(3)}
	}
	seq := uint64(0)
	happens := func(e event.Event) {
		seq++
		e.Seq = seq
		d.log.Add([]event.Event{e})
		d.reduce()
	}
	expect := func(when string, want ...bool) {
		t.Helper()
		if got := open(); !slices.Equal(got, want) {
			t.Errorf("%s: %v are open, want %v", when, got, want)
		}
	}
	expect("at first", true, false, false, false)
	d.acted = true
	happens(event.Event{Kind: event.KindChange, Change: &event.Change{}})
	expect("after breaking it first", true, true, true, false)
	happens(event.Event{Kind: event.KindNote, Note: &event.Note{}})
	expect("after the run", true, true, true, false)
	l := &lessonBar{Content: c, Steps: d.screen.Steps, Opened: d.screen.Opened, Lingers: d.screen.Lingers}
	if next := l.next(0); next != "Break it" {
		t.Errorf("the run leads on to %q", next)
	}
	d.goOn("run")
	expect("after going on", false, true, true, false)
	d.markRead("why")
	expect("after reading why", false, false, false, true)
	d.foldStep("why", true)
	expect("after opening it again", false, false, true, true)
	d.foldStep("why", false)
	happens(event.Event{Kind: event.KindVerdict, Verdict: &event.Verdict{}})
	expect("at the end", false, false, false, true)
}

func TestWhatWasDoneBeforeThePageIsFolded(t *testing.T) {
	p := openPage(labWith(), tokens())
	l := &lessonBar{Content: testContent, Steps: p.desk.screen.Steps}
	if l.isOpen(0) || !l.isOpen(1) {
		t.Error("want the present step open, and no other")
	}
}

func TestTheFirstParagraphIsCutOff(t *testing.T) {
	for html, want := range map[string][2]string{
		"<p>a</p><p>b</p>": {"<p>a</p>", "<p>b</p>"},
		"<div class=\"prose\"><p>a</p>\n<p>b</p>\n</div>\n": {"<p>a</p>", "<p>b</p>"},
		"<ul></ul>": {"", "<ul></ul>"},
		"":          {"", ""},
	} {
		if lead, rest := cutLead(html); lead != want[0] || rest != want[1] {
			t.Errorf("%q is cut into %q and %q", html, lead, rest)
		}
	}
}

func TestGoneStaysWhateverIsPressed(t *testing.T) {
	p := openPage(labWith(), tokens())
	p.desk.gone()
	p.desk.dismiss()
	p.desk.complain(errors.New("POST /api/labs/x: fetch"))
	p.desk.run()
	page := app.HTMLString(p)
	if !strings.Contains(page, "Start again") || strings.Contains(page, "/api/") {
		t.Error("the way on is gone")
	}
	if !named(t, p, "Run the flow").disabled {
		t.Error("a lab that is gone can be run")
	}
}

func TestAlicesBrowserSaysWhatItShows(t *testing.T) {
	played := func(p timeline.Page, l timeline.Login) timeline.Alice {
		return timeline.Alice{Address: timeline.AddressOf("http://localhost:8080/callback"), Page: p, Login: l, Played: true, HTML: "<!doctype html><title>Mallory&#39;s site</title>"}
	}
	tests := map[string]struct {
		alice alice
		want  string
	}{
		"nothing yet":           {alice{}, "sign-in page opens here"},
		"in another tab":        {alice{Frame: frameInTab}, "goes on in the other tab"},
		"cut":                   {alice{Frame: frameCut}, "connection was lost"},
		"a code":                {alice{Frame: frameHere, Login: timeline.Login{Code: "Splx…"}, Shows: timeline.Alice{Page: timeline.PageClient}}, "code=Splx…"},
		"a token":               {alice{Frame: frameInTab, Login: timeline.Login{Token: "mF_9…"}, Shows: timeline.Alice{Page: timeline.PageClient}}, "access_token=mF_9…"},
		"a refusal":             {alice{Frame: frameHere, Login: timeline.Login{Failed: "State: it is missing"}, Shows: timeline.Alice{Page: timeline.PageClient}}, "State: it is missing. It signs nobody in."},
		"nothing of a reload":   {alice{Login: timeline.Login{Token: "mF_9…"}}, "sign-in page opens here"},
		"an attack without her": {alice{Shows: timeline.Alice{Played: true, Over: true}}, "has no part in this attack"},
		"another page by now":   {alice{Frame: frameMail, Login: timeline.Login{Token: "mF_9…"}}, "alice is-open"},
		"an attack begins":      {alice{Shows: timeline.Alice{Played: true}}, "Nothing is open here yet."},
		"on its way":            {alice{Shows: played(timeline.PageNone, timeline.Login{})}, "No page has come yet"},
		"a server's page":       {alice{Shows: played(timeline.PageAnswer, timeline.Login{})}, "What Alice's browser got: Mallory's site"},
		"whose it was":          {alice{Shows: played(timeline.PageAnswer, timeline.Login{})}, "The lab plays Alice"},
		"what the client says":  {alice{Shows: played(timeline.PageClient, timeline.Login{Failed: "State: it is another's"})}, "State: it is another&#39;s. It signs nobody in."},
		"nor the learner's own, which came before": {alice{Frame: frameHere, Login: timeline.Login{Token: "mF_9…"},
			Shows: played(timeline.PageClient, timeline.Login{Code: "Malo…"})}, "code=Malo…"},
		"a look back":                {alice{Replays: true, Shows: timeline.Alice{Page: timeline.PageClient}}, "It reads the answer in the address"},
		"a code that is redeemed":    {alice{Replays: true, Redeems: true, Shows: timeline.Alice{Page: timeline.PageClient, Login: timeline.Login{Code: "Splx…"}}}, "To redeem it"},
		"one where the chapter ends": {alice{Replays: true, Shows: timeline.Alice{Page: timeline.PageClient, Login: timeline.Login{Code: "Splx…"}}}, "this chapter&#39;s flow ends"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if page := app.HTMLString(&tt.alice); !strings.Contains(page, tt.want) {
				t.Errorf("%s lacks %q", page, tt.want)
			}
		})
	}
}

func TestWhatPassedBesidesTheLessonIsCounted(t *testing.T) {
	passed := func(id guard.ID) timeline.Pill {
		return timeline.Pill{At: event.Auth, Guard: string(id), Outcome: event.Passed, Text: timeline.GuardName(string(id))}
	}
	refused := timeline.Pill{At: event.Auth, Guard: string(guard.IDCodeExpiry), Outcome: event.Refused, Text: "code expiry refused"}
	tests := map[string]struct {
		pills []timeline.Pill
		stars []string
		want  []string // texts of the pills shown by name
		count int      // of the others
	}{
		"the star is named":           {[]timeline.Pill{passed(guard.IDCodeSingleUse), passed(guard.IDCodeExpiry), passed(guard.IDPKCE)}, []string{"pkce"}, []string{"PKCE verifier"}, 2},
		"one other is not worth it":   {[]timeline.Pill{passed(guard.IDCodeSingleUse), passed(guard.IDPKCE)}, []string{"pkce"}, []string{"single use", "PKCE verifier"}, 0},
		"a refusal is always named":   {[]timeline.Pill{passed(guard.IDCodeSingleUse), passed(guard.IDPKCE), refused}, []string{"state"}, []string{"code expiry refused"}, 2},
		"without stars all are named": {[]timeline.Pill{passed(guard.IDCodeSingleUse), passed(guard.IDCodeExpiry)}, nil, []string{"single use", "code expiry"}, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			shown, others := (&pills{Pills: tt.pills, Stars: tt.stars}).split()
			var got []string
			for _, p := range shown {
				got = append(got, p.Text)
			}
			if !slices.Equal(got, tt.want) || others != tt.count {
				t.Errorf("%q and %d others, want %q and %d", got, others, tt.want, tt.count)
			}
		})
	}
}

// A lab is in one chapter, whatever pages show it.
func TestAPageSaysThatTheLabIsInAnotherChapter(t *testing.T) {
	const words = "Another page took this lab to chapter v01"
	l := labWith()
	l.Chapter = "v01"
	p := openPage(l)
	if page := app.HTMLString(p.Render()); !strings.Contains(page, words) {
		t.Error("it does not say so")
	}
	if b := named(t, p.Render(), "Bring it back to v03"); b.disabled {
		t.Error("it cannot be brought back")
	}
	p.desk.screen.Busy = switching
	if page := app.HTMLString(p.Render()); strings.Contains(page, words) {
		t.Error("it says so on the way here")
	}
	if page := app.HTMLString(openPage(labWith()).Render()); strings.Contains(page, words) {
		t.Error("it says so in its own chapter")
	}
}

// The Why tab leads from a message to the code of each check that was made on it.
func TestWhyOffersTheChecksOfAMessage(t *testing.T) {
	pill := timeline.Pill{Seq: 7, Guard: "pkce.verify", Outcome: event.Refused, Text: "PKCE refused"}
	for name, tt := range map[string]struct {
		view whyView
		want string
	}{
		"nothing is chosen":         {whyView{}, "Choose a verdict in the diagram"},
		"a message that was judged": {whyView{Message: timeline.Message{Seq: 3, Checks: []timeline.Pill{pill}}}, "Choose a check"},
		"and another one's guard":   {whyView{Guard: "state.compare", Message: timeline.Message{Seq: 3, Checks: []timeline.Pill{pill}}}, "PKCE refused"},
		"a message that was not":    {whyView{Guard: "state.compare", Message: timeline.Message{Seq: 3}}, "Nothing was checked here"},
		"the verdict":               {whyView{Guard: "pkce.verify", Message: timeline.Message{Seq: 7, Verdict: pill}}, "Fetching the code"},
		"a guard without a verdict": {whyView{Guard: "pkce.verify"}, "Fetching the code"},
	} {
		tt.view.Desk = newDesk(testContent)
		if html := app.HTMLString(tt.view.Render()); !strings.Contains(html, tt.want) {
			t.Errorf("%s: %s", name, html)
		}
	}
}

// Before it happened, the reply gives no other answer away.
func TestTheOtherAnswersAreExplainedAfterwards(t *testing.T) {
	s := step{Desk: newDesk(testContent), Step: testContent.Chapter.Steps[1], Answer: 1, Open: true}
	if strings.Contains(app.HTMLString(s.Render()), "Not quite.") {
		t.Error("an answer that was not chosen is explained too early")
	}
	s.Progress.Done = true
	if page := app.HTMLString(s.Render()); strings.Count(page, "Not quite.") != 1 || strings.Count(page, "Yes.") != 1 {
		t.Error("not every answer is explained once")
	}
}
