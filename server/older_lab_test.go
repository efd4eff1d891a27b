package main

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
	"oauthlab/server/lab"
	"oauthlab/server/resourceserver"
	"oauthlab/server/store"
	"oauthlab/server/webapp"
)

// The lab in store/testdata/format1.tar.gz, which a release before the API made: it has one
// code, spent, and the token that it gave, kept by its value and without a scope.
const (
	olderLab   = "2b531d1e-85d8-466a-9025-5bcd3114cc59"
	olderCode  = "NDiN4jCYtIv4uu0nTLpVkOLWcX3pBk4GJOQ1Al3D_Ys"
	olderToken = "x2HzDLNWYttXa0G3Nr_GRJVnRQ-WixlLK6OkOdOz9_o"
	olderURI   = "http://localhost:32000/callback" // where the code went
)

// olderBegan is when that lab's token was given out.
var olderBegan = time.Date(2026, 11, 28, 20, 36, 33, 0, time.UTC)

// unpackOlder puts the folder of that release where a house looks for its labs.
func unpackOlder(t *testing.T, dir string) {
	t.Helper()
	if out, err := exec.Command("tar", "-xzf", "store/testdata/format1.tar.gz", "-C", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// openOlder opens a house on that folder, with the lab in v04, at a time by its own clock, and
// with a key that is known.
func openOlder(t *testing.T, at time.Time) *stateOf {
	t.Helper()
	h := openHouseWith(t, func(c *setup) {
		unpackOlder(t, c.Data)
		c.Bounds.Idle = 876000 * time.Hour // as the release had it that made the lab
	})
	const key = "a-key-for-the-test"
	hash, id := sha256.Sum256([]byte(key)), uuid.MustParse(olderLab)
	err := store.For[lab.Settings](h.store, lab.KindSettings).Update(t.Context(), id, func(s *lab.Settings, _ *store.Outbox) error {
		s.KeyHash = hash[:]
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	offset := at.Sub(time.Now())
	l, err := h.labs.Change(t.Context(), id, lab.Change{ClockOffset: &offset})
	if err != nil {
		t.Fatal(err)
	}
	s := &stateOf{t, h, l, key}
	s.change(`{"chapter": "v04"}`)
	return s
}

// hasRecords reports whether the lab has a record of the API, and one of the web app.
func (s *stateOf) hasRecords() (api, web bool) {
	s.Helper()
	_, errAPI := store.For[resourceserver.State](s.h.store, resourceserver.Kind).Get(s.Context(), s.lab.ID)
	_, errWeb := store.For[webapp.State](s.h.store, webapp.Kind).Get(s.Context(), s.lab.ID)
	for _, err := range []error{errAPI, errWeb} {
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			s.Fatal(err)
		}
	}
	return errAPI == nil, errWeb == nil
}

// A lab that an older release made goes on in v04: its API finds the token that was kept by
// value, its web app signs in, and the state of the parties shows all of it.
func TestALabOfAnOlderReleaseHasAnAPIAndAWebApp(t *testing.T) {
	s := openOlder(t, olderBegan.Add(5*time.Minute))
	if api, web := s.hasRecords(); api || web {
		t.Errorf("the folder has a record of the API: %t, of the web app: %t", api, web)
	}
	for party, row := range map[event.Party]string{ // before anybody has asked
		event.Auth: "not in the log any more | demo-client | alice | V | T | #", event.API: "alice | Alice | alice@example.com",
	} {
		if rows := s.rows(party); !slices.Contains(rows, row) {
			t.Errorf("of %s it shows %q, without %q", party, rows, row)
		}
	}
	s.sheet(event.Webapp, "")
	ask := func(token string) reply {
		t.Helper()
		return s.h.ask(t, http.MethodGet, s.lab.Issuer()+"/protected", "", "Authorization", "Bearer "+token)
	}
	ask(olderToken).refusedWith(t, http.StatusForbidden, "insufficient_scope") // there were no scopes yet
	for _, verdict := range []string{"token-known passed", "token-expiry passed", "scope.enforce refused"} {
		if !slices.Contains(s.verdicts(), verdict) {
			t.Errorf("the verdicts are %q, and lack %q", s.verdicts(), verdict)
		}
	}
	ask(guard.TokenHash(olderToken)).refusedWith(t, http.StatusUnauthorized, "invalid_token")
	s.change(`{"guards": {"scope.enforce": false}}`)
	if r := ask(olderToken); r.status != http.StatusOK || !strings.HasPrefix(r.body, `{"owner":"alice",`) {
		t.Errorf("with scope off, its token is answered %d %s", r.status, r.body)
	}
	s.change(`{"guards": {"scope.enforce": true}}`)

	alice := s.h.visitor(t, s.lab, "alice")
	alice.visit(alice.home()).wantShown(t, "Sign in at the authorization server")
	alice.visit(alice.home()+"start").wantShown(t, "alice@example.com", "<li>The lake at six in the morning</li>")
	if r := s.run("bob"); len(r.Tokens) != 1 {
		t.Errorf("the client of the page is given %q", r.Tokens)
	}
	if api, web := s.hasRecords(); !api || !web {
		t.Errorf("after that, it has a record of the API: %t, of the web app: %t", api, web)
	}

	auth := authserver.Document{Store: s.h.store, Owner: event.Auth, Kind: authserver.Kind}
	text, err := auth.Read(t.Context(), s.lab)
	if err != nil || strings.Contains(string(text), olderToken) || !strings.Contains(string(text), guard.TokenHash(olderToken)) {
		t.Errorf("the record of the authorization server is %s (%v)", text, err)
	}
	s.reset()
	if r := ask(olderToken); r.status != http.StatusUnauthorized || !strings.Contains(r.body, "This token was never issued here.") {
		t.Errorf("after a reset, its token is answered %d %s", r.status, r.body)
	}
}

// verdicts are those on the last request to the API, as "guard outcome".
func (s *stateOf) verdicts() (list []string) {
	s.Helper()
	for _, e := range s.h.logOf(s.T, s.lab.ID) {
		switch {
		case e.Request != nil && e.To == event.API:
			list = nil
		case e.Verdict != nil && e.From == event.API:
			list = append(list, e.Verdict.Guard+" "+string(e.Verdict.Outcome))
		}
	}
	return list
}

// reset brings the lab back to its start.
func (s *stateOf) reset() {
	s.Helper()
	if r := s.h.ask(s.T, http.MethodPost, s.api("/reset"), "", "Authorization", "Bearer "+s.key); r.status != http.StatusOK {
		s.Fatalf("a reset is answered %d %s", r.status, r.body)
	}
}

// The token ends when it was said, and with a second use of its code (RFC 6749 §4.1.2).
func TestATokenOfAnOlderReleaseEnds(t *testing.T) {
	s := openOlder(t, olderBegan.Add(time.Hour+time.Second))
	ask := func() reply {
		t.Helper()
		return s.h.ask(t, http.MethodGet, s.lab.Issuer()+"/protected", "", "Authorization", "Bearer "+olderToken)
	}
	if r := ask(); r.status != http.StatusUnauthorized || !strings.Contains(r.body, "This token has expired.") {
		t.Errorf("after its hour it is answered %d %s", r.status, r.body)
	}
	s.change(`{"guards": {"token-expiry": false, "code-expiry": false, "pkce.verify": false, "scope.enforce": false}}`)
	if r := ask(); r.status != http.StatusOK {
		t.Errorf("with token expiry off it is answered %d %s", r.status, r.body)
	}
	r := s.h.ask(t, http.MethodPost, s.lab.Issuer()+"/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {authserver.ClientDemo}, "code": {olderCode}, "redirect_uri": {olderURI}, "code_verifier": {ownVerifier},
	}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	r.refusedWith(t, http.StatusBadRequest, "invalid_grant")
	if r := ask(); r.status != http.StatusUnauthorized || !strings.Contains(r.body, "This token was revoked.") {
		t.Errorf("after the second use of its code it is answered %d %s", r.status, r.body)
	}
}
