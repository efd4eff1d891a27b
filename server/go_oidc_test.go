package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/authserver"
	"oauthlab/server/clientbench"
)

// goOIDC is github.com/coreos/go-oidc, which nobody of the lab wrote, at one issuer of a lab. It
// is used as its documentation has it.
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
	fresh    *oauth2.Token
}

// steps are what such an app does, in their order: each is one call of the library, or what a
// browser does between two.
func (c *goOIDC) steps(ctx context.Context) []libraryStep {
	return []libraryStep{
		{"NewProvider", func() (err error) {
			c.provider, err = oidc.NewProvider(ctx, c.issuer)
			return err
		}},
		{"the browser", func() error {
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
		{"state", func() error {
			if got := c.back.Query().Get("state"); got != "my-state" {
				return fmt.Errorf("%q came back", got)
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
		{"nonce", func() error {
			if c.idToken.Nonce != c.nonce {
				return errors.New("another one came back")
			}
			return nil
		}},
		{"VerifyAccessToken", func() error {
			if c.idToken.AccessTokenHash == "" { // optional here (OpenID Connect Core §3.1.3.6)
				return nil
			}
			return c.idToken.VerifyAccessToken(c.tokens.AccessToken)
		}},
		{"UserInfo", func() (err error) {
			c.userInfo, err = c.provider.UserInfo(ctx, oauth2.StaticTokenSource(c.tokens))
			return err
		}},
		{"TokenSource", func() (err error) {
			c.fresh, err = c.config.TokenSource(ctx, aged(c.tokens)).Token()
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
			if c.fresh.AccessToken == c.tokens.AccessToken {
				t.Errorf("a refresh gives %+v", c.fresh)
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

// What go-oidc notices at each issuer with a fault stands among the facts of the client bench.
// state and nonce are compared as the library's examples do; nothing else is done beside it.
func TestWhatGoOIDCNotices(t *testing.T) {
	h := openHouse(t)
	library := h.libraryIn(t, "v08", "confidential", "")
	bench := strings.TrimSuffix(library.api("/clients/"+library.config.ClientID+"/bench"), "/")
	all := authserver.FaultIssuersIn(library.lab.Settings.Rules())
	for _, f := range all { // one after the other: a lab keeps the latest tokens alone
		said := api.BenchSaying{}
		for range max(1, f.Logins) {
			c := h.goOIDCOf(library, f.Name)
			said = api.BenchSaying{Outcome: string(authserver.BenchAccepted)}
			if step, err := c.run(); err != nil {
				said = api.BenchSaying{Outcome: string(authserver.BenchRefused), Says: step + ": " + c.without(err.Error())}
			}
		}
		body, err := json.Marshal(said)
		if err != nil {
			t.Fatal(err)
		}
		r := h.ask(t, http.MethodPost, bench+"/"+f.Name, string(body), "Authorization", "Bearer "+library.key, "Content-Type", "application/json")
		var row clientbench.BenchRow
		if err := json.Unmarshal([]byte(r.body), &row); err != nil || r.status != http.StatusOK || row.Fault != f.Name || !row.Finding.Settled() {
			t.Errorf("%s is answered %d %s", f.Name, r.status, r.body)
		}
	}
	var report clientbench.BenchReport
	if r := h.ask(t, http.MethodGet, bench, "", "Authorization", "Bearer "+library.key); json.Unmarshal([]byte(r.body), &report) != nil || len(report.Rows) != len(all) {
		t.Fatalf("the report is %d %s", r.status, r.body)
	}
	text, err := json.MarshalIndent(report.TriedOf(clientbench.Tried{
		Library: "go-oidc", Version: "3.21.0",
		Does: "NewProvider, Exchange of golang.org/x/oauth2, Verify, VerifyAccessToken where there is an at_hash, UserInfo, a refresh by TokenSource; beside them state and nonce are compared, as in the library's examples",
	}), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	compare(t, filepath.Join("clientbench", "tried", "go-oidc.json"), string(text)+"\n")
}

var (
	times  = regexp.MustCompile(`\d{4}-\d\d-\d\d[^)]*`)
	random = regexp.MustCompile(`"[\w-]{20,}"`)
)

// without is what the library says, without what is another each time.
func (c *goOIDC) without(says string) string {
	says = strings.Join(strings.Fields(says), " ")
	says = strings.NewReplacer(c.lab.Issuer(), "ISSUER", c.config.ClientID, "CLIENT", c.h.config.Origins[event.Lab], "LAB").Replace(says)
	return random.ReplaceAllString(times.ReplaceAllString(says, "…"), "…")
}
