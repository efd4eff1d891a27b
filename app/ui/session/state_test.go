package session

import (
	"testing"

	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

func TestTheFirstSheetIsShownUntilAnotherIsChosen(t *testing.T) {
	sheets := []api.Sheet{{Party: event.Auth}, {Party: event.Client}}
	for name, tt := range map[string]struct {
		state State
		want  event.Party
	}{
		"nothing is read":       {State{Of: event.Client}, ""},
		"nobody is chosen":      {State{Sheets: sheets}, event.Auth},
		"one is":                {State{Sheets: sheets, Of: event.Client}, event.Client},
		"one that is not there": {State{Sheets: sheets, Of: event.API}, event.Auth},
	} {
		if got := tt.state.Shown().Party; got != tt.want {
			t.Errorf("%s: %q is shown, want %q", name, got, tt.want)
		}
	}
}

// The state lies over Alice's browser and the inspector: what shows these takes it away,
// and what does not leaves it.
func TestTheStateGivesWayToWhatItCovers(t *testing.T) {
	for name, tt := range map[string]struct {
		do     func(c *Controller)
		narrow bool
		open   bool
	}{
		"Alice's browser":                {func(c *Controller) { c.Show(PaneBrowser) }, false, false},
		"a message":                      {func(c *Controller) { c.Choose(2) }, false, false},
		"a check":                        {func(c *Controller) { c.ExplainVerdict(2, "pkce.verify") }, false, false},
		"another view of it":             {func(c *Controller) { c.press("1") }, false, false},
		"Escape":                         {func(c *Controller) { c.press("Escape") }, false, false},
		"its key":                        {func(c *Controller) { c.press("t") }, false, false},
		"the diagram, which is above it": {func(c *Controller) { c.Show(PaneStage) }, false, true},
		"the diagram, which it covers":   {func(c *Controller) { c.Show(PaneStage) }, true, false},
		"a replay":                       {func(c *Controller) { c.press("p"); c.press("j") }, false, true},
		"another party":                  {func(c *Controller) { c.ShowState(event.Client) }, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := opened(uitest.LabWith(), uitest.Tokens(), uitest.Tokens())
			c.screen.Narrow = tt.narrow
			c.press("t")
			if !c.screen.State.Open {
				t.Fatal("its key does not open it")
			}
			if tt.do(c); c.screen.State.Open != tt.open {
				t.Errorf("it is open: %v", c.screen.State.Open)
			}
		})
	}
}

func TestWhatALabHeldThatIsNoMoreIsForgotten(t *testing.T) {
	c := New(uitest.Content)
	c.screen.State.Sheets = []api.Sheet{{Party: event.Auth}}
	if c.clear(); c.screen.State.Sheets != nil {
		t.Error("it is still shown")
	}
}
