package stage

import (
	"strings"
	"testing"

	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/event"
)

// The Why tab leads from a message to the code of each check that was made on it.
func TestWhyOffersTheChecksOfAMessage(t *testing.T) {
	pill := timeline.Pill{Seq: 7, Guard: "pkce.verify", Outcome: event.Refused, Text: "PKCE verifier refused"}
	for name, tt := range map[string]struct {
		view whyView
		want string
	}{
		"nothing is chosen":         {whyView{}, "Choose a check in the diagram"},
		"a message that was judged": {whyView{Message: timeline.Message{Seq: 3, Checks: []timeline.Pill{pill}}}, "Choose a check"},
		"and another one's guard":   {whyView{Guard: "state.compare", Message: timeline.Message{Seq: 3, Checks: []timeline.Pill{pill}}}, "PKCE verifier refused"},
		"a message that was not":    {whyView{Guard: "state.compare", Message: timeline.Message{Seq: 3}}, "Nothing was checked here"},
		"the verdict":               {whyView{Guard: "pkce.verify", Message: timeline.Message{Seq: 7, Verdict: pill}}, "Fetching the code"},
		"a guard without a verdict": {whyView{Guard: "pkce.verify"}, "Fetching the code"},
	} {
		tt.view.Controller = session.New(uitest.Content)
		if html := uitest.HTML(tt.view.Render()); !strings.Contains(html, tt.want) {
			t.Errorf("%s: %s", name, html)
		}
	}
}
