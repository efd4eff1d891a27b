package seed

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

const (
	id1 = "7c1d3f0e-5a2b-4c8d-9e6f-0a1b2c3d4e5f"
	id2 = "7c1d3f0e-5a2b-4c8d-9e6f-0a1b2c3d4e60"
	key = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

	secret       = "a+secret%that:tests-know"
	confidential = "        type: confidential\n        client_secret: " + secret
)

func loopback() *lab.Labs { return &lab.Labs{Origins: lab.AllParties().Defaults()} }

// good is a seed in which the line with from is replaced.
func good(from, to string) string {
	const whole = `version: 1
labs:
  - id: ` + id1 + `
    key: ` + key + `
    chapter: v03
    protections: {pkce: false}
    guards: {pkce.method: plain}
    settings: {sign-in: automatic}
    users:
      - username: alice
        name: Alice
        password: secret
    clients:
      - name: My app
        client_id: my-app
        type: public
        redirect_uris:
          - http://127.0.0.1/callback
`
	lines := strings.Split(whole, "\n")
	for i, line := range lines {
		if from != "" && strings.Contains(line, from) {
			lines[i] = to
		}
	}
	return strings.Join(lines, "\n")
}

// inV04 puts a seed into a chapter that has confidential clients.
func inV04(seed string) string { return strings.Replace(seed, "v03", "v04", 1) }

// A confidential client has the secret of the file, of which the lab gets the hash.
func TestASeedHasASecretOfItsClient(t *testing.T) {
	for name, want := range map[string]string{"confidential": inV04(good("type", confidential)), "public": inV04(good("", ""))} {
		seeds, err := Read("lab.yaml", []byte(want), loopback())
		if err != nil {
			t.Fatal(err)
		}
		c := seeds[0].Clients[0]
		if c.Type() != name || (guard.ClientSecret(secret, c.SecretHash) == nil) != (name == "confidential") {
			t.Errorf("the %s client is %+v", name, c)
		}
	}
}

func TestASeedIsRead(t *testing.T) {
	asJSON := `{
	"version": 1,
	"labs": [{
		"id": "` + id1 + `", "key": "` + key + `", "chapter": "v03",
		"protections": {"pkce": false}, "guards": {"pkce.method": "plain"}, "settings": {"sign-in": "automatic"},
		"users": [{"username": "alice", "name": "Alice", "password": "secret"}],
		"clients": [{"name": "My app", "client_id": "my-app", "redirect_uris": ["http://127.0.0.1/callback"]}]
	}]
}`
	want := "alice Alice secret my-app My app http://127.0.0.1/callback automatic plain off"
	for form, text := range map[string]string{"YAML": good("", ""), "YAML with a fence": "---\n" + good("", ""), "JSON": asJSON} {
		t.Run(form, func(t *testing.T) {
			seeds, err := Read("lab.yaml", []byte(text), loopback())
			if err != nil || len(seeds) != 1 {
				t.Fatalf("%d labs: %v", len(seeds), err)
			}
			s := seeds[0]
			got := strings.Join([]string{
				s.Users[0].Username, s.Users[0].Name, s.Users[0].Password, s.Clients[0].ID, s.Clients[0].Name, s.Clients[0].RedirectURIs[0],
				s.Switches[guard.IDSignIn], s.Switches["pkce.method"], s.Switches["pkce.verify"],
			}, " ")
			if got != want || s.ID.String() != id1 || s.Key != key || s.Chapter != "v03" {
				t.Errorf("it says %q in %s", got, s.Chapter)
			}
		})
	}
}

// The id of a client that names none is the same at each start.
func TestAClientWithoutAnIDGetsTheSameEachTime(t *testing.T) {
	text := good("client_id", "")
	var ids []string
	for range 2 {
		seeds, err := Read("lab.yaml", []byte(text), loopback())
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, seeds[0].Clients[0].ID)
	}
	if ids[0] != ids[1] || !strings.HasPrefix(ids[0], lab.OwnClientPrefix) {
		t.Errorf("the client is called %q", ids)
	}
}

func TestTheMistakesOfASeed(t *testing.T) {
	many := func(n int, one string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(one, "#", strconv.Itoa(i)) + ", ")
		}
		return "[" + b.String() + "]"
	}
	client := func(uri string) string { return good("- http", "          - "+uri) }
	tests := map[string]struct {
		text string
		want []string // what each finding begins with
	}{
		"nothing at all":       {"", []string{"lab.yaml: the file is empty"}},
		"a list":               {"- id: x\n", []string{"lab.yaml:1: the file begins with a key, and here is a list"}},
		"no version":           {good("version", ""), []string{"lab.yaml:1: version is missing: write version: 1"}},
		"another version":      {good("version", "version: 2"), []string{"lab.yaml:1: this is version 2 of a seed, and this program reads version 1"}},
		"a version in words":   {good("version", "version: one"), []string{"lab.yaml:1: version is a whole number without quotes"}},
		"no labs":              {"version: 1\n", []string{"lab.yaml:1: there are no labs"}},
		"too many labs":        {"version: 1\nlabs: " + many(maxLabs+1, "{id: x}") + "\n", []string{"lab.yaml:2: there are 65 labs, and a seed makes 64 at most"}},
		"an unknown key":       {good("chapter", "    chapter: v03\n    signing_keys: []"), []string{`lab.yaml:6: unknown key "signing_keys": here may stand id, key, chapter, protections`}},
		"a misspelled key":     {good("chapter", "    chaptre: v03"), []string{`lab.yaml:5: unknown key "chaptre": is chapter meant?`}},
		"cut off in a value":   {good("", "")[:60], []string{"lab.yaml:3: the file ends within this line", "lab.yaml:3: the id", `lab.yaml:3: the lab has no key`, `lab.yaml:3: the lab has no chapter`}},
		"cut off JSON":         {`{"version": 1,` + "\n" + `"labs": [{"id": "`, []string{"lab.yaml:2: the file ends here, and its JSON does not: was it cut off?"}},
		"no JSON":              {`{"version": 1,` + "\n" + `"labs": nothing]}`, []string{"lab.yaml:2: here the file stops being JSON"}},
		"no id":                {good("- id", "  - key: "+key+"x"), []string{"lab.yaml:3: the lab has no id: it takes a UUID", `lab.yaml:4: the key "key" stands in line 3 already`}},
		"an id that is none":   {good("- id", "  - id: lab-1"), []string{`lab.yaml:3: the id "lab-1" is no UUID of small letters`}},
		"an id in capitals":    {good("- id", "  - id: "+strings.ToUpper(id1)), []string{`lab.yaml:3: the id "` + strings.ToUpper(id1) + `" is no UUID of small letters`}},
		"a doubled id":         {good("", "") + "  - id: " + id1 + "\n    key: " + key + "\n    chapter: v03\n", []string{"lab.yaml:19: the lab of the list's place 1 has this id already"}},
		"no key":               {good("    key", ""), []string{"lab.yaml:3: the lab has no key: make one"}},
		"a short key":          {good("    key", "    key: abcdefgh12345678"), []string{"lab.yaml:4: the key is weak"}},
		"112 bits of hex":      {good("    key", "    key: 0123456789abcdef0123456789ab"), []string{"lab.yaml:4: the key is weak"}},
		"a long key of a's":    {good("    key", "    key: "+strings.Repeat("a", 40)), []string{"lab.yaml:4: the key is weak"}},
		"a key of other signs": {good("    key", "    key: aB3$aB3$aB3$aB3$aB3$aB3$1234"), []string{"lab.yaml:4: the key has other signs"}},
		"an endless key":       {good("    key", "    key: "+strings.Repeat(key, 5)), []string{"lab.yaml:4: the key has 160 characters, and may have 128"}},
		"no chapter":           {good("chapter", ""), []string{"lab.yaml:3: the lab has no chapter: it takes one such as v01, v02, v03"}},
		"an unknown chapter":   {good("chapter", "    chapter: v99"), []string{`lab.yaml:5: there is no chapter "v99": there is v01, v02, v03`}},
		"no such protection":   {good("protections", "    protections: {pcke: false}"), []string{`lab.yaml:6: there is no protection "pcke"`}},
		"one half a switch":    {good("protections", "    protections: {pkce: half}"), []string{"lab.yaml:6: pkce is true or false"}},
		"a later protection":   {good("chapter", "    chapter: v01"), []string{"lab.yaml:6: the protection pkce comes with chapter v03", "lab.yaml:7: the protection pkce comes with chapter v03"}},
		"no such guard":        {good("guards", "    guards: {pkce: false}"), []string{`lab.yaml:7: there is no guard "pkce"`}},
		"a guard's odd value":  {good("guards", "    guards: {pkce.method: S1}"), []string{`lab.yaml:7: pkce.method takes true, false, "S256"`}},
		"no such setting":      {good("settings", "    settings: {pkce.method: plain}"), []string{`lab.yaml:8: there is no setting "pkce.method": there is sign-in`}},
		"a setting's value":    {good("settings", "    settings: {sign-in: robot}"), []string{`lab.yaml:8: sign-in takes "picker" or "form" or "automatic"`}},
		"too many users":       {"version: 1\nlabs:\n  - id: " + id1 + "\n    key: " + key + "\n    chapter: v03\n    users: " + many(17, "{username: u#, password: p}") + "\n", []string{"lab.yaml:6: there are 17 users, and a lab has 16 of its own at most"}},
		"a user's markup":      {good("username", "      - username: <b>alice</b>"), []string{`lab.yaml:10: the username "<b>alice</b>" takes letters`}},
		"a name's markup":      {good("name: Alice", "        name: <img src=x>"), []string{"lab.yaml:11: the name takes letters, digits, spaces"}},
		"no password":          {good("password", ""), []string{"lab.yaml:10: the user has no password"}},
		"an endless password":  {good("password", "        password: "+strings.Repeat("x", 65)), []string{"lab.yaml:12: the password is longer than 64 characters"}},
		"a doubled user":       {good("password", "        password: x\n      - {username: alice, password: y}"), []string{`lab.yaml:13: the username "alice" stands twice`}},
		"a client's markup":    {good("My app", "      - name: <script>"), []string{"lab.yaml:14: the client's name is too long, or has other signs in it"}},
		"a party's name":       {good("My app", "      - name: Mallory"), []string{"lab.yaml:14: the name is taken by a party of the lab"}},
		"no such type":         {good("type", "        type: secret\n        client_secret: x"), []string{"lab.yaml:16: the type of a client is public or confidential: leave type out for a public client"}},
		"a type too early":     {good("type", confidential), []string{"lab.yaml:16: this chapter has public clients alone: leave type out, or make it public: confidential clients come with v04"}},
		"a public secret":      {inV04(good("type", "        client_secret: "+secret)), []string{"lab.yaml:16: a client_secret is that of a client of type: confidential"}},
		"a type that is none":  {inV04(good("type", "        type: [confidential]\n        client_secret: "+secret)), []string{"lab.yaml:16: type"}},
		"no secret":            {inV04(good("type", "        type: confidential")), []string{"lab.yaml:14: the client is confidential and has no client_secret: make one"}},
		"a short secret":       {inV04(good("type", strings.Replace(confidential, secret, secret[:15], 1))), []string{"lab.yaml:17: the client_secret has 15 characters, and takes 16 at least"}},
		"an endless secret":    {inV04(good("type", strings.Replace(confidential, secret, strings.Repeat("x", 129), 1))), []string{"lab.yaml:17: the client_secret has 129 characters, and may have 128"}},
		"a secret of others":   {inV04(good("type", strings.Replace(confidential, secret, "gehéim-gehéim-gehéim", 1))), []string{"lab.yaml:17: the client_secret has other signs"}},
		"the web app":          {good("client_id", "        client_id: demo-web"), []string{`lab.yaml:15: the client_id "demo-web" is that of a client or a user of every lab`}},
		"the lab's client":     {good("client_id", "        client_id: demo-client"), []string{`lab.yaml:15: the client_id "demo-client" is that of a client or a user of every lab`}},
		"an odd client_id":     {good("client_id", `        client_id: "a b"`), []string{`lab.yaml:15: the client_id "a b" takes letters`}},
		"a doubled client":     {good("- http", "          - http://127.0.0.1/callback\n      - {name: Other, client_id: my-app, redirect_uris: [http://127.0.0.1/]}"), []string{`lab.yaml:19: the client_id "my-app" stands twice`}},
		"a doubled name":       {good("- http", "          - http://127.0.0.1/callback\n      - {name: my app, client_id: other, redirect_uris: [http://127.0.0.1/]}"), []string{"lab.yaml:19: another client of this lab has the name"}},
		"no redirect URI":      {good("- http", ""), []string{"lab.yaml:17: the client has no redirect URI"}},
		"too many of them":     {good("- http", strings.Repeat("          - http://127.0.0.1/callback\n", 9)), []string{"lab.yaml:17: the client has more than 8 redirect URIs"}},
		"userinfo":             {client("http://a@127.0.0.1/"), []string{"lab.yaml:18: a redirect URI is not an absolute http address"}},
		"a fragment":           {client("http://127.0.0.1/#x"), []string{"lab.yaml:18: a redirect URI has a fragment"}},
		"a look-alike":         {client("http://127.0.0.1.evil.example/"), []string{"lab.yaml:18: a redirect URI is not on loopback"}},
		"any address":          {client("http://0.0.0.0:3000/"), []string{"lab.yaml:18: a redirect URI is not on loopback"}},
		"elsewhere":            {client("https://app.example/cb"), []string{"lab.yaml:18: a redirect URI is not on loopback"}},
		"one of our origins":   {client("http://localhost:8081/cb"), []string{"lab.yaml:18: a redirect URI stands on one of the lab's own origins"}},
		"another scheme":       {client("myapp://cb"), []string{"lab.yaml:18: a redirect URI is not on loopback"}},
		"an alias":             {good("chapter", "    chapter: *c"), []string{"lab.yaml:5: a text that begins with * needs quotes"}},
		"several at once": {
			strings.NewReplacer("v03", "v99", "http://127", "ftp://127", "username: alice", "username: <b>").Replace(good("", "")),
			[]string{"lab.yaml:5: there is no chapter", "lab.yaml:10: the username", "lab.yaml:18: a redirect URI is not"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			seeds, err := Read("lab.yaml", []byte(tt.text), loopback())
			if err == nil {
				t.Fatalf("it is read as %+v", seeds)
			}
			got := strings.Split(err.Error(), "\n")
			begins := len(got) == len(tt.want)
			for i := 0; begins && i < len(got); i++ {
				begins = strings.HasPrefix(got[i], tt.want[i])
			}
			if !begins {
				t.Errorf("it says\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
			if strings.Contains(err.Error(), key) || strings.Contains(err.Error(), secret[:15]) {
				t.Error("it repeats the key, or the secret")
			}
		})
	}
}

// The example is read as it is on loopback, and its key nowhere else.
func TestTheExample(t *testing.T) {
	file := filepath.Join("example", "lab.yaml")
	seeds, err := ReadFile(file, loopback())
	if err != nil || len(seeds) != 1 || seeds[0].Key != ExampleKey {
		t.Fatalf("%+v, %v", seeds, err)
	}
	public := loopback()
	public.Origins[lab.AllParties()[1].ID] = "https://auth.oauthlab.example"
	_, err = ReadFile(file, public)
	if want := file + ":5: this is the key of the example, which everybody knows: make one with openssl rand -hex 32"; err == nil || err.Error() != want {
		t.Errorf("it says %v, want %s", err, want)
	}
}

func TestAFileThatIsNotThere(t *testing.T) {
	_, err := ReadFile(filepath.Join(t.TempDir(), "none.yaml"), loopback())
	if err == nil || !strings.HasSuffix(err.Error(), "none.yaml: it cannot be read: no such file or directory") {
		t.Errorf("it says %v", err)
	}
	if _, err := ReadFile(t.TempDir(), loopback()); err == nil || !strings.Contains(err.Error(), "it cannot be read") {
		t.Errorf("of a folder it says %v", err)
	}
}

// What is cut off is a finding, unless it was between two lines; and what is read has its key.
func TestASeedThatIsCutOff(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("example", "lab.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for end := range whole {
		seeds, err := Read("lab.yaml", whole[:end], loopback())
		for _, s := range seeds {
			if diff := cmp.Diff(ExampleKey, s.Key); diff != "" {
				t.Errorf("of %d bytes: %s", end, diff)
			}
		}
		if err == nil && whole[end-1] != '\n' {
			t.Errorf("%d bytes are read as a seed", end)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "lab.yaml") {
			t.Errorf("of %d bytes it says %v", end, err)
		}
	}
}
