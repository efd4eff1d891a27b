package attack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/google/uuid"

	"oauthlab/app/client"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/robot"
)

// Attack is one attack, as it is declared.
type Attack struct {
	ID        string
	Title     string
	Story     string              // who does what, in two sentences
	Chapter   string              // where it is taught
	Given     map[guard.ID]string // what must be off or changed for it to arise at all
	StoppedBy []guard.ID          // each of which alone stops it
	Loss      string              // what is lost where it succeeds
	Sections  []string

	// Run sends the attack's messages. A refusal on the way is no error.
	Run func(ctx context.Context, s *Scene) error
	// Harm looks for the loss in what the attack left behind.
	Harm func(e Evidence) bool
}

// Evidence is what an attack left behind.
type Evidence struct {
	Events []event.Event // of the attack, in the order of the log
	Auth   authserver.State
}

// Catalogue returns every attack, in the order in which they are taught.
func Catalogue() []Attack {
	return []Attack{interceptedCode()}
}

// ErrUnknown is returned for an attack that is not in the catalogue.
var ErrUnknown = errors.New("there is no such attack")

// Find returns the attack id of the catalogue.
func Find(id string) (Attack, error) {
	for _, a := range Catalogue() {
		if a.ID == id {
			return a, nil
		}
	}
	return Attack{}, ErrUnknown
}

// Describe puts the declaration into the shape of the lab's API.
func (a Attack) Describe() api.Attack {
	given := map[string]string{}
	for id, value := range a.Given {
		given[string(id)] = value
	}
	stoppedBy := make([]string, len(a.StoppedBy))
	for i, id := range a.StoppedBy {
		stoppedBy[i] = string(id)
	}
	return api.Attack{
		ID: a.ID, Title: a.Title, Story: a.Story, Chapter: a.Chapter,
		Given: given, StoppedBy: stoppedBy, Harm: a.Loss, Sections: a.Sections,
	}
}

// Runner runs attacks in labs. It is safe for concurrent use, and attacks in one
// lab follow each other.
type Runner struct {
	Labs   *lab.Labs
	Badges feed.Badges

	turns [64]sync.Mutex // by lab: what happens in one run must not mix with another
}

// Scene is where one run of an attack plays.
type Scene struct {
	Lab   *lab.Lab
	Alice *robot.Robot

	labs    *lab.Labs
	badges  feed.Badges
	browser *http.Client // Mallory's own
}

// Run runs the attack in the lab as it stands and tells what came of it.
func (rn *Runner) Run(ctx context.Context, l *lab.Lab, a Attack) (api.AttackResult, error) {
	turn := &rn.turns[l.ID[0]%byte(len(rn.turns))]
	turn.Lock()
	defer turn.Unlock()
	before, err := rn.Labs.Store.Last(ctx, l.ID)
	if err != nil {
		return api.AttackResult{}, err
	}
	scene := &Scene{
		Lab: l, Alice: robot.New(rn.Labs, l, rn.Badges),
		labs: rn.Labs, badges: rn.Badges, browser: &http.Client{},
	}
	attack := event.Field{Name: "attack", Value: a.ID}
	if err := scene.note(ctx, event.Lab, "", event.NoteAttackBegins, a.Title, attack,
		event.Field{Name: "title", Value: a.Title}); err != nil {
		return api.AttackResult{}, err
	}
	// A victim who is stuck at a refusal is an attack that was stopped.
	var stuck *robot.StuckError
	if err := a.Run(ctx, scene); err != nil && !errors.As(err, &stuck) {
		return api.AttackResult{}, fmt.Errorf("run %s: %w", a.ID, err)
	}
	evidence, err := rn.collect(ctx, l, before)
	if err != nil {
		return api.AttackResult{}, err
	}
	result := judge(a, evidence)
	if err := scene.note(ctx, event.Lab, "", event.NoteAttackEnds, ending(a, result), attack,
		event.Field{Name: "outcome", Value: result.Outcome},
		event.Field{Name: "by", Value: result.By},
		event.Field{Name: "harm", Value: result.Harm}); err != nil {
		return api.AttackResult{}, err
	}
	last, err := rn.Labs.Store.Last(ctx, l.ID)
	result.Events = [2]uint64{evidence.Events[0].Seq, last}
	return result, err
}

// collect gathers what happened in the lab since the position before.
func (rn *Runner) collect(ctx context.Context, l *lab.Lab, before uint64) (Evidence, error) {
	var e Evidence
	err := rn.Labs.Store.Events(ctx, l.ID, before, func(one event.Event) error {
		e.Events = append(e.Events, one)
		return nil
	})
	if err != nil {
		return Evidence{}, err
	}
	e.Auth, err = authserver.Document{Store: rn.Labs.Store}.State(ctx, l.ID)
	return e, err
}

// judge tells whether there was harm and, if not, which guard refused.
func judge(a Attack, e Evidence) api.AttackResult {
	if a.Harm(e) {
		return api.AttackResult{Outcome: api.Succeeded, Harm: a.Loss}
	}
	result := api.AttackResult{Outcome: api.Stopped}
	for _, one := range e.Events {
		if one.Verdict != nil && one.Verdict.Outcome == event.Refused {
			result.By = one.Verdict.Guard
		}
	}
	return result
}

func ending(a Attack, r api.AttackResult) string {
	if r.Outcome == api.Succeeded {
		return a.Title + ": succeeded. " + r.Harm
	}
	if r.By == "" {
		return a.Title + ": came to nothing"
	}
	return a.Title + ": stopped by " + r.By
}

// note tells something that no server of the lab saw.
func (s *Scene) note(ctx context.Context, from, to event.Party, name, text string, fields ...event.Field) error {
	return s.labs.Record(ctx, s.Lab.ID, event.Event{
		V: event.Version, ID: uuid.NewString(), Time: s.Lab.Now(), From: from, To: to, Kind: event.KindNote,
		Note: &event.Note{Name: name, Text: text, Fields: fields},
	})
}

// post sends a form as Mallory.
func (s *Scene) post(ctx context.Context, target string, form url.Values) (client.Response, error) {
	return robot.Send(ctx, s.browser, s.badges, s.Lab, event.Mallory, client.Request{
		Method: http.MethodPost, URL: target, Body: form.Encode(),
		Header: []event.Field{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}},
	})
}
