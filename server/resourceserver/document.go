package resourceserver

import (
	"context"
	"encoding/json"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// Document is the resource server's record of labs, as the lab's desk uses it.
type Document struct{ Store *store.Store }

var _ lab.Document = Document{}

func (d Document) docs() store.Documents[State] {
	return store.For[State](d.Store, Kind).Or(newState)
}

// Party implements lab.Document.
func (d Document) Party() event.Party { return event.API }

// Feature implements lab.Document.
func (d Document) Feature() guard.Feature { return guard.ProtectedAPI }

// Create implements lab.Document: the document is there as soon as something changes it.
func (d Document) Create(context.Context, *lab.Lab) error { return nil }

// Reset implements lab.Document: notes and log are those of the first day.
func (d Document) Reset(ctx context.Context, l *lab.Lab) error {
	return d.docs().Update(ctx, l.ID, func(s *State, _ *store.Outbox) error {
		*s = newState()
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
	return json.Marshal(s)
}
