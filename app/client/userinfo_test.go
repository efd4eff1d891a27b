package client

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// UserInfo speaks of who signed in, and of nobody else (OpenID Connect Core §5.3.2). With the
// guard on nobody is signed in; with it off the claims are taken.
func TestUserInfoOfAnotherUser(t *testing.T) {
	tests := map[string]struct {
		subject string // of the ID token
		body    string
		passes  bool
	}{
		"the user who signed in":      {"alice", `{"sub":"alice"}`, true},
		"another user":                {"alice", `{"sub":"bob","name":"Bob","email":"bob@example.com"}`, false},
		"the user in another case":    {"alice", `{"sub":"Alice"}`, false},
		"a user that begins alike":    {"alice", `{"sub":"alice2"}`, false},
		"nobody":                      {"alice", `{"name":"Alice","email":"alice@example.com"}`, false},
		"nobody, by an empty name":    {"alice", `{"sub":""}`, false},
		"nobody, by null":             {"alice", `{"sub":null}`, false},
		"nobody, by null alone":       {"alice", `null`, false},
		"nobody, where nobody signed": {"", `{"email":"alice@example.com"}`, false},
		"alice, where nobody signed":  {"", `{"sub":"alice"}`, false},
		"two users, the last another": {"alice", `{"sub":"alice","sub":"bob"}`, false},
	}
	for name, tt := range tests {
		for _, on := range []bool{true, false} {
			t.Run(name+map[bool]string{true: ", on", false: ", off"}[on], func(t *testing.T) {
				switches := guard.Switches{}
				if !on {
					switches[guard.IDUserInfoSubject] = "off"
				}
				d := newOIDCDesk(t, switches)
				d.idToken = func(d *oidcDesk) string { return d.jwt(map[string]any{"sub": tt.subject}) }
				d.answers[oidcUserInfo] = Response{Status: 200, Body: tt.body}
				if _, err := d.redeem(); err != nil {
					t.Fatal(err)
				}
				d.events = nil
				user, claims, err := d.Who(t.Context())
				var refusal *guard.Refusal
				switch {
				case tt.passes || !on:
					if err != nil || user != (User{oidcIssuer, tt.subject}) || d.last(event.NoteUserInfo).Get("sub") != claims.Subject {
						t.Errorf("Who = %+v, %+v, %v", user, claims, err)
					}
					want := map[bool]string{true: "userinfo-subject=passed userinfo.taken", false: "userinfo-subject=would-refuse userinfo.taken"}[tt.passes]
					if d.story() != want {
						t.Errorf("recorded %s, want %s", d.story(), want)
					}
				default:
					if !errors.As(err, &refusal) || refusal.Guard != guard.IDUserInfoSubject || refusal.Reason != "UserInfo is about another user" || user != (User{}) || claims != (Claims{}) {
						t.Errorf("Who = %+v, %+v, %v; want a refusal", user, claims, err)
					}
					if d.story() != "userinfo-subject=refused flow.failed" {
						t.Errorf("recorded %s", d.story())
					}
					d.wantNobody()
				}
			})
		}
	}
}

// What cannot be read, or is not answered, is no sign-in: whose the tokens are is not known.
func TestWhatIsNoUserInfo(t *testing.T) {
	for name, tt := range map[string]struct {
		answer Response
		err    error
		says   string
	}{
		"a page":                {Response{Status: 200, Body: "<!doctype html>"}, nil, "UserInfo cannot be read"},
		"nothing":               {Response{Status: 200}, nil, "UserInfo cannot be read"},
		"no content":            {Response{Status: 204}, nil, "UserInfo cannot be read"},
		"a list":                {Response{Status: 200, Body: `[{"sub":"alice"}]`}, nil, "UserInfo cannot be read"},
		"a signed answer":       {Response{Status: 200, Body: oidcSigned(goodHeader, `{"sub":"alice"}`)}, nil, "UserInfo cannot be read"},
		"a subject as a number": {Response{Status: 200, Body: `{"sub":1}`}, nil, "UserInfo cannot be read"},
		"a name as an object":   {Response{Status: 200, Body: `{"sub":"alice","name":{"x":1}}`}, nil, "UserInfo cannot be read"},
		"verified as a text":    {Response{Status: 200, Body: `{"sub":"alice","email_verified":"true"}`}, nil, "UserInfo cannot be read"},
		"verified as a number":  {Response{Status: 200, Body: `{"sub":"alice","email_verified":1}`}, nil, "UserInfo cannot be read"},
		"two answers":           {Response{Status: 200, Body: `{"sub":"alice"}{"sub":"alice"}`}, nil, "UserInfo cannot be read"},
		"a narrow token":        {Response{Status: 403, Body: `{"error":"insufficient_scope"}`}, nil, "insufficient_scope"},
		"a redirect":            {Response{Status: 302, Header: []event.Field{{Name: "Location", Value: "http://evil.test"}}}, nil, "the API answered 302"},
		"a server that fails":   {Response{Status: 500, Body: "oh"}, nil, "the API answered 500"},
		"nobody":                {Response{}, errors.New("connection refused"), "ask the API: connection refused"},
	} {
		for how, switches := range map[string]guard.Switches{"on": nil, "off": {guard.IDUserInfoSubject: "off"}} {
			t.Run(name+", "+how, func(t *testing.T) {
				d := newOIDCDesk(t, switches)
				d.answers[oidcUserInfo] = tt.answer
				if _, err := d.redeem(); err != nil {
					t.Fatal(err)
				}
				d.fetchErr = tt.err
				user, claims, err := d.Who(t.Context())
				if err == nil || err.Error() != tt.says || user != (User{}) || claims != (Claims{}) {
					t.Errorf("Who = %+v, %+v, %v; want %q", user, claims, err, tt.says)
				}
				if d.last(event.NoteUserInfo) != nil || d.verdict(guard.IDUserInfoSubject) != nil {
					t.Errorf("recorded %s", d.story())
				}
				d.wantNobody()
			})
		}
	}
}

// A server need not have UserInfo (OpenID Connect Discovery §3 recommends it).
func TestAServerWithoutUserInfo(t *testing.T) {
	d := newOIDCDesk(t, nil)
	delete(d.metadata, "userinfo_endpoint")
	if _, err := d.redeem(); err != nil {
		t.Fatal(err)
	}
	if user, claims, err := d.Who(t.Context()); err != nil || user.Subject != "alice" || claims != (Claims{Subject: "alice"}) {
		t.Errorf("Who = %+v, %+v, %v", user, claims, err)
	}
}

// The access token goes into the header, wherever the client sends it to the API; and where it is
// over there is a way to another.
func TestHowUserInfoIsAsked(t *testing.T) {
	for _, place := range []string{guard.Header, guard.Query} {
		d := newOIDCDesk(t, guard.Switches{guard.IDTokenPlace: place})
		if _, err := d.redeem(); err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.Who(t.Context()); err != nil {
			t.Fatal(err)
		}
		r := d.asked[len(d.asked)-1]
		want := []event.Field{{Name: "Accept", Value: "application/json"}, {Name: "Authorization", Value: "Bearer at-1"}}
		if r.Method != "GET" || r.URL != oidcUserInfo || r.Body != "" || !slices.Equal(r.Header, want) {
			t.Errorf("with tokens in the %s it asked %+v", place, r)
		}
	}
	d := newOIDCDesk(t, nil)
	if _, err := d.redeem(); err != nil {
		t.Fatal(err)
	}
	d.answers[oidcUserInfo] = Response{Status: 401, Body: `{"error":"invalid_token"}`}
	d.answers[oidcToken] = Response{Status: 200, Body: `{"access_token":"at-2","token_type":"Bearer"}`}
	if _, _, err := d.Who(t.Context()); err == nil {
		t.Error("a token that is refused twice is good")
	}
	if got := d.urls(); !slices.Equal(got[2:], []string{oidcUserInfo, oidcToken, oidcUserInfo}) || !hasField(d.asked[4].Header, "Authorization", "Bearer at-2") {
		t.Errorf("asked %q", got)
	}
}

// Who is asked of where nobody signed in: of nobody.
func TestWhoOfNobody(t *testing.T) {
	d := newOIDCDesk(t, nil)
	for _, state := range []string{"nothing kept", "a login under way", "signed out"} {
		switch state {
		case "a login under way":
			d.begin()
		case "signed out":
			if _, err := d.redeem(); err != nil {
				t.Fatal(err)
			}
			if err := d.SignOut(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		asked := len(d.asked)
		user, claims, err := d.Who(t.Context())
		if err != nil || user != (User{}) || claims != (Claims{}) || len(d.asked) != asked {
			t.Errorf("%s: %+v, %+v, %v, and it asked %v", state, user, claims, err, d.urls()[asked:])
		}
	}
}

// What the log is told of the claims is what there is of them.
func TestWhatIsToldOfTheClaims(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want []event.Field
	}{
		"the subject alone": {`{"sub":"alice"}`, []event.Field{{Name: "sub", Value: "alice"}}},
		"a name": {`{"sub":"alice","name":"Alice","preferred_username":"al"}`, []event.Field{
			{Name: "sub", Value: "alice"}, {Name: "name", Value: "Alice"}, {Name: "preferred_username", Value: "al"}}},
		"an address that nobody verified": {`{"sub":"alice","email":"a@b"}`, []event.Field{
			{Name: "sub", Value: "alice"}, {Name: "email", Value: "a@b"}, {Name: "email_verified", Value: "false"}}},
		"verified, and no address": {`{"sub":"alice","email_verified":true}`, []event.Field{{Name: "sub", Value: "alice"}}},
		"more than was asked for":  {`{"sub":"alice","phone_number":"1","address":{"x":1}}`, []event.Field{{Name: "sub", Value: "alice"}}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newOIDCDesk(t, nil)
			d.answers[oidcUserInfo] = Response{Status: 200, Body: tt.body}
			if _, err := d.redeem(); err != nil {
				t.Fatal(err)
			}
			if _, _, err := d.Who(t.Context()); err != nil {
				t.Fatal(err)
			}
			if note := d.last(event.NoteUserInfo); !slices.Equal(note.Fields, tt.want) {
				t.Errorf("told %v, want %v", note.Fields, tt.want)
			}
		})
	}
	d := newOIDCDesk(t, nil)
	d.answers[oidcUserInfo] = Response{Status: 200, Body: fmt.Sprintf(`{"sub":"alice","name":%q,"email":%q}`, strings.Repeat("x", 1<<20), strings.Repeat("y", 1<<20))}
	if _, err := d.redeem(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Who(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, e := range d.events {
		if size := len(d.text(e)); size > event.MaxSize {
			t.Errorf("an event of %d bytes", size)
		}
	}
}

// What the client asks for, of the user first and then of the API: each word once, and nothing
// that nobody set (OpenID Connect Core §5.4, RFC 6749 §3.3).
func TestWordsOfTheScope(t *testing.T) {
	part, _ := guard.FindPart(guard.IDOpenIDScope)
	asked, _ := guard.FindPart(guard.IDScopeAsked)
	want := map[string]map[string]string{
		"openid profile email offline_access": {
			"read write profile": "openid profile email offline_access read write", "read profile": "openid profile email offline_access read", "read": "openid profile email offline_access read",
		},
		"openid profile": {"read write profile": "openid profile read write", "read profile": "openid profile read", "read": "openid profile read"},
		"openid":         {"read write profile": "openid read write profile", "read profile": "openid read profile", "read": "openid read"},
		guard.Nothing:    {"read write profile": "read write profile", "read profile": "read profile", "read": "read"},
	}
	for _, of := range part.Values {
		for _, api := range asked.Values {
			d := newOIDCDesk(t, guard.Switches{guard.IDOpenIDScope: of, guard.IDScopeAsked: api})
			if got := d.begin().Get("scope"); got != want[of][api] || got == "" {
				t.Errorf("with %q and %q it asks for %q, want %q", of, api, got, want[of][api])
			}
			for name, change := range map[string]func(d *oidcDesk){"in v06": func(d *oidcDesk) { d.Rules.Chapter = "v06" }, "without a secret": func(d *oidcDesk) { d.Secret = "" }} {
				d := newOIDCDesk(t, guard.Switches{guard.IDOpenIDScope: of, guard.IDScopeAsked: api})
				change(d)
				if got := d.begin().Get("scope"); got != api {
					t.Errorf("%s it asks for %q, want %q", name, got, api)
				}
			}
		}
	}
	d := newOIDCDesk(t, nil)
	if got := d.begin().Get("scope"); got != "openid profile email offline_access read write" {
		t.Errorf("by default it asks for %q", got)
	}
	u, err := url.Parse(d.opened[0])
	if err != nil || strings.Count(u.RawQuery, "scope=") != 1 {
		t.Errorf("the browser was sent to %s", d.opened[0])
	}
}
