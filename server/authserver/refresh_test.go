package authserver

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// refreshBench is a bench whose lab is in the chapter that has refresh tokens.
func refreshBench(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	b.to("v05")
	return b
}

// to puts the lab into another chapter.
func (b *bench) to(chapter string) {
	b.Helper()
	if _, err := b.labs.Change(b.Context(), b.lab.ID, lab.Change{Chapter: &chapter}); err != nil {
		b.Fatal(err)
	}
}

// set sets habits and settings.
func (b *bench) set(values map[guard.ID]string) {
	b.Helper()
	_, err := b.labs.Change(b.Context(), b.lab.ID, lab.Change{Switches: func(s guard.Switches) (guard.Switches, error) {
		var err error
		for id, value := range values {
			if s, err = s.With(id, json.RawMessage(`"`+value+`"`)); err != nil {
				return nil, err
			}
		}
		return s, nil
	}})
	if err != nil {
		b.Fatal(err)
	}
}

// tokens reads a good answer of the token endpoint.
func (r reply) tokens(t *testing.T) (got TokenResponse) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), &got); err != nil || r.status != http.StatusOK || got.AccessToken == "" {
		t.Fatalf("answer %d %s (%v)", r.status, r.body, err)
	}
	return got
}

// signIn returns what the sign-in gives a client.
func (b *bench) signIn(changes ...string) TokenResponse {
	b.Helper()
	return b.redeem(b.code(changes...)).tokens(b.T)
}

func (b *bench) refresh(token string, changes ...string) reply {
	b.Helper()
	return b.post(b.url+"/token", changed(url.Values{
		"grant_type": {"refresh_token"}, "client_id": {ClientDemo}, "refresh_token": {token},
	}, changes))
}

// alive reports whether the access token is one that the server stands by.
func (b *bench) alive(access string) bool {
	b.Helper()
	s := b.state()
	token, known := s.Token(access)
	return known && token.Revoked == nil
}

func TestRefreshGivesNewTokens(t *testing.T) {
	b := refreshBench(t)
	first := b.signIn("scope", "read profile")
	if first.RefreshToken == "" || first.ExpiresIn != 10 || first.RefreshTokenTimeout != 0 {
		t.Fatalf("the sign-in gives %+v", first)
	}
	second := b.refresh(first.RefreshToken).tokens(t)
	if second.RefreshToken == first.RefreshToken || second.RefreshToken == "" || second.AccessToken == first.AccessToken || second.Scope != "read profile" {
		t.Errorf("the refresh gives %+v", second)
	}
	less := b.refresh(second.RefreshToken, "scope", "read").tokens(t)
	if token, _ := (func() (Token, bool) { s := b.state(); return s.Token(less.AccessToken) })(); token.Scope != "read" || less.Scope != "" {
		t.Errorf("less was asked for, and granted is %q, told %q", token.Scope, less.Scope)
	}
	again := b.refresh(less.RefreshToken).tokens(t) // what the user gave stands (RFC 6749 §6)
	if again.Scope != "read profile" {
		t.Errorf("after that, granted is %q", again.Scope)
	}
	if text, err := json.Marshal(b.state()); err != nil || strings.Contains(string(text), first.RefreshToken) || strings.Contains(string(text), again.AccessToken) {
		t.Errorf("the record has a token itself (%v)", err)
	}
}

func TestRefreshTokensComeWithTheirChapter(t *testing.T) {
	b := newBench(t)
	for _, chapter := range []string{"v03", "v04"} {
		b.to(chapter)
		got := b.signIn()
		if got.RefreshToken != "" || got.ExpiresIn != 3600 {
			t.Errorf("%s gives %+v", chapter, got)
		}
		b.refresh("x").wantError(t, http.StatusBadRequest, "unsupported_grant_type")
	}
}

// Both truths of every guard: it refuses on, and lets through off.
func TestRefreshGuards(t *testing.T) {
	for name, tt := range map[string]struct {
		guards  []guard.ID // that are switched off for the second truth
		code    string
		prepare func(b *bench, token string)
		with    []string
	}{
		"used before": {[]guard.ID{guard.IDRefreshReuse, guard.IDRefreshFamily}, "invalid_grant", func(b *bench, token string) { b.refresh(token).tokens(b.T) }, nil},
		"by another":  {[]guard.ID{guard.IDRefreshClient}, "invalid_grant", nil, []string{"client_id", ClientMallory}},
		"more scope":  {[]guard.ID{guard.IDRefreshScope}, "invalid_scope", nil, []string{"scope", "read profile"}},
		"idle":        {[]guard.ID{guard.IDRefreshIdle}, "invalid_grant", func(b *bench, _ string) { b.later(refreshIdle) }, nil},
		"over": {[]guard.ID{guard.IDRefreshAbsolute}, "invalid_grant", func(b *bench, _ string) {
			b.off(guard.IDRefreshIdle)
			b.later(refreshAbsolute)
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, on := range []bool{true, false} {
				b := refreshBench(t)
				if !on {
					b.off(tt.guards...)
				}
				token := b.signIn("scope", "read").RefreshToken
				if tt.prepare != nil {
					tt.prepare(b, token)
				}
				got := b.refresh(token, tt.with...)
				if on {
					got.wantError(t, http.StatusBadRequest, tt.code)
					if !slices.Contains(b.outcomes(), string(tt.guards[0])+" refused") {
						t.Errorf("the verdicts are %q", b.outcomes())
					}
					continue
				}
				got.tokens(t)
				if !slices.Contains(b.outcomes(), string(tt.guards[0])+" would-refuse") {
					t.Errorf("off, the verdicts are %q", b.outcomes())
				}
			}
		})
	}
}

// A second use ends what the login gave, access tokens too (RFC 9700 §4.14.2); one that is
// wrong in something else ends nothing.
func TestReuseEndsTheFamily(t *testing.T) {
	b := refreshBench(t)
	first := b.signIn()
	second := b.refresh(first.RefreshToken).tokens(t)
	b.refresh(first.RefreshToken, "client_id", ClientMallory).wantError(t, http.StatusBadRequest, "invalid_grant")
	if !b.alive(second.AccessToken) {
		t.Fatal("a stranger with an old token ended the login")
	}
	b.refresh(first.RefreshToken).wantError(t, http.StatusBadRequest, "invalid_grant")
	if b.alive(first.AccessToken) || b.alive(second.AccessToken) {
		t.Error("an access token of the family is alive")
	}
	b.refresh(second.RefreshToken).wantError(t, http.StatusBadRequest, "invalid_grant")
	other := b.signIn()
	b.refresh(other.RefreshToken).tokens(t) // another login goes on
}

// Without grace, of 64 refreshes at once one gets tokens, and then nobody has any.
func TestOf64RefreshesOneWins(t *testing.T) {
	b := refreshBench(t)
	token := b.signIn().RefreshToken
	won := b.allAtOnce(64, token)
	if len(won) != 1 || b.alive(won[0].AccessToken) {
		t.Errorf("%d refreshes of one token are answered with tokens", len(won))
	}
	if f := b.state().Families; len(f) != 1 || f[0].Revoked == nil || len(f[0].Tokens) != 2 {
		t.Errorf("the family is %+v", f)
	}
}

// With grace each gets tokens of its own, branches of one tree.
func TestWithinGraceEachGetsASibling(t *testing.T) {
	b := refreshBench(t)
	b.set(map[guard.ID]string{guard.IDRefreshGrace: "10s"})
	token := b.signIn().RefreshToken
	won := b.allAtOnce(16, token)
	f := b.state().Families
	if len(won) != 16 || len(f) != 1 || f[0].Revoked != nil || len(f[0].Tokens) != 17 {
		t.Fatalf("%d are answered with tokens, and the family is %+v", len(won), f)
	}
	for _, one := range f[0].Tokens[1:] {
		if one.Parent != f[0].Tokens[0].Hash {
			t.Errorf("%+v is no child of the first", one)
		}
	}
	b.later(11 * time.Second)
	b.refresh(won[3].RefreshToken).tokens(t)
	b.refresh(token).wantError(t, http.StatusBadRequest, "invalid_grant") // the grace is over
	b.refresh(won[5].RefreshToken).wantError(t, http.StatusBadRequest, "invalid_grant")
}

// allAtOnce refreshes one token n times at once, and returns the good answers.
func (b *bench) allAtOnce(n int, token string) (won []TokenResponse) {
	b.Helper()
	var all sync.WaitGroup
	var mu sync.Mutex // guards won
	for range n {
		all.Go(func() {
			if got := b.refresh(token); got.status == http.StatusOK {
				tokens := got.tokens(b.T)
				mu.Lock()
				defer mu.Unlock()
				won = append(won, tokens)
			}
		})
	}
	all.Wait()
	return won
}

// A client that crashed before it kept the answer comes once more with the old token. It
// survives with grace, and only with that.
func TestAClientThatCrashedBeforeItKeptTheAnswer(t *testing.T) {
	for grace, survives := range map[string]bool{"0s": false, "10s": true} {
		b := refreshBench(t)
		b.set(map[guard.ID]string{guard.IDRefreshGrace: grace})
		kept := b.signIn().RefreshToken
		b.refresh(kept).tokens(t) // the answer is lost
		if got := b.refresh(kept); (got.status == http.StatusOK) != survives {
			t.Errorf("with a grace of %s it is answered %d %s", grace, got.status, got.body)
		}
	}
}

// Without rotation the token stays good, and each use moves its end, but not that of the
// login.
func TestWithoutRotationTheTokenStays(t *testing.T) {
	b := refreshBench(t)
	b.set(map[guard.ID]string{guard.IDRefreshRotated: guard.SameToken})
	token := b.signIn().RefreshToken
	for i := range 4 {
		b.later(time.Duration(i) * 50 * time.Minute)
		if got := b.refresh(token).tokens(t); got.RefreshToken != token {
			t.Fatalf("the refresh gives another token: %+v", got)
		}
	}
	b.later(4 * time.Hour)
	b.off(guard.IDRefreshIdle)
	b.refresh(token).wantError(t, http.StatusBadRequest, "invalid_grant")
}

// The two members of the draft are there where the lab is set to that, and nowhere else.
func TestTheAnswerTellsTheLifetimes(t *testing.T) {
	b := refreshBench(t)
	b.set(map[guard.ID]string{guard.IDRefreshTold: "yes"})
	first := b.signIn()
	b.later(30 * time.Minute)
	second := b.refresh(first.RefreshToken).tokens(t)
	if first.RefreshTokenTimeout != 3600 || first.AuthorizationExpiresIn != 4*3600 || second.RefreshTokenTimeout != 3600 || second.AuthorizationExpiresIn != 3*3600+1800 {
		t.Errorf("told is %+v, then %+v", first, second)
	}
}

func TestBadRefreshRequests(t *testing.T) {
	b := refreshBench(t)
	token := b.signIn().RefreshToken
	for name, tt := range map[string]struct {
		token string
		with  []string
		code  string
	}{
		"none":                {"", nil, "invalid_request"},
		"made up":             {"i-am-alice", nil, "invalid_grant"},
		"an access token":     {b.signIn().AccessToken, nil, "invalid_grant"},
		"no client":           {token, []string{"client_id", ""}, "invalid_request"},
		"an unknown client":   {token, []string{"client_id", "nobody"}, "invalid_client"},
		"the web app, no key": {token, []string{"client_id", ClientWeb}, "invalid_client"},
		"a malformed scope":   {token, []string{"scope", "read  write"}, "invalid_scope"},
		"a code beside":       {token + "x", []string{"code", "y"}, "invalid_grant"},
	} {
		t.Run(name, func(t *testing.T) { b.refresh(tt.token, tt.with...).wantError(t, http.StatusBadRequest, tt.code) })
	}
	two := b.do("POST", b.url+"/token", form, "grant_type=refresh_token&client_id="+ClientDemo+"&refresh_token=a&refresh_token=b")
	two.wantError(t, http.StatusBadRequest, "invalid_request")
	b.refresh(token).tokens(t) // none of it spent the token
}

// A code that comes twice ends the refresh tokens that it gave, too (RFC 6749 §4.1.2).
func TestACodeThatComesTwiceEndsTheFamily(t *testing.T) {
	b := refreshBench(t)
	code := b.code()
	first := b.redeem(code).tokens(t)
	second := b.refresh(first.RefreshToken).tokens(t)
	b.redeem(code).wantError(t, http.StatusBadRequest, "invalid_grant")
	if b.alive(second.AccessToken) {
		t.Error("the access token of the refresh is alive")
	}
	b.refresh(second.RefreshToken).wantError(t, http.StatusBadRequest, "invalid_grant")
}

// A refresh is part of the flow of its sign-in.
func TestRefreshFollowsItsFlow(t *testing.T) {
	b := refreshBench(t)
	b.refresh(b.signIn().RefreshToken).tokens(t)
	flows := map[string]bool{}
	for _, e := range b.events() {
		if e.To == event.Auth && e.Request != nil && strings.HasSuffix(e.Request.URL, "/token") {
			flows[e.Flow] = true
		}
	}
	if len(flows) != 1 || flows[""] {
		t.Errorf("the token requests are of the flows %v", flows)
	}
}

// What is kept of refresh tokens is bounded, and what was forgotten is not called unknown.
func TestFamiliesAreBounded(t *testing.T) {
	b := refreshBench(t)
	oldest := b.signIn().RefreshToken
	for range maxFamilies {
		b.signIn()
	}
	if n := len(b.state().Families); n != maxFamilies {
		t.Errorf("there are %d families", n)
	}
	if got := b.refresh(oldest); !strings.Contains(got.body, "forgotten") {
		t.Errorf("a forgotten token is answered %d %s", got.status, got.body)
	}
}
