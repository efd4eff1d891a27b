package client

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// urls are the addresses that the client asked, in their order.
func (d *desk) urls() (all []string) {
	for _, r := range d.asked {
		all = append(all, r.URL)
	}
	return all
}

// wantNotSent checks that the login did not begin: the browser stays, and nothing is remembered.
func (d *oidcDesk) wantNotSent() {
	d.t.Helper()
	if len(d.opened) != 0 || len(d.store) != 0 {
		d.t.Errorf("the browser was sent to %q, and it keeps %v", d.opened, d.store)
	}
	if got := d.urls(); !slices.Equal(got, []string{oidcMetadata}) {
		d.t.Errorf("asked %q", got)
	}
}

// The metadata are asked for where OpenID Connect Discovery §4 has them, before each login, and
// by nobody who does not ask who signs in.
func TestWhereMetadataAreAskedFor(t *testing.T) {
	for issuer, want := range map[string]string{
		oidcIssuer:                   oidcMetadata,
		oidcIssuer + "/":             oidcMetadata,
		oidcIssuer + "/fault/x":      oidcIssuer + "/fault/x/.well-known/openid-configuration",
		"http://auth.test":           "http://auth.test/.well-known/openid-configuration",
		"https://auth.test:8443/a/b": "https://auth.test:8443/a/b/.well-known/openid-configuration",
	} {
		d := newOIDCDesk(t, nil)
		d.Issuer = issuer
		d.metadata["issuer"] = issuer
		d.answers[want] = Response{Status: 200, Body: d.text(d.metadata)}
		d.begin()
		r := d.asked[0]
		if r.URL != want || r.Method != "GET" || r.Body != "" || len(d.asked) != 1 || !slices.Equal(r.Header, []event.Field{{Name: "Accept", Value: "application/json"}}) {
			t.Errorf("of %s it asked %+v, want GET %s", issuer, d.asked, want)
		}
	}
	for name, change := range map[string]func(d *oidcDesk){
		"in v06":                 func(d *oidcDesk) { d.Rules.Chapter = "v06" },
		"in v04":                 func(d *oidcDesk) { d.Rules.Chapter = "v04" },
		"of a client in public":  func(d *oidcDesk) { d.Secret = "" },
		"where it asks for none": func(d *oidcDesk) { d.Rules.Switches = guard.Switches{guard.IDOpenIDScope: guard.Nothing} },
	} {
		d := newOIDCDesk(t, nil)
		change(d)
		if sent := d.begin(); len(d.asked) != 0 || sent.Has("nonce") || strings.Contains(sent.Get("scope"), "openid") || strings.Contains(d.story(), "metadata") {
			t.Errorf("%s it asked %v, sent %v, recorded %s", name, d.urls(), sent, d.story())
		}
		if !strings.HasPrefix(d.opened[0], oidcIssuer+"/authorize?") {
			t.Errorf("%s the browser was sent to %s", name, d.opened[0])
		}
	}
}

// What comes in place of metadata ends the login before it begins, whatever is switched off.
func TestWhatIsNoMetadata(t *testing.T) {
	of := func(name string, value any) func(d *oidcDesk) Response {
		return func(d *oidcDesk) Response {
			changed := maps.Clone(d.metadata)
			if changed[name] = value; value == nil {
				delete(changed, name)
			}
			return Response{Status: 200, Body: d.text(changed)}
		}
	}
	is := func(status int, body string) func(*oidcDesk) Response {
		return func(*oidcDesk) Response { return Response{Status: status, Body: body} }
	}
	good := func(status int) func(d *oidcDesk) Response {
		return func(d *oidcDesk) Response { return Response{Status: status, Body: d.text(d.metadata)} }
	}
	tests := map[string]func(d *oidcDesk) Response{
		"nothing there":                  is(404, `{"error":"not_found"}`),
		"metadata on a page of an error": good(404),
		"metadata that were made":        good(201),
		"metadata that are elsewhere":    good(302),
		"a server that fails":            is(503, ""),
		"nothing":                        is(200, ""),
		"a page":                         is(200, "<!doctype html><title>Welcome</title>"),
		"null":                           is(200, "null"),
		"an empty object":                is(200, "{}"),
		"a list":                         is(200, "[]"),
		"a text":                         is(200, `"metadata"`),
		"metadata and more":              func(d *oidcDesk) Response { return Response{Status: 200, Body: d.text(d.metadata) + "{}"} },
		"metadata that are cut short": func(d *oidcDesk) Response {
			return Response{Status: 200, Body: strings.TrimSuffix(d.text(d.metadata), "}")}
		},
		"8 MB of a page":                        is(200, strings.Repeat("<p>Welcome.", 800_000)),
		"8 MB of brackets":                      is(200, strings.Repeat("[", 8<<20)),
		"an issuer that is a list":              of("issuer", []string{oidcIssuer}),
		"a promise that is a text":              of("authorization_response_iss_parameter_supported", "true"),
		"no authorization endpoint":             of("authorization_endpoint", nil),
		"an empty authorization endpoint":       of("authorization_endpoint", ""),
		"no token endpoint":                     of("token_endpoint", nil),
		"an empty token endpoint":               of("token_endpoint", ""),
		"a token endpoint that is a number":     of("token_endpoint", 1),
		"a script for the browser":              of("authorization_endpoint", "javascript:alert(document.domain)//"),
		"a script with an authority":            of("authorization_endpoint", "javascript://auth.test/%0aalert(1)"),
		"a script in other letters":             of("authorization_endpoint", "JavaScript:alert(1)"),
		"a script behind a blank":               of("authorization_endpoint", " javascript:alert(1)"),
		"a script behind a tab":                 of("authorization_endpoint", "java\tscript:alert(1)"),
		"a page in the address":                 of("authorization_endpoint", "data:text/html,<script>alert(1)</script>"),
		"a file for the browser":                of("authorization_endpoint", "file:///etc/passwd"),
		"a blob":                                of("authorization_endpoint", "blob:http://auth.test/1"),
		"the source of a page":                  of("authorization_endpoint", "view-source:http://auth.test/"),
		"a path alone":                          of("authorization_endpoint", "/authorize"),
		"two slashes and a host":                of("authorization_endpoint", "//evil.example/authorize"),
		"a host without a scheme":               of("authorization_endpoint", "auth.test/authorize"),
		"an address without a host":             of("authorization_endpoint", "http:///authorize"),
		"an address with a line break":          of("authorization_endpoint", "http://auth.test/\r\nSet-Cookie: a=b"),
		"a file to send the code to":            of("token_endpoint", "file:///dev/null"),
		"another protocol to send the code by":  of("token_endpoint", "gopher://127.0.0.1:25/_HELO"),
		"a path alone to send the code to":      of("token_endpoint", "/token"),
		"an address of nothing to send it to":   of("token_endpoint", "http://"),
		"an address that is broken":             of("token_endpoint", "http://[::1"),
		"an authorization endpoint of a number": of("authorization_endpoint", 1),
	}
	for name, answer := range tests {
		for how, switches := range map[string]guard.Switches{"guard on": nil, "guard off": {guard.IDMetadataIssuer: "off"}} {
			t.Run(name+", "+how, func(t *testing.T) {
				d := newOIDCDesk(t, switches)
				d.answers[oidcMetadata] = answer(d)
				if err := d.Begin(t.Context()); !errors.Is(err, errNoMetadata) {
					t.Errorf("Begin: %v, want that they cannot be read", err)
				}
				d.wantNotSent()
				if d.story() != event.NoteFlowFailed {
					t.Errorf("recorded %s", d.story())
				}
			})
		}
	}
	t.Run("a server that is not there", func(t *testing.T) {
		d := newOIDCDesk(t, nil)
		d.fetchErr = errors.New("connection refused")
		if err := d.Begin(t.Context()); !errors.Is(err, d.fetchErr) {
			t.Errorf("Begin: %v", err)
		}
		d.wantNotSent()
	})
}

// Metadata that name another issuer than was asked are another server's (OpenID Connect Discovery
// §4.3). Both truths: with the guard off the client goes where they say.
func TestMetadataOfAnotherIssuer(t *testing.T) {
	for name, named := range map[string]any{
		"another":             "http://other.test",
		"none":                nil,
		"with a slash":        oidcIssuer + "/",
		"in another case":     "http://AUTH.test/1",
		"with its port":       "http://auth.test:80/1",
		"a part of it":        "http://auth.test",
		"it and something":    oidcIssuer + "/fault/x",
		"with its whole path": oidcMetadata,
	} {
		t.Run(name+", on", func(t *testing.T) {
			d := newOIDCDesk(t, nil)
			d.metadata["issuer"] = named
			err := d.Begin(t.Context())
			var refusal *guard.Refusal
			if !errors.As(err, &refusal) || refusal.Guard != guard.IDMetadataIssuer || refusal.Reason != "the metadata are of another issuer" {
				t.Errorf("Begin: %v, want a refusal by %s", err, guard.IDMetadataIssuer)
			}
			d.wantNotSent()
			if d.story() != "metadata-issuer=refused flow.failed" {
				t.Errorf("recorded %s", d.story())
			}
		})
		t.Run(name+", off", func(t *testing.T) {
			d := newOIDCDesk(t, guard.Switches{guard.IDMetadataIssuer: "off"})
			d.metadata["issuer"] = named
			d.metadata["authorization_endpoint"] = "http://other.test/authorize"
			if _, err := d.redeem(); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(d.opened[0], "http://other.test/authorize?") {
				t.Errorf("the browser was sent to %s", d.opened[0])
			}
			// Everything else is held against the issuer that was asked.
			if user, _, err := d.Who(t.Context()); err != nil || user.Issuer != oidcIssuer {
				t.Errorf("Who = %+v, %v", user, err)
			}
		})
	}
	d := newOIDCDesk(t, guard.Switches{guard.IDMetadataIssuer: "off"})
	d.metadata["issuer"] = "http://other.test"
	d.begin()
	if !strings.HasPrefix(d.story(), "metadata-issuer=would-refuse ") {
		t.Errorf("recorded %s", d.story())
	}
}

// What a server tells of itself is kept with the login, and used for all of it: after a reload too,
// and for a refresh. It is asked once a login, and anew for the next.
func TestMetadataAreKeptWithTheLogin(t *testing.T) {
	d := newOIDCDesk(t, nil)
	sent := d.begin()
	if at := oidcIssuer + "/v7/authorize?response_type=code&"; !strings.HasPrefix(d.opened[0], at) {
		t.Errorf("the browser was sent to %s, want %s", d.opened[0], at)
	}
	reload := func() *Client { c := *d.Client; return &c }
	was := maps.Clone(d.metadata)
	d.metadata = map[string]any{"issuer": "http://other.test"} // from now on
	answer := url.Values{"code": {"c-1"}, "state": {sent.Get("state")}, "iss": {oidcIssuer}}
	if _, err := reload().Callback(t.Context(), redirectURI+"?"+answer.Encode()); err != nil {
		t.Fatal(err)
	}
	tokens, err := reload().Redeem(t.Context(), "c-1")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := reload().Who(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := reload().Renew(t.Context(), tokens); err != nil {
		t.Fatal(err)
	}
	if got, want := d.urls(), []string{oidcMetadata, oidcToken, oidcUserInfo, oidcToken}; !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
	d.asked, d.metadata = nil, was
	d.metadata["token_endpoint"] = oidcIssuer + "/v8/token"
	d.answers[oidcIssuer+"/v8/token"] = Response{Status: 400, Body: `{"error":"invalid_grant"}`}
	if _, err := d.redeem(); err == nil {
		t.Error("the next login redeems at the old endpoint")
	}
	if got, want := d.urls(), []string{oidcMetadata, oidcIssuer + "/v8/token"}; !slices.Equal(got, want) {
		t.Errorf("the next login asked %q, want %q", got, want)
	}
}

// A client that keeps nothing of a login while Alice is away knows its server all the same, and
// what it carries in the state includes the nonce.
func TestMetadataAndASignedState(t *testing.T) {
	d := newOIDCDesk(t, guard.Switches{guard.IDPKCEKeep: guard.InState})
	sent := d.begin()
	if text := payloadOf(t, sent.Get("state")); !strings.Contains(text, `"nonce":"`+sent.Get("nonce")+`"`) || strings.Contains(text, oidcToken) {
		t.Errorf("the state carries %s", text)
	}
	for key, text := range d.store {
		if strings.Contains(text, sent.Get("nonce")) || strings.Contains(text, vectorVerifier) || strings.Contains(text, sent.Get("state")) || strings.Contains(text, d.events[0].Flow) {
			t.Errorf("while Alice is away it keeps %s: %s", key, text)
		}
	}
	if flow := FlowIn(d); flow != "" {
		t.Errorf("while Alice is away it knows the flow %q", flow)
	}
	_, err := d.Callback(t.Context(), redirectURI+"?code=c-1&state="+sent.Get("state")) // without iss, which was promised
	var refusal *guard.Refusal
	if !errors.As(err, &refusal) || refusal.Guard != guard.IDResponseIssuer {
		t.Errorf("Callback: %v, want a refusal by %s", err, guard.IDResponseIssuer)
	}
	d.events = nil
	if _, err := d.redeem(); err != nil {
		t.Fatal(err)
	}
	if got, want := d.story(), verdictsOnIDToken(passed, len(idTokenGuards))+" signed-in tokens"; got != want {
		t.Errorf("recorded %s, want %s", got, want)
	}
	if user, claims, err := d.Who(t.Context()); err != nil || user.Subject != "alice" || claims.Name != "Alice" {
		t.Errorf("Who = %+v, %+v, %v", user, claims, err)
	}
	if got := d.urls(); !slices.Equal(got[len(got)-2:], []string{oidcToken, oidcUserInfo}) {
		t.Errorf("asked %q", got)
	}
}

// A callback says of which server it is: where that was promised, always, and of an error too
// (RFC 9207 §2). Both truths for each.
func TestTheIssuerOfAnAnswer(t *testing.T) {
	const names, other = "the answer names no server", "the answer is of another server"
	tests := map[string]struct {
		promised bool
		iss      []string
		reason   string // "" where it passes
	}{
		"promised, and ours":               {true, []string{oidcIssuer}, ""},
		"promised, and missing":            {true, nil, names},
		"promised, and empty":              {true, []string{""}, names},
		"promised, and another":            {true, []string{"http://other.test"}, other},
		"promised, ours with a slash":      {true, []string{oidcIssuer + "/"}, other},
		"promised, ours in another case":   {true, []string{strings.ToUpper(oidcIssuer)}, other},
		"promised, the issuer of a fault":  {true, []string{oidcIssuer + "/fault/x"}, other},
		"promised, ours and a blank":       {true, []string{oidcIssuer + " "}, other},
		"not promised, and ours":           {false, []string{oidcIssuer}, ""},
		"not promised, and missing":        {false, nil, ""},
		"not promised, and another":        {false, []string{"http://other.test"}, other},
		"not promised, and a little of it": {false, []string{"http://auth.test"}, other},
	}
	for name, tt := range tests {
		for answer, rest := range map[string]url.Values{"a code": {"code": {"c-1"}}, "an error": {"error": {"access_denied"}}} {
			for _, on := range []bool{true, false} {
				t.Run(name+", with "+answer+map[bool]string{true: ", on", false: ", off"}[on], func(t *testing.T) {
					switches := guard.Switches{}
					if !on {
						switches[guard.IDResponseIssuer] = "off"
					}
					d := newOIDCDesk(t, switches)
					d.metadata["authorization_response_iss_parameter_supported"] = tt.promised
					q := maps.Clone(rest)
					q.Set("state", d.begin().Get("state"))
					q["iss"] = tt.iss
					d.events = nil
					code, err := d.Callback(t.Context(), redirectURI+"?"+q.Encode())
					wrong := error(nil)
					if tt.reason != "" {
						wrong = errors.New(tt.reason)
					}
					outcome := event.OutcomeOf(wrong, on)
					if v := d.verdict(guard.IDResponseIssuer); v == nil || v.Outcome != outcome || v.Reason != tt.reason {
						t.Errorf("the verdict is %+v, want %s: %s", v, outcome, tt.reason)
					}
					var refusal *guard.Refusal
					var no *AuthorizationError
					switch {
					case outcome == event.Refused:
						if !errors.As(err, &refusal) || refusal.Guard != guard.IDResponseIssuer || code != "" {
							t.Errorf("Callback = %q, %v; want a refusal", code, err)
						}
						if d.last(event.NoteCode) != nil || d.last(event.NoteFlowFailed) == nil {
							t.Errorf("recorded %s", d.story())
						}
					case answer == "an error":
						if !errors.As(err, &no) || no.Code != "access_denied" {
							t.Errorf("Callback: %v, want the server's no", err)
						}
					case err != nil || code != "c-1":
						t.Errorf("Callback = %q, %v; want the code", code, err)
					}
				})
			}
		}
	}
}

// verdict is the last one of a guard.
func (d *desk) verdict(id guard.ID) *event.Verdict {
	for _, e := range slices.Backward(d.events) {
		if e.Verdict != nil && e.Verdict.Guard == string(id) {
			return e.Verdict
		}
	}
	return nil
}

// An answer that names two servers says nothing, with all guards off too.
func TestAnAnswerOfTwoServers(t *testing.T) {
	for name, tt := range map[string]struct {
		switches guard.Switches
		want     error // nil: a refusal
		by       guard.ID
	}{
		"all on":                  {nil, nil, guard.IDState}, // the state is in what says nothing
		"state off":               {guard.Switches{guard.IDState: "off"}, nil, guard.IDResponseIssuer},
		"state and issuer off":    {guard.Switches{guard.IDState: "off", guard.IDResponseIssuer: "off"}, errRepeated, ""},
		"state habit and all off": {guard.Switches{guard.IDState: "off", guard.IDStateMethod: guard.Nothing, guard.IDResponseIssuer: "off"}, errRepeated, ""},
	} {
		for _, second := range []string{"http://other.test", oidcIssuer, ""} {
			t.Run(name+", the second "+second, func(t *testing.T) {
				d := newOIDCDesk(t, tt.switches)
				q := url.Values{"code": {"c-1"}, "state": {d.begin().Get("state")}, "iss": {oidcIssuer, second}}
				code, err := d.Callback(t.Context(), redirectURI+"?"+q.Encode())
				var refusal *guard.Refusal
				if code != "" || tt.want != nil && !errors.Is(err, tt.want) || tt.want == nil && (!errors.As(err, &refusal) || refusal.Guard != tt.by) {
					t.Errorf("Callback = %q, %v", code, err)
				}
				if d.last(event.NoteCode) != nil {
					t.Error("the code is taken")
				}
			})
		}
	}
}

// The state is looked at first: of an answer that nobody asked for, no issuer is believed, and it
// does not end the login.
func TestTheStateComesBeforeTheIssuer(t *testing.T) {
	d := newOIDCDesk(t, nil)
	state := d.begin().Get("state")
	for _, q := range []url.Values{{"code": {"c"}, "state": {"x"}, "iss": {oidcIssuer}}, {"code": {"c"}, "state": {state}, "iss": {"http://other.test"}}, {"code": {"c"}, "state": {state}}} {
		d.events = nil
		if _, err := d.Callback(t.Context(), redirectURI+"?"+q.Encode()); err == nil {
			t.Errorf("%v is taken", q)
		}
		if q.Get("state") == "x" && d.verdict(guard.IDResponseIssuer) != nil {
			t.Errorf("recorded %s", d.story())
		}
	}
	q := url.Values{"code": {"c"}, "state": {state}, "iss": {oidcIssuer}}
	if code, err := d.Callback(t.Context(), redirectURI+"?"+q.Encode()); err != nil || code != "c" {
		t.Errorf("after them, our own: %q, %v", code, err)
	}
}

// Metadata of megabytes that are good JSON are read, and what the log is told of them is bounded.
func TestMetadataOfMegabytes(t *testing.T) {
	d := newOIDCDesk(t, nil)
	d.metadata["claims_supported"] = strings.Repeat("x", 4<<20)
	d.metadata["authorization_endpoint"] = oidcIssuer + "/" + strings.Repeat("y", 100<<10)
	d.begin()
	for _, e := range d.events {
		if size := len(d.text(e)); size > event.MaxSize {
			t.Errorf("an event of %d bytes", size)
		}
	}
	if kept := d.store[loginKey]; strings.Contains(kept, "xxxx") {
		t.Errorf("it keeps %d bytes of the login", len(kept))
	}
}
