package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/agent"
	"oauthlab/server/attack"
	"oauthlab/server/authserver"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
	"oauthlab/server/resourceserver"
	"oauthlab/server/route"
	"oauthlab/server/site"
	"oauthlab/server/webapp"
)

// kind is what an answer is, and with it which headers it must have.
type kind string

const (
	aPage    kind = "a page of the lab"    // runs the client
	aFrame   kind = "the callback page"    // runs in the lab's own frame
	anAnswer kind = "an answer of the API" // JSON, for the lab's own page
	aForm    kind = "a page of the server" // of the authorization server or Mallory: no scripts at all
	shared   kind = "JSON for any origin"  // read by clients in other pages
	keyList  kind = "public keys"          // likewise, and they may keep it for a while
	private  kind = "JSON for programs"    // no other page may read it
	anAsset  kind = "a file"               // the same for everybody
	metrics  kind = "the operators' metrics"
	anEmbed  kind = "a recording" // framed by anybody, without an origin
	aFont    kind = "a font"      // a file that pages without an origin may have too
)

// row is one request to a pattern, and what its answer is.
type routeRow struct {
	pattern string
	method  string
	target  string // {lab} stands for a lab that is there, {none} for one that is not
	status  int
	kind    kind
	person  bool // a browser navigates there
}

// anotherHash stands in the address of a file of another release.
const anotherHash = "0000000000000000"

// routes has at least one row for each pattern of each party. A new endpoint without
// one fails the test.
func routes() map[string][]routeRow {
	get := func(pattern, target string, status int, k kind) routeRow {
		return routeRow{pattern, "GET", target, status, k, false}
	}
	page := func(pattern, target string, status int, k kind) routeRow {
		return routeRow{pattern, "GET", target, status, k, true}
	}
	lab := []routeRow{
		page("/", "/", 200, aPage), page("/", "/v03-pkce?off=pkce", 200, aPage), page("/", "/nothing", 404, aPage),
		get("/", "/app.js", 200, anAsset), get("/", "/web/css/tokens.css", 200, anAsset), get("/", "/web/nothing.css", 404, anAsset),
		get("/", "/web/css/", 404, anAsset), get("/", "/web/callback/callback.js", 200, anAsset), get("/", "/wasm_exec.js", 200, anAsset),
		get("/", "/app-worker.js", 200, anAsset), get("/", "/manifest.webmanifest", 200, anAsset),
		page("/", "/v03-pkce/nothing", 404, aPage), page("/", "/callback/", 404, aPage),
		{"/", "POST", "/", 405, anAsset, false}, {"/callback", "DELETE", "/callback", 405, anAsset, false},
		page("/callback", "/callback?code=x", 200, aFrame),
		page("/glossary", "/glossary", 200, aPage), page("/troubleshooting", "/troubleshooting", 200, aPage), page("/reference", "/reference", 200, aPage), page("/asvs", "/asvs", 200, aPage), page("/class", "/class", 200, aPage), page("/client-bench", "/client-bench", 200, aPage),
		page("/embed", "/embed", 200, aPage), page("/embed/", "/embed/v03?off=pkce&attack=intercepted-code", 200, anEmbed), page("/embed/", "/embed/v03?off=nothing", 404, anEmbed),
		page("/embed/", "/embed/", 404, anEmbed), {"/embed/", "POST", "/embed/v03", 405, anEmbed, false}, get("/", "/web/fonts/inter.woff2", 200, aFont),
		get("/robots.txt", "/robots.txt", 200, anAsset), get("/sitemap.xml", "/sitemap.xml", 200, anAsset), get("/ads.txt", "/ads.txt", 404, anAsset),
		get("/", "/llms.txt", 200, anAsset), get("/", "/v03-pkce.md", 200, anAsset), get("/", "/attacks.md", 200, anAsset),
		get("/metrics", "/metrics", 200, metrics),
		get("/api/", "/api/nothing", 404, anAnswer), get("/api/labs/{lab}", "/api/labs/{none}", 404, anAnswer),
	}
	auth := []routeRow{
		page("/{lab}/authorize", "/{none}/authorize", 404, aForm), get("/{lab}/authorize", "/{none}/authorize", 404, private),
		get("/.well-known/oauth-authorization-server/{lab}/{rest...}", "/.well-known/oauth-authorization-server/{lab}/", 404, shared),
		get("/.well-known/openid-configuration/{lab}/{rest...}", "/.well-known/openid-configuration/{lab}/x", 404, shared),
		get("/{lab}/.well-known/oauth-authorization-server", "/{lab}/.well-known/oauth-authorization-server", 404, shared),
		get("/{lab}/.well-known/oauth-authorization-server/{rest...}", "/{lab}/.well-known/oauth-authorization-server/x", 404, shared),
		get("/{lab}/.well-known/openid-configuration/{rest...}", "/{lab}/.well-known/openid-configuration/", 404, shared),
		get("/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server", 404, shared),
		get("/.well-known/oauth-authorization-server/{$}", "/.well-known/oauth-authorization-server/", 404, shared),
		get("/.well-known/openid-configuration", "/.well-known/openid-configuration", 404, shared),
		get("/.well-known/openid-configuration/{$}", "/.well-known/openid-configuration/", 404, shared),
		get("/{lab}/", "/{lab}/nothing", 404, shared), get("/{lab}/token", "/{none}/token", 404, shared),
		get("GET /web/css/auth.css", "/web/css/auth.css", 200, anAsset), get("GET /web/fonts/inter.woff2", "/web/fonts/inter.woff2", 200, anAsset),
		get("GET /web/{hash}/css/auth.css", "/web/"+anotherHash+"/css/auth.css", 404, anAsset),
		get("GET /web/{hash}/fonts/inter.woff2", "/web/"+anotherHash+"/fonts/inter.woff2", 404, anAsset),
		get("GET /web/icons/auth.svg", "/web/icons/auth.svg", 200, anAsset),
		get("GET /web/{hash}/icons/auth.svg", "/web/"+anotherHash+"/icons/auth.svg", 404, anAsset),
		page("/", "/", 404, aForm), get("/", "/", 404, shared),
	}
	for _, path := range endpoint.Paths(authserver.Endpoints()) { // the same once more, of an issuer whose fault nobody knows
		if path[0].Later() {
			continue
		}
		r := routeOf(path[0])
		r.pattern, r.target = strings.Replace(r.pattern, "{lab}", "{lab}/fault/{fault}", 1), strings.Replace(r.target, "{lab}", "{lab}/fault/made-up", 1)
		if r.status = http.StatusNotFound; r.kind == keyList {
			r.kind = shared
		}
		auth = append(auth, r)
	}
	mallory := []routeRow{
		page("/{lab}/", "/{lab}/?code=x", 200, aForm), page("/{lab}/", "/{none}/", 404, aForm), page("/", "/", 404, aForm),
		get("GET /web/css/mallory.css", "/web/css/mallory.css", 200, anAsset),
		get("GET /web/{hash}/css/mallory.css", "/web/"+anotherHash+"/css/mallory.css", 404, anAsset),
		get("GET /web/icons/mallory.svg", "/web/icons/mallory.svg", 200, anAsset),
		get("GET /web/{hash}/icons/mallory.svg", "/web/"+anotherHash+"/icons/mallory.svg", 404, anAsset),
	}
	web := []routeRow{
		page("/{lab}/start", "/{none}/start", 404, aForm), page("/", "/", 404, aForm), page("/", "/{lab}/nothing", 404, aForm),
	}
	for _, name := range []string{"css/webapp.css", "fonts/inter.woff2", "icons/webapp.svg"} {
		web = append(web, get("GET /web/"+name, "/web/"+name, 200, anAsset), get("GET /web/{hash}/"+name, "/web/"+anotherHash+"/"+name, 404, anAsset))
	}
	helper := []routeRow{
		get("/", "/", 404, shared), page("/", "/{lab}/nothing", 404, shared), get("/{lab}/tasks", "/{none}/tasks", 404, shared),
	}
	for _, name := range []string{"css/webapp.css", "fonts/inter.woff2", "icons/agent.svg"} {
		helper = append(helper, get("GET /web/"+name, "/web/"+name, 200, anAsset), get("GET /web/{hash}/"+name, "/web/"+anotherHash+"/"+name, 404, anAsset))
	}
	icon := get("GET "+iconPath, iconPath, 200, anAsset)
	api := []routeRow{get("/", "/", 404, shared), get("/{lab}/", "/{lab}/nothing", 404, shared)}
	all := map[string][]routeRow{"--lab": append(lab, icon), "--auth": append(auth, icon), "--api": append(api, icon), "--webapp": append(web, icon), "--agent": append(helper, icon), "--mallory": append(mallory, icon)}
	for flag, table := range tables() {
		for _, row := range table {
			r := routeOf(row)
			if flag == "--auth" && slices.ContainsFunc(resourceserver.Endpoints(), func(one endpoint.Row) bool { return one.Path == row.Path }) {
				r.status = http.StatusNotFound // in the last chapter the API stands elsewhere
			}
			all[flag] = append(all[flag], r)
		}
	}
	return all
}

// tables are those of the servers' endpoints, by the flag of their party.
func tables() map[string][]endpoint.Row {
	return map[string][]endpoint.Row{"--lab": site.Endpoints(), "--auth": slices.Concat(authserver.Endpoints(), resourceserver.Endpoints()), "--api": resourceserver.Endpoints(), "--webapp": webapp.Endpoints(), "--agent": agent.Endpoints(), "--mallory": attack.Endpoints()}
}

// routeOf is a request to an endpoint of a table: without parameters, and with an empty
// body. 0 for a status stands for any but those of a server error and of what is not there.
func routeOf(row endpoint.Row) routeRow {
	r := routeRow{row.Path, row.Method, filled(row.Path), 0, private, row.Caller == endpoint.Navigation}
	switch {
	case row.Later():
		r.method, r.status, r.kind = "GET", http.StatusNotFound, shared
	case row.Caller == endpoint.LabPage:
		r.kind = anAnswer
	case row.Caller == endpoint.Navigation:
		r.kind = aForm
	case strings.HasSuffix(row.Path, "/jwks"):
		r.kind = keyList
	case row.Shared:
		r.kind = shared
	}
	if r.method == "" {
		r.method = "GET"
	}
	if strings.HasSuffix(row.Path, "/feed") {
		r.target += "?probe=1" // and no websocket
	}
	return r
}

// filled names something that is there for each wildcard of a path but the lab.
func filled(path string) string {
	return strings.NewReplacer("{attack}", "login-csrf", "{guard}", "pkce.verify", "{term}", "state", "{error}", "lab-gone", "{chapter}", "v03", "{fault}", "none", "{$}", "").Replace(path)
}

// Every route of every party keeps the rules of the house about what a browser may do
// with its answer.
func TestEveryRouteKeepsTheRules(t *testing.T) {
	h := openHouse(t)
	l := h.lastLab(t)
	h.ask(t, http.MethodGet, l.Issuer+"/authorize", "")
	log := h.logOf(t, uuid.MustParse(l.ID))
	request := log[slices.IndexFunc(log, func(e event.Event) bool { return e.Request != nil })]
	fill := strings.NewReplacer("{lab}", l.ID, "{seq}", fmt.Sprint(request.Seq), "{client}", h.ownClient(t, l, "My app", "http://127.0.0.1/cb").ClientID, "{none}", "00000000-0000-0000-0000-000000000000")
	all := routes()
	for i, p := range h.config.Here() {
		var rows []string
		for _, r := range all[p.Flag()] {
			rows = append(rows, r.pattern)
		}
		patterns := route.Patterns(h.handlers[i])
		if len(patterns) == 0 {
			t.Errorf("%s does not tell its patterns", p.Flag())
		}
		for _, pattern := range patterns {
			if !slices.Contains(rows, pattern) {
				t.Errorf("%s serves %q, of which nobody says what it must be: add it to routes()", p.Flag(), pattern)
			}
		}
		for _, pattern := range rows {
			if !slices.Contains(patterns, pattern) {
				t.Errorf("%s does not serve %q any more", p.Flag(), pattern)
			}
		}
		for _, r := range all[p.Flag()] {
			t.Run(p.Flag()+" "+r.method+" "+r.target, func(t *testing.T) {
				header := []string{"Sec-Fetch-Mode", "cors"}
				if r.person {
					header = []string{"Sec-Fetch-Mode", "navigate", "Accept", "text/html"}
				} else if p.Flag() == "--lab" {
					header = append(header, "Authorization", "Bearer "+l.Key)
				}
				if r.kind == shared || r.kind == keyList || r.kind == private {
					header = append(header, "Origin", "https://evil.example")
				}
				body := ""
				if r.method == "POST" || r.method == "PATCH" {
					header, body = append(header, "Content-Type", "application/json"), "[]"
				}
				got := h.ask(t, r.method, h.config.Origins[p.ID]+fill.Replace(r.target), body, header...)
				if got.status != r.status && (r.status != 0 || got.status >= 500 || got.status == http.StatusMethodNotAllowed ||
					got.status == http.StatusNotFound && r.target != "/api/troubleshooting") {
					t.Fatalf("answered %d %.200s, want %d", got.status, got.body, r.status)
				}
				checkRoute(t, h, p.ID, r.kind, got)
			})
		}
	}
}

// What a row of a table says of its endpoint is so: which methods it takes, who may read
// the answer, which chapter brings it, what it answers with.
func TestEveryRowIsHonoured(t *testing.T) {
	h := openHouse(t)
	l := h.lastLab(t)
	first := h.newLab(t)
	h.ask(t, "PATCH", h.config.Origins[event.Lab]+"/api/labs/"+first.ID, `{"chapter":"v01"}`, "Authorization", "Bearer "+first.Key, "Content-Type", "application/json")
	for _, p := range h.config.Here() {
		for _, path := range endpoint.Paths(tables()[p.Flag()]) {
			for _, row := range path {
				t.Run(p.Flag()+" "+row.Name(), func(t *testing.T) { h.checkRow(t, h.config.Origins[p.ID], row, path, l, first) })
			}
		}
	}
}

// checkRow asks the endpoint in a lab of the last chapter, and in one of the first.
func (h *house) checkRow(t *testing.T, origin string, row endpoint.Row, path endpoint.Path, last, first api.Lab) {
	t.Helper()
	ask := func(method string, l api.Lab, header ...string) reply {
		t.Helper()
		header = append(header, "Authorization", "Bearer "+l.Key)
		if row.Caller != endpoint.LabPage {
			header = []string{"Origin", "https://evil.example", "Sec-Fetch-Mode", "cors"}
		}
		return h.ask(t, method, origin+strings.ReplaceAll(routeOf(row).target, "{lab}", l.ID), "", header...)
	}
	got := ask(routeOf(row).method, last)
	if there := !row.Later(); there == strings.Contains(got.body, "comes with chapter") {
		t.Errorf("in the last chapter it answers %d %s", got.status, got.body)
	}
	if row.Shared != (row.Caller == endpoint.Client) {
		t.Errorf("it is for %q, and shared: %v", row.Caller, row.Shared)
	}
	if shared := got.header.Get("Access-Control-Allow-Origin") == "*"; shared != row.Shared {
		t.Errorf("pages of another origin may read the answer: %v, want %v", shared, row.Shared)
	}
	if got.status == http.StatusOK && row.Answer != nil {
		answer := reflect.New(reflect.TypeOf(row.Answer)).Interface()
		dec := json.NewDecoder(strings.NewReader(got.body))
		dec.DisallowUnknownFields()
		if err := dec.Decode(answer); err != nil {
			t.Errorf("it does not answer with %T: %v: %s", row.Answer, err, got.body)
		}
	}
	if methods := path.Methods(); !row.Later() && len(methods) > 0 {
		if got, head := ask("GET", last), ask("HEAD", last); head.status != got.status || head.body != "" || head.header.Get("Content-Type") != got.header.Get("Content-Type") {
			t.Errorf("HEAD is answered %d with %q, GET %d", head.status, head.body, got.status)
		}
		wrong := ask("PUT", last)
		if wrong.status != http.StatusMethodNotAllowed || wrong.header.Get("Allow") != path.Allow() {
			t.Errorf("PUT is answered %d, with Allow %q: %s", wrong.status, wrong.header.Get("Allow"), wrong.body)
		}
	}
	if row.Keyed {
		if without := h.ask(t, row.Method, origin+strings.ReplaceAll(routeOf(row).target, "{lab}", last.ID), "{}"); without.status != http.StatusUnauthorized {
			t.Errorf("without a key it answers %d %s", without.status, without.body)
		}
	}
	if row.Feature != "" {
		if early := ask(routeOf(row).method, first); early.status != http.StatusNotFound || !strings.Contains(early.body, "comes with chapter "+row.Feature.Chapter()) {
			t.Errorf("in the first chapter it answers %d %s", early.status, early.body)
		}
	}
}

// checkRoute checks the headers that a party's answer of the kind has.
func checkRoute(t *testing.T, h *house, of event.Party, k kind, got reply) {
	t.Helper()
	one := func(name string) string {
		t.Helper()
		values := got.header.Values(name)
		if len(values) > 1 {
			t.Errorf("%s is there %d times: %q", name, len(values), values)
		}
		return got.header.Get(name)
	}
	want := func(name, value string) {
		t.Helper()
		if has := one(name); has != value {
			t.Errorf("%s is %q, want %q", name, has, value)
		}
	}
	want("X-Content-Type-Options", "nosniff")
	if !strings.Contains(one("Permissions-Policy"), "camera=()") {
		t.Errorf("Permissions-Policy is %q", one("Permissions-Policy"))
	}
	policy := directivesOf(t, one("Content-Security-Policy"))
	for name, sources := range policy {
		for _, source := range sources {
			if strings.HasPrefix(source, "'unsafe-") || strings.Contains(source, "*") && (k != anEmbed || name != "frame-ancestors") || strings.HasSuffix(source, ":") {
				t.Errorf("the policy's %s allows %s", name, source)
			}
		}
	}
	ours := h.config.Origins
	framed, scripts, referrer, cors := []string{"'none'"}, []string{"'self'", "'wasm-unsafe-eval'"}, "no-referrer", ""
	switch k {
	case aFrame:
		framed, scripts = []string{"'self'"}, []string{"'self'"}
	case aForm, shared, keyList, private:
		framed, scripts = []string{lab.AllParties().FrameAncestors(ours, of)}, nil
	case anEmbed:
		framed, scripts = []string{"*"}, []string{ours[event.Lab] + "/web/"}
		if sandbox := policy["sandbox"]; len(sandbox) == 0 || slices.Contains(sandbox, "allow-same-origin") || slices.Contains(sandbox, "allow-top-navigation") || slices.Contains(sandbox, "allow-forms") {
			t.Errorf("its sandbox is %q", sandbox)
		}
	case anAsset, aFont: // of whichever party
		framed, scripts = policy["frame-ancestors"], policy["script-src"]
	}
	if k == aForm && (strings.Contains(got.body, "Authorization server") || strings.Contains(got.body, "Web app</title>")) {
		referrer = "same-origin" // else a form's Origin would be null
	}
	if k == shared || k == keyList || k == aFont {
		cors = "*"
	}
	if !slices.Equal(policy["default-src"], []string{"'none'"}) || !slices.Equal(policy["base-uri"], []string{"'none'"}) ||
		len(policy["form-action"]) == 0 || !slices.Equal(policy["frame-ancestors"], framed) || !slices.Equal(policy["script-src"], scripts) {
		t.Errorf("the policy is %q", policy)
	}
	want("Referrer-Policy", referrer)
	want("Access-Control-Allow-Origin", cors)
	want("Access-Control-Allow-Credentials", "")
	if k == aPage || k == anAnswer || k == aFrame {
		want("Cross-Origin-Opener-Policy", "same-origin")
	}
	if k == anEmbed {
		want("Cross-Origin-Opener-Policy", "") // with it no browser shows what is in a sandbox
	}
	if k == anAnswer {
		want("Cross-Origin-Resource-Policy", "same-origin")
	}
	cached := one("Cache-Control")
	if (k == aForm || k == private || k == shared || k == aFrame || k == anAnswer && got.body != "") && cached != "no-store" {
		t.Errorf("Cache-Control is %q", cached)
	}
	if k == keyList && (cached != "public, max-age=300" || one("Content-Type") != "application/jwk-set+json") {
		t.Errorf("it is of %q, to be kept %q", one("Content-Type"), cached)
	}
	for _, cookie := range got.header.Values("Set-Cookie") {
		if name, attributes, _ := strings.Cut(cookie, "="); name != "oauthlab_webapp" || !strings.Contains(attributes, "; HttpOnly; SameSite=Lax") {
			t.Errorf("it sets the cookie %s", cookie) // signing in does, which another test looks at
		}
	}
	if k == anAnswer || k == shared || k == private {
		if kind := one("Content-Type"); got.body != "" && kind != "application/json" && kind != "application/x-ndjson" {
			t.Errorf("Content-Type is %q", kind)
		}
	}
}

func directivesOf(t *testing.T, policy string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for one := range strings.SplitSeq(policy, ";") {
		words := strings.Fields(one)
		if len(words) == 0 || all[words[0]] != nil {
			t.Fatalf("the policy %q has an empty directive, or one twice", policy)
		}
		all[words[0]] = words[1:]
	}
	return all
}

// What opens one lab opens no other: its key at every call, its cookie, its code.
func TestNothingOfOneLabOpensAnother(t *testing.T) {
	h := openHouse(t)
	mine, other := h.newLab(t), h.newLab(t)
	calls := 0
	for _, r := range routes()["--lab"] {
		if !strings.Contains(r.pattern, "{lab}") || r.status == http.StatusNotFound {
			continue
		}
		calls++
		target := h.config.Origins[event.Lab] + strings.ReplaceAll(r.target, "{lab}", mine.ID)
		for name, key := range map[string]string{"another lab's": "Bearer " + other.Key, "no": "", "the lab's id as": "Bearer " + mine.ID} {
			if got := h.ask(t, r.method, target, "{}", "Authorization", key); got.status != http.StatusUnauthorized || strings.Contains(got.body, mine.Key) {
				t.Errorf("%s %s with %s key answers %d %s", r.method, r.pattern, name, got.status, got.body)
			}
		}
	}
	if calls < 8 {
		t.Errorf("only %d calls take a key", calls)
	}

	cookie, code := h.signIn(t, other)
	at := h.ask(t, "GET", mine.Issuer+"/authorize?"+authorization(mine).Encode(), "", "Cookie", cookie)
	if to := at.header.Get("Location"); at.status != http.StatusSeeOther || !strings.Contains(to, "/login?") {
		t.Errorf("with another lab's cookie it goes to %s (%d)", to, at.status)
	}
	redeem := func(l api.Lab) reply {
		return h.ask(t, "POST", l.Issuer+"/token", url.Values{
			"grant_type": {"authorization_code"}, "client_id": {l.ClientID}, "code": {code}, "redirect_uri": {l.RedirectURI},
			"code_verifier": {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
		}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	}
	if got := redeem(mine); got.status != http.StatusBadRequest || !strings.Contains(got.body, "invalid_grant") {
		t.Errorf("another lab's code gives %d %s", got.status, got.body)
	}
	if got := redeem(other); got.status != http.StatusOK {
		t.Errorf("in its own lab it gives %d %s", got.status, got.body)
	}
}

func authorization(l api.Lab) url.Values {
	return url.Values{
		"response_type": {"code"}, "client_id": {l.ClientID}, "redirect_uri": {l.RedirectURI}, "state": {"s"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
}

// signIn signs Alice in and returns her cookie, whose flags it checks, and a code.
func (h *house) signIn(t *testing.T, l api.Lab) (cookie, code string) {
	t.Helper()
	at := h.ask(t, "GET", l.Issuer+"/authorize?"+authorization(l).Encode(), "")
	login, err := url.Parse(at.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	got := h.ask(t, "POST", l.Issuer+"/login", url.Values{"request": {login.Query().Get("request")}, "pick": {"alice"}}.Encode(),
		"Content-Type", "application/x-www-form-urlencoded")
	back, err := url.Parse(got.header.Get("Location"))
	if err != nil || back.Query().Get("code") == "" {
		t.Fatalf("signing in answers %d %s", got.status, got.body)
	}
	set, err := http.ParseSetCookie(got.header.Get("Set-Cookie"))
	if err != nil {
		t.Fatal(err)
	}
	if !set.HttpOnly || set.SameSite != http.SameSiteLaxMode || set.Path != "/"+l.ID+"/" || set.Domain != "" {
		t.Errorf("the cookie is %+v", set)
	}
	return set.Name + "=" + set.Value, back.Query().Get("code")
}

// Under a name that is not its own a party shows nothing: a reader is sent to the right
// one, and anything else is refused.
func TestAnotherHostSeesNothing(t *testing.T) {
	for _, together := range []bool{false, true} {
		h := openHouseWith(t, func(c *setup) {
			if together {
				c.Listen = "127.0.0.1:0"
				c.Origins = numbered()
			}
		})
		for i, p := range h.config.Here() {
			address := "http://" + h.listeners[min(i, len(h.listeners)-1)][0].Addr().String()
			for _, r := range routes()[p.Flag()] {
				target := strings.NewReplacer("{lab}", "x", "{none}", "x").Replace(r.target)
				got := h.ask(t, r.method, address+target, "", "Host", "evil.example")
				away := got.status == http.StatusTemporaryRedirect && strings.HasPrefix(got.header.Get("Location"), h.config.Origins[p.ID]+"/")
				if (together || !away || r.method != "GET") && got.status != http.StatusMisdirectedRequest {
					t.Errorf("%s %s of %s for another host answers %d to %q", r.method, r.target, p.Flag(), got.status, got.header.Get("Location"))
				}
				if json.Valid([]byte(got.body)) && got.body != "" {
					t.Errorf("%s of %s shows %s", r.target, p.Flag(), got.body)
				}
			}
		}
	}
}
