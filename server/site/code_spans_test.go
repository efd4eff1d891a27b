package site

import (
	"strings"
	"testing"

	"oauthlab/lessons/api"
)

func TestSourceIsColouredLineByLine(t *testing.T) {
	const source = "// Why.\nif state == \"x\" {\n\treturn challenge /* a\nb */\n}"
	var told []string
	for _, line := range spansOf(source) {
		for _, s := range line {
			if s.Kind != "" {
				s.Text = "[" + string(s.Kind) + " " + s.Text + "]"
			}
			told = append(told, s.Text)
		}
		told = append(told, "\n")
	}
	const want = "[comment // Why.]\n[keyword if] [state state] == [string \"x\"] {\n\t[keyword return] [pkce challenge] [comment /* a]\n[comment b */]\n}\n"
	if got := strings.Join(told, ""); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Colour takes nothing away: the lines of every snippet are those of its text.
func TestColouredSourceIsTheSourceThatRuns(t *testing.T) {
	book, err := ReadCode()
	if err != nil {
		t.Fatal(err)
	}
	for id, code := range book {
		for _, s := range append([]api.Snippet{code.Source}, code.Calls...) {
			var lines []string
			for _, line := range s.Lines {
				var b strings.Builder
				for _, span := range line {
					b.WriteString(span.Text)
				}
				lines = append(lines, b.String())
			}
			if strings.Join(lines, "\n") != s.Text {
				t.Errorf("%s: %s:%d reads otherwise in colour", id, s.File, s.First)
			}
		}
	}
}
