package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/server/chromium"
	"oauthlab/web"
)

// pageWait bounds one opening of a page.
const pageWait = time.Minute

// measurePage times how long a page takes in a real browser until it can be used: from
// the moment it is asked for until Run can be pressed, and until a hello world of go-app
// has drawn itself. Each opening is a first visit, in a browser profile of its own, over
// loopback; both programs come in brotli of the same level. They take turns.
func (b *bench) measurePage(ctx context.Context) error {
	browser, stop, err := chromium.Start(ctx)
	if errors.Is(err, chromium.ErrNone) {
		b.report.leftOut("page", err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	defer stop()
	packed, level, err := b.packAsOurs()
	if err != nil {
		return err
	}
	hello := httptest.NewServer(serveHello(packed))
	defer hello.Close()
	return b.with(ctx, func(p *program) error {
		var ours, theirs, ratios []float64
		for i := range b.counts.pages + 1 {
			our, err := open(browser, p.lab+"/v03-pkce",
				`document.querySelector("button.topbar-run:not([disabled])")?.getAttribute("aria-disabled") === "false"`)
			if err != nil {
				return fmt.Errorf("the lab's page: %w", err)
			}
			their, err := open(browser, hello.URL, `document.querySelector("h1")?.textContent === "Hello, world"`)
			if err != nil {
				return fmt.Errorf("hello world: %w", err)
			}
			if i == 0 {
				continue // the browser itself was cold
			}
			ours, theirs, ratios = append(ours, our), append(theirs, their), append(ratios, our/their)
		}
		b.report.add("page", fmt.Sprintf("first visit until Run can be pressed, median of %d", len(ours)), percentile(ours, 50), "ms")
		b.report.add("page", fmt.Sprintf("a hello world until it is drawn, median of %d", len(theirs)), percentile(theirs, 50), "ms")
		b.report.add("page", "ratio of the medians", percentile(ours, 50)/percentile(theirs, 50), "times")
		b.report.add("page", "ratio, median of pairs", percentile(ratios, 50), "times")
		b.report.add("page", "level of brotli of both", float64(level), "")
		return nil
	})
}

// packAsOurs compresses the hello world at the level that make build chose for ours.
func (b *bench) packAsOurs() (packed []byte, level int, err error) {
	text, err := web.FS.ReadFile(web.WasmInfo)
	if err != nil {
		return nil, 0, fmt.Errorf("%w (make build makes it)", err)
	}
	if level, err = readLevel(text); err != nil {
		return nil, 0, err
	}
	program, err := os.ReadFile(b.hello)
	if err != nil {
		return nil, 0, err
	}
	return pack(program, level), level, nil
}

// open opens a page in a new profile and returns after how many milliseconds, counted
// from the begin of the navigation, the JavaScript expression was true.
func open(browser context.Context, url, ready string) (milliseconds float64, err error) {
	ctx, leave := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	defer leave()
	ctx, done := context.WithTimeout(ctx, pageWait)
	defer done()
	watch := fmt.Sprintf(`
		const look = () => { if (!window.readyAt && (%s)) window.readyAt = performance.now() };
		new MutationObserver(look).observe(document, {subtree: true, childList: true, attributes: true});`, ready)
	if err := chromedp.Do(ctx); err != nil {
		return 0, err
	}
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watch}); err != nil {
		return 0, err
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		return 0, err
	}
	return chromedp.Run(ctx, chromedp.Poll[float64]("window.readyAt"))
}

// serveHello serves the hello world as go-app does. It comes to nothing but an empty page
// until the program runs.
func serveHello(packed []byte) http.Handler {
	app.Route("/", func() app.Composer { return &nothing{} })
	mux := http.NewServeMux()
	mux.HandleFunc("GET /web/", http.NotFound)
	mux.HandleFunc("GET /web/app.wasm", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/wasm")
		w.Header().Set("Content-Encoding", "br")
		w.Header().Set("Content-Length", strconv.Itoa(len(packed)))
		w.Write(packed) //nolint:errcheck // the browser has gone
	})
	mux.Handle("/", &app.Handler{Name: "hello", Title: "hello", Icon: app.Icon{Default: "/web/none.png", SVG: "/web/none.svg"}})
	return mux
}

// nothing is what the server draws of the hello world.
type nothing struct{ app.Compo }

func (n *nothing) Render() app.UI { return app.Div() }
