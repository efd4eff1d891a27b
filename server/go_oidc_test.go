package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"oauthlab/server/authserver"
)

// goOIDC is github.com/coreos/go-oidc, which nobody of the lab wrote, at one issuer of a lab. It
// is used as its documentation has it; what it leaves to its callers is not done here.
type goOIDC struct {
	*libraryIn
	issuer string

	// As far as it came.
	provider *oidc.Provider
	verifier string // PKCE
	nonce    string
	back     *url.URL
	tokens   *oauth2.Token
	idToken  *oidc.IDToken
	userInfo *oidc.UserInfo
}

// steps are what such an app does, in their order: each is one call of the library, or what a
// browser does between two.
func (c *goOIDC) steps(ctx context.Context) []libraryStep {
	return []libraryStep{
		{"NewProvider", func() (err error) {
			c.provider, err = oidc.NewProvider(ctx, c.issuer)
			return err
		}},
		{"", func() error {
			c.config.Endpoint, c.config.Scopes = c.provider.Endpoint(), []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess}
			c.verifier, c.nonce = oauth2.GenerateVerifier(), oauth2.GenerateVerifier() // each is as random as the other
			alice := c.h.visitor(c.T, c.lab, "alice")
			alice.stop = libraryCallback
			at := alice.visit(c.config.AuthCodeURL("my-state", append(c.named, oidc.Nonce(c.nonce), oauth2.S256ChallengeOption(c.verifier))...)).at
			var err error
			c.back, err = url.Parse(at)
			if err != nil || c.back.Query().Get("code") == "" {
				c.Fatalf("the browser ends at %s", at)
			}
			return nil
		}},
		{"Exchange", func() (err error) {
			c.tokens, err = c.config.Exchange(ctx, c.back.Query().Get("code"), append(c.named, oauth2.VerifierOption(c.verifier))...)
			return err
		}},
		{"Verify", func() (err error) {
			raw, _ := c.tokens.Extra("id_token").(string)
			c.idToken, err = c.provider.Verifier(&oidc.Config{ClientID: c.config.ClientID}).Verify(ctx, raw)
			return err
		}},
		{"VerifyAccessToken", func() error { return c.idToken.VerifyAccessToken(c.tokens.AccessToken) }},
		{"UserInfo", func() (err error) {
			c.userInfo, err = c.provider.UserInfo(ctx, oauth2.StaticTokenSource(c.tokens))
			return err
		}},
	}
}

type libraryStep struct {
	name string
	do   func() error
}

// run does the steps up to the first that fails, and returns which that is.
func (c *goOIDC) run() (step string, err error) {
	c.Helper()
	for _, s := range c.steps(c.Context()) {
		if err := s.do(); err != nil {
			return s.name, err
		}
	}
	return "", nil
}

func (h *house) goOIDCAt(t *testing.T, fault string) *goOIDC {
	t.Helper()
	return h.goOIDCOf(h.libraryIn(t, "v08", "confidential", ""), fault)
}

func (h *house) goOIDCOf(l *libraryIn, fault string) *goOIDC {
	c := &goOIDC{libraryIn: l, issuer: l.lab.Issuer()}
	if fault != "" {
		c.issuer += "/fault/" + fault
	}
	return c
}

func TestGoOIDCSignsAliceIn(t *testing.T) {
	h := openHouse(t)
	const es256, jwts = `{"settings":{"id-signature.algorithm":"ES256"}}`, `{"settings":{` + readsJWTs + `}}`
	for name, tt := range map[string]struct{ chapter, kind, change string }{
		"a confidential client":           {"v08", "confidential", ""},
		"a public client":                 {"v08", "public", ""},
		"ES256":                           {"v08", "confidential", es256},
		"access tokens that are JWT":      {"v08", "confidential", jwts},
		"a token for an API and UserInfo": {"v09", "confidential", ""},
		"such a JWT":                      {"v09", "public", jwts},
	} {
		t.Run(name, func(t *testing.T) {
			c := h.goOIDCOf(h.libraryIn(t, tt.chapter, tt.kind, tt.change), "")
			if step, err := c.run(); err != nil {
				t.Fatalf("%s: %v", step, err)
			}
			var claims struct {
				Name     string `json:"name"`
				AuthTime int64  `json:"auth_time"`
			}
			if err := c.userInfo.Claims(&claims); err != nil || claims.Name != "Alice" {
				t.Errorf("the claims are %+v (%v)", claims, err)
			}
			if c.idToken.Subject != "alice" || c.userInfo.Subject != "alice" || c.idToken.Nonce != c.nonce || c.userInfo.Email != "alice@example.com" || !c.userInfo.EmailVerified {
				t.Errorf("it knows %+v and %+v", c.idToken, c.userInfo)
			}
			if got := c.back.Query().Get("iss"); got != c.issuer {
				t.Errorf("the redirect is of %q", got)
			}
			fresh, err := c.config.TokenSource(t.Context(), aged(c.tokens)).Token()
			if err != nil || fresh.AccessToken == c.tokens.AccessToken {
				t.Errorf("a refresh gives %+v (%v)", fresh, err)
			}
		})
	}
}

// A rotation between two logins is found by the library, which keeps keys of its own.
func TestGoOIDCFindsNewKeys(t *testing.T) {
	h := openHouse(t)
	c := h.goOIDCAt(t, "")
	if step, err := c.run(); err != nil {
		t.Fatalf("%s: %v", step, err)
	}
	first, raw := c.provider, c.tokens.Extra("id_token").(string) //nolint:forcetypeassert // it was verified
	for _, withdraw := range []bool{false, true} {
		if r := h.ask(t, http.MethodPost, c.api("/rotate-keys"), fmt.Sprintf(`{"withdraw":%t}`, withdraw), "Authorization", "Bearer "+c.key, "Content-Type", "application/json"); r.status != http.StatusNoContent {
			t.Fatalf("the rotation is answered %d %s", r.status, r.body)
		}
		if step, err := c.run(); err != nil {
			t.Fatalf("after a rotation, %s: %v", step, err)
		}
		again := *c
		again.provider = first
		verifier := again.provider.Verifier(&oidc.Config{ClientID: c.config.ClientID})
		if _, err := verifier.Verify(t.Context(), c.tokens.Extra("id_token").(string)); err != nil { //nolint:forcetypeassert // likewise
			t.Errorf("with the old list of keys: %v", err)
		}
		fresh := c.provider.Verifier(&oidc.Config{ClientID: c.config.ClientID})
		if _, err := fresh.Verify(t.Context(), raw); (err != nil) != withdraw {
			t.Errorf("a token of the old key, withdrawn %v: %v", withdraw, err)
		}
	}
}

// What go-oidc does with each fault stands in a table: facts about the faults and about what the
// library leaves to its callers, and no judgement of it.
func TestWhatGoOIDCDoesWithEachFault(t *testing.T) {
	h := openHouse(t)
	library := h.libraryIn(t, "v08", "confidential", "")
	all := authserver.Faults()
	rows := make([]string, len(all))
	var wg sync.WaitGroup
	slots := make(chan struct{}, 4)
	for i, f := range all {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			own := *library
			c := h.goOIDCOf(&own, f.Name)
			if f.Name == "id-token-replayed" { // which begins with the second login
				if step, err := c.run(); err != nil {
					t.Errorf("%s: a first login fails at %s: %v", f.Name, step, err)
				}
			}
			step, err := c.run()
			if err != nil && f.Client == authserver.MustAccept && f.Name != "id-token-missing-at-hash" {
				t.Errorf("%s: it refuses what a client must accept, at %s: %v", f.Name, step, err)
			}
			rows[i] = fmt.Sprintf("| `%s` | %s | %s | %s |", f.Name, f.Client, did(step, err), left(c, err))
		})
	}
	wg.Wait()
	compare(t, filepath.Join("testdata", "go-oidc-faults.md"), `# What go-oidc does with each fault

github.com/coreos/go-oidc/v3 v3.21.0 with golang.org/x/oauth2, at each issuer {issuer}/fault/NAME of chapter v08.
The calls are NewProvider, Exchange, Verify, VerifyAccessToken and UserInfo, in that order, and nothing beside them:
what the library's documentation leaves to its callers (state, nonce, iss of the answer, the subject of UserInfo) is not
done. "bound" is what a client must, should or may refuse, or has to accept, by the specification alone. A test writes this table.

| fault | bound | go-oidc | seen in what it returns |
| --- | --- | --- | --- |
`+strings.Join(rows, "\n")+"\n")
}

var (
	times  = regexp.MustCompile(`\d{4}-\d\d-\d\d[^)]*`)
	places = regexp.MustCompile(`https?://(localhost|127\.0\.0\.1):\d+[^\s"]*`)
)

// did says what the library did, in a cell.
func did(step string, err error) string {
	if err == nil {
		return "goes on to the end"
	}
	said := strings.Join(strings.Fields(err.Error()), " ")
	said = places.ReplaceAllString(times.ReplaceAllString(said, "…"), "…")
	said = regexp.MustCompile(`own-[\w-]+|"[\w-]{20,}"`).ReplaceAllString(said, "…")
	if i := strings.Index(said, "<!doctype"); i >= 0 {
		said = said[:i] + "…"
	}
	return "refuses in " + step + ": " + strings.ReplaceAll(said, "|", `\|`)
}

// left says what an app can see that looks at what the library leaves to it.
func left(c *goOIDC, err error) string {
	var seen []string
	query := url.Values{}
	if c.back != nil {
		query = c.back.Query()
	}
	if states := query["state"]; len(states) != 1 || states[0] != "my-state" {
		seen = append(seen, "state")
	}
	if issuers := query["iss"]; c.back != nil && (len(issuers) != 1 || issuers[0] != c.issuer) {
		seen = append(seen, "iss")
	}
	if c.idToken != nil && c.idToken.Nonce != c.nonce {
		seen = append(seen, "nonce")
	}
	if err == nil && c.userInfo.Subject != c.idToken.Subject {
		seen = append(seen, "sub of UserInfo")
	}
	if len(seen) == 0 || c.back == nil {
		return ""
	}
	return strings.Join(seen, ", ")
}
