package lesson

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
)

// assignment is what was asked of the learner, and the way to hand it in; nothing where
// nothing was.
func assignment(c *session.Controller, tasks []timeline.GoalProgress) app.UI {
	if len(tasks) == 0 {
		return nil
	}
	const id = "hand-in" // of the button, to which the focus goes back
	done, save := 0, "button button-small"
	var items []app.UI
	for _, task := range tasks {
		if task.Met {
			done++
		}
		items = append(items, goal(task))
	}
	if done == len(items) {
		save = "button button-small button-primary"
	}
	return tag.Section("assignment").Aria("labelledby", "assignment").Body(
		tag.H3("assignment-title").ID("assignment").Text("Your assignment: "+strconv.Itoa(done)+" of "+strconv.Itoa(len(items))+" done"),
		tag.Ul("goals").Body(items...),
		tag.Div("assignment-foot").Body(
			tag.Button(save).ID(id).Text("Save your progress").OnClick(func(app.Context, app.Event) { c.OpenFrom(id, session.DialogExport) }),
			tag.Button("button-quiet").Text("Put it away").OnClick(func(app.Context, app.Event) { c.PutAway() }),
		),
	)
}
