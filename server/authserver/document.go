package authserver

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// Document is an authorization server's record of labs, as the lab's desk uses
// it: to begin, reset and show a lab, and to sign everybody out.
type Document struct {
	Store *store.Store
	Owner event.Party // whose it is
	Kind  store.Kind

	ClientKey []byte     // see Server
	APIKey    lab.APIKey // see Server
	Keys      *Keys      // likewise; nil for who only reads the record
}

var _ lab.Document = Document{}

func (d Document) docs() store.Documents[State] { return store.For[State](d.Store, d.Kind) }

// Party implements lab.Document.
func (d Document) Party() event.Party { return d.Owner }

// Feature implements lab.Document.
func (d Document) Feature() guard.Feature { return "" }

// Create implements lab.Document.
func (d Document) Create(ctx context.Context, l *lab.Lab) error {
	return d.docs().Create(ctx, l.ID, State{})
}

// Reset implements lab.Document: codes, tokens, sessions and keys are gone, and what the
// client bench has.
func (d Document) Reset(ctx context.Context, l *lab.Lab) error {
	err := d.docs().Update(ctx, l.ID, func(s *State, _ *store.Outbox) error {
		*s = State{}
		return nil
	})
	if err == nil {
		err = d.clearBench(ctx, l.ID, func(BenchRun) bool { return true })
	}
	if err != nil || d.Keys == nil {
		return err
	}
	return d.Keys.Reset(ctx, l.ID)
}

// State returns the document as it stands.
func (d Document) State(ctx context.Context, id uuid.UUID) (State, error) {
	return d.docs().Get(ctx, id)
}

// record is all that the server knows of a lab.
type record struct {
	Clients []Client    `json:"clients"`
	Keys    []publicKey `json:"keys,omitempty"`
	State
}

// publicKey is a key without its private half.
type publicKey struct {
	Key
	Private *struct{} `json:"private,omitempty"` // nothing, in the place of the key's own
}

// keys are those with which the server signs, where there are any yet.
func (d Document) keys(ctx context.Context, l *lab.Lab) (Keyring, error) {
	if d.Keys == nil || !l.Settings.Rules().Offers(guard.JWKS) {
		return nil, nil
	}
	state, err := d.Keys.docs().Get(ctx, l.ID)
	return state.Rings[""], err
}

// clients are those of the registry, with the hashes of their secrets.
func (d Document) clients(l *lab.Lab) []Client {
	all := registry(l)
	for i, c := range all {
		all[i] = withSecret(l, d.ClientKey, d.APIKey, c)
	}
	return all
}

// Read implements lab.Document.
func (d Document) Read(ctx context.Context, l *lab.Lab) (json.RawMessage, error) {
	s, err := d.State(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	keys, err := d.keys(ctx, l)
	if err != nil {
		return nil, err
	}
	r := record{Clients: d.clients(l), State: s.withEmptyLists()}
	for _, key := range keys {
		r.Keys = append(r.Keys, publicKey{Key: key})
	}
	return json.Marshal(r)
}

// SignOut ends every session of the lab's users.
func (d Document) SignOut(ctx context.Context, l *lab.Lab) error {
	t := &lab.Handling{Lab: l, Party: d.Owner}
	_, err := lab.Update(ctx, t, d.docs(), func(s *State, t *lab.Handling) (struct{}, error) {
		for _, session := range s.Sessions {
			t.Changed("session", "removed", session.Subject,
				event.ChangeField{Name: "expires", From: session.Expires.Format(time.RFC3339)})
		}
		s.Sessions = nil
		return struct{}{}, nil
	})
	return err
}
