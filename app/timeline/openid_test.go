package timeline

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

const (
	web     = "http://localhost:8084/" + labID
	meAPI   = "http://localhost:8082/" + labID
	webBack = web + "/callback?code=Wkxop2&state=s7Hq&iss=http%3A%2F%2Flocalhost%3A8081%2F" + labID
)

// jwt is a JWT of a header and claims. Its signature is made up.
func jwt(header, claims, signature string) string {
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(header)) + "." + part([]byte(claims)) + "." + signature
}

// idToken is what the server signs of a user.
func idToken(sub string) string {
	return jwt(`{"alg":"HS256","typ":"JWT"}`, `{"iss":"`+as+`","sub":"`+sub+`","aud":"demo-web","exp":1795987098,"iat":1795983498,"auth_time":1795983498,"nonce":"n-0S6"}`, "c2ln")
}

// between is a request from one party to another, with its answer.
func (r *recording) between(from, to event.Party, method, url, token string, status int, header []event.Field, body string) {
	q := r.add(event.Event{From: from, To: to, Kind: event.KindRequest, Request: &event.Request{Method: method, URL: url, Header: bearer(token)}})
	r.add(event.Event{From: to, To: from, Re: q.ID, Kind: event.KindResponse, Response: &event.Response{Status: status, Header: header, Body: body}})
}

func bearer(token string) []event.Field {
	if token == "" {
		return nil
	}
	return fields("Authorization", "Bearer "+token)
}

// webLogin is a login at the web app.
type webLogin struct {
	flow, sub string
	from      event.Party // whose browser it is
	idToken   string      // "" for none
	userInfo  string      // what UserInfo answers; "" where nobody asks
	profile   string      // what the API does
	things    string
}

// alices is Alice's, and mallorys Mallory's, who has typed Alice's address.
var (
	alices = webLogin{flow: "w1", sub: "alice", from: event.Browser, idToken: idToken("alice"),
		userInfo: `{"sub":"alice","name":"Alice","email":"alice@example.com","email_verified":true}`,
		profile:  `{"sub":"alice","name":"Alice","email":"alice@example.com"}`, things: `{"owner":"alice","photos":[{},{},{}],"notes":[{}]}`}
	mallorys = webLogin{flow: "w2", sub: "mallory", from: event.Mallory, idToken: idToken("mallory"),
		userInfo: `{"sub":"mallory","name":"Mallory","email":"alice@example.com","email_verified":false}`,
		profile:  `{"sub":"mallory","name":"Mallory","email":"mallory@example.net"}`, things: `{"owner":"mallory","photos":[{}],"notes":[]}`}
)

func (w webLogin) with(change func(*webLogin)) webLogin {
	change(&w)
	return w
}

// record writes the login down as the lab does: the web app's first request has no flow yet.
func (w webLogin) record(r *recording) {
	json, token := fields("Content-Type", "application/json"), "at-"+w.flow
	r.flow = ""
	start := r.add(event.Event{From: w.from, To: event.Webapp, Kind: event.KindRequest, Request: &event.Request{Method: "GET", URL: web + "/start"}})
	r.between(event.Webapp, event.Auth, "GET", as+"/.well-known/openid-configuration", "", 200, json, `{"issuer":"`+as+`","token_endpoint":"x"}`)
	r.flow = w.flow
	r.verdict(event.Webapp, "", guard.IDMetadataIssuer, event.Passed, "")
	r.note(event.Webapp, "", event.NoteNonce, fields("nonce", "n-0S6"))
	r.note(event.Webapp, event.Webapp, event.NoteOpen, fields("url", as+"/authorize?nonce=n-0S6"))
	r.add(event.Event{From: event.Webapp, To: w.from, Re: start.ID, Kind: event.KindResponse, Response: &event.Response{Status: 303, Header: fields("Location", as+"/authorize?nonce=n-0S6")}})
	r.between(w.from, event.Auth, "GET", as+"/authorize?nonce=n-0S6", "", 303, fields("Location", as+"/login?request=q1"), "")
	r.between(w.from, event.Auth, "GET", as+"/login?request=q1", "", 200, fields("Content-Type", "text/html"), "<!doctype html>")
	in := r.add(event.Event{From: w.from, To: event.Auth, Kind: event.KindRequest, Request: &event.Request{Method: "POST", URL: as + "/login", Header: fields("Content-Type", "application/x-www-form-urlencoded"), Body: "pick=" + w.sub}})
	r.change(event.Auth, "session", "stored", w.sub, event.ChangeField{Name: "subject", To: w.sub})
	r.change(event.Auth, "code", "stored", "Wkxop2", event.ChangeField{Name: "subject", To: w.sub})
	r.add(event.Event{From: event.Auth, To: w.from, Re: in.ID, Kind: event.KindResponse, Response: &event.Response{Status: 303, Header: fields("Location", webBack)}})
	back := r.add(event.Event{From: w.from, To: event.Webapp, Kind: event.KindRequest, Request: &event.Request{Method: "GET", URL: webBack}})
	r.note(event.Webapp, event.Webapp, event.NoteCallback, fields("url", webBack))
	r.verdict(event.Webapp, "", guard.IDState, event.Passed, "")
	r.change(event.Auth, "token", "stored", guard.TokenHash(token), event.ChangeField{Name: "subject", To: w.sub})
	ask := r.request(event.Webapp, "POST", as+"/token", "grant_type=authorization_code&code=Wkxop2&code_verifier=v")
	given := `{"access_token":"` + token + `","token_type":"Bearer"}`
	if w.idToken != "" {
		given = strings.Replace(given, "}", `,"id_token":"`+w.idToken+`"}`, 1)
	}
	r.response(ask, event.Webapp, 200, json, given)
	if w.idToken != "" {
		r.verdict(event.Webapp, "", guard.IDOIDCSignature, event.Passed, "")
		r.note(event.Webapp, "", event.NoteSignedIn, fields("iss", as, "sub", w.sub))
	}
	if w.userInfo != "" {
		r.between(event.Webapp, event.Auth, "GET", as+"/userinfo", token, 200, json, w.userInfo)
		r.note(event.Webapp, "", event.NoteUserInfo, fields("sub", w.sub))
		if w.from == event.Mallory {
			r.verdict(event.Webapp, back.ID, guard.IDAccountKey, event.WouldRefuse, "this account is another user's")
		}
		r.note(event.Webapp, "", event.NoteAccount, fields("sub", w.sub, "account", "alice"))
	}
	if w.profile != "" {
		r.flow = "" // the API does not know it before it has asked
		q := r.add(event.Event{From: event.Webapp, To: event.API, Kind: event.KindRequest, Request: &event.Request{Method: "GET", URL: meAPI + "/api/me", Header: bearer(token)}})
		r.flow = w.flow
		r.add(event.Event{From: event.API, To: event.Webapp, Re: q.ID, Kind: event.KindResponse, Response: &event.Response{Status: 200, Header: json, Body: w.profile}})
	}
	if w.things != "" {
		r.between(event.Webapp, event.API, "GET", meAPI+"/protected", token, 200, json, w.things)
	}
	r.add(event.Event{From: event.Webapp, To: w.from, Re: back.ID, Kind: event.KindResponse, Response: &event.Response{Status: 303, Header: fields("Location", web+"/")}})
	r.between(w.from, event.Webapp, "GET", web+"/", "", 200, fields("Content-Type", "text/html"), "<!doctype html>")
}

// A login at the web app is one band, from the request that begins it on, though that has no
// flow yet; and so is the next.
func TestALoginAtTheWebAppIsOneBand(t *testing.T) {
	v := Reduce(record(alices.record, mallorys.record))
	if len(v.Bands) != 2 {
		t.Fatalf("%d bands", len(v.Bands))
	}
	for i, title := range []string{"Alice signs in", "Mallory signs in"} {
		if b := v.Bands[i]; b.Title != title || b.Rows[0].Text != "GET /start" {
			t.Errorf("band %d is %q, and begins with %q", i, b.Title, b.Rows[0].Text)
		}
	}
	if want := "Alice signs in. The web app opens the account of Alice."; Reduce(record(alices.record)).News != want {
		t.Errorf("the news are %q", Reduce(record(alices.record)).News)
	}
}

// What the web app finds hangs on what it got last, whatever request it serves meanwhile, and
// the inspector says it there.
func TestTheWebAppJudgesWhatItGotLast(t *testing.T) {
	events := record(mallorys.record)
	told := Row{}
	for _, r := range Reduce(events).Bands[0].Rows {
		if len(r.Pills) > 0 && r.Pills[0].Guard == string(guard.IDAccountKey) {
			told = r
		}
	}
	m, _ := Inspect(events, told.Seq)
	if !strings.Contains(m.Raw, "email_verified") || len(m.Checks) != 1 {
		t.Errorf("it hangs on %q, which was checked by %v", m.Raw, m.Checks)
	}
	for _, e := range events {
		m, _ := Inspect(events, e.Seq)
		switch {
		case e.Response != nil && strings.Contains(e.Response.Body, "id_token"):
			if len(m.Checks) != 1 || m.Checks[0].Guard != string(guard.IDOIDCSignature) {
				t.Errorf("the tokens were checked by %v", m.Checks)
			}
		case e.Note != nil && e.Note.Name == event.NoteCallback:
			if len(m.Checks) != 1 || m.Checks[0].Guard != string(guard.IDState) {
				t.Errorf("the callback was checked by %v", m.Checks)
			}
		}
	}
}

func TestTheStoryOfALoginAtTheWebApp(t *testing.T) {
	tests := map[string]struct {
		login webLogin
		want  []string // among what is said, in this order
	}{
		"Alice's": {alices, []string{
			"Alice's browser begins a login at the web app.",
			"The web app asks the auth server for its metadata.",
			"The auth server answers with its metadata.",
			"The web app makes a nonce.",
			"The web app writes what it asks for into an address.",
			"The web app sends Alice's browser to the auth server.",
			"Alice's browser asks the auth server for a code.",
			"The auth server first wants to know who that is.",
			"Alice signs in.",
			"The auth server sends Alice's browser back with Alice's code.",
			"Alice's browser brings the answer back to the web app.",
			"The web app takes the answer out of the address.",
			"The web app redeems Alice's code, with a verifier.",
			"The auth server gives the web app a token to Alice's account, and an ID token.",
			"The web app knows who has signed in: Alice.",
			"The web app asks the auth server who that is, with Alice's token.",
			"The auth server tells the web app who Alice is: Alice, alice@example.com.",
			"The web app takes what UserInfo tells of Alice.",
			"The web app opens the account of Alice.",
			"The web app asks the API who that is, with Alice's token.",
			"The API answers the web app: Alice, alice@example.com.",
			"The web app asks the API for photos and notes, with Alice's token.",
			"The API answers the web app: Alice's photos and notes.",
			"The web app sends Alice's browser on to its page.",
			"Alice's browser opens the web app.",
			"The web app shows a page.",
		}},
		"Mallory's, with Alice's address": {mallorys, []string{
			"Mallory begins a login at the web app.",
			"The auth server sends Mallory back with Mallory's code.",
			"The auth server tells the web app who Mallory is: Mallory, alice@example.com, an address that nobody verified.",
			"The web app opens the account of Alice.",
		}},
		"without an ID token": {alices.with(func(w *webLogin) { w.idToken, w.userInfo = "", "" }), []string{
			"The auth server gives the web app a token to Alice's account.",
			"The web app asks the API who that is, with Alice's token.",
		}},
		"with the scope openid alone": {alices.with(func(w *webLogin) { w.userInfo = `{"sub":"alice"}` }), []string{
			"The auth server tells the web app who Alice is, and no more.",
		}},
		"of UserInfo that says nothing": {alices.with(func(w *webLogin) { w.userInfo = `{}` }), []string{
			"The auth server tells the web app who that is, and no more.",
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			events := record(tt.login.record)
			v := Reduce(events)
			left := tt.want
			var said []string
			for _, f := range Frames(v, events, v.Bands[0].Key) {
				said = append(said, f.Says)
				if len(left) > 0 && strings.HasPrefix(f.Says, left[0]) {
					left = left[1:]
				}
			}
			if len(left) > 0 {
				t.Errorf("%q is not said there:\n%s", left[0], strings.Join(said, "\n"))
			}
		})
	}
}

func TestTheTriptych(t *testing.T) {
	const none = ""
	knows := func(rows ...[3]string) (all []Knowledge) {
		names := []string{"Who signed in", "When", "For which client", "Name", "E-mail", "E-mail verified", "Photos and notes"}
		for i, r := range rows {
			all = append(all, Knowledge{Question: names[i], Answers: r[:]})
		}
		return all
	}
	const when = "29 November 2026, 20:18:18 UTC"
	tests := map[string]struct {
		events  []event.Event
		who     string
		missing [3]string
		knows   []Knowledge
	}{
		"Alice's": {record(alices.record), "Alice at the web app", [3]string{}, knows(
			[3]string{"alice", "alice", "alice"}, [3]string{when, none, none}, [3]string{"demo-web", none, none},
			[3]string{none, "Alice", "Alice"}, [3]string{none, "alice@example.com", "alice@example.com"}, [3]string{none, "true", none},
			[3]string{none, none, "3 photos, 1 note"})},
		"Mallory's after it: two addresses": {record(alices.record, mallorys.record), "Mallory at the web app", [3]string{}, knows(
			[3]string{"mallory", "mallory", "mallory"}, [3]string{when, none, none}, [3]string{"demo-web", none, none},
			[3]string{none, "Mallory", "Mallory"}, [3]string{none, "alice@example.com", "mallory@example.net"}, [3]string{none, "false", none},
			[3]string{none, none, "1 photo, 0 notes"})},
		"nobody asked who that is": {record(alices.with(func(w *webLogin) { w.idToken, w.userInfo = "", "" }).record), "Alice at the web app",
			[3]string{"None was given in this login: the web app did not ask who signs in.", "Nobody asked for it in this login.", ""}, knows(
				[3]string{none, none, "alice"}, [3]string{}, [3]string{},
				[3]string{none, none, "Alice"}, [3]string{none, none, "alice@example.com"}, [3]string{},
				[3]string{none, none, "3 photos, 1 note"})},
		"the ID token alone": {record(alices.with(func(w *webLogin) { w.userInfo, w.profile, w.things = "", "", "" }).record), "Alice at the web app",
			[3]string{"", "Nobody asked for it in this login.", "Nobody asked for it in this login."}, knows(
				[3]string{"alice", none, none}, [3]string{when, none, none}, [3]string{"demo-web", none, none},
				[3]string{}, [3]string{}, [3]string{}, [3]string{})},
		"nonsense": {record(alices.with(func(w *webLogin) { w.idToken, w.userInfo, w.profile, w.things = "eyJ.eyJ.x", "no JSON", "<", "[" }).record), "Somebody at the web app",
			[3]string{"It cannot be read.", "The answer cannot be read.", "The answer cannot be read."}, knows(
				[3]string{}, [3]string{}, [3]string{}, [3]string{}, [3]string{}, [3]string{}, [3]string{})},
		"nothing":             {record(aRun), "", [3]string{}, nil},
		"nothing since reset": {record(alices.record, reset), "", [3]string{}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := TriptychOf(tt.events)
			if got.Who != tt.who {
				t.Errorf("it is of %q", got.Who)
			}
			for i, told := range got.Told {
				if told.Missing != tt.missing[i] {
					t.Errorf("of the %s it says %q", told.Title, told.Missing)
				}
			}
			for i := range got.Knows {
				got.Knows[i].Claim = ""
			}
			if diff := cmp.Diff(tt.knows, got.Knows); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Who signed the ID token is said by what it says itself.
func TestTheTriptychSaysWhoSigned(t *testing.T) {
	for token, want := range map[string]string{
		idToken("alice"): "the auth server, with HS256 and a secret that the client has too",
		jwt(`{"alg":"RS256"}`, `{"sub":"alice"}`, "c2ln"):       "the auth server, with RS256 and a key of its own",
		jwt(`{"alg":"none"}`, `{"sub":"alice"}`, ""):            "nobody",
		jwt(`{"alg":"HS256"}`, `{"sub":"alice"}`, ""):           "nobody",
		jwt(`{"alg":"HS256"}`, `{"sub":"alice","aud":1}`, "eA"): "the auth server, with HS256 and a secret that the client has too",
	} {
		got := TriptychOf(record(alices.with(func(w *webLogin) { w.idToken = token }).record))
		if facts := fmt.Sprint(got.Told[0].Facts); !strings.Contains(facts, "{Signed by "+want+"}") {
			t.Errorf("%s: %s", token, facts)
		}
	}
}
