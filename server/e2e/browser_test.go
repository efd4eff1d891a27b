package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/inspector"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"oauthlab/server/chromium"
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

func startBrowser() (context.Context, error) {
	browserOnce.Do(func() {
		var stop func()
		if browserCtx, stop, browserErr = chromium.Start(context.Background()); browserErr == nil {
			browserStop = stop
		}
	})
	return browserCtx, browserErr
}

// tab is one page in a browser profile of its own.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	wrong    []string // console errors, exceptions and policy violations
	forgiven []string // what stands in those that are expected
}

// openTab opens a page and fails the test if anything is wrong on its console.
func openTab(t *testing.T) *tab {
	t.Helper()
	parent, err := startBrowser()
	if err != nil {
		t.Fatal(err)
	}
	return watched(t, parent, chromedp.WithNewBrowserContext())
}

// openTabBeside opens another page in the same browser profile.
func openTabBeside(t *testing.T, other *tab) *tab {
	t.Helper()
	return watched(t, other.ctx, chromedp.WithExistingBrowserContext(chromedp.FromContext(other.ctx).BrowserContextID))
}

// watched opens a page whose console is read.
func watched(t *testing.T, parent context.Context, profile chromedp.ContextOption) *tab {
	t.Helper()
	b := &tab{T: t}
	ctx, stop := chromedp.NewContext(parent, profile, chromedp.WithListener(b.listen))
	b.ctx = ctx
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	for _, enable := range []cdp.Command[cdp.Empty, cdp.Empty]{cdplog.Enable, runtime.Enable, accessibility.Enable} {
		if _, err := chromedp.Call(ctx, enable, cdp.Empty{}); err != nil {
			t.Fatal(err)
		}
	}
	// Attacks are told at once, where a test asks for nothing else.
	b.before(`try { localStorage.getItem("oauthlab.pace") ?? localStorage.setItem("oauthlab.pace", "at-once") } catch { /* it keeps nothing */ }`)
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
	case *inspector.EventTargetCrashed:
		b.complain("the page crashed")
	case *cdplog.EventEntryAdded:
		if ev.Entry.Level == cdplog.EntryLevelError || ev.Entry.Level == cdplog.EntryLevelWarning {
			b.complain(ev.Entry.Text + " " + ev.Entry.URL)
		}
	}
}

func (b *tab) complain(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.ContainsFunc(b.forgiven, func(text string) bool { return strings.Contains(what, text) }) {
		b.wrong = append(b.wrong, what)
	}
}

// forgive takes expected lines off the console: an answer of 400 that the learner
// brings about is written there by the browser.
func (b *tab) forgive(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forgiven = append(b.forgiven, text) // it may come later than what it is about
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

// redrawn is a promise that is kept when the page has drawn itself anew. What it asked
// for at its next drawing is then under way.
const redrawn = `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))`

// open sends the page to url. Where the program runs and has just dropped a frame, it
// steps back over what that left in the history: first that begins, or it would undo
// the way to url; then it may still cut it off.
func (b *tab) open(url string) {
	b.Helper()
	b.do("open "+url, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		chromedp.Evaluate[chromedp.Void](`globalThis.Go && `+redrawn, chromedp.EvalAwaitPromise)(ctx, t) //nolint:errcheck // it may be leaving
		for {
			_, err := chromedp.Navigate(url)(ctx, t)
			if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "net::ERR_ABORTED") {
				return err
			}
		}
	}))
}

// text is all that the page says.
func (b *tab) text() string { return evaluate[string](b, `document.body.innerText`) }

// evaluate returns the value of a JavaScript expression in the page.
func evaluate[T any](b *tab, expression string) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTimeout)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Errorf("%s: %v", expression, err)
	}
	return value
}

// until waits until the JavaScript expression is true, over reloads of the page too.
func (b *tab) until(expression string) {
	b.Helper()
	b.do("wait for "+expression, retried(func(ctx context.Context, t *chromedp.Target) error { return holds(ctx, t, expression) }))
}

// holds returns nil if the JavaScript expression is true now.
func holds(ctx context.Context, t *chromedp.Target, expression string) error {
	yes, err := chromedp.Evaluate[bool]("Boolean("+expression+")")(ctx, t)
	if err == nil && !yes {
		err = errNotThere
	}
	return err
}

// says waits until the page says text.
func (b *tab) says(text string) {
	b.Helper()
	b.until(fmt.Sprintf("document.body.innerText.includes(%q)", text))
}

// press clicks the control with the role and the accessible name with the mouse, as
// soon as the accessibility tree has it, enabled.
func (b *tab) press(role, name string) {
	b.Helper()
	b.do(fmt.Sprintf("press the %s %q", role, name), whenThere(`document`, role, name, click))
}

// pressInFrame clicks the button that says text inside the frame that the CSS selector
// names, as soon as it is there. It walks the document and not the accessibility tree,
// which Chromium does not survive in a frame that is just being replaced.
func (b *tab) pressInFrame(frame, text string) {
	b.Helper()
	b.do(fmt.Sprintf("press %q in %s", text, frame), retried(func(ctx context.Context, t *chromedp.Target) error {
		owner, err := nodeOf(ctx, t, fmt.Sprintf(`document.querySelector(%q)`, frame), -1)
		if err != nil || owner.ContentDocument == nil {
			return errors.Join(errNotThere, err)
		}
		button := buttonThatSays(owner.ContentDocument, text)
		if button == 0 {
			return errNotThere
		}
		return click(ctx, t, button)
	}))
}

// buttonThatSays finds a button, or a link, by its text, or returns 0.
func buttonThatSays(n *cdp.Node, text string) cdp.BackendNodeID {
	if (n.NodeName == "BUTTON" || n.NodeName == "A") && textOf(n) == text {
		return n.BackendNodeID
	}
	for _, child := range n.Children {
		if found := buttonThatSays(child, text); found != 0 {
			return found
		}
	}
	return 0
}

func textOf(n *cdp.Node) string {
	text := n.NodeValue
	for _, child := range n.Children {
		text += textOf(child)
	}
	return strings.TrimSpace(text)
}

// has waits until there is a control with the role and the accessible name.
func (b *tab) has(role, name string) {
	b.Helper()
	b.do(fmt.Sprintf("find the %s %q", role, name),
		whenThere(`document`, role, name, func(context.Context, *chromedp.Target, cdp.BackendNodeID) error { return nil }))
}

// whenThere looks for a control below the node that the JavaScript expression gives
// and does something with it.
func whenThere(root, role, name string, do func(context.Context, *chromedp.Target, cdp.BackendNodeID) error) chromedp.Action[chromedp.Void] {
	return retried(func(ctx context.Context, t *chromedp.Target) error {
		node, err := find(ctx, t, root, role, name)
		if err != nil {
			return err
		}
		return do(ctx, t, node)
	})
}

// retried does something once a drawn frame until it succeeds. Whatever goes wrong on
// the way may be a page that is just changing: it tries again, until time is up.
func retried(do func(context.Context, *chromedp.Target) error) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		var last error
		for {
			err := do(ctx, t)
			if err == nil {
				return nil
			}
			if ctx.Err() == nil {
				last = err
			}
			if _, err := chromedp.Evaluate[chromedp.Void](`new Promise(requestAnimationFrame)`, chromedp.EvalAwaitPromise)(ctx, t); ctx.Err() != nil {
				return errors.Join(last, err)
			}
		}
	})
}

var errNotThere = errors.New("it is not there, or disabled")

// nodeOf returns the node that a JavaScript expression gives, with what is below it to
// the depth; -1 is all of it, documents in frames included.
func nodeOf(ctx context.Context, t *chromedp.Target, expression string, depth int64) (*cdp.Node, error) {
	object, err := cdp.Call(ctx, t, runtime.Evaluate, runtime.EvaluateParams{Expression: expression})
	if err != nil || object.Result.ObjectID == "" {
		return nil, errors.Join(errNotThere, err)
	}
	described, err := cdp.Call(ctx, t, dom.DescribeNode, dom.DescribeNodeParams{
		ObjectID: object.Result.ObjectID, Depth: &depth, Pierce: ptr(depth < 0),
	})
	return described.Node, err
}

func ptr[T any](v T) *T { return &v }

// find returns the enabled control with the role and name below the node that the
// JavaScript expression gives.
func find(ctx context.Context, t *chromedp.Target, root, role, name string) (cdp.BackendNodeID, error) {
	within, err := nodeOf(ctx, t, root, 1)
	if err != nil {
		return 0, err
	}
	found, err := cdp.Call(ctx, t, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{
		BackendNodeID: within.BackendNodeID, AccessibleName: name, Role: role,
	})
	if err != nil {
		return 0, err
	}
	for _, n := range found.Nodes {
		if !n.Ignored && !isDisabled(n) {
			return n.BackendDOMNodeID, nil
		}
	}
	return 0, errNotThere
}

func isDisabled(n *accessibility.Node) bool {
	return slices.ContainsFunc(n.Properties, func(p *accessibility.Property) bool {
		return p.Name == accessibility.PropertyNameDisabled && string(p.Value.Value) == "true"
	})
}

var (
	errMoving  = errors.New("it is still moving")
	errNotFree = errors.New("something lies over it, or it is just being disabled")
)

// onNode calls a JavaScript function on a node and returns what it returned, as JSON.
func onNode(ctx context.Context, t *chromedp.Target, node runtime.RemoteObjectID, function string) (string, error) {
	called, err := cdp.Call(ctx, t, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: function, ObjectID: node, ReturnByValue: ptr(true),
	})
	if err != nil {
		return "", err
	}
	return string(called.Result.Value), nil
}

// click scrolls to the node and, when it has come to rest, presses the mouse in its
// middle.
func click(ctx context.Context, t *chromedp.Target, node cdp.BackendNodeID) error {
	resolved, err := cdp.Call(ctx, t, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node})
	if err != nil {
		return err
	}
	// To the middle of what scrolls it: bars lie over the edges.
	if _, err := onNode(ctx, t, resolved.Object.ObjectID, `function() { this.scrollIntoView({block: "center", behavior: "instant"}) }`); err != nil {
		return err
	}
	before, err := middle(ctx, t, node)
	if err != nil {
		return err
	}
	if _, err := chromedp.Evaluate[chromedp.Void](redrawn, chromedp.EvalAwaitPromise)(ctx, t); err != nil {
		return err
	}
	after, err := middle(ctx, t, node)
	if err != nil {
		return err
	}
	if before != after {
		return errMoving
	}
	// The middle of a link over two lines is not on it, but that of its first line is.
	free, err := onNode(ctx, t, resolved.Object.ObjectID, fmt.Sprintf(`function() {
		const middle = [%f, %f];
		if (window !== window.top) return middle;
		if (this.ariaDisabled === "true") return [];
		const line = this.getClientRects()[0] ?? {x: 0, y: 0, width: 0, height: 0};
		const isOn = at => this.contains(document.elementFromPoint(...at));
		return [middle, [line.x + line.width / 2, line.y + line.height / 2]].find(isOn) ?? [];
	}`, after[0], after[1]))
	if err != nil {
		return err
	}
	var at []float64
	if err := json.Unmarshal([]byte(free), &at); err != nil || len(at) != 2 {
		return errors.Join(errNotFree, err)
	}
	_, err = chromedp.MouseClickXY(at[0], at[1])(ctx, t)
	return err
}

// middle returns where the middle of the node is, in the page's pixels.
func middle(ctx context.Context, t *chromedp.Target, node cdp.BackendNodeID) (point [2]float64, err error) {
	box, err := cdp.Call(ctx, t, dom.GetBoxModel, dom.GetBoxModelParams{BackendNodeID: node})
	if err != nil {
		return point, err
	}
	corners := box.Model.Content // four corners, clockwise from the top left
	return [2]float64{(corners[0] + corners[4]) / 2, (corners[1] + corners[5]) / 2}, nil
}

// clickOn clicks the first element that the CSS selector finds and that says text.
func clickOn(selector, text string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](fmt.Sprintf(
		`(e => e && (e.querySelector("button") || e).click() === undefined)([...document.querySelectorAll(%q)].find(e => e.innerText.includes(%q)))`,
		selector, text))
}

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
