package e2e

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// pictures is where `make pictures` wants them: relative to this folder.
var pictures = flag.String("pictures", "", "folder for the pictures of the README; without it none are made")

// The pictures of the README and the card that other sites show, made from the running
// lab by doing what a learner does.
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("make pictures makes them")
	}
	p := start(t, t.TempDir())
	for _, scheme := range []string{"light", "dark"} {
		b := openTab(t)
		b.looks(scheme, 1440, 900)
		b.open(p.lab + "/v03-pkce")
		b.runTheFlow()
		b.press("button", "Next: Guess, then break it")
		b.press("radio", "Nothing: state protects it")
		b.press("switch", "PKCE")
		b.says("PKCE is off in this lab")
		b.press("button", "Run the attack")
		b.done("break")
		b.says("Mallory holds Alice's token")
		b.until(`document.querySelector(".code-line.is-here") !== null`)
		b.picture("broken-" + scheme)

		b = openTab(t)
		b.looks(scheme, 1120, 1010)
		b.open(p.lab + embedded)
		b.says("13 messages")
		b.picture("recording-" + scheme)
	}
	b := openTab(t)
	b.looks("light", 390, 844)
	b.open(p.lab + "/v03-pkce")
	b.press("button", "Run the flow")
	b.pressInFrame("#alice", "Sign in as Alice")
	b.says("keeps the token")
	b.picture("phone")

	b = openTab(t)
	b.looks("light", 1200, 630) // what Open Graph cards are shown at
	b.open(p.lab + "/")
	b.has("link", "Start at v01")
	b.picture("card")
}

// looks sets the colour scheme and the size of the page, and asks for no motion.
func (b *tab) looks(scheme string, width, height int64) {
	b.Helper()
	b.do("resize", chromedp.EmulateViewport(width, height))
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		},
	}); err != nil {
		b.Fatal(err)
	}
}

func (b *tab) picture(name string) {
	b.Helper()
	b.until(`document.fonts.status === "loaded" && document.getAnimations().every(a => a.playState === "finished")`)
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*pictures, name+".png"), png, 0o644); err != nil {
		b.Fatal(err)
	}
}
