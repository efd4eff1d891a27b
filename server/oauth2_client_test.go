package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
	"oauthlab/server/lab"
)

const (
	libraryClient   = "My library"             // under which the library appears in the log
	libraryCallback = "http://127.0.0.1:49152" // nobody listens there: the test is the browser
	aliceSays       = `{"sub":"alice","name":"Alice","email":"alice@example.com"}` + "\n"
)

// libraryIn is golang.org/x/oauth2, which nobody of the lab wrote, as a client of the
// learner's in one lab. All that it knows of the lab, the lab's API told it.
type libraryIn struct {
	*stateOf
	config   oauth2.Config
	resource string                        // where it asks the API
	named    []oauth2.AuthCodeOption       // for which API its tokens are, from v09 on (RFC 8707 §2)
	redeem   func() (*oauth2.Token, error) // the code of the latest sign-in
}

// libraryIn registers the library as a client of the type in a new lab of the chapter, which
// is then changed as the lab's API takes it.
func (h *house) libraryIn(t *testing.T, chapter, kind, change string) *libraryIn {
	t.Helper()
	s := h.stateIn(t, chapter)
	if change != "" {
		s.change(change)
	}
	var l api.Lab
	if got := h.ask(t, http.MethodGet, s.api(""), "", "Authorization", "Bearer "+s.key); json.Unmarshal([]byte(got.body), &l) != nil || got.status != http.StatusOK {
		t.Fatalf("the lab is answered %d %s", got.status, got.body)
	}
	l.Key = s.key
	c := h.registered(t, l, api.NewClient{Name: libraryClient, Type: kind, RedirectURIs: []string{libraryCallback}})
	library := &libraryIn{stateOf: s, resource: l.Resource, config: oauth2.Config{
		ClientID: c.ClientID, ClientSecret: c.ClientSecret, RedirectURL: libraryCallback, Scopes: []string{"profile"},
		Endpoint: oauth2.Endpoint{AuthURL: l.AuthorizationEndpoint, TokenURL: l.TokenEndpoint}, // how it proves itself, it finds out
	}}
	if s.lab.Settings.Rules().Offers(guard.ResourceIndicators) {
		library.named = []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("resource", s.lab.Resource(lab.Photos))}
	}
	return library
}

// signIn lets Alice sign in, and the library redeem the code with PKCE.
func (c *libraryIn) signIn() *oauth2.Token {
	c.Helper()
	verifier := oauth2.GenerateVerifier()
	alice := c.h.visitor(c.T, c.lab, "alice")
	alice.stop = libraryCallback
	back, err := url.Parse(alice.visit(c.config.AuthCodeURL("my-state", append(c.named, oauth2.S256ChallengeOption(verifier))...)).at)
	if err != nil || back.Query().Get("state") != "my-state" {
		c.Fatalf("the browser ends at %s (%v)", back, err)
	}
	c.redeem = func() (*oauth2.Token, error) {
		return c.config.Exchange(c.Context(), back.Query().Get("code"), append(c.named, oauth2.VerifierOption(verifier))...)
	}
	token, err := c.redeem()
	if err != nil || !strings.EqualFold(token.TokenType, "bearer") {
		c.Fatalf("the code gives %+v (%v)", token, err)
	}
	return token
}

// get asks an API with what the library puts into the header.
func get(t *testing.T, via *http.Client, address string) (reply, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := via.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(text)}, nil
}

// wantAlice has the lab's API asked, and tell whose the token is.
func (c *libraryIn) wantAlice(via *http.Client) {
	c.Helper()
	if got, err := get(c.T, via, c.resource); err != nil || got.status != http.StatusOK || got.body != aliceSays {
		c.Errorf("the API answers %d %s (%v)", got.status, got.body, err)
	}
}

// status is how the lab's API answers the token itself, whatever its holder thinks of its age.
func (c *libraryIn) status(token string) int {
	c.Helper()
	return c.h.ask(c.T, http.MethodGet, c.resource, "", "Authorization", "Bearer "+token).status
}

// calls is how many requests came to the API, whoever it took them to be from: before it has
// asked about a token, it does not know.
func (c *libraryIn) calls() (n int) {
	c.Helper()
	for _, e := range c.h.logOf(c.T, c.lab.ID) {
		if e.Request != nil && e.To == event.API {
			n++
		}
	}
	return n
}

// aged is the token, as old as the library may think it to be: the lab's clock is not the
// library's, and nobody waits for an hour.
func aged(token *oauth2.Token) *oauth2.Token {
	old := *token
	old.Expiry = time.Unix(1, 0)
	return &old
}

// refreshed is a refresh that reached the server: what it brought, and what it was given,
// which is "" where it was refused.
type refreshed struct{ brought, given string }

// refreshes are those that the lab's log tells of the library.
func (c *libraryIn) refreshes() (all []refreshed) {
	c.Helper()
	log := c.h.logOf(c.T, c.lab.ID)
	for _, e := range sent(log, libraryClient, event.Auth, "/token") {
		form, err := url.ParseQuery(e.Request.Body)
		if err != nil {
			c.Fatal(err)
		}
		if form.Get("grant_type") != "refresh_token" {
			continue
		}
		one := refreshed{brought: form.Get("refresh_token")}
		if i := slices.IndexFunc(log, func(answer event.Event) bool { return answer.Response != nil && answer.Re == e.ID }); i >= 0 {
			var given authserver.TokenResponse
			if err := json.Unmarshal([]byte(log[i].Response.Body), &given); err != nil {
				c.Fatal(err)
			}
			one.given = given.RefreshToken
		}
		all = append(all, one)
	}
	return all
}

// wantChain checks that so many refreshes reached the server, and that each brought what the
// one before was given: then every one gave another, and the library used the newest.
func (c *libraryIn) wantChain(first string, n int) {
	c.Helper()
	all := c.refreshes()
	if len(all) != n {
		c.Fatalf("%d refreshes reached the server, want %d", len(all), n)
	}
	had := map[string]bool{first: true}
	for i, one := range all {
		if one.brought != first || one.given == "" || had[one.given] {
			c.Errorf("refresh %d brings %q and is given %q, want it to bring %q, and to get one that there was not yet", i, one.brought, one.given, first)
		}
		first = one.given
		had[first] = true
	}
}

// family is how the authorization server keeps the lab's one login.
func (c *libraryIn) family() authserver.Family {
	c.Helper()
	state, err := authserver.Document{Store: c.h.store, Owner: event.Auth, Kind: authserver.Kind}.State(c.Context(), c.lab.ID)
	if err != nil || len(state.Families) != 1 {
		c.Fatalf("there are %d families (%v), want one", len(state.Families), err)
	}
	return state.Families[0]
}

// wantAlive checks that the login goes on after so many refreshes: all tokens but the last are used.
func (c *libraryIn) wantAlive(n int) {
	c.Helper()
	f := c.family()
	left := slices.DeleteFunc(slices.Clone(f.Tokens), func(one authserver.RefreshToken) bool { return one.Used != nil })
	if f.Revoked != nil || len(f.Tokens) != n+1 || len(left) != 1 || left[0].Hash != f.Tokens[n].Hash {
		c.Errorf("after %d refreshes the family is %+v", n, f)
	}
}

// wantInvalidGrant checks that the library tells its program why it has no token any more.
func wantInvalidGrant(t *testing.T, err error) {
	t.Helper()
	var no *oauth2.RetrieveError
	if !errors.As(err, &no) || no.ErrorCode != "invalid_grant" || no.ErrorDescription == "" {
		t.Errorf("the library says %v, want invalid_grant and why", err)
	}
}

const (
	readsJWTs   = `"jwt-signature.tokens":"jwt","jwt-signature.check":"signature"`
	shortLife   = `"token-expiry.lifetime":"10s"`
	longLife    = `"token-expiry.lifetime":"1h"`
	libraryAsks = 5 // calls of the API by one client of the library's
)

// The library goes on and on in each chapter: it follows the rotation, a refresh token
// at a time, until somebody brings one a second time. Then it is told that all is over.
//
// It takes a token for expired 10 seconds before that is so. A token of v05 is good for no
// longer, and so never good to the library: it refreshes before every single call.
func TestOAuth2FollowsTheRotation(t *testing.T) {
	h := openHouse(t)
	for name, tt := range map[string]struct {
		chapter, kind, change string
		at                    event.Party // the API's server
		refreshes             int         // that it takes for libraryAsks calls with a token that is over
		after                 int         // how the API answers the last access token once the family is revoked
	}{
		"v04 gives none":                           {"v04", lab.TypePublic, "", event.Auth, -1, 0},
		"v04, with a secret":                       {"v04", lab.TypeConfidential, "", event.Auth, -1, 0},
		"v05, before every call":                   {"v05", lab.TypePublic, "", event.Auth, libraryAsks, 401},
		"v05, with a secret":                       {"v05", lab.TypeConfidential, "", event.Auth, libraryAsks, 401},
		"v05, once in an hour":                     {"v05", lab.TypePublic, `{"settings":{` + longLife + `}}`, event.Auth, 1, 401},
		"v06, once in an hour":                     {"v06", lab.TypePublic, "", event.API, 1, 401},
		"v06, before every call":                   {"v06", lab.TypePublic, `{"settings":{` + shortLife + `}}`, event.API, libraryAsks, 401},
		"v06, an API that reads, once in an hour":  {"v06", lab.TypePublic, `{"settings":{` + readsJWTs + `}}`, event.API, 1, 200}, // it never hears that the token was revoked
		"v09, once in an hour":                     {"v09", lab.TypeConfidential, "", event.API, 1, 401},
		"v09, an API that reads, before each call": {"v09", lab.TypePublic, `{"settings":{` + readsJWTs + `,` + shortLife + `}}`, event.API, libraryAsks, 0},
		"v06, an API that reads, before each call": {"v06", lab.TypeConfidential, `{"settings":{` + readsJWTs + `,` + shortLife + `}}`, event.API, libraryAsks, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := h.libraryIn(t, tt.chapter, tt.kind, tt.change)
			if !strings.HasPrefix(c.resource, h.config.Origins[tt.at]+"/") {
				t.Errorf("the API is at %s, want that of %s", c.resource, tt.at)
			}
			first := c.signIn()
			if tt.refreshes < 0 {
				c.wantOneHourAndNoMore(first)
				return
			}
			source := c.config.TokenSource(t.Context(), aged(first))
			client := oauth2.NewClient(t.Context(), source)
			for range libraryAsks {
				c.wantAlice(client)
			}
			c.wantChain(first.RefreshToken, tt.refreshes)
			c.wantAlive(tt.refreshes)
			if calls := c.calls(); calls != libraryAsks {
				t.Errorf("%d calls came to the API, want %d: the library repeats none", calls, libraryAsks)
			}

			last, err := source.Token() // one more refresh, where a token is never good
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.config.TokenSource(t.Context(), aged(first)).Token() // a copy, in other hands
			wantInvalidGrant(t, err)
			if c.family().Revoked == nil {
				t.Error("a second use of the first refresh token leaves the family alive")
			}
			if tt.refreshes == libraryAsks {
				_, err = get(t, client, c.resource)
				wantInvalidGrant(t, err)
			}
			_, err = c.config.TokenSource(t.Context(), aged(last)).Token()
			wantInvalidGrant(t, err)
			if tt.after != 0 { // a token of 10 seconds may be over by now, which is not what is asked
				if got := c.status(last.AccessToken); got != tt.after {
					t.Errorf("the API answers the last access token %d, want %d", got, tt.after)
				}
			}
		})
	}
}

// wantOneHourAndNoMore checks what the library does where it is given no refresh token.
func (c *libraryIn) wantOneHourAndNoMore(token *oauth2.Token) {
	c.Helper()
	if token.RefreshToken != "" || token.ExpiresIn != 3600 {
		c.Errorf("the token is %+v", token)
	}
	client := c.config.Client(c.Context(), token)
	for range libraryAsks {
		c.wantAlice(client)
	}
	_, err := c.config.TokenSource(c.Context(), aged(token)).Token()
	if err == nil || err.Error() != "oauth2: token expired and refresh token is not set" {
		c.Errorf("once it is over, the library says %v", err)
	}
	if all := c.refreshes(); len(all) != 0 {
		c.Errorf("the server was asked for a refresh: %v", all)
	}
}

// Many goroutines of one program share one client of the library's. It refreshes under a
// lock, so the rotation takes none of them for a thief.
func TestOAuth2RefreshesOneAtATime(t *testing.T) {
	c := openHouse(t).libraryIn(t, "v05", lab.TypePublic, "")
	first := c.signIn()
	client := c.config.Client(t.Context(), first)
	const goroutines = 8
	answers := make([]int, goroutines)
	var all sync.WaitGroup
	for i := range goroutines {
		all.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.resource, nil)
			if err != nil {
				return
			}
			if resp, err := client.Do(r); err == nil {
				answers[i] = resp.StatusCode
				resp.Body.Close()
			}
		})
	}
	all.Wait()
	if slices.ContainsFunc(answers, func(status int) bool { return status != http.StatusOK }) {
		t.Errorf("the API answers %v", answers)
	}
	c.wantChain(first.RefreshToken, goroutines)
	c.wantAlive(goroutines)
}

// Two programs that were given a copy of the same token are two thieves to the server: the
// second of them ends the login of both.
func TestOAuth2InTwoProgramsEndsItself(t *testing.T) {
	c := openHouse(t).libraryIn(t, "v05", lab.TypePublic, "")
	token := c.signIn()
	one, other := c.config.Client(t.Context(), token), c.config.Client(t.Context(), token)
	c.wantAlice(one)
	for _, client := range []*http.Client{other, one} {
		_, err := get(t, client, c.resource)
		wantInvalidGrant(t, err)
	}
	if n := len(c.refreshes()); n != 3 || c.family().Revoked == nil {
		t.Errorf("%d refreshes reached the server, want 3, and an end of the family", n)
	}
}

var modes = map[string]string{
	"the API asks":               "",
	"the API asks about JWTs":    `{"settings":{"jwt-signature.tokens":"jwt"}}`,
	"the API reads by itself":    `{"settings":{` + readsJWTs + `}}`,
	"the API asks and remembers": `{"settings":{"introspection-auth.cache":"60s"}}`,
}

// A learner moves the lab's clock back. Nothing that was given out before is older for that,
// and what is given out then is good for its hour, on the clock as it is.
func TestOAuth2WhenTheClockMovesBack(t *testing.T) {
	h := openHouse(t)
	for name, change := range modes {
		t.Run(name, func(t *testing.T) {
			c := h.libraryIn(t, "v06", lab.TypePublic, change)
			wants := func(when string, want map[*oauth2.Token]int) {
				t.Helper()
				for token, status := range want {
					if got := c.status(token.AccessToken); got != status {
						t.Errorf("%s, the API answers the token of %s with %d, want %d", when, token.Expiry, got, status)
					}
				}
			}
			before := c.signIn()
			wants("at first", map[*oauth2.Token]int{before: 200})
			c.change(`{"clock_offset_seconds":-7200}`)
			wants("two hours back", map[*oauth2.Token]int{before: 200})
			after := c.signIn()
			if after.ExpiresIn != 3600 {
				t.Errorf("the token is said to be good for %d seconds", after.ExpiresIn)
			}
			wants("two hours back, with another", map[*oauth2.Token]int{before: 200, after: 200})
			c.wantAlice(c.config.Client(t.Context(), aged(after))) // and it is refreshed
			c.change(`{"clock_offset_seconds":-3599}`)
			wants("an hour later", map[*oauth2.Token]int{before: 200, after: 401})
			c.change(`{"clock_offset_seconds":3601}`)
			wants("another two hours later", map[*oauth2.Token]int{before: 401, after: 401})
		})
	}
}

// A token that was used in what is the future now was used all the same.
func TestOAuth2FindsAReuseWhenTheClockMovesBack(t *testing.T) {
	c := openHouse(t).libraryIn(t, "v05", lab.TypePublic, "")
	first := c.signIn()
	c.wantAlice(c.config.Client(t.Context(), first))
	c.change(`{"clock_offset_seconds":-7200}`)
	_, err := c.config.TokenSource(t.Context(), aged(first)).Token()
	wantInvalidGrant(t, err)
	if c.family().Revoked == nil {
		t.Error("the family lives on")
	}
}

// An answer that the API was given in what is the future now is no newer for that: a token
// that was revoked since is refused.
func TestOAuth2IsRefusedARevokedTokenWhenTheClockMovesBack(t *testing.T) {
	h := openHouse(t)
	for _, mode := range []string{"the API asks", "the API asks about JWTs", "the API asks and remembers"} {
		t.Run(mode, func(t *testing.T) {
			c := h.libraryIn(t, "v06", lab.TypePublic, modes[mode])
			token := c.signIn()
			if got := c.status(token.AccessToken); got != http.StatusOK {
				t.Fatalf("the API answers %d", got)
			}
			c.change(`{"clock_offset_seconds":-7200}`)
			_, err := c.redeem() // a second use of the code takes back what the first gave (RFC 6749 §4.1.2)
			wantInvalidGrant(t, err)
			if got := c.status(token.AccessToken); got != http.StatusUnauthorized {
				t.Errorf("the API answers the revoked token %d", got)
			}
		})
	}
}
