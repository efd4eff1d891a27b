//go:build !js

package lesson

import (
	"oauthlab/app/timeline"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons"
)

// Stories are those of what is asked.
func Stories() []widget.Story {
	guess := lessons.Prediction{Question: "What can she do with it?", Options: []lessons.Option{
		{Text: "Nothing", Reply: "Not quite."}, {Text: "Redeem it", Right: true, Reply: "Yes."},
	}}
	try := lessons.Question{Question: "Change a letter of the verifier. Who notices?", Why: "The server: its hash is not the challenge.", Hint: "Press Step."}
	asked := []timeline.GoalProgress{{Text: "Run it", Met: true}, {Text: "See it stopped: Intercepted code redeemed"}}
	return []widget.Story{
		{Name: "assignment, begun", UI: assignment(session.New(page.Content{}), asked)},
		{Name: "assignment, done", UI: assignment(session.New(page.Content{}), asked[:1])},
		{Name: "prediction, open", UI: &prediction{Asked: "s1", Prediction: guess, Answer: -1}},
		{Name: "prediction, not quite", UI: &prediction{Asked: "s2", Prediction: guess, Answer: 0}},
		{Name: "prediction, right", UI: &prediction{Asked: "s3", Prediction: guess, Answer: 1}},
		{Name: "question to do, open", UI: toDo("s4", try, timeline.GoalProgress{Text: "The server refuses it"})},
		{Name: "question to do, done", UI: toDo("s5", try, timeline.GoalProgress{Text: "The server refuses it", Met: true})},
	}
}
