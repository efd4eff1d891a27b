package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// account is an account of a NATS server that takes whoever its operator vouches for.
type account struct {
	t      *testing.T
	key    nkeys.KeyPair
	claims *jwt.AccountClaims
}

func newAccount(t *testing.T) *account {
	t.Helper()
	key, id := newKey(t, nkeys.CreateAccount)
	a := &account{t, key, jwt.NewAccountClaims(id)}
	a.claims.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: 64 << 20, DiskStorage: 1 << 30, Streams: 4}
	return a
}

func newKey(t *testing.T, create func() (nkeys.KeyPair, error)) (key nkeys.KeyPair, id string) {
	t.Helper()
	key, err := create()
	if err != nil {
		t.Fatal(err)
	}
	if id, err = key.PublicKey(); err != nil {
		t.Fatal(err)
	}
	return key, id
}

// user writes the credentials of a new user of the account into a file, which is named,
// and returns her name.
func (a *account) user(file string, change func(*jwt.UserClaims)) (id string) {
	a.t.Helper()
	key, id := newKey(a.t, nkeys.CreateUser)
	claims := jwt.NewUserClaims(id)
	change(claims)
	token, err := claims.Encode(a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	seed, err := key.Seed()
	if err != nil {
		a.t.Fatal(err)
	}
	text, err := jwt.FormatUserConfig(token, seed)
	if err != nil {
		a.t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		a.t.Fatal(err)
	}
	return id
}

// operator vouches for accounts. JetStream needs one for the servers themselves.
type operator struct {
	t      *testing.T
	key    nkeys.KeyPair
	self   string // its JWT: one that differs in its time alone is another operator to a server that reloads
	system *account
}

func newOperator(t *testing.T) *operator {
	t.Helper()
	key, id := newKey(t, nkeys.CreateOperator)
	system := newAccount(t)
	system.claims.Limits.JetStreamLimits = jwt.JetStreamLimits{} // it must not have any
	self, err := jwt.NewOperatorClaims(id).Encode(key)
	if err != nil {
		t.Fatal(err)
	}
	return &operator{t, key, self, system}
}

// lines of configuration have a server take the users of these accounts.
func (o *operator) lines(accounts ...*account) string {
	o.t.Helper()
	var known strings.Builder
	for _, a := range append(accounts, o.system) {
		token, err := a.claims.Encode(o.key)
		if err != nil {
			o.t.Fatal(err)
		}
		fmt.Fprintf(&known, "%s: %s\n", a.claims.Subject, token)
	}
	return fmt.Sprintf("operator: %s\nsystem_account: %s\nresolver: MEMORY\nresolver_preload: {\n%s}\n",
		o.self, o.system.claims.Subject, &known)
}

func anyUser(*jwt.UserClaims) {}

// The server asks for everything that one can: TLS, a certificate, and credentials.
func TestStoreWithCredentialsAndTLS(t *testing.T) {
	op, lab := newOperator(t), newAccount(t)
	ca, certificate, key := makeCertificate(t)
	n := startNATSFor(t, "operated", op.lines(lab)+fmt.Sprintf(
		"tls { cert_file: %q, key_file: %q, ca_file: %q, verify: true }\n", certificate, key, ca))
	file := filepath.Join(t.TempDir(), "lab.creds")
	lab.user(file, anyUser)
	login := Login{Credentials: file, CA: ca, Certificate: certificate, Key: key}
	o := Options{URL: strings.Replace(n.url, "nats://", "tls://", 1), Login: login, MaxEventsPerLab: suiteBound}
	testStore(t, mustOpen(t, o), mustOpen(t, o))

	// In TLS 1.3 the client is done once it has sent its certificate (RFC 8446 §2): how it
	// hears that the server does not take it depends on who is quicker.
	otherCA, otherCertificate, otherKey := makeCertificate(t)
	for name, test := range map[string]struct {
		login Login
		want  string
	}{
		"another authority":   {Login{Credentials: file, CA: otherCA, Certificate: certificate, Key: key}, "certificate signed by unknown authority"},
		"another certificate": {Login{Credentials: file, CA: ca, Certificate: otherCertificate, Key: otherKey}, ""},
		"no certificate":      {Login{Credentials: file, CA: ca}, ""},
		"no credentials":      {Login{CA: ca, Certificate: certificate, Key: key}, "Authorization Violation"},
		"no authority's file": {Login{Credentials: file, CA: "no-such-file", Certificate: certificate, Key: key}, "no such file"},
	} {
		if _, err := Open(t.Context(), Options{URL: o.URL, Login: test.login}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: it says %v, want %s", name, err, test.want)
		}
	}
}

// Whoever's credentials are no good hears at once that it is they.
func TestCredentialsThatAreNoGoodAreSaidAtOnce(t *testing.T) {
	op, lab, without, foreign := newOperator(t), newAccount(t), newAccount(t), newAccount(t)
	without.claims.Limits.JetStreamLimits = jwt.JetStreamLimits{}
	n := startNATSFor(t, "operated", op.lines(lab, without))
	file := filepath.Join(t.TempDir(), "lab.creds")
	for _, test := range []struct {
		name    string
		account *account
		change  func(*jwt.UserClaims)
		want    string
		login   bool // it is the login that is refused
	}{
		{"expired", lab, func(u *jwt.UserClaims) { u.Expires = 1 }, "Authorization Violation", true},
		{"of an account that the server does not know", foreign, anyUser, "Authorization Violation", true},
		{"of an account without JetStream", without, anyUser, "JetStream not enabled for account", false},
		{
			"of a user who may not write there", lab, func(u *jwt.UserClaims) { u.Pub.Allow.Add("elsewhere.>") },
			"permissions violation", false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.account.user(file, test.change)
			_, err := Open(t.Context(), Options{URL: n.url, Login: Login{Credentials: file}})
			if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), test.want) ||
				errors.Is(err, ErrUnauthorized) != test.login {
				t.Errorf("it says %v", err)
			}
		})
	}
	if err := os.WriteFile(file, []byte("no credentials"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{URL: n.url, Login: Login{Credentials: file}}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("of a file without any it says %v", err)
	}
}

// A user whom the server sends away is not ready and says why; it goes on by itself
// once its file has other credentials.
func TestCredentialsThatAreRevoked(t *testing.T) {
	op, lab := newOperator(t), newAccount(t)
	n := startNATSFor(t, "operated", op.lines(lab))
	file := filepath.Join(t.TempDir(), "lab.creds")
	first := lab.user(file, anyUser)
	s := mustOpen(t, Options{URL: n.url, Login: Login{Credentials: file}})

	lab.claims.Revoke(first)
	n.reload(t, op.lines(lab))
	longest := time.Now().Add(time.Minute)
	for err := error(nil); !errors.Is(err, ErrUnauthorized); err = soonReady(t, s) {
		if s.requests.IsClosed() || time.Now().After(longest) {
			t.Fatalf("it gave up, or was never sent away: %v", err)
		}
	}
	lab.user(file, anyUser)
	for err := soonReady(t, s); err != nil; err = soonReady(t, s) {
		if s.requests.IsClosed() || s.feed.IsClosed() || time.Now().After(longest) {
			t.Fatalf("it gave up: %v", err)
		}
	}
	other := uuid.New()
	mustCreate(t, s, other, state{}, note("e1"))
	wantLine(t, follow(t, s, other, 0, 1), "1:e1")
}

func mustOpen(t *testing.T, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
