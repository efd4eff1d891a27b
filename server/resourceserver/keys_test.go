package resourceserver

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver/keytest"
	"oauthlab/server/lab"
)

// What the API says of a token that it reads by the server's keys.
const (
	saysRefetch   = "The keys were fetched just now. Send a token that the API's authorization server signed. After a rotation, try again in half a minute (RFC 8725 section 3.10)."
	saysWithdrawn = "The key of this token is withdrawn. Get a new token: the key that signed this one is withdrawn (OpenID Connect Core section 10.1.1)."
)

// Verdicts on a token that the API reads by the server's keys, as far as one comes.
var (
	isAccess   = then(hasToken, "token-type passed")
	byAgreed   = then(isAccess, "jwt-alg passed")
	byListed   = then(byAgreed, "retired-keys passed")
	byTheirs   = then(byListed, "jwt-signature passed")
	forUs      = then(byTheirs, "issuer passed", "audience passed")
	keyGood    = then(forUs, "token-expiry passed", "scope.enforce passed")
	notAgreed8 = then(isAccess, "jwt-alg refused: this token is not signed as was agreed on")
	notTheirs  = then(byListed, "jwt-signature refused: the signature does not fit the token")
)

// keyPair is a key of the authorization server's, as that publishes it.
type keyPair struct {
	jose.JSONWebKey
	private crypto.Signer
}

// newPairs are two RSA keys and two elliptic ones.
func newPairs(t *testing.T) (rs1, rs2, es1, es2 keyPair) {
	t.Helper()
	pair := func(kid, alg string, private crypto.Signer, err error) keyPair {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return keyPair{jose.JSONWebKey{Key: private.Public(), KeyID: kid, Algorithm: alg, Use: "sig"}, private}
	}
	rsa1, err1 := keytest.New()
	rsa2, err2 := keytest.New()
	ec1, err3 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ec2, err4 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return pair("rs-1", guard.RS256, rsa1, err1), pair("rs-2", guard.RS256, rsa2, err2), pair("es-1", guard.ES256, ec1, err3), pair("es-2", guard.ES256, ec2, err4)
}

// keyBench is an API that reads tokens by the keys of an authorization server, which somebody
// plays, and the keys that this one has.
type keyBench struct {
	*splitBench
	rs1, rs2, es1, es2 keyPair
}

func newKeyBench(t *testing.T) *keyBench { t.Helper(); return newKeyBenchOf(t, func(*Server) {}) }

// newKeyBenchOf takes what is different about the API.
func newKeyBenchOf(t *testing.T, change func(*Server)) *keyBench {
	t.Helper()
	b := &keyBench{splitBench: newSplitBenchOf(t, change)}
	b.in("v08")
	b.set(guard.IDTokenCheck, `"signature"`)
	b.rs1, b.rs2, b.es1, b.es2 = newPairs(t)
	b.publish(b.rs1, b.es1)
	return b
}

// publish has the server answer with the keys from now on, which may be kept for five minutes.
func (b *keyBench) publish(keys ...keyPair) { b.publishFor("public, max-age=300", keys...) }

func (b *keyBench) publishFor(cacheControl string, keys ...keyPair) {
	b.Helper()
	b.answerWith(cacheControl, listOf(b.T, keys...))
}

// answerWith has the server answer with a text.
func (b *keyBench) answerWith(cacheControl, body string) {
	b.played.answers(func(w http.ResponseWriter, _ *http.Request) {
		if cacheControl != "" {
			w.Header().Set("Cache-Control", cacheControl)
		}
		w.Header().Set("Content-Type", "application/jwk-set+json")
		io.WriteString(w, body) //nolint:errcheck // the caller has gone
	})
}

// listOf is a list of keys (RFC 7517 §5).
func listOf(t *testing.T, keys ...keyPair) string {
	t.Helper()
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, key := range keys {
		set.Keys = append(set.Keys, key.JSONWebKey)
	}
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// by is a good token that the key signed.
func (b *keyBench) by(key keyPair) string {
	b.Helper()
	return signedByKey(b.T, headerOf(key.Algorithm, key.KeyID), b.claims(nil), key.private)
}

func headerOf(alg, kid string) string {
	return `{"alg":"` + alg + `","kid":"` + kid + `","typ":"at+jwt"}`
}

// signedByKey writes a JWT with the standard library, whatever its header says: by RS256 or ES256
// with a private key, by HS256 with a secret, and without a key not at all.
func signedByKey(t *testing.T, header, claims string, key any) string {
	t.Helper()
	content := encoded(header) + "." + encoded(claims)
	hash := sha256.Sum256([]byte(content))
	switch key := key.(type) {
	case nil:
		return content + "."
	case []byte:
		return signedBy(content, key)
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, key, hash[:])
		if err != nil {
			t.Fatal(err)
		}
		return content + "." + encoded(string(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)))
	case crypto.Signer:
		signature, err := key.Sign(rand.Reader, hash[:], crypto.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		return content + "." + encoded(string(signature))
	}
	t.Fatalf("nobody signs with a %T", key)
	return ""
}

// pemOf is a public key as configurations have it.
func pemOf(t *testing.T, key keyPair) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// wantGood checks that a token opens Alice's things, with the verdicts.
func (b *keyBench) wantGood(token string, verdicts ...string) {
	b.Helper()
	if r := b.with(token, "/protected"); r.status != http.StatusOK || !strings.HasPrefix(r.body, `{"owner":"alice",`) {
		b.Errorf("answered %d %s", r.status, r.body)
	}
	b.wantVerdicts(verdicts...)
}

// wantRefused checks that a token opens nothing, in the words and with the verdicts.
func (b *keyBench) wantRefused(token, says string, verdicts ...string) {
	b.Helper()
	b.with(token, "/protected").wantError(b.T, http.StatusUnauthorized, challenged("invalid_token", says), "invalid_token", says)
	b.wantVerdicts(verdicts...)
}

// wantAsked checks how often the server was asked for its keys by now.
func (b *keyBench) wantAsked(n int) {
	b.Helper()
	if got := b.played.count(); got != n {
		b.Errorf("it has asked %d times, want %d", got, n)
	}
}

// A token is read by the key that it names, of either kind, and the server is asked for its list
// once, by a plain request that proves nothing.
func TestTokensThatTheAPIReadsByKeys(t *testing.T) {
	b := newKeyBench(t)
	for _, key := range []keyPair{b.rs1, b.es1, b.rs1} {
		b.wantGood(b.by(key), keyGood...)
		if e, _ := b.lastRequest(); e.Flow != "flow-1" {
			t.Errorf("the request is told of in the flow %q", e.Flow)
		}
	}
	b.wantAsked(1)
	got := b.played.asked[0]
	if got.method != http.MethodGet || got.uri != "/"+b.lab.ID.String()+"/jwks" || got.body != "" || got.header.Get("Authorization") != "" {
		t.Errorf("it asks %+v", got)
	}
	if accept := got.header.Get("Accept"); accept != "application/jwk-set+json, application/json" {
		t.Errorf("it accepts %s", accept)
	}
	kept := b.state().Keys
	if kept == nil || len(kept.Keys) != 2 || kept.Former != nil || !kept.Fetched.Equal(b.lab.Now()) || !kept.Until.Equal(b.lab.Now().Add(5*time.Minute)) || !kept.Asked.IsZero() {
		t.Errorf("it keeps %+v", kept)
	}
}

// The list is kept for as long as the server says, on the lab's clock and to the instant, an hour
// at most; and not at all where the clock was put back.
func TestHowLongTheListIsKept(t *testing.T) {
	type step struct {
		at    time.Duration // on the lab's clock
		asked int           // by then
	}
	const second = time.Second
	once := []step{{0, 1}, {0, 1}}
	for cacheControl, steps := range map[string][]step{
		"public, max-age=300":       {{0, 1}, {0, 1}, {300*second - 1, 1}, {300 * second, 2}, {301 * second, 2}, {600*second - 1, 2}, {600 * second, 3}},
		"max-age=1":                 {{0, 1}, {second - 1, 1}, {second, 2}},
		"max-age=60,public":         append(once, step{60*second - 1, 1}, step{60 * second, 2}),
		"private,   max-age=60":     append(once, step{60*second - 1, 1}, step{60 * second, 2}),
		"max-age=3600":              append(once, step{time.Hour - 1, 1}, step{time.Hour, 2}),
		"max-age=3601":              append(once, step{time.Hour - 1, 1}, step{time.Hour, 2}),
		"max-age=2147483647":        append(once, step{time.Hour - 1, 1}, step{time.Hour, 2}),
		"max-age=99999999999999999": {{0, 1}, {0, 2}},
		"max-age=0":                 {{0, 1}, {0, 2}},
		"max-age=-1":                {{0, 1}, {0, 2}},
		"max-age=":                  {{0, 1}, {0, 2}},
		"max-age=1e3":               {{0, 1}, {0, 2}},
		"max-age":                   {{0, 1}, {0, 2}},
		"s-maxage=60":               {{0, 1}, {0, 2}},
		"x-max-age=60":              {{0, 1}, {0, 2}},
		"no-store":                  {{0, 1}, {0, 2}},
		"":                          {{0, 1}, {0, 2}},
		"max-age=300, put back":     {{time.Hour, 1}, {time.Hour - 1, 2}, {0, 3}, {299 * second, 3}, {300 * second, 4}},
	} {
		t.Run(cacheControl, func(t *testing.T) {
			b := newKeyBench(t)
			b.publishFor(strings.TrimSuffix(cacheControl, ", put back"), b.rs1, b.es1)
			for i, s := range steps {
				b.later(s.at)
				token := signedByKey(t, headerOf("RS256", "rs-1"), b.claims(map[string]any{"exp": 1e10}), b.rs1.private)
				b.wantGood(token, keyGood...)
				if n := b.played.count(); n != s.asked {
					t.Errorf("step %d, at %s: it has asked %d times, want %d", i+1, s.at, n, s.asked)
				}
			}
		})
	}
}

// A key that is not in the list may have come since: the list is fetched once more, and then not
// for half a minute, to the instant (RFC 8725 §3.10). Without the limit it is fetched each time.
func TestAnUnknownKeyIsLookedFor(t *testing.T) {
	const passed, refused, would = "jwks-refetch.limit passed", "jwks-refetch.limit refused: the keys were fetched just now", "jwks-refetch.limit would-refuse: the keys were fetched just now"
	unknown := func(b *keyBench) string {
		return signedByKey(b.T, headerOf("RS256", "rs-"+uuid.NewString()), b.claims(nil), b.rs1.private)
	}

	t.Run("with the limit", func(t *testing.T) {
		b := newKeyBench(t)
		b.wantGood(b.by(b.rs1), keyGood...)
		b.publish(b.rs1, b.es1, b.rs2, b.es2) // a rotation
		b.wantGood(b.by(b.rs2), then([]string{passed}, keyGood...)...)
		b.wantAsked(2)
		for _, key := range []keyPair{b.es2, b.rs1, b.rs2} {
			b.wantGood(b.by(key), keyGood...)
		}
		for _, at := range []time.Duration{0, time.Second, 30*time.Second - 1} {
			b.later(at)
			b.wantRefused(unknown(b), saysRefetch, refused)
			b.note(unknown(b), `{"text":"a note"}`).wantError(t, 401, challenged("invalid_token", saysRefetch), "invalid_token", saysRefetch)
			b.wantGood(b.by(b.rs1), keyGood...) // which is nothing to others
		}
		b.wantAsked(2)
		b.later(30 * time.Second)
		b.wantRefused(unknown(b), saysSignature, then([]string{passed}, notTheirs...)...)
		b.wantAsked(3)
		b.wantRefused(unknown(b), saysRefetch, refused)
		b.later(0) // somebody has put the clock back: the list counts for nothing, nor does when it was fetched
		b.wantRefused(unknown(b), saysSignature, notTheirs...)
		b.wantRefused(unknown(b), saysSignature, then([]string{passed}, notTheirs...)...)
		b.wantAsked(5)
		if n := len(b.state().Notes); n != len(newState().Notes) {
			t.Errorf("it keeps %d notes", n)
		}
	})
	t.Run("without it", func(t *testing.T) {
		b := newKeyBench(t)
		b.off(guard.IDJWKSRefetch)
		b.wantRefused(unknown(b), saysSignature, notTheirs...)
		b.wantRefused(unknown(b), saysSignature, then([]string{passed}, notTheirs...)...)
		for i := range 4 {
			b.wantRefused(unknown(b), saysSignature, then([]string{would}, notTheirs...)...)
			b.wantAsked(i + 3)
		}
	})
	t.Run("with the list too old, which is fetched anyway", func(t *testing.T) {
		b := newKeyBench(t)
		b.wantRefused(unknown(b), saysSignature, notTheirs...)
		b.wantAsked(1)
		b.later(5 * time.Minute)
		b.wantRefused(unknown(b), saysSignature, notTheirs...)
		b.wantAsked(2)
		b.wantRefused(unknown(b), saysSignature, then([]string{passed}, notTheirs...)...)
		b.wantAsked(3)
	})
	t.Run("in a chapter without keys", func(t *testing.T) {
		b := newKeyBench(t)
		b.in("v07")
		b.set(guard.IDTokenCheck, `"signature"`)
		b.wantRefused(unknown(b), saysAlgorithm, then(hasToken, "token-type passed", "jwt-alg refused: this token is not signed as was agreed on")...)
		b.wantAsked(0)
	})
}

// Of 64 tokens at once, with as many keys that nobody has, at most two become requests to the
// server, whether the API has a list or not; without the limit each does.
func TestAStormOfUnknownKeys(t *testing.T) {
	storm := func(b *keyBench, token func(i int) string, want int) {
		b.Helper()
		tokens, got := make([]string, 64), make([]int, 64)
		for i := range tokens {
			tokens[i] = token(i)
		}
		var all sync.WaitGroup
		for i, token := range tokens {
			all.Go(func() { got[i] = b.with(token, "/protected").status })
		}
		all.Wait()
		if slices.Sort(got); got[0] != want || got[63] != want {
			b.Errorf("they are answered %v", slices.Compact(got))
		}
	}
	unknown := func(b *keyBench) func(int) string {
		return func(i int) string {
			return signedByKey(b.T, headerOf("RS256", "rs-"+strconv.Itoa(i+1000)), b.claims(nil), b.rs1.private)
		}
	}
	for name, before := range map[string]func(b *keyBench){
		"with a list":          func(b *keyBench) { b.with(b.by(b.rs1), "/protected") },
		"with none":            func(*keyBench) {},
		"with one of long ago": func(b *keyBench) { b.with(b.by(b.rs1), "/protected"); b.later(time.Hour - time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newKeyBench(t)
			before(b)
			asked := b.played.count()
			storm(b, unknown(b), http.StatusUnauthorized)
			if n := b.played.count() - asked; n < 1 || n > 2 {
				t.Errorf("it has asked %d times", n)
			}
			asked = b.played.count()
			storm(b, unknown(b), http.StatusUnauthorized)
			if n := b.played.count() - asked; n > 1 {
				t.Errorf("then it has asked %d times more", n)
			}
			b.wantGood(b.by(b.rs1), keyGood...)
		})
	}
	t.Run("without the limit", func(t *testing.T) {
		b := newKeyBench(t)
		b.off(guard.IDJWKSRefetch)
		storm(b, unknown(b), http.StatusUnauthorized)
		b.wantAsked(64)
	})
	t.Run("good ones, with no list", func(t *testing.T) {
		b := newKeyBench(t)
		storm(b, func(int) string { return b.by(b.es1) }, http.StatusOK)
		b.wantAsked(1)
	})
	t.Run("good ones, after a rotation", func(t *testing.T) {
		b := newKeyBench(t)
		b.with(b.by(b.es1), "/protected")
		b.publish(b.rs1, b.es1, b.rs2, b.es2)
		storm(b, func(int) string { return b.by(b.es2) }, http.StatusOK)
		b.wantAsked(2)
	})
}

// Who needs the keys of a lab waits for whoever fetches them, as long as their own request may
// take; other labs are nothing to that.
func TestWaitingForKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f keyFetches
		one, other := uuid.New(), uuid.New()
		end, err := f.begin(t.Context(), one)
		if err != nil {
			t.Fatal(err)
		}
		if endOther, err := f.begin(t.Context(), other); err != nil {
			t.Error(err)
		} else {
			endOther()
		}
		short, done := context.WithTimeout(t.Context(), time.Second)
		defer done()
		if _, err := f.begin(short, one); err != context.DeadlineExceeded {
			t.Errorf("it does not end with its time: %v", err)
		}
		under, most := 1, 0
		var mu sync.Mutex // guards both
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				end, err := f.begin(t.Context(), one)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				under++
				most = max(most, under)
				mu.Unlock()
				time.Sleep(time.Second) // of the bubble's clock
				mu.Lock()
				under--
				mu.Unlock()
				end()
			})
		}
		synctest.Wait()
		mu.Lock()
		if under != 1 {
			t.Errorf("%d fetch at once", under)
		}
		under--
		mu.Unlock()
		end()
		all.Wait()
		if under != 0 || most != 1 || len(f.now) != 0 {
			t.Errorf("%d fetched at once, %d go on, and it remembers %v", most, under, f.now)
		}
	})
}

// A key that the server publishes no more is forgotten with the next list: what it has signed is
// refused by that guard, however often it comes. Without it, the API has the key for ever.
func TestARetiredKey(t *testing.T) {
	for name, tt := range map[string]struct {
		on     bool
		status int
		says   []string
	}{
		"forgotten": {true, 401, then(byAgreed, "retired-keys refused: the key of this token is withdrawn")},
		"kept for ever": {
			false, 200, then(byAgreed, "retired-keys would-refuse: the key of this token is withdrawn", "jwt-signature passed", "issuer passed", "audience passed", "token-expiry passed", "scope.enforce passed"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newKeyBench(t)
			if !tt.on {
				b.off(guard.IDRetiredKeys)
			}
			old := b.by(b.rs1)
			b.wantGood(old, keyGood...)
			b.publish(b.rs2, b.es2) // the others are withdrawn
			b.later(5*time.Minute - 1)
			b.wantGood(old, keyGood...) // the API cannot know yet
			b.later(5 * time.Minute)
			check := func(verdicts ...string) {
				t.Helper()
				r := b.with(old, "/protected")
				if b.wantVerdicts(verdicts...); tt.on {
					r.wantError(t, 401, challenged("invalid_token", saysWithdrawn), "invalid_token", saysWithdrawn)
				} else if r.status != 200 || !strings.HasPrefix(r.body, `{"owner":"alice",`) {
					t.Errorf("answered %d %s", r.status, r.body)
				}
			}
			check(tt.says...)
			check(then([]string{"jwks-refetch.limit passed"}, tt.says...)...) // it may have come back
			for range 3 {
				check(tt.says...)
			}
			b.wantAsked(3)
			b.wantGood(b.by(b.rs2), keyGood...)
			mallorys := signedByKey(t, headerOf("RS256", "rs-1"), b.claims(nil), b.rs2.private) // with another key, in that name
			if r := b.with(mallorys, "/protected"); r.status != 401 {
				t.Errorf("another key in its name is answered %d", r.status)
			}

			b.publish(b.rs1, b.rs2) // and so it is, and the other one is not
			b.later(10 * time.Minute)
			b.wantGood(old, keyGood...)
			if kept := b.state().Keys; len(kept.Keys) != 2 || len(kept.Former) != 2 || kept.Former[0].ID != "es-1" || kept.Former[1].ID != "es-2" {
				t.Errorf("it keeps %v, and of before %v", kept.Keys, kept.Former)
			}
		})
	}
}

// Of the keys that were once published the latest sixteen are kept.
func TestFormerKeysAreBounded(t *testing.T) {
	b := newKeyBench(t)
	for i := range 20 {
		b.rs1.KeyID = fmt.Sprintf("rs-%d", i)
		b.publishFor("", b.rs1)
		b.wantGood(b.by(b.rs1), keyGood...)
	}
	kept := b.state().Keys
	if len(kept.Former) != maxKeys || kept.Former[0].ID != "rs-3" || kept.Former[15].ID != "rs-18" {
		t.Errorf("it keeps %d: %v", len(kept.Former), kept.Former)
	}
}

// refusedByKeys are tokens that say what a good one says and that the server's keys did not sign
// so, and the guard by which each is refused.
func refusedByKeys(b *keyBench) map[string]struct {
	token    string
	says     string
	verdicts []string
} {
	b.Helper()
	claims := b.claims(nil)
	signed := func(header string, key any) string { return signedByKey(b.T, header, claims, key) }
	good := b.by(b.rs1)
	elliptic := b.by(b.es1)
	parts := strings.Split(good, ".")
	unknown := then([]string{"jwks-refetch.limit passed"}, notTheirs...)
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(parts[2]) - 1 // of which some bits count
	unwritten := parts[0] + "." + parts[1] + "." + parts[2][:last] + letters[strings.IndexByte(letters, parts[2][last])^1:][:1]
	mine, err := json.Marshal(b.rs2.JSONWebKey)
	if err != nil {
		b.Fatal(err)
	}
	type refused = struct {
		token    string
		says     string
		verdicts []string
	}
	return map[string]refused{
		"by another RSA key":                         {signed(headerOf("RS256", "rs-1"), b.rs2.private), saysSignature, notTheirs},
		"by another elliptic key":                    {signed(headerOf("ES256", "es-1"), b.es2.private), saysSignature, notTheirs},
		"by a key that is not published":             {b.by(b.rs2), saysSignature, unknown},
		"by no named key":                            {signed(`{"alg":"RS256","typ":"at+jwt"}`, b.rs1.private), saysSignature, notTheirs},
		"by a key without a name":                    {signed(headerOf("RS256", ""), b.rs1.private), saysSignature, notTheirs},
		"by a key of another name":                   {signed(headerOf("RS256", "RS-1"), b.rs1.private), saysSignature, unknown},
		"by RSA in the name of the elliptic key":     {signed(headerOf("RS256", "es-1"), b.rs1.private), saysSignature, notTheirs},
		"by the elliptic key in the name of RSA":     {signed(headerOf("ES256", "rs-1"), b.es1.private), saysSignature, notTheirs},
		"by RSA, which says ES256":                   {signed(headerOf("ES256", "rs-1"), b.rs1.private), saysSignature, notTheirs},
		"by the elliptic key, which says RS256":      {signed(headerOf("RS256", "es-1"), b.es1.private), saysSignature, notTheirs},
		"by HS256 with the public RSA key":           {signed(headerOf("HS256", "rs-1"), pemOf(b.T, b.rs1)), saysAlgorithm, notAgreed8},
		"by HS256 with the public elliptic key":      {signed(headerOf("HS256", "es-1"), pemOf(b.T, b.es1)), saysAlgorithm, notAgreed8},
		"by HS256 with the secret of chapters ago":   {signed(headerOf("HS256", "rs-1"), apiKey.Signing(b.lab.ID)), saysAlgorithm, notAgreed8},
		"by HS256 in no name":                        {signed(header256, pemOf(b.T, b.rs1)), saysAlgorithm, notAgreed8},
		"by none":                                    {signed(headerOf("none", "rs-1"), nil), saysAlgorithm, notAgreed8},
		"by none, with a signature":                  {signed(headerOf("none", "rs-1"), b.rs1.private), saysAlgorithm, notAgreed8},
		"by NONE":                                    {signed(headerOf("NONE", "rs-1"), nil), saysAlgorithm, notAgreed8},
		"by PS256":                                   {signed(headerOf("PS256", "rs-1"), b.rs1.private), saysAlgorithm, notAgreed8},
		"by RS512":                                   {signed(headerOf("RS512", "rs-1"), b.rs1.private), saysAlgorithm, notAgreed8},
		"by rs256 in small letters":                  {signed(headerOf("rs256", "rs-1"), b.rs1.private), saysAlgorithm, notAgreed8},
		"by an algorithm that is none":               {signed(headerOf("", "rs-1"), b.rs1.private), saysAlgorithm, notAgreed8},
		"with no signature":                          {signed(headerOf("RS256", "rs-1"), nil), saysSignature, notTheirs},
		"with another's signature":                   {parts[0] + "." + parts[1] + "." + strings.Split(elliptic, ".")[2], saysSignature, notTheirs},
		"with other claims":                          {parts[0] + "." + encoded(b.claims(map[string]any{"sub": "bob"})) + "." + parts[2], saysSignature, notTheirs},
		"with another header":                        {encoded(`{"alg":"RS256","kid":"rs-1","typ":"AT+jwt"}`) + "." + parts[1] + "." + parts[2], saysSignature, notTheirs},
		"with padding":                               {good + "==", saysSignature, notTheirs},
		"with bits that nobody wrote":                {unwritten, saysSignature, notTheirs},
		"in plain base64":                            {parts[0] + "." + parts[1] + "." + strings.NewReplacer("-", "+", "_", "/").Replace(parts[2]) + "==", saysSignature, notTheirs},
		"with a key of its own in the header":        {signed(`{"alg":"RS256","typ":"at+jwt","jwk":`+string(mine)+`}`, b.rs2.private), saysSignature, notTheirs},
		"with a key of its own in the server's name": {signed(`{"alg":"RS256","kid":"rs-1","typ":"at+jwt","jwk":`+string(mine)+`}`, b.rs2.private), saysSignature, notTheirs},
		"with a place where its key is":              {signed(`{"alg":"RS256","kid":"rs-1","typ":"at+jwt","jku":"http://127.0.0.1:2/keys","x5u":"http://127.0.0.1:2/keys"}`, b.rs2.private), saysSignature, notTheirs},
		"with an extension":                          {signed(`{"alg":"RS256","kid":"rs-1","typ":"at+jwt","crit":["x"],"x":1}`, b.rs1.private), saysCritical, nil},
		"with a kid that is a number":                {signed(`{"alg":"RS256","kid":1,"typ":"at+jwt"}`, b.rs1.private), saysHeader, nil},
		"of another issuer":                          {signedByKey(b.T, headerOf("RS256", "rs-1"), b.claims(map[string]any{"iss": b.lab.Issuer() + "/fault/x"}), b.rs1.private), saysIssuer, then(byTheirs, "issuer refused: this token comes from another server")},
		"of another type":                            {signed(`{"alg":"RS256","kid":"rs-1","typ":"JWT"}`, b.rs1.private), saysNoAccessToken, then(hasToken, "token-type refused: this JWT is no access token")},
	}
}

// What the server's keys did not sign opens nothing; each is refused by the guard that it is a
// case of, and the good one is good after it.
func TestTokensThatKeysDidNotSign(t *testing.T) {
	b := newKeyBench(t)
	for name, tt := range refusedByKeys(b) {
		t.Run(name, func(t *testing.T) {
			b.T = t
			b.reset()
			b.with(b.by(b.es1), "/protected")
			b.wantRefused(tt.token, tt.says, tt.verdicts...)
			b.wantGood(b.by(b.rs1), keyGood...)
		})
	}
	for _, a := range b.played.asked {
		if a.uri != "/"+b.lab.ID.String()+"/jwks" {
			t.Errorf("it asks %s", a.uri)
		}
	}
}

// reset takes the API's record back to its first day.
func (b *keyBench) reset() {
	b.Helper()
	if err := (Document{Store: b.labs.Store}).Reset(b.Context(), b.lab); err != nil {
		b.Fatal(err)
	}
}

// Without one guard, what that one would have refused opens what the token says; and nothing else
// does.
func TestWhatKeysLetPassWithoutAGuard(t *testing.T) {
	const alg, signature = "jwt-alg would-refuse: this token is not signed as was agreed on", "jwt-signature would-refuse: the signature does not fit the token"
	rest := []string{"issuer passed", "audience passed", "token-expiry passed", "scope.enforce passed"}
	trusting := then(then(isAccess, alg, "retired-keys passed", "jwt-signature passed"), rest...)
	blind := then(then(byListed, signature), rest...)
	for off, passes := range map[guard.ID]map[string][]string{
		guard.IDJWTAlg: {
			"by HS256 with the public RSA key": trusting, "by HS256 with the public elliptic key": trusting, "by none": trusting,
		},
		guard.IDJWTSignature: {
			"by another RSA key": blind, "by another elliptic key": blind, "by no named key": blind, "by a key without a name": blind, "with no signature": blind, "with padding": blind,
			"by a key that is not published": then([]string{"jwks-refetch.limit passed"}, blind...), "by a key of another name": then([]string{"jwks-refetch.limit passed"}, blind...),
			"by RSA in the name of the elliptic key": blind, "by the elliptic key in the name of RSA": blind, "by RSA, which says ES256": blind, "by the elliptic key, which says RS256": blind,
			"with another's signature": blind, "with other claims": blind, "with another header": blind, "with bits that nobody wrote": blind, "in plain base64": blind,
			"with a key of its own in the header": blind, "with a key of its own in the server's name": blind, "with a place where its key is": blind,
		},
		guard.IDRetiredKeys: {}, guard.IDJWKSRefetch: {},
		guard.IDIssuer:    {"of another issuer": then(byTheirs, "issuer would-refuse: this token comes from another server", "audience passed", "token-expiry passed", "scope.enforce passed")},
		guard.IDTokenType: {"of another type": then(then(hasToken, "token-type would-refuse: this JWT is no access token"), keyGood[3:]...)},
	} {
		t.Run(string(off), func(t *testing.T) {
			b := newKeyBench(t)
			b.off(off)
			for name, tt := range refusedByKeys(b) {
				b.reset()
				b.with(b.by(b.es1), "/protected")
				r := b.with(tt.token, "/protected")
				want, opens := passes[name]
				if opens != (r.status == http.StatusOK) {
					t.Errorf("%s, it is answered %d %s", name, r.status, r.body)
				}
				if opens {
					if b.wantVerdicts(want...); b.Failed() {
						t.Fatal(name)
					}
				}
			}
		})
	}
}

// Lists that are odd, and tokens that are good but for them. What is no public key of a kind that
// is known here is passed over (RFC 7517 §5).
func TestOddLists(t *testing.T) {
	b := newKeyBench(t)
	one := func(key any, kid, alg string) string {
		t.Helper()
		text, err := json.Marshal(jose.JSONWebKey{Key: key, KeyID: kid, Algorithm: alg, Use: "sig"})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	list := func(keys ...string) string { return `{"keys":[` + strings.Join(keys, ",") + `]}` }
	good, es := one(b.rs1.Key, "rs-1", "RS256"), one(b.es1.Key, "es-1", "ES256")
	many := slices.Repeat([]string{`{"kty":"oct","kid":"x","k":"AA"}`}, 1000)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	edwards, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	const fits, unfit = 200, 401
	for name, tt := range map[string]struct {
		body   string
		status int
		keeps  int
	}{
		"as it should be":                      {list(good, es), fits, 2},
		"with more members":                    {`{"x":[],"keys":[` + strings.Replace(good, "{", `{"z":{"y":[1]},"exp":1,`, 1) + `],"next":"http://127.0.0.1:2/"}`, fits, 1},
		"with other uses":                      {list(strings.Replace(good, `"use":"sig"`, `"use":"sig","key_ops":["verify"]`, 1)), fits, 1},
		"with a chain of certificates":         {list(strings.Replace(good, "{", `{"x5u":"http://127.0.0.1:2/",`, 1)), fits, 1},
		"in lines":                             {"\n\t" + strings.ReplaceAll(list(good), ",", ",\r\n ") + "\n", fits, 1},
		"with a byte order mark":               {"\ufeff" + list(good), 503, 0},
		"behind secrets":                       {list(`{"kty":"oct","kid":"rs-1","alg":"HS256","k":"`+encoded("a secret that everybody reads here")+`"}`, good), fits, 1},
		"behind kinds that nobody knows":       {list(`{"kty":"AKP","kid":"rs-1"}`, `{"kty":"XX"}`, `{}`, `null`, `[]`, `1`, `"x"`, good), fits, 1},
		"behind a key that lacks something":    {list(`{"kty":"RSA","kid":"rs-1","n":"AQAB"}`, `{"kty":"EC","crv":"P-256","kid":"rs-1","x":"AA","y":"AA"}`, good), fits, 1},
		"behind a key that is private":         {list(one(b.rs2.private, "rs-1", "RS256"), good), fits, 1},
		"of private keys":                      {list(one(b.rs1.private, "rs-1", "RS256")), unfit, 0},
		"with 15 others before":                {list(append(many[:15:15], good)...), fits, 1},
		"with 16 others before":                {list(append(many[:16:16], good)...), unfit, 0},
		"of 1000 keys":                         {list(append([]string{good}, many...)...), fits, 1},
		"with a key twice":                     {list(good, good), fits, 2},
		"with another key of that name behind": {list(good, one(b.rs2.Key, "rs-1", "RS256")), fits, 2},
		"with another key of that name before": {list(one(b.rs2.Key, "rs-1", "RS256"), good), unfit, 2},
		"with a key of that name of another":   {list(one(b.es1.Key, "rs-1", "ES256"), good), unfit, 2},
		"with its key of another algorithm":    {list(one(b.rs1.Key, "rs-1", "RS512")), unfit, 1},
		"with its key for PS256":               {list(one(b.rs1.Key, "rs-1", "PS256")), unfit, 1},
		"with its key for ES256":               {list(one(b.rs1.Key, "rs-1", "ES256")), unfit, 1},
		"with its key for HS256":               {list(one(b.rs1.Key, "rs-1", "HS256")), unfit, 1},
		"with its key for none":                {list(one(b.rs1.Key, "rs-1", "none")), unfit, 1},
		"with its key for no algorithm":        {list(one(b.rs1.Key, "rs-1", "")), unfit, 1},
		"with its key without a name":          {list(one(b.rs1.Key, "", "RS256")), unfit, 1},
		"with a key on another curve":          {list(one(p384.Public(), "rs-1", "ES256")), unfit, 1},
		"with a key of Edwards":                {list(one(edwards, "rs-1", "EdDSA")), unfit, 1},
		"with names that are numbers":          {list(strings.Replace(good, `"rs-1"`, "1", 1)), unfit, 0},
		"with secrets alone":                   {list(`{"kty":"oct","kid":"rs-1","alg":"RS256","k":"AA"}`), unfit, 0},
		"empty":                                {`{"keys":[]}`, unfit, 0},
		"without keys":                         {`{}`, unfit, 0},
		"with keys that are null":              {`{"keys":null}`, unfit, 0},
		"null":                                 {`null`, unfit, 0},
		"with keys that are one":               {`{"keys":` + good + `}`, 503, 0},
		"with keys that are a text":            {`{"keys":"` + encoded(good) + `"}`, 503, 0},
		"a list":                               {`[` + good + `]`, 503, 0},
		"one key":                              {good, unfit, 0},
		"a page":                               {"<!doctype html><title>Welcome</title>", 503, 0},
		"PEM":                                  {string(pemOf(t, b.rs1)), 503, 0},
		"nothing":                              {"", 503, 0},
		"JSON and more":                        {list(good) + list(good), 503, 0},
		"cut short":                            {list(good)[:100], 503, 0},
		"as deep as can be":                    {`{"keys":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`, 503, 0},
		"larger than anything that is read":    {list(good, `{"kty":"x","x":"`+strings.Repeat("x", 64<<10)+`"}`), 503, 0},
		"as large as what is read":             {list(good, `{"kty":"x","x":"`+strings.Repeat("x", 60<<10)+`"}`), fits, 1},
		"with a key that is very large":        {list(good, `{"kty":"RSA","kid":"big","e":"AQAB","n":"`+strings.Repeat("x", 40<<10)+`"}`), fits, 1},
	} {
		t.Run(name, func(t *testing.T) {
			b.T = t
			b.reset()
			b.answerWith("max-age=300", tt.body)
			r := b.with(b.by(b.rs1), "/protected")
			switch tt.status {
			case fits:
				if b.wantVerdicts(keyGood...); r.status != http.StatusOK {
					t.Errorf("answered %d %s", r.status, r.body)
				}
			case unfit:
				r.wantError(t, 401, challenged("invalid_token", saysSignature), "invalid_token", saysSignature)
				if got := b.verdicts(); !slices.Equal(got, notTheirs) {
					t.Errorf("the verdicts are %q", got)
				}
			default:
				r.wantError(t, 503, "", "temporarily_unavailable", saysUnanswered)
				b.wantVerdicts()
			}
			state := b.state()
			if kept := state.Keys; (kept == nil) != (tt.status == 503) || kept != nil && len(kept.Keys) != tt.keeps {
				t.Errorf("it keeps %+v", kept)
			}
			text, err := json.Marshal(state)
			if err != nil || strings.Contains(string(text), `\"d\"`) || strings.Contains(string(text), `\"k\"`) {
				t.Errorf("it keeps what nobody should: %s (%v)", text, err)
			}
		})
	}
}

// Where the server does not answer with a list, the API hands out nothing and keeps nothing, and
// says to whom it may concern that it could not ask. What it knows, it knows.
func TestWhereTheServerHasNoKeys(t *testing.T) {
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		way    func(*http.Request) (*http.Response, error)
		warns  string
	}{
		"it fails":             {answer: answered(500, "Something went wrong."), warns: "cannot be read"},
		"it fails with a list": {answer: answered(500, `{"keys":[]}`), warns: "cannot be read"},
		"it is away":           {answer: answered(503, ""), warns: "cannot be read"},
		"it has none":          {answer: answered(404, `{"keys":[]}`), warns: "cannot be read"},
		"it answers 204":       {answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, warns: "cannot be read"},
		"it answers a page":    {answer: answered(200, "<!doctype html>"), warns: "cannot be read"},
		"it sends the API elsewhere": {answer: func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/elsewhere" {
				http.Redirect(w, r, "/elsewhere", http.StatusFound)
				return
			}
			answered(200, `{"keys":[]}`)(w, r)
		}, warns: "cannot be read"},
		"it hangs up in the midst of its answer": {answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, `{"keys":[]}`)      //nolint:errcheck // the API is told that there is more
			http.NewResponseController(w).Flush() //nolint:errcheck // likewise
			panic(http.ErrAbortHandler)
		}, warns: "unexpected EOF"},
		"it never answers": {
			answer: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, // the API has hung up
			way: func(r *http.Request) (*http.Response, error) {
				if end, has := r.Context().Deadline(); !has || time.Until(end) > 5*time.Second {
					return nil, fmt.Errorf("the API waits until %s", end)
				}
				ctx, done := context.WithTimeout(r.Context(), 20*time.Millisecond) // in place of those five seconds
				defer done()
				return http.DefaultTransport.RoundTrip(r.WithContext(ctx))
			}, warns: "context deadline exceeded",
		},
		"it is not there": {way: func(r *http.Request) (*http.Response, error) {
			free, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return nil, err
			}
			r = r.Clone(r.Context())
			r.URL.Host = free.Addr().String()
			free.Close() //nolint:errcheck // nobody listens there now
			return http.DefaultTransport.RoundTrip(r)
		}, warns: "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			way := http.DefaultTransport.RoundTrip
			b := newKeyBenchOf(t, func(s *Server) {
				s.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
					mu.Lock()
					go1 := way
					mu.Unlock()
					return go1(r)
				})
			})
			begins := func() {
				if tt.answer != nil {
					b.played.answers(tt.answer)
				}
				if tt.way != nil {
					mu.Lock()
					defer mu.Unlock()
					way = tt.way
				}
			}
			ends := func() {
				mu.Lock()
				defer mu.Unlock()
				way = http.DefaultTransport.RoundTrip
				b.publish(b.rs1, b.es1)
			}
			wantUnanswered := func(token string) {
				t.Helper()
				for _, method := range []string{"GET", "POST"} {
					r := b.ask(method, "/protected", `{"text":"a note"}`, "Authorization", "Bearer "+token, "Content-Type", "application/json")
					r.wantError(t, http.StatusServiceUnavailable, "", "temporarily_unavailable", saysUnanswered)
					if r.header.Get("Retry-After") != "5" || strings.Contains(r.body, "photos") {
						t.Errorf("answered %v %s", r.header, r.body)
					}
					_, decided := b.lastRequest()
					if len(decided) != 2 || decided[0].Note == nil || decided[0].Note.Name != event.NoteUnanswered || decided[1].Response == nil {
						t.Errorf("what it tells is %+v", decided)
					}
				}
			}
			token := b.by(b.rs1)
			begins()
			wantUnanswered(token)
			if state := b.state(); state.Keys != nil || len(state.Notes) != len(newState().Notes) {
				t.Errorf("it keeps %+v and %+v", state.Keys, state.Notes)
			}
			if log := b.warned.String(); strings.Count(log, "level=WARN") != 2 || !strings.Contains(log, tt.warns) || strings.Contains(log, token) {
				t.Errorf("operators read %s", log)
			}

			ends()
			b.wantGood(token, keyGood...)
			kept := b.state().Keys
			begins()
			b.wantGood(token, keyGood...) // its key is known, and fresh
			b.wantRefused(signedByKey(t, headerOf("RS256", "rs-1"), b.claims(nil), b.rs2.private), saysSignature, notTheirs...)
			r := b.with(b.by(b.rs2), "/protected") // it may have come since, and nobody tells
			r.wantError(t, 503, "", "temporarily_unavailable", saysUnanswered)
			b.wantVerdicts("jwks-refetch.limit passed")
			b.wantRefused(b.by(b.rs2), saysRefetch, "jwks-refetch.limit refused: the keys were fetched just now")
			b.later(5*time.Minute - 1)
			b.wantGood(token, keyGood...)
			b.later(5 * time.Minute)
			wantUnanswered(token)
			if got := b.state().Keys; len(got.Keys) != len(kept.Keys) || !got.Until.Equal(kept.Until) || got.Former != nil {
				t.Errorf("it keeps %+v, before %+v", got, kept)
			}
			ends()
			b.wantGood(token, keyGood...)
		})
	}
}

// A slow list keeps nobody waiting but those who need it, and them not one after the other.
func TestASlowListKeepsOthersUp(t *testing.T) {
	b := newKeyBench(t)
	asked, answer := make(chan struct{}, 64), make(chan struct{})
	list := listOf(t, b.rs1, b.es1)
	b.played.answers(func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-answer
		w.Header().Set("Cache-Control", "max-age=300")
		io.WriteString(w, list) //nolint:errcheck // the caller has gone
	})
	token := b.by(b.rs1)
	statuses := make(chan int, 8)
	for range cap(statuses) {
		go func() { statuses <- b.with(token, "/protected").status }()
	}
	<-asked
	// Others are answered meanwhile: of another way to be checked, and of another lab.
	if r := b.with("opaque", "/protected"); r.status != http.StatusUnauthorized {
		t.Errorf("answered %d %s", r.status, r.body)
	}
	l, _, err := b.labs.Create(t.Context(), "v08")
	if err != nil {
		t.Fatal(err)
	}
	other := *b.bench
	other.lab, other.url = l, l.API()
	other.set(guard.IDTokenCheck, `"signature"`)
	go func() { statuses <- other.with(token, "/protected").status }()
	<-asked // its keys are fetched beside
	close(answer)
	got := []int{}
	for range cap(statuses) + 1 {
		got = append(got, <-statuses)
	}
	slices.Sort(got)
	if want := append(slices.Repeat([]int{200}, 8), 401); !slices.Equal(got, want) {
		t.Errorf("they are answered %v", got)
	}
	b.wantAsked(2)
}

// When the client that caused it has hung up, the next one's request is none the worse.
func TestAClientThatHangsUpOnKeys(t *testing.T) {
	b := newKeyBench(t)
	ctx, hangUp := context.WithCancel(t.Context())
	over := make(chan struct{})
	b.played.answers(func(_ http.ResponseWriter, r *http.Request) {
		hangUp()
		<-r.Context().Done()
		close(over)
	})
	req, err := http.NewRequestWithContext(ctx, "GET", b.url+"/protected", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+b.by(b.rs1))
	if resp, err := http.DefaultClient.Do(req); err == nil {
		t.Fatalf("answered %d", resp.StatusCode)
	}
	<-over
	b.publish(b.rs1, b.es1)
	b.wantGood(b.by(b.rs1), keyGood...)
}

// Each lab has its own list: a token of one is nothing in another, though both know the issuer's
// kind of key, and not with any one guard off but that of the signature.
func TestKeysOfAnotherLab(t *testing.T) {
	for _, off := range []guard.ID{"", guard.IDJWTAlg, guard.IDRetiredKeys, guard.IDJWKSRefetch, guard.IDIssuer, guard.IDAudience} {
		b := newKeyBench(t)
		foreign := b.by(b.rs1)
		b.wantGood(foreign, keyGood...)
		first := b.lab.ID.String()
		l, _, err := b.labs.Create(t.Context(), "v08")
		if err != nil {
			t.Fatal(err)
		}
		theirs := listOf(t, b.rs2, b.es2)
		ours := listOf(t, b.rs1, b.es1)
		b.played.answers(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "max-age=300")
			if strings.Contains(r.RequestURI, first) {
				io.WriteString(w, ours) //nolint:errcheck // the caller has gone
				return
			}
			io.WriteString(w, theirs) //nolint:errcheck // likewise
		})
		b.lab, b.url = l, l.API()
		b.set(guard.IDTokenCheck, `"signature"`)
		if off != "" {
			b.off(off)
		}
		b.wantRefused(foreign, saysSignature, notTheirs...)
		b.wantGood(b.by(b.rs2), keyGood...)
	}
}

// A reset forgets the list. One that comes in between is no reason to fall over.
func TestAResetOfTheList(t *testing.T) {
	var server *Server
	b := newKeyBenchOf(t, func(s *Server) { server = s })
	b.wantGood(b.by(b.rs1), keyGood...)
	b.reset()
	if kept := b.state().Keys; kept != nil {
		t.Errorf("it keeps %+v", kept)
	}
	if err := server.mayFetchAgain(t.Context(), &lab.Handling{Lab: b.lab, Party: event.API}); err != nil {
		t.Errorf("it may not fetch what it does not have: %v", err)
	}
	b.wantGood(b.by(b.rs1), keyGood...)
	b.wantAsked(2)
}

// Whatever the key and the three parts of a token say, a signature that does not fit is a plain no.
func FuzzFits(f *testing.F) {
	rs, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		f.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][2]string{{"RS256", "a.b.c"}, {"ES256", ".."}, {"HS256", "a.b."}, {"HS256", ".."}, {"EdDSA", "e30.e30.AA"}, {"none", "a.b.c"}, {"", ".."}, {"RS256", "e30." + strings.Repeat("A", 1000) + "."}} {
		f.Add(seed[0], seed[1])
	}
	keys := []verification{{}, {jose.JSONWebKey{Key: rs.Public(), Algorithm: "RS256"}, true, true}, {jose.JSONWebKey{Key: ec.Public(), Algorithm: "ES256"}, true, true}, {jose.JSONWebKey{Key: ec.Public()}, true, false}}
	f.Fuzz(func(t *testing.T, algorithm, token string) {
		if strings.Count(token, ".") != 2 { // such a one cannot be read, see parse
			return
		}
		for _, key := range keys {
			if key.fits(algorithm, token) && !(algorithm == unsigned && strings.HasSuffix(token, ".")) {
				t.Errorf("%q fits by %q", token, algorithm)
			}
		}
	})
}

// Whatever a server answers with, the keys that are read are public, bounded, and what they were.
func FuzzReadKeys(f *testing.F) {
	for _, seed := range []string{`{"keys":[]}`, `{"keys":[{"kty":"oct","k":"AA"}]}`, `{"keys":[null,1,"x",{}]}`, `{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}`, "null", "[]", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		keys, err := readKeys(body)
		if err != nil && keys != nil || len(keys) > maxKeys {
			t.Fatalf("%q is read as %v (%v)", body, keys, err)
		}
		for _, key := range keys {
			if parsed, ok := key.parsed(); !ok || parsed.KeyID != key.ID || !bytes.Contains([]byte(body), []byte(key.JWK)) {
				t.Errorf("%q has the key %+v", body, key)
			}
		}
	})
}
