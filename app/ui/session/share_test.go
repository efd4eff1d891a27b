package session

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"oauthlab/app/browser"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// labOf is a lab of a version with switches, as the lab's API has it.
func labOf(version string, switches guard.Switches) api.Lab {
	rules := guard.Rules{Chapter: version, Switches: switches}
	l := api.Lab{ID: "lab", Chapter: version, Version: version, Protections: map[string]api.Protection{}, Settings: map[string]string{}}
	for _, p := range guard.Catalogue() {
		parts := map[string]any{}
		for _, part := range p.Parts {
			switch {
			case !rules.Has(part.ID):
			case part.Kind == guard.Setting:
				l.Settings[string(part.ID)] = rules.Value(part.ID)
			default:
				parts[string(part.ID)] = rules.Setting(part)
			}
		}
		if len(parts) > 0 {
			l.Protections[p.ID] = api.Protection{On: switches.ProtectionOn(p), Parts: parts}
		}
	}
	return l
}

// applied is what a lab with nothing changed makes of a link's patch, in the order of the API.
func applied(t *testing.T, p api.Patch) guard.Switches {
	t.Helper()
	s := guard.Switches{}
	var err error
	for id, on := range p.Protections {
		if s, err = s.WithProtection(id, on); err != nil {
			t.Fatal(err)
		}
	}
	for id, value := range p.Guards {
		if s, err = s.With(guard.ID(id), value); err != nil {
			t.Fatal(err)
		}
	}
	for id, value := range p.Settings {
		if s, err = s.With(guard.ID(id), fmt.Appendf(nil, "%q", value)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// However a protection stands, alone in each of its values or off with each of its habits,
// in each version: the link brings a fresh lab to the same, and each line of it is in words.
func TestALinkBringsALabToTheSameState(t *testing.T) {
	compared := 0
	for _, version := range guard.Versions() {
		c := uitest.Content.Chapter
		c.ID, c.Version = version, version
		for _, p := range guard.Catalogue() {
			if !p.TaughtIn(version) {
				continue
			}
			whole, err := (guard.Switches{}).WithProtection(p.ID, false)
			if err != nil {
				t.Fatal(err)
			}
			states := []guard.Switches{whole}
			for _, part := range p.Parts {
				if !(guard.Rules{Chapter: version}).Has(part.ID) {
					continue
				}
				values := []string{"true", "false"}
				for _, v := range part.Values {
					values = append(values, fmt.Sprintf("%q", v))
				}
				for _, v := range values {
					for _, before := range []guard.Switches{{}, whole} {
						if s, err := before.With(part.ID, []byte(v)); err == nil {
							states = append(states, s)
						}
					}
				}
			}
			for _, s := range states {
				if shown := slices.ContainsFunc(slices.Collect(maps.Keys(s)), func(id guard.ID) bool { return (guard.Rules{Chapter: version}).Has(id) }); len(s) > 0 && !shown {
					continue // what is off comes with a later version, and no page shows it
				}
				want := labOf(version, s)
				query := shareLink(Statuses(want, version))
				l := readLink(query, c)
				got := labOf(version, applied(t, l.Patch))
				if l.Problem != "" || fmt.Sprint(got.Protections, got.Settings) != fmt.Sprint(want.Protections, want.Settings) {
					t.Errorf("%s %s: %v comes back by %q as %+v %s", version, p.ID, s, query, l.Patch, l.Problem)
				}
				compared++
			}
		}
	}
	if compared < 500 {
		t.Errorf("only %d were compared", compared)
	}
}

func TestWhatALinkSaysThatItCarries(t *testing.T) {
	l := uitest.LabWith(guard.IDPKCEMethod, guard.IDState)
	l.ClockOffsetSeconds = -90
	c := opened(l)
	if got, want := c.Carries(ShareView), []string{"Chapter v03: PKCE and the token endpoint", "State match is off", "PKCE: client sends nothing", "Open step: Run it"}; !slices.Equal(got, want) {
		t.Errorf("the view: %q, want %q", got, want)
	}
	if got, want := c.LinkTo(ShareView), "/v03-pkce?off=state.compare&set=pkce.method:nothing&step=run"; got != want {
		t.Errorf("the view is %s, want %s", got, want)
	}
	if got, want := c.Carries(ShareState), []string{"Chapter v03: PKCE and the token endpoint", "State match is off", "PKCE: client sends nothing", "The lab's clock: −0:01 h"}; !slices.Equal(got, want) {
		t.Errorf("the state: %q, want %q", got, want)
	}
	if got, want := c.LinkTo(ShareState), "/v03-pkce?clock=-90&off=state.compare&set=pkce.method:nothing"; got != want {
		t.Errorf("the state is %s, want %s", got, want)
	}
}

func TestAnAssignmentIsMade(t *testing.T) {
	c := opened(uitest.LabWith())
	c.OpenAssign(MoreID)
	if got, want := c.LinkTo(ShareAssign), "/v03-pkce?must=run,break"; got != want {
		t.Errorf("at first it is %s, want %s", got, want)
	}
	c.Ask("intercepted-code:stopped", true)
	c.Ask("run", false)
	if got, want := c.LinkTo(ShareAssign), "/v03-pkce?must=break,intercepted-code:stopped"; got != want {
		t.Errorf("it is %s, want %s", got, want)
	}
	if got, want := c.LinkTo(c.screen.Share), "/v03-pkce?step=run"; got != want {
		t.Errorf("the link to the view is %s then, want %s", got, want)
	}
	c.Ask("break", false)
	c.Ask("intercepted-code:stopped", false)
	c.OpenAssign(MoreID) // again: nothing is asked for, and that was chosen
	if got, want := c.LinkTo(ShareAssign), "/v03-pkce"; got != want {
		t.Errorf("it is %s, want %s", got, want)
	}
}

// An assignment ticks itself, stays over a reload and a reset, and goes when it is put away.
func TestAnAssignmentTicksItself(t *testing.T) {
	browser.Keep().Delete(progressKey)
	t.Cleanup(func() { browser.Keep().Delete(progressKey) })
	open := func(query string) *Controller {
		values, _ := url.ParseQuery(query)
		c := opened(uitest.LabWith())
		c.screen.Must = readLink(values, c.content.Chapter).Must
		c.recall()
		return c
	}
	met := func(c *Controller) (out []bool) {
		for _, task := range c.Assignment() {
			out = append(out, task.Met)
		}
		return out
	}
	c := open("must=run,intercepted-code:succeeded,intercepted-code:stopped")
	c.log.Add(uitest.Logged(uitest.Tokens(), event.Event{Kind: event.KindNote, Note: &event.Note{Name: event.NoteAttackEnds, Fields: []event.Field{
		{Name: "attack", Value: "intercepted-code"}, {Name: "outcome", Value: "succeeded"},
	}}}))
	c.reduce()
	if got := met(c); !slices.Equal(got, []bool{true, true, false}) {
		t.Errorf("%v are done", got)
	}
	if text := c.Assignment()[1].Text; text != "See it succeed: Intercepted code redeemed" {
		t.Errorf("it says %q", text)
	}
	c.forget()
	c = open("")
	if got := met(c); !slices.Equal(got, []bool{true, true, false}) {
		t.Errorf("after a reset and a reload %v are done", got)
	}
	if again := open("must=break"); len(again.Assignment()) != 1 {
		t.Errorf("another assignment is %+v", again.Assignment())
	}
	c = open("")
	c.PutAway()
	if c = open(""); len(c.Assignment()) != 0 {
		t.Errorf("what was put away is there again: %+v", c.Assignment())
	}
	_ = browser.Keep().Set(progressKey, `{"version":1,"chapters":{"v03":{"must":["run","<b>","no-token:stopped"]}}}`)
	if c = open(""); len(c.Assignment()) != 1 {
		t.Errorf("what the chapter does not have is asked for: %+v", c.Assignment())
	}
}

func TestTheNameOfAFile(t *testing.T) {
	for learner, want := range map[string]string{
		"": "oauthlab-progress.json", "Alice Bob": "oauthlab-progress-alice-bob.json", "../../etc/passwd": "oauthlab-progress-etc-passwd.json",
		"Cärol 文": "oauthlab-progress-cärol-文.json", "a\u202efdp.exe": "oauthlab-progress-a-fdp-exe.json", "CON": "oauthlab-progress-con.json",
	} {
		if got := fileName(learner); got != want {
			t.Errorf("of %q it is %s, want %s", learner, got, want)
		}
	}
}

// What is told to who is asked for help ends with the link to the state.
func TestWhatChangedInALab(t *testing.T) {
	l := uitest.LabWith(guard.IDState)
	l.ClockOffsetSeconds = 3600
	c := opened(l, event.Event{From: event.Lab, Kind: event.KindChange, Change: &event.Change{What: "clock", Fields: []event.ChangeField{{Name: "offset", To: "1h0m0s"}}}})
	c.screen.OwnClients = 2
	want := `OAuth Lab, Chapter v03: PKCE and the token endpoint

How my lab differs from how the chapter opens:
- State match is off
- The lab's clock: +1:00 h
- 2 clients of my own registered

What happened since the chapter was opened (UTC, by the lab's clock):
- 00:00:00  The lab's clock is set to 1h0m0s

A link to this state: /v03-pkce?clock=3600&off=state.compare
`
	if got := c.ChangedText(); got != want {
		t.Errorf("it says\n%swant\n%s", got, want)
	}
	c = opened(uitest.LabWith())
	c.TellSince(timeline.SinceRun)
	if got := c.ChangedText(); strings.Count(got, "\n- nothing\n") != 2 || !strings.Contains(got, "since the last run") {
		t.Errorf("of a lab in which nothing happened it says\n%s", got)
	}
	names := map[string]bool{}
	for _, s := range Sinces() {
		names[s.Name] = true
	}
	if len(slices.Collect(maps.Keys(names))) != 3 {
		t.Errorf("the moments are %v", names)
	}
}
