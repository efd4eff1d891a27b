package session

import (
	"slices"

	"oauthlab/app/timeline"
	"oauthlab/lessons"
)

// OpenSteps says which steps are unfolded: the present one is, and one that the
// learner has come to past a step left out. What got done stays open until the
// learner goes on, and so does the last step of a chapter that is done.
func (s Screen) OpenSteps() []bool {
	open := make([]bool, len(s.Steps))
	for i, p := range s.Steps {
		asked, told := s.Opened[p.ID]
		switch {
		case told:
			open[i] = asked
		case p.Current:
			open[i] = true
		case p.Done:
			open[i] = s.Lingers[p.ID] || i == len(s.Steps)-1 && AllDone(s.Steps)
		default:
			open[i] = i > 0 && s.Steps[i-1].Done
		}
	}
	return open
}

// LeadsOn says which steps got done under the learner's eyes, and have one after them to go
// on to.
func (s Screen) LeadsOn() []bool {
	on := make([]bool, len(s.Steps))
	for i, p := range s.Steps {
		on[i] = p.Done && s.Lingers[p.ID] && i+1 < len(s.Steps)
	}
	return on
}

// AllDone reports whether every step is done.
func AllDone(steps []timeline.StepProgress) bool {
	return !slices.ContainsFunc(steps, func(p timeline.StepProgress) bool { return !p.Done })
}

// StepTitleID is the id of a step's title, which folds it.
func StepTitleID(step string) string { return "lesson-" + step }

// DoneText says kindly what the learner has done.
func DoneText(k lessons.StepKind) string {
	switch k {
	case lessons.Run:
		return "✓ That was the whole flow."
	case lessons.Break:
		return "✓ You broke it."
	case lessons.Why:
		return "✓ You saw why."
	case lessons.Ask:
		return "✓ All answered."
	}
	return "✓ Done."
}
