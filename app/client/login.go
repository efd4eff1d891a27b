package client

import (
	"encoding/json"
	"fmt"

	"oauthlab/lessons/event"
)

// loginKey is where the store of the tab keeps the login.
const loginKey = "oauthlab.login"

// login is what the client remembers while Alice is away at the
// authorization server. It is kept per tab, so that a login begun
// in one tab is not finished in another.
type login struct {
	Flow     string `json:"flow"`      // names the login in the feed
	UnderWay bool   `json:"under_way"` // the callback is awaited
	Used     bool   `json:"used"`      // the state came back
	State    string `json:"state,omitempty"`
	Verifier string `json:"verifier,omitempty"`
	Nonce    string `json:"nonce,omitempty"`

	Discovered Metadata `json:"discovered,omitzero"`
}

// flow is a login in the hands of its client.
type flow struct {
	*Client
	login
	user User          // who has signed in, as far as is known
	told []event.Event // in this step, and not sent up yet
}

// keep remembers the login.
func (f *flow) keep() error {
	text, err := json.Marshal(f.login)
	if err != nil {
		return fmt.Errorf("keep the login: %w", err)
	}
	if err := f.Store.Set(loginKey, string(text)); err != nil {
		return fmt.Errorf("keep the login: %w", err)
	}
	return nil
}

// leave remembers the login while Alice is away, unless it travels
// in its state. Then what is known of the server stays, which is the
// same for every login.
func (f *flow) leave() error {
	if !f.carries() {
		return f.keep()
	}
	f.Store.Delete(loginKey)
	if f.Discovered == (Metadata{}) {
		return nil
	}
	known := flow{Client: f.Client}
	known.Discovered = f.Discovered
	return known.keep()
}

// loginIn returns the login that a store remembers; the zero value
// where there is none.
func loginIn(s Store) (l login) {
	text, ok := s.Get(loginKey)
	if !ok || json.Unmarshal([]byte(text), &l) != nil {
		return login{}
	}
	return l
}

// FlowIn returns the flow of the login that a store remembers, or
// "".
func FlowIn(s Store) string { return loginIn(s).Flow }

// recall returns the login that this tab remembers. Where there is
// none, what follows is a flow of its own, which nobody began.
func (c *Client) recall() *flow {
	f := &flow{Client: c, login: loginIn(c.Store)}
	if f.Flow == "" {
		f.login = login{Flow: c.NewID()}
	}
	return f
}
