package tag_test

import (
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

type root struct{ app.Compo }

func (*root) Render() app.UI {
	return tag.Div("root").ID("r").Body(
		tag.P("one").Text("<1>"),
		tag.If(true, func() app.UI { return tag.P("two").Body(tag.Span().Text("2")) }),
		tag.If(false, func() app.UI { return tag.P("never") }),
		nil,
		app.If(false, func() app.UI { return tag.P("never") }).Else(func() app.UI { return tag.P("three").Aria("label", "3") }),
	)
}

// Wherever an element stands, the page gets it, once.
func TestElementsReachThePage(t *testing.T) {
	page := strings.Join(strings.Fields(app.HTMLString(&root{})), " ")
	for _, want := range []string{`class="root"`, `id="r"`, `class="one"`, "&lt;1&gt;", `class="two"`, ">2<", `class="three"`, `aria-label="3"`} {
		if strings.Count(page, want) != 1 {
			t.Errorf("the page holds %s not once: %s", want, page)
		}
	}
	if strings.Contains(page, "never") {
		t.Errorf("what is not so is drawn: %s", page)
	}
}
