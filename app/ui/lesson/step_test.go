package lesson

import (
	"strings"
	"testing"

	"oauthlab/app/ui/session"
	"oauthlab/app/ui/uitest"
)

func TestTheFirstParagraphIsCutOff(t *testing.T) {
	for html, want := range map[string][2]string{
		"<p>a</p><p>b</p>": {"<p>a</p>", "<p>b</p>"},
		"<div class=\"prose\"><p>a</p>\n<p>b</p>\n</div>\n": {"<p>a</p>", "<p>b</p>"},
		"<ul></ul>": {"", "<ul></ul>"},
		"":          {"", ""},
	} {
		if lead, rest := cutLead(html); lead != want[0] || rest != want[1] {
			t.Errorf("%q is cut into %q and %q", html, lead, rest)
		}
	}
}

// Before it happened, the reply gives no other answer away.
func TestTheOtherAnswersAreExplainedAfterwards(t *testing.T) {
	s := step{Controller: session.New(uitest.Content), Step: uitest.Content.Chapter.Steps[1], Answer: 1, Open: true}
	if strings.Contains(uitest.HTML(s.Render()), "Not quite.") {
		t.Error("an answer that was not chosen is explained too early")
	}
	s.Progress.Done = true
	if page := uitest.HTML(s.Render()); strings.Count(page, "Not quite.") != 1 || strings.Count(page, "Yes.") != 1 {
		t.Error("not every answer is explained once")
	}
}
