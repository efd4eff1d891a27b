package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
	"oauthlab/server/snippet"
)

const secretCallback = "http://127.0.0.1:3000/cb"

// confidential registers a client of the learner's that has a secret.
func (h *house) confidential(t *testing.T, l api.Lab) api.OwnClient {
	t.Helper()
	return h.registered(t, l, api.NewClient{Name: "My server", Type: lab.TypeConfidential, RedirectURIs: []string{secretCallback}})
}

// codeFor signs Alice in at a client of the learner's, and returns the code that it gets.
func (h *house) codeFor(t *testing.T, l api.Lab, c api.OwnClient) string {
	t.Helper()
	is, err := h.labs.Open(t.Context(), uuid.MustParse(l.ID))
	if err != nil {
		t.Fatal(err)
	}
	request := asks(c, secretCallback, ownVerifier)
	request.Set("resource", is.Resource(lab.Photos)) // which means nothing before v09
	at := h.ask(t, http.MethodGet, l.Issuer+"/authorize?"+request.Encode(), "")
	_, waits := h.pageOf(t, at)
	got := h.ask(t, http.MethodPost, l.Issuer+"/login", url.Values{"request": {waits}, "pick": {"alice"}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	back, err := url.Parse(got.header.Get("Location"))
	if err != nil || back.Query().Get("code") == "" {
		t.Fatalf("signing in answers %d to %q", got.status, got.header.Get("Location"))
	}
	return back.Query().Get("code")
}

// redeem offers a code; more is what the client says of itself in the body, name and value.
func (h *house) redeem(t *testing.T, l api.Lab, code, authorization string, more ...string) reply {
	t.Helper()
	body := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {secretCallback}, "code_verifier": {ownVerifier}}
	for i := 0; i < len(more); i += 2 {
		body.Set(more[i], more[i+1])
	}
	header := []string{"Content-Type", "application/x-www-form-urlencoded"}
	if authorization != "" {
		header = append(header, "Authorization", authorization)
	}
	return h.ask(t, http.MethodPost, l.Issuer+"/token", body.Encode(), header...)
}

// basic is the header of client_secret_basic (RFC 6749 §2.3.1).
func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
}

// A confidential client shows its secret in the header or in the body, and gets nothing
// without it; a public one has none to show.
func TestALearnersConfidentialClientShowsItsSecret(t *testing.T) {
	h := openHouse(t)
	l := h.lastLab(t)
	c := h.confidential(t, l)
	public := h.ownClient(t, l, "My page", secretCallback)
	other := h.registered(t, l, api.NewClient{Name: "Another", Type: lab.TypeConfidential, RedirectURIs: []string{secretCallback}})
	id := []string{"client_id", c.ClientID}
	tests := map[string]struct {
		of            api.OwnClient
		authorization string
		body          []string
		status        int
		code          string // "" where a token comes
	}{
		"basic":                     {c, basic(c.ClientID, c.ClientSecret), nil, 200, ""},
		"basic, named in the body":  {c, basic(c.ClientID, c.ClientSecret), id, 200, ""},
		"post":                      {c, "", append(id, "client_secret", c.ClientSecret), 200, ""},
		"no secret":                 {c, "", id, 400, "invalid_client"},
		"an empty one":              {c, "", append(id, "client_secret", ""), 400, "invalid_client"},
		"a wrong one":               {c, "", append(id, "client_secret", c.ClientSecret+"x"), 400, "invalid_client"},
		"that of another":           {c, "", append(id, "client_secret", other.ClientSecret), 400, "invalid_client"},
		"a wrong one in the header": {c, basic(c.ClientID, "x"), nil, 401, "invalid_client"},
		"none in the header":        {c, basic(c.ClientID, ""), nil, 401, "invalid_client"},
		"another's header":          {c, basic(other.ClientID, c.ClientSecret), nil, 401, "invalid_client"},
		"both ways":                 {c, basic(c.ClientID, c.ClientSecret), append(id, "client_secret", c.ClientSecret), 400, "invalid_request"},
		"a public client":           {public, "", []string{"client_id", public.ClientID}, 200, ""},
		"a public one with secret":  {public, "", []string{"client_id", public.ClientID, "client_secret", c.ClientSecret}, 400, "invalid_client"},
		"a public one with header":  {public, basic(public.ClientID, ""), nil, 401, "invalid_client"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code := h.codeFor(t, l, tt.of)
			r := h.redeem(t, l, code, tt.authorization, tt.body...)
			var said struct {
				Error       string `json:"error"`
				AccessToken string `json:"access_token"`
			}
			if err := json.Unmarshal([]byte(r.body), &said); err != nil || r.status != tt.status || said.Error != tt.code || (said.AccessToken != "") != (tt.code == "") {
				t.Errorf("it is answered %d %s, want %d %s", r.status, r.body, tt.status, tt.code)
			}
			challenge := `Basic realm="OAuth Lab"` // RFC 6749 §5.2
			if tt.status != http.StatusUnauthorized {
				challenge = ""
			}
			if got := r.header.Get("WWW-Authenticate"); got != challenge {
				t.Errorf("WWW-Authenticate is %q, want %q", got, challenge)
			}
			if tt.code == "" {
				return
			}
			proof := []string{"client_id", tt.of.ClientID}
			if tt.of.ClientSecret != "" {
				proof = append(proof, "client_secret", tt.of.ClientSecret)
			}
			if r := h.redeem(t, l, code, "", proof...); r.status != http.StatusOK {
				t.Errorf("the refused attempt spent the code: %d %s", r.status, r.body)
			}
		})
	}
	h.wantTokenRequestOf(t, l, "My server")
}

// With a refresh token alone nobody goes on in the name of a confidential client (RFC 6749 §6).
func TestALearnersConfidentialClientRefreshesWithItsSecret(t *testing.T) {
	h := openHouse(t)
	l := h.lastLab(t)
	c := h.confidential(t, l)
	var got struct {
		RefreshToken string `json:"refresh_token"`
	}
	first := h.redeem(t, l, h.codeFor(t, l, c), basic(c.ClientID, c.ClientSecret))
	if err := json.Unmarshal([]byte(first.body), &got); err != nil || got.RefreshToken == "" {
		t.Fatalf("the code is answered %d %s", first.status, first.body)
	}
	refresh := []string{"grant_type", "refresh_token", "refresh_token", got.RefreshToken, "client_id", c.ClientID}
	h.redeem(t, l, "", "", refresh...).refusedAs(t, http.StatusBadRequest, "invalid_client")
	h.redeem(t, l, "", basic(c.ClientID, "x"), refresh...).refusedAs(t, http.StatusUnauthorized, "invalid_client")
	if r := h.redeem(t, l, "", basic(c.ClientID, c.ClientSecret), refresh...); r.status != http.StatusOK {
		t.Errorf("with its secret it is answered %d %s", r.status, r.body)
	}
}

// The API tells a secret once, and keeps it nowhere; a new one takes the place of the old.
func TestAClientsSecretIsToldOnce(t *testing.T) {
	h := openHouse(t)
	l := h.lastLab(t)
	key := []string{"Authorization", "Bearer " + l.Key}
	c := h.confidential(t, l)
	if raw, err := base64.RawURLEncoding.DecodeString(c.ClientSecret); err != nil || len(raw) != 32 || c.Type != lab.TypeConfidential {
		t.Fatalf("it is registered as %+v", c)
	}
	if other := h.ownClient(t, l, "My page", secretCallback); other.ClientSecret != "" || other.Type != lab.TypePublic {
		t.Errorf("the public client is registered as %+v", other)
	}
	at := h.clientsOf(l) + "/" + c.ClientID
	patch := func(body string) (after api.OwnClient) {
		t.Helper()
		r := h.ask(t, http.MethodPatch, at, body, key...)
		if err := json.Unmarshal([]byte(r.body), &after); err != nil || r.status != http.StatusOK {
			t.Fatalf("%s is answered %d %s", body, r.status, r.body)
		}
		return after
	}
	if after := patch(`{"name": "Her server", "type": "confidential", "new_secret": false}`); after.ClientSecret != "" || after.Name != "Her server" {
		t.Errorf("it is changed to %+v", after)
	}
	if r := h.redeem(t, l, h.codeFor(t, l, c), basic(c.ClientID, c.ClientSecret)); r.status != http.StatusOK {
		t.Errorf("after a change of its name, its secret is answered %d %s", r.status, r.body)
	}
	before := len(h.logOf(t, uuid.MustParse(l.ID)))
	again := patch(`{"new_secret": true}`)
	if again.ClientSecret == "" || again.ClientSecret == c.ClientSecret || again.Name != "Her server" || !slices.Equal(again.RedirectURIs, c.RedirectURIs) {
		t.Errorf("with a new secret it is %+v", again)
	}
	told := h.logOf(t, uuid.MustParse(l.ID))[before:]
	want := []event.ChangeField{{Name: "name", To: "Her server"}, {Name: "type", To: "confidential"}, {Name: "redirect_uris", To: secretCallback}, {Name: "secret", To: "a new one"}}
	if len(told) != 1 || told[0].Change == nil || !slices.Equal(told[0].Change.Fields, want) {
		t.Errorf("of the new secret is told %+v", told)
	}

	var everything strings.Builder
	for _, path := range []string{"", "/clients", "/clients/" + c.ClientID, "/clients/sheets?client=" + c.ClientID, "/state", "/state/tables"} {
		r := h.ask(t, http.MethodGet, h.config.Origins[event.Lab]+"/api/labs/"+l.ID+path, "", key...)
		if r.status != http.StatusOK {
			t.Fatalf("%s is answered %d", path, r.status)
		}
		everything.WriteString(r.body)
	}
	if all := everything.String(); strings.Contains(all, again.ClientSecret) || strings.Contains(all, "client_secret\":") || !strings.Contains(all, `"type":"confidential"`) {
		t.Errorf("what can be read has the secret: %s", all)
	}
	if list := h.ask(t, http.MethodGet, h.clientsOf(l), "", key...).body; strings.Count(list, `"type":"confidential"`) != 1 || strings.Count(list, `"type":"public"`) != 1 {
		t.Errorf("the list is %s", list)
	}

	code := h.codeFor(t, l, c)
	h.redeem(t, l, code, basic(c.ClientID, c.ClientSecret)).refusedAs(t, http.StatusUnauthorized, "invalid_client")
	if r := h.redeem(t, l, code, basic(c.ClientID, again.ClientSecret)); r.status != http.StatusOK {
		t.Errorf("the new secret is answered %d %s", r.status, r.body)
	}
}

// refusedAs checks the error response of RFC 6749 §5.2.
func (r reply) refusedAs(t *testing.T, status int, code string) {
	t.Helper()
	if r.status != status || !strings.Contains(r.body, `"error":"`+code+`"`) {
		t.Errorf("it is answered %d %s, want %d %s", r.status, r.body, status, code)
	}
}

// A type is one of two, has its chapter, and stays.
func TestTheTypeOfAClientIsHeld(t *testing.T) {
	h := openHouse(t)
	early, late := h.newLab(t), h.lastLab(t)
	page, server := h.ownClient(t, late, "My page", secretCallback), h.confidential(t, late)
	const register = `{"name": "App", "type": "confidential", "redirect_uris": ["http://127.0.0.1/cb"]}`
	for name, tt := range map[string]struct {
		l                        api.Lab
		method, at, body, expect string
	}{
		"confidential, too early":  {early, http.MethodPost, "", register, "This chapter has public clients alone. Leave type out, or make it public: confidential clients come with v04, which has client secrets."},
		"no type that there is":    {late, http.MethodPost, "", strings.Replace(register, "confidential", "secret", 1), "The type of a client is public or confidential. Leave type out for a public client, which keeps no secret (RFC 6749 §2.1)."},
		"a public one made secret": {late, http.MethodPatch, page.ClientID, `{"type": "confidential"}`, "The type of a client stays as it was registered. Register another client: this one is public."},
		"a secret one made public": {late, http.MethodPatch, server.ClientID, `{"type": "public"}`, "The type of a client stays as it was registered. Register another client: this one is confidential."},
		"a secret for a public":    {late, http.MethodPatch, page.ClientID, `{"new_secret": true}`, "A public client gets no secret. Register a confidential client (RFC 6749 §2.1)."},
	} {
		t.Run(name, func(t *testing.T) {
			r := h.ask(t, tt.method, strings.TrimSuffix(h.clientsOf(tt.l)+"/"+tt.at, "/"), tt.body, "Authorization", "Bearer "+tt.l.Key)
			r.refusedWith(t, http.StatusBadRequest, "invalid_client_metadata")
			var e api.Refusal
			if err := json.Unmarshal([]byte(r.body), &e); err != nil || e.Description+" "+e.Hint != tt.expect {
				t.Errorf("it says %s %s", e.Description, e.Hint)
			}
		})
	}
}

// A chapter before v04 authenticates no clients: a confidential client goes on there as a
// public one does, and has its secret again in v04.
func TestAConfidentialClientInAnEarlierChapter(t *testing.T) {
	h := openHouse(t)
	l := h.lastLab(t)
	c := h.confidential(t, l)
	at, key := h.config.Origins[event.Lab]+"/api/labs/"+l.ID, []string{"Authorization", "Bearer " + l.Key}
	h.ask(t, http.MethodPatch, at, `{"chapter": "v03"}`, key...)
	code := h.codeFor(t, l, c)
	h.redeem(t, l, code, basic(c.ClientID, c.ClientSecret)).refusedAs(t, http.StatusUnauthorized, "invalid_client")
	if r := h.redeem(t, l, code, "", "client_id", c.ClientID); r.status != http.StatusOK {
		t.Errorf("without its secret it is answered %d %s", r.status, r.body)
	}
	if sheet := h.sheetsOf(t, l)["connect"].Body; !strings.Contains(sheet, "this chapter authenticates no clients") || strings.Contains(sheet, snippet.SecretHere) {
		t.Errorf("the sheet says %s", sheet)
	}
	h.ask(t, http.MethodPatch, at, `{"chapter": "v04"}`, key...)
	h.redeem(t, l, h.codeFor(t, l, c), "", "client_id", c.ClientID).refusedAs(t, http.StatusBadRequest, "invalid_client")
}

// sheetsOf returns what the page shows of the learner's latest client, by id.
func (h *house) sheetsOf(t *testing.T, l api.Lab) map[string]api.Sheet {
	t.Helper()
	r := h.ask(t, http.MethodGet, h.clientsOf(l)+"/sheets", "", "Authorization", "Bearer "+l.Key)
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

// The sheets offer the choice where there is one, and say by which methods a secret is shown.
func TestTheSheetsOfAConfidentialClient(t *testing.T) {
	h := openHouse(t)
	early, late := h.newLab(t), h.lastLab(t)
	const choice, button = `type="radio" name="type"`, `name="new_secret"`
	if form := h.sheetsOf(t, early)["register"].Body; strings.Contains(form, choice) || !strings.Contains(form, "clients with a secret come with v04") {
		t.Errorf("before v04 the form is %s", form)
	}
	if form := h.sheetsOf(t, late)["register"].Body; strings.Count(form, choice) != 2 || strings.Contains(form, "come with v04") {
		t.Errorf("from v04 on the form is %s", form)
	}
	h.ownClient(t, late, "My page", secretCallback)
	if all := h.sheetsOf(t, late); strings.Contains(all["register"].Body, button) || strings.Contains(all["connect"].Body, snippet.SecretHere) || !strings.Contains(all["connect"].Body, "the token endpoint is none") {
		t.Errorf("of the public client is shown %v", all)
	}
	c := h.confidential(t, late)
	all := h.sheetsOf(t, late)
	if strings.Count(all["register"].Body, button) != 1 || !strings.Contains(all["register"].Body, "<span>confidential</span>") {
		t.Errorf("the form is %s", all["register"].Body)
	}
	for _, want := range []string{guard.Basic, guard.Post, "hash alone", snippet.SecretHere, "Register a public client for it."} {
		if !strings.Contains(all["connect"].Body, want) {
			t.Errorf("the sheet does not say %q: %s", want, all["connect"].Body)
		}
	}
	for _, no := range []string{c.ClientSecret, "the token endpoint is none", `id="program-oidc-client-ts"`} {
		if strings.Contains(all["connect"].Body, no) {
			t.Errorf("the sheet says %q: %s", no, all["connect"].Body)
		}
	}
}

// A seed's confidential client has the secret of the file, at each start, and another file's
// is told.
func TestASeedsConfidentialClient(t *testing.T) {
	const known = "a+secret%that:tests-know"
	text := strings.NewReplacer("chapter: v03", "chapter: v04", "client_id: my-app\n", "client_id: my-app\n        type: confidential\n        client_secret: "+known+"\n").Replace(seedText)
	data := t.TempDir()
	c := api.OwnClient{ClientID: "my-app"}
	start := func(t *testing.T, text string) *house {
		change := seeded(t, text)
		return openHouseWith(t, func(c *setup) { change(c); c.Data = data })
	}
	redeems := func(t *testing.T, h *house, secret string) int {
		t.Helper()
		l := h.seedLab()
		at := h.ask(t, http.MethodGet, l.Issuer+"/authorize?"+asks(c, ownCallback, ownVerifier).Encode(), "")
		back, err := url.Parse(at.header.Get("Location"))
		if err != nil || back.Query().Get("code") == "" {
			t.Fatalf("it is answered %d to %q", at.status, at.header.Get("Location"))
		}
		return h.redeem(t, l, back.Query().Get("code"), basic(c.ClientID, secret)).status
	}
	events := 0
	t.Run("first", func(t *testing.T) {
		h := start(t, text)
		if status := redeems(t, h, known); status != http.StatusOK {
			t.Errorf("the secret of the file is answered %d", status)
		}
		if status := redeems(t, h, known+"x"); status != http.StatusUnauthorized {
			t.Errorf("another secret is answered %d", status)
		}
		events = len(h.logOf(t, uuid.MustParse(seedID)))
	})
	t.Run("again", func(t *testing.T) {
		h := start(t, text)
		if n := len(h.logOf(t, uuid.MustParse(seedID))); n != events {
			t.Errorf("the start told %d events", n-events)
		}
		h.ask(t, http.MethodPatch, h.clientsOf(h.seedLab())+"/my-app", `{"new_secret": true}`, "Authorization", "Bearer "+seedKey)
		if status := redeems(t, h, known); status != http.StatusUnauthorized {
			t.Errorf("beside a new one, the secret of the file is answered %d", status)
		}
	})
	t.Run("after a new secret", func(t *testing.T) {
		h := start(t, text)
		if status := redeems(t, h, known); status != http.StatusOK {
			t.Errorf("the secret of the file is answered %d", status)
		}
	})
	t.Run("with another type", func(t *testing.T) {
		h := start(t, strings.NewReplacer("type: confidential", "type: public", "        client_secret: "+known+"\n", "").Replace(text))
		if status := redeems(t, h, known); status != http.StatusUnauthorized {
			t.Errorf("a public client's secret is answered %d", status)
		}
		log := h.logOf(t, uuid.MustParse(seedID))
		if i := slices.IndexFunc(log, func(e event.Event) bool {
			return e.Change != nil && e.Change.Action == "changed" && slices.Contains(e.Change.Fields, event.ChangeField{Name: "type", To: "public"})
		}); i < 0 || len(log[i].Change.Fields) != 3 {
			t.Errorf("the change is not told: %v", log)
		}
	})
}
