package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/authserver"
	"oauthlab/server/lab"
)

// placeOf is the part by which a fault is switched on, and the value of that.
func placeOf(t *testing.T, f authserver.Fault) (guard.ID, string) {
	t.Helper()
	protection, _ := guard.Find("server-faults")
	for _, part := range protection.Parts {
		value, is := strings.CutPrefix(f.Name, strings.TrimPrefix(string(part.ID), "server-faults.")+"-")
		if is && slices.Contains(part.Values, value) {
			return part.ID, value
		}
	}
	t.Fatalf("nothing switches %s on", f.Name)
	return "", ""
}

// faultsOf are the faults that there are in a chapter.
func faultsOf(t *testing.T, chapter string) (all []authserver.Fault) {
	t.Helper()
	for _, f := range authserver.Faults() {
		if part, _ := placeOf(t, f); (guard.Rules{Chapter: chapter}).Has(part) {
			all = append(all, f)
		}
	}
	return all
}

// verdictsOf are the verdicts of a party that are not that all is well, as "guard outcome".
func verdictsOf(log []event.Event, party event.Party) (all []string) {
	for _, e := range log {
		if e.Verdict != nil && e.From == party && e.Verdict.Outcome != event.Passed {
			all = append(all, e.Verdict.Guard+" "+string(e.Verdict.Outcome))
		}
	}
	return all
}

// The web app meets every fault of the server: what it must refuse it refuses, by the check that
// the table names, and what it must accept it accepts. With that check off it is told of, and
// nothing stops it.
func TestTheWebAppMeetsEveryFault(t *testing.T) {
	h := openHouse(t)
	for _, f := range faultsOf(t, "v07") {
		for _, on := range []bool{true, false} {
			if !on && f.Guard == "" {
				continue
			}
			name := f.Name
			if !on {
				name += ", without " + string(f.Guard)
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel() // one of them takes its time
				part, value := placeOf(t, f)
				values := map[guard.ID]string{part: value}
				if !on {
					values[f.Guard] = "false"
				}
				l, err := h.prover().LabWith(t.Context(), "v07", values)
				if err != nil {
					t.Fatal(err)
				}
				alice := h.visitor(t, l, "alice")
				if f.Name == "id-token-replayed" { // it has nothing to repeat at a first login
					alice.visit(alice.home()+"start").wantShown(t, `The web app keeps it for <span class="code">alice</span>`)
					if got := verdictsOf(h.logOf(t, l.ID), event.Webapp); got != nil {
						t.Errorf("at a first login the verdicts are %q", got)
					}
				}
				page := alice.visit(alice.home() + "start")
				log := h.logOf(t, l.ID)
				if !slices.ContainsFunc(log, func(e event.Event) bool {
					return e.Note != nil && e.Note.Name == event.NoteFault && e.Note.Text == f.Changes
				}) {
					t.Error("the log does not tell of the fault")
				}
				_, body, _ := strings.Cut(page.body, "<main")
				shows := strings.Contains(body, `<ul class="photos">`)
				switch verdicts := verdictsOf(log, event.Webapp); {
				case f.Guard != "" && on:
					noticed, _ := guard.FindPart(f.Guard)
					page.wantShown(t, prose.Sentence(noticed.Title)[:len(noticed.Title)]+": ")
					if shows || !slices.Equal(verdicts, []string{string(f.Guard) + " refused"}) {
						t.Errorf("the verdicts are %q, and the page is %s", verdicts, body)
					}
				case f.Guard != "":
					if !slices.Equal(slices.Compact(verdicts), []string{string(f.Guard) + " would-refuse"}) {
						t.Errorf("the verdicts are %q", verdicts)
					}
					if !shows {
						t.Errorf("the page is %s", body)
					}
				case f.Client == authserver.MustAccept:
					if !shows || verdicts != nil || strings.Contains(body, `role="alert"`) {
						t.Errorf("the verdicts are %q, and the page is %s", verdicts, body)
					}
				default: // it has no name for that, and takes it for what it is: no answer
					var want []string
					if part == guard.IDFaultRedirect { // which says nothing then, and so no state
						want = []string{string(guard.IDState) + " refused"}
					}
					if shows || !slices.Equal(verdicts, want) || !strings.Contains(body, `role="alert"`) {
						t.Errorf("the verdicts are %q, and the page is %s", verdicts, body)
					}
				}
			})
		}
	}
}

// relyingParty is the web app's client in hands that nobody of the lab wrote: golang.org/x/oauth2
// redeems the code, and golang-jwt reads the ID token.
type relyingParty struct {
	*visitor
	config oauth2.Config
	issuer string
	secret string
}

func (h *house) relyingParty(t *testing.T, l *lab.Lab, issuer string) *relyingParty {
	t.Helper()
	p := &relyingParty{visitor: h.visitor(t, l, "alice"), issuer: issuer, secret: h.secretOf(t, l)}
	p.stop = l.Origins.WebCallback(l.ID)
	p.config = oauth2.Config{
		ClientID: authserver.ClientWeb, ClientSecret: p.secret, RedirectURL: p.stop, Scopes: []string{"openid", "email", "offline_access"},
		Endpoint: oauth2.Endpoint{AuthURL: issuer + "/authorize", TokenURL: issuer + "/token", AuthStyle: oauth2.AuthStyleInHeader},
	}
	// Alice signs in at the lab itself: that holds at each of its issuers.
	p.visit(l.Issuer() + "/authorize?" + asks(api.OwnClient{ClientID: authserver.ClientWeb}, p.stop, ownVerifier).Encode())
	return p
}

// callback is what comes back to the client.
func (p *relyingParty) callback() url.Values {
	p.Helper()
	at, err := url.Parse(p.visit(p.config.AuthCodeURL("my-state", oauth2.S256ChallengeOption(ownVerifier), oauth2.SetAuthURLParam("nonce", "my-nonce"))).at)
	if err != nil || at.Query().Get("code") == "" {
		p.Fatalf("the browser ends at %s (%v)", at, err)
	}
	return at.Query()
}

// tokens redeems the code of a sign-in.
func (p *relyingParty) tokens() (*oauth2.Token, error) {
	p.Helper()
	return p.config.Exchange(p.Context(), p.callback().Get("code"), oauth2.VerifierOption(ownVerifier))
}

// reads returns what the library says of the ID token.
func (p *relyingParty) reads(token *oauth2.Token) error {
	p.Helper()
	id, _ := token.Extra("id_token").(string)
	_, err := jwt.NewParser(
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer(p.issuer), jwt.WithAudience(authserver.ClientWeb), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
	).Parse(id, func(*jwt.Token) (any, error) { return []byte(p.secret), nil })
	return err
}

// A learner's client meets the faults at their issuers, and needs no call of the lab's for that:
// the libraries notice what they look for, and take the rest.
func TestLibrariesMeetTheIssuersWithAFault(t *testing.T) {
	h := openHouse(t)
	l, err := h.prover().LabWith(t.Context(), "v07", nil)
	if err != nil {
		t.Fatal(err)
	}
	good := h.relyingParty(t, l, l.Issuer())
	token, err := good.tokens()
	if err != nil || good.reads(token) != nil {
		t.Fatalf("without a fault the libraries say %v and %v", err, good.reads(token))
	}
	inTheIDToken := map[string]error{
		"missing-iss": jwt.ErrTokenRequiredClaimMissing, "wrong-iss": jwt.ErrTokenInvalidIssuer, "missing-aud": jwt.ErrTokenRequiredClaimMissing, "wrong-aud": jwt.ErrTokenInvalidAudience,
		"unsigned": jwt.ErrTokenSignatureInvalid, "wrong-key": jwt.ErrTokenSignatureInvalid, "missing-exp": jwt.ErrTokenRequiredClaimMissing,
		"expired": jwt.ErrTokenExpired, "future-iat": jwt.ErrTokenUsedBeforeIssued,
	}
	atTheTokenEndpoint := map[string]func(*oauth2.Token, error) bool{
		"lower-case-type": func(token *oauth2.Token, err error) bool {
			return err == nil && token.TokenType == "bearer" && token.Type() == "Bearer"
		},
		"missing-expires-in": func(token *oauth2.Token, err error) bool { return err == nil && token.Expiry.IsZero() && token.Valid() },
		"slow":               func(token *oauth2.Token, err error) bool { return err == nil && token.Valid() },
		"missing-id-token":   func(token *oauth2.Token, err error) bool { return err == nil && token.Extra("id_token") == nil },
		"unknown-type":       func(token *oauth2.Token, err error) bool { return err == nil && token.Type() == "made-up" },
		"not-json":           func(_ *oauth2.Token, err error) bool { return err != nil },
		"failing": func(_ *oauth2.Token, err error) bool {
			var no *oauth2.RetrieveError
			return errors.As(err, &no) && no.Response.StatusCode == http.StatusInternalServerError
		},
	}
	for _, f := range faultsOf(t, "v07") {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			p := h.relyingParty(t, l, l.Issuer()+"/fault/"+f.Name)
			part, value := placeOf(t, f)
			switch part {
			case guard.IDFaultIDToken:
				token, err := p.tokens()
				if err != nil {
					t.Fatal(err)
				}
				if got := p.reads(token); !errors.Is(got, inTheIDToken[value]) {
					t.Errorf("the library says %v, want %v", got, inTheIDToken[value])
				}
			case guard.IDFaultToken:
				token, err := p.tokens()
				if says := atTheTokenEndpoint[value]; says == nil || !says(token, err) {
					t.Errorf("the library says %+v, %v", token, err)
				}
			case guard.IDFaultRedirect:
				if back := p.callback(); slices.Equal(back["state"], []string{"my-state"}) && slices.Equal(back["iss"], []string{p.issuer}) {
					t.Errorf("nothing is wrong with %v", back)
				}
			case guard.IDFaultMetadata:
				var m struct {
					Issuer string `json:"issuer"`
				}
				r := h.ask(t, http.MethodGet, p.issuer+"/.well-known/openid-configuration", "")
				if json.Unmarshal([]byte(r.body), &m) == nil && m.Issuer == p.issuer || r.status != http.StatusOK {
					t.Errorf("nothing is wrong with %d %s", r.status, r.body)
				}
			case guard.IDFaultUserInfo:
				token, err := p.tokens()
				if err != nil {
					t.Fatal(err)
				}
				var claims struct {
					Subject string `json:"sub"`
				}
				r := h.ask(t, http.MethodGet, p.issuer+"/userinfo", "", "Authorization", "Bearer "+token.AccessToken)
				if json.Unmarshal([]byte(r.body), &claims) == nil && claims.Subject == "alice" || r.status != http.StatusOK {
					t.Errorf("nothing is wrong with %d %s", r.status, r.body)
				}
			default:
				t.Errorf("nobody looks at %s", part)
			}
		})
	}
}

// Alice's browser is signed in at every issuer of a lab; what one of them gives is good there,
// and nowhere else: at no other issuer, and at no API, however that looks at tokens.
func TestWhatAnIssuerWithAFaultGivesIsGoodThereAlone(t *testing.T) {
	h := openHouse(t)
	for name, values := range map[string]map[guard.ID]string{
		"the API asks":            nil,
		"the API asks about JWTs": {guard.IDTokenFormat: guard.JWT},
		"the API reads by itself": {guard.IDTokenFormat: guard.JWT, guard.IDTokenCheck: "signature"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := h.prover().LabWith(t.Context(), "v07", values)
			if err != nil {
				t.Fatal(err)
			}
			lab, faulty := h.relyingParty(t, l, l.Issuer()), h.relyingParty(t, l, l.Issuer()+"/fault/token-lower-case-type")
			for _, p := range []*relyingParty{lab, faulty} {
				p.config.Scopes = []string{"openid", "read", "profile", "offline_access"}
			}
			own, err := lab.tokens()
			if err != nil {
				t.Fatal(err)
			}
			if hops := faulty.visit(faulty.config.AuthCodeURL("my-state", oauth2.S256ChallengeOption(ownVerifier))).hops; len(hops) != 2 {
				t.Errorf("she is asked again: %q", hops)
			}
			theirs, err := faulty.tokens()
			if err != nil {
				t.Fatal(err)
			}
			status := func(target, token string) int {
				t.Helper()
				return h.ask(t, http.MethodGet, target, "", "Authorization", "Bearer "+token).status
			}
			for where, want := range map[string][2]int{
				l.Issuer() + "/userinfo":                                 {200, 401},
				faulty.issuer + "/userinfo":                              {401, 200},
				l.Issuer() + "/fault/id-token-missing-sub" + "/userinfo": {401, 401},
				l.API() + "/api/me":                                      {200, 401},
			} {
				if got := [2]int{status(where, own.AccessToken), status(where, theirs.AccessToken)}; got != want {
					t.Errorf("%s answers the lab's token and the other %v, want %v", where, got, want)
				}
			}
			_, err = lab.config.TokenSource(t.Context(), aged(theirs)).Token()
			wantInvalidGrant(t, err)
			_, err = faulty.config.TokenSource(t.Context(), aged(own)).Token()
			wantInvalidGrant(t, err)
			for _, one := range []struct {
				p     *relyingParty
				token *oauth2.Token
			}{{lab, own}, {faulty, theirs}} { // neither attempt cost anybody anything
				if _, err := one.p.config.TokenSource(t.Context(), aged(one.token)).Token(); err != nil {
					t.Errorf("at home, a refresh says %v", err)
				}
			}
		})
	}
}

// A lab that goes back to a chapter whose API stands beside the authorization server takes no
// token there of an issuer with a fault.
func TestATokenOfAFaultInAnEarlierChapter(t *testing.T) {
	h := openHouse(t)
	s := h.stateIn(t, "v07")
	lab, faulty := h.relyingParty(t, s.lab, s.lab.Issuer()), h.relyingParty(t, s.lab, s.lab.Issuer()+"/fault/token-lower-case-type")
	var tokens []string
	for _, p := range []*relyingParty{lab, faulty} {
		p.config.Scopes = []string{"openid", "profile", "read"}
		token, err := p.tokens()
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token.AccessToken)
	}
	s.change(`{"chapter":"v05"}`)
	s.change(`{"settings":{` + longLife + `}}`)
	for i, want := range []int{http.StatusOK, http.StatusUnauthorized} {
		if r := h.ask(t, http.MethodGet, s.lab.Issuer()+"/api/me", "", "Authorization", "Bearer "+tokens[i]); r.status != want {
			t.Errorf("the token %d is answered %d %s, want %d", i, r.status, r.body, want)
		}
	}
}

// An issuer with a fault is open to the lab's own origins as the lab is: pages read its token
// endpoint, its errors and its metadata, and never its authorization endpoint.
func TestPagesReadAnIssuerWithAFault(t *testing.T) {
	h := openHouse(t)
	l, err := h.prover().LabWith(t.Context(), "v07", nil)
	if err != nil {
		t.Fatal(err)
	}
	issuer, auth := l.Issuer()+"/fault/token-not-json", l.Origins[event.Auth]
	for target, shared := range map[string]bool{
		issuer + "/token": true, issuer + "/userinfo": true, issuer + "/introspect": true, issuer + "/nothing": true, issuer + "/.well-known/openid-configuration": true,
		auth + "/.well-known/oauth-authorization-server/" + l.ID.String() + "/fault/token-not-json": true,
		l.Issuer() + "/fault/made-up/token": true, issuer + "/authorize": false, issuer + "/login": false,
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
			r := h.ask(t, method, target, "", "Origin", "https://app.example", "Access-Control-Request-Method", http.MethodPost)
			if got := r.header.Get("Access-Control-Allow-Origin"); (got == "*") != shared || r.header.Get("Access-Control-Allow-Credentials") != "" || r.status >= http.StatusInternalServerError {
				t.Errorf("%s %s is answered %d, for pages of %q", method, target, r.status, got)
			}
		}
	}
}
