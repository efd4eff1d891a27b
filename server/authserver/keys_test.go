package authserver

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"math/big"
	"net/http"
	"reflect"
	"slices"
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
	"oauthlab/server/store"
	"oauthlab/server/store/storetest"
)

// keyBench is keys in a store, a lab, and a clock that a test sets.
type keyBench struct {
	*testing.T
	keys *Keys
	labs *lab.Labs
	lab  *lab.Lab
	now  time.Time
}

// quickKey is a key that is made quickly, and no other is the same. It is too short for anybody
// else (RFC 7518 §3.3).
func quickKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 1024) }

func newKeyBench(t *testing.T, ahead func() (*rsa.PrivateKey, error)) *keyBench {
	t.Helper()
	db := storetest.Open(t)
	b := &keyBench{T: t, keys: NewKeys(db, ahead), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	b.labs = &lab.Labs{Store: db, Origins: lab.AllParties().Defaults(), Now: func() time.Time { return b.now }}
	b.lab = b.newLab()
	return b
}

func (b *keyBench) newLab() *lab.Lab {
	b.Helper()
	l, _, err := b.labs.Create(b.Context(), "v08")
	if err != nil {
		b.Fatal(err)
	}
	return l
}

// ring is the keys of the lab's own issuer.
func (b *keyBench) ring() Keyring { b.Helper(); return b.ringOf(b.keys, b.lab.ID, "") }

func (b *keyBench) ringOf(k *Keys, id uuid.UUID, issuer string) Keyring {
	b.Helper()
	ring, err := k.ring(b.Context(), id, issuer, b.now)
	if err != nil {
		b.Fatal(err)
	}
	return ring
}

func (b *keyBench) rotate(withdraw bool) Keyring {
	b.Helper()
	if err := b.keys.Rotate(b.Context(), &lab.Handling{Lab: b.lab, Party: event.Auth}, "", withdraw); err != nil {
		b.Fatal(err)
	}
	return b.ring()
}

// published are the ids in the list, in its order.
func (b *keyBench) published(r Keyring) []string {
	b.Helper()
	set, err := b.keys.published(r, b.now)
	if err != nil {
		b.Fatal(err)
	}
	ids := []string{}
	for _, key := range set.Keys {
		ids = append(ids, key.KeyID)
	}
	return ids
}

// ids are the names of keys, in order.
func ids(keys ...Key) []string {
	list := []string{}
	for _, key := range keys {
		list = append(list, key.ID)
	}
	return list
}

// wantSame checks that two rings are the same, down to the private halves.
func (b *keyBench) wantSame(what string, got, want Keyring) {
	b.Helper()
	if !reflect.DeepEqual(got, want) {
		b.Errorf("%s: the keys are %v, want %v", what, ids(got...), ids(want...))
	}
}

// opened is a key as it is kept, read by the standard library alone.
func opened(t *testing.T, key Key) crypto.Signer {
	t.Helper()
	private, err := x509.ParsePKCS8PrivateKey(key.Private)
	if err != nil {
		t.Fatal(err)
	}
	return private.(crypto.Signer)
}

// A lab has one key for each algorithm, which is as strong as that needs, and which no other lab
// has. A key is called by its thumbprint (RFC 7638), and comes back from the store as it was.
func TestEachLabHasItsOwnKeys(t *testing.T) {
	b := newKeyBench(t, nil)
	names, halves := map[string]bool{}, map[string]bool{}
	for range 3 {
		b.lab = b.newLab()
		ring := b.ring()
		if len(ring) != 2 || ring[0].Algorithm != guard.RS256 || ring[1].Algorithm != guard.ES256 {
			t.Fatalf("the keys are %v", ids(ring...))
		}
		for _, key := range ring {
			if !key.Made.Equal(b.now) || key.Retired != nil || key.Withdrawn {
				t.Errorf("a new key is %+v", key)
			}
			private := opened(t, key)
			switch public := private.Public().(type) {
			case *rsa.PublicKey:
				if public.N.BitLen() != 2048 || public.E != 65537 || key.Algorithm != guard.RS256 {
					t.Errorf("%s is an RSA key of %d bits", key.ID, public.N.BitLen())
				}
			case *ecdsa.PublicKey:
				if public.Curve != elliptic.P256() || key.Algorithm != guard.ES256 {
					t.Errorf("%s is a key on %s", key.ID, public.Curve.Params().Name)
				}
			default:
				t.Errorf("%s is a %T", key.ID, public)
			}
			print, err := (&jose.JSONWebKey{Key: private.Public()}).Thumbprint(crypto.SHA256)
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.ToLower(key.Algorithm) + "-" + base64.RawURLEncoding.EncodeToString(print)[:12]; key.ID != want {
				t.Errorf("a key is called %s, want %s", key.ID, want)
			}
			// By the store alone, without what was parsed before.
			read, err := NewKeys(b.labs.Store, nil).private(key)
			if err != nil || !read.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(private.Public()) {
				t.Errorf("%s is read as another key (%v)", key.ID, err)
			}
			names[key.ID], halves[string(key.Private)] = true, true
		}
		b.wantSame("asked again", b.ring(), ring)
	}
	if len(names) != 6 || len(halves) != 6 {
		t.Errorf("3 labs have %d names and %d keys", len(names), len(halves))
	}
}

// Of 64 who need the keys of a lab at once, be it in two processes, all get the same.
func TestKeysAreMadeOnce(t *testing.T) {
	b := newKeyBench(t, quickKey)
	processes := []*Keys{b.keys, NewKeys(b.labs.Store, quickKey)}
	rings, errs := make([]Keyring, 64), make([]error, 64)
	var all sync.WaitGroup
	for i := range rings {
		all.Go(func() { rings[i], errs[i] = processes[i%2].ring(b.Context(), b.lab.ID, "", b.now) })
	}
	all.Wait()
	for i, ring := range rings {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		b.wantSame("one of 64", ring, b.ring())
	}
	state, err := b.keys.docs().Get(t.Context(), b.lab.ID)
	if err != nil || len(state.Rings) != 1 || len(state.Rings[""]) != 2 {
		t.Errorf("there are %v (%v)", state.Rings, err)
	}
}

// The answers of the list are the same too, when a lab's first 64 ask for it at once.
func TestTheFirstListIsOne(t *testing.T) {
	b := newBench(t).in("v08")
	bodies := make([]string, 64)
	var all sync.WaitGroup
	for i := range bodies {
		all.Go(func() { bodies[i] = b.get(b.url + "/jwks").body })
	}
	all.Wait()
	if slices.Sort(bodies); len(slices.Compact(bodies)) != 1 || !strings.Contains(bodies[0], `"kid":"rs256-`) {
		t.Errorf("the lists are %q", slices.Compact(bodies))
	}
}

// After a rotation the new keys sign at once. The old ones stay in the list for an hour, to the
// instant, and however the clock is put.
func TestKeysOverlap(t *testing.T) {
	b := newKeyBench(t, quickKey)
	first := b.ring()
	signs := func(when string, want Keyring) {
		t.Helper()
		for i, algorithm := range algorithms() {
			if key, ok := b.ring().signer(algorithm); !ok || key.ID != want[i].ID {
				t.Errorf("%s, %s signs, want %s", when, key.ID, want[i].ID)
			}
		}
	}
	b.now = b.now.Add(time.Hour * 24 * 365)
	signs("after a year", first)
	if got := b.published(b.ring()); !slices.Equal(got, ids(first...)) {
		t.Errorf("after a year, %v are published", got)
	}

	rotated := b.now
	ring := b.rotate(false)
	second := ring[2:]
	signs("at once", second)
	if len(ring) != 4 || !slices.Equal(ids(ring[:2]...), ids(first...)) || slices.Contains(ids(first...), second[0].ID) || !second[0].Made.Equal(rotated) {
		t.Errorf("the ring is %v", ids(ring...))
	}
	for _, key := range ring[:2] {
		if key.Retired == nil || !key.Retired.Equal(rotated) || key.Withdrawn {
			t.Errorf("the old key is %+v", key)
		}
	}
	for _, at := range []struct {
		after time.Duration
		want  []string
	}{
		{0, ids(ring...)},
		{time.Nanosecond, ids(ring...)},
		{time.Hour - time.Nanosecond, ids(ring...)},
		{time.Hour, ids(second...)},
		{time.Hour + time.Nanosecond, ids(second...)},
		{24 * time.Hour, ids(second...)},
		{-24 * time.Hour, ids(ring...)}, // somebody has put the clock back
		{time.Minute, ids(ring...)},
	} {
		b.now = rotated.Add(at.after)
		if got := b.published(b.ring()); !slices.Equal(got, at.want) {
			t.Errorf("%s after the rotation, %v are published, want %v", at.after, got, at.want)
		}
		signs(at.after.String(), second)
	}
}

// A key that is withdrawn is published no more from that moment on, and neither is one that was
// retired before. No rotation brings it back.
func TestKeysAreWithdrawn(t *testing.T) {
	b := newKeyBench(t, quickKey)
	b.ring()
	before := b.rotate(false)
	b.now = b.now.Add(time.Minute)
	withdrawn := b.rotate(true)
	fresh := withdrawn[4:]
	if got := b.published(withdrawn); !slices.Equal(got, ids(fresh...)) {
		t.Errorf("%v are published, want %v", got, ids(fresh...))
	}
	for i, key := range withdrawn[:4] {
		if !key.Withdrawn || key.ID != before[i].ID {
			t.Errorf("%s is %+v", before[i].ID, key)
		}
	}
	if was := withdrawn[0].Retired; was == nil || !was.Equal(b.now.Add(-time.Minute)) {
		t.Errorf("a key that signed no more does so since %v", was)
	}
	after := b.rotate(false)
	if got := b.published(after); !slices.Equal(got, ids(after[4:]...)) {
		t.Errorf("after one more rotation %v are published, want %v", got, ids(after[4:]...))
	}
	b.now = b.now.Add(-time.Hour)
	if got := b.published(after); !slices.Equal(got, ids(after[4:]...)) {
		t.Errorf("with the clock put back %v are published, want %v", got, ids(after[4:]...))
	}
}

// Of the old keys four of each kind are kept, the youngest.
func TestKeysAreBounded(t *testing.T) {
	b := newKeyBench(t, quickKey)
	all := b.ring()
	for i := range 7 {
		b.now = b.now.Add(time.Minute)
		ring := b.rotate(i%3 == 0)
		all = append(all, ring[len(ring)-2:]...)
		want := all[max(0, len(all)-10):]
		if !slices.Equal(ids(ring...), ids(want...)) {
			t.Fatalf("after %d rotations the ring is %v, want %v", i+1, ids(ring...), ids(want...))
		}
		signs := 0
		for _, key := range ring {
			if key.Retired == nil {
				signs++
			}
		}
		if signs != 2 {
			t.Errorf("after %d rotations %d keys sign", i+1, signs)
		}
	}
	if names := ids(all...); len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(names) {
		t.Errorf("two keys have one name: %v", names)
	}
}

// What a rotation tells: which keys retire, which are withdrawn, and which are new.
func TestWhatARotationTells(t *testing.T) {
	b := newKeyBench(t, quickKey)
	old := b.ring()
	told := func(after uint64) (list []string, last uint64) {
		t.Helper()
		err := b.labs.Store.Events(t.Context(), b.lab.ID, after, func(e event.Event) error {
			last = e.Seq
			if e.Change != nil && e.Change.What == "key" {
				list = append(list, e.Change.Action+" "+e.Change.Key+" "+e.Change.Fields[0].To)
				if e.From != event.Auth || !e.Time.Equal(b.now) || len(e.Change.Fields) != 1 || e.Change.Fields[0].Name != "alg" {
					t.Errorf("it is told as %+v %+v", e, e.Change)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return list, last
	}
	first, last := told(0)
	if first != nil {
		t.Errorf("that keys are made is told as %q", first) // they were there before, for all that anybody knows
	}
	rs := func(action string, key Key) string { return action + " " + key.ID + " " + key.Algorithm }
	next := b.rotate(false)[2:]
	got, last := told(last)
	if want := []string{rs("retired", old[0]), rs("retired", old[1]), rs("stored", next[0]), rs("stored", next[1])}; !slices.Equal(got, want) {
		t.Errorf("a rotation is told as\n\t%q, want\n\t%q", got, want)
	}
	latest := b.rotate(true)[4:]
	got, _ = told(last)
	want := []string{
		rs("withdrawn", old[0]), rs("withdrawn", old[1]), rs("retired", next[0]), rs("withdrawn", next[0]), rs("retired", next[1]), rs("withdrawn", next[1]),
		rs("stored", latest[0]), rs("stored", latest[1]),
	}
	if !slices.Equal(got, want) {
		t.Errorf("a withdrawal is told as\n\t%q, want\n\t%q", got, want)
	}
}

// A lab that has no keys yet has them after a rotation, and those it began with are old.
func TestARotationBeforeAnythingElse(t *testing.T) {
	b := newKeyBench(t, quickKey)
	if ring := b.rotate(false); len(ring) != 4 || ring[0].Retired == nil || ring[2].Retired != nil {
		t.Errorf("the ring is %+v", ring)
	}
}

// Rotations at once are done one after the other, and none is lost.
func TestRotationsAtOnce(t *testing.T) {
	b := newKeyBench(t, quickKey)
	b.ring()
	var all sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		all.Go(func() {
			errs[i] = b.keys.Rotate(t.Context(), &lab.Handling{Lab: b.lab, Party: event.Auth}, "", false)
		})
	}
	all.Wait()
	ring := b.ring()
	if err := errors.Join(errs...); err != nil || len(ring) != 10 || ring[7].Retired == nil || ring[8].Retired != nil || ring[9].Retired != nil {
		t.Errorf("the ring is %v (%v)", ids(ring...), err)
	}
}

// A reset forgets the keys, and what comes after has new ones; those of another lab stay.
func TestAResetForgetsTheKeys(t *testing.T) {
	b := newKeyBench(t, quickKey)
	b.labs.Parties = []lab.Document{Document{Store: b.labs.Store, Owner: event.Auth, Kind: Kind, Keys: b.keys}}
	b.lab = b.newLab()
	other := b.newLab()
	old, others := b.rotate(true), b.ringOf(b.keys, other.ID, "")
	if _, err := b.labs.Reset(t.Context(), b.lab); err != nil {
		t.Fatal(err)
	}
	fresh := b.ring()
	if len(fresh) != 2 || slices.ContainsFunc(ids(fresh...), func(id string) bool { return slices.Contains(ids(old...), id) }) {
		t.Errorf("after a reset the keys are %v, before %v", ids(fresh...), ids(old...))
	}
	b.wantSame("of another lab", b.ringOf(b.keys, other.ID, ""), others)
}

// A reset may come in the midst of a rotation: then there are the new keys, and no others.
func TestAResetInTheMidstOfARotation(t *testing.T) {
	var b *keyBench
	made := 0
	b = newKeyBench(t, func() (*rsa.PrivateKey, error) {
		if made++; made == 2 { // the rotation makes its own
			if err := b.keys.Reset(context.Background(), b.lab.ID); err != nil {
				t.Error(err)
			}
		}
		return quickKey()
	})
	if ring := b.rotate(false); len(ring) != 2 || ring[0].Retired != nil || ring[1].Retired != nil {
		t.Errorf("the ring is %+v", ring)
	}
}

// Where no key can be made, nothing is kept, and who needs one is told.
func TestWhereNoKeyCanBeMade(t *testing.T) {
	broken := errors.New("no randomness")
	b := newKeyBench(t, func() (*rsa.PrivateKey, error) { return nil, broken })
	if _, err := b.keys.ring(t.Context(), b.lab.ID, "", b.now); !errors.Is(err, broken) {
		t.Errorf("it says %v", err)
	}
	b.keys.Make = quickKey
	ring := b.ring()
	b.keys.Make = func() (*rsa.PrivateKey, error) { return nil, broken }
	if err := b.keys.Rotate(t.Context(), &lab.Handling{Lab: b.lab, Party: event.Auth}, "", true); !errors.Is(err, broken) {
		t.Errorf("it says %v", err)
	}
	b.wantSame("after a rotation that failed", b.ring(), ring)
}

// What is kept and is no key is an error, and no panic.
func TestAKeyThatIsNone(t *testing.T) {
	k := NewKeys(nil, nil)
	for name, private := range map[string][]byte{"nothing": nil, "garbage": []byte("garbage"), "a public key": publicDER(t)} {
		if got, err := k.private(Key{ID: "rs256-x", Algorithm: guard.RS256, Private: private}); err == nil {
			t.Errorf("%s is read as %v", name, got)
		}
	}
}

func publicDER(t *testing.T) []byte {
	t.Helper()
	key, err := keytest.New()
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// A restart finds every key as it was, with what has happened to it.
func TestKeysSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	b := &keyBench{T: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	start := func() (stop func()) {
		t.Helper()
		db, err := store.Open(t.Context(), store.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		b.keys = NewKeys(db, quickKey)
		b.labs = &lab.Labs{Store: db, Origins: lab.AllParties().Defaults(), Now: func() time.Time { return b.now }}
		return func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	stop := start()
	b.lab = b.newLab()
	b.rotate(true)
	want := map[string]Keyring{"": b.rotate(false), "signature-rotated": b.ringOf(b.keys, b.lab.ID, "signature-rotated")}
	token, err := b.keys.SignAccessToken(t.Context(), b.lab.ID, b.now, "", AccessTokenClaims{Subject: "alice"})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	defer start()()
	for issuer, ring := range want {
		b.wantSame("after a restart", b.ringOf(b.keys, b.lab.ID, issuer), ring)
	}
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	set, err := b.keys.published(b.ring(), b.now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jws.Verify(&set); err != nil {
		t.Errorf("what was signed before: %v", err)
	}
	if next := b.rotate(true); len(next) != 8 {
		t.Errorf("and it goes on to %v", ids(next...))
	}
}

// Of the keys that are made ahead no two are the same, be there one ready or not, and with the
// end of its context nothing makes any more.
func TestTheKeyPool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which fails where something goes on for ever
		ctx, stop := context.WithCancel(t.Context())
		pool := NewKeyPool(ctx)
		seen := map[string]bool{}
		take := func() {
			t.Helper()
			key, err := pool.Take()
			if err != nil || key.N.BitLen() != 2048 || key.Validate() != nil {
				t.Fatalf("it hands out %v (%v)", key, err)
			}
			if n := key.N.String(); seen[n] {
				t.Error("it hands out a key twice")
			} else {
				seen[n] = true
			}
		}
		take() // before one is ready
		synctest.Wait()
		if len(pool.made) != ahead {
			t.Errorf("%d wait, want %d", len(pool.made), ahead)
		}
		for range ahead + 1 {
			take()
		}
		stop()
		synctest.Wait()
		for range 2 {
			take() // it makes its own then
		}
	})
}

// secrets are all that gives a private key away, in each way in which it may be written.
func secrets(t *testing.T, ring Keyring) map[string]string {
	t.Helper()
	all := map[string]string{"what PEM calls it": "PRIVATE KEY"}
	add := func(name string, octets []byte) {
		all[name+" in base64"] = base64.RawStdEncoding.EncodeToString(octets)
		all[name+" in base64url"] = base64.RawURLEncoding.EncodeToString(octets)
		all[name+" in hex"] = hex.EncodeToString(octets)
		all[name+" in decimal"] = new(big.Int).SetBytes(octets).String()
	}
	for _, key := range ring {
		all[key.ID+" as it is kept"] = base64.StdEncoding.EncodeToString(key.Private)
		switch private := opened(t, key).(type) {
		case *rsa.PrivateKey:
			add(key.ID+" d", private.D.Bytes())
			add(key.ID+" p", private.Primes[0].Bytes())
			add(key.ID+" q", private.Primes[1].Bytes())
			add(key.ID+" qi", private.Precomputed.Qinv.Bytes())
		case *ecdsa.PrivateKey:
			octets, err := private.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			add(key.ID+" d", octets)
		}
	}
	return all
}

// Nothing that anybody reads has the private half of a key: no answer, no event, no state, no
// table, no line for operators. What the store keeps has it.
func TestPrivateHalvesStayHere(t *testing.T) {
	var server *Server
	var operators bytes.Buffer
	b := newBenchOf(t, func(s *Server) {
		server, s.Log = s, slog.New(slog.NewTextHandler(&operators, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}).in("v08")
	b.set(map[guard.ID]string{guard.IDTokenFormat: guard.JWT})
	document := server.Document()
	heard := map[string]string{}
	for _, withdraw := range []bool{false, true} {
		given := b.signsIn("alice", "scope", "openid offline_access profile email")
		for name, r := range map[string]reply{
			"the list of keys": b.get(b.url + "/jwks"), "UserInfo": b.userInfo(given.AccessToken), "introspection": b.about(given.AccessToken),
			"a refresh": b.refreshWeb(given.RefreshToken), "the metadata": b.get(b.metadataAt()[0]), "an issuer with a fault": b.get(b.url + "/fault/signature-rotated/jwks"),
			"a token that is none": b.userInfo(given.AccessToken + "x"), "a hint": b.asksWho("id_token_hint", given.IDToken),
		} {
			heard[name] += r.body
			for header, values := range r.header {
				heard[name] += header + strings.Join(values, " ")
			}
		}
		heard["the tokens"] += given.AccessToken + given.IDToken
		if err := server.Keys.Rotate(t.Context(), &lab.Handling{Lab: b.lab, Party: event.Auth}, "", withdraw); err != nil {
			t.Fatal(err)
		}
	}
	state, err := document.Read(t.Context(), b.lab)
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := document.Sheet(t.Context(), b.lab)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := json.Marshal(sheet)
	if err != nil {
		t.Fatal(err)
	}
	log, err := json.Marshal(b.events())
	if err != nil {
		t.Fatal(err)
	}
	heard["the state"], heard["the tables"], heard["the log"], heard["what operators read"] = string(state), string(drawn), string(log), operators.String()

	kept, err := server.Keys.docs().Get(t.Context(), b.lab.ID)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(kept)
	if err != nil {
		t.Fatal(err)
	}
	var all Keyring
	for _, ring := range kept.Rings {
		all = append(all, ring...)
	}
	for _, key := range all {
		if !strings.Contains(string(text), base64.StdEncoding.EncodeToString(key.Private)) {
			t.Errorf("what the store keeps has no %s", key.ID)
		}
	}
	for what, secret := range secrets(t, all) {
		for where, text := range heard {
			if strings.Contains(text, secret) {
				t.Errorf("%s has %s", where, what)
			}
		}
	}
	// But they are shown, with all that may be known of them.
	for _, key := range kept.Rings[""] {
		if !strings.Contains(string(state), `"kid":"`+key.ID+`"`) || !strings.Contains(string(drawn), key.ID) {
			t.Errorf("%s is not shown", key.ID)
		}
	}
	if strings.Contains(string(state), "private") {
		t.Errorf("the state speaks of private halves: %s", state)
	}
	for _, says := range []string{"is withdrawn", "signs"} {
		if !strings.Contains(string(drawn), says) {
			t.Errorf("the table of keys does not say %q", says)
		}
	}
}

// What the table says of a key.
func TestWhatAKeyIsGoodFor(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) *time.Time { at := now.Add(-d); return &at }
	for _, tt := range []struct {
		key  Key
		want string
	}{
		{Key{}, "signs"},
		{Key{Retired: ago(0)}, "is published, for what it has signed"},
		{Key{Retired: ago(time.Hour - 1)}, "is published, for what it has signed"},
		{Key{Retired: ago(time.Hour)}, "is published no more"},
		{Key{Retired: ago(0), Withdrawn: true}, "is withdrawn"},
		{Key{Retired: ago(2 * time.Hour), Withdrawn: true}, "is withdrawn"},
	} {
		if got := tt.key.state(now); got != tt.want {
			t.Errorf("%+v %s, want %s", tt.key, got, tt.want)
		}
	}
}

// Before the chapter that brings keys, nobody is shown any, though there may be some.
func TestKeysAreShownFromTheirChapterOn(t *testing.T) {
	var server *Server
	b := newBenchOf(t, func(s *Server) { server = s }).in("v08")
	b.get(b.url + "/jwks")
	for chapter, want := range map[string]bool{"v08": true, "v07": false, "v01": false} {
		b.in(chapter)
		state, err := server.Document().Read(t.Context(), b.lab)
		if err != nil || strings.Contains(string(state), `"kid"`) != want {
			t.Errorf("in %s the state is %s (%v)", chapter, state, err)
		}
		sheet, err := server.Document().Sheet(t.Context(), b.lab)
		if err != nil {
			t.Fatal(err)
		}
		if drawn, err := json.Marshal(sheet); err != nil || strings.Contains(string(drawn), "rs256-") != want {
			t.Errorf("in %s the tables are %s (%v)", chapter, drawn, err)
		}
	}
}

// An issuer whose fault has keys of its own rotates those, and the lab's are as they were; an
// issuer with another fault signs with the lab's.
func TestKeysOfAnIssuerWithAFault(t *testing.T) {
	var server *Server
	b := newBenchOf(t, func(s *Server) { server = s }).in("v08")
	rings := func() map[string]Keyring {
		t.Helper()
		state, err := server.Keys.docs().Get(t.Context(), b.lab.ID)
		if err != nil {
			t.Fatal(err)
		}
		return state.Rings
	}
	b.signsIn("alice")
	own := rings()[""]
	if len(own) != 2 || len(rings()) != 1 {
		t.Fatalf("there are %v", rings())
	}
	for _, f := range Faults() {
		if f.ownKeys != (f.Name == "signature-rotated") {
			t.Errorf("%s has keys of its own: %t", f.Name, f.ownKeys)
		}
	}

	rotated := b.at(b.url + "/fault/signature-rotated")
	var kids []any
	for range 3 {
		kids = append(kids, partOf(t, rotated.signsIn("alice").IDToken, 0)["kid"])
	}
	if got := rings()["signature-rotated"]; len(got) != 8 || kids[0] == kids[1] || kids[1] == kids[2] {
		t.Errorf("its keys are %v, and it signed with %v", ids(got...), kids)
	}
	if !reflect.DeepEqual(rings()[""], own) {
		t.Errorf("the lab's keys are %v, want %v", ids(rings()[""]...), ids(own...))
	}
	if got := partOf(t, b.signsIn("alice").IDToken, 0)["kid"]; got != own[0].ID {
		t.Errorf("the lab signs with %v", got)
	}
	for _, name := range []string{"token-lower-case-type", "signature-missing-kid", "signature-unknown-kid", "jwks-empty"} {
		at := b.at(b.url + "/fault/" + name)
		at.get(at.url + "/jwks")
		at.signsIn("alice")
	}
	if got := rings(); len(got) != 2 || !reflect.DeepEqual(got[""], own) {
		t.Errorf("there are %v", got)
	}

	// The lab itself may be set to it. Then its own keys rotate, and those of the issuer do not.
	issuers := rings()["signature-rotated"]
	b.set(map[guard.ID]string{guard.IDFaultSignature: "rotated"})
	if got := partOf(t, b.signsIn("alice").IDToken, 0)["kid"]; got == own[0].ID {
		t.Errorf("the lab signs with %v still", got)
	}
	if got := rings(); len(got[""]) != 4 || !reflect.DeepEqual(got["signature-rotated"], issuers) {
		t.Errorf("there are %v", got)
	}
	if r := b.get(b.url + "/jwks"); r.status != http.StatusOK || strings.Count(r.body, `"kid"`) != 4 {
		t.Errorf("its list is %s", r.body)
	}
}

// Whoever has a copy of a key can sign with it, be it withdrawn; without a name it is the one
// that signs, and so it is with a name that there is not.
func TestACopyOfAKeySigns(t *testing.T) {
	b := newKeyBench(t, quickKey)
	b.ring()
	ring := b.rotate(true)
	for _, tt := range []struct {
		kid  string
		want Key
	}{{ring[0].ID, ring[0]}, {ring[1].ID, ring[1]}, {ring[3].ID, ring[3]}, {"", ring[2]}, {"nobody's", ring[2]}} {
		token, err := b.keys.SignAccessToken(t.Context(), b.lab.ID, b.now, tt.kid, AccessTokenClaims{Subject: "alice", Scope: "read"})
		if err != nil {
			t.Fatal(err)
		}
		header := partOf(t, token, 0)
		if len(header) != 3 || header["kid"] != tt.want.ID || header["alg"] != tt.want.Algorithm || header["typ"] != "at+jwt" {
			t.Errorf("with %q the header is %v", tt.kid, header)
		}
		jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(tt.want.Algorithm)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := jws.Verify(opened(t, tt.want).Public()); err != nil {
			t.Errorf("with %q: %v", tt.kid, err)
		}
	}
}
