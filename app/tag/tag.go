// Package tag makes the elements of the screen. go-app has a type for each kind
// of element, each with methods and tables of its own, which the program for the
// browser would carry: here all kinds are of the one type app.HTMLElem.
package tag

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A returns a link to href, which opens a tab where it leads out of the lab. Each function
// here takes the classes of its element.
func A(href string, class ...string) app.HTMLElem {
	a := element("a", class).Attr("href", href)
	if strings.HasPrefix(href, "https://") || strings.HasPrefix(href, "http://") {
		a = a.Attr("target", "_blank").Attr("rel", "noreferrer")
	}
	return a
}

// Button returns a button that sends no form.
func Button(class ...string) app.HTMLElem {
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

// The others are named as in HTML.

func Aside(class ...string) app.HTMLElem      { return element("aside", class) }
func Code(class ...string) app.HTMLElem       { return element("code", class) }
func Dd(class ...string) app.HTMLElem         { return element("dd", class) }
func Details(class ...string) app.HTMLElem    { return element("details", class) }
func Dialog(class ...string) app.HTMLElem     { return element("dialog", class) }
func Div(class ...string) app.HTMLElem        { return element("div", class) }
func Dl(class ...string) app.HTMLElem         { return element("dl", class) }
func Dt(class ...string) app.HTMLElem         { return element("dt", class) }
func FigCaption(class ...string) app.HTMLElem { return element("figcaption", class) }
func Figure(class ...string) app.HTMLElem     { return element("figure", class) }
func Form(class ...string) app.HTMLElem       { return element("form", class) }
func H1(class ...string) app.HTMLElem         { return element("h1", class) }
func H2(class ...string) app.HTMLElem         { return element("h2", class) }
func H3(class ...string) app.HTMLElem         { return element("h3", class) }
func Header(class ...string) app.HTMLElem     { return element("header", class) }
func Iframe(class ...string) app.HTMLElem     { return element("iframe", class) }
func Label(class ...string) app.HTMLElem      { return element("label", class) }
func Li(class ...string) app.HTMLElem         { return element("li", class) }
func Main(class ...string) app.HTMLElem       { return element("main", class) }
func Nav(class ...string) app.HTMLElem        { return element("nav", class) }
func Ol(class ...string) app.HTMLElem         { return element("ol", class) }
func P(class ...string) app.HTMLElem          { return element("p", class) }
func Pre(class ...string) app.HTMLElem        { return element("pre", class) }
func Section(class ...string) app.HTMLElem    { return element("section", class) }
func Span(class ...string) app.HTMLElem       { return element("span", class) }
func Strong(class ...string) app.HTMLElem     { return element("strong", class) }
func Summary(class ...string) app.HTMLElem    { return element("summary", class) }
func Textarea(class ...string) app.HTMLElem   { return element("textarea", class) }
func Ul(class ...string) app.HTMLElem         { return element("ul", class) }

func element(tag string, class []string) app.HTMLElem {
	return app.Elem(tag).Class(class...)
}
