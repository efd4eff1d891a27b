package authserver

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"oauthlab/server/lab"
)

// Sheet implements lab.Document.
func (d Document) Sheet(ctx context.Context, l *lab.Lab) (lab.Sheet, error) {
	s, err := d.State(ctx, l.ID)
	if err != nil {
		return lab.Sheet{}, err
	}
	keys, err := d.keys(ctx, l)
	if err != nil {
		return lab.Sheet{}, err
	}
	tables := append(s.tables(), clientTable(d.clients(l)))
	if len(keys) > 0 {
		tables = append(tables, keyTable(keys, l.Now()))
	}
	return lab.Sheet{
		Trees:  s.trees(l.Now()),
		Tables: tables,
		Blind:  "who reads a code or a token on its way. Whoever brings one is, to this server, the one that it was for.",
	}, nil
}

// trees shows what each login gave, a refresh at a time: the latest login first.
func (s State) trees(now time.Time) []lab.Tree {
	var trees []lab.Tree
	for _, f := range slices.Backward(s.Families) {
		t := lab.Tree{Title: "refresh tokens of " + f.Subject + "'s login at " + f.ClientID}
		switch {
		case f.Revoked != nil:
			t.Dead, t.End = true, "family revoked"
		case !now.Before(f.Ends):
			t.Dead, t.End = true, "login over"
		}
		for _, one := range f.Tokens {
			n := lab.Node{Key: one.Hash, Parent: one.Parent, Cell: lab.FollowsHash("refresh_token", one.Hash), Says: one.state(now)}
			n.Live = !t.Dead && one.Used == nil && now.Before(one.Expires)
			if t.Dead && one.Used == nil {
				n.Says = "good for nothing any more"
			}
			t.Nodes = append(t.Nodes, n)
		}
		trees = append(trees, t)
	}
	return trees
}

// state says how a refresh token stands by itself.
func (t RefreshToken) state(now time.Time) string {
	switch {
	case t.Used != nil:
		return "used"
	case !now.Before(t.Expires):
		return "nobody used it for an hour"
	}
	return "the next to be used"
}

// tables shows the record to a learner: what is given out first.
func (s State) tables() []lab.Table {
	return []lab.Table{
		s.tokenTable(),
		lab.TableOf("code", "codes", s.Codes, func(c Code) string { return c.Value }, []lab.Column[Code]{
			{Name: "code", Of: func(c Code) lab.Cell { return lab.Follows("code", c.Value) }},
			{Name: "for", Of: func(c Code) lab.Cell { return lab.Quotes(c.ClientID) }},
			{Name: "about", Of: func(c Code) lab.Cell { return lab.Says(c.Subject) }},
			{Name: "redirect URI", Of: func(c Code) lab.Cell { return lab.Quotes(c.RedirectURI) }},
			{Name: "challenge", Of: func(c Code) lab.Cell { return lab.Follows("code_challenge", c.Challenge) }},
			{Name: "method", Of: func(c Code) lab.Cell { return lab.Quotes(c.ChallengeMethod) }},
			{Name: "good until", Of: func(c Code) lab.Cell { return lab.Until(c.Expires) }},
			{Name: "spent", Of: func(c Code) lab.Cell { return lab.At(c.Spent) }},
		}),
		lab.TableOf("session", "sessions", s.Sessions, func(one Session) string { return one.Subject }, []lab.Column[Session]{
			{Name: "signed in", Of: func(one Session) lab.Cell { return lab.Says(one.Subject) }},
			{Name: "session cookie", Of: func(one Session) lab.Cell { return lab.Follows("session", one.ID) }},
			{Name: "good until", Of: func(one Session) lab.Cell { return lab.Until(one.Expires) }},
		}),
		lab.TableOf("authorization", "requests that wait for a sign-in", s.Pending, func(p Pending) string { return p.ID }, []lab.Column[Pending]{
			{Name: "waits for a sign-in", Of: func(p Pending) lab.Cell { return lab.Follows("request", p.ID) }},
			{Name: "for", Of: func(p Pending) lab.Cell { return lab.Quotes(p.Request.ClientID) }},
			{Name: "redirect URI", Of: func(p Pending) lab.Cell { return lab.Quotes(p.Request.RedirectURI) }},
			{Name: "state", Of: func(p Pending) lab.Cell { return lab.Follows("state", p.Request.State) }},
			{Name: "challenge", Of: func(p Pending) lab.Cell { return lab.Follows("code_challenge", p.Request.CodeChallenge) }},
			{Name: "answer", Of: func(p Pending) lab.Cell { return lab.Quotes(p.refused()) }},
			{Name: "good until", Of: func(p Pending) lab.Cell { return lab.Until(p.Expires) }},
		}),
	}
}

// clientTable shows the clients of a lab.
func clientTable(all []Client) lab.Table {
	return lab.TableOf("client", "clients", all, func(c Client) string { return c.ID }, []lab.Column[Client]{
		{Name: "client", Of: func(c Client) lab.Cell { return lab.Quotes(c.ID) }},
		{Name: "name", Of: func(c Client) lab.Cell { return lab.Says(c.Name) }},
		{Name: "redirect URI", Of: func(c Client) lab.Cell { return lab.Quotes(strings.Join(c.RedirectURIs, " ")) }},
		{Name: "hash of its secret", Of: func(c Client) lab.Cell { return lab.Quotes(base64.RawURLEncoding.EncodeToString(c.SecretHash)) }},
	})
}

// keyTable shows the keys of a lab. Their private halves nobody is shown.
func keyTable(all Keyring, now time.Time) lab.Table {
	return lab.TableOf("key", "keys", all, func(k Key) string { return k.ID }, []lab.Column[Key]{
		{Name: "key", Of: func(k Key) lab.Cell { return lab.Quotes(k.ID) }},
		{Name: "for", Of: func(k Key) lab.Cell { return lab.Quotes(k.Algorithm) }},
		{Name: "it", Of: func(k Key) lab.Cell { return lab.Says(k.state(now)) }},
		{Name: "made", Of: func(k Key) lab.Cell { return lab.At(&k.Made) }},
		{Name: "signs no more since", Of: func(k Key) lab.Cell { return lab.At(k.Retired) }},
	})
}

// state says what a key is good for.
func (k Key) state(now time.Time) string {
	switch {
	case k.Withdrawn:
		return "is withdrawn"
	case k.Retired == nil:
		return "signs"
	case k.isPublished(now):
		return "is published, for what it has signed"
	}
	return "is published no more"
}

// refused is the code of the error that the client will be told; "" for none.
func (p Pending) refused() string {
	if p.Refusal == nil {
		return ""
	}
	return p.Refusal.Code
}

// tokenTable shows the access tokens. Who acts stands there as soon as anybody may.
func (s State) tokenTable() lab.Table {
	columns := []lab.Column[Token]{
		{Name: "access token", Of: func(t Token) lab.Cell { return lab.FollowsHash("access_token", t.Hash) }},
		{Name: "for", Of: func(t Token) lab.Cell { return lab.Quotes(t.ClientID) }},
		{Name: "about", Of: func(t Token) lab.Cell { return lab.Says(t.Subject) }},
		{Name: "scope", Of: func(t Token) lab.Cell { return lab.Quotes(t.Scope) }},
		{Name: "for the API", Of: func(t Token) lab.Cell { return lab.Quotes(strings.Join(t.Audience, " ")) }},
		{Name: "out of code", Of: func(t Token) lab.Cell { return lab.Follows("code", t.Code) }},
		{Name: "good until", Of: func(t Token) lab.Cell { return lab.Until(t.Expires) }},
		{Name: "revoked", Of: func(t Token) lab.Cell { return lab.At(t.Revoked) }},
		{Name: "kept as its hash", Of: func(t Token) lab.Cell { return lab.Quotes(t.Hash) }},
	}
	if slices.ContainsFunc(s.Tokens, func(t Token) bool { return t.MayAct != "" || t.Act != nil }) {
		columns = slices.Insert(columns, 3,
			lab.Column[Token]{Name: "act", Of: func(t Token) lab.Cell { return lab.Quotes(strings.Join(t.Act.subjects(), ", after ")) }},
			lab.Column[Token]{Name: "may act", Of: func(t Token) lab.Cell { return lab.Quotes(t.MayAct) }})
	}
	return lab.TableOf("token", "access tokens", s.Tokens, func(t Token) string { return t.Hash }, columns)
}
