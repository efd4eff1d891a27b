//go:build !js

package lesson

import (
	"oauthlab/app/ui/widget"
	"oauthlab/lessons"
)

// Stories are those of the predictions.
func Stories() []widget.Story {
	guess := lessons.Prediction{Question: "What can she do with it?", Options: []lessons.Option{
		{Text: "Nothing", Reply: "Not quite."}, {Text: "Redeem it", Right: true, Reply: "Yes."},
	}}
	return []widget.Story{
		{Name: "prediction, open", UI: &prediction{Step: "s1", Prediction: guess, Answer: -1}},
		{Name: "prediction, not quite", UI: &prediction{Step: "s2", Prediction: guess, Answer: 0}},
		{Name: "prediction, right", UI: &prediction{Step: "s3", Prediction: guess, Answer: 1}},
	}
}
