//go:build !js

package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"nhooyr.io/websocket"

	"oauthlab/app/browser"
	"oauthlab/app/client"
	"oauthlab/web"
)

// page is a page of the lab's origin with the probe in it.
const page = `<!doctype html><title>probe</title>
<script src="/wasm_exec.js"></script>
<p id="content">what the server <b>wrote</b></p><div id="holder"></div>
<script>
if (location.search === "?denied") for (const name of ["sessionStorage", "localStorage"])
	Object.defineProperty(window, name, {get() { throw new DOMException("denied", "SecurityError"); }});
const seen = window.seen = [], probe = window.probe = {};
const started = new Promise(done => window.ready = done);
const ask = (name, ...a) => started.then(() => new Promise(done => probe[name](...a, done)));
const go = new Go();
WebAssembly.instantiateStreaming(fetch("/probe.wasm"), go.importObject).then(r => go.run(r.instance));
// The next callback that comes, after n have come.
const came = n => new Promise(done => { const look = () => seen.length > n ? done(seen[n]) : setTimeout(look, 5); look(); });
</script>`

// mallory is a page of another origin that pretends to be the callback.
const mallory = `<!doctype html><script>parent.postMessage({oauthlab: "callback", url: "http://mallory/"}, "*");
parent.postMessage("mallory was here", "*");</script>`

// lab serves the probe and the real callback page.
func lab(t *testing.T) *httptest.Server {
	t.Helper()
	wasm := filepath.Join(t.TempDir(), "probe.wasm")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", wasm, "./testdata/probe")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the probe: %v\n%s", err, out)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	file := func(path, kind string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			http.ServeFile(w, r, path)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", text(page))
	mux.HandleFunc("GET /v03-pkce", text(page))
	mux.HandleFunc("GET /mallory", text(mallory))
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+strings.Replace(r.Host, "localhost", "127.0.0.1", 1)+"/callback?code=4", http.StatusFound)
	})
	mux.HandleFunc("GET /probe.wasm", file(wasm, "application/wasm"))
	mux.HandleFunc("GET /wasm_exec.js", file(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"), "text/javascript"))
	mux.Handle("GET /web/", http.StripPrefix("/web/", http.FileServerFS(web.FS)))
	mux.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'")
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		http.ServeFileFS(w, r, web.FS, "callback/callback.html")
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Answer", fmt.Sprint(len(r.Cookies())))
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s %s", r.Method, body)
	})
	mux.Handle("/away", http.RedirectHandler("/echo", http.StatusFound))
	mux.HandleFunc("/never", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/socket", func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"oauthlab.v1"}})
		if err != nil {
			return
		}
		defer conn.CloseNow()
		_, message, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		_ = conn.Write(r.Context(), websocket.MessageText, append([]byte(conn.Subprotocol()+" "), message...))
		_, _, _ = conn.Read(r.Context())
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func text(content string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Set-Cookie", "session=alice; Path=/")
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin") // as the lab has it
		_, _ = io.WriteString(w, content)
	}
}

// patience bounds one step in the browser, which takes milliseconds when all
// is well.
const patience = 30 * time.Second

// chromium starts a real browser.
func chromium(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(findChromium(t)), chromedp.Flag("disable-popup-blocking", true))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return ctx
}

func findChromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{
		os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("there is no Chromium: install it, or name its path in CHROMIUM")
	return ""
}

// tab is a tab of the browser.
type tab struct {
	*testing.T
	ctx context.Context
}

func (b tab) open(url string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		b.Fatalf("open %s: %v", url, err)
	}
}

// eval evaluates JavaScript, waits for its promise, and returns the text.
func (b tab) eval(js string) string {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[string]("Promise.resolve("+js+").then(String)", chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", js, err)
	}
	return answer
}

// waitFor waits until the page says that a condition holds, over navigations.
func (b tab) waitFor(condition string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		err := chromedp.Do(ctx, chromedp.Poll[chromedp.Void](condition, chromedp.WithPollingTimeout(patience)))
		if err == nil {
			return
		}
		if ctx.Err() != nil || !isLeaving(err) {
			b.Fatalf("wait for %s: %v", condition, err)
		}
	}
}

// isLeaving reports whether err says that a page was just being left for another.
func isLeaving(err error) bool {
	return strings.Contains(err.Error(), "navigated") || strings.Contains(err.Error(), "Cannot find context")
}

// opened returns the tab of a target, which may be on its way to another page.
func (b tab) opened(id target.ID) tab {
	b.Helper()
	waiting, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	for {
		ctx, leave := chromedp.NewContext(b.ctx, chromedp.WithTargetID(id), chromedp.WithDetachOnCancel())
		err := chromedp.Do(ctx)
		if err == nil {
			b.Cleanup(leave)
			return tab{b.T, ctx}
		}
		leave()
		if waiting.Err() != nil || !isLeaving(err) {
			b.Fatalf("attach to the new tab: %v", err)
		}
	}
}

// ask calls a function of the probe.
func (b tab) ask(name string, arguments ...string) string {
	b.Helper()
	list, err := json.Marshal(append([]string{name}, arguments...))
	if err != nil {
		b.Fatal(err)
	}
	return b.eval("ask(..." + string(list) + ")")
}

func TestInARealBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser; make test does it")
	}
	server := lab(t)
	elsewhere := strings.Replace(server.URL, "127.0.0.1", "localhost", 1) // another origin
	b := tab{t, chromium(t)}
	b.open(server.URL + "/")

	expect := func(t *testing.T, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}

	t.Run("fetch sends and reads", func(t *testing.T) {
		expect(t, b.ask("fetch", "POST", "/echo", "a=1&b=ü"), "ok 418 POST a=1&b=ü 0")
	})
	t.Run("fetch follows no redirect", func(t *testing.T) {
		expect(t, b.ask("fetch", "POST", "/away", "code=c"), "error fetch: Failed to fetch")
	})
	t.Run("fetch says where no server is", func(t *testing.T) {
		expect(t, b.ask("fetch", "GET", "http://127.0.0.1:1/", ""), "error fetch: Failed to fetch")
	})
	t.Run("fetch survives what is no request", func(t *testing.T) {
		if got := b.ask("fetch", "NO SUCH", "/echo", ""); !strings.HasPrefix(got, "error fetch: ") {
			t.Errorf("got %q", got)
		}
	})
	t.Run("fetch ends with its context", func(t *testing.T) {
		expect(t, b.ask("fetchAndGiveUp", "/never"), "error fetch: context deadline exceeded")
	})
	t.Run("a request that the page has sent before is not sent again", func(t *testing.T) {
		const sent = "(window.oauthlabAhead = {request: `POST /echo\nAccept: application/json\n\nx`, answer: Promise.resolve(ANSWER)}, 0)"
		ahead := func(answer string) { b.eval(strings.Replace(sent, "ANSWER", answer, 1)) }
		ahead(`new Response("sent before", {status: 201})`)
		expect(t, b.ask("labFetch", "POST", "/echo", "x"), "ok 201 sent before")
		expect(t, b.ask("labFetch", "POST", "/echo", "x"), "ok 418 POST x") // once
		ahead(`new Response("sent before", {status: 201})`)
		expect(t, b.ask("labFetch", "POST", "/echo", "y"), "ok 418 POST y") // another one
		expect(t, b.ask("labFetch", "POST", "/echo", "x"), "ok 418 POST x") // and then it is too old
		ahead("null")                                                       // it had no good answer
		expect(t, b.ask("labFetch", "POST", "/echo", "x"), "ok 418 POST x")
	})
	t.Run("many fetches at once", func(t *testing.T) {
		expect(t, b.eval(`Promise.all(Array.from({length: 50}, (_, i) => ask("fetch", "POST", "/echo", "n" + i)))
			.then(all => new Set(all).size)`), "50")
	})
	for _, store := range []string{"tab", "keep"} {
		t.Run(store+" store", func(t *testing.T) {
			expect(t, b.ask(store+"Get", "x"), "ok  false")
			b.ask(store+"Set", "x", "1")
			expect(t, b.ask(store+"Get", "x"), "ok 1 true")
			b.open(server.URL + "/")
			expect(t, b.ask(store+"Get", "x"), "ok 1 true")
			b.ask(store+"Set", "x", "")
			expect(t, b.ask(store+"Get", "x"), "ok  true")
			b.ask(store+"Delete", "x")
			expect(t, b.ask(store+"Get", "x"), "ok  false")
		})
		t.Run(store+" store where the browser denies it", func(t *testing.T) {
			b.open(server.URL + "/?denied")
			expect(t, b.ask(store+"Get", "x"), "ok  false")
			expect(t, b.ask(store+"Set", "x", "1"), "ok ")
			expect(t, b.ask(store+"Get", "x"), "ok 1 true")
			b.ask(store+"Delete", "x")
			expect(t, b.ask(store+"Get", "x"), "ok  false")
			expect(t, b.ask("deniesStorage"), "ok true")
			b.open(server.URL + "/")
			expect(t, b.ask("deniesStorage"), "ok false")
		})
		t.Run(store+" store that is full", func(t *testing.T) {
			b.eval(strings.ReplaceAll(`(() => { const s = STORE; s.clear(); s.setItem("x", "old"); let n = "n".repeat(1 << 20);
				for (let i = 0; n; i++) try { s.setItem("fill" + i, n) } catch { n = n.slice(n.length / 2 + 1) } })()`,
				"STORE", map[string]string{"tab": "sessionStorage", "keep": "localStorage"}[store]))
			expect(t, b.ask(store+"Set", "x", strings.Repeat("y", 4000)), "ok ")
			if got := b.ask(store+"Get", "x"); got != "ok "+strings.Repeat("y", 4000)+" true" {
				t.Errorf("got %.40q", got)
			}
			b.eval("(sessionStorage.clear(), localStorage.clear())")
			b.open(server.URL + "/")
		})
	}
	t.Run("the page's content is read", func(t *testing.T) {
		expect(t, b.ask("pageContent"), "ok what the server wrote")
	})
	t.Run("the next frame comes", func(t *testing.T) {
		expect(t, b.ask("nextFrame"), "ok drawn")
	})
	t.Run("ids differ", func(t *testing.T) {
		if one, other := b.ask("newID"), b.ask("newID"); one == other {
			t.Error("two ids are the same")
		}
	})
	t.Run("a websocket carries text and the subprotocol", func(t *testing.T) {
		expect(t, b.ask("websocket", "/socket", "hello ü"), "ok oauthlab.v1 hello ü")
	})
	t.Run("a websocket that is refused is an error", func(t *testing.T) {
		if got := b.ask("websocket", "/nothing", "x"); !strings.HasPrefix(got, "error ") {
			t.Errorf("got %q", got)
		}
	})
	t.Run("a dial ends with its context", func(t *testing.T) {
		expect(t, b.ask("websocketAndGiveUp", "/never"), "error context deadline exceeded")
	})

	t.Run("signatures", func(t *testing.T) {
		for name, s := range signatures(t) {
			if got, want := b.ask("verify", s.alg, s.key, s.content, s.signature), "ok "+strconv.FormatBool(s.fits); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
	})

	t.Run("a callback in the frame reaches the page", func(t *testing.T) {
		b.ask("listen")
		b.ask("freshFrame", "#holder", server.URL+"/callback?code=1&state=s")
		expect(t, b.eval("came(0)"), server.URL+"/callback?code=1&state=s")
		b.ask("freshFrame", "#holder", server.URL+"/callback?code=2")
		expect(t, b.eval("came(1)"), server.URL+"/callback?code=2")
	})
	t.Run("a message of another origin or shape does not", func(t *testing.T) {
		b.eval(`void (window.heard = new Promise(done => addEventListener("message", e => e.data === "mallory was here" && done("heard"))))`)
		b.ask("freshFrame", "#holder", elsewhere+"/mallory")
		expect(t, b.eval("heard"), "heard")
		b.eval(`[null, 1, "callback", {}, {oauthlab: "x", url: "http://x/"}, {oauthlab: "callback"}, {oauthlab: "callback", url: 1}, []]
			.forEach(m => postMessage(m, location.origin))`)
		b.eval(`postMessage({oauthlab: "callback", url: "last"}, location.origin)`)
		expect(t, b.eval("came(2)"), "last")
	})
	t.Run("a frame goes to web addresses only", func(t *testing.T) {
		b.ask("freshFrame", "#holder", "javascript:parent.postMessage({oauthlab:'callback',url:'script'},'*')")
		b.ask("freshFrame", "#none", server.URL+"/")
		b.eval(`postMessage({oauthlab: "callback", url: "still last"}, location.origin)`)
		expect(t, b.eval("came(3)"), "still last")
	})
	t.Run("a frame takes its history along", func(t *testing.T) {
		b.ask("dropFrame", "#holder")
		expect(t, b.eval(`document.querySelectorAll("iframe").length`), "0")
		b.eval("void (window.at = history.state, history.replaceState('here', ''))")
		b.ask("freshFrame", "#holder", server.URL+"/callback?code=3")
		expect(t, b.eval("came(4)"), server.URL+"/callback?code=3")
		b.ask("dropFrame", "#holder")
		b.ask("dropFrame", "#holder")
		expect(t, b.eval("history.state"), "here")
	})
	t.Run("after stop nothing comes", func(t *testing.T) {
		b.ask("stop")
		b.eval(`new Promise(done => { addEventListener("message", () => done("")); postMessage({oauthlab: "callback", url: "late"}, location.origin) })`)
		expect(t, b.eval("seen.length"), "5")
	})

	t.Run("a callback in a tab comes back to the page", func(t *testing.T) {
		for back, want := range map[string]string{
			"/v03-pkce?off=pkce": "/v03-pkce?off=pkce",
			"//mallory.example/": "/",
			`/\\mallory.example`: "/",
			"/\\t/mallory":       "/",
			"https://mallory/":   "/",
			"javascript:alert()": "/",
			"":                   "/",
		} {
			b.open(server.URL + "/")
			b.eval("sessionStorage.setItem('oauthlab.return', '" + back + "')")
			b.open(server.URL + "/callback?code=3")
			b.waitFor("location.pathname !== '/callback' && typeof ask === 'function'")
			if got := b.eval("location.pathname + location.search"); got != want {
				t.Errorf("with %q the callback goes to %q, want %q", back, got, want)
			}
			b.ask("listen")
			expect(t, b.eval("came(0)"), server.URL+"/callback?code=3")
			expect(t, b.eval("sessionStorage.getItem('oauthlab.callback')"), "null")
		}
	})
	t.Run("a callback in a tab that began nothing comes to the page that was shown last", func(t *testing.T) {
		b.open(server.URL + "/v03-pkce")
		b.ask("comeBackHere")
		b.eval("sessionStorage.clear()")
		b.open(server.URL + "/callback?code=5")
		b.waitFor("location.pathname === '/v03-pkce'")
		b.eval("localStorage.removeItem('oauthlab.return')")
	})
	t.Run("a new tab can finish what this one began", func(t *testing.T) {
		b.open(server.URL + "/v03-pkce?tour=1")
		b.ask("tabSet", "oauthlab.login", "under way")
		opened := chromedp.WaitNewTarget(b.ctx, isPage)
		b.ask("openTab", elsewhere+"/authorize")
		second := tab{t, b.ctx}.opened(<-opened)
		second.waitFor("location.pathname === '/v03-pkce' && typeof ask === 'function'")
		expect(t, second.eval("location.search"), "?tour=1")
		second.ask("listen")
		expect(t, second.eval("came(0)"), server.URL+"/callback?code=4")
		expect(t, second.ask("tabGet", "oauthlab.login"), "ok under way true")
	})
}

// Outside a browser nothing panics and nothing hangs: the server prerenders.
func TestOutsideABrowser(t *testing.T) {
	d := browser.NewDevice()
	if _, err := d.Fetch(t.Context(), client.Request{Method: "GET", URL: "http://x/"}); err == nil {
		t.Error("fetched without a browser")
	}
	if _, err := d.Dial(t.Context(), "ws://x/", nil); err == nil {
		t.Error("dialled without a browser")
	}
	browser.FreshFrame("#holder", "alice", "Alice's browser", "http://x/")
	browser.DropFrame("#holder")
	browser.ScrollToEnd("#holder")
	browser.KeepFocus("#holder")
	browser.OpenTab("http://x/")
	browser.NextFrame(func() { t.Error("there is no frame") })
	browser.OnCallback(func(string) { t.Error("there is no callback") })()
	if browser.PageContent() != "" {
		t.Error("there is no page")
	}
	store := browser.TabStore()
	if err := store.Set("x", "1"); err != nil {
		t.Error(err)
	}
	if value, ok := store.Get("x"); !ok || value != "1" {
		t.Errorf("memory holds %q, %v", value, ok)
	}
	store.Delete("x")
	if _, ok := browser.TabStore().Get("x"); ok {
		t.Error("memory does not forget")
	}
}

// Each goroutine finds what it kept itself, and not what it deleted. Without a lock the
// map loses values or ends the program.
func TestStoreIsSafeForManyGoroutines(t *testing.T) {
	const goroutines, rounds = 8, 2000
	var running sync.WaitGroup
	begin := make(chan struct{})
	for i := range goroutines {
		running.Go(func() {
			<-begin
			for round := range rounds {
				key, want := fmt.Sprint("k", i), fmt.Sprint(round)
				_ = browser.Keep().Set(key, want)
				if got, ok := browser.Keep().Get(key); got != want {
					t.Errorf("%s holds %q, %v, want %q", key, got, ok, want)
				}
				browser.Keep().Delete(key)
				if got, ok := browser.Keep().Get(key); ok {
					t.Errorf("%s still holds %q", key, got)
				}
			}
		})
	}
	close(begin)
	running.Wait()
}

func isPage(info *target.Info) bool { return info.Type == "page" }
