package session

import (
	"encoding/json"
	"strings"

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

// fileName returns the name of a learner's file: with the letters and digits of theirs that
// every system takes.
func fileName(learner string) string {
	name := strings.Join(strings.FieldsFunc(strings.ToLower("oauthlab progress "+learner), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-")
	return name + ".json"
}
