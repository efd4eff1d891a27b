package dialogs

import (
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/progress"
)

// The titles, as the menu has them too.
const (
	shareTitle   = "Share this view"
	assignTitle  = "Make an assignment"
	saveTitle    = "Save your progress"
	changedTitle = "What changed in my lab"
)

// share shows a link and what it carries, line by line.
func share(c *session.Controller, s session.Screen) app.UI {
	return tag.Div().Body(
		choices("What to share", []choice{
			{"The view", s.Share == session.ShareView, func() { c.ShareAs(session.ShareView) }},
			{"The state of my lab", s.Share == session.ShareState, func() { c.ShareAs(session.ShareState) }},
		}),
		copyLine("Link", c.LinkTo(s.Share)),
		tag.P("field-label").Text("It carries"),
		lines(c.Carries(s.Share)),
		tag.P("modal-note").Text("It carries no keys, tokens or codes, nothing of users, no log, and no clients of your own."),
		tag.Div("modal-actions").Body(
			tag.Button("button").Text(assignTitle).OnClick(func(app.Context, app.Event) { c.OpenAssign(session.MoreID) }),
		),
	)
}

// assign makes a link to the chapter with what is to be done in it.
func assign(c *session.Controller, s session.Screen) app.UI {
	var boxes []app.UI
	for _, task := range progress.Tasks(c.Content().Chapter) {
		boxes = append(boxes, tag.Li().Body(widget.CheckBox(c.TaskText(task), slices.Contains(s.Asked, task), func(on bool) { c.Ask(task, on) })))
	}
	steps := len(s.Steps)
	return tag.Div().Body(
		tag.P("modal-lead").Text("Tick what must be done. Learners who open the link see each line tick when it is done, and save a file to hand in."),
		tag.Ul("tasks").Aria("label", "Steps to be done").TabIndex(-1).Attr("autofocus", "true").Body(boxes[:steps]...),
		tag.Ul("tasks").Aria("label", "Attacks to be seen").Body(boxes[steps:]...),
		tag.If(len(s.Asked) == 0, func() app.UI { return tag.P("modal-note").Text("Nothing is ticked, so the link asks for nothing.") }),
		copyLine("Link", c.LinkTo(session.ShareAssign)),
		tag.P("field-label").Text("It carries, beside what is ticked"),
		lines(c.Carries(session.ShareAssign)),
		tag.P("modal-note").Body(tag.A("/class").Text("For a class"), app.Text(": how files are handed in, and read into one table.")),
	)
}

// handIn gives the learner what was done, as a file or to copy.
func handIn(c *session.Controller, _ session.Screen) app.UI {
	return tag.Div().Body(
		tag.P("modal-lead").Text("What you answered, read and finished is kept in this browser only. A file of it is your own word: nobody has signed it."),
		tag.Label("field-label").Attr("for", "learner").Text("Your name, if it is to be in the file"),
		tag.Input("text", "field-input").ID("learner").Attr("maxlength", strconv.Itoa(progress.MaxName)).Attr("autocomplete", "name").
			On("input", func(ctx app.Context, _ app.Event) { c.NameLearner(ctx.JSSrc().Get("value").String()) }),
		tag.Div("modal-actions").Body(
			tag.Button("button", "button-primary").Attr("autofocus", "true").Text("Save as a file").OnClick(func(app.Context, app.Event) { c.SaveProgress() }),
		),
		copyText("Progress, as JSON", c.ExportProgress(), tag.Button("button")),
	)
}

// changed tells what differs and what happened, to copy for the one who is asked for help.
func changed(c *session.Controller, s session.Screen) app.UI {
	var moments []choice
	for _, m := range session.Sinces() {
		moments = append(moments, choice{m.Name, s.Since == m.Since, func() { c.TellSince(m.Since) }})
	}
	return tag.Div().Body(
		tag.P("modal-lead").Text("For the person who helps you. It has no keys, tokens, codes or passwords."),
		choices("Since", moments),
		copyText("As text", c.ChangedText(), copyButton()),
	)
}

// choice is one of some, of which one is chosen.
type choice struct {
	name   string
	chosen bool
	choose func()
}

func choices(label string, all []choice) app.UI {
	var buttons []app.UI
	for _, one := range all {
		class := "habit-option"
		if one.chosen {
			class = "habit-option is-here"
		}
		buttons = append(buttons, widget.Pressable(tag.Button(class).Role("radio").Aria("checked", strconv.FormatBool(one.chosen)).Text(one.name),
			true, one.choose, label, one.name))
	}
	return tag.Div().Body(
		tag.P("field-label").ID("choices").Text(label),
		tag.Div("choices", "habit").Role("radiogroup").Aria("labelledby", "choices").Body(buttons...),
	)
}

func lines(all []string) app.UI {
	var items []app.UI
	for _, one := range all {
		items = append(items, tag.Li().Text(one))
	}
	return tag.Ul("carries").Body(items...)
}
