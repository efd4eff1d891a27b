package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// stepTimeout bounds the wait for one thing on the screen.
const stepTimeout = 30 * time.Second

// The one browser of all tests, started by the first that needs it.
var (
	browserOnce sync.Once
	browserCtx  context.Context
	browserStop = func() {}
	browserErr  error
)

func stopBrowser() { browserStop() }

// chromium finds the browser: CHROMIUM, or one of the usual names.
func chromium() (string, error) {
	for _, name := range []string{
		os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium: install it, or name its path in CHROMIUM")
}

func startBrowser() (context.Context, error) {
	browserOnce.Do(func() {
		path, err := chromium()
		if err != nil {
			browserErr = err
			return
		}
		alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
			chromedp.WindowSize(1440, 900))...)
		ctx, stop := chromedp.NewContext(alloc)
		browserCtx, browserStop = ctx, func() { stop(); stopAlloc() }
		browserErr = chromedp.Do(ctx)
	})
	return browserCtx, browserErr
}

// tab is one page in a browser profile of its own.
type tab struct {
	*testing.T
	ctx context.Context

	mu    sync.Mutex
	wrong []string // console errors, exceptions and policy violations
}

// openTab opens a page and fails the test if anything is wrong on its console.
func openTab(t *testing.T) *tab {
	t.Helper()
	parent, err := startBrowser()
	if err != nil {
		t.Fatal(err)
	}
	b := &tab{T: t}
	ctx, stop := chromedp.NewContext(parent, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.listen))
	b.ctx = ctx
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	for _, enable := range []cdp.Command[cdp.Empty, cdp.Empty]{cdplog.Enable, runtime.Enable, accessibility.Enable} {
		if _, err := chromedp.Call(ctx, enable, cdp.Empty{}); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		stop()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, w := range b.wrong {
			t.Error("the browser's console:", w)
		}
	})
	return b
}

func (b *tab) listen(ev any) {
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		b.complain(fmt.Sprintf("%s: %s", ev.ExceptionDetails.Text, ev.ExceptionDetails.Exception.Description))
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeWarning {
			var text []string
			for _, arg := range ev.Args {
				text = append(text, string(arg.Value), arg.Description)
			}
			b.complain(strings.Join(text, " "))
		}
	case *cdplog.EventEntryAdded:
		if ev.Entry.Level == cdplog.EntryLevelError || ev.Entry.Level == cdplog.EntryLevelWarning {
			b.complain(ev.Entry.Text + " " + ev.Entry.URL)
		}
	}
}

func (b *tab) complain(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wrong = append(b.wrong, what)
}

// forgive takes expected lines off the console: an answer of 400 that the learner
// brings about is written there by the browser.
func (b *tab) forgive(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wrong = slices.DeleteFunc(b.wrong, func(w string) bool { return strings.Contains(w, text) })
}

// do runs steps within the time of one.
func (b *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTimeout)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.shoot("failed")
		b.Fatalf("%s: %v\nthe page says:\n%s", what, err, b.text())
	}
}

func (b *tab) open(url string) {
	b.Helper()
	b.do("open "+url, chromedp.Navigate(url))
}

// text is all that the page says.
func (b *tab) text() string { return evaluate[string](b, `document.body.innerText`) }

// evaluate returns the value of a JavaScript expression in the page.
func evaluate[T any](b *tab, expression string) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTimeout)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.Errorf("%s: %v", expression, err)
	}
	return value
}

// until waits until the JavaScript expression is true.
func (b *tab) until(expression string) {
	b.Helper()
	b.do("wait for "+expression, chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(stepTimeout)))
}

// says waits until the page says text.
func (b *tab) says(text string) {
	b.Helper()
	b.until(fmt.Sprintf("document.body.innerText.includes(%q)", text))
}

// press clicks the control with the role and the accessible name as soon as the
// accessibility tree has it, enabled.
func (b *tab) press(role, name string) {
	b.Helper()
	b.do(fmt.Sprintf("press the %s %q", role, name), chromedp.Click("", byRole(role, name), chromedp.NodeEnabled))
}

// has waits until there is a control with the role and the accessible name.
func (b *tab) has(role, name string) {
	b.Helper()
	b.do(fmt.Sprintf("find the %s %q", role, name), chromedp.WaitReady("", byRole(role, name)))
}

// byRole finds what the accessibility tree has under a role and a name.
func byRole(role, name string) chromedp.QueryOption {
	return chromedp.ByFunc(func(ctx context.Context, t *chromedp.Target, root *chromedp.Node) ([]cdp.NodeID, error) {
		found, err := cdp.Call(ctx, t, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{
			NodeID: root.NodeID, AccessibleName: name, Role: role,
		})
		if err != nil {
			return nil, err
		}
		var backend []cdp.BackendNodeID
		for _, n := range found.Nodes {
			if !n.Ignored {
				backend = append(backend, n.BackendDOMNodeID)
			}
		}
		if len(backend) == 0 {
			return nil, nil
		}
		pushed, err := cdp.Call(ctx, t, dom.PushNodesByBackendIDsToFrontend, dom.PushNodesByBackendIDsToFrontendParams{
			BackendNodeIDs: backend,
		})
		return pushed.NodeIDs, err
	})
}

// pressInFrame clicks what the selector finds in the frame, when it is there. The
// frame is looked up anew until then: it may be on its way to another page.
func (b *tab) pressInFrame(frame, selector string) {
	b.Helper()
	b.do("press "+selector+" in the frame", chromedp.Click("", chromedp.NodeVisible,
		chromedp.ByFunc(func(ctx context.Context, t *chromedp.Target, root *chromedp.Node) ([]cdp.NodeID, error) {
			owner, err := cdp.Call(ctx, t, dom.QuerySelector, dom.QuerySelectorParams{NodeID: root.NodeID, Selector: frame})
			if err != nil || owner.NodeID == 0 {
				return nil, err
			}
			described, err := cdp.Call(ctx, t, dom.DescribeNode, dom.DescribeNodeParams{NodeID: owner.NodeID, Pierce: ptr(true), Depth: ptr(int64(1))})
			if err != nil || described.Node.ContentDocument == nil {
				return nil, err
			}
			page, err := cdp.Call(ctx, t, dom.PushNodesByBackendIDsToFrontend, dom.PushNodesByBackendIDsToFrontendParams{
				BackendNodeIDs: []cdp.BackendNodeID{described.Node.ContentDocument.BackendNodeID},
			})
			if err != nil {
				return nil, err
			}
			found, err := cdp.Call(ctx, t, dom.QuerySelectorAll, dom.QuerySelectorAllParams{NodeID: page.NodeIDs[0], Selector: selector})
			return found.NodeIDs, err
		})))
}

func ptr[T any](v T) *T { return &v }

// shoot keeps a picture of the page where SCREENSHOTS names a folder.
func (b *tab) shoot(name string) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, stepTimeout)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Log("screenshot:", err)
		return
	}
	file := filepath.Join(dir, strings.ReplaceAll(b.Name(), "/", "-")+"-"+name+".png")
	if err := os.WriteFile(file, png, 0o600); err != nil {
		b.Log("screenshot:", err)
	}
}
