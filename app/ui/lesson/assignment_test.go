package lesson

import (
	"strings"
	"testing"

	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/uitest"
)

func TestAnAssignmentCountsWhatIsDone(t *testing.T) {
	tests := map[string]struct {
		tasks []timeline.GoalProgress
		want  []string
	}{
		"none":  {nil, nil},
		"begun": {[]timeline.GoalProgress{{Text: "Run it", Met: true}, {Text: "Break it"}}, []string{"1 of 2 done", "(done)", "(open)"}},
		"done":  {[]timeline.GoalProgress{{Text: "Run it", Met: true}}, []string{"1 of 1 done", "(done)", "button-primary"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var shown string
			if ui := assignment(session.New(uitest.Content), tt.tasks); ui != nil {
				shown = uitest.HTML(ui)
			}
			for _, want := range tt.want {
				if !strings.Contains(shown, want) {
					t.Errorf("it lacks %q: %s", want, shown)
				}
			}
			if (tt.want == nil) != (shown == "") || name == "begun" && strings.Contains(shown, "button-primary") {
				t.Errorf("it is %s", shown)
			}
		})
	}
}
