package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/authserver"
	"oauthlab/server/lab"
	"oauthlab/server/webapp"
)

// visitor is a person with a browser at the web app of a lab.
type visitor struct {
	*testing.T
	h       *house
	lab     *lab.Lab
	user    string
	browser *http.Client
	stop    string           // beginning of addresses that the browser does not get to; "" for none
	seen    *strings.Builder // all that came to the browser
}

func (h *house) visitor(t *testing.T, l *lab.Lab, user string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{T: t, h: h, lab: l, user: user, seen: &strings.Builder{}, browser: &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// page is where a browser ended, and how.
type page struct {
	at   string
	hops []string // the addresses on the way, the first and the last too
	reply
}

// send sends a request as a browser does that navigates.
func (v *visitor) send(method, target string, form url.Values, header ...string) reply {
	v.Helper()
	req, err := http.NewRequestWithContext(v.Context(), method, target, strings.NewReader(form.Encode()))
	if err != nil {
		v.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	req.Header.Set("Accept", "text/html")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := v.browser.Do(req)
	if err != nil {
		v.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		v.Fatal(err)
	}
	fmt.Fprintln(v.seen, resp.Header, string(text))
	return reply{resp.StatusCode, resp.Header, string(text)}
}

// visit opens an address, and follows where it leads. At the sign-in page the user picks
// their name.
func (v *visitor) visit(target string) page {
	v.Helper()
	p := page{at: target}
	method, form := http.MethodGet, url.Values(nil)
	for range 8 {
		p.hops = append(p.hops, p.at)
		if v.stop != "" && strings.HasPrefix(p.at, v.stop) {
			return p
		}
		p.reply = v.send(method, p.at, form)
		at, err := url.Parse(p.at)
		if err != nil {
			v.Fatal(err)
		}
		method, form = http.MethodGet, nil
		switch to := p.header.Get("Location"); {
		case to != "":
			next, err := at.Parse(to)
			if err != nil {
				v.Fatal(err)
			}
			p.at = next.String()
		case strings.HasSuffix(at.Path, "/login") && p.status == http.StatusOK:
			method, form = http.MethodPost, url.Values{"request": {at.Query().Get("request")}, "pick": {v.user}}
			at.RawQuery = "" // the form of the page leads back to it
			p.at = at.String()
		default:
			return p
		}
	}
	v.Fatalf("the browser is sent in circles: %q", p.hops)
	return p
}

func (v *visitor) home() string { return v.lab.Origins.WebApp(v.lab.ID) }

// wantShown checks that a page of the web app says each of the texts.
func (p page) wantShown(t *testing.T, texts ...string) {
	t.Helper()
	_, body, _ := strings.Cut(p.body, "<main")
	for _, text := range texts {
		if p.status != http.StatusOK || !strings.Contains(body, text) {
			t.Errorf("%s (%d) does not say %q: %s", p.at, p.status, text, body)
		}
	}
}

// secretOf is the web app's secret in the lab, as both sides make it.
func (h *house) secretOf(t *testing.T, l *lab.Lab) string {
	t.Helper()
	key, err := h.store.Secret(t.Context(), "clients")
	if err != nil {
		t.Fatal(err)
	}
	return authserver.ClientSecret(key, l.ID, authserver.ClientWeb)
}

// tokensIn are the access tokens that the token endpoint answered with.
func tokensIn(log []event.Event) (tokens []string) {
	for _, e := range log {
		if e.Response == nil || e.From != event.Auth {
			continue
		}
		var answer authserver.TokenResponse
		if json.Unmarshal([]byte(e.Response.Body), &answer) == nil && answer.AccessToken != "" {
			tokens = append(tokens, answer.AccessToken)
		}
	}
	return tokens
}

// sent are the requests of a party to another, to an address that ends so.
func sent(log []event.Event, from, to event.Party, end string) []event.Event {
	return slices.DeleteFunc(slices.Clone(log), func(e event.Event) bool {
		return e.Request == nil || e.From != from || e.To != to || !strings.HasSuffix(e.Request.URL, end)
	})
}

// headerOf is a header of a request in the log, "" where it has none.
func headerOf(e event.Event, name string) string {
	i := slices.IndexFunc(e.Request.Header, func(f event.Field) bool { return f.Name == name })
	if i < 0 {
		return ""
	}
	return e.Request.Header[i].Value
}

// Alice signs in to the web app, reloads, signs out and comes back. Her browser sees what
// the API keeps for her; the secret and the tokens it never sees, wherever it is sent.
func TestAliceUsesTheWebApp(t *testing.T) {
	h := openHouse(t)
	for _, method := range []string{guard.Basic, guard.Post} {
		t.Run(method, func(t *testing.T) {
			l, err := h.prover().LabWith(t.Context(), "v04", map[guard.ID]string{guard.IDClientSecretMethod: method})
			if err != nil {
				t.Fatal(err)
			}
			alice := h.visitor(t, l, "alice")
			alice.visit(alice.home()).wantShown(t, "The web app", "Sign in at the authorization server")
			in := alice.visit(alice.home() + "start")
			if in.at != alice.home() || len(in.hops) != 6 {
				t.Errorf("signing in goes by %q", in.hops)
			}
			own := []string{"Alice", "alice@example.com", "<li>The lake at six in the morning</li>", "<li>The key is under the third flowerpot.</li>", "Sign out of the web app"}
			in.wantShown(t, own...)
			log := h.logOf(t, l.ID)
			alice.visit(alice.home()).wantShown(t, own...)
			if more := h.logOf(t, l.ID)[len(log):]; slices.ContainsFunc(more, func(e event.Event) bool { return e.From == event.Webapp && e.To == event.API }) {
				t.Error("a reload asks the API again")
			}

			secret := h.secretOf(t, l)
			redeemed := sent(log, event.Webapp, event.Auth, "/token")
			if len(redeemed) != 1 {
				t.Fatalf("the token endpoint was asked %d times by the web app", len(redeemed))
			}
			form, err := url.ParseQuery(redeemed[0].Request.Body)
			if err != nil {
				t.Fatal(err)
			}
			basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(authserver.ClientWeb+":"+url.QueryEscape(secret)))
			if inHeader := headerOf(redeemed[0], "Authorization") == basic; inHeader != (method == guard.Basic) || (form.Get("client_secret") == secret) == inHeader {
				t.Errorf("it proves itself with %q and %v", headerOf(redeemed[0], "Authorization"), form)
			}
			if !slices.ContainsFunc(log, func(e event.Event) bool {
				return e.Verdict != nil && e.Verdict.Guard == string(guard.IDClientSecret) && e.Verdict.Outcome == event.Passed && e.Re == redeemed[0].ID
			}) {
				t.Error("its secret is not said to be right")
			}
			tokens := tokensIn(log)
			if len(tokens) != 1 {
				t.Fatalf("the tokens are %q", tokens)
			}
			asked := append(sent(log, event.Webapp, event.API, "/api/me"), sent(log, event.Webapp, event.API, "/protected")...)
			for _, e := range asked {
				if headerOf(e, "Authorization") != "Bearer "+tokens[0] || headerOf(e, "Cookie") != "" || e.Flow != redeemed[0].Flow || e.Flow == "" {
					t.Errorf("the API is asked with %v, in the flow %q", e.Request.Header, e.Flow)
				}
			}
			if len(asked) != 2 {
				t.Errorf("the API is asked %d times", len(asked))
			}

			out := alice.send(http.MethodPost, alice.home()+"logout", url.Values{}, "Sec-Fetch-Site", "same-origin", "Origin", l.Origins[event.Webapp])
			if out.status != http.StatusSeeOther {
				t.Errorf("signing out is answered %d %s", out.status, out.body)
			}
			alice.visit(alice.home()).wantShown(t, "The web app", "Sign in at the authorization server")
			// It forgot its tokens, and ended nothing anywhere else.
			if r := h.ask(t, http.MethodGet, l.Issuer()+"/api/me", "", "Authorization", "Bearer "+tokens[0]); r.status != http.StatusOK {
				t.Errorf("after that, the token is answered %d", r.status)
			}
			again := alice.visit(alice.home() + "start")
			if again.wantShown(t, own...); slices.ContainsFunc(again.hops, func(at string) bool { return strings.Contains(at, "/login") }) {
				t.Errorf("at the authorization server she was signed in still, and goes by %q", again.hops)
			}

			for _, hidden := range append(tokensIn(h.logOf(t, l.ID)), secret, basic, form.Get("code_verifier")) {
				if strings.Contains(alice.seen.String(), hidden) {
					t.Errorf("her browser got %q", hidden)
				}
			}
			for _, at := range append(in.hops, again.hops...) {
				if !l.Origins.Contains(at) {
					t.Errorf("her browser was sent to %q", at)
				}
			}
		})
	}
}

// A callback counts once, in the browser and the lab that it belongs to.
func TestACallbackOfTheWebAppCountsOnce(t *testing.T) {
	h := openHouse(t)
	l, err := h.prover().LabWith(t.Context(), "v04", nil)
	if err != nil {
		t.Fatal(err)
	}
	other, err := h.prover().LabWith(t.Context(), "v04", nil)
	if err != nil {
		t.Fatal(err)
	}
	alice := h.visitor(t, l, "alice")
	in := alice.visit(alice.home() + "start")
	callback := in.hops[len(in.hops)-2]
	if !strings.HasPrefix(callback, alice.home()+"callback?") {
		t.Fatalf("she came by %q", in.hops)
	}
	alice.visit(callback).wantShown(t, "State reuse: this state came back before.", "alice@example.com")
	swapped, err := url.Parse(callback)
	if err != nil {
		t.Fatal(err)
	}
	q := swapped.Query()
	q.Set("state", "another")
	alice.visit(alice.home()+"callback?"+q.Encode()).wantShown(t, "State match: the state is not the one this browser sent.", "alice@example.com")
	if redeemed := sent(h.logOf(t, l.ID), event.Webapp, event.Auth, "/token"); len(redeemed) != 1 {
		t.Errorf("the code went %d times to the token endpoint", len(redeemed))
	}
	h.visitor(t, l, "alice").visit(callback).wantShown(t, "State match: this browser waits for no state.", "The web app")

	elsewhere := h.visitor(t, other, "alice")
	elsewhere.browser = alice.browser
	elsewhere.visit(elsewhere.home()).wantShown(t, "The web app", "Sign in at the authorization server")
	at, err := url.Parse(alice.home())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range alice.browser.Jar.Cookies(at) {
		r := h.ask(t, http.MethodGet, elsewhere.home(), "", "Cookie", c.Name+"="+c.Value)
		if r.status != http.StatusOK || strings.Contains(r.body, "Alice") {
			t.Errorf("with the cookie of another lab it shows %d %s", r.status, r.body)
		}
	}
	state, err := webapp.Document{Store: h.store}.State(t.Context(), other)
	if err != nil || len(state.Sessions) != 0 {
		t.Errorf("the other lab's web app keeps %+v (%v)", state, err)
	}
}

// A callback of Mallory's own login signs Alice in to nothing, as long as one of the two
// that stand against it is on; with both off she sees Mallory's account (RFC 9700 §4.7).
func TestMallorysCallbackInAlicesWebApp(t *testing.T) {
	h := openHouse(t)
	for name, tt := range map[string]struct {
		off   map[guard.ID]string
		shows string
	}{
		"state compared":                {nil, "State match: the state is not the one this browser sent."},
		"state not compared, PKCE":      {map[guard.ID]string{guard.IDState: "false"}, "Invalid_grant: "},
		"neither state nor PKCE":        {map[guard.ID]string{guard.IDState: "false", guard.IDPKCE: "false"}, "mallory@example.net"},
		"PKCE off, the state comparing": {map[guard.ID]string{guard.IDPKCE: "false"}, "State match: "},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := h.prover().LabWith(t.Context(), "v04", tt.off)
			if err != nil {
				t.Fatal(err)
			}
			mallory, alice := h.visitor(t, l, "mallory"), h.visitor(t, l, "alice")
			mallory.stop = mallory.home() + "callback"
			planted := mallory.visit(mallory.home() + "start").at
			alice.stop = alice.home() + "callback"
			alice.visit(alice.home() + "start") // she has a login under way
			alice.stop = ""
			got := alice.visit(planted)
			got.wantShown(t, tt.shows)
			if strings.Contains(got.body, "alice@example.com") || strings.Contains(got.body, "mallory@") != (tt.shows == "mallory@example.net") {
				t.Errorf("the page is %s", got.body)
			}
		})
	}
}

// Whoever knows the name of the web app and nothing else is not the web app.
func TestTheWebAppsNameAloneIsNothing(t *testing.T) {
	h := openHouse(t)
	for _, on := range []bool{true, false} {
		l, err := h.prover().LabWith(t.Context(), "v04", map[guard.ID]string{guard.IDClientSecret: fmt.Sprint(on)})
		if err != nil {
			t.Fatal(err)
		}
		alice := h.visitor(t, l, "alice")
		q := asks(api.OwnClient{ClientID: authserver.ClientWeb}, l.Origins.WebCallback(l.ID), ownVerifier)
		alice.stop = alice.home() + "callback"
		at, err := url.Parse(alice.visit(l.Issuer() + "/authorize?" + q.Encode()).at)
		if err != nil || at.Query().Get("code") == "" {
			t.Fatalf("she ends at %s (%v)", at, err)
		}
		r := h.ask(t, http.MethodPost, l.Issuer()+"/token", url.Values{
			"grant_type": {"authorization_code"}, "client_id": {authserver.ClientWeb}, "client_secret": {"made-up"}, "code": {at.Query().Get("code")},
			"redirect_uri": {l.Origins.WebCallback(l.ID)}, "code_verifier": {ownVerifier},
		}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
		if on {
			r.refusedWith(t, http.StatusBadRequest, "invalid_client")
		} else if r.status != http.StatusOK {
			t.Errorf("with the guard off it is answered %d %s", r.status, r.body)
		}
	}
}

// accountsOf are those that the web app keeps in a lab, each with its address.
func (h *house) accountsOf(t *testing.T, l *lab.Lab) (all []string) {
	t.Helper()
	state, err := webapp.Document{Store: h.store}.State(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range state.Accounts {
		if one.Issuer != l.Issuer() {
			t.Errorf("an account is kept for %s at %s", one.Subject, one.Issuer)
		}
		all = append(all, one.Subject+" "+one.Email)
	}
	return all
}

// In v07 the web app finds out who signs in, and keeps an account for them: whatever it asks the
// real server for, and in whichever place it keeps its login meanwhile.
func TestTheWebAppKnowsItsUsers(t *testing.T) {
	h := openHouse(t)
	const whole = "openid profile email offline_access"
	for name, tt := range map[string]struct {
		set     map[guard.ID]string
		shows   []string
		account string // "" for none
	}{
		"as it is":            {nil, []string{"Alice's account", `keeps it for <span class="code">alice</span> at `, "<li>The lake at six in the morning</li>"}, "alice alice@example.com"},
		"its secret posted":   {map[guard.ID]string{guard.IDClientSecretMethod: guard.Post}, []string{"Alice's account"}, "alice alice@example.com"},
		"its login in state":  {map[guard.ID]string{guard.IDPKCEKeep: guard.InState}, []string{"Alice's account"}, "alice alice@example.com"},
		"tokens in the query": {map[guard.ID]string{guard.IDTokenPlace: guard.Query}, []string{"alice"}, "alice alice@example.com"},
		"without a nonce":     {map[guard.ID]string{guard.IDNonceSent: guard.Nothing}, []string{"Alice's account"}, "alice alice@example.com"},
		"with JWTs":           {map[guard.ID]string{guard.IDTokenFormat: guard.JWT, guard.IDTokenCheck: guard.BySignature}, []string{"Alice's account"}, "alice alice@example.com"},
		"without the address": {map[guard.ID]string{guard.IDOpenIDScope: "openid profile"}, []string{"Alice's account"}, "alice "},
		"by the subject":      {map[guard.ID]string{guard.IDOpenIDScope: "openid", guard.IDScopeAsked: "read"}, []string{"alice's account"}, "alice "},
		"nobody asked":        {map[guard.ID]string{guard.IDOpenIDScope: guard.Nothing}, []string{`<h1 class="title">Alice</h1>`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := h.prover().LabWith(t.Context(), "v07", tt.set)
			if err != nil {
				t.Fatal(err)
			}
			alice := h.visitor(t, l, "alice")
			in := alice.visit(alice.home() + "start")
			in.wantShown(t, tt.shows...)
			if name != "tokens in the query" && strings.Contains(in.body, `class="error"`) {
				t.Errorf("the page is %s", in.body)
			}
			if got := strings.Join(h.accountsOf(t, l), ", "); got != tt.account {
				t.Errorf("the accounts are %q, want %q", got, tt.account)
			}
			for _, at := range in.hops {
				if !l.Origins.Contains(at) {
					t.Errorf("her browser was sent to %q", at)
				}
			}
			at, err := url.Parse(in.hops[1])
			if err != nil {
				t.Fatal(err)
			}
			scope := " " + at.Query().Get("scope") + " "
			if tt.set[guard.IDOpenIDScope] == "" && !strings.HasPrefix(scope, " "+whole+" ") || strings.Count(scope, " profile ") > 1 {
				t.Errorf("it asks for %q", scope)
			}
			log := h.logOf(t, l.ID)
			for _, e := range log {
				if v := e.Verdict; v != nil && v.Outcome != event.Passed && e.From == event.Webapp {
					t.Errorf("%s says %s: %s", v.Guard, v.Outcome, v.Reason)
				}
				var answer authserver.TokenResponse
				if e.Response == nil || json.Unmarshal([]byte(e.Response.Body), &answer) != nil || answer.IDToken == "" {
					continue
				}
				for _, hidden := range []string{answer.IDToken, answer.AccessToken, answer.RefreshToken} {
					if hidden != "" && strings.Contains(alice.seen.String(), hidden) {
						t.Errorf("her browser got %q", hidden)
					}
				}
			}
		})
	}
}

// Two users have two accounts, and a reset of the lab forgets them. Mallory has typed Alice's
// address into her profile: with the guard off that opens Alice's account.
func TestTwoUsersOfTheWebApp(t *testing.T) {
	h := openHouse(t)
	for _, on := range []string{"true", "false"} {
		l, err := h.prover().LabWith(t.Context(), "v07", map[guard.ID]string{guard.IDAccountKey: on})
		if err != nil {
			t.Fatal(err)
		}
		alice, bob, mallory := h.visitor(t, l, "alice"), h.visitor(t, l, "bob"), h.visitor(t, l, "mallory")
		alice.visit(alice.home()+"start").wantShown(t, "Alice's account")
		bob.visit(bob.home()+"start").wantShown(t, "Bob's account")
		hers := mallory.visit(mallory.home() + "start")
		want := []string{"alice alice@example.com", "bob bob@example.com"}
		if on == "true" {
			hers.wantShown(t, "Mallory's account")
			want = append(want, "mallory alice@example.com")
		} else {
			hers.wantShown(t, "Alice's account", "Who signed in is <strong>mallory</strong>")
		}
		if strings.Contains(hers.body, "The lake at six in the morning") != (on == "false") {
			t.Errorf("with the guard %s Mallory is shown %s", on, hers.body)
		}
		if got := h.accountsOf(t, l); !slices.Equal(got, want) {
			t.Errorf("the accounts are %q, want %q", got, want)
		}
		alice.visit(alice.home()).wantShown(t, "Alice's account", "<li>The lake at six in the morning</li>")
		if l, err = h.labs.Reset(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		if got := h.accountsOf(t, l); len(got) != 0 {
			t.Errorf("after a reset the accounts are %q", got)
		}
		alice.visit(alice.home()).wantShown(t, "The web app", "Sign in at the authorization server")
	}
}

// Whatever the server does wrong, the web app does what its specification binds it to: it is
// noticed by the guard that the table of faults names, by no guard where it is not readable, or is
// nothing at all. With the guard off the web app goes on.
func TestTheWebAppAndEachFault(t *testing.T) {
	h := openHouse(t)
	faults := map[string]authserver.Fault{}
	for _, f := range authserver.Faults() {
		faults[f.Name] = f
	}
	protection, _ := guard.Find("server-faults")
	for _, part := range protection.Parts {
		if part.Since > "v07" {
			continue
		}
		for _, value := range part.Values[1:] {
			if value == "slow" { // which is nothing wrong
				continue
			}
			f, known := faults[strings.TrimPrefix(string(part.ID), "server-faults.")+"-"+value]
			if !known {
				t.Errorf("%s of %s is in no table", value, part.ID)
			}
			for _, on := range []bool{true, false} {
				if f.Guard == "" && !on {
					continue
				}
				t.Run(fmt.Sprintf("%s, on %v", f.Name, on), func(t *testing.T) {
					set := map[guard.ID]string{part.ID: value}
					if !on {
						set[f.Guard] = "false"
					}
					l, err := h.prover().LabWith(t.Context(), "v07", set)
					if err != nil {
						t.Fatal(err)
					}
					if value == "replayed" { // the first login is as it should be, and says what is said again
						first := h.visitor(t, l, "alice")
						first.visit(first.home()+"start").wantShown(t, "Alice's account")
						if err := (webapp.Document{Store: h.store}).Reset(t.Context(), l); err != nil {
							t.Fatal(err)
						}
					}
					alice := h.visitor(t, l, "alice")
					page := alice.visit(alice.home() + "start")
					goesOn := f.Client == authserver.MustAccept || !on
					if accounts := h.accountsOf(t, l); goesOn != (len(accounts) == 1) {
						t.Errorf("the accounts are %q, and the page is %s", accounts, page.body)
					}
					if goesOn {
						page.wantShown(t, "Sign out of the web app")
						return
					}
					page.wantShown(t, `class="error"`, "Sign in at the authorization server")
					if guarded, _ := guard.FindPart(f.Guard); f.Guard != "" {
						page.wantShown(t, prose.Capital(guarded.Title)+": ")
					}
					if strings.Contains(page.body, "Alice") || strings.Contains(page.body, "Sign out") {
						t.Errorf("the page is %s", page.body)
					}
					state, err := webapp.Document{Store: h.store}.State(t.Context(), l)
					if err != nil {
						t.Fatal(err)
					}
					for _, one := range state.Sessions {
						if one.Tokens().AccessToken != "" || one.Who.Subject != "" {
							t.Errorf("a session is %+v", one)
						}
					}
				})
			}
		}
	}
}
