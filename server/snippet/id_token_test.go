package snippet

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"oauthlab/server/freeport"
)

// provider is a server of OpenID Connect whose next ID token has the nonce.
type provider struct {
	*httptest.Server
	nonce string
	other bool       // it signs with a key that it does not publish
	form  url.Values // of the token request
}

func providerOf(t *testing.T) *provider {
	t.Helper()
	var keys [2]*ecdsa.PrivateKey
	for i := range keys {
		var err error
		if keys[i], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	p := &provider{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		issuer := p.URL + "/lab-7"
		var says any
		switch r.URL.Path {
		case "/lab-7/.well-known/openid-configuration":
			says = map[string]any{
				"issuer": issuer, "authorization_endpoint": issuer + "/authorize", "token_endpoint": issuer + "/token", "userinfo_endpoint": issuer + "/userinfo",
				"jwks_uri": issuer + "/jwks", "id_token_signing_alg_values_supported": []string{"RS256", "ES256"},
			}
		case "/lab-7/jwks":
			says = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: keys[0].Public(), KeyID: "1", Algorithm: "ES256", Use: "sig"}}}
		case "/lab-7/token":
			if err := r.ParseForm(); err != nil {
				t.Error(err)
			}
			p.form = r.PostForm
			key := keys[0]
			if p.other {
				key = keys[1]
			}
			claims, err := json.Marshal(map[string]any{"iss": issuer, "sub": "alice", "aud": "own-1", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(), "nonce": p.nonce})
			if err != nil {
				t.Error(err)
			}
			signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "1"}}, nil)
			if err != nil {
				t.Error(err)
				return
			}
			signed, err := signer.Sign(claims)
			if err != nil {
				t.Error(err)
				return
			}
			idToken, err := signed.CompactSerialize()
			if err != nil {
				t.Error(err)
			}
			says = map[string]any{"access_token": "token-1", "token_type": "Bearer", "id_token": idToken}
		case "/lab-7/userinfo":
			if r.Header.Get("Authorization") != "Bearer token-1" {
				t.Errorf("UserInfo is asked with %q", r.Header.Get("Authorization"))
			}
			says = map[string]any{"sub": "alice", "name": "Alice of UserInfo"}
		default:
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(says); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

// Those whose library is here ask for an ID token, and check it: with another nonce, or
// signed by another key, they do not go on to UserInfo. curl checks no signature, as its
// notes say.
func TestClientsCheckIDTokens(t *testing.T) {
	tests := map[string]struct {
		file    string
		command []string
		pasted  bool // the callback's address is typed in
	}{
		"curl":     {"client.sh", []string{"sh"}, true},
		"x-oauth2": {"client.go", []string{"go", "run"}, false},
		"authlib":  {"client.py", []string{"/usr/bin/python3", "-u"}, false},
	}
	for id, tt := range tests {
		for name, wrong := range map[string]struct{ nonce, key bool }{"its own nonce": {}, "another nonce": {nonce: true}, "another key": {key: true}} {
			t.Run(id+", "+name, func(t *testing.T) {
				switch {
				case id == "curl" && wrong.key:
					t.Skip("it checks no signature")
				case id == "curl" && exec.Command("openssl", "version").Run() != nil:
					t.Skip("there is no openssl here")
				case id == "authlib" && exec.Command("/usr/bin/python3", "-c", "import authlib, requests").Run() != nil:
					t.Skip("there is no Authlib here")
				case testing.Short() && (wrong.nonce || wrong.key):
					t.Skip("each is a program to be built")
				}
				p := providerOf(t)
				p.other = wrong.key
				l := withResource(withOpenID(labOf(p.URL, "http://127.0.0.1:"+freeport.New(t, "127.0.0.1")+"/cb")))
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				defer cancel()
				cmd := exec.CommandContext(ctx, tt.command[0], append(tt.command[1:], save(t, tt.file, of(t, id, Clients(l)).Text))...)
				stdin, stdout := pipes(t, cmd)
				asked, said := readURL(t, stdout)
				q := asked.Query()
				if q.Get("scope") != l.OpenIDScope || len(q.Get("nonce")) < 32 || q.Get("nonce") == q.Get("state") {
					t.Errorf("it asks for %s", asked)
				}
				if named := q["resource"]; !slices.Equal(named, []string{l.Resource}) {
					t.Errorf("it asks for a token for %q", named)
				}
				p.nonce = q.Get("nonce")
				if wrong.nonce {
					p.nonce = "another"
				}
				callback := l.RedirectURI + "?code=code-1&state=" + url.QueryEscape(q.Get("state"))
				if tt.pasted {
					io.WriteString(stdin, callback+"\n")
				} else {
					visit(ctx, t, callback)
				}
				rest, _ := io.ReadAll(stdout)
				err := cmd.Wait()
				if named := p.form["resource"]; !slices.Equal(named, []string{l.Resource}) {
					t.Errorf("it redeems the code for %q", named)
				}
				if good := !wrong.nonce && !wrong.key; (err == nil) != good || strings.Contains(string(rest), "Alice of UserInfo") != good {
					t.Errorf("it ends with %v, and says\n%s%s", err, said, rest)
				}
			})
		}
	}
}
