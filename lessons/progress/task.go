package progress

import (
	"slices"
	"strings"

	"oauthlab/lessons"
	"oauthlab/lessons/api"
)

// A task is a thing that an assignment asks for: the id of a step, or of an attack with how
// it is to end, such as "intercepted-code:stopped".

// MaxTasks bounds how many tasks an assignment has.
const MaxTasks = 40

// Attack is the task to see an attack end with an outcome, api.Succeeded or api.Stopped.
func Attack(id, outcome string) string { return id + ":" + outcome }

func isAttack(task string) bool { return strings.Contains(task, ":") }

// Tasks returns all that an assignment can ask for in a chapter: its steps, then each of its
// attacks with both ends.
func Tasks(c lessons.Chapter) []string {
	var all []string
	for _, s := range c.Steps {
		all = append(all, s.ID)
	}
	for _, id := range c.Attacks {
		all = append(all, Attack(id, api.Succeeded), Attack(id, api.Stopped))
	}
	return all
}

// Assigned returns which of the tasks that a link names the chapter
// has, each once, in the chapter's order; and those that it has not, as they are written.
func Assigned(named []string, c lessons.Chapter) (tasks, strange []string) {
	all := Tasks(c)
	for _, task := range named {
		if !slices.Contains(all, task) {
			strange = append(strange, task)
		}
	}
	for _, task := range all {
		if slices.Contains(named, task) && len(tasks) < MaxTasks {
			tasks = append(tasks, task)
		}
	}
	return tasks, strange
}

// Says tells in words what is to be done. title returns what an attack is called.
func Says(task string, c lessons.Chapter, title func(attack string) string) string {
	if id, outcome, ok := strings.Cut(task, ":"); ok {
		if outcome == api.Stopped {
			return "See it stopped: " + title(id)
		}
		return "See it succeed: " + title(id)
	}
	for _, s := range c.Steps {
		if s.ID == task {
			return s.Title
		}
	}
	return task
}
