package doctor

import (
	"slices"
	"strings"
	"testing"
)

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
		a + before.suffix:                    {names: []string{a, a + "/"}, form: behind, pasted: true},
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
