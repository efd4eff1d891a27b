package load_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons"
	"oauthlab/lessons/event"
	"oauthlab/lessons/load"
)

const askMD = `---
id: ask
kind: ask
title: Two questions
questions:
  - id: who
    question: Who?
    options:
      - {text: Alice, reply: Yes., right: true}
      - {text: Bob, reply: Not quite.}
  - id: try
    question: Try.
    goal:
      text: Refused
      kind: verdict
      guard: pkce.verify
      outcome: refused
    why: Because.
    hint: Look.
    play:
      set:
        pkce.method: plain
      edit:
        scope: ""
---

Answer.
`

// withQuestions is the tree with a step that asks, in which old is replaced.
func withQuestions(t *testing.T, old, new string) fstest.MapFS {
	t.Helper()
	if strings.Count(askMD, old) != 1 {
		t.Fatalf("%q stands %d times in the step", old, strings.Count(askMD, old))
	}
	files := tree()
	files["03-pkce/4-ask.md"] = &fstest.MapFile{Data: []byte(strings.Replace(askMD, old, new, 1))}
	return files
}

func TestQuestionsAreRead(t *testing.T) {
	chapters, err := load.Read(load.Tree{FS: withQuestions(t, "Answer.", "Answer.")})
	if err != nil {
		t.Fatal(err)
	}
	c := chapters[0]
	want := lessons.Step{
		ID: "ask", Kind: lessons.Ask, Title: "Two questions", Body: "<div class=\"prose\"><p>Answer.</p>\n</div>",
		Questions: []lessons.Question{
			{ID: "who", Question: "Who?", Options: []lessons.Option{{Text: "Alice", Reply: "Yes.", Right: true}, {Text: "Bob", Reply: "Not quite."}}},
			{ID: "try", Question: "Try.", Why: "Because.", Hint: "Look."},
		},
		Goals: []lessons.Goal{{Text: "Refused", Kind: event.KindVerdict, Guard: "pkce.verify", Outcome: event.Refused}},
	}
	if diff := cmp.Diff(want, c.Steps[3]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	play := c.Plays[3][0]
	if s, err := play.Switches(); err != nil || s.Value("pkce.method") != "plain" || !s.On("pkce.verify") {
		t.Errorf("the lab of the question is %v, %v", s, err)
	}
	sent := play.Edited([]event.Field{{Name: "code", Value: "c"}, {Name: "scope", Value: "read"}})
	if diff := cmp.Diff([]event.Field{{Name: "code", Value: "c"}}, sent); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := c.Pages[3].Problem("here", c.GoalPath(3, 0)...).Error(); got != "03-pkce/4-ask.md:13: here" {
		t.Errorf("the goal of the question stands at %s", got)
	}
}

func TestBadQuestions(t *testing.T) {
	tests := map[string]struct{ old, new, want string }{
		"none":                      {askMD[strings.Index(askMD, "questions:"):strings.Index(askMD, "---\n\n")], "", ":1: questions are missing: what does the step ask?"},
		"in another step":           {"kind: ask", "kind: read", ":5: questions stand in a step of kind ask"},
		"something else to do":      {"title: Two", "attack: stolen\ntitle: Two", ":4: a step that asks has questions, and no attack of its own"},
		"no words":                  {"    question: Who?\n", "", ":6: question is missing"},
		"an id that is no anchor":   {"id: who", "id: Who?", ":6: id \"Who?\": it has small letters, digits and single hyphens"},
		"an id twice":               {"id: try", "id: who", ":11: question id \"who\" stands twice"},
		"nothing right":             {", right: true", "", ":8: a question without a goal has at least two options, exactly one of them right; here are 2, 0 right"},
		"options and a goal":        {"    goal:", "    options:\n      - {text: a, reply: b}\n    goal:", ":13: a question has options to choose from, or a goal to meet by doing, and not both"},
		"no reason":                 {"    why: Because.\n", "", ":11: why is missing"},
		"a goal that nothing meets": {"guard: pkce.verify", "name: x", ":16: an event of kind verdict has no name, so nothing would meet this goal"},
		"nobody can play it":        {askMD[strings.Index(askMD, "    play:"):strings.Index(askMD, "---\n\n")], "", ":11: play is missing: how does a robot answer this by doing?"},
		"an unknown part":           {"pkce.method: plain", "pkce.way: plain", ":21: there is no guard \"pkce.way\""},
		"no time at all":            {"      edit:", "      later: soon\n      edit:", ":23: later is how much time passes, such as 11s or 61m, and here is \"soon\""},
		"a time that has passed":    {"      edit:", "      later: -1s\n      edit:", ":23: later is how much time passes, such as 11s or 61m, and here is \"-1s\""},
		"nobody to ask later":       {"      edit:", "      later: 11s\n      edit:", ":23: later has the client ask the API again, which comes with v04, and the chapter stands on v03"},
		"another chapter's attack":  {"      edit:", "      attack: guessed\n      edit:", ":23: attack \"guessed\" is not among the attacks of chapter.md"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := load.Chapters(withQuestions(t, tt.old, tt.new))
			if err == nil || !strings.Contains(err.Error(), "4-ask.md"+tt.want) {
				t.Errorf("it says\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
}

// Where there is an API, it can be asked again later: after the script, not after an attack.
func TestTheAPICanBeAskedLater(t *testing.T) {
	files := withQuestions(t, "      edit:", "      later: 61m\n      edit:")
	files["03-pkce/chapter.md"] = &fstest.MapFile{Data: []byte(strings.Replace(chapterMD, "id: v03", "id: t01\nstands-on: v04", 1))}
	chapters, err := load.Read(load.Tree{FS: files})
	if err != nil {
		t.Fatal(err)
	}
	if got := chapters[0].Plays[3][0].Wait(); got != 61*time.Minute {
		t.Errorf("it waits %s", got)
	}
	ask := files["03-pkce/4-ask.md"]
	ask.Data = []byte(strings.Replace(string(ask.Data), "      later:", "      attack: stolen\n      later:", 1))
	const want = "4-ask.md:24: later follows the chapter's script, and an attack is run in its place"
	if _, err := load.Read(load.Tree{FS: files}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("it says\n%v\nwant\n%s", err, want)
	}
}
