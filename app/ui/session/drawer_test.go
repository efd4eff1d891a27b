package session

import (
	"testing"

	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/api"
)

func TestTheFirstSheetIsShownUntilAnotherIsChosen(t *testing.T) {
	sheets := []api.Sheet{{ID: "auth"}, {ID: "client"}}
	for name, tt := range map[string]struct {
		drawer Drawer
		want   string
	}{
		"nothing is read":       {Drawer{Of: "client"}, ""},
		"nobody is chosen":      {Drawer{Sheets: sheets}, "auth"},
		"one is":                {Drawer{Sheets: sheets, Of: "client"}, "client"},
		"one that is not there": {Drawer{Sheets: sheets, Of: "api"}, "auth"},
	} {
		if got := tt.drawer.Shown().ID; got != tt.want {
			t.Errorf("%s: %q is shown, want %q", name, got, tt.want)
		}
	}
}

// The drawer lies over Alice's browser and the inspector: what shows these takes it away,
// and what does not leaves it.
func TestTheDrawerGivesWayToWhatItCovers(t *testing.T) {
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
		"another party":                  {func(c *Controller) { c.ShowSheet("client") }, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := opened(uitest.LabWith(), uitest.Tokens(), uitest.Tokens())
			c.screen.Narrow = tt.narrow
			c.press("t")
			if c.screen.Drawer.Kind != DrawerState {
				t.Fatal("its key does not open it")
			}
			if tt.do(c); (c.screen.Drawer.Kind != DrawerNone) != tt.open {
				t.Errorf("open is %q", c.screen.Drawer.Kind)
			}
		})
	}
}

// A client's secret is told beside how the client is pointed at the lab, and to nobody else.
func TestASecretIsShownWithItsClient(t *testing.T) {
	for name, tt := range map[string]struct {
		do    func(c *Controller)
		shown bool
	}{
		"once it is made":       {func(*Controller) {}, true},
		"the same client":       {func(c *Controller) { c.ShowClient("own-1") }, true},
		"another client":        {func(c *Controller) { c.ShowClient("own-2") }, false},
		"another sheet":         {func(c *Controller) { c.ShowSheet("register") }, false},
		"there and back":        {func(c *Controller) { c.ShowSheet("register"); c.ShowSheet(sheetConnect) }, true},
		"the drawer anew":       {func(c *Controller) { c.CloseDrawer(); c.ToggleDrawer(DrawerClients); c.ShowSheet(sheetConnect) }, false},
		"a lab that is no more": {func(c *Controller) { c.forgetDrawer() }, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := opened(uitest.LabWith(), uitest.Tokens())
			c.ToggleDrawer(DrawerClients)
			c.ShowClient("own-1")
			c.screen.Drawer.Secret = "s3cret"
			tt.do(c)
			c.screen.Drawer.Sheets = []api.Sheet{{ID: "register"}, {ID: sheetConnect}}
			if got := c.screen.Drawer.ShownSecret() != ""; got != tt.shown {
				t.Errorf("it is shown: %v", got)
			}
		})
	}
}

func TestWhatALabHeldThatIsNoMoreIsForgotten(t *testing.T) {
	c := New(uitest.Content)
	c.screen.Drawer.Sheets = []api.Sheet{{ID: "auth"}}
	if c.clear(); c.screen.Drawer.Sheets != nil {
		t.Error("it is still shown")
	}
}
