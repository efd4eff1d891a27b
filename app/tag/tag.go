// Package tag makes the elements of the screen. go-app has a type for each kind
// of element, each with methods and tables of its own, which the program for the
// browser would carry: here all kinds are of the one type Element.
package tag

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A returns a link to href, which opens a tab where it leads out of the lab. Each function
// here takes the classes of its element.
func A(href string, class ...string) *Element {
	a := element("a", class).Attr("href", href)
	if strings.HasPrefix(href, "https://") || strings.HasPrefix(href, "http://") {
		a = a.Attr("target", "_blank").Attr("rel", "noreferrer")
	}
	return a
}

// Button returns a button that sends no form.
func Button(class ...string) *Element {
	return element("button", class).Attr("type", "button")
}

// Img returns the image at src.
func Img(src string, class ...string) app.HTMLElemSelfClosing {
	return app.ElemSelfClosing("img").Class(class...).Attr("src", src)
}

// Input returns a field of a kind, such as "text".
func Input(kind string, class ...string) app.HTMLElemSelfClosing {
	return app.ElemSelfClosing("input").Class(class...).Attr("type", kind)
}

// If returns what draw does where it is so, and nothing otherwise.
func If(so bool, draw func() app.UI) app.UI {
	if !so {
		return nil
	}
	return draw()
}

// The others are named as in HTML.

func Aside(class ...string) *Element      { return element("aside", class) }
func Code(class ...string) *Element       { return element("code", class) }
func Dd(class ...string) *Element         { return element("dd", class) }
func Details(class ...string) *Element    { return element("details", class) }
func Dialog(class ...string) *Element     { return element("dialog", class) }
func Div(class ...string) *Element        { return element("div", class) }
func Dl(class ...string) *Element         { return element("dl", class) }
func Dt(class ...string) *Element         { return element("dt", class) }
func FigCaption(class ...string) *Element { return element("figcaption", class) }
func Figure(class ...string) *Element     { return element("figure", class) }
func Form(class ...string) *Element       { return element("form", class) }
func H1(class ...string) *Element         { return element("h1", class) }
func H2(class ...string) *Element         { return element("h2", class) }
func H3(class ...string) *Element         { return element("h3", class) }
func Header(class ...string) *Element     { return element("header", class) }
func Iframe(class ...string) *Element     { return element("iframe", class) }
func Label(class ...string) *Element      { return element("label", class) }
func Li(class ...string) *Element         { return element("li", class) }
func Main(class ...string) *Element       { return element("main", class) }
func Nav(class ...string) *Element        { return element("nav", class) }
func Ol(class ...string) *Element         { return element("ol", class) }
func Option(class ...string) *Element     { return element("option", class) }
func P(class ...string) *Element          { return element("p", class) }
func Pre(class ...string) *Element        { return element("pre", class) }
func Section(class ...string) *Element    { return element("section", class) }
func Select(class ...string) *Element     { return element("select", class) }
func Span(class ...string) *Element       { return element("span", class) }
func Strong(class ...string) *Element     { return element("strong", class) }
func Summary(class ...string) *Element    { return element("summary", class) }
func Table(class ...string) *Element      { return element("table", class) }
func Tbody(class ...string) *Element      { return element("tbody", class) }
func Td(class ...string) *Element         { return element("td", class) }
func Textarea(class ...string) *Element   { return element("textarea", class) }
func Th(class ...string) *Element         { return element("th", class) }
func Thead(class ...string) *Element      { return element("thead", class) }
func Tr(class ...string) *Element         { return element("tr", class) }
func Ul(class ...string) *Element         { return element("ul", class) }
