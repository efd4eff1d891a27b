package e2e

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"oauthlab/lessons/api"
)

// register registers a client of the learner's in the page, and returns it.
func (b *tab) register(p *program, name, uris string) api.OwnClient {
	b.Helper()
	b.do("name it",
		chromedp.SetValue(chromedp.CSS("#own-name-new"), name),
		chromedp.SetValue(chromedp.CSS("#own-uris-new"), uris))
	b.press("button", "Register")
	b.until(`document.querySelector("#own-id") !== null`)
	l := b.labOf(p)
	all := fromAPI[api.OwnClients](b.T, p.lab+"/api/labs/"+l.ID+"/clients", l.Key).Clients
	if len(all) == 0 {
		b.Fatal("the lab has no client of its learner's")
	}
	return all[len(all)-1]
}

// A learner registers a client of their own, is told why where that cannot be, copies what it
// must be told, changes it and takes it away; page and API agree.
func TestAClientOfOnesOwnIsRegisteredInThePage(t *testing.T) {
	t.Parallel()
	p := start(t, t.TempDir())
	b := openTab(t)
	b.forgive("the server responded with a status of 400")
	b.before(`navigator.clipboard.writeText = text => { globalThis.copied = text; return Promise.resolve(); }`)
	b.open(p.lab + "/v03-pkce")
	b.atRest()
	b.press("button", "Use your own client")
	b.until(`document.querySelector("#own-name-new") !== null`)
	if tabs := evaluate[int](b, `document.querySelectorAll(".drawer [role=tab]").length`); tabs != 1 {
		t.Errorf("before there is a client, there are %d sheets", tabs)
	}
	b.says("clients with a secret come with v04.")
	if evaluate[bool](b, `document.querySelector(".yours-new [name=type]") !== null`) {
		t.Error("before v04 the form has a type")
	}

	for _, wrong := range []struct{ name, uris, says string }{
		{"My app", "http://127.0.0.1.evil.example/cb", "not on loopback"},
		{"<img src=x>", "http://127.0.0.1:3000/cb", "other signs"},
		{"Client", "http://127.0.0.1:3000/cb", "taken by a party"},
	} {
		b.do("fill it in", chromedp.SetValue(chromedp.CSS("#own-name-new"), wrong.name), chromedp.SetValue(chromedp.CSS("#own-uris-new"), wrong.uris))
		b.press("button", "Register")
		b.until(fmt.Sprintf(`document.querySelector(".yours-new [role=alert]").innerText.includes(%q) && document.querySelector("#own-name-new").value === %q`, wrong.says, wrong.name))
	}

	c := b.register(p, "My app", "http://127.0.0.1:3000/cb\nhttp://localhost:3001/other")
	l := b.labOf(p)
	if c.Name != "My app" || strings.Join(c.RedirectURIs, " ") != "http://127.0.0.1:3000/cb http://localhost:3001/other" {
		t.Errorf("it is registered as %+v", c)
	}
	for id, want := range map[string]string{"id": c.ClientID, "issuer": l.Issuer, "authorize": l.AuthorizationEndpoint, "token": l.TokenEndpoint, "redirect": c.RedirectURIs[0]} {
		if got := evaluate[string](b, `document.getElementById("own-`+id+`").textContent`); got != want {
			t.Errorf("the page says of %s %q, want %q", id, got, want)
		}
	}
	metadata := fromAPI[map[string]any](t, evaluate[string](b, `document.getElementById("own-metadata").textContent`), "")
	if metadata["issuer"] != l.Issuer {
		t.Errorf("the address of the metadata leads to those of %v", metadata["issuer"])
	}
	b.press("button", "Copy: Client id")
	b.until(fmt.Sprintf(`globalThis.copied === %q`, c.ClientID))

	b.press("tab", "What it did · waiting")
	b.says("Waiting for the first message of My app.")
	b.press("tab", "Register")
	b.do("change it", chromedp.Click(chromedp.CSS(".yours summary")), chromedp.SetValue(chromedp.CSS("#own-name-"+c.ClientID), "Her app"))
	b.press("button", "Save")
	b.until(`document.querySelector(".yours-name").innerText.includes("Her app")`)
	b.do("unfold it", chromedp.Click(chromedp.CSS(".yours summary")))
	b.press("button", "Remove Her app")
	b.until(`document.querySelector(".yours-name") === null && document.querySelectorAll(".drawer [role=tab]").length === 1`)
	if left := fromAPI[api.OwnClients](t, p.lab+"/api/labs/"+l.ID+"/clients", l.Key).Clients; len(left) != 0 {
		t.Errorf("the lab has %+v still", left)
	}
	b.do("close it", chromedp.KeyEvent(kb.Escape))
	b.until(`document.querySelector(".drawer") === null && document.activeElement.innerText === "Use your own client"`)
}

// The secret of a confidential client is shown once, to be copied; another takes its place,
// and both are gone with the drawer.
func TestAConfidentialOwnClientGetsItsSecretInThePage(t *testing.T) {
	t.Parallel()
	p := start(t, t.TempDir())
	b := openTab(t)
	b.before(`navigator.clipboard.writeText = text => { globalThis.copied = text; return Promise.resolve(); }`)
	b.open(p.lab + "/v04-protected-api")
	b.atRest()
	b.press("button", "Use your own client")
	b.until(`document.querySelector("#own-name-new") !== null`)
	b.press("radio", "Confidential: it runs on a server, and proves itself with a secret, which is shown once.")
	b.shoot("a-confidential-client")
	c := b.register(p, "My server", "http://127.0.0.1:3000/cb")
	if c.Type != "confidential" || c.ClientSecret != "" {
		t.Errorf("it is registered as %+v", c)
	}
	const shown = `document.querySelector("#own-secret")?.textContent`
	b.until(shown)
	first := evaluate[string](b, shown)
	b.shoot("its-secret")
	b.press("button", "Copy: Client secret")
	b.until(fmt.Sprintf(`globalThis.copied === %q`, first))
	b.says("Copied.")
	b.says("client_secret_basic or client_secret_post")
	l := b.labOf(p)
	if got := refusalOf(t, l, c.ClientID, first); got != "invalid_grant" { // of a code that there is not
		t.Errorf("with its secret, the client is told %s", got)
	}

	b.press("tab", "Register")
	b.until(`document.querySelector("#own-secret") === null && document.querySelector(".yours-name").innerText.includes("confidential")`)
	b.do("unfold it", chromedp.Click(chromedp.CSS(".yours summary")))
	b.press("button", "New secret for My server")
	b.until(fmt.Sprintf(`(s => s && s !== %q)(%s)`, first, shown))
	second := evaluate[string](b, shown)
	for secret, want := range map[string]string{first: "invalid_client", second: "invalid_grant"} {
		if got := refusalOf(t, l, c.ClientID, secret); got != want {
			t.Errorf("after a new secret, %s is told %s, want %s", secret, got, want)
		}
	}

	b.do("close it", chromedp.KeyEvent(kb.Escape))
	b.until(`document.querySelector(".drawer") === null`)
	b.press("button", "Use your own client")
	b.press("button", "Point it here")
	b.until(`document.querySelector("#own-id") !== null`)
	if page := evaluate[string](b, `document.documentElement.outerHTML`); strings.Contains(page, first) || strings.Contains(page, second) {
		t.Error("the secret is shown again")
	}
}

// refusalOf returns the error that a confidential client is told for a code that nobody issued.
func refusalOf(t *testing.T, l api.Lab, id, secret string) string {
	t.Helper()
	body := url.Values{"grant_type": {"authorization_code"}, "code": {"none"}, "code_verifier": {foreignVerifier}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.TokenEndpoint, strings.NewReader(body.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret)) // RFC 6749 §2.3.1
	_, text := answerOf(t, r)
	var said struct{ Error string }
	if err := json.Unmarshal([]byte(text), &said); err != nil {
		t.Fatalf("the token endpoint answers %s", text)
	}
	return said.Error
}

// foreignVerifier is that of a client which the test plays.
const foreignVerifier = "a-verifier-of-a-client-that-nobody-here-wrote"

// asked is the authorization request of that client.
func asked(id, uri string) url.Values {
	challenge := sha256.Sum256([]byte(foreignVerifier))
	return url.Values{
		"response_type": {"code"}, "client_id": {id}, "redirect_uri": {uri}, "state": {"s"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}
}

// browserClient is a client that nobody of the lab wrote: a page on a port of its own, with
// fetch alone, whose callback redirects on to another port, which redeems.
func browserClient(t *testing.T, l api.Lab) (first string, uri string, setID func(string)) {
	t.Helper()
	var id string
	mux := http.NewServeMux()
	redeems := httptest.NewServer(mux)
	t.Cleanup(redeems.Close)
	begins := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cb" {
			http.Redirect(w, r, redeems.URL+"/redeem?"+r.URL.RawQuery, http.StatusFound)
			return
		}
		target := l.AuthorizationEndpoint + "?" + asked(id, "http://"+r.Host+"/cb").Encode()
		fmt.Fprintf(w, `<!doctype html><title>Somebody's app</title><a href=%q>Sign in</a>`, target)
	}))
	t.Cleanup(begins.Close)
	mux.HandleFunc("/redeem", func(w http.ResponseWriter, r *http.Request) {
		settings, _ := json.Marshal(map[string]string{"endpoint": l.TokenEndpoint, "client_id": id, "redirect_uri": begins.URL + "/cb", "code_verifier": foreignVerifier})
		fmt.Fprintf(w, `<!doctype html><title>Somebody's app</title><p id="said">…</p><script>
const {endpoint, ...fields} = %s, code = new URLSearchParams(location.search).get("code");
fetch(endpoint, {method: "POST", body: new URLSearchParams({grant_type: "authorization_code", code, ...fields})})
	.then(r => r.json()).then(t => { document.getElementById("said").textContent = t.token_type ?? t.error; });
</script>`, settings)
	})
	return begins.URL, begins.URL + "/cb", func(registered string) { id = registered }
}

// A browser client on its own port runs through, in another page of the same browser; the
// lab waits for it, and shows what it did under its name and what to change.
func TestABrowserClientOfOnesOwnRunsThrough(t *testing.T) {
	t.Parallel()
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.atRest()
	b.press("button", "Use your own client")
	b.until(`document.querySelector("#own-name-new") !== null`)
	l := b.labOf(p)
	first, uri, setID := browserClient(t, l)
	c := b.register(p, "Somebody", uri)
	setID(c.ClientID)
	b.press("tab", "What it did · waiting")
	b.says("Waiting for the first message of Somebody.")

	theirs := openTabBeside(t, b)
	theirs.forgive("favicon.ico")
	theirs.open(first)
	theirs.do("follow the link", chromedp.Click(chromedp.CSS("a")))
	theirs.says("Somebody")
	theirs.press("button", "Sign in as Alice")
	theirs.until(`document.getElementById("said")?.textContent === "Bearer"`)

	b.until(`[...document.querySelectorAll(".lane-name, .lane")].some(e => e.innerText.includes("Somebody"))`)
	b.until(`document.querySelector(".yours tbody tr")?.innerText.includes("200 access_token")`)
	b.until(`document.querySelector("#sheet-watch").innerText === "What it did · 4"`) // authorize, the page, its form, token

	theirs.forgive("the server responded with a status of 400")
	theirs.open(l.AuthorizationEndpoint + "?" + asked(c.ClientID, uri+"/other").Encode())
	b.until(fmt.Sprintf(`(row => row.className === "is-refused" && row.innerText.includes("Send %s, or register yours"))(document.querySelector(".yours tbody tr"))`, uri))
}

// A request in the inspector is to be had as a program, in each language.
func TestARequestIsHadAsCode(t *testing.T) {
	t.Parallel()
	p := start(t, t.TempDir())
	b := openTab(t)
	b.before(`navigator.clipboard.writeText = text => { globalThis.copied = text; return Promise.resolve(); }`)
	b.open(p.lab + "/v03-pkce")
	b.runTheFlow()
	b.do("choose a message", clickOn(".arrow", "POST /token"))
	b.press("tab", "As code")
	l := b.labOf(p)
	for name, has := range map[string]string{"curl": "--data-raw", "Go": "package main", "JavaScript": "fetch(", "Python": "http.client"} {
		b.press("tab", name)
		b.until(fmt.Sprintf(`(text => text?.includes(%q) && text.includes(%q))(document.querySelector("#code-view .curl-text")?.textContent)`, has, strings.TrimPrefix(l.TokenEndpoint, p.auth)))
	}
	b.press("tab", "Go")
	b.press("button", "Copy: Go")
	b.until(`globalThis.copied?.includes("package main") && globalThis.copied === document.querySelector("#program-go").textContent`)
	b.do("choose another", clickOn(".arrow", "GET /authorize"))
	b.until(`document.querySelector("#code-view")?.textContent.includes("/authorize?")`)
	b.do("choose an answer", clickOn(".arrow", "access_token"))
	b.says("Only a request can be sent again.")
}

// The link that the API answers with opens the lab in a browser that has another one, and
// leaves no key in the address; the way back leads to that other one.
func TestALabOfTheAPIIsOpenedByItsLink(t *testing.T) {
	t.Parallel()
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v02-state")
	b.atRest()
	own := b.labOf(p)
	made := p.newLabIn(t, "v03")
	if !strings.HasPrefix(made.Page, p.lab+"/v03-pkce#lab=") || !strings.HasSuffix(made.Page, made.Key) {
		t.Fatalf("the API answers with the page %q", made.Page)
	}
	b.open(made.Page)
	b.atRest()
	b.says("A link brought this lab.")
	if got := b.labOf(p); got.ID != made.ID {
		t.Errorf("the page shows the lab %s, want %s", got.ID, made.ID)
	}
	if address := evaluate[string](b, `location.href`); address != p.lab+"/v03-pkce" {
		t.Errorf("the address is %s", address)
	}
	beside := openTabBeside(t, b)
	beside.open(p.lab + "/v03-pkce")
	beside.atRest()
	b.press("link", "Back to my own")
	b.until(fmt.Sprintf(`localStorage.getItem("oauthlab.lab")?.includes(%q) && !localStorage.getItem("oauthlab.lab.own")`, own.ID))
	b.atRest()
	if got := b.labOf(p); got.ID != own.ID || got.Chapter != "v03" {
		t.Errorf("the page shows the lab %s in %s, want %s", got.ID, got.Chapter, own.ID)
	}
	beside.press("link", "Back to my own") // which another page has brought back already
	beside.until(`!document.body.innerText.includes("A link brought this lab.")`)
	beside.atRest()
	if shown := evaluate[string](beside, `performance.getEntriesByType("resource").map(e => e.name).filter(n => n.includes("/api/labs/")).join(" ")`); !strings.Contains(shown, own.ID) {
		t.Errorf("the other page goes on with %s", shown)
	}
}
