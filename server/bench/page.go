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

	cdpnetwork "github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/server/chromium"
	"oauthlab/web"
)

// Bounds and times of one visit.
const (
	pageWait = 2 * time.Minute
	stay     = 5 * time.Second       // before a visitor leaves: a browser keeps compiled code once it has been quiet for two
	delay    = 40 * time.Millisecond // of each request, where the network is slow
)

// network is how quickly a visitor's network is.
type network struct {
	name string
	rate float64 // Mbit/s; 0 for loopback as it is
}

func networks() []network {
	return []network{{"loopback", 0}, {"20 Mbit/s", 20}, {"4 Mbit/s", 4}, {"1 Mbit/s", 1}}
}

// measurePage times how long a page takes in a real browser until it can be used: from
// the moment it is asked for until Run can be pressed, which takes a lab and a live feed,
// and until a hello world of go-app has drawn itself. A first visit is made by a browser
// that has just been started, with a profile of its own, and the second in another tab of
// the same, after a while. The hello world has go-app's own service worker, which answers
// a second visit without the server. Both programs come in brotli of the same level, and
// they take turns: on a busy machine the median of the pairs says most.
func (b *bench) measurePage(ctx context.Context) error {
	packed, level, err := b.packAsOurs()
	if err != nil {
		return err
	}
	hello := httptest.NewServer(serveHello(packed))
	defer hello.Close()
	err = b.with(ctx, func(p *program) error {
		lab := visited{p.lab, "/v03-pkce", `document.querySelector("button.topbar-run:not([disabled])")?.getAttribute("aria-disabled") === "false"`}
		other := visited{hello.URL, "/", `document.querySelector("h1")?.textContent === "Hello, world"`}
		for _, n := range networks() {
			times := b.counts.pages
			if n.rate > 0 {
				times = b.counts.slowPages
			}
			if err := b.measureVisits(ctx, n, times, lab, other); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, chromium.ErrNone) {
		b.report.leftOut("page", err.Error())
		return nil
	}
	if err == nil {
		b.report.add("page", "level of brotli of both", float64(level), "")
	}
	return err
}

// measureVisits reports the first and the second visit over a network.
func (b *bench) measureVisits(ctx context.Context, n network, times int, lab, hello visited) error {
	var labs, hellos, ratios [2][]float64 // by visit
	for range times {
		ours, err := lab.twice(ctx, n)
		if err != nil {
			return fmt.Errorf("the lab's page over %s: %w", n.name, err)
		}
		theirs, err := hello.twice(ctx, n)
		if err != nil {
			return fmt.Errorf("hello world over %s: %w", n.name, err)
		}
		for visit := range 2 {
			labs[visit] = append(labs[visit], ours[visit])
			hellos[visit] = append(hellos[visit], theirs[visit])
			ratios[visit] = append(ratios[visit], ours[visit]/theirs[visit])
		}
	}
	for visit, name := range []string{"first visit", "second visit"} {
		name = n.name + ", " + name + ": "
		b.report.add("page", fmt.Sprintf("%suntil Run can be pressed, median of %d", name, times), percentile(labs[visit], 50), "ms")
		b.report.add("page", name+"a hello world until it is drawn", percentile(hellos[visit], 50), "ms")
		b.report.add("page", name+"ratio, median of pairs", percentile(ratios[visit], 50), "times")
	}
	return nil
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

// visited is a page that is timed.
type visited struct {
	origin, path string
	ready        string // a JavaScript expression that is true when it can be used
}

// twice visits the page in a browser that it starts, and visits it again, and returns
// how many milliseconds each took.
func (v visited) twice(ctx context.Context, n network) (milliseconds [2]float64, err error) {
	browser, stop, err := chromium.Start(ctx)
	if err != nil {
		return milliseconds, err
	}
	defer stop()
	// A page of the same server, so that the browser itself is not cold.
	if err := chromedp.Do(browser, chromedp.Navigate(v.origin+"/manifest.webmanifest")); err != nil {
		return milliseconds, err
	}
	for visit := range milliseconds {
		if milliseconds[visit], err = v.open(browser, n); err != nil {
			return milliseconds, err
		}
	}
	return milliseconds, nil
}

// open opens the page in a new tab, stays there for a while, and returns after how many
// milliseconds, counted from the begin of the navigation, it could be used.
func (v visited) open(browser context.Context, n network) (milliseconds float64, err error) {
	ctx, leave := chromedp.NewContext(browser)
	defer leave()
	ctx, done := context.WithTimeout(ctx, pageWait)
	defer done()
	watch := fmt.Sprintf(`
		const look = () => { if (!window.readyAt && (%s)) window.readyAt = performance.now() };
		new MutationObserver(look).observe(document, {subtree: true, childList: true, attributes: true});`, v.ready)
	if err := chromedp.Do(ctx); err != nil {
		return 0, err
	}
	if n.rate > 0 {
		bytes := n.rate * 1e6 / 8
		slow := &cdpnetwork.Conditions{Latency: float64(delay / time.Millisecond), DownloadThroughput: bytes, UploadThroughput: bytes}
		if _, err := chromedp.Call(ctx, cdpnetwork.EmulateNetworkConditionsByRule, cdpnetwork.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*cdpnetwork.Conditions{slow},
		}); err != nil {
			return 0, err
		}
	}
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watch}); err != nil {
		return 0, err
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(v.origin+v.path)); err != nil {
		return 0, err
	}
	at, err := chromedp.Run(ctx, chromedp.Poll[float64]("window.readyAt", chromedp.WithPollingTimeout(pageWait)))
	if err != nil {
		return 0, err
	}
	select {
	case <-time.After(stay):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	return at, nil
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
