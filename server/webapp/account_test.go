package webapp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

const discovery = "/.well-known/openid-configuration"

// accounts is a bench in chapter v07, with an authorization server that says who signs in.
type accounts struct {
	*bench
	metadata map[string]any
	user     map[string]any // what UserInfo tells
	claims   map[string]any // what is different about the ID token, where nil removes
	key      string         // that signs it
	photos   []string       // at the API
	idTokens []string       // that were given out
	nonce    string         // of the login under way
}

func newAccounts(t *testing.T) *accounts {
	t.Helper()
	own := func(labs *lab.Labs) { labs.Origins[event.API] = "http://localhost:4" } // from v06 on
	a := &accounts{bench: newBenchOf(t, own), key: secret, photos: []string{"The lake"}}
	a.in("v07")
	a.metadata = map[string]any{
		"issuer": a.lab.Issuer(), "authorization_endpoint": a.lab.Issuer() + "/authorize", "token_endpoint": a.lab.Issuer() + "/token",
		"userinfo_endpoint": a.lab.Issuer() + "/userinfo", "authorization_response_iss_parameter_supported": true,
	}
	a.is("alice", "Alice", "alice@example.com")
	a.answer(discovery, func() any { return a.metadata })
	a.answer("/userinfo", func() any { return a.user })
	a.answer("/api/me", func() any { return map[string]any{"name": a.user["name"], "email": a.user["email"]} })
	a.answer("/token", func() any {
		return map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 3600, "refresh_token": "the-refresh-token", "id_token": a.idToken()}
	})
	a.answer("/protected", func() any {
		photos := []map[string]string{}
		for _, title := range a.photos {
			photos = append(photos, map[string]string{"title": title})
		}
		return map[string]any{"photos": photos}
	})
	return a
}

// in puts the lab into another chapter.
func (a *accounts) in(chapter string) {
	a.Helper()
	l, err := a.labs.Change(a.Context(), a.lab.ID, lab.Change{Chapter: &chapter})
	if err != nil {
		a.Fatal(err)
	}
	a.lab = l
}

// answer has the others answer with JSON.
func (a *accounts) answer(path string, with func() any) {
	a.others.answers[path] = func() (*http.Response, error) {
		text, err := json.Marshal(with())
		if err != nil {
			return nil, err
		}
		return says(http.StatusOK, string(text))()
	}
}

// is says who signs in next; without an address where there is none.
func (a *accounts) is(subject, name, email string) {
	a.user = map[string]any{"sub": subject, "name": name, "preferred_username": subject}
	if email != "" {
		a.user["email"] = email
	}
	a.claims = map[string]any{"sub": subject}
}

// idToken is one for the login under way.
func (a *accounts) idToken() string {
	now := a.lab.Now().Unix()
	claims := map[string]any{"iss": a.lab.Issuer(), "aud": "demo-web", "exp": now + 3600, "iat": now, "nonce": a.nonce, "at_hash": guard.HashOfToken(token)}
	maps.Copy(claims, a.claims)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	text, err := json.Marshal(claims)
	if err != nil {
		a.Error(err)
	}
	content := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(text)
	mac := hmac.New(sha256.New, []byte(a.key))
	mac.Write([]byte(content))
	one := content + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	a.idTokens = append(a.idTokens, one)
	return one
}

// signIn runs a whole login, in a browser without a session.
func (a *accounts) signIn() {
	a.Helper()
	a.newBrowser()
	q := a.start()
	a.nonce = q.Get("nonce")
	a.callback(url.Values{"code": {"the-code"}, "state": {q.Get("state")}, "iss": {a.lab.Issuer()}})
}

func (a *accounts) state() State {
	a.Helper()
	state, err := Document{Store: a.labs.Store}.State(a.Context(), a.lab)
	if err != nil {
		a.Fatal(err)
	}
	return state
}

// kept says whose accounts are kept, each with its address and its album.
func (a *accounts) kept() (all []string) {
	a.Helper()
	for _, one := range a.state().Accounts {
		if one.Issuer != a.lab.Issuer() {
			a.Errorf("an account is kept for %s at %s", one.Subject, one.Issuer)
		}
		all = append(all, one.Subject+" "+one.Email+" "+strings.Join(one.Album, "+"))
	}
	return all
}

func (a *accounts) wantKept(want ...string) {
	a.Helper()
	if got := a.kept(); !slices.Equal(got, want) {
		a.Errorf("the accounts are %q, want %q", got, want)
	}
}

// opened are the accounts that were opened, as the log has it: for whom, whose, and with what.
func (a *accounts) opened() (all []string) {
	a.Helper()
	for _, e := range a.events() {
		if e.Note == nil || e.Note.Name != event.NoteAccount {
			continue
		}
		if e.From != event.Webapp || e.Flow == "" {
			a.Errorf("it is told by %s in the flow %q", e.From, e.Flow)
		}
		all = append(all, strings.TrimSpace(e.Note.Get("sub")+" "+e.Note.Get("account")+" "+strings.Join(e.Note.All("photo"), "+")))
	}
	return all
}

// verdicts are what the web app found by a guard, with why.
func (a *accounts) verdicts(id guard.ID) (all []string) {
	a.Helper()
	for _, e := range a.events() {
		if e.Verdict != nil && e.Verdict.Guard == string(id) && e.From == event.Webapp {
			all = append(all, strings.TrimSuffix(string(e.Verdict.Outcome)+": "+e.Verdict.Reason, ": "))
		}
	}
	return all
}

// wantNobodyIn checks that no session is signed in, that no account is there, and that the page
// says why and offers to sign in.
func (a *accounts) wantNobodyIn(says string) {
	a.Helper()
	a.wantPage(says, "account</h1>", "Sign out", "Ask the API again", "Alice", `class="photos"`)
	a.wantPage(signedOut)
	a.wantPage("Sign in at the authorization server")
	state := a.state()
	for _, one := range state.Sessions {
		if one.Tokens() != (client.Tokens{}) || one.Who != (client.User{}) || one.Account.Subject != "" || one.Shows.Name != "" || len(one.Shows.Photos) != 0 {
			a.Errorf("a session is %+v", one)
		}
	}
	if len(state.Accounts) != 0 || len(a.opened()) != 0 {
		a.Errorf("the accounts are %+v, and %q were opened", state.Accounts, a.opened())
	}
	if sent := a.others.to("/protected"); len(sent) != 0 {
		a.Errorf("of the API it asked %+v", sent)
	}
}

// Issuer and subject are whose an account is, and it is there again at the next sign-in, in
// another browser too. Another user has another.
func TestAnAccountIsItsUsers(t *testing.T) {
	a := newAccounts(t)
	a.signIn()
	a.wantPage(`<h1 class="title">Alice's account</h1>`, "Who signed in is", `class="error"`)
	a.wantPage(`The web app keeps it for <span class="code">alice</span> at ` + a.lab.Issuer() + ".")
	a.wantPage(`<h2 class="head">Album</h2>`)
	a.wantPage(`<h2 class="head">Photos, from the API</h2>`)
	a.wantKept("alice alice@example.com The lake")
	alices := a.browser

	a.is("bob", "Bob", "bob@example.com")
	a.photos = []string{"A bench"}
	a.signIn()
	a.wantPage(`<h1 class="title">Bob's account</h1>`, "The lake", "alice")
	a.wantKept("alice alice@example.com The lake", "bob bob@example.com A bench")

	a.is("alice", "Alice", "alice@example.com")
	a.photos = []string{"The lake", "The kitchen"}
	a.signIn()
	a.wantKept("alice alice@example.com The lake+The kitchen", "bob bob@example.com A bench")
	a.photos = nil
	a.signIn()
	a.wantPage("<li>The kitchen</li>", "from the API")
	a.wantKept("alice alice@example.com The lake+The kitchen", "bob bob@example.com A bench")

	a.browser = alices // sees what was there when she signed in
	a.wantPage("<li>The lake</li>", "The kitchen", "Bob")
	if got, want := a.opened(), []string{"alice alice", "bob bob", "alice alice The lake", "alice alice The lake+The kitchen"}; !slices.Equal(got, want) {
		t.Errorf("opened were %q, want %q", got, want)
	}
	for _, one := range a.idTokens {
		if strings.Contains(a.seen.String(), one) {
			t.Error("an ID token came to the browser")
		}
	}
	if a.wantNothingTold(); strings.Contains(a.seen.String(), "the-refresh-token") {
		t.Error("the refresh token came to the browser")
	}
}

// The web app asks with its own secret, for the metadata once a login, and for nothing twice.
func TestWhatASignInAsks(t *testing.T) {
	a := newAccounts(t)
	a.signIn()
	var paths []string
	a.others.mu.Lock()
	for _, one := range a.others.asked {
		paths = append(paths, one.method+" "+one.path)
	}
	a.others.mu.Unlock()
	if want := []string{"GET " + discovery, "POST /token", "GET /userinfo", "GET /api/me", "GET /protected"}; !slices.Equal(paths, want) {
		t.Errorf("it asked %q, want %q", paths, want)
	}
	var told []string // each before what comes of it
	for _, e := range a.events() {
		if e.Note != nil && e.From == event.Webapp {
			told = append(told, e.Note.Name)
		}
	}
	want := []string{event.NoteVerifier, event.NoteNonce, event.NoteState, event.NoteOpen, event.NoteCode, event.NoteSignedIn, event.NoteTokens, event.NoteUserInfo, event.NoteAccount, event.NoteShown}
	if told = slices.DeleteFunc(told, func(name string) bool { return name == event.NoteCallback }); !slices.Equal(told, want) {
		t.Errorf("it told %q, want %q", told, want)
	}
	if got := a.others.to("/userinfo"); got[0] != (asked{"GET", "/userinfo", "", "Bearer " + token, ""}) {
		t.Errorf("it asked %+v", got)
	}
	if got := a.others.to(discovery); got[0].authorization != "" {
		t.Errorf("for the metadata it proves itself: %+v", got)
	}
}

// An account that is found by an e-mail address may be another user's (OpenID Connect Core §5.7).
// With the guard on who signs in gets an account of their own; with it off the address counts.
func TestAnAccountByItsAddress(t *testing.T) {
	type person struct{ subject, name, email string }
	alice, mallory := person{"alice", "Alice", "alice@example.com"}, person{"mallory", "Mallory", "alice@example.com"}
	const anothers = "this account is another user's"
	for name, tt := range map[string]struct {
		first, second person
		on            []string // the verdicts at the second sign-in
		off           string   // whose account is opened then with the guard off
	}{
		"Mallory, with Alice's address":      {alice, mallory, []string{"refused: " + anothers}, "alice"},
		"Alice, after Mallory":               {mallory, alice, []string{"refused: " + anothers}, "mallory"},
		"Alice, a second time":               {alice, alice, []string{"passed"}, "alice"},
		"Mallory, with an address of hers":   {alice, person{"mallory", "Mallory", "mallory@example.net"}, nil, "mallory"},
		"Mallory, without an address":        {alice, person{"mallory", "Mallory", ""}, nil, "mallory"},
		"two users who have none":            {person{"alice", "Alice", ""}, person{"mallory", "Mallory", ""}, nil, "mallory"},
		"Alice, with another address":        {alice, person{"alice", "Alice", "alice@example.org"}, nil, "alice"},
		"Alice, without her address":         {alice, person{"alice", "Alice", ""}, nil, "alice"},
		"Alice's address in another case":    {alice, person{"mallory", "Mallory", "Alice@example.com"}, nil, "mallory"},
		"Alice's address and a blank":        {alice, person{"mallory", "Mallory", " alice@example.com"}, nil, "mallory"},
		"a subject that differs by its case": {alice, person{"Alice", "Alice", "alice@example.com"}, []string{"refused: " + anothers}, "alice"},
	} {
		for _, on := range []bool{true, false} {
			t.Run(name+map[bool]string{true: ", on", false: ", off"}[on], func(t *testing.T) {
				a := newAccounts(t)
				a.set(guard.IDAccountKey, strconv.FormatBool(on))
				a.is(tt.first.subject, tt.first.name, tt.first.email)
				a.photos = []string{"of the first"}
				a.signIn()
				a.is(tt.second.subject, tt.second.name, tt.second.email)
				a.photos = nil
				a.signIn()
				whose, verdicts := tt.second.subject, slices.Clone(tt.on)
				if !on {
					whose = tt.off
					for i := range verdicts {
						verdicts[i] = strings.Replace(verdicts[i], "refused", "would-refuse", 1)
					}
				}
				if got := a.verdicts(guard.IDAccountKey); !slices.Equal(got, verdicts) {
					t.Errorf("the verdicts are %q, want %q", got, verdicts)
				}
				a.wantPage(`keeps it for <span class="code">` + whose + "</span>")
				shown := strings.Contains(a.ask("GET", "").body, "<li>of the first</li>")
				if shown != (whose == tt.first.subject) {
					t.Errorf("the first one's album is shown: %v", shown)
				}
				if whose == tt.second.subject {
					a.wantPage("account</h1>", "Who signed in is")
				} else {
					a.wantPage("Who signed in is <strong>" + tt.second.subject + "</strong>.")
				}
				opened := a.opened()
				if last := opened[len(opened)-1]; !strings.HasPrefix(last, tt.second.subject+" "+whose) {
					t.Errorf("opened were %q", opened)
				}
				one := a.state().Sessions
				if in := one[len(one)-1]; in.Who != (client.User{Issuer: a.lab.Issuer(), Subject: tt.second.subject}) || in.Account.Subject != whose {
					t.Errorf("the session is %+v for %+v", in.Account, in.Who)
				}
				for _, e := range a.events() {
					if v := e.Verdict; v != nil && v.Guard == string(guard.IDAccountKey) && v.Where.File != "server/webapp/account.go" {
						t.Errorf("the guard was called at %v", v.Where)
					}
				}
			})
		}
	}
}

// With the guard off Mallory is in Alice's account. What the API shows her stays out of its album.
func TestAnAccountOfTwo(t *testing.T) {
	a := newAccounts(t)
	a.set(guard.IDAccountKey, "false")
	a.signIn()
	a.is("mallory", "Mallory", "alice@example.com")
	a.photos = []string{"A trap"}
	a.signIn()
	a.wantKept("alice alice@example.com The lake")
}

// The subject of another issuer is another user.
func TestAnAccountIsOfItsIssuer(t *testing.T) {
	a := newAccounts(t)
	theirs := Account{User: client.User{Issuer: "https://other.example", Subject: "alice"}, Email: "alice@example.com", Name: "Another", Album: []string{"Theirs"}}
	before := func() {
		t.Helper()
		_, err := lab.Update(t.Context(), &lab.Handling{Lab: a.lab, Party: event.Webapp}, (&Server{Labs: a.labs}).docs(), func(s *State, _ *lab.Handling) (struct{}, error) {
			*s = State{Accounts: []Account{theirs}}
			return struct{}{}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	before()
	a.signIn()
	a.wantPage("<li>The lake</li>", "Theirs", "Another")
	if all := a.state().Accounts; len(all) != 2 || !slices.Equal(all[0].Album, theirs.Album) || all[1].User != (client.User{Issuer: a.lab.Issuer(), Subject: "alice"}) {
		t.Errorf("the accounts are %+v", all)
	}
	a.set(guard.IDAccountKey, "false")
	before()
	a.signIn()
	a.wantPage("<li>Theirs</li>")
	a.wantPage("https://other.example")
	if got, want := a.verdicts(guard.IDAccountKey), []string{"refused: this account is another user's", "would-refuse: this account is another user's"}; !slices.Equal(got, want) {
		t.Errorf("the verdicts are %q, want %q", got, want)
	}
}

// Accounts and albums are bounded: the oldest account makes room, and an album is full.
func TestAccountsAreBounded(t *testing.T) {
	a := newAccounts(t)
	for i := range maxAccounts + 2 {
		a.is(fmt.Sprint("user-", i), "", fmt.Sprint(i, "@example.com"))
		a.photos = nil
		a.signIn()
	}
	a.wantPage(fmt.Sprint("user-", maxAccounts+1, "'s account</h1>")) // who has no name
	all := a.state().Accounts
	if len(all) != maxAccounts || all[0].Subject != "user-2" {
		t.Errorf("%d accounts are kept, the oldest %+v", len(all), all[0])
	}
	a.is("user-3", "", "3@example.com")
	for i := range maxAlbum + 8 {
		a.photos = append(a.photos, fmt.Sprint("photo-", i), fmt.Sprint("photo-", i))
	}
	a.signIn()
	a.signIn()
	all = a.state().Accounts
	if album := all[1].Album; len(all) != maxAccounts || len(album) != maxAlbum || album[0] != "photo-0" || album[maxAlbum-1] != fmt.Sprint("photo-", maxAlbum-1) {
		t.Errorf("the album has %d photos: %q", len(album), album)
	}
	a.wantPage("<li>photo-31</li>")
	if opened := a.opened(); len(opened) != maxAccounts+4 {
		t.Errorf("opened were %d", len(opened)) // and the note of a whole album is one
	}
}

// What is wrong with a sign-in is shown by the name of its guard, and leaves nobody signed in:
// no account, no token, nothing of the API. With the guard off the web app goes on.
func TestAFaultySignInLeavesNobodyIn(t *testing.T) {
	claim := func(name string, value any) func(a *accounts) {
		return func(a *accounts) { a.claims[name] = value }
	}
	for name, tt := range map[string]struct {
		change func(a *accounts)
		guard  guard.ID
		says   string
	}{
		"another issuer":        {claim("iss", "https://other.example"), guard.IDOIDCIssuer, "ID token issuer: the ID token is of another issuer."},
		"no issuer":             {claim("iss", nil), guard.IDOIDCIssuer, "ID token issuer: the ID token is of another issuer."},
		"another audience":      {claim("aud", "demo-client"), guard.IDOIDCAudience, "ID token audience: the ID token is for another client."},
		"an audience of two":    {claim("aud", []string{"demo-web", "x"}), guard.IDOIDCAudience, "ID token audience: the ID token is for others too."},
		"another azp":           {claim("azp", "prints"), guard.IDOIDCAZP, "Authorized party: the ID token was given to another client."},
		"another's signature":   {func(a *accounts) { a.key = "another" }, guard.IDOIDCSignature, "ID token signature: the signature does not fit the ID token."},
		"its time is over":      {claim("exp", 1), guard.IDOIDCExpiry, "ID token expiry: the ID token has expired."},
		"from yesterday":        {claim("iat", 1), guard.IDOIDCIssuedAt, "ID token issued at: the ID token was made long ago."},
		"another nonce":         {claim("nonce", "x"), guard.IDNonce, "Nonce match: the nonce is not the one of this login."},
		"no nonce":              {claim("nonce", nil), guard.IDNonce, "Nonce match: the ID token has no nonce."},
		"another access token":  {claim("at_hash", "x"), guard.IDAtHash, "Access token hash: the access token is not the ID token&#39;s."},
		"UserInfo of another":   {func(a *accounts) { a.user["sub"] = "bob" }, guard.IDUserInfoSubject, "UserInfo subject: UserInfo is about another user."},
		"UserInfo of nobody":    {func(a *accounts) { delete(a.user, "sub") }, guard.IDUserInfoSubject, "UserInfo subject: UserInfo is about another user."},
		"an ID token of nobody": {claim("sub", nil), guard.IDUserInfoSubject, "UserInfo subject: UserInfo is about another user."},
		"both of nobody":        {func(a *accounts) { delete(a.user, "sub"); a.claims["sub"] = nil }, guard.IDUserInfoSubject, "UserInfo subject: UserInfo is about another user."},
		"no ID token": {func(a *accounts) {
			a.others.answers["/token"] = says(200, `{"access_token":"`+token+`","token_type":"Bearer"}`)
		}, "", "The answer has no ID token."},
		"an ID token that is none":  {claim("sub", 1), "", "The ID token cannot be read."},
		"UserInfo that is a page":   {func(a *accounts) { a.others.answers["/userinfo"] = says(200, "<html>") }, "", "UserInfo cannot be read."},
		"UserInfo that is a number": {func(a *accounts) { a.user["name"] = 1 }, "", "UserInfo cannot be read."},
		"UserInfo that fails":       {func(a *accounts) { a.others.answers["/userinfo"] = says(500, "") }, "", "The API answered 500."},
		"UserInfo that is not there": {func(a *accounts) {
			a.others.answers["/userinfo"] = func() (*http.Response, error) { return nil, errors.New("the line is dead") }
		}, "", "Ask the API: the line is dead."},
		"UserInfo of a megabyte":     {func(a *accounts) { a.user["picture"] = strings.Repeat("x", 1<<20) }, "", "UserInfo cannot be read."},
		"tokens of a megabyte":       {claim("picture", strings.Repeat("x", 1<<20)), "", "The answer has no access token."},
		"UserInfo that sends it on":  {func(a *accounts) { a.others.answers["/userinfo"] = redirects("http://evil.example/userinfo") }, "", "The API answered 302."},
		"a token endpoint that does": {func(a *accounts) { a.others.answers["/token"] = redirects("http://evil.example/token") }, "", "The token endpoint answered 302."},
		"UserInfo for too little":    {func(a *accounts) { a.others.answers["/userinfo"] = says(403, `{"error":"insufficient_scope"}`) }, "", "Insufficient_scope."},
	} {
		for _, on := range []bool{true, false} {
			if tt.guard == "" && !on {
				continue
			}
			t.Run(name+map[bool]string{true: ", on", false: ", off"}[on], func(t *testing.T) {
				a := newAccounts(t)
				tt.change(a)
				if tt.guard != "" {
					a.set(tt.guard, strconv.FormatBool(on))
				}
				a.signIn()
				if on {
					a.wantNobodyIn(tt.says)
					if r := a.ask("POST", "again", "Sec-Fetch-Site", "same-origin"); r.status != http.StatusSeeOther {
						t.Errorf("asking again is answered %d", r.status)
					}
					a.wantNobodyIn(`role="alert"`)
					a.wantNothingTold()
					return
				}
				if got := a.verdicts(tt.guard); len(got) != 1 || !strings.HasPrefix(got[0], "would-refuse: ") {
					t.Errorf("the verdicts are %q", got)
				}
				if opened := a.opened(); len(opened) != 1 || len(a.state().Accounts) != 1 {
					t.Errorf("opened were %q", opened)
				}
				a.wantPage("<li>The lake</li>", `class="error"`)
			})
		}
	}
}

// redirects makes an answer that sends its reader on.
func redirects(to string) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		r, err := says(http.StatusFound, "")()
		r.Header.Set("Location", to)
		return r, err
	}
}

// A sign-in that goes wrong does not end up in the account of who was signed in before, and takes
// nothing away from it.
func TestAFaultySignInAfterAGoodOne(t *testing.T) {
	a := newAccounts(t)
	a.signIn()
	q := a.start() // in the same browser
	a.nonce = q.Get("nonce")
	a.claims["aud"] = "demo-client"
	a.callback(url.Values{"code": {"the-code"}, "state": {q.Get("state")}, "iss": {a.lab.Issuer()}})
	a.wantPage("ID token audience: the ID token is for another client.", "Alice", "The lake")
	a.wantKept("alice alice@example.com The lake")
	if one := a.state().Sessions; len(one) != 1 || one[0].Tokens() != (client.Tokens{}) || one[0].Account.Subject != "" {
		t.Errorf("the sessions are %+v", one)
	}
}

// startsAtHome begins a login that does not get away from the web app's own page.
func (a *accounts) startsAtHome(says string) {
	a.Helper()
	r := a.ask("GET", "start")
	if r.status != http.StatusSeeOther || r.location == nil || r.location.String() != a.url || r.body != "" {
		a.Errorf("start answers %d to %v: %s", r.status, r.location, r.body)
	}
	a.wantNobodyIn(says)
}

// What goes wrong before the browser is sent away is shown on the web app's own page.
func TestARefusalAtDiscoveryIsShown(t *testing.T) {
	is := func(answer func() (*http.Response, error)) func(a *accounts) {
		return func(a *accounts) { a.others.answers[discovery] = answer }
	}
	for name, tt := range map[string]struct {
		change func(a *accounts)
		says   string
	}{
		"another issuer":            {func(a *accounts) { a.metadata["issuer"] = "https://other.example" }, "Metadata issuer: the metadata are of another issuer."},
		"no issuer":                 {func(a *accounts) { delete(a.metadata, "issuer") }, "Metadata issuer: the metadata are of another issuer."},
		"the issuer with a slash":   {func(a *accounts) { a.metadata["issuer"] = a.lab.Issuer() + "/" }, "Metadata issuer: the metadata are of another issuer."},
		"another lab's issuer":      {func(a *accounts) { a.metadata["issuer"] = strings.Replace(a.lab.Issuer(), a.lab.ID.String(), "0", 1) }, "Metadata issuer: the metadata are of another issuer."},
		"a page":                    {is(says(200, "<html>")), "The metadata cannot be read."},
		"nothing there":             {is(says(404, "{}")), "The metadata cannot be read."},
		"a server that fails":       {is(says(503, "")), "The metadata cannot be read."},
		"a server that is away":     {is(func() (*http.Response, error) { return nil, errors.New("the line is dead") }), "Ask for metadata: the line is dead."},
		"a server that sends it on": {is(redirects("http://evil.example/.well-known/openid-configuration")), "The metadata cannot be read."},
		"a server within, likewise": {func(a *accounts) { a.others.answers[discovery] = redirects(a.lab.Origins.MallorySite(a.lab.ID)) }, "The metadata cannot be read."},
		"no token endpoint":         {func(a *accounts) { delete(a.metadata, "token_endpoint") }, "The metadata cannot be read."},
		"no authorization endpoint": {func(a *accounts) { delete(a.metadata, "authorization_endpoint") }, "The metadata cannot be read."},
		"metadata of megabytes":     {func(a *accounts) { a.metadata["x"] = strings.Repeat("x", 4<<20) }, "The metadata cannot be read."},
		"brackets of megabytes":     {is(says(200, strings.Repeat("[", 4<<20))), "The metadata cannot be read."},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccounts(t)
			tt.change(a)
			a.startsAtHome(tt.says)
			if n := len(a.others.asked); n != 1 {
				t.Errorf("it asked %d times: %+v", n, a.others.asked)
			}
			if got := a.verdicts(guard.IDMetadataIssuer); strings.HasPrefix(tt.says, "Metadata issuer") != (len(got) == 1 && strings.HasPrefix(got[0], "refused: ")) {
				t.Errorf("the verdicts are %q", got)
			}
		})
	}
	a := newAccounts(t)
	a.set(guard.IDMetadataIssuer, "false")
	a.metadata["issuer"] = "https://other.example"
	a.signIn()
	a.wantPage("Alice's account")
	a.wantKept("alice alice@example.com The lake")
	if got, want := a.verdicts(guard.IDMetadataIssuer), []string{"would-refuse: the metadata are of another issuer"}; !slices.Equal(got, want) {
		t.Errorf("the verdicts are %q, want %q", got, want)
	}
}

// outside are addresses where nothing of the lab may go: hosts within the operator's network, this
// machine's other ports, and what only looks like the lab.
func outside(a *accounts) []string {
	auth := a.lab.Origins[event.Auth]
	host := strings.TrimPrefix(auth, "http://")
	return []string{
		"http://evil.example/x", "https://evil.example/x", "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/latest/meta-data/", "http://10.0.0.1/x",
		"http://localhost/x", "http://localhost:22/x", "http://localhost:6379/x", "http://127.0.0.1:4222/x", "http://0.0.0.0:2/x", "http://[::1]:2/x", "http://2130706433/x",
		"https://" + host + "/x", "http://" + host + "0/x", "http://" + host + ".evil.example/x", "http://evil.example:80#" + auth, "http://evil.example?" + auth,
		"http://" + host + "@evil.example/x", "http://alice@" + host + "/x", "http://evil.example/" + auth, "http://evil.example\\@" + host + "/x", "http://" + host + "\\.evil.example/x",
	}
}

// strange are addresses that are no place on the web at all.
var strange = []string{
	"javascript:alert(document.domain)//", "JAVASCRIPT:alert(1)", "javascript://localhost:2/%0aalert(1)", " javascript:alert(1)", "\tjavascript:alert(1)", "java\nscript:alert(1)",
	"data:text/html,<script>alert(1)</script>", "vbscript:x", "file:///etc/passwd", "//evil.example/x", "/\\evil.example/x", "\\\\evil.example\\x", "///evil.example", "evil.example", "http:evil.example",
	"http://localhost:2/\r\nSet-Cookie: oauthlab_webapp=x", "http://localhost:2/\r\nLocation: http://evil.example",
}

// Whatever the metadata say, the browser is sent to the lab's own parties and nowhere else, with
// every guard off too: the web app redirects for the world otherwise.
func TestTheBrowserIsSentToNoForeignPlace(t *testing.T) {
	for _, guards := range []string{"true", "false"} {
		t.Run("guard "+guards, func(t *testing.T) {
			a := newAccounts(t)
			a.set(guard.IDMetadataIssuer, guards)
			for _, at := range append(outside(a), strange...) {
				a.metadata["authorization_endpoint"] = at
				a.newBrowser()
				a.startsAtHome(`role="alert"`)
			}
			if asked := a.others.to(discovery); len(asked) != len(a.others.asked) {
				t.Errorf("it asked %+v", a.others.asked)
			}
			for _, e := range a.events() {
				if e.Note != nil && e.Note.Name == event.NoteOpen {
					t.Errorf("it says that it sends the browser to %s", e.Note.Get("url"))
				}
			}
			// The lab's own parties are where the lesson goes.
			for _, party := range []event.Party{event.Auth, event.Mallory} {
				a.metadata["authorization_endpoint"] = a.lab.Origins[party] + "/x"
				if r := a.ask("GET", "start"); r.location == nil || !strings.HasPrefix(r.location.String(), a.lab.Origins[party]+"/x?") {
					t.Errorf("start answers %d to %v", r.status, r.location)
				}
			}
		})
	}
}

// A server-side request forgery: metadata that have the web app ask, with its secret and a code or
// a token, where only its server can reach. Nothing is asked there.
func TestTheServerAsksNoForeignPlace(t *testing.T) {
	for _, name := range []string{"token_endpoint", "userinfo_endpoint"} {
		t.Run(name, func(t *testing.T) {
			a := newAccounts(t)
			a.set(guard.IDMetadataIssuer, "false")
			for _, at := range append(outside(a), strange...) {
				a.others.mu.Lock()
				a.others.asked = nil
				a.others.mu.Unlock()
				a.metadata[name] = at
				a.newBrowser()
				r := a.ask("GET", "start")
				if r.location.String() != a.url { // the metadata were read
					q := r.location.Query()
					a.nonce = q.Get("nonce")
					a.callback(url.Values{"code": {"the-code"}, "state": {q.Get("state")}, "iss": {a.lab.Issuer()}})
				}
				a.wantNobodyIn(`role="alert"`)
				for _, one := range a.others.asked {
					if one.path != discovery && (one.path != "/token" || name == "token_endpoint") {
						t.Errorf("for %q it asked %+v", at, one)
					}
				}
				a.wantNothingTold()
			}
		})
	}
}

// Whatever stands in a claim is text on the page.
func TestWhatAnAccountShowsIsText(t *testing.T) {
	a := newAccounts(t)
	a.is(`"><img src=x onerror=alert(1)>`, "<script>alert(1)</script>", "</p><b>@example.com")
	a.photos = []string{"</ul><iframe>", "{{.Session.Kept}}"}
	a.signIn()
	a.wantPage("&lt;script&gt;alert(1)&lt;/script&gt;", "<script", "<img src=x", "</ul><iframe>", "<b>@")
	a.wantPage("&#34;&gt;&lt;img src=x onerror=alert(1)&gt;</span>")
	a.wantPage("{{.Session.Kept}}")
	a.wantPage("&lt;/ul&gt;&lt;iframe&gt;")

	a.set(guard.IDAccountKey, "false")
	a.is("<u>mallory", "", "</p><b>@example.com")
	a.signIn()
	a.wantPage("Who signed in is <strong>&lt;u&gt;mallory</strong>", "<u>")

	a = newAccounts(t)
	a.metadata["authorization_endpoint"] = "http://evil.example/<script>alert(1)</script>"
	a.startsAtHome("&lt;script&gt;alert(1)&lt;/script&gt;")
	a.wantPage("is outside the lab", "<script")
}

// Signing out ends the session; the account stays. A login that is over at the API ends it too.
func TestAnAccountOutlivesItsSession(t *testing.T) {
	a := newAccounts(t)
	a.signIn()
	a.ask("POST", "logout", "Sec-Fetch-Site", "same-origin")
	a.wantPage(signedOut, "Alice", "The lake")
	a.wantKept("alice alice@example.com The lake")
	a.photos = nil
	a.signIn()
	a.wantPage("<li>The lake</li>")

	a.others.answers["/api/me"] = says(401, `{"error":"invalid_token"}`)
	a.others.answers["/token"] = says(400, `{"error":"invalid_grant","error_description":"It is over."}`)
	a.ask("POST", "again", "Sec-Fetch-Site", "same-origin")
	a.wantPage("Invalid_grant: It is over.", "Alice", "The lake", "Sign out")
	for _, one := range a.state().Sessions {
		if one.Who != (client.User{}) || one.Account.Subject != "" {
			t.Errorf("a session is %+v", one)
		}
	}
	a.wantKept("alice alice@example.com The lake")
}

// An API that does not answer takes no account away: who signed in is known.
func TestAnAccountWithoutTheAPI(t *testing.T) {
	a := newAccounts(t)
	a.others.answers["/protected"] = says(500, "")
	a.signIn()
	a.wantPage("Alice's account", "Album")
	a.wantPage("The API answered 500.")
	a.wantKept("alice alice@example.com ")
}

// A server need not have UserInfo (OpenID Connect Discovery §3 recommends it): who signed in is known
// without.
func TestAnAccountWithoutUserInfo(t *testing.T) {
	a := newAccounts(t)
	delete(a.metadata, "userinfo_endpoint")
	a.signIn()
	a.wantPage("alice's account")
	a.wantKept("alice  The lake")
}

// A reset forgets the accounts, and signs everybody out.
func TestAResetForgetsAccounts(t *testing.T) {
	a := newAccounts(t)
	a.signIn()
	if err := (Document{Store: a.labs.Store}).Reset(t.Context(), a.lab); err != nil {
		t.Fatal(err)
	}
	a.wantPage(signedOut, "Alice", "The lake")
	a.wantKept()
	a.photos = nil
	a.signIn()
	a.wantPage("Alice's account", "The lake")
	if text, err := (Document{Store: a.labs.Store}).Read(t.Context(), a.lab); err != nil || !strings.Contains(string(text), `"accounts":[{"iss":"`+a.lab.Issuer()+`","sub":"alice","email":"alice@example.com","name":"Alice"}]`) {
		t.Errorf("the record is %s (%v)", text, err)
	}
}

// One lab's accounts are not another's.
func TestAccountsAreOfOneLab(t *testing.T) {
	a := newAccounts(t)
	a.signIn()
	first := a.lab
	other, _, err := a.labs.Create(t.Context(), "v07")
	if err != nil {
		t.Fatal(err)
	}
	a.lab, a.url = other, a.lab.Origins.WebApp(other.ID)
	for name, at := range a.metadata {
		if text, is := at.(string); is {
			a.metadata[name] = strings.Replace(text, first.ID.String(), other.ID.String(), 1)
		}
	}
	a.photos = nil
	a.signIn()
	a.wantPage("Alice's account", "The lake")
	a.wantKept("alice alice@example.com ")
	a.lab = first
	a.wantKept("alice alice@example.com The lake")
}

// Before v07, and where it asks for no openid, the web app asks nobody who signs in: no metadata,
// no nonce, no account, and no table of them.
func TestThereAreNoAccountsBeforeTheirChapter(t *testing.T) {
	for name, chapter := range map[string]string{"in v04": "v04", "in v05": "v05", "in v06": "v06", "in v07, without openid": "v07"} {
		t.Run(name, func(t *testing.T) {
			a := newAccounts(t)
			a.in(chapter)
			if chapter == "v07" {
				a.set(guard.IDOpenIDScope, `"`+guard.Nothing+`"`)
			}
			q := a.start()
			if q.Has("nonce") || q.Get("scope") != "read write profile" {
				t.Errorf("the browser is sent with %v", q)
			}
			a.callback(url.Values{"code": {"the-code"}, "state": {q.Get("state")}})
			a.wantPage(signedIn, "account</h1>", "Album", "The web app keeps it", "from the API")
			a.wantPage("<li>The lake</li>")
			if len(a.others.to(discovery)) != 0 || len(a.others.to("/userinfo")) != 0 {
				t.Errorf("it asked %+v", a.others.asked)
			}
			a.wantKept()
			for _, e := range a.events() {
				if e.Note != nil && slices.Contains([]string{event.NoteNonce, event.NoteSignedIn, event.NoteUserInfo, event.NoteAccount}, e.Note.Name) {
					t.Errorf("told is %s", e.Note.Name)
				}
				if e.Verdict != nil && chapter != "v07" {
					if protection, _ := guard.ProtectionOf(guard.ID(e.Verdict.Guard)); protection.Chapter >= "v07" {
						t.Errorf("a verdict is of %s", e.Verdict.Guard)
					}
				}
			}
			text, err := Document{Store: a.labs.Store}.Read(t.Context(), a.lab)
			for _, of := range []string{"accounts", "who", "account", "id_token"} {
				if err != nil || strings.Contains(string(text), `"`+of+`":`) && of != "id_token" {
					t.Errorf("the record has %s: %s (%v)", of, text, err)
				}
			}
			if titles := a.tables(); !slices.Equal(titles, []string{"sessions"}) && chapter != "v07" {
				t.Errorf("the tables are %q", titles)
			}
		})
	}
}

// tables are the titles of what the state drawer shows.
func (a *accounts) tables() (titles []string) {
	a.Helper()
	sheet, err := Document{Store: a.labs.Store}.Sheet(a.Context(), a.lab)
	if err != nil {
		a.Fatal(err)
	}
	for _, table := range sheet.Tables {
		titles = append(titles, table.Title)
	}
	return titles
}

// The state drawer shows whose accounts there are, beside the sessions; those that are kept from
// v07 in a lab that has gone back, too.
func TestAccountsInTheStateDrawer(t *testing.T) {
	a := newAccounts(t)
	if titles := a.tables(); !slices.Equal(titles, []string{"accounts", "sessions"}) {
		t.Errorf("the tables are %q", titles)
	}
	a.photos = []string{"The lake", "The kitchen"}
	a.signIn()
	a.is("bob", "Bob", "")
	a.photos = nil
	a.signIn()
	sheet, err := Document{Store: a.labs.Store}.Sheet(t.Context(), a.lab)
	if err != nil {
		t.Fatal(err)
	}
	table := sheet.Tables[0]
	if want := []string{"account of", "issuer", "e-mail", "album"}; !slices.Equal(table.Columns, want) {
		t.Errorf("the columns are %q, want %q", table.Columns, want)
	}
	var rows []string
	for _, row := range table.Rows {
		var cells []string
		for _, cell := range row.Cells {
			cells = append(cells, cell.Text)
		}
		rows = append(rows, row.Key+": "+strings.Join(cells, " | "))
	}
	issuer := a.lab.Issuer()
	want := []string{
		issuer + " alice: alice | " + issuer + " | alice@example.com | The lake, The kitchen",
		issuer + " bob: bob | " + issuer + " |  | ",
	}
	if !slices.Equal(rows, want) {
		t.Errorf("the rows are %q, want %q", rows, want)
	}
	for _, table := range sheet.Tables {
		if text := fmt.Sprint(table); strings.Contains(text, a.cookie()) || slices.ContainsFunc(a.idTokens, func(one string) bool { return strings.Contains(text, one) }) {
			t.Errorf("the drawer shows %s", text)
		}
	}
	a.in("v06")
	if titles := a.tables(); !slices.Equal(titles, []string{"accounts", "sessions"}) {
		t.Errorf("back in v06 the tables are %q", titles)
	}
}

// A client that keeps nothing while Alice is away finds her account all the same.
func TestAnAccountByASignedState(t *testing.T) {
	a := newAccounts(t)
	a.set(guard.IDPKCEKeep, `"`+guard.InState+`"`)
	a.signIn()
	a.wantPage("Alice's account", `class="error"`)
	a.wantKept("alice alice@example.com The lake")
}
