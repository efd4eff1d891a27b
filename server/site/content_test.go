package site

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"oauthlab/app/ui/page"
	"oauthlab/lessons"
	"oauthlab/lessons/content"
	"oauthlab/lessons/load"
	"oauthlab/server/attack"
	"oauthlab/web"
)

// parse reads a page as a browser does.
func parse(t *testing.T, page string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// words returns the text of the page that people read, in single spaces.
func words(root *html.Node) string {
	var text strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			text.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(text.String()), " ")
}

// embedded returns the content that the page carries for its program.
func embedded(t *testing.T, shown string) string {
	t.Helper()
	var found []string
	for n := range parse(t, shown).Descendants() {
		if n.Type == html.ElementNode && attribute(n, "id") == page.ElementID {
			if n.Data != "script" || attribute(n, "type") != "application/json" {
				t.Errorf("the content stands in <%s type=%q>", n.Data, attribute(n, "type"))
			}
			if n.FirstChild != nil {
				found = append(found, n.FirstChild.Data)
			}
		}
	}
	if len(found) != 1 {
		t.Fatalf("the page carries %d contents", len(found))
	}
	return found[0]
}

// First paint is the prerendered chapter: all of what it says can be read.
func TestThePrerenderedPageTellsTheChapter(t *testing.T) {
	for _, c := range chapters {
		resp, shown := ask(t, origin, "GET", c.Path)
		if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
			t.Fatalf("%s is answered %d %s", c.Path, resp.StatusCode, resp.Header.Get("Content-Type"))
		}
		text := words(parse(t, shown))
		prose := map[string]string{"the question": c.Question, "the problem": words(parse(t, c.Problem))}
		for _, s := range c.Steps {
			prose["the title of step "+s.ID] = s.Title
		}
		for name, want := range prose {
			if want == "" || !strings.Contains(text, want) {
				t.Errorf("%s does not show %s: %q", c.Path, name, want)
			}
		}
		if want := c.Question + " · OAuth Lab"; !strings.Contains(text, want) {
			t.Errorf("%s is not titled %q", c.Path, want)
		}
	}
}

func TestThePageCarriesItsContent(t *testing.T) {
	for _, c := range chapters {
		_, shown := ask(t, origin, "GET", c.Path)
		text := embedded(t, shown)
		if strings.Contains(strings.ToLower(text), "</script") || strings.Contains(text, "<!--") {
			t.Errorf("%s: the content ends its own block", c.Path)
		}
		var got page.Content
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatalf("%s: %v", c.Path, err)
		}
		if got.Path != c.Path || got.Chapter.ID != c.ID || len(got.Chapter.Steps) != len(c.Steps) {
			t.Errorf("%s carries %s %s with %d steps", c.Path, got.Path, got.Chapter.ID, len(got.Chapter.Steps))
		}
		if want, is := asJSON(t, c), asJSON(t, got.Chapter); want != is {
			t.Errorf("%s carries another chapter than was loaded", c.Path)
		}
		for _, a := range AttackCatalogue() {
			_, carried := got.Attack(a.ID)
			if want := a.Chapter <= c.Version || slices.Contains(c.Attacks, a.ID); carried != want {
				t.Errorf("%s carries the attack %s of %s: %v", c.Path, a.ID, a.Chapter, carried)
			}
		}
	}
	_, shown := ask(t, origin, "GET", "/")
	var landing page.Content
	if err := json.Unmarshal([]byte(embedded(t, shown)), &landing); err != nil || landing.Path != "/" || landing.Chapter.ID != "" {
		t.Errorf("the landing page carries %+v, %v", landing, err)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Whatever a link says, the server's page is the same.
func TestNoPageRepeatsItsQuery(t *testing.T) {
	const script = "<script>alert(1)</script>"
	queries := []string{
		"off=" + script,
		"off=" + url.QueryEscape(script),
		"off=pkce&tour=" + url.QueryEscape(`"><img src=x onerror=alert(1)>`),
		url.QueryEscape("</script>"+script) + "=1",
		"code=s3cret-code&state=s3cret-state",
		"a=" + strings.Repeat("alert(1)", 500),
	}
	for _, path := range []string{"/", "/v03-pkce", "/callback", "/nothing", "/app.js"} {
		_, plain := ask(t, origin, "GET", path)
		want := sorted(plain)
		for _, query := range queries {
			_, page := ask(t, origin, "GET", path+"?"+query)
			for _, part := range []string{"alert(1)", "onerror", "s3cret"} {
				if strings.Contains(page, part) {
					t.Errorf("%s?%.40s repeats %s", path, query, part)
				}
			}
			if sorted(page) != want {
				t.Errorf("%s?%.40s is another page than without the query", path, query)
			}
		}
	}
	for _, path := range []string{"/%3Cscript%3Ealert(1)%3C/script%3E", "/v03-pkce/%22onload=alert(1)", "/web/%3Cscript%3Ealert(1).css", "/api/%3Cscript%3Ealert(1)"} {
		if resp, page := ask(t, origin, "GET", path); resp.StatusCode != http.StatusNotFound || strings.Contains(page, "alert(1)") {
			t.Errorf("%s is answered %d %q", path, resp.StatusCode, page)
		}
	}
}

// sorted puts a page's bytes into order: go-app writes attributes in any.
func sorted(page string) string {
	b := []byte(page)
	slices.Sort(b)
	return string(b)
}

// The policy forbids inline code, so that what stands in a page would not work.
func TestNoPageHasInlineCode(t *testing.T) {
	for _, path := range []string{"/", "/v03-pkce", "/callback"} {
		_, page := ask(t, origin, "GET", path)
		for n := range parse(t, page).Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if n.Data == "style" {
				t.Errorf("%s has a <style>", path)
			}
			if n.Data == "script" && attribute(n, "type") != "application/json" {
				src := attribute(n, "src")
				if !strings.HasPrefix(src, "/") || strings.HasPrefix(src, "//") || n.FirstChild != nil {
					t.Errorf("%s has an inline script, or one from elsewhere: src=%q", path, src)
				}
			}
			for _, a := range n.Attr {
				value := strings.ToLower(strings.TrimSpace(a.Val))
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(value, "javascript:") {
					t.Errorf(`%s: <%s %s="%.60s">`, path, n.Data, a.Key, a.Val)
				}
			}
		}
	}
}

// The callback page is static: go-app, which would run the flow, is not in it.
func TestTheCallbackPageIsStaticAndNotKept(t *testing.T) {
	resp, page := ask(t, origin, "GET", "/callback?code=code-of-nobody&state=s1&error=%3Cscript%3E")
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Cache-Control") != "no-store" || strings.Contains(page, "code-of-nobody") {
		t.Errorf("answered %d %v", resp.StatusCode, resp.Header)
	}
	var scripts []string
	for n := range parse(t, page).Descendants() {
		if n.Type == html.ElementNode && n.Data == "script" {
			scripts = append(scripts, attribute(n, "src"))
		}
	}
	if !slices.Equal(scripts, []string{open(t, nil).Address("/web/callback/callback.js")}) {
		t.Errorf("its scripts are %q", scripts)
	}
}

func TestRobotsAreKeptFromWhatIsNoPage(t *testing.T) {
	resp, body := ask(t, origin, "GET", "http://evil.example/robots.txt")
	if resp.StatusCode != http.StatusOK || !strings.Contains(body, "Disallow: /api/\n") || !strings.Contains(body, "Disallow: /callback\n") ||
		strings.Contains(body, "evil.example") {
		t.Errorf("answered %d %q", resp.StatusCode, body)
	}
	if resp, _ := ask(t, origin, "GET", "/ads.txt"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("/ads.txt is answered %d", resp.StatusCode)
	}
	resp, sitemap := ask(t, origin, "GET", "/sitemap.xml")
	if resp.StatusCode != http.StatusOK || !strings.Contains(sitemap, "/v03-pkce</loc>") {
		t.Errorf("/sitemap.xml is answered %d %s", resp.StatusCode, sitemap)
	}
}

// Processes beside each other, and one process after the other, are one build.
func TestTheFingerprintOfTheSameChaptersIsTheSame(t *testing.T) {
	var prints []string
	for range 5 { // what is in no order differs now and then
		read, err := load.Chapters(content.FS)
		if err != nil {
			t.Fatal(err)
		}
		code, err := readCode()
		if err != nil {
			t.Fatal(err)
		}
		books, err := readBooks()
		if err != nil {
			t.Fatal(err)
		}
		pages, err := contents(&API{Traces: traces, Code: code, Books: books}, Course{Chapters: read})
		if err != nil {
			t.Fatal(err)
		}
		print, err := fingerprint(web.FS, pages)
		if err != nil {
			t.Fatal(err)
		}
		prints = append(prints, print)
	}
	if len(slices.Compact(prints)) > 1 {
		t.Errorf("the same chapters are %q", prints)
	}
}

// unknownAttacks lists where a chapter names an attack that is not in the catalogue.
func unknownAttacks(c lessons.Chapter) []string {
	var wrong []string
	check := func(where, id string) {
		if _, err := attack.Find(id); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: there is no attack %q", where, id))
		}
	}
	for _, id := range c.Attacks {
		check(c.ID, id)
	}
	for _, s := range c.Steps {
		if s.Attack != "" {
			check(c.ID+", step "+s.ID, s.Attack)
			if !slices.Contains(c.Attacks, s.Attack) {
				wrong = append(wrong, fmt.Sprintf("%s, step %s: the panel has no attack %q", c.ID, s.ID, s.Attack))
			}
		}
		for _, g := range s.Goals {
			if id, named := g.Fields["attack"]; named {
				check(c.ID+", step "+s.ID+", goal "+g.Text, id)
			}
		}
	}
	return wrong
}

func TestChaptersNameAttacksThatExist(t *testing.T) {
	for _, c := range chapters {
		for _, wrong := range unknownAttacks(c) {
			t.Error(wrong)
		}
	}
}

// The check above is no ornament.
func TestAnAttackThatDoesNotExistIsFound(t *testing.T) {
	right := attack.Catalogue()[0].ID
	tests := []struct {
		name string
		give lessons.Chapter
		want int
	}{
		{"nothing is wrong", lessons.Chapter{Attacks: []string{right}, Steps: []lessons.Step{{
			Attack: right, Goals: []lessons.Goal{{Fields: map[string]string{"attack": right}}, {}},
		}}}, 0},
		{"in the chapter", lessons.Chapter{Attacks: []string{right, "no-such"}}, 1},
		{"in a goal", lessons.Chapter{Steps: []lessons.Step{{Goals: []lessons.Goal{{Fields: map[string]string{"attack": "no-such"}}}}}}, 1},
		{"in a goal, empty", lessons.Chapter{Steps: []lessons.Step{{Goals: []lessons.Goal{{Fields: map[string]string{"attack": ""}}}}}}, 1},
		{"in a step, and so not in the panel", lessons.Chapter{Steps: []lessons.Step{{Attack: "no-such"}}}, 2},
		{"in a step that the panel lacks", lessons.Chapter{Steps: []lessons.Step{{Attack: right}}}, 1},
	}
	for _, tt := range tests {
		if wrong := unknownAttacks(tt.give); len(wrong) != tt.want {
			t.Errorf("%s: %q", tt.name, wrong)
		}
	}
}

// What the program in the browser can open, a lab can be opened in.
func TestEveryChapterCanBeOpened(t *testing.T) {
	for _, c := range chapters {
		w := httptest.NewRecorder()
		origin.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", "/api/labs", strings.NewReader(`{"chapter":"`+c.ID+`"}`)))
		if w.Code != http.StatusCreated {
			t.Errorf("a lab in %s is answered %d %s", c.ID, w.Code, w.Body)
		}
	}
}
