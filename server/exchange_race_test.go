package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/oauth2"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
	"oauthlab/server/lab"
	"oauthlab/server/resourceserver"
)

// What goes on the wire (RFC 8693 §2.1, §3).
const (
	exchangeURN    = "urn:ietf:params:oauth:grant-type:token-exchange"
	accessTokenURN = "urn:ietf:params:oauth:token-type:access_token"
)

// delegation is a lab of the chapter that brings the agent, and all who are in it, by HTTP alone.
type delegation struct {
	*stateOf
	secret string // the agent's
}

// delegationIn makes one, which is then changed as the lab's API takes it.
func (h *house) delegationIn(t *testing.T, change string) *delegation {
	t.Helper()
	s := h.stateIn(t, "v10")
	if change != "" {
		s.change(change)
	}
	key, err := h.store.Secret(t.Context(), "clients")
	if err != nil {
		t.Fatal(err)
	}
	return &delegation{s, authserver.ClientSecret(key, s.lab.ID, authserver.ClientAgent)}
}

func (d *delegation) at(r lab.Resource) string { return d.lab.Resource(r) }

// tokens sends a token request, and returns what the server answers.
func (d *delegation) tokens(form url.Values) (given authserver.TokenResponse, r reply) {
	d.Helper()
	r = d.h.ask(d.T, http.MethodPost, d.lab.Issuer()+"/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	if err := json.Unmarshal([]byte(r.body), &given); err != nil {
		d.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return given, r
}

// begins has Alice sign in at her client for some APIs, and returns the request that redeems the
// code for the first of them.
func (d *delegation) begins(scope string, apis ...string) url.Values {
	d.Helper()
	verifier, back := oauth2.GenerateVerifier(), d.lab.Origins.RedirectURI()
	alice := d.h.visitor(d.T, d.lab, "alice")
	alice.stop = back
	ends, err := url.Parse(alice.visit(d.lab.Issuer() + "/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {authserver.ClientDemo}, "redirect_uri": {back}, "state": {"s1"}, "nonce": {"n1"}, "scope": {scope}, "resource": apis,
		"code_challenge": {oauth2.S256ChallengeFromVerifier(verifier)}, "code_challenge_method": {"S256"},
	}.Encode()).at)
	if err != nil || ends.Query().Get("code") == "" {
		d.Fatalf("the browser ends at %s (%v)", ends, err)
	}
	return url.Values{
		"grant_type": {"authorization_code"}, "client_id": {authserver.ClientDemo}, "code": {ends.Query().Get("code")}, "redirect_uri": {back},
		"code_verifier": {verifier}, "resource": apis[:1],
	}
}

// gives redeems it.
func (d *delegation) gives(redemption url.Values) authserver.TokenResponse {
	d.Helper()
	given, r := d.tokens(redemption)
	if r.status != http.StatusOK || given.AccessToken == "" {
		d.Fatalf("the code is answered %d %s", r.status, r.body)
	}
	return given
}

// exchanging is a good request of the agent's for a token for the calendar.
func (d *delegation) exchanging(subject string) url.Values {
	return url.Values{
		"grant_type": {exchangeURN}, "client_id": {authserver.ClientAgent}, "client_secret": {d.secret},
		"subject_token": {subject}, "subject_token_type": {accessTokenURN}, "resource": {d.at(lab.Calendar)},
	}
}

// told is what one of the APIs is told of a token.
func (d *delegation) told(by lab.Resource, token string) (said authserver.IntrospectionResponse) {
	d.Helper()
	key, err := d.h.store.Secret(d.Context(), "api")
	if err != nil {
		d.Fatal(err)
	}
	r := d.h.ask(d.T, http.MethodPost, d.lab.Issuer()+"/introspect", url.Values{"token": {token}}.Encode(),
		"Content-Type", "application/x-www-form-urlencoded", "Authorization", basic(by.Client, lab.APIKey(key).Secret(d.lab.ID, by.Client)))
	if err := json.Unmarshal([]byte(r.body), &said); err != nil || r.status != http.StatusOK {
		d.Fatalf("%s is answered %d %s", by.Title, r.status, r.body)
	}
	return said
}

// record is what the authorization server keeps of the lab.
func (d *delegation) record() authserver.State {
	d.Helper()
	state, err := authserver.Document{Store: d.h.store, Owner: event.Auth, Kind: authserver.Kind}.State(d.Context(), d.lab.ID)
	if err != nil {
		d.Fatal(err)
	}
	return state
}

// endOf is the moment at which a token ends, by its own word.
func endOf(t *testing.T, token string) int64 {
	t.Helper()
	var claims struct {
		Expires int64 `json:"exp"`
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err == nil {
		err = json.Unmarshal(payload, &claims)
	}
	if err != nil || claims.Expires == 0 {
		t.Fatalf("%s does not say when it ends (%v)", token, err)
	}
	return claims.Expires
}

const atOnce = 64 // exchanges

// exchanged sends so many exchanges of a token: half of them at once, and when some of those are
// answered the others, together with what is to be done beside them. It returns the answers.
func (d *delegation) exchanged(subject string, beside func()) []reply {
	d.Helper()
	const some = 4
	body := d.exchanging(subject).Encode()
	answers, errs := make([]reply, atOnce), make([]error, atOnce)
	answered, now := make(chan struct{}, atOnce), make(chan struct{})
	var all sync.WaitGroup
	for i := range atOnce {
		all.Go(func() {
			if i >= atOnce/2 {
				<-now
			}
			answers[i], errs[i] = posted(d, body)
			answered <- struct{}{}
		})
	}
	for range some {
		<-answered
	}
	close(now)
	beside()
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		d.Fatal(err)
	}
	return answers
}

// posted sends a token request from a goroutine that cannot end the test.
func posted(d *delegation, body string) (reply, error) {
	r, err := http.NewRequestWithContext(d.Context(), http.MethodPost, d.lab.Issuer()+"/token", strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(text)}, err
}

// A user's token is revoked while an agent exchanges it, over and over: what was handed out before
// that ends with it, and nothing is handed out afterwards. No token says of itself that it lives
// longer.
func TestExchangesWhileTheTokenIsRevoked(t *testing.T) {
	h := openHouse(t)
	for name, prepared := range map[string]func(d *delegation, redemption url.Values, given authserver.TokenResponse) (again url.Values){
		"by a second use of its code": func(_ *delegation, redemption url.Values, _ authserver.TokenResponse) url.Values { return redemption },
		"by a second use of the refresh token": func(d *delegation, _ url.Values, given authserver.TokenResponse) url.Values {
			again := url.Values{"grant_type": {"refresh_token"}, "client_id": {authserver.ClientDemo}, "refresh_token": {given.RefreshToken}}
			if _, r := d.tokens(again); r.status != http.StatusOK {
				d.Fatalf("the first is answered %d %s", r.status, r.body)
			}
			return again
		},
	} {
		for _, format := range []string{guard.Opaque, guard.JWT} {
			for _, life := range []string{"5m", "1h"} {
				t.Run(name+", "+format+", of "+life, func(t *testing.T) {
					d := h.delegationIn(t, `{"settings":{"jwt-signature.tokens":"`+format+`","downscope.life":"`+life+`"}}`)
					redemption := d.begins("read write", d.at(lab.Billing), d.at(lab.Calendar))
					given := d.gives(redemption)
					ends := d.told(lab.Billing, given.AccessToken).Expires
					again := prepared(d, redemption, given)
					answers := d.exchanged(given.AccessToken, func() {
						if _, r := d.tokens(again); r.status != http.StatusBadRequest || !strings.Contains(r.body, `"error":"invalid_grant"`) {
							t.Errorf("the second use is answered %d %s", r.status, r.body)
						}
					})
					var handed []string
					for _, r := range answers {
						var got authserver.TokenResponse
						switch {
						case r.status == http.StatusOK && json.Unmarshal([]byte(r.body), &got) == nil && got.AccessToken != "":
							handed = append(handed, got.AccessToken)
						case r.status != http.StatusBadRequest || !strings.Contains(r.body, "The subject token is not one of this server's that are good."):
							t.Errorf("an exchange is answered %d %s", r.status, r.body)
						}
					}
					t.Logf("%d of %d were given a token", len(handed), len(answers))
					if _, r := d.tokens(d.exchanging(given.AccessToken)); r.status != http.StatusBadRequest {
						t.Errorf("afterwards an exchange is answered %d %s", r.status, r.body)
					}

					state := d.record()
					subject, known := state.Token(given.AccessToken)
					if !known || subject.Revoked == nil {
						t.Fatalf("the record has the subject token as %+v (%t)", subject, known)
					}
					kept := 0
					for _, token := range state.Tokens {
						if token.Parent != subject.Hash {
							continue
						}
						kept++
						if token.Revoked == nil || token.Expires.After(subject.Expires) {
							t.Errorf("the record has a token that outlives it: %+v", token)
						}
					}
					if kept == 0 || kept != min(len(handed), 16) {
						t.Errorf("of %d tokens the record has %d", len(handed), kept)
					}
					for _, token := range handed {
						if said := d.told(lab.Calendar, token); said.Active {
							t.Errorf("a token is active still: %+v", said)
						}
						if format == guard.JWT && endOf(t, token) > ends {
							t.Errorf("a token ends at %d, the user's at %d", endOf(t, token), ends)
						}
					}
				})
			}
		}
	}
}

// Of as many exchanges at once the server forgets the oldest, and never the token that they came of.
func TestManyExchangesAtOnce(t *testing.T) {
	h := openHouse(t)
	for _, format := range []string{guard.Opaque, guard.JWT} {
		t.Run(format, func(t *testing.T) {
			d := h.delegationIn(t, `{"settings":{"jwt-signature.tokens":"`+format+`"}}`)
			subject := d.gives(d.begins("read write", d.at(lab.Billing), d.at(lab.Calendar))).AccessToken
			seen := map[string]bool{}
			active := 0
			for _, r := range d.exchanged(subject, func() {}) {
				var got authserver.TokenResponse
				if r.status != http.StatusOK || json.Unmarshal([]byte(r.body), &got) != nil || seen[got.AccessToken] {
					t.Fatalf("an exchange is answered %d %s", r.status, r.body)
				}
				seen[got.AccessToken] = true
				if d.told(lab.Calendar, got.AccessToken).Active {
					active++
				}
			}
			if said := d.told(lab.Billing, subject); !said.Active || said.Subject != "alice" {
				t.Errorf("of the user's token billing is told %+v", said)
			}
			if active != 16 {
				t.Errorf("%d of %d tokens are active, want the last 16", active, len(seen))
			}
			if _, r := d.tokens(d.exchanging(subject)); r.status != http.StatusOK {
				t.Errorf("once more it is answered %d %s", r.status, r.body)
			}
		})
	}
}

// The calendar asks an authorization server that is gone: it hands out nothing, and writes nothing. What
// it reads by itself it goes on taking, with the keys that it remembers, and knows who acts.
func TestTheCalendarWithoutTheAuthorizationServer(t *testing.T) {
	h := openHouse(t)
	key, err := h.store.Secret(t.Context(), "api")
	if err != nil {
		t.Fatal(err)
	}
	alone := (&resourceserver.Server{
		Origin: h.config.Origins[event.API], APIKey: lab.APIKey(key), Labs: h.labs, InternalSenders: h.attacks.InternalSenders, Log: slog.New(slog.DiscardHandler),
		Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("nobody is there") }),
	}).Handler()
	asks := func(d *delegation, method, token string) *httptest.ResponseRecorder {
		t.Helper()
		r := httptest.NewRequest(method, d.at(lab.Calendar), strings.NewReader(`{"day":"2026-12-15","title":"Pay"}`))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		alone.ServeHTTP(w, r)
		return w
	}
	state := func(d *delegation) resourceserver.State {
		t.Helper()
		state, err := resourceserver.Document{Store: h.store}.State(t.Context(), d.lab)
		if err != nil {
			t.Fatal(err)
		}
		return state
	}
	const reads = `,"jwt-signature.check":"signature"`
	for name, tt := range map[string]struct {
		settings string
		asked    bool // before, when all was well
		good     bool
	}{
		"opaque":                            {`"jwt-signature.tokens":"opaque"`, false, false},
		"opaque, after it has asked":        {`"jwt-signature.tokens":"opaque"`, true, false},
		"JWTs that are asked about":         {`"jwt-signature.tokens":"jwt"`, true, false},
		"JWTs that it reads":                {`"jwt-signature.tokens":"jwt"` + reads, true, true},
		"JWTs by ES256 that it reads":       {`"jwt-signature.tokens":"jwt","id-signature.algorithm":"ES256"` + reads, true, true},
		"JWTs, and it has seen no keys yet": {`"jwt-signature.tokens":"jwt"` + reads, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := h.delegationIn(t, `{"settings":{`+tt.settings+`}}`)
			given, r := d.tokens(d.exchanging(d.gives(d.begins("read write", d.at(lab.Billing), d.at(lab.Calendar))).AccessToken))
			if r.status != http.StatusOK {
				t.Fatalf("the exchange is answered %d %s", r.status, r.body)
			}
			if tt.asked {
				if r := h.ask(t, http.MethodGet, d.at(lab.Calendar), "", "Authorization", "Bearer "+given.AccessToken); r.status != http.StatusOK {
					t.Fatalf("when all is well the calendar answers %d %s", r.status, r.body)
				}
			}
			before := state(d)
			for method, status := range map[string]int{http.MethodGet: http.StatusOK, http.MethodPost: http.StatusCreated} {
				w := asks(d, method, given.AccessToken)
				if tt.good {
					if w.Code != status || !strings.Contains(w.Body.String(), `"owner":"alice"`) {
						t.Errorf("%s is answered %d %s", method, w.Code, w.Body)
					}
					continue
				}
				if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "alice") || strings.Contains(w.Body.String(), "Dentist") {
					t.Errorf("%s is answered %d %v %s", method, w.Code, w.Header(), w.Body)
				}
			}
			after := state(d)
			if !tt.good {
				if len(after.Appointments) != len(before.Appointments) {
					t.Errorf("the calendar has %+v", after.Appointments)
				}
				return
			}
			for _, line := range after.Log[len(before.Log):] {
				if line.For != "alice" || !slices.Equal(line.By, []string{authserver.ClientAgent}) {
					t.Errorf("its log has %+v", line)
				}
			}
			if n := len(after.Log) - len(before.Log); n != 2 || len(after.Appointments) != len(before.Appointments)+1 {
				t.Errorf("its log has %d lines more, the calendar %+v", n, after.Appointments)
			}
		})
	}
}
