package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"oauthlab/lessons"
	"oauthlab/lessons/load"
)

// Ours returns what is wrong with the chapters of the program itself, beside what
// Check finds in any: each has every part, and no sentence is long. A teacher's
// chapters may be built and told otherwise.
func Ours(chapters []load.Chapter) []error {
	var c checker
	for _, chapter := range chapters {
		c.checkParts(chapter)
		c.checkSentences(chapter)
	}
	return c.findings
}

// What the paragraphs begin with that end a chapter.
const (
	toTry   = "To try"
	summary = "In three sentences."
)

// checkParts asks for the part of the course, the sections to read, and of a chapter that is no interlude for the
// script, the four steps of the loop, the things to try and the summary at its end.
func (c *checker) checkParts(chapter load.Chapter) {
	if chapter.Part == "" {
		c.at(chapter.About, path("part"), "part is missing: under which heading of the course does the chapter stand?")
	}
	if len(chapter.Sections) == 0 {
		c.at(chapter.About, path("sections"), "sections are missing: where can all this be read?")
	}
	if chapter.IsInterlude() {
		return
	}
	if chapter.Script == "" {
		c.at(chapter.About, path("script"), "script is missing: what does the robot play where the flow is run?")
	}
	for _, kind := range []lessons.StepKind{lessons.Run, lessons.Break, lessons.Why, lessons.Mend} {
		if !slices.ContainsFunc(chapter.Steps, func(s lessons.Step) bool { return s.Kind == kind }) {
			c.in(chapter.About, 1, "the chapter has no step of kind %s", kind)
		}
	}
	c.checkEnd(chapter)
	c.checkQuestions(chapter)
	if n := len(chapter.Checks); n != ownChecks {
		c.in(chapter.About, 1, "the chapter has %d checks for an app of one's own, in in-your-app.md, and needs %d", n, ownChecks)
	}
}

// ownChecks is how many checks for an app of one's own a chapter has.
const ownChecks = 3

// Bounds of the questions that close a chapter.
const fewestQuestions, mostQuestions = 3, 5

// checkQuestions asks for the questions at the end: few, some to choose from, some to try.
func (c *checker) checkQuestions(chapter load.Chapter) {
	last := len(chapter.Steps) - 1
	if last < 0 || chapter.Steps[last].Kind != lessons.Ask {
		c.in(chapter.About, 1, "the chapter does not end with a step of kind %s", lessons.Ask)
		return
	}
	asked, toDo := len(chapter.Steps[last].Questions), len(chapter.Steps[last].Goals)
	if asked < fewestQuestions || asked > mostQuestions || toDo == 0 || toDo == asked {
		c.at(chapter.Pages[last], path("questions"), "the chapter ends with %d to %d questions, some to choose from and some to do; here are %d, %d to do",
			fewestQuestions, mostQuestions, asked, toDo)
	}
}

// checkEnd asks for what the last step before the questions ends with.
func (c *checker) checkEnd(chapter load.Chapter) {
	last := len(chapter.Steps) - 1
	for last >= 0 && chapter.Steps[last].Kind == lessons.Ask {
		last--
	}
	if last < 0 {
		return
	}
	end := chapter.Pages[last]
	tries := slices.IndexFunc(end.Prose, func(p load.Passage) bool { return strings.HasPrefix(p.Text, toTry) })
	if tries < 0 || tries+1 == len(end.Prose) || !end.Prose[tries+1].Item {
		c.in(end, 1, "the last step before the questions has no list of things to try, below a line that begins with %q", toTry)
	}
	sums := slices.IndexFunc(end.Prose, func(p load.Passage) bool { return strings.HasPrefix(p.Text, summary) })
	if sums < 0 {
		c.in(end, 1, "the last step before the questions has no summary, a paragraph that begins with %q", summary)
		return
	}
	if n := len(sentences(strings.TrimPrefix(end.Prose[sums].Text, summary))); n != 3 {
		c.in(end, end.Prose[sums].Line, "the summary has %d sentences, not 3", n)
	}
}

// maxSentence is how many characters a sentence may have: about two lines of a page.
const maxSentence = 170

// checkSentences refuses long sentences, in the prose and in what is asked and told.
func (c *checker) checkSentences(chapter load.Chapter) {
	for _, f := range files(chapter) {
		for _, p := range f.Prose {
			for _, wrong := range tooLong(p.Text) {
				c.in(f, p.Line, "%s", wrong)
			}
		}
	}
	told := func(f *load.File, text string, at ...any) {
		for _, wrong := range tooLong(text) {
			c.at(f, at, "%s", wrong)
		}
	}
	told(chapter.About, chapter.Description, "description")
	for i, step := range chapter.Steps {
		f := chapter.Pages[i]
		told(f, step.Hint, "hint")
		for i, q := range step.Questions {
			told(f, q.Question, "questions", i, "question")
			told(f, q.Why, "questions", i, "why")
			told(f, q.Hint, "questions", i, "hint")
			for o, option := range q.Options {
				told(f, option.Reply, "questions", i, "options", o, "reply")
			}
		}
		if step.Prediction == nil {
			continue
		}
		told(f, step.Prediction.Question, "prediction", "question")
		for o, option := range step.Prediction.Options {
			told(f, option.Reply, "prediction", "options", o, "reply")
		}
	}
}

// tooLong words what is wrong with the long sentences of a text.
func tooLong(text string) (wrong []string) {
	for _, s := range sentences(text) {
		if n := utf8.RuneCountInString(s); n > maxSentence {
			wrong = append(wrong, fmt.Sprintf("a sentence has %d characters, and may have %d: %s", n, maxSentence, s))
		}
	}
	return wrong
}

// sentenceEnd is a full stop, a question or an exclamation mark, with the brackets
// and quotes that close behind it, before a space.
var sentenceEnd = regexp.MustCompile(`[.!?]+[)”"]* `)

// sentences cuts a text into its sentences.
func sentences(text string) (all []string) {
	text = strings.Join(strings.Fields(text), " ")
	for from := 0; from < len(text); {
		to := len(text)
		if end := sentenceEnd.FindStringIndex(text[from:]); end != nil {
			to = from + end[1]
		}
		all = append(all, strings.TrimSpace(text[from:to]))
		from = to
	}
	return all
}
