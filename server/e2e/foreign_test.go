package e2e

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"golang.org/x/oauth2"
)

// A client that nobody of the lab wrote: golang.org/x/oauth2, against the running
// program.
func TestForeignClient(t *testing.T) {
	p := start(t, t.TempDir())

	t.Run("the front half in v01", func(t *testing.T) {
		f, config := newForeign(t, p, "v01")
		back := f.visit(config.AuthCodeURL("my-state"))
		if back.Query().Get("code") == "" || back.Query().Get("state") != "my-state" {
			t.Errorf("came back with %s", back)
		}
		_, err := config.Exchange(t.Context(), back.Query().Get("code"))
		if err == nil {
			t.Error("a chapter without a token endpoint gave tokens")
		}
	})

	t.Run("the whole flow in v03", func(t *testing.T) {
		f, config := newForeign(t, p, "v03")
		verifier := oauth2.GenerateVerifier()
		back := f.visit(config.AuthCodeURL("my-state", oauth2.S256ChallengeOption(verifier)))
		token, err := config.Exchange(t.Context(), back.Query().Get("code"), oauth2.VerifierOption(verifier))
		if err != nil || !token.Valid() || token.TokenType != "Bearer" {
			t.Fatalf("token %+v, %v", token, err)
		}
		_, err = config.Exchange(t.Context(), back.Query().Get("code"), oauth2.VerifierOption(verifier))
		wantCode(t, err, "invalid_grant")
	})

	t.Run("no challenge in v03", func(t *testing.T) {
		f, config := newForeign(t, p, "v03")
		back := f.visit(config.AuthCodeURL("my-state"))
		if q := back.Query(); q.Get("error") != "invalid_request" || q.Get("error_description") == "" || q.Get("state") != "my-state" {
			t.Errorf("came back with %s", back)
		}
	})

	t.Run("a wrong verifier in v03", func(t *testing.T) {
		f, config := newForeign(t, p, "v03")
		back := f.visit(config.AuthCodeURL("my-state", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())))
		_, err := config.Exchange(t.Context(), back.Query().Get("code"), oauth2.VerifierOption(oauth2.GenerateVerifier()))
		wantCode(t, err, "invalid_grant")
	})
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || refused.ErrorCode != code || refused.ErrorDescription == "" {
		t.Errorf("the client was told %v, want %s", err, code)
	}
}

// newForeign configures the library for a new lab in the chapter.
func newForeign(t *testing.T, p *program, chapter string) (*flow, *oauth2.Config) {
	t.Helper()
	l := p.newLabIn(t, chapter)
	return newFlow(t, p, l), &oauth2.Config{
		ClientID: l.ClientID, RedirectURL: l.RedirectURI,
		Endpoint: oauth2.Endpoint{
			AuthURL: l.Issuer + "/authorize", TokenURL: l.Issuer + "/token", AuthStyle: oauth2.AuthStyleInParams,
		},
	}
}

// visit opens the address in the browser, signs in, and returns where that leads.
func (f *flow) visit(address string) *url.URL {
	f.Helper()
	u, err := url.Parse(address)
	if err != nil {
		f.Fatal(err)
	}
	at := f.send(http.MethodGet, "/authorize?"+u.RawQuery, nil)
	return f.send(http.MethodPost, "/login", url.Values{"request": {at.Query().Get("request")}, "pick": {"alice"}})
}
