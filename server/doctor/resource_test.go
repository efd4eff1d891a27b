package doctor

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An API leads to its authorization server, and that is examined too.
func TestAResourceThatIsAsItShouldBe(t *testing.T) {
	s := newSite(t)
	for _, given := range []string{"/api", resourceForm.suffix + "/api"} {
		x := examine(t, s.doctor(given))
		if !x.well || len(x.wrong(s)) > 0 {
			t.Errorf("of %s it says %q", given, x.wrong(s))
		}
		want := slices.Concat(stepsOfHost, stepsOfResource[:len(stepsOfResource)], stepsOfIssuer, []step{stepProtection})
		for _, step := range want {
			if !slices.Contains(x.stepsWith(passed), step) {
				t.Errorf("of %s, %s did not pass", given, step)
			}
		}
		subjects := map[said]bool{}
		for _, l := range x.lines {
			subjects[l.Subject] = true
		}
		if !subjects[shown(s.origin+"/api")] || !subjects[shown(s.origin)] {
			t.Errorf("of %s, the subjects are %v", given, subjects)
		}
	}
}

func TestMistakesOfAResource(t *testing.T) {
	api := func(status int, challenges ...string) func(*site) {
		return func(s *site) {
			s.at["/api"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Access-Control-Allow-Origin", "*")
				w.Header().Set("Access-Control-Expose-Headers", "WWW-Authenticate")
				for _, c := range challenges {
					w.Header().Add("WWW-Authenticate", strings.ReplaceAll(c, "ORIGIN", s.origin))
				}
				w.WriteHeader(status)
			}
		}
	}
	of := func(name string, value any) func(*site) { return func(s *site) { s.resource[name] = value } }
	tests := map[string]struct {
		change func(*site)
		want   []string
	}{
		"no challenge": {api(401), []string{
			"failed challenge: Without a token it answers 401 without WWW-Authenticate. (RFC 9110 §15.5.2) -> Say what is wanted: WWW-Authenticate: Bearer.",
		}},
		"another scheme": {api(401, `Basic realm="a"`, "Negotiate"), []string{
			"failed challenge: Without a token it answers 401 and asks for Basic and Negotiate, which is no OAuth. (RFC 6750 §3) -> Ask for a token: WWW-Authenticate: Bearer.",
		}},
		"Bearer among others, and DPoP": {api(401, `Basic realm="a", DPoP algs="ES256"`), nil},
		"an error before there was a token": {api(401, `Bearer error="invalid_token"`), []string{
			"warning challenge: Without a token it answers 401 and asks for Bearer, with the error invalid_token: who brought no token made no mistake yet. (RFC 6750 §3.1)",
		}},
		"a page to sign in at": {func(s *site) { s.at["/api"] = sends(302, "/login") }, []string{
			"failed challenge: Without a token it answers 302 and redirects to /login. (RFC 6750 §3) -> Answer 401 and WWW-Authenticate: a client is no browser that could sign in there.",
		}},
		"it is open": {api(200), []string{
			"warning challenge: Without a token it answers 200: what is there is open to everybody, or only other methods are protected. (RFC 6750 §3)",
		}},
		"it takes POST alone": {api(405), []string{
			"warning challenge: Without a token it answers 405 to GET, and not 401; other methods may be answered otherwise. (RFC 6750 §3)",
		}},
		"nothing is there": {api(404), []string{
			"failed challenge: Without a token it answers 404: there is nothing at this address. (RFC 6750 §3) -> Give the address of the API itself.",
		}},
		"it is broken": {api(503), []string{
			"failed challenge: Without a token it answers 503. (RFC 6750 §3) -> Look into the server's log.",
		}},

		"it leads to a script": {api(401, `Bearer resource_metadata="javascript:alert(1)"`), []string{
			"failed resource_metadata: The challenge says that the metadata are at javascript:alert(1), which is no web address. (RFC 9728 §5.1) -> It has the scheme javascript; use an address that begins with https://.",
		}},
		"it leads to nothing": {api(401, `Bearer resource_metadata="ORIGIN/nothing"`), []string{
			"failed well-known: /nothing answers 404. (RFC 9728 §3.1) -> Have the document there too, or lead clients to ORIGIN/.well-known/oauth-protected-resource/api.",
		}},
		"it leads to an address of its own": {func(s *site) {
			api(401, `Bearer resource_metadata="ORIGIN/meta"`)(s)
			s.at[resourceForm.suffix+"/api"] = http.NotFound
			s.at["/meta"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Access-Control-Allow-Origin", "*")
				writeJSON(w, 200, s.resource)
			}
		}, nil},

		"no metadata": {func(s *site) { api(401, "Bearer")(s); s.at[resourceForm.suffix+"/api"] = http.NotFound }, []string{
			"failed well-known: No address has a document: a client that knows the resource alone does not find its authorization server. (RFC 9728 §3.1) -> Publish the metadata at ORIGIN/.well-known/oauth-protected-resource/api.",
		}},
		"metadata of its host": {func(s *site) { s.resource["resource"] = s.origin }, []string{
			`failed resource: The document is of ORIGIN, and ORIGIN/api was asked. They differ in the path. A client must not use it. (RFC 9728 §3.3) -> Have the document that stands there say "resource": "ORIGIN/api".`,
		}},
		"metadata of nothing": {func(s *site) { s.resource = without(s.resource, "resource") }, []string{
			`failed resource: The document names no resource. (RFC 9728 §3.3) -> Have it say "resource": "ORIGIN/api".`,
			"failed members: resource is missing. (RFC 9728 §2) -> Add resource to the document.",
		}},
		"no authorization server": {func(s *site) { s.resource = without(s.resource, "authorization_servers") }, []string{
			`failed servers: The document names no authorization server: a client that knows the resource alone goes no further. (RFC 9728 §2) -> Add "authorization_servers", with the issuer of each.`,
		}},
		"authorization servers that are none": {of("authorization_servers", []string{"auth.example", "https://auth.example?a", "javascript:alert(1)"}), []string{
			"failed servers: auth.example is no web address. (RFC 9728 §2) -> Did you mean https://auth.example?",
			"failed servers: https://auth.example?a has a query. (RFC 9728 §2) -> An issuer is https, a host, and perhaps a port and a path.",
			"failed servers: javascript:alert(1) is no web address. (RFC 9728 §2) -> It has the scheme javascript; use an address that begins with https://.",
		}},
		"one text instead of a list": {func(s *site) { s.resource["authorization_servers"] = s.origin }, []string{
			"failed members: authorization_servers is a text, and not an array of texts. (RFC 9728 §3.2) -> Write authorization_servers as an array of texts, or leave it out.",
			`failed servers: The document names no authorization server: a client that knows the resource alone goes no further. (RFC 9728 §2) -> Add "authorization_servers", with the issuer of each.`,
		}},
		"the server does not know it": {func(s *site) { s.metadata["protected_resources"] = []string{"https://other.example"} }, []string{
			"warning protected: The server lists its resources, and ORIGIN/api is not among them. (RFC 9728 §4)",
		}},
		"the server lacks PKCE": {func(s *site) { s.metadata = without(s.metadata, "code_challenge_methods_supported") }, []string{
			`failed PKCE: PKCE is not announced, which says that there is none. Clients that must have it, such as those of MCP, go no further. (RFC 8414 §2) -> Have the metadata say "code_challenge_methods_supported": ["S256"], once the server takes it.`,
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, tt.change)
			x := examine(t, s.doctor("/api"))
			if diff := cmp.Diff(tt.want, x.wrong(s)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An address that is an API and the issuer at once is examined as both.
func TestAnAddressThatIsBoth(t *testing.T) {
	s := newSite(t, func(s *site) {
		s.at["/"] = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	x := examine(t, s.doctor("/"))
	for _, step := range []step{stepChallenge, stepIssuer} {
		if !slices.ContainsFunc(x.lines, func(l line) bool { return l.Step == step && l.Verdict != skipped }) {
			t.Errorf("%s is not looked at: %q", step, x.told(s.origin, passed, note, warning, failed))
		}
	}
}

func TestChallengesAreRead(t *testing.T) {
	bearer := func(params ...string) challenge {
		c := challenge{scheme: "Bearer", params: map[string]string{}}
		for i := 0; i < len(params); i += 2 {
			c.params[params[i]] = params[i+1]
		}
		return c
	}
	other := func(scheme string, params ...string) challenge {
		c := bearer(params...)
		c.scheme = scheme
		return c
	}
	for header, want := range map[string][]challenge{
		"":       nil,
		"Bearer": {bearer()},
		`Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\""`:     {other("Basic", "realm", "simple"), other("Newauth", "realm", "apps", "type", "1", "title", `Login to "apps"`)},
		`Bearer resource_metadata="https://a.example/.well-known/oauth-protected-resource"`: {bearer("resource_metadata", "https://a.example/.well-known/oauth-protected-resource")},
		`Bearer REALM = "a" , error=invalid_token`:                                          {bearer("realm", "a", "error", "invalid_token")},
		`Negotiate, Bearer scope="a b"`:                                                     {other("Negotiate"), bearer("scope", "a b")},
		`Negotiate YWJj==, Bearer realm=x`:                                                  {other("Negotiate"), bearer("realm", "x")},
		`Bearer realm="a", realm="b"`:                                                       {bearer("realm", "a")},
		`Bearer realm="a, b=c"`:                                                             {bearer("realm", "a, b=c")},
		`,, Bearer ,,`:                                                                      {bearer()},
		`Bearer realm="never ends`:                                                          {bearer()},
		`Bearer realm=`:                                                                     {bearer()},
		`="a"`:                                                                              nil,
		`"Bearer"`:                                                                          nil,
		`Bearer realm="a" junk"`:                                                            {bearer("realm", "a"), other("junk")},
		strings.Repeat("a,", 3) + "\x00":                                                    {other("a"), other("a"), other("a")},
	} {
		if diff := cmp.Diff(want, readChallenges([]string{header}), cmp.AllowUnexported(challenge{})); diff != "" {
			t.Errorf("%s: %s", header, diff)
		}
	}
	if got := readChallenges([]string{`Basic realm="a`, "Bearer"}); len(got) != 2 || got[1].scheme != "Bearer" {
		t.Errorf("a second header is read as %+v", got)
	}
}

// What refuses a request for want of credentials is taken for a resource, and so is an address with
// a query, which no issuer has.
func TestWhatIsTakenForAResource(t *testing.T) {
	for name, tt := range map[string]struct {
		given  string
		change func(*site)
		want   bool
	}{
		"it answers 401 without a challenge": {"/other", func(s *site) { s.at["/other"] = answers(401, "text/plain", "") }, true},
		"it asks for Bearer":                 {"/api", func(s *site) { s.at[resourceForm.suffix+"/api"] = http.NotFound }, true},
		"it has metadata alone":              {"/api", func(s *site) { s.at["/api"] = answers(200, "text/plain", "") }, true},
		"a query":                            {"/other?a=b", func(*site) {}, true},
		"nothing of that":                    {"/other", func(*site) {}, false},
		"an issuer":                          {"", func(*site) {}, false},
		"an issuer whose pages ask for Basic": {"", func(s *site) {
			s.at["/"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("WWW-Authenticate", "Basic realm=a")
				w.WriteHeader(401)
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, tt.change)
			is := slices.ContainsFunc(examine(t, s.doctor(tt.given)).lines, func(l line) bool { return l.Step == stepChallenge })
			if is != tt.want {
				t.Errorf("it is taken for a resource: %v", is)
			}
		})
	}
}
