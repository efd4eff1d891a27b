package session

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"oauthlab/app/lab"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// ofWebApp is the controller of an open lab in a chapter whose flow is the web app's.
func ofWebApp(change func(*Screen), events ...event.Event) *Controller {
	content := uitest.Content
	content.Chapter.Client = event.Webapp
	return Resume(content, func(s *Screen) {
		s.Lab, s.Open, s.Status = uitest.LabWith(), true, lab.Live
		if change != nil {
			change(s)
		}
	}, uitest.Logged(events...)...)
}

func TestTheFlowOfTheWebAppIsItsOwn(t *testing.T) {
	c := ofWebApp(nil)
	if c.press("r"); c.screen.Frame != FrameApp || c.screen.Pane != PaneBrowser {
		t.Errorf("it is run in %q, and shown in %q", c.screen.Frame, c.screen.Pane)
	}
	if c.RunInTab(); c.screen.Frame != FrameInTab {
		t.Errorf("in a tab it is run in %q", c.screen.Frame)
	}
}

// A client on a server cannot be held: no key does it, and the list of keys says why.
func TestTheWebAppIsNotHeld(t *testing.T) {
	c := ofWebApp(nil)
	c.press(stepKey)
	if c.stepping || c.screen.Frame != FrameEmpty || c.screen.Notice.Text != NoSteps {
		t.Errorf("it is held: %v, in %q, and says %q", c.stepping, c.screen.Frame, c.screen.Notice.Text)
	}
	row, _, _ := findKey(stepKey)
	if does := c.DoesHere(row); !strings.Contains(does, NoSteps) {
		t.Errorf("the key does %q", does)
	}
	if does := opened(uitest.LabWith()).DoesHere(row); does != row.Does {
		t.Errorf("elsewhere the key does %q", does)
	}
}

// signIn is what Alice's browser does up to the sign-in page of a login at the web app.
func signIn() []event.Event {
	redirect := func(to string) *event.Response {
		return &event.Response{Status: 303, Header: []event.Field{{Name: "Location", Value: to}}}
	}
	const login = "http://auth/login?request=q"
	return []event.Event{
		{ID: "a", From: event.Browser, To: event.Webapp, Kind: event.KindRequest, Request: &event.Request{Method: "GET", URL: "http://web/start"}},
		{Re: "a", From: event.Webapp, To: event.Browser, Kind: event.KindResponse, Response: redirect(login)},
		{ID: "b", From: event.Browser, To: event.Auth, Kind: event.KindRequest, Request: &event.Request{Method: "GET", URL: login}},
		{Re: "b", From: event.Auth, To: event.Browser, Kind: event.KindResponse, Response: &event.Response{Status: 200, Header: []event.Field{{Name: "Content-Type", Value: "text/html"}}, Body: "<!doctype html>"}},
	}
}

// While the sign-in page waits nobody but the learner can act; once the answer is back at the
// web app the diagram is shown.
func TestASignInAtTheWebAppWaitsForTheLearner(t *testing.T) {
	c := ofWebApp(func(s *Screen) { s.Frame, s.Pane = FrameApp, PaneBrowser }, signIn()...)
	c.ShowMe("run")
	if c.screen.Notice.Text != onlyYou {
		t.Errorf("it says %q", c.screen.Notice.Text)
	}
	c.leaveSignIn([]event.Event{{From: event.Webapp, To: event.Webapp, Note: &event.Note{Name: event.NoteCallback}}})
	if c.screen.Pane != PaneStage || c.screen.Notice.Text != "" {
		t.Errorf("it shows %q, and says %q", c.screen.Pane, c.screen.Notice.Text)
	}
}

// What is to come is told as long as the chapter's own client is at work.
func TestWhatIsToComeIsOfTheChaptersClient(t *testing.T) {
	band := func(from, to event.Party) timeline.Band {
		return timeline.Band{Rows: []timeline.Row{{Kind: timeline.RowMessage, From: from, To: to}}}
	}
	web, own := ofWebApp(nil), opened(uitest.LabWith())
	if !web.begins(band(event.Browser, event.Webapp)) || web.begins(band(event.Client, "")) || web.begins(timeline.Band{}) {
		t.Error("not of the web app where it is at work")
	}
	if own.begins(band(event.Browser, event.Webapp)) || !own.begins(band(event.Client, "")) {
		t.Error("not of the client in the page elsewhere")
	}
}

// What an attack needs is set by one call, and by nothing else than that.
func TestWhatAnAttackNeedsIsSet(t *testing.T) {
	given := map[string]string{string(guard.IDState): "false", string(guard.IDPKCEMethod): guard.Plain, string(guard.IDTokenFormat): "jwt"}
	p := patchOf(given)
	got := map[string]string{}
	for id, text := range p.Guards {
		got[id] = string(text)
	}
	if diff := cmp.Diff(map[string]string{string(guard.IDState): "false", string(guard.IDPKCEMethod): `"plain"`}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{string(guard.IDTokenFormat): "jwt"}, p.Settings); diff != "" {
		t.Error(diff)
	}

	l := api.Lab{Version: "v06", Settings: map[string]string{string(guard.IDTokenFormat): "jwt"}, Protections: map[string]api.Protection{
		"state":         {Parts: map[string]any{string(guard.IDState): false}},
		"pkce":          {On: true, Parts: map[string]any{string(guard.IDPKCEMethod): guard.Plain}},
		"jwt-signature": {On: true},
	}}
	if all := Statuses(l, "v06"); !Has(given, all) || !Has(nil, all) {
		t.Error("it is set, and not said to be")
	}
	for id, otherwise := range map[string]string{string(guard.IDState): "true", string(guard.IDPKCEMethod): "S256", string(guard.IDTokenFormat): "opaque", "nonsense": "1"} {
		if Has(map[string]string{id: otherwise}, Statuses(l, "v06")) {
			t.Errorf("%s is said to be %s", id, otherwise)
		}
	}
}
