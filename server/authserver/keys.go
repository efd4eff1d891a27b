package authserver

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// Keys of a lab, of which one half is public. Rules of this file:
//
//   - one key an algorithm signs; the one before it stays published until what it has signed is
//     over, so that a rotation breaks nothing (OpenID Connect Core §10.1.1);
//   - a key that leaked is withdrawn: it is published no more, and what it signed is worthless;
//   - private halves leave this package as signatures alone.

const (
	keptPublished = time.Hour // a retired key: as long as the longest that it has signed is good
	maxRetired    = 4         // of an algorithm
	maxParsed     = 512
	rsaBits       = 2048 // RFC 7518 §3.3: or more
)

// Key is one key as it is kept.
type Key struct {
	ID        string     `json:"kid"`
	Algorithm string     `json:"alg"`
	Private   []byte     `json:"private"` // PKCS #8
	Made      time.Time  `json:"made"`
	Retired   *time.Time `json:"retired,omitempty"` // it signs no more since
	Withdrawn bool       `json:"withdrawn,omitempty"`
}

// isPublished reports whether the public half is in the list.
func (k Key) isPublished(now time.Time) bool {
	return !k.Withdrawn && (k.Retired == nil || now.Before(k.Retired.Add(keptPublished)))
}

// Keyring is the keys of one issuer, the newest last.
type Keyring []Key

// KeyState is all keys of one lab, by the fault of the issuer; "" is the server's own.
type KeyState struct {
	Rings map[string]Keyring `json:"rings"`
}

// Keys keeps and makes the keys of all labs. It is safe for concurrent use.
type Keys struct {
	Store *store.Store
	Make  func() (*rsa.PrivateKey, error) // a new one; nil makes it on the spot

	parsed *lru.Cache[string, crypto.Signer] // by key id

	// foreign is a key of nobody's, for what is signed wrongly.
	foreign func() (*rsa.PrivateKey, error)
}

// NewKeys returns keys that are kept in the store.
func NewKeys(s *store.Store, ahead func() (*rsa.PrivateKey, error)) *Keys {
	parsed, _ := lru.New[string, crypto.Signer](maxParsed) // fails for a size below one
	return &Keys{Store: s, Make: ahead, parsed: parsed, foreign: sync.OnceValues(func() (*rsa.PrivateKey, error) {
		return rsa.GenerateKey(rand.Reader, rsaBits)
	})}
}

func (k *Keys) docs() store.Documents[KeyState] {
	return store.For[KeyState](k.Store, store.Keys).Or(func() KeyState { return KeyState{} })
}

// newKey makes a key for the algorithm. Its id is short, to be read by people: it says what it
// is, and has the beginning of the key's thumbprint (RFC 7638).
func (k *Keys) newKey(algorithm string, now time.Time) (Key, error) {
	var private crypto.Signer
	var err error
	switch {
	case algorithm == guard.ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case k.Make != nil:
		private, err = k.Make()
	default:
		private, err = rsa.GenerateKey(rand.Reader, rsaBits)
	}
	if err != nil {
		return Key{}, fmt.Errorf("make a key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return Key{}, fmt.Errorf("make a key: %w", err)
	}
	print, err := (&jose.JSONWebKey{Key: private.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return Key{}, fmt.Errorf("make a key: %w", err)
	}
	const shown = 9 // bytes, 12 letters
	id := strings.ToLower(algorithm) + "-" + base64.RawURLEncoding.EncodeToString(print[:shown])
	k.parsed.Add(id, private)
	return Key{ID: id, Algorithm: algorithm, Private: der, Made: now}, nil
}

// algorithms are those that the server has keys for.
func algorithms() []string { return []string{guard.RS256, guard.ES256} }

// newKeys makes one for each of them.
func (k *Keys) newKeys(now time.Time) (ring Keyring, err error) {
	for _, algorithm := range algorithms() {
		key, err := k.newKey(algorithm, now)
		if err != nil {
			return nil, err
		}
		ring = append(ring, key)
	}
	return ring, nil
}

// ring returns the keys of an issuer, and makes them where there are none yet.
func (k *Keys) ring(ctx context.Context, id uuid.UUID, issuer string, now time.Time) (Keyring, error) {
	state, err := k.docs().Get(ctx, id)
	if err != nil || len(state.Rings[issuer]) > 0 {
		return state.Rings[issuer], err
	}
	fresh, err := k.newKeys(now)
	if err != nil {
		return nil, err
	}
	var ring Keyring
	err = k.docs().Update(ctx, id, func(s *KeyState, _ *store.Outbox) error {
		if s.Rings == nil {
			s.Rings = map[string]Keyring{}
		}
		if len(s.Rings[issuer]) == 0 { // nobody else was quicker
			s.Rings[issuer] = fresh
		}
		ring = s.Rings[issuer]
		return nil
	})
	return ring, err
}

// Rotate has new keys sign from now on. The old ones stay published for a while, unless they
// are withdrawn.
func (k *Keys) Rotate(ctx context.Context, t *lab.Handling, issuer string, withdraw bool) error {
	if _, err := k.ring(ctx, t.ID, issuer, t.Now()); err != nil {
		return err
	}
	fresh, err := k.newKeys(t.Now())
	if err != nil {
		return err
	}
	_, err = lab.Update(ctx, t, k.docs(), func(s *KeyState, t *lab.Handling) (struct{}, error) {
		if s.Rings == nil { // a reset came in between
			s.Rings = map[string]Keyring{}
		}
		s.Rings[issuer] = s.Rings[issuer].rotated(t, fresh, withdraw)
		return struct{}{}, nil
	})
	return err
}

// rotated returns the ring with the new keys in the place of those that sign.
func (r Keyring) rotated(t *lab.Handling, fresh Keyring, withdraw bool) Keyring {
	now := t.Now()
	var next Keyring
	for _, key := range r {
		if key.Retired == nil {
			key.Retired = &now
			t.Changed("key", "retired", key.ID, event.ChangeField{Name: "alg", To: key.Algorithm})
		}
		if withdraw && !key.Withdrawn {
			key.Withdrawn = true
			t.Changed("key", "withdrawn", key.ID, event.ChangeField{Name: "alg", To: key.Algorithm})
		}
		next = append(next, key)
	}
	if excess := len(next) - maxRetired*len(algorithms()); excess > 0 {
		next = next[excess:]
	}
	for _, key := range fresh {
		t.Changed("key", "stored", key.ID, event.ChangeField{Name: "alg", To: key.Algorithm})
	}
	return append(next, fresh...)
}

// signer returns the key that signs with the algorithm.
func (r Keyring) signer(algorithm string) (Key, bool) {
	for _, key := range slices.Backward(r) {
		if key.Algorithm == algorithm && key.Retired == nil {
			return key, true
		}
	}
	return Key{}, false
}

// private returns the key itself.
func (k *Keys) private(key Key) (crypto.Signer, error) {
	if private, ok := k.parsed.Get(key.ID); ok {
		return private, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(key.Private)
	if err != nil {
		return nil, fmt.Errorf("read key %s: %w", key.ID, err)
	}
	private, is := parsed.(crypto.Signer)
	if !is {
		return nil, fmt.Errorf("read key %s: it cannot sign", key.ID)
	}
	k.parsed.Add(key.ID, private)
	return private, nil
}

// SignAccessToken signs with the key of the id, as whoever has a copy of that key can; "" is the
// one that signs now.
func (k *Keys) SignAccessToken(ctx context.Context, id uuid.UUID, now time.Time, kid string, claims AccessTokenClaims) (string, error) {
	ring, err := k.ring(ctx, id, "", now)
	if err != nil {
		return "", err
	}
	key, _ := ring.signer(guard.RS256)
	if i := slices.IndexFunc(ring, func(key Key) bool { return key.ID == kid }); i >= 0 {
		key = ring[i]
	}
	private, err := k.private(key)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("write a token: %w", err)
	}
	return compact(jose.SignatureAlgorithm(key.Algorithm), private, signing{typ: jwtType}.options().WithHeader("kid", key.ID), payload)
}

// public returns the public half as the list has it (RFC 7517 §4).
func (k *Keys) public(key Key) (jose.JSONWebKey, error) {
	private, err := k.private(key)
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	return jose.JSONWebKey{Key: private.Public(), KeyID: key.ID, Algorithm: key.Algorithm, Use: "sig"}, nil
}

// published returns the public halves of all that may be met: those that sign, and those whose
// signatures are still good.
func (k *Keys) published(r Keyring, now time.Time) (jose.JSONWebKeySet, error) {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, key := range r {
		if !key.isPublished(now) {
			continue
		}
		public, err := k.public(key)
		if err != nil {
			return set, err
		}
		set.Keys = append(set.Keys, public)
	}
	return set, nil
}

// Reset forgets the keys of a lab.
func (k *Keys) Reset(ctx context.Context, id uuid.UUID) error {
	return k.docs().Update(ctx, id, func(s *KeyState, _ *store.Outbox) error {
		*s = KeyState{}
		return nil
	})
}
