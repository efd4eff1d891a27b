package client

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// JWK is a public key of the server (RFC 7517 §4).
type JWK struct {
	ID  string          `json:"kid"`
	Raw json.RawMessage `json:"-"` // all of it, for whoever verifies
}

// UnmarshalJSON reads a key and keeps all of it.
func (k *JWK) UnmarshalJSON(data []byte) error {
	type plain JWK
	k.Raw = slices.Clone(data)
	return json.Unmarshal(data, (*plain)(k))
}

// Verifier checks a signature over content in the way that alg names
// (RFC 7518 §3.1), with a key: WebCrypto in a browser, the standard
// library elsewhere. It does what it is told. Asked for HS256, it
// takes the public key, as PEM, for a secret (RFC 8725 §2.1).
type Verifier func(ctx context.Context,
	alg string, key JWK, content string, signature []byte,
) (fits bool, err error)

// algorithms are those by which the client has ID tokens signed. No
// token changes that (RFC 8725 §3.1).
var algorithms = []string{guard.RS256, guard.ES256}

// maxKeys bounds how many keys of a server are looked at.
const maxKeys = 32

// keyList is a list of keys as the client keeps it.
type keyList struct {
	URL     string          `json:"url"`
	Body    json.RawMessage `json:"body"` // RFC 7517 §5
	Fetched time.Time       `json:"fetched"`
	Until   time.Time       `json:"until"` // it may be kept so long

	// When it was fetched because a key was not in it.
	Asked time.Time `json:"asked,omitzero"`
}

// keys are those of the list.
func (l keyList) keys() ([]JWK, error) {
	var set struct{ Keys []JWK }
	if json.Unmarshal(l.Body, &set) != nil {
		return nil, errNoKeys
	}
	return set.Keys[:min(len(set.Keys), maxKeys)], nil
}

// keysFor returns the keys with which the token may be signed: those
// of the server's list, or where it says itself that they are, if
// nobody minds.
func (f *flow) keysFor(
	ctx context.Context, id idToken,
) ([]JWK, error) {
	if id.address != "" {
		list, err := f.fetchKeys(ctx, id.address)
		if err != nil {
			return nil, err
		}
		return list.keys()
	}
	list, fresh := f.keptKeys()
	if fresh {
		keys, err := list.keys()
		if err != nil || id.kid == "" || has(keys, id.kid) ||
			!f.mayFetchAgain(list) {
			return keys, err
		}
	}
	return f.newKeys(ctx, list, fresh)
}

// newKeys fetches the server's list, and keeps it.
func (f *flow) newKeys(
	ctx context.Context, was keyList, again bool,
) ([]JWK, error) {
	list, err := f.fetchKeys(ctx, f.server().JWKS)
	if err != nil {
		return nil, err
	}
	if list.Asked = was.Asked; again {
		list.Asked = f.Now()
	}
	text, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("keep the keys: %w", err)
	}
	if err := f.keyStore().Set(keysKey, string(text)); err != nil {
		return nil, fmt.Errorf("keep the keys: %w", err)
	}
	return list.keys()
}

// mayFetchAgain reports whether a key that is not in the list may
// have come since (OpenID Connect Core §10.1.1). Tokens with made-up
// keys are no reason to ask all the time.
func (f *flow) mayFetchAgain(list keyList) bool {
	return f.Rules.Value(guard.IDUnknownKey) == guard.FetchAgain &&
		guard.JWKSRefetch(list.Asked, f.Now()) == nil
}

// keysKey is where the client keeps the list.
const keysKey = "oauthlab.jwks"

// keyStore is the store of the list.
func (c *Client) keyStore() Store {
	if c.Keys != nil {
		return c.Keys
	}
	return c.Store
}

// keptKeys returns the list that the client keeps, and whether it may
// use it as it is.
func (f *flow) keptKeys() (l keyList, fresh bool) {
	text, _ := f.keyStore().Get(keysKey)
	if json.Unmarshal([]byte(text), &l) != nil ||
		l.URL != f.server().JWKS {
		return keyList{}, false
	}
	now := f.Now()
	return l, !now.Before(l.Fetched) && now.Before(l.Until)
}

// fetchKeys asks for a list of keys.
func (f *flow) fetchKeys(
	ctx context.Context, at string,
) (keyList, error) {
	if err := f.send(ctx); err != nil {
		return keyList{}, err
	}
	answer, err := f.Fetch(ctx, Request{
		Method: "GET", URL: at, Header: []event.Field{
			{Name: "Accept", Value: "application/json"}}})
	if err != nil {
		return keyList{}, fmt.Errorf("ask for the keys: %w", err)
	}
	list := keyList{
		URL: at, Body: json.RawMessage(answer.Body),
		Fetched: f.Now(),
		Until:   f.Now().Add(freshness(answer.Header)),
	}
	if _, err := list.keys(); answer.Status != 200 || err != nil {
		return keyList{}, errNoKeys
	}
	return list, nil
}

// maxFreshness bounds how long a list is kept, whatever the server
// says.
const maxFreshness = time.Hour

// freshness is how long an answer may be kept (RFC 9111 §5.2.2.1);
// not at all where it does not say.
func freshness(header []event.Field) time.Duration {
	for _, h := range header {
		if !strings.EqualFold(h.Name, "Cache-Control") {
			continue
		}
		_, age, found := strings.Cut(h.Value, "max-age=")
		age, _, _ = strings.Cut(age, ",")
		seconds, err := strconv.ParseUint(age, 10, 31)
		if found && err == nil {
			return min(time.Duration(seconds)*time.Second,
				maxFreshness)
		}
	}
	return 0
}

// has reports whether a key of the id is among them.
func has(keys []JWK, kid string) bool {
	return slices.ContainsFunc(keys,
		func(k JWK) bool { return k.ID == kid })
}

var errNoKeys = unreadable("the server's keys cannot be read")
