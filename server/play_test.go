package main

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/attack"
	"oauthlab/server/authserver/keytest"
	"oauthlab/server/config"
	"oauthlab/server/lab"
	"oauthlab/server/prove"
	"oauthlab/server/robot"
)

// Our own chapters hold to what is asked of a teacher's.
func TestOurChaptersHaveNothingToMend(t *testing.T) {
	taught, err := prove.Read(config.Lessons{})
	if err != nil {
		t.Fatal(err)
	}
	findings, err := taught.Lint(false)
	if err != nil {
		t.Fatal(err)
	}
	more, err := taught.LintRequirements()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(findings, more...) {
		t.Error(f)
	}
}

// The robot plays each chapter from run to mended, as its steps say. A step ticks when
// what it asks for has happened, and not before: a chapter that cannot be finished, or
// that finishes by itself, fails.
func TestEachChapterCanBePlayed(t *testing.T) {
	h := openHouse(t)
	for _, c := range h.taught.Chapters {
		t.Run(c.ID, func(t *testing.T) {
			findings, err := h.prover().VerifyPlayable(t.Context(), h.taught, c)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range findings {
				t.Error(f)
			}
		})
	}
}

// A page that is closed during an attack leaves no half of it behind.
func TestAnAttackIsPlayedToItsEnd(t *testing.T) {
	h := openHouse(t)
	l, key, err := h.labs.Create(t.Context(), "v03")
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	h.attacks.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		leave()
		return http.DefaultTransport.RoundTrip(r)
	})
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.labs.Origins[event.Lab]+"/api/labs/"+l.ID.String()+"/attacks/thief-first", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	if answer, err := http.DefaultClient.Do(r); err == nil {
		answer.Body.Close()
		t.Fatal("the page was still there at the end")
	}
	release, err := h.labs.Store.Hold(t.Context(), l.ID) // which the attack has until it is over
	if err != nil {
		t.Fatal(err)
	}
	release()
	log := h.logOf(t, l.ID)
	if last := log[len(log)-1]; last.Note == nil || last.Note.Name != event.NoteAttackEnds {
		t.Errorf("the log ends with %+v", last)
	}
}

// Who opens an old callback has it out of the browser's history: no proxy is in that story.
func TestAnOldCallbackComesOutOfTheBrowser(t *testing.T) {
	h := openHouse(t)
	l := h.newLab(t)
	if r := h.ask(t, http.MethodPost, h.config.Origins[event.Lab]+"/api/labs/"+l.ID+"/attacks/callback-replay", "", "Authorization", "Bearer "+l.Key); r.status != http.StatusOK {
		t.Fatalf("the attack answered %d %s", r.status, r.body)
	}
	var leaks []event.Party
	for _, e := range h.logOf(t, uuid.MustParse(l.ID)) {
		if e.Note != nil && e.Note.Name == event.NoteLeak {
			leaks = append(leaks, e.From)
		}
	}
	if !slices.Equal(leaks, []event.Party{event.Browser}) {
		t.Errorf("it leaks at %v", leaks)
	}
}

// Who plays Alice is judged as the robot is: what each attack with a mail declares holds
// for a browser that opens its link. It is told once, and not before it is decided.
func TestAMailIsJudgedByWhatAliceDid(t *testing.T) {
	h := openHouse(t)
	for _, a := range attack.Catalogue() {
		if a.Bait == nil {
			continue
		}
		play := func(t *testing.T, values map[guard.ID]string) (ends []string) {
			t.Helper()
			l, link := h.labWithMail(t, a, values)
			if link != "" {
				h.wantOutcome(t, l, a, api.Undecided)
				h.openMail(t, l, a, link)
				if r, err := h.attacks.MailOutcome(t.Context(), l, a); err != nil || r.Outcome == api.Undecided {
					t.Errorf("when she has opened it, it is %+v (%v)", r, err)
				}
			}
			h.wantOutcome(t, l, a, api.Undecided) // no more to tell
			for _, e := range h.logOf(t, l.ID) {
				if e.Note != nil && e.Note.Name == event.NoteAttackEnds {
					ends = append(ends, e.Note.Get("attack")+" "+e.Note.Get("outcome")+": "+e.Note.Get("by")+e.Note.Get("harm"))
				}
			}
			return ends
		}
		wants := func(t *testing.T, values map[guard.ID]string, want string) {
			t.Helper()
			if ends := play(t, values); !slices.Equal(ends, []string{a.ID + " " + want}) {
				t.Errorf("the log tells %q, want %q", ends, want)
			}
		}
		t.Run(a.ID+" without what stops it", func(t *testing.T) {
			wants(t, prove.Without(a, ""), "succeeded: "+a.Loss)
		})
		for _, alone := range a.StoppedBy {
			if !(guard.Rules{Chapter: a.Chapter}).Has(alone) {
				continue
			}
			t.Run(a.ID+" with "+string(alone), func(t *testing.T) {
				wants(t, prove.Without(a, alone), "stopped: "+string(alone))
			})
		}
	}
}

// What is not of the mail, or not over yet, decides nothing.
func TestAMailIsNotJudgedByWhatIsNotItsOwn(t *testing.T) {
	h := openHouse(t)
	redirector, planted, bait := "error-redirector", "login-csrf", "code-to-mallory"
	opens := func(t *testing.T, l *lab.Lab, a attack.Attack, link string) { h.openMail(t, l, a, link) }
	tests := map[string]struct {
		attack string
		do     func(t *testing.T, l *lab.Lab, a attack.Attack, link string)
	}{
		"the server refused, and sends her on with its error": {redirector, func(t *testing.T, _ *lab.Lab, _ attack.Attack, link string) {
			if r := h.ask(t, http.MethodGet, link, ""); r.status != http.StatusSeeOther {
				t.Fatalf("it answered %d %s", r.status, r.body)
			}
		}},
		"Bob signs in in her place": {bait, func(t *testing.T, l *lab.Lab, _ attack.Attack, link string) {
			bob := robot.New(h.labs, l, h.attacks.InternalSenders, event.Browser, "bob")
			if err := bob.Visit(t.Context(), link); err != nil {
				t.Fatal(err)
			}
			if _, err := bob.SignInHere(t.Context()); err != nil {
				t.Fatal(err)
			}
		}},
		"she signs in as Mallory herself": {planted, func(t *testing.T, l *lab.Lab, _ attack.Attack, _ string) {
			h.signsInAndFinishes(t, l, "mallory")
		}},
		"the lab begins anew": {bait, func(t *testing.T, l *lab.Lab, a attack.Attack, link string) {
			if _, err := h.labs.Reset(t.Context(), l); err != nil {
				t.Fatal(err)
			}
			opens(t, l, a, link)
		}},
		"another attack runs meanwhile": {bait, func(t *testing.T, l *lab.Lab, a attack.Attack, link string) {
			if _, err := h.attacks.Run(t.Context(), l, a); err != nil {
				t.Fatal(err)
			}
			opens(t, l, a, link)
		}},
		"a mail of another attack came since": {bait, func(t *testing.T, l *lab.Lab, a attack.Attack, link string) {
			other, err := attack.Find(redirector)
			if err == nil {
				_, err = h.attacks.Mail(t.Context(), l, other)
			}
			if err != nil {
				t.Fatal(err)
			}
			opens(t, l, a, link)
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a, err := attack.Find(tt.attack)
			if err != nil {
				t.Fatal(err)
			}
			values := prove.Without(a, "")
			if tt.attack == redirector {
				values = map[guard.ID]string{guard.IDErrorShown: "false"}
			}
			l, link := h.labWithMail(t, a, values)
			tt.do(t, l, a, link)
			h.wantOutcome(t, l, a, api.Undecided)
		})
	}
}

// logOf returns what the log of the lab tells.
func (h *house) logOf(t *testing.T, id uuid.UUID) (all []event.Event) {
	t.Helper()
	if err := h.labs.Store.Events(t.Context(), id, 0, func(e event.Event) error {
		all = append(all, e)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// wantTokenRequestOf checks that the log names a learner's client as the one that asked for a token.
func (h *house) wantTokenRequestOf(t *testing.T, l api.Lab, client event.Party) {
	t.Helper()
	if !slices.ContainsFunc(h.logOf(t, uuid.MustParse(l.ID)), func(e event.Event) bool {
		return e.Request != nil && e.From == client && strings.HasSuffix(e.Request.URL, "/token")
	}) {
		t.Errorf("no request in the log is of %s", client)
	}
}

// labWithMail makes a lab with the given parts switched, to which Mallory has sent the
// mail of the attack, and returns its link.
func (h *house) labWithMail(t *testing.T, a attack.Attack, values map[guard.ID]string) (l *lab.Lab, link string) {
	t.Helper()
	l, err := h.prover().LabWith(t.Context(), a.Chapter, values)
	if err != nil {
		t.Fatal(err)
	}
	mail, err := h.attacks.Mail(t.Context(), l, a)
	if err != nil {
		t.Fatal(err)
	}
	return l, mail.Link
}

func (h *house) wantOutcome(t *testing.T, l *lab.Lab, a attack.Attack, want string) {
	t.Helper()
	if r, err := h.attacks.MailOutcome(t.Context(), l, a); err != nil || r.Outcome != want {
		t.Errorf("what came of it is %+v (%v), want %s", r, err, want)
	}
}

// openMail has a browser of the learner's own open the link of Mallory's mail.
func (h *house) openMail(t *testing.T, l *lab.Lab, a attack.Attack, link string) {
	t.Helper()
	learner := robot.New(h.labs, l, h.attacks.InternalSenders, event.Browser, "alice")
	if a.Mail == api.MailDuringLogin {
		if _, err := learner.Begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := learner.Finish(t.Context(), link); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := learner.Visit(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	var stuck *robot.StuckError
	if _, err := learner.SignInHere(t.Context()); err != nil && !errors.As(err, &stuck) {
		t.Fatal(err)
	}
}

// signsInAndFinishes has a user run the first script in the lab.
func (h *house) signsInAndFinishes(t *testing.T, l *lab.Lab, user string) {
	t.Helper()
	s, found := robot.FindScript("sign-in")
	if !found {
		t.Fatal("there is no script sign-in")
	}
	if err := robot.New(h.labs, l, h.attacks.InternalSenders, event.Browser, user).Play(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// openHouse serves a whole lab on free ports for the time of the test.
func openHouse(t *testing.T) *house { t.Helper(); return openHouseWith(t, func(*setup) {}) }

// openHouseWith does so with the settings changed.
func openHouseWith(t *testing.T, change func(*setup)) *house {
	t.Helper()
	c := setup{Config: config.Default(lab.AllParties())}
	c.Data, c.Log, c.Origins = t.TempDir(), "json", freeOrigins(c.Parties)
	c.newKey = keytest.New
	change(&c)
	h, err := open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- h.serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	return h
}
