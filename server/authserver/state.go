package authserver

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// Kind names the authorization server's document in the store.
const Kind store.Kind = "auth"

// How long things live, on the lab's clock.
const (
	codeLifetime   = 10 * time.Minute // the longest that RFC 6749 §4.1.2 recommends
	sessionLife    = 12 * time.Hour
	keptForLogin   = 15 * time.Minute // a request waiting for its login
	maxKept        = 32               // codes and tokens; the oldest are forgotten first
	maxOfAgents    = 16               // tokens with which agents act, beside those
	maxSessions    = 64               // likewise
	maxKeptPending = 16
)

// firstCount is where a server that counts its codes begins.
const firstCount = 1000

// State is all that the authorization server knows about one lab. Spent and
// expired codes stay (bounded), else a switched-off guard could not let them pass.
type State struct {
	Counter  int        `json:"counter,omitempty"` // of codes, where they are counted
	Sessions []Session  `json:"sessions"`
	Pending  []Pending  `json:"pending"`
	Answered []Answered `json:"answered,omitempty"`
	Codes    []Code     `json:"codes"`
	Tokens   []Token    `json:"tokens"`
	Families []Family   `json:"families,omitempty"` // of refresh tokens, from v05 on
	Tries    []Tries    `json:"tries,omitempty"`    // of passwords, wrong ones or under way
	Replays  []Replay   `json:"replays,omitempty"`  // what a server that replays ID tokens repeats
}

// Session is a signed-in browser.
type Session struct {
	ID      string    `json:"id"`
	Subject string    `json:"subject"`
	Unasked bool      `json:"unasked,omitempty"` // it began without a page
	Began   time.Time `json:"began,omitzero"`    // zero of one that an older release kept
	Expires time.Time `json:"expires"`

	isNew bool // it began with the request that is handled
}

// began is when the user signed in.
func (one Session) began() time.Time {
	if one.Began.IsZero() {
		return one.Expires.Add(-sessionLife)
	}
	return one.Began
}

// Replay is the login that the ID tokens of a server speak of which replays them.
type Replay struct {
	ClientID string `json:"client_id"`
	Subject  string `json:"subject"`
	Fault    string `json:"fault,omitempty"` // of the issuer
	Nonce    string `json:"nonce,omitempty"`
}

// Pending is an authorization request that waits for its login.
type Pending struct {
	ID      string               `json:"id"`
	Request AuthorizationRequest `json:"request"`
	Filled  bool                 `json:"redirect_uri_filled,omitempty"` // by the server: the client named none
	Refusal *endpoint.Error      `json:"refusal,omitempty"`             // what the client is to hear once the user has signed in
	Flow    string               `json:"flow"`
	Fault   string               `json:"fault,omitempty"` // of the issuer that was asked

	Expected string `json:"expected,omitempty"` // subject of the request's id_token_hint, if it is one of this server's

	Expires time.Time `json:"expires"`
}

// isKept reports whether the request is one of those that wait already.
func (p Pending) isKept() bool { return !p.Expires.IsZero() }

// Answered is an authorization request that waits no more. It is kept for whoever presses
// twice, goes back or reloads.
type Answered struct {
	Pending
	Subject string `json:"subject"`        // who signed in
	Session string `json:"session"`        // id of the session that this began
	Answer  string `json:"answer"`         // where the browser was sent; "" where the request was lost
	Code    string `json:"code,omitempty"` // in the answer, unless that is an error
}

// Code is an authorization code and all that it is bound to.
type Code struct {
	Value           string     `json:"value"`
	ClientID        string     `json:"client_id"`
	RedirectURI     string     `json:"redirect_uri"`
	Filled          bool       `json:"redirect_uri_filled,omitempty"` // by the server: the client named none
	Subject         string     `json:"subject"`
	Challenge       string     `json:"code_challenge,omitempty"`
	ChallengeMethod string     `json:"code_challenge_method,omitempty"`
	Asked           string     `json:"scope_asked,omitempty"`
	Scope           string     `json:"scope,omitempty"`     // granted
	Resources       []string   `json:"resources,omitempty"` // the APIs that its tokens may be for, from v09 on
	Nonce           string     `json:"nonce,omitempty"`
	SignedIn        time.Time  `json:"signed_in,omitzero"` // when the user signed in
	Flow            string     `json:"flow"`
	Fault           string     `json:"fault,omitempty"` // of the issuer that gave it out
	Expires         time.Time  `json:"expires"`
	Spent           *time.Time `json:"spent,omitempty"`
}

// Token is an access token. It is kept as its hash: whoever reads the record has no token.
type Token struct {
	Hash     string    `json:"hash"` // guard.TokenHash
	ClientID string    `json:"client_id"`
	Subject  string    `json:"subject"`
	Scope    string    `json:"scope,omitempty"`
	Flow     string    `json:"flow"`
	Fault    string    `json:"fault,omitempty"` // of the issuer that gave it out
	Issued   time.Time `json:"issued,omitzero"`
	Expires  time.Time `json:"expires"`

	MayAct  string   `json:"may_act,omitempty"` // client that may act for the user with it (RFC 8693 §4.4), from v10 on
	Act     *Actor   `json:"act,omitempty"`     // who acts, of one that came of an exchange (RFC 8693 §4.1)
	Parent  string   `json:"parent,omitempty"`  // hash of the token that was exchanged for it
	Granted []string `json:"granted,omitempty"` // the APIs that the user's sign-in was for

	Audience Audiences `json:"aud,omitempty"`    // the addresses of the APIs that it is for, from v06 on
	Format   string    `json:"format,omitempty"` // guard.JWT; "" of an opaque one

	Code    string     `json:"code"` // the code that it was given for
	Revoked *time.Time `json:"revoked,omitempty"`
}

// UnmarshalJSON reads a token, also as older releases kept it: with its value.
func (t *Token) UnmarshalJSON(data []byte) error {
	type plain Token
	var kept struct {
		plain
		Value string `json:"value"`
	}
	err := json.Unmarshal(data, &kept)
	if *t = Token(kept.plain); kept.Value != "" {
		t.Hash = guard.TokenHash(kept.Value)
	}
	return err
}

// withEmptyLists shows a list with nothing in it as one, for whoever reads the JSON.
func (s State) withEmptyLists() State {
	s.Sessions, s.Pending = orEmpty(s.Sessions), orEmpty(s.Pending)
	s.Codes, s.Tokens = orEmpty(s.Codes), orEmpty(s.Tokens)
	return s
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// session returns the one with the id, unless it is over.
func (s *State) session(id string, now time.Time) (Session, bool) {
	for _, session := range s.Sessions {
		if id != "" && session.ID == id && now.Before(session.Expires) {
			return session, true
		}
	}
	return Session{}, false
}

// pending returns the request with the id that waits for its login, be it too late.
func (s *State) pending(id string) (Pending, bool) {
	for _, p := range s.Pending {
		if id != "" && p.ID == id {
			return p, true
		}
	}
	return Pending{}, false
}

// answered returns the request with the id whose login is over.
func (s *State) answered(id string) (Answered, bool) {
	for _, a := range s.Answered {
		if id != "" && a.ID == id {
			return a, true
		}
	}
	return Answered{}, false
}

// lacks reports whether a browser with the session id never got the answer, and can still
// make use of it. The answer brought the session with it: who has that has both.
func (s *State) lacks(session string, a Answered, now time.Time) bool {
	_, lasts := s.session(a.Session, now)
	return session != a.Session && lasts && (a.Code == "" || s.redeemable(a.Code, now))
}

// redeemable reports whether the code is neither spent, late nor forgotten.
func (s *State) redeemable(code string, now time.Time) bool {
	c := s.code(code)
	return c != nil && c.Spent == nil && now.Before(c.Expires)
}

func (s *State) removePending(id string) {
	for i, p := range s.Pending {
		if p.ID == id {
			s.Pending = append(s.Pending[:i:i], s.Pending[i+1:]...)
			return
		}
	}
}

// code returns the code to be changed in place, or nil.
func (s *State) code(value string) *Code {
	for i := range s.Codes {
		if s.Codes[i].Value == value {
			return &s.Codes[i]
		}
	}
	return nil
}

// Token returns what is kept of the access token value, and whether it was given out.
func (s *State) Token(value string) (Token, bool) {
	hash := guard.TokenHash(value)
	for _, token := range s.Tokens {
		if token.Hash == hash {
			return token, true
		}
	}
	return Token{}, false
}

// SubjectOf returns whose live access token value is, or "".
func (s *State) SubjectOf(value string) string {
	if token, known := s.Token(value); known && token.Revoked == nil {
		return token.Subject
	}
	return ""
}

// SubjectOfCode returns to whom the code was issued, or "".
func (s *State) SubjectOfCode(value string) string {
	if code := s.code(value); code != nil {
		return code.Subject
	}
	return ""
}

// ClientOfCode returns the client that the code was issued to, or "".
func (s *State) ClientOfCode(value string) string {
	if code := s.code(value); code != nil {
		return code.ClientID
	}
	return ""
}

// nextCode is the code of a server that counts.
func (s *State) nextCode() string {
	s.Counter++
	return strconv.Itoa(firstCount + s.Counter)
}

// revokeTokens ends what a code gave (RFC 6749 §4.1.2).
func (s *State) revokeTokens(t *lab.Handling, code string) {
	now := t.Now()
	for i := range s.Tokens {
		if token := &s.Tokens[i]; token.Code == code && token.Revoked == nil {
			token.Revoked = &now
			t.Changed("token", "revoked", token.Hash,
				event.ChangeField{Name: "revoked", To: now.Format(time.RFC3339)},
				event.ChangeField{Name: "subject", To: token.Subject})
		}
	}
}

// revokeAll ends what a code gave, and what came of that (RFC 6749 §4.1.2).
func (s *State) revokeAll(t *lab.Handling, code string) {
	for i := range s.Families {
		if s.Families[i].Code == code {
			s.revokeFamily(t, &s.Families[i])
		}
	}
	s.revokeTokens(t, code)
}

// issueCode stores a new code for the request and tells what it is bound to.
func (s *State) issueCode(t *lab.Handling, value string, client Client, who Session, p Pending) {
	req := p.Request
	code := Code{
		Value: value, ClientID: req.ClientID, RedirectURI: req.RedirectURI, Filled: p.Filled, Subject: who.Subject,
		Challenge: req.CodeChallenge, ChallengeMethod: req.CodeChallengeMethod,
		Asked: req.Scope, Scope: granted(req.Scope, client, t.Settings.Rules()), Resources: targets(t.Lab, client, req.Resource), Nonce: req.Nonce, SignedIn: who.began(),
		Flow: t.Flow, Fault: t.Fault, Expires: t.Now().Add(codeLifetime),
	}
	s.Codes = append(s.Codes, code)
	s.forgetCodes()
	fields := []event.ChangeField{
		{Name: "client_id", To: code.ClientID},
		{Name: "redirect_uri", To: code.RedirectURI},
		{Name: "subject", To: code.Subject},
		{Name: "expires", To: code.Expires.Format(time.RFC3339)},
	}
	for _, one := range code.Resources {
		fields = append(fields, event.ChangeField{Name: "resource", To: one})
	}
	if code.Challenge != "" {
		fields = append(fields,
			event.ChangeField{Name: "code_challenge", To: code.Challenge},
			event.ChangeField{Name: "code_challenge_method", To: code.ChallengeMethod})
	}
	t.Changed("code", "stored", value, fields...)
}

// forgetCodes forgets the oldest codes beyond maxKept, but none whose token is alive, for a
// second use must end that (RFC 6749 §4.1.2), and none of the last maxKeptPending others.
func (s *State) forgetCodes() {
	alive := map[string]bool{}
	for _, token := range s.Tokens {
		if token.Revoked == nil {
			alive[token.Code] = true
		}
	}
	excess := len(s.Codes) - max(maxKept, len(alive)+maxKeptPending)
	s.Codes = slices.DeleteFunc(s.Codes, func(c Code) bool {
		forget := excess > 0 && !alive[c.Value]
		if forget {
			excess--
		}
		return forget
	})
}

// counted reports whether a server that counts has issued the code.
func (s *State) counted(value string) bool {
	n, err := strconv.Atoi(value)
	return err == nil && strconv.Itoa(n) == value && n > firstCount && n <= firstCount+s.Counter
}

// spend marks the code as redeemed. With single use off it may be so again.
func (c *Code) spend(t *lab.Handling) {
	now := t.Now()
	c.Spent = &now
	t.Changed("code", "spent", c.Value, event.ChangeField{Name: "spent", To: now.Format(time.RFC3339)})
}

// userToken is what an access token is that comes of a user's sign-in with a client, for the APIs
// that the sign-in was for, or of those for the ones that are asked for.
func (s *Server) userToken(t *lab.Handling, client Client, kept, asked []string, token Token) Token {
	token.Granted = grantedIn(t.Lab, client, kept)
	token.Audience = s.audience(t, client, kept, asked, token.Scope)
	token.MayAct = client.actor
	return token
}

// keepToken keeps one more, and forgets the oldest beyond a bound. Those of agents have one of their
// own: however often an agent asks, it pushes out no user's.
func (s *State) keepToken(token Token) {
	s.Tokens = append(s.Tokens, token)
	excess := -maxKept
	if token.isAgents() {
		excess = -maxOfAgents
	}
	for _, one := range s.Tokens {
		if one.isAgents() == token.isAgents() {
			excess++
		}
	}
	s.Tokens = slices.DeleteFunc(s.Tokens, func(one Token) bool {
		forget := excess > 0 && one.isAgents() == token.isAgents()
		if forget {
			excess--
		}
		return forget
	})
}

// isAgents reports whether it is a client that acts with the token, for a user or for nobody.
func (t Token) isAgents() bool { return t.Act != nil || t.Subject == t.ClientID }

// issueToken stores a new access token for the user and client that it names, and returns it
// as it is kept. secret is the token, or makes the id of one that is a JWT.
func (s *State) issueToken(t *lab.Handling, secret string, token Token) Token {
	if t.Settings.Rules().Has(guard.IDTokenFormat) {
		if t.Settings.Rules().Value(guard.IDTokenFormat) == guard.JWT {
			token.Format = guard.JWT
		}
	}
	token.Hash, token.Fault = guard.TokenHash(token.id(secret)), t.Fault
	token.Issued = t.Now()
	if token.Expires.IsZero() {
		token.Expires = token.Issued.Add(tokenLifetime(t))
	}
	s.keepToken(token)
	fields := []event.ChangeField{
		{Name: "client_id", To: token.ClientID},
		{Name: "subject", To: token.Subject},
		{Name: "scope", To: token.Scope},
		{Name: "expires", To: token.Expires.Format(time.RFC3339)},
	}
	if t.Settings.Rules().Offers(guard.ResourceIndicators) {
		for _, one := range token.Audience {
			fields = append(fields, event.ChangeField{Name: "aud", To: one})
		}
		for one := token.Act; one != nil; one = one.Act {
			fields = append(fields, event.ChangeField{Name: "act", To: one.Subject})
		}
	}
	t.Changed("token", "stored", token.Hash, fields...)
	return token
}
