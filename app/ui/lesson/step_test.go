package lesson

import (
	"strings"
	"testing"

	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons"
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
	s := step{Controller: session.New(uitest.Content), Step: uitest.Content.Chapter.Steps[1], Answers: map[string]int{"break": 1}, Open: true}
	if strings.Contains(uitest.HTML(s.Render()), "Not quite.") {
		t.Error("an answer that was not chosen is explained too early")
	}
	s.Progress.Done = true
	if page := uitest.HTML(s.Render()); strings.Count(page, "Not quite.") != 1 || strings.Count(page, "Yes.") != 1 {
		t.Error("not every answer is explained once")
	}
}

// asking is a step with a question of either kind.
var asking = lessons.Step{
	ID: "ask", Kind: lessons.Ask, Title: "Two questions",
	Questions: []lessons.Question{
		{ID: "try", Question: "Try it.", Why: "Because it refuses.", Hint: "Look up."},
		{ID: "who", Question: "Who?", Options: []lessons.Option{{Text: "Alice", Reply: "Not quite."}, {Text: "Bob", Reply: "Yes.", Right: true}}},
	},
	Goals: []lessons.Goal{{Text: "It was refused"}},
}

func TestQuestionsAreAskedInTheirOrder(t *testing.T) {
	s := step{
		Controller: session.New(uitest.Content), Step: asking, Open: true, Answers: map[string]int{"ask.who": 0},
		Progress: timeline.StepProgress{Goals: []timeline.GoalProgress{{Text: "It was refused"}}},
	}
	page := uitest.HTML(s.Render())
	if try, who := strings.Index(page, "Try it."), strings.Index(page, "Who?"); try < 0 || who < try {
		t.Errorf("the questions stand at %d and %d", try, who)
	}
	for text, want := range map[string]bool{"Not quite.": true, "Yes.": false, "Because it refuses.": false, "Look up.": true, "I see": false, "Show me": false} {
		if got := strings.Contains(page, text); got != want {
			t.Errorf("%q is there: %t", text, got)
		}
	}
	s.Progress.Goals[0].Met = true
	if page := uitest.HTML(s.Render()); !strings.Contains(page, "Because it refuses.") || strings.Contains(page, "Look up.") {
		t.Error("why is not said once it was done, or the hint stays")
	}
}
