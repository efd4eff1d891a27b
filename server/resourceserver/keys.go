package resourceserver

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
	"oauthlab/server/native"
)

// Bounds of what the API keeps of its authorization server's keys.
const (
	maxKeys      = 16
	keysWait     = 5 * time.Second // for the server to answer, with all that comes before
	maxFreshness = time.Hour       // whatever the server says
)

// KeyList is the public keys of the authorization server (RFC 7517 §5), as the API keeps them.
type KeyList struct {
	Keys    []PublicKey `json:"keys"`             // of the latest list
	Former  []PublicKey `json:"former,omitempty"` // of lists before, and in that no more
	Fetched time.Time   `json:"fetched"`
	Until   time.Time   `json:"until"`          // it may be kept so long (RFC 9111 §5.2.2.1)
	Asked   time.Time   `json:"asked,omitzero"` // when it was fetched for a key that was not in it
}

// PublicKey is one of them.
type PublicKey struct {
	ID  string `json:"kid"`
	JWK string `json:"jwk"` // all of it, as JSON (RFC 7517 §4)
}

// parsed is the key itself; it reports whether it is one.
func (k PublicKey) parsed() (key jose.JSONWebKey, ok bool) {
	return key, json.Unmarshal([]byte(k.JWK), &key) == nil && key.IsPublic()
}

// readKeys reads a list. A key that is none of a kind that is known here is passed over (RFC 7517
// §5).
func readKeys(body string) ([]PublicKey, error) {
	var list struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		return nil, fmt.Errorf("read the keys: %w", err)
	}
	var keys []PublicKey
	for _, raw := range list.Keys[:min(len(list.Keys), maxKeys)] {
		one := PublicKey{JWK: string(raw)}
		if key, ok := one.parsed(); ok {
			one.ID = key.KeyID
			keys = append(keys, one)
		}
	}
	return keys, nil
}

// isFresh reports whether the list may be used as it is. One that comes from later does not
// count: somebody has turned the clock back.
func (k *KeyList) isFresh(now time.Time) bool {
	return k != nil && !now.Before(k.Fetched) && now.Before(k.Until)
}

// find returns the key of an id in a list.
func find(keys []PublicKey, kid string) (key jose.JSONWebKey, known bool) {
	i := slices.IndexFunc(keys, func(k PublicKey) bool { return k.ID == kid })
	if i < 0 {
		return jose.JSONWebKey{}, false
	}
	return keys[i].parsed()
}

// verification is the key that a token names; the zero value for one that nobody knows.
type verification struct {
	key       jose.JSONWebKey
	known     bool
	published bool // it is in the server's latest list
}

// keyOf finds the key that a token names, and fetches the server's list where the API has none
// that it may use, or where the key is not in it: the server may have a new one (OpenID Connect
// Core §10.1.1).
func (s *Server) keyOf(ctx context.Context, t *lab.Handling, kid string) (verification, error) {
	if kid == "" { // there is more than one
		return verification{}, nil
	}
	list, err := s.keptKeys(ctx, t)
	if err != nil {
		return verification{}, err
	}
	if v := list.find(kid); v.published && list.isFresh(t.Now()) {
		return v, nil
	}
	if err := t.Frame.Tell(ctx); err != nil {
		return verification{}, err
	}
	wait, done := context.WithTimeout(ctx, keysWait)
	defer done()
	end, err := s.fetches.begin(wait, t.ID)
	if err != nil {
		return verification{}, s.unanswered(ctx, t, err)
	}
	defer end()
	if list, err = s.keptKeys(ctx, t); err != nil { // another may have fetched it meanwhile
		return verification{}, err
	}
	if list.isFresh(t.Now()) {
		if v := list.find(kid); v.published || v.known && guard.JWKSRefetch(list.Asked, t.Now()) != nil {
			return v, nil // that it is not published any more, the server has said just now
		}
		if err := s.mayFetchAgain(ctx, t); err != nil {
			return verification{}, err
		}
	}
	if list, err = s.fetchKeys(wait, t); err != nil {
		return verification{}, s.unanswered(ctx, t, err)
	}
	return list.find(kid), nil
}

// keptKeys is the list that the API keeps; nil for none.
func (s *Server) keptKeys(ctx context.Context, t *lab.Handling) (*KeyList, error) {
	state, err := s.document().State(ctx, t.Lab)
	return state.Keys, err
}

// find returns the key of an id, be it of a list before.
func (k *KeyList) find(kid string) verification {
	if k == nil {
		return verification{}
	}
	if key, known := find(k.Keys, kid); known {
		return verification{key, true, true}
	}
	key, known := find(k.Former, kid)
	return verification{key, known, false}
}

// keyFetches are the labs whose keys are being fetched. Whoever needs the same waits for that, and
// may find its key then: many tokens at once are no reason for many requests. The zero value is
// ready.
type keyFetches struct {
	mu  sync.Mutex
	now map[uuid.UUID]chan struct{} // guarded by mu; each is closed when it is over
}

// begin waits until nobody fetches the keys of the lab, or ctx ends. Then the caller may, and
// calls end.
func (f *keyFetches) begin(ctx context.Context, id uuid.UUID) (end func(), err error) {
	for {
		over, mine := f.enter(id)
		if mine {
			return func() { f.leave(id, over) }, nil
		}
		select {
		case <-over:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (f *keyFetches) enter(id uuid.UUID) (over chan struct{}, mine bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if over, under := f.now[id]; under {
		return over, false
	}
	if f.now == nil {
		f.now = map[uuid.UUID]chan struct{}{}
	}
	over = make(chan struct{})
	f.now[id] = over
	return over, true
}

func (f *keyFetches) leave(id uuid.UUID, over chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.now, id)
	close(over)
}

// mayFetchAgain decides whether the list is fetched for a key that is not in it.
func (s *Server) mayFetchAgain(ctx context.Context, t *lab.Handling) error {
	refusal, err := lab.Update(ctx, t.Aside(), s.document().docs(), func(state *State, t *lab.Handling) (*endpoint.Error, error) {
		if state.Keys == nil { // a reset came in between
			return nil, nil //nolint:nilnil // nobody refuses
		}
		if err := t.Enforce(guard.IDJWKSRefetch,
			guard.JWKSRefetch(state.Keys.Asked, t.Now())); err != nil {
			return refused(err, http.StatusUnauthorized, ""), nil
		}
		asked := *state.Keys
		asked.Asked = t.Now()
		state.Keys = &asked
		return nil, nil //nolint:nilnil // nobody refuses
	})
	if err != nil || refusal == nil {
		return err
	}
	return refusal
}

// fetchKeys asks the authorization server for its keys, and keeps them.
func (s *Server) fetchKeys(ctx context.Context, t *lab.Handling) (*KeyList, error) {
	answer, err := native.Fetch(ctx, native.WithoutRedirects(s.Transport), t.Origins, func(out *http.Request) { s.InternalSenders.Pin(out, t.ID, event.API) }, client.Request{
		Method: http.MethodGet, URL: t.Issuer() + "/jwks", Header: []event.Field{{Name: "Accept", Value: "application/jwk-set+json, application/json"}},
	})
	if err != nil {
		return nil, err
	}
	keys, err := readKeys(answer.Body)
	if answer.Status != http.StatusOK || err != nil {
		return nil, errors.New("the authorization server's keys cannot be read")
	}
	now := t.Now()
	return lab.Update(ctx, t.Aside(), s.document().docs(), func(state *State, _ *lab.Handling) (*KeyList, error) {
		next := &KeyList{Keys: keys, Fetched: now, Until: now.Add(freshness(answer.Header))}
		if was := state.Keys; was != nil {
			next.Asked = was.Asked
			for _, key := range slices.Concat(was.Former, was.Keys) {
				if _, still := find(next.Keys, key.ID); !still {
					next.Former = lab.Keep(next.Former, key, maxKeys)
				}
			}
		}
		state.Keys = next
		return next, nil
	})
}

// freshness is how long an answer may be kept (RFC 9111 §5.2.2.1); not at all where it does not
// say.
func freshness(header []event.Field) time.Duration {
	for _, h := range header {
		if h.Name != "Cache-Control" {
			continue
		}
		for directive := range strings.SplitSeq(h.Value, ",") {
			if seconds, is := strings.CutPrefix(strings.TrimSpace(directive), "max-age="); is {
				n, err := strconv.ParseUint(seconds, 10, 31)
				if err != nil {
					return 0
				}
				return min(time.Duration(n)*time.Second, maxFreshness) //nolint:gosec // 31 bits
			}
		}
	}
	return 0
}

// fits checks a signature in the way that the token names, with the key of that name. By
// HS256, whoever mistakes a public key for a secret takes it as configurations have it (RFC 8725
// §2.1).
func (v verification) fits(algorithm, token string) bool {
	switch {
	case algorithm == unsigned:
		return strings.HasSuffix(token, ".")
	case !v.known || !lab.IsStrict(token):
		return false
	case algorithm == guard.HS256:
		return v.fitsAsSecret(token)
	}
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(v.key.Algorithm)})
	if err != nil {
		return false
	}
	_, err = jws.Verify(v.key)
	return err == nil
}

func (v verification) fitsAsSecret(token string) bool {
	end := strings.LastIndex(token, ".")
	signature, err := base64.RawURLEncoding.DecodeString(token[end+1:])
	if err != nil {
		return false
	}
	fits, err := native.VerifyAsSecret(v.key, token[:end], signature)
	return fits && err == nil
}
