package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/lab"
)

// ownClient registers a client of the learner's.
func (h *house) ownClient(t *testing.T, l api.Lab, name string, uris ...string) api.OwnClient {
	t.Helper()
	return h.registered(t, l, api.NewClient{Name: name, RedirectURIs: uris})
}

// registered registers a client of the learner's, of any type.
func (h *house) registered(t *testing.T, l api.Lab, as api.NewClient) api.OwnClient {
	t.Helper()
	body, err := json.Marshal(as)
	if err != nil {
		t.Fatal(err)
	}
	r := h.ask(t, http.MethodPost, h.clientsOf(l), string(body), "Authorization", "Bearer "+l.Key)
	var c api.OwnClient
	if err := json.Unmarshal([]byte(r.body), &c); err != nil || r.status != http.StatusCreated || c.ClientID == "" {
		t.Fatalf("registration answers %d %s", r.status, r.body)
	}
	if got, want := r.header.Get("Location"), "/api/labs/"+l.ID+"/clients/"+c.ClientID; got != want {
		t.Errorf("it stands at %q, want %q", got, want)
	}
	return c
}

func (h *house) clientsOf(l api.Lab) string {
	return h.config.Origins[event.Lab] + "/api/labs/" + l.ID + "/clients"
}

// asks returns the authorization request of a client that sends PKCE.
func asks(c api.OwnClient, uri, verifier string) url.Values {
	challenge := sha256.Sum256([]byte(verifier))
	return url.Values{
		"response_type": {"code"}, "client_id": {c.ClientID}, "redirect_uri": {uri}, "state": {"s"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}
}

const ownVerifier = "a-verifier-of-a-client-that-nobody-here-wrote"

// A client of the learner's runs its flow: Alice signs in, on a page that names it and its
// host, the code goes to its own port, and what it sends stands in the log under its name.
func TestALearnersOwnClientGetsItsToken(t *testing.T) {
	h := openHouse(t)
	l := h.newLab(t)
	c := h.ownClient(t, l, "My app", "http://127.0.0.1/cb", "http://localhost:3000/cb?x=1")
	for _, uri := range []string{"http://127.0.0.1:49152/cb", "http://localhost:3000/cb?x=1"} { // RFC 8252 §7.3: the port is free
		at := h.ask(t, http.MethodGet, l.Issuer+"/authorize?"+asks(c, uri, ownVerifier).Encode(), "")
		login, err := url.Parse(at.header.Get("Location"))
		if err != nil || !strings.HasSuffix(login.Path, "/login") {
			t.Fatalf("%s is answered %d to %q", uri, at.status, at.header.Get("Location"))
		}
		page := h.ask(t, http.MethodGet, h.config.Origins[event.Auth]+login.RequestURI(), "")
		host := strings.TrimPrefix(strings.SplitN(uri, "/cb", 2)[0], "http://")
		if !strings.Contains(page.body, "<strong>My app</strong>") || !strings.Contains(page.body, "<strong>"+host+"</strong>") {
			t.Errorf("the page names neither client nor host: %s", page.body)
		}
		if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' http://localhost:* http://127.0.0.1:*") {
			t.Errorf("the form may lead to %q", policy)
		}
		got := h.ask(t, http.MethodPost, l.Issuer+"/login", url.Values{"request": {login.Query().Get("request")}, "pick": {"alice"}}.Encode(),
			"Content-Type", "application/x-www-form-urlencoded")
		back := got.header.Get("Location")
		answer, err := url.Parse(back)
		if err != nil || !strings.HasPrefix(back, uri) {
			t.Fatalf("the code goes to %q, not to %s", back, uri)
		}
		token := h.ask(t, http.MethodPost, l.Issuer+"/token", url.Values{
			"grant_type": {"authorization_code"}, "client_id": {c.ClientID}, "code": {answer.Query().Get("code")}, "redirect_uri": {uri}, "code_verifier": {ownVerifier},
		}.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Origin", "http://localhost:3000")
		if token.status != http.StatusOK || token.header.Get("Access-Control-Allow-Origin") == "" {
			t.Errorf("the token endpoint answers %d %s", token.status, token.body)
		}
	}
	h.wantTokenRequestOf(t, l, "My app")
}

// A client that nobody of the lab wrote, golang.org/x/oauth2 as the learner's own public
// client, asks the API: it gets what was granted, and reads why it does not get the rest.
func TestALearnersOwnClientAsksTheAPI(t *testing.T) {
	h := openHouse(t)
	s := h.stateIn(t, "v04")
	l := api.Lab{ID: s.lab.ID.String(), Key: s.key, Issuer: s.lab.Issuer()}
	config := oauth2.Config{
		ClientID: h.ownClient(t, l, "My app", "http://127.0.0.1/cb").ClientID, RedirectURL: "http://127.0.0.1:49152/cb", // RFC 8252 §7.3: the port is free
		Endpoint: oauth2.Endpoint{AuthURL: l.Issuer + "/authorize", TokenURL: l.Issuer + "/token"}, // how it proves itself, it finds out
	}
	alice := h.visitor(t, s.lab, "alice")
	alice.stop = config.RedirectURL
	signIn := func(scopes ...string) (token *oauth2.Token, again func() error) {
		t.Helper()
		config.Scopes = scopes
		at, err := url.Parse(alice.visit(config.AuthCodeURL("my-state", oauth2.S256ChallengeOption(ownVerifier))).at)
		if err != nil || at.Query().Get("state") != "my-state" {
			t.Fatalf("the browser ends at %s (%v)", at, err)
		}
		redeem := func() (*oauth2.Token, error) {
			return config.Exchange(t.Context(), at.Query().Get("code"), oauth2.VerifierOption(ownVerifier))
		}
		if token, err = redeem(); err != nil || token.TokenType != "Bearer" {
			t.Fatalf("it is given %+v (%v)", token, err)
		}
		return token, func() error { _, err := redeem(); return err }
	}
	ask := func(token *oauth2.Token, method, path, body string) reply {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, l.Issuer+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := config.Client(t.Context(), token).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return reply{resp.StatusCode, resp.Header, string(text)}
	}
	refused := func(r reply, status int, code, more string) {
		t.Helper()
		r.refusedWith(t, status, code)
		challenge := r.header.Get("WWW-Authenticate")
		if !strings.HasPrefix(challenge, `Bearer realm="OAuth Lab", error="`+code+`", error_description="`) || !strings.HasSuffix(challenge, more) {
			t.Errorf("the challenge is %q, want %s and %s", challenge, code, more)
		}
	}

	token, again := signIn("read", "profile", "foo")
	if got := token.Extra("scope"); got != "read profile" {
		t.Errorf("of what was granted it is told %q", got)
	}
	if r := ask(token, http.MethodGet, "/api/me", ""); r.status != http.StatusOK || r.body != `{"sub":"alice","name":"Alice","email":"alice@example.com"}`+"\n" {
		t.Errorf("/api/me answers %d %s", r.status, r.body)
	}
	if r := ask(token, http.MethodGet, "/protected", ""); r.status != http.StatusOK || !strings.Contains(r.body, `"title":"Grandmother's kitchen"`) {
		t.Errorf("/protected answers %d %s", r.status, r.body)
	}
	refused(ask(token, http.MethodPost, "/protected", `{"text":"x"}`), http.StatusForbidden, "insufficient_scope", `, scope="write"`)

	s.change(`{"clock_offset_seconds": 3600}`) // the library's own clock does not know
	refused(ask(token, http.MethodGet, "/api/me", ""), http.StatusUnauthorized, "invalid_token", `(RFC 6750 section 3.1)."`)
	s.change(`{"clock_offset_seconds": 0}`)
	if r := ask(token, http.MethodGet, "/api/me", ""); r.status != http.StatusOK {
		t.Errorf("with the clock back, /api/me answers %d %s", r.status, r.body)
	}
	var no *oauth2.RetrieveError
	if err := again(); !errors.As(err, &no) || no.ErrorCode != "invalid_grant" {
		t.Errorf("the code once more gives %v", err)
	}
	if r := ask(token, http.MethodGet, "/api/me", ""); !strings.Contains(r.body, "This token was revoked.") {
		t.Errorf("then the API answers %d %s", r.status, r.body)
	}
	refused(ask(token, http.MethodGet, "/api/me", ""), http.StatusUnauthorized, "invalid_token", `(RFC 6750 section 3.1)."`)
	refused(ask(&oauth2.Token{AccessToken: "made-up"}, http.MethodGet, "/api/me", ""), http.StatusUnauthorized, "invalid_token", `(RFC 6750 section 3.1)."`)

	writes, _ := signIn("write")
	if got := writes.Extra("scope"); got != nil {
		t.Errorf("of what it asked for and was granted it is told %q", got)
	}
	if r := ask(writes, http.MethodPost, "/protected", `{"text":"By my app."}`); r.status != http.StatusCreated || !strings.HasPrefix(r.body, `{"owner":"alice","text":"By my app.",`) {
		t.Errorf("a note is answered %d %s", r.status, r.body)
	}
	refused(ask(writes, http.MethodGet, "/api/me", ""), http.StatusForbidden, "insufficient_scope", `, scope="profile"`)

	log := h.logOf(t, s.lab.ID)
	if n := len(sent(log, "My app", event.API, "/api/me")); n != 6 {
		t.Errorf("%d requests to /api/me are told of as My app's, want those with a token of its", n)
	}
	if n := len(sent(log, event.Outside, event.API, "/api/me")); n != 1 {
		t.Errorf("%d requests to /api/me are told of as a stranger's, want the one with a made-up token", n)
	}
}

// Whatever its learner switches off, a client of theirs is no redirector: nothing but
// loopback is reached, and nothing before Alice has signed in.
func TestAnOwnClientIsNoRedirector(t *testing.T) {
	h := openHouse(t)
	l := h.newLab(t)
	c := h.ownClient(t, l, "My app", "http://127.0.0.1:3000/cb")
	ask := func(uri, verifier string) reply {
		return h.ask(t, http.MethodGet, l.Issuer+"/authorize?"+asks(c, uri, verifier).Encode(), "")
	}
	near := []string{
		"http://127.0.0.1:3000/cb/", "http://127.0.0.1:3000/cb?x", "http://127.0.0.2:3000/cb", "https://127.0.0.1:3000/cb", "http://localhost:3000/cb",
		"http://127.0.0.1:3000@evil.example/cb", "http://127.0.0.1.evil.example/cb", "http://127.0.0.1:3000:80/cb", "http://[::1]:3000/cb", "http://127.0.0.1/other",
	}
	for _, uri := range near {
		if r := ask(uri, ownVerifier); r.status != http.StatusBadRequest || r.header.Get("Location") != "" {
			t.Errorf("%s is answered %d to %q", uri, r.status, r.header.Get("Location"))
		}
	}
	wrong := asks(c, "http://127.0.0.1:3000/cb", ownVerifier)
	wrong.Set("response_type", "token")
	if r := h.ask(t, http.MethodGet, l.Issuer+"/authorize?"+wrong.Encode(), ""); !strings.Contains(r.header.Get("Location"), "/login?") {
		t.Errorf("an error goes to %q before anybody has signed in", r.header.Get("Location"))
	}

	off := h.ask(t, http.MethodPatch, h.config.Origins[event.Lab]+"/api/labs/"+l.ID, `{"protections": {"redirect-uri": false, "registered-client": false, "sign-in-first": false}}`, "Authorization", "Bearer "+l.Key)
	if off.status != http.StatusOK {
		t.Fatalf("switching off answers %d %s", off.status, off.body)
	}
	for _, uri := range append(near, "https://evil.example/", "//evil.example", "javascript:alert(1)") {
		to, err := url.Parse(h.ask(t, http.MethodGet, l.Issuer+"/authorize?"+func() string {
			v := asks(c, uri, ownVerifier)
			v.Set("response_type", "token")
			return v.Encode()
		}(), "").header.Get("Location"))
		if err != nil || to.Host != "" && !lab.Loopback(to.Hostname()) {
			t.Errorf("with everything off, %s leads to %s", uri, to)
		}
	}
}

// What cannot be registered is refused with what to change, and what is another lab's is
// nobody else's.
func TestARegistrationIsHeldToItsBounds(t *testing.T) {
	h := openHouse(t)
	l, other := h.newLab(t), h.newLab(t)
	key := []string{"Authorization", "Bearer " + l.Key}
	for _, tt := range []struct{ body, code string }{
		{`{"name": "", "redirect_uris": ["http://127.0.0.1/cb"]}`, "invalid_client_metadata"},
		{`{"name": "<b>x</b>", "redirect_uris": ["http://127.0.0.1/cb"]}`, "invalid_client_metadata"},
		{`{"name": "Mallory", "redirect_uris": ["http://127.0.0.1/cb"]}`, "invalid_client_metadata"},
		{`{"name": "` + strings.Repeat("x", 33) + `", "redirect_uris": ["http://127.0.0.1/cb"]}`, "invalid_client_metadata"},
		{`{"name": "App", "type": "confidential", "redirect_uris": ["http://127.0.0.1/cb"]}`, "invalid_client_metadata"},
		{`{"name": "App", "redirect_uris": []}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["https://app.example/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://127.0.0.1/cb#x"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://user@127.0.0.1/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["myapp://cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["` + l.RedirectURI + `"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://127.0.0.1/` + strings.Repeat("x", 512) + `"]}`, "invalid_redirect_uri"},
		{`{"name": "App"}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://127.0.0.1.evil.example/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://localhost.evil.example/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://localhost./cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://0.0.0.0/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://2130706433/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://0177.0.0.1/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://127.1/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://[::ffff:127.0.0.1]/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://[::]/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://127.0.0.1:*/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://*.localhost/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http:/\\/\\127.0.0.1/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://127.0.0.1\\@evil.example/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["http://127.0.0.1:99999/cb"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["javascript://127.0.0.1/%0aalert(1)"]}`, "invalid_redirect_uri"},
		{`{"name": "App", "redirect_uris": ["file://localhost/etc/passwd"]}`, "invalid_redirect_uri"},
		{`{"nom": "App"}`, "invalid_json"},
	} {
		h.ask(t, http.MethodPost, h.clientsOf(l), tt.body, key...).refusedWith(t, http.StatusBadRequest, tt.code)
	}
	c := h.ownClient(t, l, "App", "http://[::1]/cb")
	h.ask(t, http.MethodPost, h.clientsOf(l), `{"name": "app", "redirect_uris": ["http://127.0.0.1/cb"]}`, key...).refusedWith(t, http.StatusBadRequest, "invalid_client_metadata")

	at := h.clientsOf(l) + "/" + c.ClientID
	if r := h.ask(t, http.MethodPatch, at, `{"name": "Other", "redirect_uris": ["http://localhost:9/cb"]}`, key...); r.status != http.StatusOK || !strings.Contains(r.body, `"Other"`) {
		t.Errorf("a change answers %d %s", r.status, r.body)
	}
	h.ask(t, http.MethodPost, h.config.Origins[event.Lab]+"/api/labs/"+l.ID+"/reset", "", key...)
	if r := h.ask(t, http.MethodGet, at, "", key...); r.status != http.StatusOK || !strings.Contains(r.body, "http://localhost:9/cb") {
		t.Errorf("after a reset the client is %d %s", r.status, r.body)
	}
	h.ask(t, http.MethodGet, at, "", "Authorization", "Bearer "+other.Key).refusedWith(t, http.StatusUnauthorized, "invalid_key")
	h.ask(t, http.MethodGet, h.clientsOf(other)+"/"+c.ClientID, "", "Authorization", "Bearer "+other.Key).refusedWith(t, http.StatusNotFound, "unknown_client")
	if r := h.ask(t, http.MethodGet, other.Issuer+"/authorize?"+asks(c, "http://localhost:9/cb", ownVerifier).Encode(), ""); r.status != http.StatusBadRequest {
		t.Errorf("another lab's authorization server answers %d", r.status)
	}

	for i := range lab.MaxOwnClients - 1 {
		h.ownClient(t, l, "App "+string(rune('a'+i)), "http://127.0.0.1/cb")
	}
	h.ask(t, http.MethodPost, h.clientsOf(l), `{"name": "One more", "redirect_uris": ["http://127.0.0.1/cb"]}`, key...).refusedWith(t, http.StatusBadRequest, "invalid_client_metadata")
	if r := h.ask(t, http.MethodDelete, at, "", key...); r.status != http.StatusNoContent {
		t.Errorf("removal answers %d %s", r.status, r.body)
	}
	h.ask(t, http.MethodDelete, at, "", key...).refusedWith(t, http.StatusNotFound, "unknown_client")
	if r := h.ask(t, http.MethodGet, l.Issuer+"/authorize?"+asks(c, "http://localhost:9/cb", ownVerifier).Encode(), ""); r.status != http.StatusBadRequest {
		t.Errorf("a removed client is answered %d", r.status)
	}
}

// The operator says where else such clients may be, or that there are none.
func TestTheOperatorSaysWhereOwnClientsMayBe(t *testing.T) {
	const app = `{"name": "App", "redirect_uris": ["https://app.example/cb"]}`
	allowed := openHouseWith(t, func(c *setup) { c.OwnClients.Origins = []string{"https://app.example"} })
	l := allowed.newLab(t)
	if r := allowed.ask(t, http.MethodPost, allowed.clientsOf(l), app, "Authorization", "Bearer "+l.Key); r.status != http.StatusCreated {
		t.Errorf("an origin that is allowed is answered %d %s", r.status, r.body)
	}
	none := openHouseWith(t, func(c *setup) { c.OwnClients.Never = true })
	l = none.newLab(t)
	none.ask(t, http.MethodPost, none.clientsOf(l), strings.Replace(app, "https://app.example", "http://127.0.0.1", 1), "Authorization", "Bearer "+l.Key).
		refusedWith(t, http.StatusBadRequest, "invalid_client_metadata")
}

// What the page shows of an own client is said over HTTP too: what it did, what to change, and
// what the chapter does not have; nothing that it sends is markup there.
func TestTheSheetsTellWhatAnOwnClientDid(t *testing.T) {
	h := openHouse(t)
	l := h.newLab(t)
	sheets := func(query string) map[string]api.Sheet {
		t.Helper()
		r := h.ask(t, http.MethodGet, h.clientsOf(l)+"/sheets"+query, "", "Authorization", "Bearer "+l.Key)
		var all api.Sheets
		if err := json.Unmarshal([]byte(r.body), &all); err != nil || r.status != http.StatusOK {
			t.Fatalf("the sheets are answered %d %s", r.status, r.body)
		}
		byID := map[string]api.Sheet{}
		for _, s := range all.Sheets {
			byID[s.ID] = s
		}
		return byID
	}
	if all := sheets(""); len(all) != 1 || !strings.Contains(all["register"].Body, `data-method="POST"`) {
		t.Errorf("without a client there is %v", all)
	}
	const uri = "http://127.0.0.1:3000/cb?x='<b>"
	first, latest := h.ownClient(t, l, "It's one", uri), h.ownClient(t, l, "Another", "http://localhost:1/cb")
	all := sheets("?client=" + first.ClientID)
	if !strings.HasSuffix(all["watch"].Title, "waiting") || strings.Contains(all["connect"].Body, "<b>") || !strings.Contains(all["connect"].Body, first.ClientID) || strings.Contains(all["connect"].Body, latest.ClientID) {
		t.Errorf("of the first client is shown %v", all)
	}
	if all := sheets("?client=nobody"); !strings.Contains(all["connect"].Body, latest.ClientID) {
		t.Error("the latest client is not the one that is shown by itself")
	}

	asked := asks(first, uri, ownVerifier)
	asked.Set("scope", "openid <script>")
	asked.Set("nonce", "n")
	h.ask(t, http.MethodGet, l.Issuer+"/authorize?"+asked.Encode(), "")
	h.ask(t, http.MethodGet, l.Issuer+"/authorize?"+asks(first, uri+"x", ownVerifier).Encode(), "", "Accept", "text/html", "Sec-Fetch-Mode", "navigate")
	h.ask(t, http.MethodPost, l.Issuer+"/token", "grant_type=refresh_token&refresh_token=r&client_id="+first.ClientID, "Content-Type", "application/x-www-form-urlencoded")
	h.ask(t, http.MethodGet, l.Issuer+"/authorize?"+asks(latest, "http://localhost:1/cb", ownVerifier).Encode(), "")
	shown := sheets("?client=" + first.ClientID)["watch"]
	for _, want := range []string{
		"It asks for openid, and waits for an ID token", "It comes with v07.", "It sends nonce", "refresh_token comes with chapter v05",
		"This redirect URI is not registered. Sent was http://127.0.0.1:3000/cb?x=&#39;&lt;b&gt;x. Send http://127.0.0.1:3000/cb?x=&#39;&lt;b&gt;, or register yours in the lab",
	} {
		if !strings.Contains(shown.Body, want) {
			t.Errorf("the sheet does not say %q: %s", want, shown.Body)
		}
	}
	if shown.Title != "What it did · 3" || strings.Contains(shown.Body, "<script>") || strings.Contains(shown.Body, "<b>") {
		t.Errorf("%s: %s", shown.Title, shown.Body)
	}
}

// A library is told what the chapter has for it: OpenID Connect from the chapter on in which a
// client of the learner's gets ID tokens.
func TestTheSheetsTellOwnClientsOfOpenIDConnect(t *testing.T) {
	h := openHouse(t)
	const openID, discovery = "openid profile email offline_access", "/.well-known/openid-configuration</code>"
	for chapter, tt := range map[string]struct {
		has  bool
		says string
	}{
		"v06": {false, "that of OAuth, not of OpenID Connect"},
		"v07": {false, "Clients of your own get no openid before v08"},
		"v08": {true, "The issuer is enough for a library of OpenID Connect"},
	} {
		s := h.stateIn(t, chapter)
		l := api.Lab{ID: s.lab.ID.String(), Key: s.key, Issuer: s.lab.Issuer()}
		h.ownClient(t, l, "My app", "http://127.0.0.1:3000/cb")
		sheet := h.sheetsOf(t, l)["connect"].Body
		if !strings.Contains(sheet, tt.says) || strings.Contains(sheet, l.Issuer+discovery) != tt.has ||
			strings.Contains(sheet, openID) != tt.has || strings.Contains(sheet, "go-oidc") != tt.has {
			t.Errorf("in %s the sheet says %s", chapter, sheet)
		}
	}
}

// From the chapter on in which a client says for which API its token is, the sheets say so, and
// with which address.
func TestTheSheetsTellOwnClientsOfResources(t *testing.T) {
	h := openHouse(t)
	for chapter, has := range map[string]bool{"v08": false, "v09": true} {
		s := h.stateIn(t, chapter)
		l := api.Lab{ID: s.lab.ID.String(), Key: s.key, Issuer: s.lab.Issuer()}
		h.ownClient(t, l, "My app", "http://127.0.0.1:3000/cb")
		sheet := h.sheetsOf(t, l)["connect"].Body
		for _, says := range []string{
			`<dt>Resource</dt><dd><code id="own-resource">` + s.lab.Resource(lab.Photos) + "</code>",
			"From v09 on the client says for which API its token is: it sends resource, with the address of the API, in the authorization request and in the token request (RFC 8707 §2).",
		} {
			if strings.Contains(sheet, says) != has {
				t.Errorf("in %s the sheet says %q: %v\n%s", chapter, says, !has, sheet)
			}
		}
		if got := strings.Contains(sheet, "resource indicators (v09)"); got == has {
			t.Errorf("in %s the sheet says that resource comes later: %v", chapter, got)
		}
		if got := strings.Count(sheet, s.lab.Resource(lab.Photos)); has && got < 9 { // a row, and eight programs
			t.Errorf("in %s the API's address stands in the sheet %d times: %s", chapter, got, sheet)
		}
	}
}

// A first mistake names nobody, or names the client where nothing is read: both are told.
func TestFirstMistakesAreTold(t *testing.T) {
	h := openHouse(t)
	l := h.newLab(t)
	c := h.ownClient(t, l, "My app", "http://127.0.0.1:3000/cb")
	h.ask(t, http.MethodGet, l.Issuer+"/.well-known/openid-configuration", "")
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(c.ClientID+":secret"))
	h.ask(t, http.MethodPost, l.Issuer+"/token", "grant_type=authorization_code&code=x", "Content-Type", "application/x-www-form-urlencoded", "Authorization", basic)
	watch := h.sheetsOf(t, l)["watch"]
	if watch.Title != "What it did · 2" || strings.Count(watch.Body, "by a stranger") != 1 || !strings.Contains(watch.Body, "Open the later chapter to use it") || !strings.Contains(watch.Body, "Leave the Authorization header out") {
		t.Errorf("%s: %s", watch.Title, watch.Body)
	}
}
