package client

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// Where the server of chapter v08 has its keys, and where Mallory has hers.
const (
	keysURL     = oidcIssuer + "/v8/keys"
	mallorysURL = "http://mallory.test/keys"
)

// keyDesk is the desk of a client in chapter v08, with a server that has keys. Of those the
// tests have a make of their own: a key is a text, and a signature a MAC.
type keyDesk struct {
	*oidcDesk
	now      time.Time
	header   map[string]any // of the next ID token; nil removes
	key      string         // that signs it
	claimed  map[string]any // changes to what it says
	verified []string       // what the verifier was asked, as "alg kid"
	broken   error          // of the verifier
}

func newKeyDesk(t *testing.T, s guard.Switches) *keyDesk {
	d := &keyDesk{oidcDesk: newOIDCDesk(t, s), now: noon, key: "one", header: map[string]any{}}
	d.Rules.Chapter, d.Random = "v08", rand.Reader // for many logins
	d.metadata["jwks_uri"] = keysURL
	d.Now = func() time.Time { return d.now }
	d.idToken = func(*oidcDesk) string { return d.signed() }
	d.Verify = d.verify
	d.publish("max-age=300", keyOf("k1", "RS256", "one"), keyOf("k2", "ES256", "two"))
	d.answers[mallorysURL] = Response{Status: 200, Body: listOf(keyOf("mallorys", "RS256", "hers"), keyOf("k1", "RS256", "hers"))}
	return d
}

// keyOf is a key as the server publishes it.
func keyOf(kid, alg, public string) string {
	return `{"kty":"text","kid":"` + kid + `","alg":"` + alg + `","public":"` + public + `"}`
}

func listOf(keys ...string) string { return `{"keys":[` + strings.Join(keys, ",") + `]}` }

// publish has the server answer with the keys from now on.
func (d *keyDesk) publish(cacheControl string, keys ...string) {
	answer := Response{Status: 200, Body: listOf(keys...)}
	if cacheControl != "" {
		answer.Header = []event.Field{{Name: "cache-control", Value: cacheControl}} // as browsers write it
	}
	d.answers[keysURL] = answer
}

// signed is an ID token for the login under way.
func (d *keyDesk) signed() string {
	d.t.Helper()
	header := map[string]any{"alg": "RS256", "kid": "k1", "typ": "JWT"}
	maps.Copy(header, d.header)
	maps.DeleteFunc(header, func(_ string, value any) bool { return value == nil })
	changes := map[string]any{"iat": d.now.Unix(), "exp": d.now.Unix() + 3600}
	maps.Copy(changes, d.claimed)
	content := part64(d.text(header)) + "." + part64(d.claims(changes))
	if d.key == "" {
		return content + "."
	}
	alg, _ := header["alg"].(string)
	return macOf(sha256.New, secretOf(alg, d.key), content)
}

// secretOf is what a signature is made with: by HS256 the public half, which everybody has.
func secretOf(alg, public string) string {
	if alg == guard.HS256 {
		return "public half of " + public
	}
	return "private half of " + public + " for " + alg
}

// verify does what it is told, see Verifier.
func (d *keyDesk) verify(_ context.Context, alg string, key JWK, content string, signature []byte) (bool, error) {
	var read struct {
		ID        string `json:"kid"`
		Algorithm string `json:"alg"`
		Public    string `json:"public"`
	}
	if err := json.Unmarshal(key.Raw, &read); err != nil || read.ID != key.ID {
		d.t.Errorf("the verifier is given %s for %q (%v)", key.Raw, key.ID, err)
	}
	d.verified = append(d.verified, alg+" "+key.ID)
	if d.broken != nil || alg != guard.HS256 && alg != read.Algorithm {
		return false, d.broken
	}
	return macOf(sha256.New, secretOf(alg, read.Public), content) == content+"."+part64(string(signature)), nil
}

// askedFor counts the requests to an address.
func (d *keyDesk) askedFor(url string) (n int) {
	for _, r := range d.asked {
		if r.URL == url {
			n++
		}
	}
	return n
}

// wantAsked checks how often the server was asked for its keys by now, and that nobody else was.
func (d *keyDesk) wantAsked(when string, n int) {
	d.t.Helper()
	if got := d.askedFor(keysURL); got != n {
		d.t.Errorf("%s, the client has asked for keys %d times, want %d", when, got, n)
	}
	for _, r := range d.asked {
		if !strings.HasPrefix(r.URL, oidcIssuer+"/") {
			d.t.Errorf("%s, it has asked %s", when, r.URL)
		}
	}
}

// redeem is a whole sign-in of somebody who was not signed in.
func (d *keyDesk) redeem() (Tokens, error) {
	d.t.Helper()
	delete(d.store, tokensKey)
	return d.oidcDesk.redeem()
}

// signIn is redeem that must do.
func (d *keyDesk) signIn(when string) {
	d.t.Helper()
	if tokens, err := d.redeem(); err != nil || tokens.AccessToken != "at-1" {
		d.t.Fatalf("%s: Redeem = %+v, %v", when, tokens, err)
	}
}

// refused is redeem that must fail by the guard.
func (d *keyDesk) refused(when string, by guard.ID, reason string) {
	d.t.Helper()
	tokens, err := d.redeem()
	var refusal *guard.Refusal
	if !errors.As(err, &refusal) || refusal.Guard != by || refusal.Reason != reason || tokens != (Tokens{}) {
		d.t.Errorf("%s: Redeem = %+v, %v; want a refusal by %s: %s", when, tokens, err, by, reason)
	}
	d.wantNobody()
}

const (
	noFit       = "the signature does not fit the ID token"
	noKey       = "the server has no key of that name"
	noAlgorithm = "the client takes no such algorithm"
	bringsKey   = "the ID token brings a key of its own"
	namesNoKey  = "the ID token does not name its key"
	notSigned   = "the ID token is not signed"
)

// inOrder are the guards of an ID token from v08 on (OpenID Connect Core §3.1.3.7).
var inOrder = []guard.ID{
	guard.IDOIDCIssuer, guard.IDOIDCAudience, guard.IDOIDCAZP, guard.IDAlgAllowList, guard.IDFixedJWKS, guard.IDKIDRequired, guard.IDOIDCSignature,
	guard.IDOIDCExpiry, guard.IDOIDCIssuedAt, guard.IDNonce, guard.IDAtHash,
}

// verdicts are those guards up to one, all with an outcome but that one.
func verdictsInOrder(all event.Outcome, last guard.ID, outcome event.Outcome) string {
	var words []string
	for _, id := range inOrder {
		if id == last {
			return strings.Join(append(words, string(id)+"="+string(outcome)), " ")
		}
		words = append(words, string(id)+"="+string(all))
	}
	return strings.Join(words, " ")
}

// A whole sign-in in v08: the keys are asked for between the verdicts on them, and what is known
// of the token is in the log before that.
func TestSignInByKeys(t *testing.T) {
	for name, tt := range map[string]struct {
		header map[string]any
		key    string
		secret string
	}{
		"with RS256":              {nil, "one", oidcSecret},
		"with ES256":              {map[string]any{"alg": "ES256", "kid": "k2"}, "two", oidcSecret},
		"of a client in public":   {nil, "one", ""},
		"with more in the header": {map[string]any{"x": "y", "x5t": "thumb", "cty": "json"}, "one", oidcSecret},
	} {
		t.Run(name, func(t *testing.T) {
			d := newKeyDesk(t, nil)
			maps.Copy(d.header, tt.header)
			d.key, d.Secret = tt.key, tt.secret
			fetch := d.Fetch
			d.Fetch = func(ctx context.Context, r Request) (Response, error) {
				if r.URL == keysURL {
					if want := verdictsInOrder(event.Passed, guard.IDFixedJWKS, event.Passed); d.story() != want {
						t.Errorf("before it asks, the log has\n%s, want\n%s", d.story(), want)
					}
					if r.Method != "GET" || r.Body != "" || len(r.Header) != 1 || r.Header[0] != (event.Field{Name: "Accept", Value: "application/json"}) {
						t.Errorf("it asks %+v", r)
					}
				}
				return fetch(ctx, r)
			}
			d.signIn(name)
			if got, want := d.story(), verdictsInOrder(event.Passed, "", "")+" signed-in tokens"; got != want {
				t.Errorf("recorded\n%s, want\n%s", got, want)
			}
			d.wantAsked("then", 1)
			if user, _, err := d.Who(t.Context()); err != nil || user != (User{oidcIssuer, "alice"}) {
				t.Errorf("Who = %+v, %v", user, err)
			}
			for _, e := range d.events {
				if v := e.Verdict; v != nil && (slices.Contains(inOrder, guard.ID(v.Guard))) && v.Where.File != "app/client/id_token.go" {
					t.Errorf("%s was called at %v", v.Guard, v.Where)
				}
			}
		})
	}
}

// A token in which all is wrong: the first guard that is on refuses it. Those before it say what
// they would have refused, those behind it say nothing.
func TestKeysAreCheckedInOrder(t *testing.T) {
	allOff := guard.Switches{}
	for _, id := range inOrder {
		allOff[id] = "off"
	}
	spoil := func(d *keyDesk) {
		d.header = map[string]any{"alg": "HS512", "kid": nil, "jku": mallorysURL}
		d.claimed = map[string]any{
			"iss": "http://other.test", "aud": "prints", "azp": "prints", "exp": noon.Unix() - 60, "iat": noon.Unix() - 601, "nonce": "another", "at_hash": guard.HashOfToken("another"),
		}
	}
	for i, id := range inOrder {
		t.Run("on alone: "+string(id), func(t *testing.T) {
			switches := maps.Clone(allOff)
			delete(switches, id)
			d := newKeyDesk(t, switches)
			spoil(d)
			tokens, err := d.redeem()
			var refusal *guard.Refusal
			if !errors.As(err, &refusal) || refusal.Guard != id || tokens != (Tokens{}) {
				t.Errorf("Redeem = %+v, %v; want a refusal by %s", tokens, err, id)
			}
			if got, want := d.story(), verdictsInOrder(event.WouldRefuse, id, event.Refused)+" flow.failed"; got != want {
				t.Errorf("recorded\n%s, want\n%s", got, want)
			}
			if asked, off := d.askedFor(mallorysURL) == 1, i > slices.Index(inOrder, guard.IDFixedJWKS); asked != off || d.askedFor(keysURL) != 0 {
				t.Errorf("it has asked Mallory: %t, and the server %d times", asked, d.askedFor(keysURL))
			}
			d.wantNobody()
		})
	}
	t.Run("all of them off", func(t *testing.T) {
		d := newKeyDesk(t, allOff)
		spoil(d)
		d.signIn("all off")
		if got, want := d.story(), verdictsInOrder(event.WouldRefuse, "", "")+" signed-in tokens"; got != want {
			t.Errorf("recorded\n%s, want\n%s", got, want)
		}
	})
}

// One thing is wrong with how a token is signed. Each guard refuses what it is there for; with that
// one off, another may refuse, or nobody does and the client says what it would have refused.
func TestHowAnIDTokenIsSigned(t *testing.T) {
	const alg, fixed, kid, signature = guard.IDAlgAllowList, guard.IDFixedJWKS, guard.IDKIDRequired, guard.IDOIDCSignature
	type header = map[string]any
	for name, tt := range map[string]struct {
		header header
		key    string
		by     guard.ID // "" where all is well
		reason string
		then   guard.ID // with that one off; "" where it goes on
	}{
		"nothing": {nil, "one", "", "", ""},

		"HS256 with the public key":          {header{"alg": "HS256"}, "one", alg, noAlgorithm, ""},
		"HS256 with another's":               {header{"alg": "HS256"}, "hers", alg, noAlgorithm, signature},
		"HS256 with the public elliptic key": {header{"alg": "HS256", "kid": "k2"}, "two", alg, noAlgorithm, ""},
		"none":                               {header{"alg": "none"}, "", alg, noAlgorithm, signature},
		"none, with a signature":             {header{"alg": "none"}, "one", alg, noAlgorithm, signature},
		"None":                               {header{"alg": "None"}, "", alg, noAlgorithm, signature},
		"RS512":                              {header{"alg": "RS512"}, "one", alg, noAlgorithm, signature},
		"no algorithm":                       {header{"alg": nil}, "one", alg, noAlgorithm, signature},
		"rs256":                              {header{"alg": "rs256"}, "one", alg, noAlgorithm, signature},

		"jku, which is Mallory's":          {header{"jku": mallorysURL, "kid": "mallorys"}, "hers", fixed, bringsKey, ""},
		"jku, in the name of the server's": {header{"jku": mallorysURL}, "hers", fixed, bringsKey, ""},
		"jku, and the server's own key":    {header{"jku": mallorysURL}, "one", fixed, bringsKey, signature},
		"jku, which is the server's":       {header{"jku": keysURL}, "one", fixed, bringsKey, ""},
		"x5u":                              {header{"x5u": mallorysURL}, "one", fixed, bringsKey, ""},
		"x5u, and Mallory's key":           {header{"x5u": mallorysURL, "kid": "mallorys"}, "hers", fixed, bringsKey, signature},
		"jwk":                              {header{"jwk": header{"kty": "text", "kid": "mallorys", "alg": "RS256", "public": "hers"}}, "one", fixed, bringsKey, ""},
		"jwk, and Mallory's key":           {header{"jwk": header{"kty": "text", "kid": "mallorys", "alg": "RS256", "public": "hers"}, "kid": "mallorys"}, "hers", fixed, bringsKey, signature},
		"jwk, in no name":                  {header{"jwk": header{"kty": "text", "alg": "RS256", "public": "hers"}, "kid": nil}, "hers", fixed, bringsKey, kid},
		"x5c":                              {header{"x5c": []string{"MIIB"}}, "one", fixed, bringsKey, ""},
		"x5c, and Mallory's key":           {header{"x5c": []string{"MIIB"}, "kid": "mallorys"}, "hers", fixed, bringsKey, signature},
		"jwk that is null":                 {header{"jwk": json.RawMessage("null")}, "one", fixed, bringsKey, ""},

		"no kid":                     {header{"kid": nil}, "one", kid, namesNoKey, ""},
		"an empty kid":               {header{"kid": ""}, "one", kid, namesNoKey, ""},
		"no kid, and the second key": {header{"kid": nil, "alg": "ES256"}, "two", kid, namesNoKey, ""},
		"no kid, and Mallory's key":  {header{"kid": nil}, "hers", kid, namesNoKey, signature},

		"another key in its name":         {nil, "hers", signature, noFit, ""},
		"a key that nobody has":           {header{"kid": "nobodys"}, "one", signature, noKey, ""},
		"the kid in another case":         {header{"kid": "K1"}, "one", signature, noKey, ""},
		"RSA in the name of the elliptic": {header{"kid": "k2"}, "one", signature, noFit, ""},
		"elliptic in the name of RSA":     {header{"alg": "ES256"}, "two", signature, noFit, ""},
		"no signature":                    {nil, "", signature, notSigned, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newKeyDesk(t, nil)
			d.header, d.key = tt.header, tt.key
			if tt.by == "" {
				d.signIn(name)
				return
			}
			d.refused("on", tt.by, tt.reason)
			if got, want := d.story(), verdictsInOrder(event.Passed, tt.by, event.Refused)+" flow.failed"; got != want {
				t.Errorf("recorded\n%s, want\n%s", got, want)
			}
			if n := d.askedFor(mallorysURL); n != 0 {
				t.Errorf("it has asked Mallory %d times", n)
			}

			d = newKeyDesk(t, guard.Switches{tt.by: "off"})
			d.header, d.key = tt.header, tt.key
			tokens, err := d.redeem()
			if tt.then == "" {
				if err != nil || tokens.AccessToken != "at-1" {
					t.Errorf("off: Redeem = %+v, %v", tokens, err)
				}
				would := strings.Replace(verdictsInOrder(event.Passed, "", ""), string(tt.by)+"=passed", string(tt.by)+"=would-refuse", 1)
				if got := d.story(); got != would+" signed-in tokens" {
					t.Errorf("off: recorded\n%s, want\n%s", got, would)
				}
			} else {
				var refusal *guard.Refusal
				if !errors.As(err, &refusal) || refusal.Guard != tt.then || tokens != (Tokens{}) {
					t.Errorf("off: Redeem = %+v, %v; want a refusal by %s", tokens, err, tt.then)
				}
				d.wantNobody()
			}
			// Where its key is, it says by jku alone; nothing else leads the client anywhere.
			_, says := tt.header["jku"]
			if asked := d.askedFor(mallorysURL); asked != 0 && (!says || tt.by != fixed) || says && tt.by == fixed && asked == 0 && tt.header["jku"] == mallorysURL {
				t.Errorf("off: it has asked Mallory %d times", asked)
			}
		})
	}
}

// Where the server has one key, a token need not name it.
func TestAnOnlyKeyNeedsNoName(t *testing.T) {
	d := newKeyDesk(t, nil)
	d.header["kid"] = nil
	d.publish("max-age=300", keyOf("k1", "RS256", "one"))
	d.signIn("one key")
	d.publish("max-age=300", `{"kty":"text","alg":"RS256","public":"one"}`) // which has no name either
	d.now = d.now.Add(time.Hour)
	d.signIn("one without a name")
	d.header["kid"] = "k1"
	d.refused("a name that it does not have", guard.IDOIDCSignature, noKey)
}

// Of keys with one name, any may have signed it; of keys with other names, none. Nobody is asked
// about a key twice.
func TestKeysOfOneName(t *testing.T) {
	d := newKeyDesk(t, nil)
	d.publish("max-age=300", keyOf("k0", "RS256", "one"), keyOf("k1", "RS256", "zero"), keyOf("k1", "ES256", "two"), keyOf("k1", "RS256", "one"), keyOf("k1", "RS256", "hers"))
	d.signIn("the third of that name")
	if want := []string{"RS256 k1", "RS256 k1", "RS256 k1"}; !slices.Equal(d.verified, want) {
		t.Errorf("the verifier is asked %q, want %q", d.verified, want)
	}
}

// The list is kept for as long as the server says, to the instant, an hour at most, and not at all
// where the clock was put back; in the store for keys where there is one.
func TestHowLongKeysAreKept(t *testing.T) {
	type step struct {
		at    time.Duration // after noon
		asked int           // by then
	}
	const second = time.Second
	for cacheControl, steps := range map[string][]step{
		"public, max-age=300":       {{0, 1}, {0, 1}, {300*second - 1, 1}, {300 * second, 2}, {600*second - 1, 2}, {600 * second, 3}},
		"max-age=60,public":         {{0, 1}, {60*second - 1, 1}, {60 * second, 2}},
		"max-age=3601":              {{0, 1}, {time.Hour - 1, 1}, {time.Hour, 2}},
		"max-age=99999999999999999": {{0, 1}, {0, 2}},
		"max-age=0":                 {{0, 1}, {0, 2}},
		"max-age=-1":                {{0, 1}, {0, 2}},
		"max-age=":                  {{0, 1}, {0, 2}},
		"max-age":                   {{0, 1}, {0, 2}},
		"s-maxage=60":               {{0, 1}, {0, 2}},
		"no-store":                  {{0, 1}, {0, 2}},
		"":                          {{0, 1}, {0, 2}},
		"max-age=300, put back":     {{time.Hour, 1}, {time.Hour - 1, 2}, {0, 3}, {299 * second, 3}, {300 * second, 4}},
	} {
		t.Run(cacheControl, func(t *testing.T) {
			d := newKeyDesk(t, nil)
			d.publish(strings.TrimSuffix(cacheControl, ", put back"), keyOf("k1", "RS256", "one"))
			for _, s := range steps {
				d.now = noon.Add(s.at)
				d.signIn(s.at.String())
				d.wantAsked(s.at.String(), s.asked)
			}
		})
	}
}

// A store for keys is shared by all who hold it, and nothing else is kept there; without one they
// are kept with the rest.
func TestWhereKeysAreKept(t *testing.T) {
	shared := map[string]string{}
	for i, want := range []int{1, 0, 0} {
		d := newKeyDesk(t, nil) // another browser each time
		d.Keys = mapStore(shared)
		d.signIn("a client")
		d.wantAsked("a client", want)
		if _, has := d.store[keysKey]; has || len(shared) != 1 {
			t.Errorf("client %d keeps %v, and there are %v", i+1, d.store, shared)
		}
	}
	alone := newKeyDesk(t, nil)
	alone.signIn("a client alone")
	if _, has := alone.store[keysKey]; !has {
		t.Errorf("it keeps %v", alone.store)
	}
	if err := alone.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	alone.signIn("after a sign-out")
	alone.wantAsked("after a sign-out", 1)
}

// mapStore is a store of keys.
type mapStore map[string]string

func (m mapStore) Get(key string) (string, bool) { v, ok := m[key]; return v, ok }
func (m mapStore) Set(key, value string) error   { m[key] = value; return nil }
func (m mapStore) Delete(key string)             { delete(m, key) }

// What is kept is of one address: a server that has its keys elsewhere is asked there, and what
// nobody can read is as if it were not there.
func TestKeptKeysAreOfTheirAddress(t *testing.T) {
	d := newKeyDesk(t, nil)
	d.signIn("first")
	kept := d.store[keysKey]
	d.metadata["jwks_uri"] = oidcIssuer + "/elsewhere"
	d.answers[oidcIssuer+"/elsewhere"] = Response{Status: 200, Body: listOf(keyOf("k1", "RS256", "moved"))}
	d.key = "moved"
	d.signIn("moved")
	if n := d.askedFor(oidcIssuer + "/elsewhere"); n != 1 {
		t.Errorf("it has asked there %d times", n)
	}
	d.metadata["jwks_uri"], d.key = keysURL, "one"
	d.signIn("back")
	d.wantAsked("back", 2)

	for _, spoilt := range []string{"", "x", "null", "[]", "{}", kept[:len(kept)-1], strings.Replace(kept, `"fetched":"`, `"fetched":"x`, 1), strings.Replace(kept, keysURL, keysURL+"/", 1)} {
		d.store[keysKey] = spoilt
		asked := d.askedFor(keysURL)
		d.signIn("with " + spoilt)
		d.wantAsked("with "+spoilt, asked+1)
	}
}

// A store that cannot keep the list ends the sign-in, with what it says.
func TestKeysThatCannotBeKept(t *testing.T) {
	full := errors.New("the store is full")
	d := newKeyDesk(t, nil)
	d.Keys = brokenStore{full}
	if tokens, err := d.redeem(); !errors.Is(err, full) || tokens != (Tokens{}) {
		t.Errorf("Redeem = %+v, %v", tokens, err)
	}
	d.wantNobody()
}

type brokenStore struct{ err error }

func (b brokenStore) Get(string) (string, bool) { return "", false }
func (b brokenStore) Set(string, string) error  { return b.err }
func (b brokenStore) Delete(string)             {}

// A key that is not in the list may have come since. The client fetches it once more, and then not
// for half a minute, to the instant; or never, as its habit is.
func TestAnUnknownKeyAtTheClient(t *testing.T) {
	t.Run("it fetches again", func(t *testing.T) {
		d := newKeyDesk(t, nil)
		d.signIn("first")
		d.publish("max-age=300", keyOf("k1", "RS256", "one"), keyOf("k3", "RS256", "three")) // a rotation
		d.header["kid"], d.key = "k3", "three"
		d.signIn("with the new key")
		d.wantAsked("with the new key", 2)
		d.header["kid"], d.key = "k1", "one"
		d.signIn("with the old one")
		d.wantAsked("with the old one", 2)

		made := 0
		unknown := func(when string, asked int) {
			t.Helper()
			made++
			d.header["kid"] = "made-up-" + strings.Repeat("x", made)
			d.refused(when, guard.IDOIDCSignature, noKey)
			d.wantAsked(when, asked)
		}
		for _, at := range []time.Duration{0, time.Second, 30*time.Second - 1} {
			d.now = noon.Add(at)
			unknown(at.String(), 2)
		}
		d.now = noon.Add(30 * time.Second)
		unknown("half a minute after", 3)
		unknown("at once after", 3)
		d.now = noon.Add(330 * time.Second) // the list is too old, and fetched anyway
		unknown("too old", 4)
		unknown("once more", 5)
		unknown("and no more", 5)
		d.header["kid"] = "k1"
		d.signIn("a good one")
		d.wantAsked("a good one", 5)
	})
	t.Run("it never fetches again", func(t *testing.T) {
		d := newKeyDesk(t, guard.Switches{guard.IDUnknownKey: guard.FetchNever})
		d.signIn("first")
		d.publish("max-age=300", keyOf("k3", "RS256", "three"))
		d.header["kid"], d.key = "k3", "three"
		for _, at := range []time.Duration{0, time.Minute, 5*time.Minute - 1} {
			d.now = noon.Add(at)
			d.refused(at.String(), guard.IDOIDCSignature, noKey)
			d.wantAsked(at.String(), 1)
		}
		d.now = noon.Add(5 * time.Minute)
		d.signIn("when the list is too old")
		d.wantAsked("when the list is too old", 2)
	})
	t.Run("nor does it for a token that names no key", func(t *testing.T) {
		d := newKeyDesk(t, guard.Switches{guard.IDKIDRequired: "off"})
		d.signIn("first")
		d.header["kid"], d.key = nil, "hers"
		d.refused("no kid", guard.IDOIDCSignature, noFit)
		d.wantAsked("no kid", 1)
	})
	t.Run("a key that is withdrawn is one for as long as the list is kept", func(t *testing.T) {
		d := newKeyDesk(t, nil)
		d.signIn("first")
		d.publish("max-age=300", keyOf("k3", "RS256", "three"))
		d.now = noon.Add(5*time.Minute - 1)
		d.signIn("nobody knows")
		d.now = noon.Add(5 * time.Minute)
		d.refused("now it knows", guard.IDOIDCSignature, noKey)
	})
}

// Lists that are none end the sign-in and are not kept, so that the next may find a good one. Of
// one that is odd, what is a key is used.
func TestOddListsAtTheClient(t *testing.T) {
	good := keyOf("k1", "RS256", "one")
	others := slices.Repeat([]string{keyOf("k2", "ES256", "two")}, 1000)
	for name, tt := range map[string]struct {
		answer Response
		err    error // nil where it signs in
	}{
		"as it should be":            {Response{Status: 200, Body: listOf(good)}, nil},
		"with more members":          {Response{Status: 200, Body: `{"x":1,` + listOf(strings.Replace(good, "{", `{"x":{},"x5u":"http://mallory.test/",`, 1))[1:]}, nil},
		"with kinds that are odd":    {Response{Status: 200, Body: listOf(`{}`, `{"kty":"oct","k":"AA"}`, `null`, good)}, nil},
		"with 31 others before":      {Response{Status: 200, Body: listOf(append(others[:31:31], good)...)}, nil},
		"of 1000 keys":               {Response{Status: 200, Body: listOf(append([]string{good}, others...)...)}, nil},
		"in lines":                   {Response{Status: 200, Body: "\r\n" + strings.ReplaceAll(listOf(good), ",", ",\n\t")}, nil},
		"failing":                    {Response{Status: 500, Body: listOf(good)}, errNoKeys},
		"not found":                  {Response{Status: 404, Body: listOf(good)}, errNoKeys},
		"another success":            {Response{Status: 203, Body: listOf(good)}, errNoKeys},
		"a redirect":                 {Response{Status: 302, Header: []event.Field{{Name: "Location", Value: mallorysURL}}}, errNoKeys},
		"nothing":                    {Response{Status: 200}, errNoKeys},
		"a page":                     {Response{Status: 200, Body: "<!doctype html>"}, errNoKeys},
		"a list":                     {Response{Status: 200, Body: "[" + good + "]"}, errNoKeys},
		"a text":                     {Response{Status: 200, Body: `"keys"`}, errNoKeys},
		"keys that are one":          {Response{Status: 200, Body: `{"keys":` + good + `}`}, errNoKeys},
		"keys that are texts":        {Response{Status: 200, Body: `{"keys":["k1"]}`}, errNoKeys},
		"a name that is a number":    {Response{Status: 200, Body: listOf(good, strings.Replace(good, `"k1"`, "1", 1))}, errNoKeys},
		"JSON and more":              {Response{Status: 200, Body: listOf(good) + "{}"}, errNoKeys},
		"cut short":                  {Response{Status: 200, Body: listOf(good)[:30]}, errNoKeys},
		"deeper than anything":       {Response{Status: 200, Body: strings.Repeat("[", 20000) + strings.Repeat("]", 20000)}, errNoKeys},
		"empty":                      {Response{Status: 200, Body: `{"keys":[]}`}, &guard.Refusal{}},
		"null":                       {Response{Status: 200, Body: `null`}, &guard.Refusal{}},
		"without keys":               {Response{Status: 200, Body: `{}`}, &guard.Refusal{}},
		"with 32 others before":      {Response{Status: 200, Body: listOf(append(others[:32:32], good)...)}, &guard.Refusal{}},
		"with a key of another name": {Response{Status: 200, Body: listOf(keyOf("k2", "RS256", "one"))}, &guard.Refusal{}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newKeyDesk(t, nil)
			tt.answer.Header = append(tt.answer.Header, event.Field{Name: "Cache-Control", Value: "max-age=300"})
			d.answers[keysURL] = tt.answer
			if tt.err == nil {
				d.signIn(name)
				d.signIn("again")
				d.wantAsked(name, 1)
				return
			}
			tokens, err := d.redeem()
			var refusal *guard.Refusal
			if isRefused := errors.As(err, &refusal); isRefused && refusal.Guard != guard.IDOIDCSignature || isRefused == errors.Is(tt.err, errNoKeys) || !isRefused && !errors.Is(err, errNoKeys) || tokens != (Tokens{}) {
				t.Errorf("Redeem = %+v, %v; want %v", tokens, err, tt.err)
			}
			d.wantNobody()
			d.wantAsked(name, 1)
			d.publish("max-age=300", good)
			d.signIn("when it is mended")
		})
	}
}

// Where nobody answers, or the request cannot be told of, nobody is signed in.
func TestKeysThatDoNotCome(t *testing.T) {
	away := errors.New("no way there")
	for _, switches := range []guard.Switches{nil, {guard.IDOIDCSignature: "off"}} {
		d := newKeyDesk(t, switches)
		fetch := d.Fetch
		d.Fetch = func(ctx context.Context, r Request) (Response, error) {
			if r.URL == keysURL {
				return Response{}, away
			}
			return fetch(ctx, r)
		}
		if tokens, err := d.redeem(); !errors.Is(err, away) || tokens != (Tokens{}) {
			t.Errorf("Redeem = %+v, %v", tokens, err)
		}
		d.wantNobody()
		d.Fetch = fetch
		d.signIn("when they come")
	}

	d := newKeyDesk(t, nil)
	delete(d.metadata, "jwks_uri")
	if tokens, err := d.redeem(); err == nil || tokens != (Tokens{}) {
		t.Errorf("without an address, Redeem = %+v, %v", tokens, err)
	}
	d.wantNobody()
}

// A verifier that cannot tell is no verifier that says yes, be the guard on or off.
func TestAVerifierThatFails(t *testing.T) {
	broken := errors.New("no WebCrypto here")
	for _, switches := range []guard.Switches{nil, {guard.IDOIDCSignature: "off"}} {
		d := newKeyDesk(t, switches)
		d.broken = broken
		if tokens, err := d.redeem(); !errors.Is(err, broken) || tokens != (Tokens{}) {
			t.Errorf("Redeem = %+v, %v", tokens, err)
		}
		d.wantNobody()
		if slices.ContainsFunc(d.events, func(e event.Event) bool { return e.Verdict != nil && e.Verdict.Guard == string(guard.IDOIDCSignature) }) {
			t.Errorf("it says what it does not know: %s", d.story())
		}
		if len(d.verified) != 1 {
			t.Errorf("it was asked %q", d.verified)
		}
	}
}

// What is signed with none, or has no signature, is shown to no verifier.
func TestWhatIsNotSignedIsNotVerified(t *testing.T) {
	for _, header := range []map[string]any{{"alg": "none"}, {}} {
		d := newKeyDesk(t, guard.Switches{guard.IDAlgAllowList: "off"})
		d.header, d.key = header, ""
		d.refused("not signed", guard.IDOIDCSignature, notSigned)
		if d.verified != nil {
			t.Errorf("the verifier was asked %q", d.verified)
		}
	}
}

// What is found by jku is for that token alone: it is not kept in the place of the server's list,
// and it is asked for each time.
func TestKeysOfATokenAreNotKept(t *testing.T) {
	d := newKeyDesk(t, guard.Switches{guard.IDFixedJWKS: "off"})
	d.header, d.key = map[string]any{"jku": mallorysURL, "kid": "mallorys"}, "hers"
	d.answers[mallorysURL] = Response{Status: 200, Body: listOf(keyOf("mallorys", "RS256", "hers")), Header: []event.Field{{Name: "Cache-Control", Value: "max-age=300"}}}
	for range 2 {
		d.signIn("by jku")
	}
	if n := d.askedFor(mallorysURL); n != 2 || d.askedFor(keysURL) != 0 || d.store[keysKey] != "" {
		t.Errorf("it has asked Mallory %d times, the server %d times, and keeps %s", n, d.askedFor(keysURL), d.store[keysKey])
	}
	d.header = map[string]any{"kid": "mallorys"}
	d.refused("without jku", guard.IDOIDCSignature, noKey)

	d.header = map[string]any{"jku": mallorysURL, "kid": "mallorys"}
	for name, answer := range map[string]Response{"nothing": {Status: 404}, "a page": {Status: 200, Body: "<html>"}, "a list": {Status: 200, Body: "[]"}} {
		d.answers[mallorysURL] = answer
		if tokens, err := d.redeem(); !errors.Is(err, errNoKeys) || tokens != (Tokens{}) {
			t.Errorf("with %s there, Redeem = %+v, %v", name, tokens, err)
		}
		d.wantNobody()
	}
}

// Before v08 an ID token is signed with the client's secret, and whatever its header says of keys,
// nobody is asked for any.
func TestNoKeysBeforeTheirChapter(t *testing.T) {
	for _, header := range []string{
		goodHeader, `{"alg":"HS256","kid":"k1","jku":"` + mallorysURL + `"}`, `{"alg":"HS256","jwk":` + keyOf("k1", "RS256", "hers") + `,"x5u":"` + mallorysURL + `","x5c":[]}`,
	} {
		d := newKeyDesk(t, nil)
		d.Rules.Chapter = "v07"
		d.idToken = func(o *oidcDesk) string { return oidcSigned(header, o.claims(nil)) }
		d.signIn(header)
		d.wantAsked(header, 0)
		if d.verified != nil {
			t.Errorf("the verifier was asked %q", d.verified)
		}
	}
	d := newKeyDesk(t, nil)
	d.Rules.Chapter = "v07"
	d.refused("with a key, in v07", guard.IDOIDCSignature, noFit)
	d = newKeyDesk(t, nil)
	d.idToken = func(o *oidcDesk) string { return o.jwt(nil) }
	d.refused("with the secret, in v08", guard.IDAlgAllowList, noAlgorithm)
}

// Each habit of the catalogue is tried above.
func TestHabitsOfKeysAreTried(t *testing.T) {
	if part, ok := guard.FindPart(guard.IDUnknownKey); !ok || !slices.Equal(part.Values, []string{guard.FetchAgain, guard.FetchNever}) {
		t.Errorf("it has the values %v", part.Values)
	}
}

// Whatever a server answers with, the keys that are read are bounded, and are what was written.
func FuzzKeyList(f *testing.F) {
	for _, seed := range []string{`{"keys":[]}`, `{"keys":[{"kid":"1"},null,{}]}`, `{"KEYS":[{"KID":"1"}]}`, `{"keys":[1]}`, "null", "[]", "", `{"keys":[{"kid":"\ud800"}]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		keys, err := keyList{Body: json.RawMessage(body)}.keys()
		if err != nil && keys != nil || len(keys) > maxKeys {
			t.Fatalf("%q is read as %v (%v)", body, keys, err)
		}
		for _, key := range keys {
			if !strings.Contains(body, string(key.Raw)) || !json.Valid(key.Raw) {
				t.Errorf("%q has the key %q", body, key.Raw)
			}
		}
	})
}
