package agent

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// Kind names the agent's document in the store.
const Kind = store.Agent

// maxDone bounds how many tasks are remembered. The oldest are forgotten first.
const maxDone = 16

// State is all that the agent knows about one lab.
type State struct {
	Done []Done `json:"done"`
}

// Done is a task that the agent did, as it told whoever asked.
type Done struct {
	Time     time.Time `json:"time"`
	Task     string    `json:"task"`
	Way      string    `json:"way"`                // by which it came by a token, as guard.IDAgentWay has it
	Owner    string    `json:"owner,omitempty"`    // whose bills or calendar an API said that it is
	Billing  int       `json:"billing,omitempty"`  // status of the answer; 0 where it was not asked
	Calendar int       `json:"calendar,omitempty"` // likewise
	Said     string    `json:"said"`               // in a sentence
}

// Document is the agent's record of labs, as the lab's API uses it.
type Document struct{ Store *store.Store }

var _ lab.Document = Document{}

func (d Document) docs() store.Documents[State] {
	return store.For[State](d.Store, Kind).Or(func() State { return State{} })
}

// Party implements lab.Document.
func (d Document) Party() event.Party { return event.Agent }

// Feature implements lab.Document.
func (d Document) Feature() guard.Feature { return guard.Agents }

// Create implements lab.Document: the document is there as soon as something changes it.
func (d Document) Create(context.Context, *lab.Lab) error { return nil }

// Reset implements lab.Document: nothing was done yet.
func (d Document) Reset(ctx context.Context, l *lab.Lab) error {
	return d.docs().Update(ctx, l.ID, func(s *State, _ *store.Outbox) error {
		*s = State{}
		return nil
	})
}

// State returns the document as it stands.
func (d Document) State(ctx context.Context, l *lab.Lab) (State, error) {
	return d.docs().Get(ctx, l.ID)
}

// Read implements lab.Document.
func (d Document) Read(ctx context.Context, l *lab.Lab) (json.RawMessage, error) {
	s, err := d.State(ctx, l)
	if err != nil {
		return nil, err
	}
	if s.Done == nil {
		s.Done = []Done{}
	}
	return json.Marshal(s)
}

// Sheet implements lab.Document.
func (d Document) Sheet(ctx context.Context, l *lab.Lab) (lab.Sheet, error) {
	s, err := d.State(ctx, l)
	if err != nil {
		return lab.Sheet{}, err
	}
	return lab.Sheet{
		Tables: []lab.Table{lab.TableOf("", "tasks", s.Done, func(one Done) string { return one.Time.String() }, []lab.Column[Done]{
			{Name: "at", Of: func(one Done) lab.Cell { return lab.At(&one.Time) }},
			{Name: "task", Of: func(one Done) lab.Cell { return lab.Quotes(one.Task) }},
			{Name: "way", Of: func(one Done) lab.Cell { return lab.Quotes(one.Way) }},
			{Name: "whose", Of: func(one Done) lab.Cell { return lab.Says(one.Owner) }},
			{Name: "billing", Of: func(one Done) lab.Cell { return lab.Says(status(one.Billing)) }},
			{Name: "calendar", Of: func(one Done) lab.Cell { return lab.Says(status(one.Calendar)) }},
		})},
		Blind: "the user's password, her session, and whether who handed it her token is her client. It forgets each token with the task.",
	}, nil
}

// status is that of an answer, in a cell; "" for none.
func status(code int) string {
	if code == 0 {
		return ""
	}
	return strconv.Itoa(code)
}
