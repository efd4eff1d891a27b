package session

import (
	"encoding/json"
	"strings"
	"unicode"

	"oauthlab/app/browser"
	"oauthlab/lessons/progress"
)

// NameLearner takes the name that goes into the learner's file.
func (c *Controller) NameLearner(typed string) { c.screen.Learner = progress.CleanName(typed) }

// ExportProgress returns what the learner has done, as JSON to keep elsewhere.
func (c *Controller) ExportProgress() string {
	p := c.progress
	p.Name = c.screen.Learner
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return "" // of maps and texts, it never fails
	}
	return string(text) + "\n"
}

// SaveProgress hands the learner a file of it.
func (c *Controller) SaveProgress() {
	browser.Download(fileName(c.screen.Learner), "application/json", c.ExportProgress())
}

// fileName returns the name of a learner's file: with the letters and digits of theirs, of any
// script, for a class has many files in one folder.
func fileName(learner string) string {
	name := strings.Join(strings.FieldsFunc(strings.ToLower("oauthlab progress "+learner), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "-")
	return name + ".json"
}
