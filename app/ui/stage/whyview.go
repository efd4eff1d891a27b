package stage

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/api"
	"oauthlab/lessons/param"
)

// whyView shows the code that decided: the guard, and the line that called it.
type whyView struct {
	app.Compo
	Controller *session.Controller
	Message    timeline.Message
	Guard      string
	Code       api.Code
}

func (w *whyView) Render() app.UI {
	switch {
	case len(w.Message.Checks) > 0:
		return tag.Div("why").Body(
			tag.P("inspector-empty").Text("Choose a check to see the code that decided."),
			checked(w.Controller, w.Message.Checks),
		)
	case w.Message.Seq != 0 && (w.Guard == "" || w.Message.Verdict.Guard != w.Guard):
		return tag.P("inspector-empty").Text("Nothing was checked here. Choose a check in the diagram to see its code.")
	case w.Guard == "":
		return tag.P("inspector-empty").Text("Choose a check in the diagram to see its code.")
	}
	return tag.Div("why").Body(
		tag.If(w.Message.Verdict.Guard == w.Guard, func() app.UI {
			v := w.Message.Verdict
			return tag.P("why-verdict", widget.OutcomeClass("is", v.Outcome)).Body(
				tag.Span().Text(v.Sentence()),
				widget.Troubleshooting(v.Trouble),
			)
		}),
		app.If(w.Code.Guard != w.Guard, func() app.UI {
			return tag.P("inspector-empty").Text("Fetching the code that runs …")
		}).Else(func() app.UI {
			return tag.Div("why-code").Body(w.snippets()...)
		}),
	)
}

func (w *whyView) snippets() []app.UI {
	out := []app.UI{w.snippet(w.Code.Source)}
	for _, c := range w.Code.Calls {
		out = append(out, w.snippet(c))
	}
	return out
}

// snippet is a piece of source, with the lines marked that took the verdict.
func (w *whyView) snippet(s api.Snippet) app.UI {
	var lines []app.UI
	for i, text := range strings.Split(s.Text, "\n") {
		class := "code-line"
		if w.isHere(s.File, s.First+i, text) {
			class = "code-line is-here"
		}
		lines = append(lines, tag.Span(class).Body(codeLine(s.Lines[i])...))
	}
	return tag.Figure("snippet").Body(
		tag.FigCaption("snippet-file").Text(s.File+":"+strconv.Itoa(s.First)),
		tag.Pre("snippet-text").TabIndex(0).Body(lines...),
	)
}

// codeLine is a line of source in colour. A name that stands for a value that travels
// is marked as the value is.
func codeLine(spans []api.Span) []app.UI {
	out := make([]app.UI, 0, len(spans)+1)
	for _, s := range spans {
		span := tag.Span().Text(strings.ReplaceAll(s.Text, "\t", "  "))
		switch s.Kind {
		case "":
		case api.SpanPKCE, api.SpanState:
			span = widget.Traced(span, string(s.Kind)).Class("mark", widget.MarkClass(param.Mark(s.Kind)))
		default:
			span = span.Class("code-" + string(s.Kind))
		}
		out = append(out, span)
	}
	return append(out, app.Text("\n"))
}

// isHere reports whether a line took the verdict: the one that called the
// guard, or the one in the guard that says the reason.
func (w *whyView) isHere(file string, number int, text string) bool {
	v := w.Message.Verdict
	if v.Guard != w.Guard {
		return false
	}
	return v.Where.File == file && v.Where.Line == number ||
		v.Reason != "" && strings.Contains(text, strconv.Quote(v.Reason))
}
