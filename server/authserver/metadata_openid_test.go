package authserver

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// metadataAt are the addresses of an issuer's metadata: of RFC 8414 §3, OpenID Connect Discovery
// §4, and RFC 8414 §5.
func (b *bench) metadataAt() []string {
	auth := b.lab.Origins[event.Auth]
	path := strings.TrimPrefix(b.url, auth)
	return []string{auth + "/.well-known/oauth-authorization-server" + path, b.url + "/.well-known/openid-configuration", auth + "/.well-known/openid-configuration" + path}
}

// metadata are those of the first address.
func (b *bench) metadata() map[string]any {
	b.Helper()
	return b.get(b.metadataAt()[0]).said(b.T)
}

// texts are the members of a list in the metadata.
func texts(b *bench, m map[string]any, name string) (list []string) {
	b.Helper()
	all, is := m[name].([]any)
	if !is {
		b.Fatalf("%s is %v", name, m[name])
	}
	for _, one := range all {
		text, _ := one.(string)
		list = append(list, text)
	}
	return list
}

// What there is about OpenID Connect before a server has keys of its own.
func TestMetadataOfOpenIDConnect(t *testing.T) {
	const want = `{"issuer":"I","authorization_endpoint":"I/authorize","token_endpoint":"I/token",` +
		`"scopes_supported":["read","write","profile","openid","email","offline_access"],` +
		`"response_types_supported":["code"],"response_modes_supported":["query"],"grant_types_supported":["authorization_code","refresh_token"],` +
		`"token_endpoint_auth_methods_supported":["none","client_secret_basic","client_secret_post"],"code_challenge_methods_supported":["S256"],` +
		`"userinfo_endpoint":"I/userinfo","subject_types_supported":["public"],"id_token_signing_alg_values_supported":["HS256"],` +
		`"claims_supported":["iss","sub","aud","exp","iat","auth_time","nonce","at_hash","azp","name","preferred_username","email","email_verified"],` +
		`"prompt_values_supported":["none","login","consent","select_account"],` +
		`"claims_parameter_supported":false,"request_parameter_supported":false,"request_uri_parameter_supported":false,"authorization_response_iss_parameter_supported":true,` +
		`"introspection_endpoint":"I/introspect","introspection_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"]}`
	b := openBench(t)
	for _, at := range b.metadataAt() {
		r := b.get(at)
		r.said(t)
		if got := strings.TrimSpace(strings.ReplaceAll(r.body, b.url, "I")); got != want {
			t.Errorf("%s answers\n\t%s\nwant\n\t%s", at, got, want)
		}
	}
}

// All three addresses answer the same, and name the issuer that was asked (RFC 8414 §3.3,
// OpenID Connect Discovery §4.3): the lab's, and each with a fault elsewhere than there.
func TestThreeAddressesOfTheMetadata(t *testing.T) {
	b := openBench(t)
	issuers := []string{b.url}
	for _, f := range faultsIn("v07") {
		if f.part != guard.IDFaultMetadata {
			issuers = append(issuers, b.url+"/fault/"+f.Name)
		}
	}
	for _, issuer := range issuers {
		at := b.at(issuer)
		first := at.get(at.metadataAt()[0]).body
		for _, address := range at.metadataAt() {
			r := b.get(address)
			m := r.said(t)
			if r.body != first || m["issuer"] != issuer {
				t.Errorf("%s answers %s, want %s", address, r.body, first)
			}
			for name, value := range m {
				if text, _ := value.(string); strings.HasSuffix(name, "_endpoint") && !strings.HasPrefix(text, issuer+"/") {
					t.Errorf("at %s the %s is %s", address, name, text)
				}
			}
			head := b.do(http.MethodHead, address, "", "")
			if head.status != http.StatusOK || head.body != "" {
				t.Errorf("HEAD %s is answered %d %q", address, head.status, head.body)
			}
			if r := b.do(http.MethodPost, address, form, "a=b"); r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "GET, HEAD" {
				t.Errorf("POST %s is answered %d %s", address, r.status, r.header.Get("Allow"))
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Origin", "https://app.example")
			if r := b.send(req); r.header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("pages do not read %s", address)
			}
		}
	}
}

// Each endpoint that is named answers, and each that is there is named.
func TestEveryEndpointIsInTheMetadata(t *testing.T) {
	b := openBench(t)
	m := b.metadata()
	rules := guard.Rules{Chapter: "v07"}
	named := map[string]bool{}
	for _, row := range Endpoints() {
		below, isBelow := row.Below()
		if row.Metadata == "" || !isBelow {
			continue
		}
		if got, has := m[row.Metadata]; has != row.Offered(rules) || has && got != b.url+below {
			t.Errorf("%s is %v, and the endpoint is there: %t", row.Metadata, got, row.Offered(rules))
		}
		named[row.Metadata] = true
	}
	answers := map[string]func(string) bool{
		"authorization_endpoint": func(at string) bool { return b.get(at+"?"+b.request().Encode()).status == http.StatusSeeOther },
		"token_endpoint":         func(at string) bool { return b.post(at, b.redemption(b.code())).status == http.StatusOK },
		"userinfo_endpoint":      func(at string) bool { return b.get(at).header.Get("WWW-Authenticate") == bareChallenge },
		"introspection_endpoint": func(at string) bool { return b.post(at, url.Values{"token": {"x"}}).status == http.StatusUnauthorized },
	}
	for name, value := range m {
		at, _ := value.(string)
		if !strings.HasSuffix(name, "_endpoint") && !strings.HasSuffix(name, "_uri") {
			continue
		}
		if does := answers[name]; !named[name] || does == nil || !does(at) {
			t.Errorf("%s is %s, which does not answer as it should", name, at)
		}
	}
}

// Each word that is listed is granted as it is, and no other is (Core §3.1.2.1).
func TestEveryScopeOfTheMetadataWorks(t *testing.T) {
	b := openBench(t)
	listed := texts(b, b.metadata(), "scopes_supported")
	for _, word := range listed {
		kept, _ := b.keptToken(b.signsIn("alice", "scope", word).AccessToken)
		if kept.Scope != word {
			t.Errorf("of %s is granted %q", word, kept.Scope)
		}
	}
	for _, word := range []string{"address", "phone", "admin", "OPENID", "device_sso", "groups", "roles"} {
		kept, _ := b.keptToken(b.signsIn("alice", "scope", "openid "+word).AccessToken)
		if kept.Scope != "openid" || slices.Contains(listed, word) {
			t.Errorf("of %s is granted %q", word, kept.Scope)
		}
	}
}

// The claims that are listed are those that there are, no more and no fewer.
func TestEveryClaimOfTheMetadataIsTold(t *testing.T) {
	b := openBench(t)
	given := b.signsIn("alice", "scope", "openid profile email")
	told := claimsIn(t, given.IDToken)
	maps.Copy(told, b.userInfo(given.AccessToken).said(t))
	m := b.metadata()
	listed := texts(b, m, "claims_supported")
	if got, want := slices.Sorted(maps.Keys(told)), slices.Sorted(slices.Values(listed)); !slices.Equal(got, want) {
		t.Errorf("told are %q, listed %q", got, want)
	}
	if got := texts(b, m, "id_token_signing_alg_values_supported"); !slices.Equal(got, []string{partOf(t, given.IDToken, 0)["alg"].(string)}) {
		t.Errorf("the algorithms are %q", got)
	}
	// public: every client has the same name of a user (Core §8).
	code, uri := b.codeFor(ClientDemo)
	if sub := b.about(b.redeem(code, "redirect_uri", uri).tokens(t).AccessToken).said(t)["sub"]; sub != told["sub"] || !slices.Equal(texts(b, m, "subject_types_supported"), []string{"public"}) {
		t.Errorf("another client calls her %v", sub)
	}
}

// Each prompt that is listed does what it is for, and no other does anything.
func TestEveryPromptOfTheMetadataWorks(t *testing.T) {
	b := openBench(t)
	listed := texts(b, b.metadata(), "prompt_values_supported")
	b.wantRefused(b.asksWho("prompt", promptNone), codeLoginRequired)
	b.signsIn("alice")
	for _, prompt := range []string{promptNone, promptLogin, promptConsent, promptSelect, "create", "register", "signup"} {
		r := b.asksWho("prompt", prompt)
		if asks := r.location != nil && strings.HasSuffix(r.location.Path, "/login"); asks != (slices.Contains(listed, prompt) && prompt != promptNone) {
			t.Errorf("the prompt %s asks: %t", prompt, asks)
		}
	}
	if len(listed) != 4 || !slices.Contains(listed, promptNone) {
		t.Errorf("listed are %q", listed)
	}
}

// Each way that is listed for a client to prove itself works, and no other.
func TestEveryMethodOfTheMetadataWorks(t *testing.T) {
	b := openBench(t)
	m := b.metadata()
	basicOf, web := []string{basic(ClientWeb, b.webSecret())}, []string{"client_id", ClientWeb, "client_secret", b.webSecret()}
	works := map[string]reply{
		"none":      b.prove(ClientDemo, nil, "client_id", ClientDemo),
		guard.Basic: b.prove(ClientWeb, basicOf),
		guard.Post:  b.prove(ClientWeb, nil, web...),
		"client_secret_jwt": b.prove(ClientWeb, nil, "client_id", ClientWeb, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
			"client_assertion", jwtOf(`{"alg":"HS256"}`, `{"iss":"demo-web","sub":"demo-web"}`, []byte(b.webSecret()))),
	}
	listed := texts(b, m, "token_endpoint_auth_methods_supported")
	for method, r := range works {
		if (r.status == http.StatusOK) != slices.Contains(listed, method) {
			t.Errorf("%s is answered %d %s, and listed are %q", method, r.status, r.body, listed)
		}
	}
	if len(listed) != 3 {
		t.Errorf("listed are %q", listed)
	}
	about := url.Values{"token": {"x"}}
	listed = texts(b, m, "introspection_endpoint_auth_methods_supported")
	for method, r := range map[string]reply{
		"none": b.ask(about.Encode()), guard.Basic: b.ask(about.Encode(), b.asAPI()),
		guard.Post: b.ask(changed(maps.Clone(about), []string{"client_id", lab.ClientAPI, "client_secret", apiKey.Secret(b.lab.ID, lab.ClientAPI)}).Encode()),
	} {
		if (r.status == http.StatusOK) != slices.Contains(listed, method) {
			t.Errorf("of introspection, %s is answered %d %s, and listed are %q", method, r.status, r.body, listed)
		}
	}
}

// Each response type, response mode and grant that is listed works, and no other.
func TestEveryTypeOfTheMetadataWorks(t *testing.T) {
	b := openBench(t)
	m := b.metadata()
	b.signsIn("alice")
	for parameter, values := range map[string][]string{
		"response_type": {"code", "token", "id_token", "code id_token", "code token", "id_token token", "none"},
		"response_mode": {"query", "fragment", "form_post", "jwt", "web_message"},
	} {
		listed := texts(b, m, parameter+"s_supported")
		for _, value := range values {
			if works := b.carried(b.asksWho(parameter, value)).Has("code"); works != slices.Contains(listed, value) {
				t.Errorf("the %s %s works: %t, and listed are %q", parameter, value, works, listed)
			}
		}
		if len(listed) != 1 {
			t.Errorf("listed are %q", listed)
		}
	}
	given := b.signsIn("alice", "scope", "openid offline_access")
	listed := texts(b, m, "grant_types_supported")
	for kind, r := range map[string]reply{
		"authorization_code": b.redeemWeb(b.codeIn(b.asksWho())),
		"refresh_token":      b.refreshWeb(given.RefreshToken),
		"client_credentials": b.redeemWeb("", "grant_type", "client_credentials"),
		"password":           b.redeemWeb("", "grant_type", "password", "username", "alice", "password", "password123"),
		"implicit":           b.redeemWeb("", "grant_type", "implicit"),
	} {
		if (r.status == http.StatusOK) != slices.Contains(listed, kind) {
			t.Errorf("%s is answered %d %s, and listed are %q", kind, r.status, r.body, listed)
		}
	}
	for _, method := range []string{guard.S256, guard.Plain} {
		sent := map[string]string{guard.S256: challenge, guard.Plain: verifier}[method]
		works := b.carried(b.asksWho("code_challenge", sent, "code_challenge_method", method)).Has("code")
		if works != slices.Contains(texts(b, m, "code_challenge_methods_supported"), method) {
			t.Errorf("the method %s works: %t", method, works)
		}
	}
}

// What is said of parameters is so: no request objects, no claims, and iss in each answer.
func TestEveryPromiseOfTheMetadataIsKept(t *testing.T) {
	b := openBench(t)
	m := b.metadata()
	b.signsIn("alice")
	for name, does := range map[string]func() bool{
		"request_parameter_supported":     func() bool { return b.carried(b.asksWho("request", "x")).Has("code") },
		"request_uri_parameter_supported": func() bool { return b.carried(b.asksWho("request_uri", "https://client.example/x")).Has("code") },
		"claims_parameter_supported": func() bool {
			_, has := claimsIn(t, b.signsIn("alice", "claims", `{"id_token":{"email":{"essential":true}}}`).IDToken)["email"]
			return has
		},
		"authorization_response_iss_parameter_supported": func() bool { return b.carried(b.asksWho()).Get("iss") == m["issuer"] },
	} {
		if said, is := m[name].(bool); !is || said != does() {
			t.Errorf("%s is %v, which is not so", name, m[name])
		}
	}
}

// Before the chapter, the metadata are what they were, at the one address.
func TestMetadataBeforeOpenIDConnect(t *testing.T) {
	b := newBench(t)
	for chapter, want := range map[string]string{
		"v01": `{"issuer":"I","authorization_endpoint":"I/authorize","response_types_supported":["code"],"response_modes_supported":["query"],"grant_types_supported":["authorization_code"]}`,
		"v05": `{"issuer":"I","authorization_endpoint":"I/authorize","token_endpoint":"I/token","scopes_supported":["read","write","profile"],` +
			`"response_types_supported":["code"],"response_modes_supported":["query"],"grant_types_supported":["authorization_code","refresh_token"],` +
			`"token_endpoint_auth_methods_supported":["none","client_secret_basic","client_secret_post"],"code_challenge_methods_supported":["S256"]}`,
		"v06": `{"issuer":"I","authorization_endpoint":"I/authorize","token_endpoint":"I/token","scopes_supported":["read","write","profile"],` +
			`"response_types_supported":["code"],"response_modes_supported":["query"],"grant_types_supported":["authorization_code","refresh_token"],` +
			`"token_endpoint_auth_methods_supported":["none","client_secret_basic","client_secret_post"],"code_challenge_methods_supported":["S256"],` +
			`"introspection_endpoint":"I/introspect","introspection_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"]}`,
	} {
		b.in(chapter)
		at := b.metadataAt()
		if got := strings.TrimSpace(strings.ReplaceAll(b.get(at[0]).body, b.url, "I")); got != want {
			t.Errorf("in %s the metadata are\n\t%s\nwant\n\t%s", chapter, got, want)
		}
		for _, address := range at[1:] {
			r := b.get(address)
			r.wantError(t, http.StatusNotFound, "invalid_request")
			if !strings.Contains(r.body, "comes with chapter v07") {
				t.Errorf("in %s, %s says %s", chapter, address, r.body)
			}
		}
	}
}

// Members are written as RFC 8414 §2 and OpenID Connect Discovery §3 have them: lists are lists,
// and what is not supported is said so, where the default is that it is.
func TestTypesOfTheMetadata(t *testing.T) {
	b := openBench(t)
	r := b.get(b.metadataAt()[1])
	var m map[string]json.RawMessage
	if err := json.Unmarshal([]byte(r.body), &m); err != nil {
		t.Fatal(err)
	}
	for name, value := range m {
		var want any
		switch {
		case strings.HasSuffix(name, "_parameter_supported"):
			want = new(bool)
		case strings.HasSuffix(name, "_supported"):
			want = new([]string)
		default:
			want = new(string)
		}
		if err := json.Unmarshal(value, want); err != nil {
			t.Errorf("%s is %s (%v)", name, value, err)
		}
		if list, is := want.(*[]string); is && len(*list) == 0 { // RFC 8414 §3.2: with none, it is left out
			t.Errorf("%s is empty", name)
		}
	}
	for _, name := range []string{"issuer", "authorization_endpoint", "token_endpoint", "response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported"} {
		if m[name] == nil {
			t.Errorf("%s is not there, which Discovery §3 requires", name)
		}
	}
}
