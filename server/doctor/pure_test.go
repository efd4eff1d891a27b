package doctor

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a stranger sent cannot steer a terminal, turn its reading direction or fill it.
func TestWhatIsShown(t *testing.T) {
	for text, want := range map[string]string{
		"https://auth.example/a?b=c%20d": "https://auth.example/a?b=c%20d",
		"":                               `""`,
		"two words":                      `"two words"`,
		" padded ":                       `" padded "`,
		"\x1b[31mred\x1b[0m\x07":         `"\x1b[31mred\x1b[0m\a"`,
		"a\u202eb\u2066c":                `"a\u202eb\u2066c"`,
		"\u0085\u009b31m":                `"\u0085\u009b31m"`,
		"https://аuth.example":           `"https://\u0430uth.example"`, // a Cyrillic letter
		"שלום":                           `"\u05e9\u05dc\u05d5\u05dd"`,
		"a\nb\r\tc":                      `"a\nb\r\tc"`,
		"\xff\xfe":                       `"\xff\xfe"`,
		`"quoted\"`:                      `"\"quoted\\\""`,
		"%s%d%!":                         "%s%d%!",
		strings.Repeat("a", 161):         strings.Repeat("a", 157) + "...",
		strings.Repeat("é", 90):          `"` + strings.Repeat(`\u00e9`, 78) + `..."`,
	} {
		if got := shown(text); string(got) != want {
			t.Errorf("%q is shown as %s, want %s", text, got, want)
		}
	}
}

func TestSentencesShowWhatIsNotTheirOwn(t *testing.T) {
	got := say("%s, %s, %d, %s and %s.", "a\x1b", said("b c"), 3, fmt.Errorf("d\u202e"), list([]string{"1", "2", "3", "4", "5", "6", "7\x00", "8"}))
	if want := said(`"a\x1b", b c, 3, "d\u202e" and 1, 2, 3, 4, 5, 6 and 2 more.`); got != want {
		t.Errorf("it says %s, want %s", got, want)
	}
}

func TestAddressesThatNobodyCanAsk(t *testing.T) {
	for text, want := range map[string][2]said{
		"https://auth.example/a?b":             {},
		"http://localhost:8080/a":              {},
		"http://[::1]:8080":                    {},
		"HTTPS://Auth.Example":                 {},
		"":                                     {"is no web address", "Give the whole address, such as https://auth.example.com."},
		"auth.example":                         {"is no web address", "Did you mean https://auth.example?"},
		"auth.example:8443/a":                  {"is no web address", "Did you mean https://auth.example:8443/a?"},
		"localhost:8080":                       {"is no web address", "Did you mean http://localhost:8080?"},
		"//auth.example/a":                     {"is no web address", "Did you mean https://auth.example/a?"},
		"javascript:alert(1)":                  {"is no web address", "It has the scheme javascript; use an address that begins with https://."},
		"mailto:alice@auth.example":            {"is no web address", "Did you mean https://auth.example?"},
		"javascript://x/%0aalert(1)":           {"has the scheme javascript", "Use an address that begins with https://."},
		"ftp://auth.example":                   {"has the scheme ftp", "Use an address that begins with https://."},
		"file:///etc/passwd":                   {"has the scheme file", "Use an address that begins with https://."},
		"https://":                             {"has no host", "Give the whole address, such as https://auth.example.com."},
		"https:///a":                           {"has no host", "Give the whole address, such as https://auth.example.com."},
		"https://alice:pw@auth.example":        {"has a user name or a password in it", "Leave out what stands before the @: none of the documents takes it, and it would be kept in logs."},
		"https://auth.example#":                {"has a fragment", "Leave out what stands behind the #: it is never sent to a server."},
		"https://auth.example/a#b":             {"has a fragment", "Leave out what stands behind the #: it is never sent to a server."},
		"https://auth.example:0":               {"has the port 0", "A port is a number from 1 to 65535."},
		"https://auth.example:65536":           {"has the port 65536", "A port is a number from 1 to 65535."},
		"http://auth.example:80/a":             {"is http, and not on this machine", "Use https://auth.example:80/a: codes and tokens go there."},
		"http://localhost.example":             {"is http, and not on this machine", "Use https://localhost.example: codes and tokens go there."},
		"http://2130706433":                    {"is http, and not on this machine", "Use https://2130706433: codes and tokens go there."},
		"https://bücher.example":               {"has a host in letters that are not ASCII", "Write it as the name system has it: xn--bcher-kva.example."},
		"https://auth.example\u202e":           {"has a host in letters that are not ASCII", "Write it as the name system has it."},
		"https://auth.example/\x1b[31m":        {`is no URL: "net/url: invalid control character in URL"`, "Percent-encode what is not a letter, a digit or a sign that URLs have (RFC 3986 §2.1)."},
		"https://auth.example/%zz":             {`is no URL: "invalid URL escape \"%zz\""`, "Percent-encode what is not a letter, a digit or a sign that URLs have (RFC 3986 §2.1)."},
		"https://" + strings.Repeat("a", 2048): {"is longer than 2048 bytes", "Give a shorter address."},
	} {
		u, wrong := webAddress(text)
		if wrong.is != want[0] || wrong.do != want[1] || (u == nil) != (want[0] != "") {
			t.Errorf("%.60q %s. %s\nwant: %s. %s", text, wrong.is, wrong.do, want[0], want[1])
		}
	}
	if _, wrong := issuerAddress("https://auth.example?"); wrong.is != "has a query" {
		t.Errorf("an issuer with a query %q", wrong.is)
	}
}

// Where clients look for metadata (RFC 8414 §3.1 and §5, OpenID Connect Discovery §4, RFC 9728 §3.1).
func TestWhereMetadataAre(t *testing.T) {
	const oauth, openID, resource = "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration", "/.well-known/oauth-protected-resource"
	for id, want := range map[string][4]string{
		"https://a.example":         {oauth, openID, openID, resource},
		"https://a.example/":        {oauth, openID, openID, resource},
		"https://a.example/one":     {oauth + "/one", "/one" + openID, openID + "/one", resource + "/one"},
		"https://a.example/one/":    {oauth + "/one", "/one" + openID, openID + "/one", resource + "/one/"},
		"https://a.example/one/two": {oauth + "/one/two", "/one/two" + openID, openID + "/one/two", resource + "/one/two"},
		"https://a.example/a%2Fb":   {oauth + "/a%2Fb", "/a%2Fb" + openID, openID + "/a%2Fb", resource + "/a%2Fb"},
		"https://a.example/one?a=b": {oauth + "/one", "/one" + openID, openID + "/one", resource + "/one?a=b"},
	} {
		u, _ := webAddress(id)
		for i, f := range append(slices.Clone(issuerForms), resourceForm) {
			if got := f.of(u); got != "https://a.example"+want[i] {
				t.Errorf("%s has its metadata at %s, want %s", id, got, want[i])
			}
		}
	}
}

// The address of a document says of what it is.
func TestWhatIsGiven(t *testing.T) {
	type want struct {
		names  []string
		form   form
		pasted bool
		odd    bool
	}
	const a = "https://a.example"
	oauth, behind, before := issuerForms[0], issuerForms[1], issuerForms[2]
	for given, want := range map[string]want{
		a:                                    {names: []string{a}},
		a + "/one/":                          {names: []string{a + "/one/"}},
		a + "/.well-known/jwks.json":         {names: []string{a + "/.well-known/jwks.json"}},
		a + oauth.suffix:                     {names: []string{a, a + "/"}, form: oauth, pasted: true},
		a + oauth.suffix + "/":               {names: []string{a, a + "/"}, form: oauth, pasted: true},
		a + oauth.suffix + "/one":            {names: []string{a + "/one", a + "/one/"}, form: oauth, pasted: true},
		a + "/one" + oauth.suffix:            {names: []string{a + "/one", a + "/one/"}, form: oauth, pasted: true, odd: true},
		a + oauth.suffix + "-of-mine":        {names: []string{a + oauth.suffix + "-of-mine"}},
		a + before.suffix:                    {names: []string{a, a + "/"}, form: before, pasted: true},
		a + before.suffix + "/one":           {names: []string{a + "/one", a + "/one/"}, form: before, pasted: true},
		a + "/one" + behind.suffix:           {names: []string{a + "/one", a + "/one/"}, form: behind, pasted: true},
		a + resourceForm.suffix:              {names: []string{a, a + "/"}, form: resourceForm, pasted: true},
		a + resourceForm.suffix + "/api":     {names: []string{a + "/api", a + "/api/"}, form: resourceForm, pasted: true},
		a + resourceForm.suffix + "/api?b=c": {names: []string{a + "/api?b=c"}, form: resourceForm, pasted: true},
		a + "/api" + resourceForm.suffix:     {names: []string{a + "/api", a + "/api/"}, form: resourceForm, pasted: true, odd: true},
	} {
		u, _ := webAddress(given)
		got := readTarget(given, u)
		if !slices.Equal(got.names, want.names) || got.form != want.form || (got.pasted != "") != want.pasted || got.odd != want.odd || got.id != got.names[0] {
			t.Errorf("%s is read as %+v, want %+v", given, got, want)
		}
	}
}

func TestBodiesThatAreNoDocument(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	for body, want := range map[string]said{
		`{"issuer":"a","a":[{"b":[1,2,"c"]},null]}`: "",
		" \n{} ":                               "",
		"":                                     "is empty",
		" \n":                                  "is empty",
		"<!doctype html><p>Hello":              `is a page of HTML or XML: "<!doctype html><p>Hello"`,
		"<?xml version='1.0'?>":                `is a page of HTML or XML: "<?xml version='1.0'?>"`,
		"\ufeff{}":                             "begins with a byte order mark, which JSON must not (RFC 8259 §8.1)",
		"{\"a\":\"\xff\"}":                     "is not UTF-8 (RFC 8259 §8.1)",
		`["issuer"]`:                           "is an array, and not an object",
		`"issuer"`:                             "is a text, and not an object",
		"5":                                    "is a number, and not an object",
		"null":                                 "is null, and not an object",
		"true":                                 "is true or false, and not an object",
		`{"issuer":"https://a.exam`:            "breaks off in the middle, after 25 bytes",
		`{"issuer":`:                           "breaks off in the middle, after 10 bytes",
		`{"issuer":"a"`:                        "breaks off in the middle, after 13 bytes",
		`{"issuer":"a"} {"issuer":"b"}`:        `goes on behind its end: "{\"issuer\":\"b\"}"`,
		`{issuer:"a"}`:                         `is no JSON: "invalid character 'i'"`,
		`{"a":1,}`:                             `is no JSON: "invalid character '}' looking for beginning of object key string"`,
		`{"a":01}`:                             `is no JSON: "invalid character '1' after object key:value pair"`,
		"Service unavailable":                  `is no JSON: "invalid character 'S' looking for beginning of value"`,
		deep:                                   "is nested deeper than 32 levels",
		strings.Repeat("[", 100_000):           "is an array, and not an object",
		`{"a":` + strings.Repeat("[", 100_000): "is nested deeper than 32 levels",
	} {
		if _, wrong := readDocument(answer{body: []byte(body)}); wrong != want {
			t.Errorf("%.60q: It %s\nwant: It %s", body, wrong, want)
		}
	}
	if _, wrong := readDocument(answer{body: []byte("{}"), more: true}); wrong != "is larger than 256 KiB, and was not read to its end" {
		t.Errorf("one that is too large: It %s", wrong)
	}
	if _, wrong := readDocument(answer{body: []byte("\x1f\x8b"), header: http.Header{"Content-Encoding": {"gzip"}}}); wrong != "is packed with gzip, which nobody asked for" {
		t.Errorf("one that is packed: It %s", wrong)
	}
}

func TestNamesThatAreThereTwice(t *testing.T) {
	for body, want := range map[string][]string{
		`{"a":1,"b":{"a":2,"a":3},"c":["a","a"]}`:    nil,
		`{"a":1,"b":2,"a":3,"a":4,"\u0062":{"a":1}}`: {"a", "b"},
	} {
		if d, wrong := readDocument(answer{body: []byte(body)}); wrong != "" || !slices.Equal(d.twice, want) {
			t.Errorf("%s has %q twice (%s), want %q", body, d.twice, wrong, want)
		}
	}
}

func TestKindsOfMembers(t *testing.T) {
	for value, want := range map[string][]kind{
		`"a"`: {aText}, `""`: {aText}, `["a","b"]`: {aList}, `[]`: {aList}, `true`: {aFlag}, `false`: {aFlag},
		`5`: nil, `null`: nil, `{}`: nil, `["a",5]`: nil, `["a",null]`: nil, `[["a"]]`: nil, `"true"`: {aText},
	} {
		d := document{members: map[string]json.RawMessage{"m": json.RawMessage(value)}}
		var got []kind
		for _, k := range []kind{aText, aList, aFlag} {
			if d.is("m", k) {
				got = append(got, k)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s is %q, want %q", value, got, want)
		}
	}
}

// The examples of RFC 9110 §11.6.1 and of RFC 9728 §5.1 among them.
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

func TestAddressesOfPrivateNetworks(t *testing.T) {
	for ip, want := range map[string]bool{
		"127.0.0.1": true, "::1": true, "10.1.2.3": true, "172.16.0.1": true, "192.168.1.1": true, "169.254.169.254": true, "fe80::1": true, "fd00::1": true,
		"0.0.0.0": true, "::": true, "::ffff:127.0.0.1": true, "100.64.0.1": true, "224.0.0.1": true,
		"192.0.2.1": false, "2001:db8::1": false, "100.128.0.1": false, "172.32.0.1": false,
	} {
		if got := isPrivate(netip.MustParseAddr(ip)); got != want {
			t.Errorf("%s is private: %v, want %v", ip, got, want)
		}
		public := fetcher{}
		if err := public.allow(netip.AddrPortFrom(netip.MustParseAddr(ip), 443).String()); (err != nil) != want {
			t.Errorf("from the internet, %s is refused: %v", ip, err)
		}
		private := fetcher{private: true}
		if err := private.allow(netip.AddrPortFrom(netip.MustParseAddr(ip), 443).String()); err != nil {
			t.Errorf("from a private network, %s is refused: %v", ip, err)
		}
	}
}

func TestHowNamesDiffer(t *testing.T) {
	const a = "https://a.example/one"
	long := a + strings.Repeat("/more", 40)
	for named, want := range map[string]said{
		a + "/":                      "They differ in a final slash.",
		"https://A.example/one":      "They differ in capital letters.",
		"http://a.example/one":       "They differ in the scheme.",
		"https://a.example:8443/one": "They differ in the port.",
		"https://b.example/one":      "They differ in the host.",
		"https://a.example/two":      "They differ in the path.",
		"https://b.example/two":      "",
		"no address \x7f":            "",
	} {
		if got := howDiffer(named, a); got != want {
			t.Errorf("%q: %s, want %s", named, got, want)
		}
	}
	if got := howDiffer("https://b.example/one"+strings.Repeat("/more", 41), long); got != "They differ from byte 9 on." {
		t.Errorf("long ones: %s", got)
	}
}
