package tag

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// Element is an element that is being made. go-app's own, an interface, is looked up anew at
// each call and wherever it is put among others, which is most of what a screen's code is: this
// type's methods are known when it is compiled.
//
// To go-app it is a condition that is met, which go-app replaces by what it holds.
type Element struct {
	app.Condition
	made app.HTMLElem
}

func element(tag string, class []string) *Element {
	made := app.Elem(tag).Class(class...)
	return &Element{app.If(true, func() app.UI { return made }), made}
}

// Body puts children into the element.
func (e *Element) Body(children ...app.UI) *Element {
	for i, child := range children {
		if c, ok := child.(*Element); ok {
			children[i] = c.made
		}
	}
	e.made.Body(children...)
	return e
}

// Text puts a text into the element.
func (e *Element) Text(text string) *Element { e.made.Text(text); return e }

// ID names the element.
func (e *Element) ID(id string) *Element { e.made.Attr("id", id); return e }

// The others set what they are named after.

func (e *Element) Aria(name, value string) *Element        { e.made.Aria(name, value); return e }
func (e *Element) Attr(name, value string) *Element        { e.made.Attr(name, value); return e }
func (e *Element) Class(class ...string) *Element          { e.made.Class(class...); return e }
func (e *Element) DataSet(name string, value any) *Element { e.made.DataSet(name, value); return e }
func (e *Element) Role(role string) *Element               { e.made.Attr("role", role); return e }
func (e *Element) TabIndex(i int) *Element                 { e.made.TabIndex(i); return e }
func (e *Element) Title(title string) *Element             { e.made.Attr("title", title); return e }

// On calls do when event happens to the element. See app.EventScope.
func (e *Element) On(event string, do app.EventHandler, options ...app.EventOption) *Element {
	e.made.On(event, do, options...)
	return e
}

// OnClick calls do when the element is pressed.
func (e *Element) OnClick(do app.EventHandler, options ...app.EventOption) *Element {
	return e.On("click", do, options...)
}
