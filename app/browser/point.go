package browser

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Point marks what belongs together. While the pointer or the focus is at an element
// with the attribute data-trace, or the focus at one that holds some, every element
// that shares a name in it has the class. A name is "kind-value", or "kind" alone, which
// all of the kind share. stop ends it.
func Point(class string) (stop func()) {
	if !app.IsClient {
		return func() {}
	}
	p := pointing{class: class}
	listener := app.FuncOf(func(_ app.Value, args []app.Value) any {
		p.at(args[0].Get("target"), args[0].Get("type").String() == "focusin")
		return nil
	})
	for _, event := range []string{"pointerover", "focusin"} {
		app.Window().Call("addEventListener", event, listener)
	}
	return func() {
		for _, event := range []string{"pointerover", "focusin"} {
			app.Window().Call("removeEventListener", event, listener)
		}
		p.mark("")
		listener.Release()
	}
}

type pointing struct {
	class string
	trace string // that is marked now
}

// at follows the pointer or the focus to an element.
func (p *pointing) at(target app.Value, focused bool) {
	if target.Get("closest").Type() != app.TypeFunction { // the document itself
		return
	}
	traces := []string{traceAt(target.Call("closest", "[data-trace]"))}
	if focused && traces[0] == "" && target.Call("matches", ":focus-visible").Truthy() {
		inside := target.Call("querySelectorAll", ":scope > .label > [data-trace], :scope > [data-trace]")
		for i := range inside.Get("length").Int() {
			traces = append(traces, traceAt(inside.Index(i)))
		}
	}
	p.mark(strings.TrimSpace(strings.Join(traces, " ")))
}

func traceAt(element app.Value) string {
	if !element.Truthy() {
		return ""
	}
	return element.Call("getAttribute", "data-trace").String()
}

// mark takes the class from what has it, and gives it to what shares a name.
func (p *pointing) mark(trace string) {
	if trace == p.trace {
		return
	}
	p.trace = trace
	p.each("."+p.class, "remove")
	for name := range strings.FieldsSeq(trace) {
		kind, _, isValue := strings.Cut(name, "-")
		if isValue {
			p.each(`[data-trace~="`+name+`"],[data-trace="`+kind+`"]`, "add")
		} else {
			p.each(`[data-trace^="`+kind+`-"],[data-trace="`+kind+`"]`, "add")
		}
	}
}

func (p *pointing) each(selector, do string) {
	each(selector, func(element app.Value) { element.Get("classList").Call(do, p.class) })
}
