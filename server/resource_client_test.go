package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
	"oauthlab/server/lab"
)

// resources are the addresses of a lab's APIs.
type resources struct{ photos, billing, calendar string }

func resourcesOf(l *lab.Lab) resources {
	return resources{l.Resource(lab.Photos), l.Resource(lab.Billing), l.Resource(lab.Calendar)}
}

// naming makes the library begin its flow for some APIs, and redeem the code for the first. Its
// option sets a parameter once, so that the others stand in the address that it is given, and
// before that one in the request.
func (c *libraryIn) naming(apis ...string) {
	at, err := url.Parse(c.config.Endpoint.AuthURL)
	if err != nil {
		c.Fatal(err)
	}
	at.RawQuery = url.Values{"resource": apis[1:]}.Encode()
	c.config.Endpoint.AuthURL = at.String()
	c.named = []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("resource", apis[0])}
}

// token sends a token request as it is, and returns what the server answers.
func (c *libraryIn) token(form url.Values) (authserver.TokenResponse, reply) {
	c.Helper()
	form.Set("client_id", c.config.ClientID)
	r := c.h.ask(c.T, http.MethodPost, c.config.Endpoint.TokenURL, form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	var given authserver.TokenResponse
	if err := json.Unmarshal([]byte(r.body), &given); err != nil {
		c.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return given, r
}

// renew sends a refresh, which takes resource, as no token source of the library's does.
func (c *libraryIn) renew(refreshToken string, apis ...string) (authserver.TokenResponse, reply) {
	c.Helper()
	return c.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refreshToken}, "resource": apis})
}

// opens has each of the APIs asked with a token, and checks that those alone take it which it
// is for; the others answer as RFC 6750 §3.1 has it.
func (c *libraryIn) opens(token string, apis ...string) {
	c.Helper()
	all := resourcesOf(c.lab)
	for address, says := range map[string]string{all.photos + "/protected": `"photos":`, all.billing: `"bills":`, all.calendar: `"appointments":`} {
		r := c.h.ask(c.T, http.MethodGet, address, "", "Authorization", "Bearer "+token)
		if slices.Contains(apis, strings.TrimSuffix(address, "/protected")) {
			if r.status != http.StatusOK || !strings.Contains(r.body, says) {
				c.Errorf("%s answers %d %s", address, r.status, r.body)
			}
			continue
		}
		challenge := r.header.Get("WWW-Authenticate")
		if r.status != http.StatusUnauthorized || !strings.Contains(challenge, `error="invalid_token"`) {
			c.Errorf("%s answers a token for %q with %d %s", address, apis, r.status, challenge)
		}
	}
}

// audience is whom the authorization server gave a token out for.
func (c *libraryIn) audience(token string) []string {
	c.Helper()
	state, err := authserver.Document{Store: c.h.store, Owner: event.Auth, Kind: authserver.Kind}.State(c.Context(), c.lab.ID)
	if err != nil {
		c.Fatal(err)
	}
	kept, known := state.Token(token)
	if !known {
		c.Fatalf("the server does not know the token %s", token)
	}
	return kept.Audience
}

// A library that knows nothing of RFC 8707 but a place for more parameters gets a token for one
// API, and by a plain refresh one for another that its flow began with.
func TestOAuth2GetsATokenAnAPI(t *testing.T) {
	h := openHouse(t)
	for name, tt := range map[string]struct {
		change string
		check  func(*libraryIn, string, ...string)
	}{
		"opaque, the API asks":        {"", (*libraryIn).toldTo},
		"a JWT, the API asks":         {modes["the API asks about JWTs"], (*libraryIn).toldTo},
		"a JWT, the API reads itself": {modes["the API reads by itself"], (*libraryIn).readBy},
	} {
		t.Run(name, func(t *testing.T) {
			c := h.libraryIn(t, "v09", lab.TypePublic, tt.change)
			c.config.Scopes = []string{"read"}
			apis := resourcesOf(c.lab)
			c.naming(apis.billing, apis.calendar)
			wants := func(token string, apis ...string) {
				t.Helper()
				if aud := c.audience(token); !slices.Equal(aud, apis) {
					t.Errorf("the token is for %q, want %q", aud, apis)
				}
				c.opens(token, apis...)
				tt.check(c, token, apis...)
			}
			first := c.signIn()
			wants(first.AccessToken, apis.billing)

			second, r := c.renew(first.RefreshToken, apis.calendar)
			if r.status != http.StatusOK {
				t.Fatalf("a refresh for the calendar is answered %d %s", r.status, r.body)
			}
			wants(second.AccessToken, apis.calendar)

			first.RefreshToken = second.RefreshToken
			third, err := c.config.TokenSource(t.Context(), aged(first)).Token() // which names none
			if err != nil {
				t.Fatal(err)
			}
			wants(third.AccessToken, apis.calendar, apis.billing)
		})
	}
}

// toldTo checks what introspection tells each API: only those that the token is for hear that it
// is active (RFC 7662 §4), and for whom.
func (c *libraryIn) toldTo(token string, apis ...string) {
	c.Helper()
	key, err := c.h.store.Secret(c.Context(), "api")
	if err != nil {
		c.Fatal(err)
	}
	for _, one := range c.lab.Resources() {
		r := c.h.ask(c.T, http.MethodPost, c.lab.Issuer()+"/introspect", url.Values{"token": {token}}.Encode(),
			"Content-Type", "application/x-www-form-urlencoded", "Authorization", basic(one.Client, lab.APIKey(key).Secret(c.lab.ID, one.Client)))
		var told authserver.IntrospectionResponse
		if err := json.Unmarshal([]byte(r.body), &told); err != nil || r.status != http.StatusOK {
			c.Fatalf("%s is answered %d %s", one.Client, r.status, r.body)
		}
		is := slices.Contains(apis, c.lab.Resource(one))
		if told.Active != is || is && !slices.Equal(told.Audience, apis) || !is && r.body != `{"active":false}`+"\n" {
			c.Errorf("%s is told %s of a token for %q", one.Client, r.body, apis)
		}
	}
}

// readBy checks what golang-jwt, which nobody of the lab wrote, reads at each API (RFC 9068 §4).
func (c *libraryIn) readBy(token string, apis ...string) {
	c.Helper()
	var keys jose.JSONWebKeySet
	if r := c.h.ask(c.T, http.MethodGet, c.lab.Issuer()+"/jwks", ""); json.Unmarshal([]byte(r.body), &keys) != nil {
		c.Fatalf("the keys are answered %d %s", r.status, r.body)
	}
	for _, one := range c.lab.Resources() {
		address := c.lab.Resource(one)
		var claims jwt.RegisteredClaims
		_, err := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(c.lab.Issuer()), jwt.WithAudience(address), jwt.WithExpirationRequired()).
			ParseWithClaims(token, &claims, func(read *jwt.Token) (any, error) {
				for _, key := range keys.Keys {
					if key.KeyID == read.Header["kid"] {
						return key.Key, nil
					}
				}
				return nil, fmt.Errorf("there is no key %v", read.Header["kid"])
			})
		is := slices.Contains(apis, address)
		if is && err != nil || !is && !errors.Is(err, jwt.ErrTokenInvalidAudience) || !slices.Equal(claims.Audience, apis) {
			c.Errorf("at %s golang-jwt says %v of a token for %q", address, err, claims.Audience)
		}
	}
}

// why is the reason of a check that refuses.
func why(err error) string {
	if err == nil {
		return "nothing: the check refuses no such thing"
	}
	return err.Error()
}

// asked is how a server answers a request for some APIs.
type asked struct {
	apis   []string
	refuse string   // the description that a refusal begins with; "" where it is granted
	gives  []string // whom the token is for then
}

// badResources are what no request may name, and what it may, of a flow that began with billing
// and the calendar (RFC 8707 §2).
func badResources(r resources) map[string]asked {
	const (
		relative = "A resource is no absolute address."
		fragment = "A resource has a fragment."
		none     = "A resource is no address."
	)
	known := []string{r.photos, r.billing, r.calendar}
	unknown := why(guard.ResourceKnown(known, []string{r.billing + "?"}))
	slash := why(guard.ResourceExact(known, []string{r.billing + "/"}))
	upper := strings.Replace(r.billing, "localhost", "LOCALHOST", 1)
	twice := slices.Repeat([]string{r.billing, r.calendar}, 5)
	var nine []string
	for i := range 9 {
		nine = append(nine, fmt.Sprintf("%s/%d", r.billing, i))
	}
	return map[string]asked{
		"the one":                     {apis: []string{r.billing}, gives: []string{r.billing}},
		"both":                        {apis: []string{r.calendar, r.billing}, gives: []string{r.calendar, r.billing}},
		"the same again":              {apis: []string{r.billing, r.billing}, gives: []string{r.billing}},
		"the same again, and another": {apis: []string{r.billing, r.calendar, r.billing}, gives: []string{r.billing, r.calendar}},
		"one, and an empty one":       {apis: []string{"", r.calendar, ""}, gives: []string{r.calendar}},
		"ten times, two":              {apis: twice, gives: []string{r.billing, r.calendar}},

		"nine":                     {apis: nine, refuse: "The request names more than 8 APIs."},
		"a path":                   {apis: []string{"/billing"}, refuse: relative},
		"no scheme":                {apis: []string{strings.TrimPrefix(r.billing, "http:")}, refuse: relative},
		"no host":                  {apis: []string{"http:///billing"}, refuse: "A resource names no host."},
		"a scheme alone":           {apis: []string{"http:"}, refuse: "A resource names no host."},
		"a word":                   {apis: []string{"billing"}, refuse: relative},
		"a fragment":               {apis: []string{r.billing + "#x"}, refuse: fragment},
		"an empty fragment":        {apis: []string{r.billing + "#"}, refuse: fragment},
		"a blank":                  {apis: []string{" " + r.billing}, refuse: none},
		"a zero byte":              {apis: []string{r.billing + "\x00"}, refuse: none},
		"a line end":               {apis: []string{r.billing + "\r\n"}, refuse: none},
		"letters beyond ASCII":     {apis: []string{r.billing + "ü"}, refuse: none},
		"no escape":                {apis: []string{r.billing + "%zz"}, refuse: none},
		"two in one":               {apis: []string{r.billing + " " + r.calendar}, refuse: none},
		"too long":                 {apis: []string{r.billing + "/" + strings.Repeat("x", 2048-len(r.billing))}, refuse: "A resource is longer than 2048 bytes."},
		"as long as may be":        {apis: []string{r.billing + "/" + strings.Repeat("x", 2047-len(r.billing))}, refuse: unknown},
		"a stranger":               {apis: []string{"https://api.example/billing"}, refuse: unknown},
		"a stranger beside":        {apis: []string{r.billing, "https://api.example/billing"}, refuse: unknown},
		"a name that is no place":  {apis: []string{"urn:example:billing"}, refuse: unknown},
		"an API below":             {apis: []string{r.billing + "/2026"}, refuse: unknown},
		"a slash at the end":       {apis: []string{r.billing + "/"}, refuse: slash},
		"two slashes at the end":   {apis: []string{r.billing + "//"}, refuse: unknown},
		"a host in capitals":       {apis: []string{upper}, refuse: unknown},
		"a scheme in capitals":     {apis: []string{strings.Replace(r.billing, "http:", "HTTP:", 1)}, refuse: unknown},
		"a path in capitals":       {apis: []string{strings.Replace(r.billing, "/billing", "/Billing", 1)}, refuse: unknown},
		"a query":                  {apis: []string{r.billing + "?x=1"}, refuse: unknown},
		"an empty query":           {apis: []string{r.billing + "?"}, refuse: unknown},
		"dots":                     {apis: []string{r.photos + "/./billing"}, refuse: unknown},
		"an escape for the letter": {apis: []string{strings.Replace(r.billing, "/billing", "/%62illing", 1)}, refuse: unknown},
		"somebody at the host":     {apis: []string{strings.Replace(r.billing, "localhost", "me@localhost", 1)}, refuse: unknown},
		"another scheme":           {apis: []string{strings.Replace(r.billing, "http:", "https:", 1)}, refuse: unknown},
	}
}

// wantRefused checks an error of the token endpoint: for another API (RFC 8707 §2), and why.
func (tt asked) wantRefused(t *testing.T, r reply) {
	t.Helper()
	var e struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if err := json.Unmarshal([]byte(r.body), &e); err != nil || r.status != http.StatusBadRequest || e.Error != "invalid_target" || !says(e.Description, tt.refuse) {
		t.Errorf("it is answered %d %s, want invalid_target: %s", r.status, r.body, tt.refuse)
	}
}

// says reports whether a description begins with the words of a refusal, as a sentence has them.
func says(description, refusal string) bool {
	return refusal != "" && strings.HasPrefix(strings.ToLower(description), strings.ToLower(refusal))
}

// What a client asks for where a flow begins is told in the answer that its browser brings, and
// the flow is for nothing else.
func TestTheResourcesOfAnAuthorizationRequest(t *testing.T) {
	c := openHouse(t).libraryIn(t, "v09", lab.TypePublic, "")
	apis := resourcesOf(c.lab)
	tests := badResources(apis)
	unsaid := why(guard.ResourceRequired(false))
	tests["none"] = asked{refuse: unsaid}
	tests["an empty one"] = asked{apis: []string{""}, refuse: unsaid}
	tests["one that is not asked for later"] = asked{apis: []string{apis.photos}, gives: []string{apis.photos}}
	alice := c.h.visitor(t, c.lab, "alice")
	alice.stop = libraryCallback
	verifier := oauth2.GenerateVerifier()
	request := func(named []string) url.Values {
		at, err := url.Parse(c.config.AuthCodeURL("my-state", oauth2.S256ChallengeOption(verifier)))
		if err != nil {
			t.Fatal(err)
		}
		q := at.Query()
		q["resource"] = named
		return q
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			back, err := url.Parse(alice.visit(c.lab.Issuer() + "/authorize?" + request(tt.apis).Encode()).at)
			if err != nil || back.Query().Get("state") != "my-state" || back.Query().Get("iss") != c.lab.Issuer() {
				t.Fatalf("the browser ends at %s (%v)", back, err)
			}
			if got := back.Query(); tt.refuse != "" {
				if got.Get("error") != "invalid_target" || got.Has("code") || !says(got.Get("error_description"), tt.refuse) {
					t.Errorf("it is answered %v, want invalid_target: %s", got, tt.refuse)
				}
				return
			}
			given, r := c.token(url.Values{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {libraryCallback}, "code_verifier": {verifier}})
			if r.status != http.StatusOK {
				t.Fatalf("the code is answered %d %s", r.status, r.body)
			}
			if aud := c.audience(given.AccessToken); !slices.Equal(aud, tt.gives) {
				t.Errorf("the token is for %q, want %q", aud, tt.gives)
			}
		})
	}
	if t.Failed() {
		return
	}

	c.change(`{"protections":{"resource-required":false}}`)
	for name, named := range map[string][]string{"none": nil, "an empty one": {""}} {
		back, err := url.Parse(alice.visit(c.lab.Issuer() + "/authorize?" + request(named).Encode()).at)
		if err != nil {
			t.Fatal(err)
		}
		given, r := c.token(url.Values{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {libraryCallback}, "code_verifier": {verifier}})
		if r.status != http.StatusOK {
			t.Fatalf("%s: the code is answered %d %s", name, r.status, r.body)
		}
		if aud, all := c.audience(given.AccessToken), []string{apis.photos, apis.billing, apis.calendar}; !slices.Equal(aud, all) {
			t.Errorf("%s: where nobody must say, the token is for %q, want %q", name, aud, all)
		}
	}
}

// A code is for what its flow began with. What is refused says so by invalid_target, and
// spends nothing.
func TestTheResourcesOfACode(t *testing.T) {
	c := openHouse(t).libraryIn(t, "v09", lab.TypePublic, "")
	apis := resourcesOf(c.lab)
	tests := badResources(apis)
	other := why(guard.ResourceCode([]string{apis.billing}, []string{apis.photos}))
	tests["another"] = asked{apis: []string{apis.photos}, refuse: other}
	tests["another beside"] = asked{apis: []string{apis.billing, apis.photos}, refuse: other}
	tests["none"] = asked{gives: []string{apis.calendar, apis.billing}}
	tests["an empty one"] = asked{apis: []string{""}, gives: []string{apis.calendar, apis.billing}}
	c.config.Scopes = []string{"read"}
	alice := c.h.visitor(t, c.lab, "alice")
	alice.stop = libraryCallback
	c.naming(apis.billing, apis.calendar)
	begin := func(t *testing.T) url.Values {
		t.Helper()
		verifier := oauth2.GenerateVerifier()
		back, err := url.Parse(alice.visit(c.config.AuthCodeURL("my-state", append(c.named, oauth2.S256ChallengeOption(verifier))...)).at)
		if err != nil || back.Query().Get("code") == "" {
			t.Fatalf("the browser ends at %s (%v)", back, err)
		}
		return url.Values{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {libraryCallback}, "code_verifier": {verifier}}
	}
	bad := begin(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.refuse != "" {
				bad["resource"] = tt.apis
				_, r := c.token(bad)
				tt.wantRefused(t, r)
				return
			}
			good := begin(t)
			good["resource"] = tt.apis
			given, r := c.token(good)
			if r.status != http.StatusOK {
				t.Fatalf("it is answered %d %s", r.status, r.body)
			}
			if aud := c.audience(given.AccessToken); !slices.Equal(aud, tt.gives) {
				t.Errorf("the token is for %q, want %q", aud, tt.gives)
			}
		})
	}
	bad["resource"] = []string{apis.billing}
	given, r := c.token(bad)
	if r.status != http.StatusOK {
		t.Fatalf("the refusals spent the code: %d %s", r.status, r.body)
	}
	c.opens(given.AccessToken, apis.billing)
	bad["resource"] = []string{apis.photos}
	if _, r := c.token(bad); r.status != http.StatusBadRequest || !strings.Contains(r.body, `"error":"invalid_target"`) {
		t.Errorf("a spent code for another API is answered %d %s", r.status, r.body)
	}
	c.opens(given.AccessToken, apis.billing) // and ends nothing
}

// A refresh token is likewise, and what is refused uses none up.
func TestTheResourcesOfARefresh(t *testing.T) {
	c := openHouse(t).libraryIn(t, "v09", lab.TypePublic, "")
	c.config.Scopes = []string{"read"}
	apis := resourcesOf(c.lab)
	tests := badResources(apis)
	other := why(guard.ResourceRefresh([]string{apis.billing}, []string{apis.photos}))
	tests["another"] = asked{apis: []string{apis.photos}, refuse: other}
	tests["another beside"] = asked{apis: []string{apis.billing, apis.photos}, refuse: other}
	tests["none"] = asked{gives: []string{apis.calendar, apis.billing}}
	tests["an empty one"] = asked{apis: []string{""}, gives: []string{apis.calendar, apis.billing}}
	c.naming(apis.billing, apis.calendar)
	refreshToken := c.signIn().RefreshToken
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			given, r := c.renew(refreshToken, tt.apis...)
			if tt.refuse != "" {
				tt.wantRefused(t, r)
				return
			}
			if r.status != http.StatusOK || given.RefreshToken == "" || given.RefreshToken == refreshToken {
				t.Fatalf("it is answered %d %s", r.status, r.body)
			}
			refreshToken = given.RefreshToken
			if aud := c.audience(given.AccessToken); !slices.Equal(aud, tt.gives) {
				t.Errorf("the token is for %q, want %q", aud, tt.gives)
			}
		})
	}
	given, r := c.renew(refreshToken, apis.calendar)
	if r.status != http.StatusOK {
		t.Fatalf("in the end it is answered %d %s", r.status, r.body)
	}
	c.opens(given.AccessToken, apis.calendar)
}

// Before v09 resource is a parameter that nobody knows, and is ignored (RFC 6749 §3.1).
func TestResourceMeansNothingBeforeItsChapter(t *testing.T) {
	c := openHouse(t).libraryIn(t, "v08", lab.TypePublic, "")
	c.naming("https://api.example/billing", "/relative")
	token := c.signIn()
	c.wantAlice(c.config.Client(t.Context(), token))
	if _, r := c.renew(token.RefreshToken, "https://api.example/calendar", "#"); r.status != http.StatusOK {
		t.Errorf("a refresh is answered %d %s", r.status, r.body)
	}
}
