package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/authserver"
	"oauthlab/server/config"
	"oauthlab/server/lab"
)

const (
	seedID  = "7c1d3f0e-5a2b-4c8d-9e6f-0a1b2c3d4e5f"
	seedKey = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
)

const seedText = `version: 1
labs:
  - id: ` + seedID + `
    key: ` + seedKey + `
    chapter: v03
    protections: {code-expiry: false}
    settings: {sign-in: automatic}
    users:
      - {username: alice@example.com, name: Alice at work, password: alice-for-tests}
      - {username: bob, password: bob-for-tests}
    clients:
      - name: My app
        client_id: my-app
        redirect_uris: [http://127.0.0.1:3000/cb, https://app.example/cb]
`

// seeded has a house start with the seed.
func seeded(t *testing.T, text string) func(*setup) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "lab.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(c *setup) {
		c.Seed.File = file
		c.OwnClients.Origins = []string{"https://app.example"}
	}
}

// seedLab is the lab of seedText, as its API answers.
func (h *house) seedLab() api.Lab {
	return api.Lab{ID: seedID, Key: seedKey, Issuer: h.config.Origins.Issuer(uuid.MustParse(seedID))}
}

// patch changes the lab of the seed by its API.
func (h *house) patch(t *testing.T, body string) {
	t.Helper()
	r := h.ask(t, http.MethodPatch, h.config.Origins[event.Lab]+"/api/labs/"+seedID, body, "Authorization", "Bearer "+seedKey, "Content-Type", "application/json")
	if r.status != http.StatusOK {
		t.Fatalf("%s is answered %d %s", body, r.status, r.body)
	}
}

// authorize sends the request of my-app; more are parameters, name and value.
func (h *house) authorize(t *testing.T, uri, cookie string, more ...string) reply {
	t.Helper()
	v := asks(api.OwnClient{ClientID: "my-app"}, uri, ownVerifier)
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return h.ask(t, http.MethodGet, h.seedLab().Issuer+"/authorize?"+v.Encode(), "", "Cookie", cookie)
}

// pageOf follows an authorization request to its sign-in page, and returns its text and the
// id of the request that waits.
func (h *house) pageOf(t *testing.T, r reply) (page, waits string) {
	t.Helper()
	to, err := url.Parse(r.header.Get("Location"))
	if err != nil || !strings.HasSuffix(to.Path, "/login") {
		t.Fatalf("it is answered %d to %q, not with the page", r.status, r.header.Get("Location"))
	}
	return h.ask(t, http.MethodGet, h.config.Origins[event.Auth]+to.RequestURI(), "").body, to.Query().Get("request")
}

// subjectOf returns whose session the answer begins, or "".
func (h *house) subjectOf(t *testing.T, r reply) string {
	t.Helper()
	cookie, _, _ := strings.Cut(r.header.Get("Set-Cookie"), ";")
	_, session, _ := strings.Cut(cookie, "=")
	state, err := authserver.Document{Store: h.store, Owner: event.Auth, Kind: authserver.Kind}.State(t.Context(), uuid.MustParse(seedID))
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range state.Sessions {
		if one.ID == session {
			return one.Subject
		}
	}
	return ""
}

const ownCallback = "http://127.0.0.1:3000/cb"

// Automatic sign-in: no page, a session all the same, and whom the hint names (OpenID
// Connect Core §3.1.2.1).
func TestAutomaticSignIn(t *testing.T) {
	h := openHouseWith(t, seeded(t, seedText))
	first := h.authorize(t, ownCallback, "")
	if to := first.header.Get("Location"); !strings.HasPrefix(to, ownCallback+"?code=") || first.status != http.StatusSeeOther {
		t.Fatalf("it is answered %d to %q", first.status, to)
	}
	if who := h.subjectOf(t, first); who != "alice@example.com" {
		t.Errorf("%q is signed in, want the first of the seed", who)
	}
	cookie, _, _ := strings.Cut(first.header.Get("Set-Cookie"), ";")
	tests := map[string]struct {
		cookie, hint, who string // who: "" keeps the session
	}{
		"a user of the seed":           {"", "bob", "bob"},
		"a user of every lab":          {"", "carol", "carol"},
		"another than is signed in":    {cookie, "bob", "bob"},
		"who is signed in already":     {cookie, "alice@example.com", ""},
		"no hint keeps who signed in":  {cookie, "", ""},
		"a cookie that nobody has had": {"oauthlab_auth=x", "bob", "bob"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := h.authorize(t, ownCallback, tt.cookie, "login_hint", tt.hint)
			if to := r.header.Get("Location"); !strings.HasPrefix(to, ownCallback+"?code=") {
				t.Fatalf("it is answered %d to %q", r.status, to)
			}
			if who := h.subjectOf(t, r); who != tt.who {
				t.Errorf("%q is signed in, want %q", who, tt.who)
			}
		})
	}
	t.Run("a stranger", func(t *testing.T) {
		for _, cookie := range []string{"", cookie} {
			r := h.authorize(t, ownCallback, cookie, "login_hint", "<b>zed</b>")
			page, _ := h.pageOf(t, r)
			if !strings.Contains(page, "<strong>&lt;b&gt;zed&lt;/b&gt;</strong> (its") || !strings.Contains(page, "this lab has no such user") {
				t.Errorf("the page does not say whom the client expects: %s", page)
			}
			if set := r.header.Get("Set-Cookie"); set != "" {
				t.Errorf("it begins the session %s", set)
			}
		}
	})
}

// Nothing is redirected before somebody has signed in (RFC 9700 §4.11.2), and nothing
// without a page but to loopback.
func TestAutomaticSignInIsNoRedirector(t *testing.T) {
	h := openHouseWith(t, seeded(t, seedText))
	wrong := h.authorize(t, ownCallback, "", "response_type", "token")
	if to := wrong.header.Get("Location"); !strings.HasPrefix(to, ownCallback+"?error=") || h.subjectOf(t, wrong) != "alice@example.com" {
		t.Errorf("an error goes to %q, with %q signed in", to, h.subjectOf(t, wrong))
	}
	for _, name := range []string{"response_type", "response_mode"} { // an error, and none
		h.pageOf(t, h.authorize(t, "https://app.example/cb", "", name, "query"))
	}
	if r := h.authorize(t, "http://127.0.0.1:3000/other", ""); r.status != http.StatusBadRequest || r.header.Get("Set-Cookie") != "" {
		t.Errorf("an address that is not registered is answered %d, with the cookie %q", r.status, r.header.Get("Set-Cookie"))
	}
	demo := h.ask(t, http.MethodGet, h.seedLab().Issuer+"/authorize?"+asks(api.OwnClient{ClientID: "demo-client"}, h.config.Origins.RedirectURI(), ownVerifier).Encode(), "")
	h.pageOf(t, demo) // the lessons' own client has its page
	other := h.newLab(t)
	c := h.ownClient(t, other, "My app", ownCallback)
	h.pageOf(t, h.ask(t, http.MethodGet, other.Issuer+"/authorize?"+asks(c, ownCallback, ownVerifier).Encode(), "", "Cookie", "oauthlab_auth=x"))
}

// A session that began without a page leads past no other: not at an address elsewhere, not
// at the lab's client, and not where the setting is another by now. One of the page does.
func TestAnAutomaticSessionCountsWhereSignInIsAutomatic(t *testing.T) {
	const elsewhere = "https://app.example/cb"
	h := openHouseWith(t, seeded(t, seedText))
	cookieOf := func(r reply) string {
		cookie, _, _ := strings.Cut(r.header.Get("Set-Cookie"), ";")
		return cookie
	}
	demo := func(cookie string) reply {
		return h.ask(t, http.MethodGet, h.seedLab().Issuer+"/authorize?"+asks(api.OwnClient{ClientID: "demo-client"}, h.config.Origins.RedirectURI(), ownVerifier).Encode(), "", "Cookie", cookie)
	}
	cookie := cookieOf(h.authorize(t, ownCallback, ""))
	h.pageOf(t, demo(cookie))
	h.pageOf(t, h.authorize(t, elsewhere, cookie, "response_type", "token"))
	_, waits := h.pageOf(t, h.authorize(t, elsewhere, cookie))
	asked := cookieOf(h.ask(t, http.MethodPost, h.seedLab().Issuer+"/login", url.Values{"request": {waits}, "pick": {"bob"}}.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Cookie", cookie))
	for where, r := range map[string]reply{elsewhere: h.authorize(t, elsewhere, asked), h.config.Origins.RedirectURI(): demo(asked), ownCallback: h.authorize(t, ownCallback, asked)} {
		if to := r.header.Get("Location"); !strings.HasPrefix(to, where+"?code=") {
			t.Errorf("who signed in at the page is answered %d to %q", r.status, to)
		}
	}
	for _, setting := range []string{"form", "picker"} {
		h.patch(t, `{"settings": {"sign-in": "`+setting+`"}}`)
		h.pageOf(t, h.authorize(t, ownCallback, cookie))
	}
	h.patch(t, `{"settings": {"sign-in": "automatic"}}`)
	if r := h.authorize(t, ownCallback, cookie); cookieOf(r) != "" || !strings.HasPrefix(r.header.Get("Location"), ownCallback+"?code=") {
		t.Errorf("back at automatic it is answered %d to %q, with %q", r.status, r.header.Get("Location"), r.header.Get("Set-Cookie"))
	}
}

// The form takes what is typed and nothing else; the picker has a button for each user.
func TestSignInByFormAndPicker(t *testing.T) {
	h := openHouseWith(t, seeded(t, seedText))
	post := func(waits string, more ...string) reply {
		v := url.Values{"request": {waits}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return h.ask(t, http.MethodPost, h.seedLab().Issuer+"/login", v.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	}

	h.patch(t, `{"settings": {"sign-in": "form"}}`)
	page, waits := h.pageOf(t, h.authorize(t, ownCallback, "", "login_hint", "alice@example.com"))
	if strings.Contains(page, "picker-button") || !strings.Contains(page, `name="username" autocomplete="off" required maxlength="64" value="alice@example.com"`) {
		t.Errorf("the form's page: %s", page)
	}
	if r := post(waits, "pick", "bob"); r.status != http.StatusForbidden || !strings.Contains(r.body, "Sign-in is by user name and password here.") || r.header.Get("Set-Cookie") != "" {
		t.Errorf("a button that is not there is answered %d", r.status)
	}
	if r := post(waits, "username", "alice@example.com", "password", "password123"); r.status != http.StatusForbidden {
		t.Errorf("another's password is answered %d", r.status)
	}
	r := post(waits, "username", "alice@example.com", "password", "alice-for-tests")
	if to := r.header.Get("Location"); !strings.HasPrefix(to, ownCallback+"?code=") || h.subjectOf(t, r) != "alice@example.com" {
		t.Errorf("the password is answered %d to %q", r.status, to)
	}

	h.patch(t, `{"settings": {"sign-in": "picker"}}`)
	page, waits = h.pageOf(t, h.authorize(t, ownCallback, ""))
	for _, button := range []string{`value="alice@example.com">Sign in as Alice at work<`, `value="bob">Sign in as bob<`, `value="alice" accesskey="a">Sign in as Alice<`, `value="mallory"`} {
		if strings.Count(page, button) != 1 {
			t.Errorf("the picker has not once %s: %s", button, page)
		}
	}
	if strings.Count(page, `value="bob"`) != 1 {
		t.Error("the seed's Bob does not take the place of the other")
	}
	if r := post(waits, "username", "bob", "password", "bob-for-tests"); !strings.HasPrefix(r.header.Get("Location"), ownCallback+"?code=") {
		t.Errorf("the form beside the picker answers %d", r.status)
	}
}

// A start with the same seed changes nothing; what was changed meanwhile is as the seed
// says again, and what the server issued stays. A reset goes back to the seed, too.
func TestASeedAtTheNextStart(t *testing.T) {
	data, start := t.TempDir(), seeded(t, seedText)
	withData := func(c *setup) { start(c); c.Data = data }
	count := func(h *house) int { return len(h.logOf(t, uuid.MustParse(seedID))) }
	var events int
	var cookie string
	t.Run("first", func(t *testing.T) {
		h := openHouseWith(t, withData)
		r := h.authorize(t, ownCallback, "")
		cookie, _, _ = strings.Cut(r.header.Get("Set-Cookie"), ";")
		events = count(h)
	})
	t.Run("again", func(t *testing.T) {
		h := openHouseWith(t, withData)
		if n := count(h); n != events {
			t.Errorf("the start told %d events", n-events)
		}
		if r := h.authorize(t, ownCallback, cookie); r.header.Get("Set-Cookie") != "" || !strings.HasPrefix(r.header.Get("Location"), ownCallback+"?code=") {
			t.Error("the session is lost")
		}
		h.patch(t, `{"protections": {"pkce": false, "code-expiry": true}, "settings": {"sign-in": "form"}}`)
		h.ownClient(t, h.seedLab(), "Another", "http://127.0.0.1/")
		h.ask(t, http.MethodDelete, h.clientsOf(h.seedLab())+"/my-app", "", "Authorization", "Bearer "+seedKey)
	})
	t.Run("after changes", func(t *testing.T) {
		h := openHouseWith(t, withData)
		h.asSeeded(t)
		if list := h.ask(t, http.MethodGet, h.clientsOf(h.seedLab()), "", "Authorization", "Bearer "+seedKey).body; strings.Contains(list, "Another") {
			t.Errorf("the clients are %s", list)
		}
		h.patch(t, `{"protections": {"state": false}, "settings": {"sign-in": "form"}, "chapter": "v02"}`)
		h.ask(t, http.MethodPost, h.config.Origins[event.Lab]+"/api/labs/"+seedID+"/reset", "", "Authorization", "Bearer "+seedKey)
		h.asSeeded(t)
		if r := h.authorize(t, ownCallback, cookie); h.subjectOf(t, r) == "" {
			t.Error("a reset leaves the session")
		}
	})
	t.Run("another key, and other users", func(t *testing.T) {
		text := strings.NewReplacer(seedKey, "another-key-that-nobody-has", "alice@example.com", "carol@example.com").Replace(seedText)
		change := seeded(t, text)
		h := openHouseWith(t, func(c *setup) { change(c); c.Data = data })
		at := h.config.Origins[event.Lab] + "/api/labs/" + seedID
		h.ask(t, http.MethodGet, at, "", "Authorization", "Bearer "+seedKey).refusedWith(t, http.StatusUnauthorized, "invalid_key")
		if r := h.ask(t, http.MethodGet, at, "", "Authorization", "Bearer another-key-that-nobody-has"); r.status != http.StatusOK {
			t.Errorf("the new key is answered %d", r.status)
		}
		if r := h.authorize(t, ownCallback, cookie); r.header.Get("Set-Cookie") == "" {
			t.Error("a user whom the seed names no more is signed in")
		}
	})
}

// asSeeded checks that the lab is as seedText says.
func (h *house) asSeeded(t *testing.T) {
	t.Helper()
	l, err := h.labs.Open(t.Context(), uuid.MustParse(seedID))
	if err != nil {
		t.Fatal(err)
	}
	s := l.Settings
	if len(s.Switches) != 2 || s.Switches["sign-in"] != "automatic" || s.Switches["code-expiry"] != "off" || s.Chapter != "v03" {
		t.Errorf("it is in %s with %v", s.Chapter, s.Switches)
	}
	if _, there := s.Own("my-app"); !there || len(s.Users) != 2 {
		t.Errorf("it has the clients %v and the users %v", s.OwnClients, s.Users)
	}
}

// A lab that somebody made is not taken over, and none is made beside it.
func TestASeedTakesNobodysLab(t *testing.T) {
	data := t.TempDir()
	var theirs api.Lab
	t.Run("they make theirs", func(t *testing.T) {
		theirs = openHouseWith(t, func(c *setup) { c.Data = data }).newLab(t)
	})
	second := strings.ReplaceAll(strings.TrimPrefix(seedText, "version: 1\nlabs:\n"), seedID, theirs.ID)
	change := seeded(t, seedText+second)
	_, err := startOnce(t, func(c *setup) { change(c); c.Data = data })
	if err == nil || !strings.HasSuffix(err.Error(), "the lab "+theirs.ID+": a lab of that id is there, and no seed made it") {
		t.Errorf("the start ends with %v", err)
	}
	t.Run("all is as it was", func(t *testing.T) {
		h := openHouseWith(t, func(c *setup) { c.Data = data })
		if r := h.ask(t, http.MethodGet, h.config.Origins[event.Lab]+"/api/labs/"+theirs.ID, "", "Authorization", "Bearer "+theirs.Key); r.status != http.StatusOK {
			t.Errorf("their key is answered %d", r.status)
		}
		if _, err := h.labs.Open(t.Context(), uuid.MustParse(seedID)); err == nil {
			t.Error("the other lab of the seed is there")
		}
	})
}

// A file with mistakes ends the start before anything listens or is written.
func TestASeedWithMistakesStartsNothing(t *testing.T) {
	data := filepath.Join(t.TempDir(), "none")
	change := seeded(t, strings.Replace(seedText, "chapter: v03", "chapter: v99", 1))
	origins, err := startOnce(t, func(c *setup) { change(c); c.Data = data })
	if err == nil || !strings.Contains(err.Error(), `lab.yaml:5: there is no chapter "v99"`) {
		t.Errorf("the start ends with %v", err)
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("the data folder is made")
	}
	if r, err := http.Get(origins[event.Lab]); err == nil {
		r.Body.Close()
		t.Error("it listens")
	}
}

// The API names the setting, and what it takes.
func TestSignInIsASettingOfEachLab(t *testing.T) {
	h := openHouse(t)
	l := h.newLab(t)
	if l.Settings["sign-in"] != "picker" {
		t.Errorf("a new lab has %v", l.Settings)
	}
	r := h.ask(t, http.MethodPatch, h.config.Origins[event.Lab]+"/api/labs/"+l.ID, `{"settings": {"sign-in": "robot"}}`, "Authorization", "Bearer "+l.Key)
	r.refusedWith(t, http.StatusBadRequest, "unknown_guard")
}

// startOnce starts a house that is not expected to open. It returns the origins that it was
// to have, and why it did not.
func startOnce(t *testing.T, change func(*setup)) (lab.Origins, error) {
	t.Helper()
	c := setup{Config: config.Default(lab.AllParties())}
	c.Data, c.Log, c.Origins = t.TempDir(), "json", freeOrigins(c.Parties)
	change(&c)
	h, err := open(t.Context(), c)
	if err == nil {
		h.close() //nolint:errcheck // the test fails already
		t.Fatal("it opens")
	}
	return c.Origins, err
}
