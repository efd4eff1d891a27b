package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2/clientcredentials"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
	"oauthlab/server/lab"
	"oauthlab/server/resourceserver"
)

// otherCalendar is a calendar that nobody of the lab wrote. It knows of tokens what golang-jwt makes
// of them, by the keys that the authorization server publishes (RFC 9068 §4), and of who acts what
// stands in act (RFC 8693 §4.1). It has the address of the lab's calendar, and its clock.
type otherCalendar struct {
	keysAt string
	parser *jwt.Parser
}

// calendarCalled is one to which tokens are for it that name the audience.
func (d *delegation) calendarCalled(audience string) *otherCalendar {
	return &otherCalendar{d.lab.Issuer() + "/jwks", jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256", "ES256"}), jwt.WithIssuer(d.lab.Issuer()), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { // the learner may have moved the clock since
			l, err := d.h.labs.Open(d.Context(), d.lab.ID)
			if err != nil {
				d.Error(err)
				return time.Time{}
			}
			return l.Now()
		}),
	)}
}

// publicKey is a key of a list of keys (RFC 7517 §4, RFC 7518 §6).
type publicKey struct {
	Kty, Kid, Alg, Use string
	N, E               string // of RSA
	Crv, X, Y          string // of an elliptic curve
}

// read makes a key of its numbers.
func (k publicKey) read() (any, error) {
	number := func(text string) []byte {
		b, err := base64.RawURLEncoding.Strict().DecodeString(text)
		if err != nil {
			return nil
		}
		return b
	}
	switch {
	case k.Use != "sig":
		return nil, fmt.Errorf("the key %s is for %q", k.Kid, k.Use)
	case k.Kty == "RSA" && k.Alg == "RS256":
		return &rsa.PublicKey{N: new(big.Int).SetBytes(number(k.N)), E: int(new(big.Int).SetBytes(number(k.E)).Int64())}, nil
	case k.Kty == "EC" && k.Alg == "ES256" && k.Crv == "P-256":
		return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, number(k.X), number(k.Y)))
	}
	return nil, fmt.Errorf("nobody checks anything with %+v", k)
}

// key fetches the list, and returns the key of the token's name that is for its algorithm.
func (c *otherCalendar) key(token *jwt.Token) (any, error) {
	resp, err := http.Get(c.keysAt)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var list struct{ Keys []publicKey }
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil {
		return nil, err
	}
	for _, k := range list.Keys {
		if k.Kid == token.Header["kid"] && k.Alg == token.Method.Alg() {
			return k.read()
		}
	}
	return nil, fmt.Errorf("there is no key %v of %s", token.Header["kid"], token.Method.Alg())
}

// acting is who acts, and for whom that acts.
type acting struct {
	Subject string  `json:"sub"`
	Act     *acting `json:"act"`
}

// delegated are the claims of an access token of RFC 9068 with those of RFC 8693.
type delegated struct {
	jwt.RegisteredClaims
	ClientID string  `json:"client_id"`
	Scope    string  `json:"scope"`
	Act      *acting `json:"act"`
}

// what the calendar read of a token.
type itRead struct {
	Owner  string   `json:"owner"`
	Client string   `json:"client"`
	By     []string `json:"by"` // who acts, the last first
}

// reads returns what a token says, or why it is refused.
func (c *otherCalendar) reads(token string) (itRead, error) {
	var claims delegated
	parsed, err := c.parser.ParseWithClaims(token, &claims, c.key)
	if err != nil {
		return itRead{}, err
	}
	if typ := strings.ToLower(fmt.Sprint(parsed.Header["typ"])); typ != "at+jwt" && typ != "application/at+jwt" {
		return itRead{}, errNoAccessToken
	}
	read := itRead{Owner: claims.Subject, Client: claims.ClientID}
	for a := claims.Act; a != nil; a = a.Act {
		read.By = append(read.By, a.Subject)
	}
	return read, nil
}

// ServeHTTP tells what it read.
func (c *otherCalendar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	read, err := c.reads(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if err != nil {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	json.NewEncoder(w).Encode(read) //nolint:errcheck // the caller has gone
}

// bothTake checks that both calendars take a token, and read the same of it: whose it is, and who
// acts.
func (d *delegation) bothTake(t *testing.T, other, token string, want itRead) {
	t.Helper()
	bearer := []string{"Authorization", "Bearer " + token}
	var got itRead
	if r := d.h.ask(t, http.MethodGet, other, "", bearer...); r.status != http.StatusOK || json.Unmarshal([]byte(r.body), &got) != nil || got.Owner != want.Owner || got.Client != want.Client || !slices.Equal(got.By, want.By) {
		t.Errorf("another's calendar answers %d %s, want %+v", r.status, r.body, want)
	}
	if r := d.h.ask(t, http.MethodGet, d.at(lab.Calendar), "", bearer...); r.status != http.StatusOK || !strings.Contains(r.body, `"owner":"`+want.Owner+`"`) {
		t.Errorf("the lab's calendar answers %d %s, want %+v", r.status, r.body, want)
	}
	state, err := resourceserver.Document{Store: d.h.store}.State(t.Context(), d.lab)
	if err != nil {
		t.Fatal(err)
	}
	if line := state.Log[len(state.Log)-1]; line.For != want.Owner || !slices.Equal(line.By, want.By) {
		t.Errorf("the lab's calendar writes down %+v, want %+v", line, want)
	}
}

// bothRefuse checks that neither does, and why the other does not.
func (d *delegation) bothRefuse(t *testing.T, c *otherCalendar, other, token string, why error) {
	t.Helper()
	if read, err := c.reads(token); !errors.Is(err, why) {
		t.Errorf("another library says %+v and %v, want %v", read, err, why)
	}
	for name, address := range map[string]string{"another's": other, "the lab's": d.at(lab.Calendar)} {
		r := d.h.ask(t, http.MethodGet, address, "", "Authorization", "Bearer "+token)
		if r.status != http.StatusUnauthorized || !strings.Contains(r.header.Get("WWW-Authenticate"), `error="invalid_token"`) || strings.Contains(r.body, "alice") || strings.Contains(r.body, "Dentist") {
			t.Errorf("%s calendar answers %d %v %s", name, r.status, r.header, r.body)
		}
	}
}

// calendarsIn is a lab whose calendar reads JWTs by itself, and another's calendar beside it.
func (h *house) calendarsIn(t *testing.T, algorithm string) (d *delegation, c *otherCalendar, other string) {
	t.Helper()
	d = h.delegationIn(t, `{"settings":{`+readsJWTs+`,"`+string(guard.IDSigningAlg)+`":"`+algorithm+`"}}`)
	c = d.calendarCalled(d.at(lab.Calendar))
	at := httptest.NewServer(c)
	t.Cleanup(at.Close)
	return d, c, at.URL
}

// forTheCalendar exchanges a token, as a client with its secret.
func (d *delegation) forTheCalendar(t *testing.T, subject, client, secret string) string {
	t.Helper()
	form := d.exchanging(subject)
	form.Set("client_id", client)
	form.Set("client_secret", secret)
	given, r := d.tokens(form)
	if r.status != http.StatusOK {
		t.Fatalf("the exchange is answered %d %s", r.status, r.body)
	}
	return given.AccessToken
}

// Two calendars, neither of which knows the other's library, take the same tokens and read the same
// chain of actors in them; and refuse what is for another, or was never an access token.
func TestAnotherCalendarReadsWhoActs(t *testing.T) {
	h := openHouse(t)
	for _, algorithm := range []string{guard.RS256, guard.ES256} {
		t.Run(algorithm, func(t *testing.T) {
			d, c, other := h.calendarsIn(t, algorithm)
			apis := []string{d.at(lab.Billing), d.at(lab.Calendar)}
			given := d.gives(d.begins("openid read write", apis...))
			exchanged := d.forTheCalendar(t, given.AccessToken, authserver.ClientAgent, d.secret)
			own := d.gives(d.begins("read write", d.at(lab.Calendar))).AccessToken
			d.bothTake(t, other, exchanged, itRead{"alice", authserver.ClientAgent, []string{authserver.ClientAgent}})
			d.bothTake(t, other, own, itRead{Owner: "alice", Client: authserver.ClientDemo})

			d.change(`{"protections":{"may-act":false}}`)
			second := h.registered(t, api.Lab{ID: d.lab.ID.String(), Key: d.key}, api.NewClient{Name: "My agent", Type: lab.TypeConfidential, RedirectURIs: []string{libraryCallback}})
			chain := d.forTheCalendar(t, exchanged, second.ClientID, second.ClientSecret)
			d.bothTake(t, other, chain, itRead{"alice", second.ClientID, []string{second.ClientID, authserver.ClientAgent}})
			chain = d.forTheCalendar(t, chain, authserver.ClientAgent, d.secret)
			d.bothTake(t, other, chain, itRead{"alice", authserver.ClientAgent, []string{authserver.ClientAgent, second.ClientID, authserver.ClientAgent}})

			d.change(`{"settings":{"` + string(guard.IDSigningAlg) + `":"` + algorithm + `"},"protections":{"resource-allow-list":false}}`)
			slash := d.gives(d.begins("read write", d.at(lab.Calendar)+"/")).AccessToken
			d.change(`{"protections":{"resource-allow-list":true}}`)
			for name, tt := range map[string]struct {
				token string
				why   error
			}{
				"Alice's token for billing":     {given.AccessToken, jwt.ErrTokenInvalidAudience},
				"a token with a slash too many": {slash, jwt.ErrTokenInvalidAudience},
				"an ID token":                   {given.IDToken, jwt.ErrTokenInvalidAudience},
				"a refresh token":               {d.gives(d.begins("read", apis...)).RefreshToken, jwt.ErrTokenMalformed},
				"a token of another lab":        {h.delegationIn(t, `{"settings":{`+readsJWTs+`}}`).forTheAgent(), jwt.ErrTokenUnverifiable},
				"nothing":                       {"x", jwt.ErrTokenMalformed},
				"a token without its signature": {exchanged[:strings.LastIndex(exchanged, ".")+1], jwt.ErrTokenSignatureInvalid},
			} {
				t.Run(name, func(t *testing.T) {
					if tt.token == "" {
						t.Fatal("there is none")
					}
					d.bothRefuse(t, c, other, tt.token, tt.why)
				})
			}

			d.change(`{"clock_offset_seconds":240}`)
			d.bothTake(t, other, exchanged, itRead{"alice", authserver.ClientAgent, []string{authserver.ClientAgent}})
			d.change(`{"clock_offset_seconds":301}`)
			d.bothRefuse(t, c, other, exchanged, jwt.ErrTokenExpired)
		})
	}
}

// forTheAgent is a token with which it asks the calendar for Alice.
func (d *delegation) forTheAgent() string {
	d.Helper()
	return d.forTheCalendar(d.T, d.gives(d.begins("read", d.at(lab.Billing), d.at(lab.Calendar))).AccessToken, authserver.ClientAgent, d.secret)
}

// An ID token is signed as an access token is, by the same server for the same user. Who forgets whom
// it is for has its type left to tell by (RFC 9068 §2.1).
func TestAnIDTokenIsOfAnotherType(t *testing.T) {
	d, _, _ := openHouse(t).calendarsIn(t, guard.ES256)
	given := d.gives(d.begins("openid read", d.at(lab.Calendar)))
	c := d.calendarCalled(authserver.ClientDemo)
	if read, err := c.reads(given.IDToken); !errors.Is(err, errNoAccessToken) {
		t.Errorf("of an ID token it reads %+v (%v)", read, err)
	}
	if read, err := c.reads(given.AccessToken); !errors.Is(err, jwt.ErrTokenInvalidAudience) {
		t.Errorf("of a token for the calendar it reads %+v (%v)", read, err)
	}
}

// Who acts is signed: whoever writes another name into the chain, takes one out or puts one in has a
// token that neither calendar takes, however it is signed.
func TestForgedChains(t *testing.T) {
	h := openHouse(t)
	for _, algorithm := range []string{guard.RS256, guard.ES256} {
		t.Run(algorithm, func(t *testing.T) {
			d, c, other := h.calendarsIn(t, algorithm)
			exchanged := d.forTheAgent()
			plain := d.gives(d.begins("read write", d.at(lab.Calendar))).AccessToken
			mallory := d.h.attacks.StrangerKey.Of(d.lab.ID)
			var list struct{ Keys []publicKey }
			if r := h.ask(t, http.MethodGet, c.keysAt, ""); json.Unmarshal([]byte(r.body), &list) != nil {
				t.Fatalf("the keys are answered %d %s", r.status, r.body)
			}
			public := map[string]any{}
			kids := map[string]string{}
			for _, k := range list.Keys {
				key, err := k.read()
				if err != nil {
					t.Fatal(err)
				}
				public[k.Alg], kids[k.Alg] = key, k.Kid
			}
			pem, err := lab.PublicPEM(public[algorithm])
			if err != nil {
				t.Fatal(err)
			}
			// claimed are the claims of a token with another act; nil removes it.
			claimed := func(token string, act any) jwt.MapClaims {
				t.Helper()
				claims := jwt.MapClaims{}
				if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil {
					t.Fatal(err)
				}
				claims["act"] = act
				if act == nil {
					delete(claims, "act")
				}
				return claims
			}
			// patched has other claims, and the signature of a real one.
			patched := func(token string, claims jwt.MapClaims) string {
				t.Helper()
				text, err := json.Marshal(claims)
				if err != nil {
					t.Fatal(err)
				}
				parts := strings.Split(token, ".")
				return parts[0] + "." + base64.RawURLEncoding.EncodeToString(text) + "." + parts[2]
			}
			signed := func(method jwt.SigningMethod, key any, claims jwt.MapClaims, header map[string]any) string {
				t.Helper()
				token := jwt.NewWithClaims(method, claims)
				token.Header["typ"] = "at+jwt"
				maps.Copy(token.Header, header)
				text, err := token.SignedString(key)
				if err != nil {
					t.Fatal(err)
				}
				return text
			}
			another := map[string]any{"sub": "mallory-bot"}
			before := map[string]any{"sub": authserver.ClientAgent, "act": another}
			kid := map[string]any{"kid": kids[algorithm]}
			for name, tt := range map[string]struct {
				token string
				why   error
			}{
				"another actor":                     {patched(exchanged, claimed(exchanged, another)), jwt.ErrTokenSignatureInvalid},
				"no actor any more":                 {patched(exchanged, claimed(exchanged, nil)), jwt.ErrTokenSignatureInvalid},
				"an actor more":                     {patched(exchanged, claimed(exchanged, before)), jwt.ErrTokenSignatureInvalid},
				"an actor in a token that had none": {patched(plain, claimed(plain, map[string]any{"sub": authserver.ClientAgent})), jwt.ErrTokenSignatureInvalid},
				"the claims of one, the signature of another": {
					strings.Join([]string{strings.Split(exchanged, ".")[0], strings.Split(plain, ".")[1], strings.Split(exchanged, ".")[2]}, "."), jwt.ErrTokenSignatureInvalid,
				},
				"by Mallory's key, in the name of the server's":  {signed(jwt.SigningMethodES256, mallory, claimed(exchanged, another), map[string]any{"kid": kids["ES256"]}), jwt.ErrTokenSignatureInvalid},
				"by Mallory's key, in the name of the other one": {signed(jwt.SigningMethodES256, mallory, claimed(exchanged, another), map[string]any{"kid": kids["RS256"]}), jwt.ErrTokenUnverifiable},
				"by Mallory's key, in its own name":              {signed(jwt.SigningMethodES256, mallory, claimed(exchanged, another), map[string]any{"kid": authserver.StrangerKID}), jwt.ErrTokenUnverifiable},
				"by Mallory's key, and where it is": {
					signed(jwt.SigningMethodES256, mallory, claimed(exchanged, another), map[string]any{"kid": authserver.StrangerKID, "jku": d.lab.Origins.MalloryKeys(d.lab.ID)}), jwt.ErrTokenUnverifiable,
				},
				"by nothing":                   {signed(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claimed(exchanged, another), kid), jwt.ErrTokenSignatureInvalid},
				"by nothing, in no name":       {signed(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claimed(exchanged, another), nil), jwt.ErrTokenSignatureInvalid},
				"by HS256 with the public key": {signed(jwt.SigningMethodHS256, pem, claimed(exchanged, another), kid), jwt.ErrTokenSignatureInvalid},
				"by HS256 with the secret of the agent": {
					signed(jwt.SigningMethodHS256, []byte(d.secret), claimed(exchanged, another), kid), jwt.ErrTokenSignatureInvalid,
				},
			} {
				t.Run(name, func(t *testing.T) { d.bothRefuse(t, c, other, tt.token, tt.why) })
			}
			d.bothTake(t, other, exchanged, itRead{"alice", authserver.ClientAgent, []string{authserver.ClientAgent}})
			d.bothTake(t, other, plain, itRead{Owner: "alice", Client: authserver.ClientDemo})
		})
	}
}

// A library that knows nothing of RFC 8693, but lets a program say what it asks by, exchanges tokens
// all the same, and gets another when its own is over.
func TestClientCredentialsOfALibraryExchangeATokenToo(t *testing.T) {
	h := openHouse(t)
	for name, settings := range map[string]string{"opaque": `"jwt-signature.tokens":"opaque"`, "JWTs that the calendar reads": readsJWTs} {
		t.Run(name, func(t *testing.T) {
			d := h.delegationIn(t, `{"settings":{`+settings+`}}`)
			subject := d.gives(d.begins("read write profile", d.at(lab.Billing), d.at(lab.Calendar))).AccessToken
			config := clientcredentials.Config{
				ClientID: authserver.ClientAgent, ClientSecret: d.secret, TokenURL: d.lab.Issuer() + "/token", Scopes: []string{"read"},
				EndpointParams: url.Values{"grant_type": {exchangeURN}, "subject_token": {subject}, "subject_token_type": {accessTokenURN}, "audience": {lab.Calendar.Client}},
			}
			token, err := config.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if token.TokenType != "Bearer" || token.RefreshToken != "" || token.Extra("issued_token_type") != accessTokenURN || time.Until(token.Expiry) > 5*time.Minute || token.AccessToken == subject {
				t.Errorf("the token is %+v", token)
			}
			for _, address := range []string{d.at(lab.Calendar), d.at(lab.Billing)} {
				got, err := get(t, config.Client(t.Context()), address)
				if err != nil {
					t.Fatal(err)
				}
				if isCalendar := address == d.at(lab.Calendar); isCalendar && (got.status != http.StatusOK || !strings.Contains(got.body, "Dentist at two")) || !isCalendar && got.status != http.StatusUnauthorized {
					t.Errorf("%s answers %d %s", address, got.status, got.body)
				}
			}
			state, err := resourceserver.Document{Store: h.store}.State(t.Context(), d.lab)
			if err != nil {
				t.Fatal(err)
			}
			if line := state.Log[0]; line.For != "alice" || !slices.Equal(line.By, []string{authserver.ClientAgent}) {
				t.Errorf("the calendar writes down %+v", line)
			}
			if n := len(sent(h.logOf(t, d.lab.ID), event.Agent, event.Auth, "/token")); n == 0 {
				t.Error("no request for a token is told of as the agent's")
			}

			config.EndpointParams.Set("subject_token", "made-up")
			if _, err := config.Token(t.Context()); err == nil || !strings.Contains(err.Error(), `"invalid_request"`) || !strings.Contains(err.Error(), "The subject token is not one of this server's that are good.") {
				t.Errorf("of a made-up token the library says %v", err)
			}
		})
	}
}
