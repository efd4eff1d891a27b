package webapp

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
	"oauthlab/server/native"
	"oauthlab/server/store"
)

// Kind names the web app's document in the store.
const Kind store.Kind = "webapp"

const (
	maxSessions = 16
	maxAccounts = 16
	sessionLife = time.Hour
)

// State is all that the web app knows about one lab.
type State struct {
	Sessions []Session `json:"sessions"`
	Accounts []Account `json:"accounts,omitempty"` // from v07 on

	Keys map[string]string `json:"jwks,omitempty"` // the authorization server's, as the client keeps them, from v08 on
}

// Session is a browser that came by. Its cookie is kept as its hash.
type Session struct {
	Cookie  string            `json:"cookie_hash"`
	Kept    map[string]string `json:"kept"`             // what the client keeps of its login, and its tokens
	Shows   client.Shown      `json:"shows,omitzero"`   // what the API handed out
	Who     client.User       `json:"who,omitzero"`     // who signed in, from v07 on
	Account Account           `json:"account,omitzero"` // that was opened for them
	Problem string            `json:"problem,omitempty"`

	keys    map[string]string // State.Keys, for the client; those of all sessions
	Expires time.Time         `json:"expires"`
}

// Tokens are those that the client keeps for the session.
func (one Session) Tokens() client.Tokens { return client.TokensIn(native.Memory(one.Kept)) }

// session returns the one of the cookie's hash, unless it is over.
func (s *State) session(cookie string, now time.Time) (Session, bool) {
	i := slices.IndexFunc(s.Sessions, func(one Session) bool { return one.Cookie == cookie && now.Before(one.Expires) })
	if i < 0 {
		return Session{}, false
	}
	return s.Sessions[i], true
}

// owned returns a session that its holder may change, with the keys of the record.
func (one Session) owned(keys map[string]string) Session {
	own := func(m map[string]string) map[string]string {
		if m == nil {
			return map[string]string{}
		}
		return maps.Clone(m)
	}
	one.Kept, one.keys = own(one.Kept), own(keys)
	return one
}

// remove takes the session of the cookie's hash away, if there is one.
func (s *State) remove(cookie string) {
	s.Sessions = slices.DeleteFunc(slices.Clone(s.Sessions), func(one Session) bool { return one.Cookie == cookie })
}

// put keeps a session in place of the one with the cookie's hash was, if there is one.
func (s *State) put(was string, one Session) {
	s.remove(was)
	s.Sessions = lab.Keep(s.Sessions, one, maxSessions)
}

// Document is the web app's record of labs, as the lab's desk uses it.
type Document struct{ Store *store.Store }

var _ lab.Document = Document{}

func (d Document) docs() store.Documents[State] {
	return store.For[State](d.Store, Kind).Or(func() State { return State{} })
}

// Party implements lab.Document.
func (d Document) Party() event.Party { return event.Webapp }

// Feature implements lab.Document.
func (d Document) Feature() guard.Feature { return guard.ConfidentialClients }

// Create implements lab.Document: the document is there as soon as something changes it.
func (d Document) Create(context.Context, *lab.Lab) error { return nil }

// Reset implements lab.Document: nobody is signed in any more.
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
	if s.Sessions == nil {
		s.Sessions = []Session{}
	}
	return json.Marshal(s)
}

// Sheet implements lab.Document.
func (d Document) Sheet(ctx context.Context, l *lab.Lab) (lab.Sheet, error) {
	s, err := d.State(ctx, l)
	if err != nil {
		return lab.Sheet{}, err
	}
	var tables []lab.Table
	if len(s.Accounts) > 0 || l.Settings.Rules().Offers(guard.OpenIDConnect) {
		tables = append(tables, accountTable(s.Accounts))
	}
	return lab.Sheet{
		Tables: append(tables, lab.TableOf("", "sessions", s.Sessions, func(one Session) string { return one.Cookie }, []lab.Column[Session]{
			{Name: "signed in", Of: func(one Session) lab.Cell { return lab.Says(one.Shows.Name) }},
			{Name: "access token", Of: func(one Session) lab.Cell {
				return lab.Follows("access_token", one.Tokens().AccessToken)
			}},
			{Name: "hash of the cookie", Of: func(one Session) lab.Cell { return lab.Quotes(one.Cookie) }},
			{Name: "good until", Of: func(one Session) lab.Cell { return lab.Until(one.Expires) }},
		})),
		Blind: "the user's password, and who else holds a copy of its tokens. The browser holds a cookie, and no token.",
	}, nil
}
