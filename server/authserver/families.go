package authserver

import (
	"slices"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// How long refresh tokens live, on the lab's clock.
const (
	refreshIdle     = time.Hour     // without being used
	refreshAbsolute = 4 * time.Hour // the whole login
	maxFamilies     = 16
	maxRefresh      = 64 // of one family; the oldest are forgotten first
)

// Family is what one login gave: a refresh token, and what came of it, a use at a time
// (RFC 9700 §4.14.2).
type Family struct {
	ID        string         `json:"id"` // hash of its first refresh token
	ClientID  string         `json:"client_id"`
	Subject   string         `json:"subject"`
	Scope     string         `json:"scope"`               // granted; no refresh gives more
	Resources []string       `json:"resources,omitempty"` // likewise the APIs
	Code      string         `json:"code"`                // the code that it began with
	Flow      string         `json:"flow"`
	Fault     string         `json:"fault,omitempty"` // of the issuer that gave it out
	Ends      time.Time      `json:"ends"`
	Revoked   *time.Time     `json:"revoked,omitempty"`
	Tokens    []RefreshToken `json:"tokens"` // the first is that of the code
}

// RefreshToken is one refresh token of a family. It is kept as its hash.
type RefreshToken struct {
	Hash    string     `json:"hash"`             // guard.TokenHash
	Parent  string     `json:"parent,omitempty"` // hash of the one that it was given for; "" of the first
	Expires time.Time  `json:"expires"`          // unless it is used before
	Used    *time.Time `json:"used,omitempty"`   // when it was used first
}

// pair is the values of the tokens that an answer brings. They are made before anything is
// decided.
type pair struct{ access, refresh string }

func (s *Server) newPair(t *lab.Handling) pair {
	return pair{newSecret(), s.issue(t.ID, kindRefresh)}
}

// beginFamily keeps a new family for a code that was redeemed, with its first refresh token.
func (s *State) beginFamily(t *lab.Handling, value string, code Code) *Family {
	s.Families = lab.Keep(s.Families, Family{
		ID: guard.TokenHash(value), ClientID: code.ClientID, Subject: code.Subject, Scope: code.Scope, Resources: code.Resources, Code: code.Value, Flow: code.Flow, Fault: code.Fault,
		Ends: t.Now().Add(refreshAbsolute),
	}, maxFamilies)
	f := &s.Families[len(s.Families)-1]
	f.add(t, value, "")
	return f
}

// add keeps a new refresh token that was given for the one with the hash parent.
func (f *Family) add(t *lab.Handling, value, parent string) {
	one := RefreshToken{Hash: guard.TokenHash(value), Parent: parent, Expires: t.Now().Add(refreshIdle)}
	f.Tokens = lab.Keep(f.Tokens, one, maxRefresh)
	t.Changed("refresh", "stored", one.Hash,
		event.ChangeField{Name: "client_id", To: f.ClientID},
		event.ChangeField{Name: "subject", To: f.Subject},
		event.ChangeField{Name: "expires", To: one.Expires.Format(time.RFC3339)})
}

// use marks a refresh token as used; the first time counts.
func (one *RefreshToken) use(t *lab.Handling) {
	if one.Used != nil {
		return
	}
	now := t.Now()
	one.Used = &now
	t.Changed("refresh", "used", one.Hash, event.ChangeField{Name: "used", To: now.Format(time.RFC3339)})
}

// refreshToken returns a refresh token and its family, to be changed in place; nil for one
// that is not there.
func (s *State) refreshToken(value string) (*Family, *RefreshToken) {
	hash := guard.TokenHash(value)
	for i := range s.Families {
		f := &s.Families[i]
		if j := slices.IndexFunc(f.Tokens, func(one RefreshToken) bool { return one.Hash == hash }); j >= 0 {
			return f, &f.Tokens[j]
		}
	}
	return nil, nil
}

// revokeFamily ends the family: every refresh token of it, and every access token that came of
// them.
func (s *State) revokeFamily(t *lab.Handling, f *Family) {
	if f.Revoked == nil {
		now := t.Now()
		f.Revoked = &now
		t.Changed("family", "revoked", f.ID,
			event.ChangeField{Name: "revoked", To: now.Format(time.RFC3339)},
			event.ChangeField{Name: "subject", To: f.Subject})
	}
	s.revokeTokens(t, f.Code)
}

// Refresh returns a refresh token with its family, and whether it is there.
func (s *State) Refresh(value string) (Family, RefreshToken, bool) {
	family, token := s.refreshToken(value)
	if family == nil {
		return Family{}, RefreshToken{}, false
	}
	return *family, *token, true
}
