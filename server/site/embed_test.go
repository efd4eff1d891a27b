package site

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"oauthlab/app/timeline"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/recording"
	"oauthlab/server/asset"
	"oauthlab/server/attack"
	"oauthlab/web"
)

// everyRecording are the chapters with all that is held of them.
func everyRecording(t *testing.T) []embedChapter {
	t.Helper()
	course, err := embedCourse(chapters)
	if err != nil {
		t.Fatal(err)
	}
	return course
}

// Of each version what happens in it is held, and of each attack how it is stopped with
// everything on, and how it succeeds with nothing in its way.
func TestEveryAttackIsHeldBothWays(t *testing.T) {
	held := map[string]map[string]bool{} // by chapter and attack
	for _, c := range everyRecording(t) {
		for _, h := range c.Held {
			key := c.ID + " " + h.Attack
			if held[key] == nil {
				held[key] = map[string]bool{}
			}
			held[key][h.Outcome] = true
			if len(h.switches) == 0 {
				held[key]["everything on: "+h.Outcome] = true
			}
		}
	}
	for _, version := range guard.Versions() {
		if !held[version+" "]["everything on: "] {
			t.Errorf("what happens in %s is not held", version)
		}
	}
	for _, a := range attack.Catalogue() {
		key := a.Chapter + " " + a.ID
		if !held[key]["everything on: "+api.Stopped] || !held[key][api.Succeeded] {
			t.Errorf("of %s are held %v", key, held[key])
		}
	}
}

// Each recording is whole, and its page tells all of it: each message with its sentence, how
// it ended, the way to the lab. The address in it leads to it.
func TestEveryRecordingIsShown(t *testing.T) {
	pages := 0
	for _, c := range everyRecording(t) {
		for _, h := range c.Held {
			pages++
			t.Run(h.Address(), func(t *testing.T) {
				events, err := h.Events(origins)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range events {
					if err := e.Validate(); err != nil {
						t.Errorf("event %d: %v", e.Seq, err)
					}
				}
				view := timeline.Reduce(events)
				if n := len(timeline.LanesOf(view.Bands)); view.Missing || n > timeline.MaxLanes {
					t.Errorf("events are missing: %v; it has %d lanes", view.Missing, n)
				}
				resp, body := ask(t, origin, http.MethodGet, h.Address())
				if resp.StatusCode != http.StatusOK {
					t.Fatalf("answered %d %s", resp.StatusCode, body)
				}
				checkRecording(t, c, h, view, parse(t, body))
			})
		}
	}
	if pages < 200 {
		t.Errorf("only %d pages", pages)
	}
}

func checkRecording(t *testing.T, c embedChapter, h *held, view timeline.View, root *html.Node) {
	t.Helper()
	rows, silent := 0, 0
	var card, line, try string
	for n := range root.Descendants() {
		class := " " + attribute(n, "class") + " "
		switch {
		case strings.Contains(class, " row "):
			rows++
		case strings.Contains(class, " row-says ") && strings.TrimSpace(words(n)) == "":
			silent++
		case strings.Contains(class, " card "):
			card = class
		case strings.Contains(class, " embed-code "):
			line = words(n)
		case strings.Contains(class, " embed-try "):
			try = attribute(n, "href")
		}
		if strings.Contains(n.Data, "style") && n.Type == html.ElementNode || attribute(n, "style") != "" {
			t.Errorf("it has a style of its own: <%s>", n.Data)
		}
		if n.Type == html.TextNode && n.Parent.Data != "code" && strings.ContainsAny(n.Data, "<{") {
			t.Errorf("it says %q", n.Data)
		}
	}
	want := 0
	for _, b := range view.Bands {
		want += len(b.Rows)
	}
	if rows != want || rows < 3 || silent > 0 {
		t.Errorf("it has %d rows of %d, and %d say nothing", rows, want, silent)
	}
	if won := strings.Contains(card, "is-won"); won != h.Succeeded() || (card == "") != (h.Attack == "") {
		t.Errorf("it ended with %q, and its card is %q", h.Outcome, card)
	}
	if !strings.Contains(line, `src="`+origins["lab"]+strings.ReplaceAll(h.Address(), "&", "&amp;")+`"`) || !strings.Contains(line, `sandbox="`+embedSandbox+`"`) {
		t.Errorf("its line is %s", line)
	}
	if !strings.HasPrefix(try, origins["lab"]+c.Path) || (len(h.switches) > 0) != strings.Contains(try, "?") {
		t.Errorf("it leads to the lab by %s", try)
	}
}

// An address says the same in any order, and by protections or by their parts.
func TestWaysToSelectARecording(t *testing.T) {
	_, want := ask(t, origin, http.MethodGet, "/embed/v03?attack=foreign-client&off=pkce,code-binding")
	for _, query := range []string{
		"off=code-binding,pkce&attack=foreign-client",
		"off=pkce.require,code-binding.client,pkce,,code-binding.redirect-uri&attack=foreign-client",
		"set=&attack=foreign-client&off=pkce%2Ccode-binding",
	} {
		if resp, got := ask(t, origin, http.MethodGet, "/embed/v03?"+query); resp.StatusCode != http.StatusOK || got != want {
			t.Errorf("%s is answered %d, and not as the other", query, resp.StatusCode)
		}
	}
	for query, say := range map[string]string{
		"/embed/v03": "Everything on", "/embed/v03?off=": "Everything on", "/embed/v03?off=pkce&attack=intercepted-code": "PKCE off",
		"/embed/v03?off=pkce.verify&attack=intercepted-code":                "PKCE verifier off",
		"/embed/v03?attack=plain-leak&set=pkce.method:plain":                "PKCE: client sends plain",
		"/embed/v03?attack=plain-leak&off=pkce.plain&set=pkce.method:plain": "PKCE method off, PKCE: client sends plain",
	} {
		if _, body := ask(t, origin, http.MethodGet, query); !strings.Contains(body, `<span class="embed-stands">`+say+`</span>`) {
			t.Errorf("%s does not say %q", query, say)
		}
	}
}

// What selects nothing is answered by a plain page that says what there is, repeats nothing,
// and leads to recordings.
func TestAddressesOfNoRecording(t *testing.T) {
	const bait = "zq7"
	long := strings.Repeat("pkce,", maxSelector/5+1)
	many := strings.Repeat("a,", guard.MaxLinkItems+1)
	tests := map[string]struct {
		target string
		status int
		title  string
	}{
		"no chapter":                      {"/embed/", 404, "No such chapter"},
		"a chapter that there is not":     {"/embed/" + bait, 404, "No such chapter"},
		"a chapter without a flow":        {"/embed/industry", 404, "No such chapter"},
		"a chapter in capitals":           {"/embed/V03", 404, "No such chapter"},
		"a path below a chapter":          {"/embed/v03/" + bait, 404, "No such chapter"},
		"a path out of the folder":        {"/embed/..%2f..%2f" + bait, 404, "No such chapter"},
		"markup for a chapter":            {"/embed/%3Cscript%3E" + bait, 404, "No such chapter"},
		"a null byte for a chapter":       {"/embed/v03%00" + bait, 404, "No such chapter"},
		"an attack that there is not":     {"/embed/v03?attack=" + bait, 404, "No such attack in v03"},
		"an attack of another chapter":    {"/embed/v03?attack=login-csrf", 404, "No such attack in v03"},
		"markup for an attack":            {"/embed/v03?attack=%22%3E%3Cimg%20src=x%20onerror=" + bait + "()%3E", 404, "No such attack in v03"},
		"lines for an attack":             {"/embed/v03?attack=" + bait + "%0d%0aSet-Cookie:%20a=b", 404, "No such attack in v03"},
		"a file for an attack":            {"/embed/v03?attack=../v03/flow", 404, "No such attack in v03"},
		"an attack without a name":        {"/embed/v03?attack=", 400, "This address cannot be read"},
		"a switch that there is not":      {"/embed/v03?off=" + bait, 404, "Not recorded with these switches"},
		"markup for a switch":             {"/embed/v03?attack=intercepted-code&off=%3Csvg/onload=" + bait + "%3E", 404, "Not recorded with these switches"},
		"a switch of a later chapter":     {"/embed/v03?attack=intercepted-code&off=pkce,nonce", 404, "Not recorded with these switches"},
		"switches that are not held":      {"/embed/v03?attack=intercepted-code&off=state", 404, "Not recorded with these switches"},
		"a flow with a switch off":        {"/embed/v03?off=pkce", 404, "Not recorded with these switches"},
		"a value that a habit has not":    {"/embed/v03?attack=plain-leak&set=pkce.method:" + bait, 404, "Not recorded with these switches"},
		"a check that is set":             {"/embed/v03?attack=intercepted-code&set=pkce.verify:" + bait, 404, "Not recorded with these switches"},
		"a value of nothing":              {"/embed/v03?set=:" + bait, 404, "Not recorded with these switches"},
		"a setting that is switched off":  {"/embed/v06?attack=alg-none&off=jwt-signature.tokens", 404, "Not recorded with these switches"},
		"a parameter that there is not":   {"/embed/v03?" + bait + "=1", 400, "This address cannot be read"},
		"the lab's step":                  {"/embed/v03?step=break", 400, "This address cannot be read"},
		"an attack twice":                 {"/embed/v03?attack=intercepted-code&attack=" + bait, 400, "This address cannot be read"},
		"off twice":                       {"/embed/v03?off=pkce&off=pkce", 400, "This address cannot be read"},
		"a theme that there is not":       {"/embed/v03?theme=" + bait, 400, "This address cannot be read"},
		"a theme that leaves the sheets":  {"/embed/v03?theme=../../" + bait, 400, "This address cannot be read"},
		"a theme without a name":          {"/embed/v03?theme=", 400, "This address cannot be read"},
		"what is no encoding":             {"/embed/v03?attack=%zz" + bait, 400, "This address cannot be read"},
		"semicolons":                      {"/embed/v03?attack=intercepted-code;off=pkce", 400, "This address cannot be read"},
		"a very long query":               {"/embed/v03?attack=intercepted-code&off=" + long, 400, "This address cannot be read"},
		"too many switches":               {"/embed/v03?attack=intercepted-code&off=" + many, 404, "Not recorded with these switches"},
		"bytes that are no UTF-8":         {"/embed/v03?attack=%ff%fe" + bait, 404, "No such attack in v03"},
		"text that turns the one near it": {"/embed/v03?attack=%E2%80%AE" + bait, 404, "No such attack in v03"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			resp, body := ask(t, origin, http.MethodGet, tt.target)
			if resp.StatusCode != tt.status || !strings.Contains(body, `<h1 class="embed-title">`+tt.title+`</h1>`) {
				t.Fatalf("answered %d %s", resp.StatusCode, body)
			}
			if strings.Contains(body, bait) || len(resp.Header.Values("Set-Cookie")) > 0 {
				t.Errorf("it repeats the address: %v %s", resp.Header, body)
			}
			if policy := resp.Header.Get("Content-Security-Policy"); policy != embedPolicy(origins) {
				t.Errorf("its policy is %q", policy)
			}
			links := 0
			for _, href := range hrefs(parse(t, body)) {
				if strings.HasPrefix(href, asset.Root) {
					continue
				}
				links++
				if resp, _ := ask(t, origin, http.MethodGet, href); resp.StatusCode != http.StatusOK {
					t.Errorf("it leads to %s, which is answered %d", href, resp.StatusCode)
				}
			}
			if links == 0 {
				t.Error("it leads nowhere")
			}
			if head, none := ask(t, origin, http.MethodHead, tt.target); head.StatusCode != tt.status || head.Header.Get("Content-Type") != resp.Header.Get("Content-Type") {
				t.Errorf("HEAD is answered %d %s", head.StatusCode, none)
			}
		})
	}
}

// Anybody may frame a recording and nothing else, and it has no origin there.
func TestOnlyRecordingsAreFramedByAnybody(t *testing.T) {
	resp, _ := ask(t, origin, http.MethodGet, "/embed/v03")
	got := directives(t, resp.Header.Get("Content-Security-Policy"))
	files := []string{origins["lab"] + asset.Root}
	want := map[string][]string{
		"sandbox": {"allow-scripts", "allow-popups", "allow-popups-to-escape-sandbox"}, "default-src": {"'none'"},
		"script-src": files, "style-src": files, "font-src": files, "img-src": {"'self'", files[0]},
		"frame-ancestors": {"*"}, "base-uri": {"'none'"}, "form-action": {"'none'"},
	}
	if !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("the policy is %q, want %q", got, want)
	}
	for name, value := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "", "Set-Cookie": "",
		"Access-Control-Allow-Origin": "", "Cross-Origin-Opener-Policy": "", "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache",
	} {
		if has := resp.Header.Get(name); has != value {
			t.Errorf("%s is %q, want %q", name, has, value)
		}
	}
	others := []string{"/", "/nothing", "/callback", "/api/labs", "/api/attacks", "/robots.txt", "/sitemap.xml", "/embedded", asset.Root + "embed/replay.js"}
	for _, path := range slices.Concat(others, pathsOf(chapters), bookPaths()) {
		resp, _ := ask(t, origin, http.MethodGet, path)
		policy := directives(t, resp.Header.Get("Content-Security-Policy"))
		if framers := policy["frame-ancestors"]; len(framers) != 1 || framers[0] != "'none'" && (path != "/callback" || framers[0] != "'self'") {
			t.Errorf("%s is framed by %q", path, framers)
		}
	}
}

// A recording is kept by who has it, and told apart from the same in other colours.
func TestARecordingIsKept(t *testing.T) {
	tags := map[string]bool{}
	for _, target := range []string{"/embed/v03", "/embed/v03?theme=light", "/embed/v03?theme=dark", "/embed/v02"} {
		resp, body := ask(t, origin, http.MethodGet, target)
		tag := resp.Header.Get("ETag")
		if tag == "" || tags[tag] {
			t.Errorf("%s has the tag %s", target, tag)
		}
		tags[tag] = true
		if again, _ := ask(t, origin, http.MethodGet, target, "If-None-Match", tag); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s once more is answered %d", target, again.StatusCode)
		}
		head, none := ask(t, origin, http.MethodHead, target)
		if head.StatusCode != http.StatusOK || none != "" || head.Header.Get("Content-Length") != fmt.Sprint(len(body)) {
			t.Errorf("HEAD of %s is answered %d, %s bytes of %d", target, head.StatusCode, head.Header.Get("Content-Length"), len(body))
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "BREW"} {
		if resp, _ := ask(t, origin, method, "/embed/v03?attack=intercepted-code"); resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s is answered %d, Allow %q", method, resp.StatusCode, resp.Header.Get("Allow"))
		}
	}
}

// A theme's sheet does not ask the reader's colours, and is else the same.
func TestTheSheetsOfTheThemes(t *testing.T) {
	_, either := ask(t, origin, http.MethodGet, asset.Root+"css/embedded.css")
	for _, theme := range themes {
		resp, sheet := ask(t, origin, http.MethodGet, asset.Root+"css/embedded-"+theme+".css")
		if resp.StatusCode != http.StatusOK || strings.Contains(sheet, "prefers-color-scheme") || strings.Contains(sheet, "color-scheme: light dark") ||
			strings.Count(sheet, "{") != strings.Count(either, "{") {
			t.Errorf("the sheet of %s is answered %d, and asks the reader's colours, or has other rules", theme, resp.StatusCode)
		}
		if _, page := ask(t, origin, http.MethodGet, "/embed/v03?theme="+theme); !strings.Contains(page, "/css/embedded-"+theme+".css\"") {
			t.Errorf("the page does not load the sheet of %s", theme)
		}
	}
}

// A page without an origin may have the fonts, and nothing else of ours.
func TestOnlyFontsAreForOtherOrigins(t *testing.T) {
	names, err := assetNames(web.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		resp, _ := ask(t, origin, http.MethodGet, asset.Root+name, "Origin", "null")
		want := ""
		if strings.HasSuffix(name, ".woff2") {
			want = "*"
		}
		if got := resp.Header.Get("Access-Control-Allow-Origin"); got != want || resp.StatusCode != http.StatusOK {
			t.Errorf("%s is answered %d, for %q", name, resp.StatusCode, got)
		}
	}
}

// The list leads to each run of each chapter.
func TestTheListOfRecordings(t *testing.T) {
	_, body := ask(t, origin, http.MethodGet, "/embed")
	listed := map[string]bool{}
	for _, href := range hrefs(parse(t, body)) {
		listed[href] = true
	}
	runs, err := recording.Held()
	if err != nil {
		t.Fatal(err)
	}
	ways := 0
	for href := range listed {
		if strings.HasPrefix(href, embedPath+"/") {
			ways++
			if resp, _ := ask(t, origin, http.MethodGet, href); resp.StatusCode != http.StatusOK {
				t.Errorf("%s is answered %d", href, resp.StatusCode)
			}
		}
	}
	if ways != len(runs) || !listed["/embed/v03?attack=intercepted-code&off=pkce"] {
		t.Errorf("it leads to %d of %d runs", ways, len(runs))
	}
}
