package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"oauthlab/lessons/api"
	"oauthlab/lessons/progress"
)

// fromMenu chooses an entry of the menu of the top bar.
func (b *tab) fromMenu(name string) {
	b.Helper()
	b.press("button", "More")
	b.press("button", name)
	b.has("heading", name)
}

// copyField is what the dialog that is open gives to copy.
func (b *tab) copyField() string {
	b.Helper()
	return evaluate[string](b, `document.querySelector("#copy-text").value`)
}

// carries returns what the dialog says that its link carries.
func (b *tab) carries() []string {
	b.Helper()
	return evaluate[[]string](b, `[...document.querySelectorAll(".carries li")].map(e => e.innerText)`)
}

// inAFewLooks shoots the page wide and narrow, light and dark.
func (b *tab) inAFewLooks(name string) {
	if os.Getenv("SCREENSHOTS") == "" {
		return
	}
	for _, scheme := range []string{"light", "dark"} {
		for look, size := range map[string][2]int64{"wide": {1440, 900}, "phone": {390, 844}} {
			b.looks(scheme, size[0], size[1])
			b.drawn()
			b.shoot(name + "-" + scheme + "-" + look)
		}
	}
	b.looks("light", 1440, 900)
}

// unlike is a lab that was made unlike how its chapter opens, and is full of secrets: a
// flow was run, an attack too, and a client with a secret is registered.
func (b *tab) unlike(p *program) (api.Lab, api.OwnClient) {
	b.Helper()
	l := b.labOf(p)
	status, body := call(b.T, "POST", p.lab+"/api/labs/"+l.ID+"/clients", l.Key, `{"name":"Mine","type":"confidential","redirect_uris":["http://127.0.0.1:3000/cb"]}`)
	var own api.OwnClient
	if err := json.Unmarshal([]byte(body), &own); err != nil || own.ClientSecret == "" {
		b.Fatalf("a client is answered %d %s", status, body)
	}
	b.runTheFlow()
	patch := `{"protections":{"no-token-in-url":false},"guards":{"pkce.method":"plain","scope.enforce":false},"settings":{"scope.asked":"read profile"},"clock_offset_seconds":3600}`
	if status, body := call(b.T, "PATCH", p.lab+"/api/labs/"+l.ID, l.Key, patch); status != 200 {
		b.Fatalf("the switches are answered %d %s", status, body)
	}
	if status, body := call(b.T, "POST", p.lab+"/api/labs/"+l.ID+"/attacks/token-in-url", l.Key, ""); status != 200 {
		b.Fatalf("the attack is answered %d %s", status, body)
	}
	b.says("+1:00 h")
	return b.labOf(p), own
}

// The link to the view has the step that is open; that to the state brings a fresh lab of a
// fresh browser to stand as this one does. Both say what they carry, and carry no more.
func TestALinkCarriesTheStateOfALab(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v04-protected-api")
	b.atRest()
	l, _ := b.unlike(p)

	b.fromMenu("Share this view")
	view := b.copyField()
	if !strings.HasPrefix(view, p.lab+"/v04-protected-api?") || !strings.Contains(view, "step=break") || strings.Contains(view, "clock") {
		t.Errorf("the view is %s", view)
	}
	b.inAFewLooks("share")
	b.press("radio", "The state of my lab")
	b.until(`document.querySelector("#copy-text").value.includes("clock=3600")`)
	state := b.copyField()
	t.Log(state, b.carries())
	for _, want := range []string{"scope is off", "PKCE: client sends plain", "The lab's clock: +1:00 h"} {
		if !strings.Contains(strings.ToLower(strings.Join(b.carries(), "\n")), strings.ToLower(want)) {
			t.Errorf("it does not say %q in %q", want, b.carries())
		}
	}
	b.inAFewLooks("state")

	fresh := openTab(t)
	fresh.open(state)
	fresh.atRest()
	fresh.until(`document.body.innerText.includes("+1:00 h")`)
	got := fresh.labOf(p)
	if got.ID == l.ID || got.ClockOffsetSeconds != l.ClockOffsetSeconds || got.Chapter != l.Chapter ||
		!reflect.DeepEqual(got.Protections, l.Protections) || !reflect.DeepEqual(got.Settings, l.Settings) {
		t.Errorf("the fresh lab is %+v, want %+v", got, l)
	}
	if query := evaluate[string](fresh, `location.search`); query != "" {
		t.Errorf("the address keeps %s", query)
	}
	if text := fresh.text(); strings.Contains(text, "This link") {
		t.Errorf("the page complains of its own link: %s", text)
	}
	fresh = openTab(t)
	fresh.open(view)
	fresh.until(`document.querySelector("#lesson-break").ariaExpanded === "true"`)
}

// A teacher makes an assignment; a learner opens its link, sees what is done tick itself,
// reloads, saves a file; and the teacher's program reads it.
func TestAnAssignmentIsDoneAndHandedIn(t *testing.T) {
	p := start(t, t.TempDir())
	teacher := openTab(t)
	teacher.open(p.lab + "/v03-pkce")
	teacher.atRest()
	teacher.fromMenu("Share this view")
	teacher.press("button", "Make an assignment")
	teacher.has("heading", "Make an assignment")
	for _, name := range []string{"See why", "Mend it, and let her try again", "Five questions", "See it succeed: Intercepted code redeemed", "See it stopped: Intercepted code redeemed"} {
		teacher.press("checkbox", name)
	}
	teacher.drawn()
	teacher.inAFewLooks("assign")
	link := teacher.copyField()
	if want := p.lab + "/v03-pkce?must=run,break,intercepted-code:succeeded,intercepted-code:stopped"; link != want {
		t.Fatalf("the link is %s, want %s", link, want)
	}

	b := openTab(t)
	b.open(link)
	b.atRest()
	b.has("heading", "Your assignment: 0 of 4 done")
	b.inAFewLooks("asked")
	b.looks("light", 390, 844)
	b.until(`(r => r.width > 300 && r.left >= 0 && r.right <= 390 && r.top < 400)(document.querySelector(".assignment").getBoundingClientRect())`)
	b.looks("light", 1440, 900)
	b.runTheFlow()
	b.has("heading", "Your assignment: 1 of 4 done")
	b.press("button", "Next: Guess, then break it")
	b.press("radio", "Nothing: state protects it")
	b.press("switch", "PKCE")
	b.says("PKCE is off in this lab")
	b.press("button", "Run the attack")
	b.has("heading", "Your assignment: 3 of 4 done")
	b.inAFewLooks("doing")
	b.open(p.lab + "/v03-pkce")
	b.atRest()
	b.has("heading", "Your assignment: 3 of 4 done")
	l := b.labOf(p)
	call(t, "POST", p.lab+"/api/labs/"+l.ID+"/reset", l.Key, "")
	b.until(`document.querySelector('[data-step="run"]').dataset.done === "false"`)
	b.has("heading", "Your assignment: 3 of 4 done") // what was done stays done
	call(t, "POST", p.lab+"/api/labs/"+l.ID+"/attacks/intercepted-code", l.Key, "")
	b.has("heading", "Your assignment: 4 of 4 done")

	b.press("button", "Save your progress")
	b.do("type a name", chromedp.SendKeys(chromedp.CSS("#learner"), "=Bob <b>"))
	b.until(`document.querySelector("#copy-text").value.includes("=Bob")`)
	b.inAFewLooks("save")
	file := b.saved("oauthlab-progress-bob-b.json")
	if string(file) != b.copyField() {
		t.Errorf("the file has %s, and the dialog %s", file, b.copyField())
	}
	got, err := progress.Read(string(file))
	if c := got.Chapters["v03"]; err != nil || got.Name != "=Bob <b>" || !c.Has("run") || !c.Has("intercepted-code:stopped") || len(c.Must) != 4 {
		t.Errorf("the file has %s (%v)", file, err)
	}
	handedIn := filepath.Join(t.TempDir(), "one.json")
	if err := os.WriteFile(handedIn, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := runToEnd(t.Context(), "progress", "check", "--csv", "--assignment", link, handedIn)
	if want := "'=Bob <b>," + handedIn + ",done,done,done,done\n\"done, of 1\",,1,1,1,1\n"; err != nil || !strings.HasSuffix(out, want) {
		t.Errorf("the table is %s (%v), want %s at its end", out, err, want)
	}

	b.press("button", "Close")
	b.press("button", "Put it away")
	b.until(`document.querySelector(".assignment") === null`)
	b.open(p.lab + "/v03-pkce")
	b.atRest()
	if evaluate[bool](b, `document.querySelector(".assignment") !== null`) {
		t.Error("what was put away is there again")
	}
}

// saved presses "Save as a file", and returns the file of the name that the browser has then.
func (b *tab) saved(name string) (text []byte) {
	b.Helper()
	dir := b.TempDir()
	if _, err := chromedp.Call(b.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID, DownloadPath: dir,
	}); err != nil {
		b.Fatal(err)
	}
	b.press("button", "Save as a file")
	b.do("wait for "+name, retried(func(context.Context, *chromedp.Target) (err error) {
		text, err = os.ReadFile(filepath.Join(dir, name))
		return err
	}))
	return text
}

// What changed is told as text for who is asked for help, from the moment that is chosen, and
// without a secret.
func TestWhatChangedIsTold(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v04-protected-api")
	b.atRest()
	l, own := b.unlike(p)
	b.fromMenu("What changed in my lab")
	b.until(`document.querySelector("#copy-text").value.includes("1 client of my own")`)
	text := b.copyField()
	t.Log(text)
	b.inAFewLooks("changed")
	for _, want := range []string{"v04", "A flow begins", "is off", "switched off", "Attack “", "+1:00 h", p.lab + "/v04-protected-api?clock=3600"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	for _, secret := range []string{l.ID, l.Key, own.ClientID, own.ClientSecret} {
		if strings.Contains(text, secret) {
			t.Errorf("it says %q", secret)
		}
	}
	b.press("radio", "the last run")
	b.until(`document.querySelector("#copy-text").value.includes("since the last run")`)
	if text := b.copyField(); !strings.Contains(text, "A flow begins") || strings.Contains(text, "goes to chapter") {
		t.Errorf("since the last run: %s", text)
	}
	b.press("button", "Close")
	b.until(`document.activeElement.id === "more"`)
	b.press("button", "What changed in my lab") // beside the drawers
	b.until(`document.querySelector("dialog[open]").contains(document.activeElement)`)
	b.press("button", "Close")
	b.until(`document.activeElement.id === "changed"`)
	b.inAFewLooks("beside-the-drawers")
}

// A link that asks for what there is not leaves the page right, and says so in a sentence.
func TestBadLinksOfAClass(t *testing.T) {
	p := start(t, t.TempDir())
	for name, query := range map[string]url.Values{
		"another chapter's step":   {"must": {"run,signed"}},
		"another chapter's attack": {"must": {"no-token:stopped"}},
		"no such end":              {"must": {"intercepted-code:exploded"}},
		"markup":                   {"must": {"<img src=x onerror=alert(1)>"}},
		"from right to left":       {"must": {"\u202eevil"}},
		"a clock of a century":     {"clock": {"3155760000"}},
		"a clock of no number":     {"clock": {"1h"}},
		"a huge clock":             {"clock": {strings.Repeat("9", 500)}},
		"a clock in markup":        {"clock": {"<img src=x>"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := openTab(t)
			b.open(p.lab + "/v03-pkce?" + query.Encode())
			b.until(`[...document.querySelectorAll('[role="status"]')].some(e => /This link/.test(e.innerText))`)
			b.atRest()
			if evaluate[bool](b, `document.querySelector('img[src="x"]') !== null`) || strings.Contains(b.text(), strings.Repeat("9", 100)) {
				t.Error("what the link says became part of the page")
			}
			if l := b.labOf(p); l.ClockOffsetSeconds != 0 {
				t.Errorf("the clock is %d", l.ClockOffsetSeconds)
			}
			if shown := evaluate[bool](b, `document.querySelector(".assignment") !== null`); shown != strings.HasPrefix(query.Get("must"), "run,") {
				t.Errorf("an assignment is shown: %t", shown)
			}
			if strings.Contains(fmt.Sprint(b.text()), "\u202e") {
				t.Error("the page turns its text")
			}
		})
	}
}
