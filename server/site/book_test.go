package site

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"oauthlab/lessons"
	"oauthlab/lessons/content"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
	"oauthlab/lessons/param"
	"oauthlab/server/attack"
	"oauthlab/server/authserver"
	"oauthlab/server/endpoint"
	"oauthlab/server/resourceserver"
	"oauthlab/server/webapp"
)

// terms returns the glossary by id.
func terms(t *testing.T) map[string]lessons.Term {
	t.Helper()
	groups, err := load.Glossary(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]lessons.Term{}
	for _, g := range groups {
		for _, term := range g.Terms {
			all[term.ID] = term
		}
	}
	return all
}

// What the lab can do wrong, and what it does against it, has an entry under its
// own id.
func TestTheGlossaryKnowsTheCatalogues(t *testing.T) {
	all := terms(t)
	for _, a := range attack.Catalogue() {
		if term, there := all[a.ID]; !there {
			t.Errorf("the glossary has no entry {#%s} for the attack %q", a.ID, a.Title)
		} else if len(term.Sections) == 0 || term.Sections[0].Title == "" {
			t.Errorf("the entry %s has no section", a.ID)
		}
	}
	for _, p := range guard.Catalogue() {
		if _, there := all[p.ID]; !there {
			t.Errorf("the glossary has no entry {#%s} for the protection %q", p.ID, p.Title)
		}
	}
}

// Every status that our code writes, and every error code, is a word of the glossary.
func TestTheGlossaryKnowsStatusAndErrorCodes(t *testing.T) {
	all := terms(t)
	found := collectErrors(t)
	if len(found.statuses) < 8 {
		t.Fatalf("only the statuses %v were found", found.statuses)
	}
	for status := range found.statuses {
		if status == http.StatusInternalServerError {
			continue // of a build that is broken; troubleshooting has it
		}
		if _, there := all["status-"+strconv.Itoa(status)]; !there {
			t.Errorf("the glossary has no entry {#status-%d}", status)
		}
	}
	for _, code := range append(found.codes, endpoint.InvalidRequest) {
		if id := strings.ReplaceAll(code, "_", "-"); all[id].Name != code {
			t.Errorf("the glossary has no entry %s {#%s}", code, id)
		}
	}
	if len(found.codes) < 4 {
		t.Errorf("only the error codes %q were found", found.codes)
	}
}

func TestTheBooksAreServed(t *testing.T) {
	titles := map[string]string{}
	for _, path := range bookPaths() {
		resp, page := ask(t, origin, "GET", path)
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Fatalf("%s is answered %d %s", path, resp.StatusCode, resp.Header.Get("Content-Type"))
		}
		root := parse(t, page)
		titles[path] = textOf(first(root, "title"))
		if h1 := textOf(first(root, "h1")); titles[path] != h1+" · OAuth Lab" || h1 == "" {
			t.Errorf("%s is titled %q and headed %q", path, titles[path], h1)
		}
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if n.Data == "style" || n.Data == "script" && n.FirstChild != nil {
				t.Errorf("%s has a <%s> of its own", path, n.Data)
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: <%s %s>", path, n.Data, a.Key)
				}
			}
		}
		if d := description(root); len(d) < 50 || len(d) > 180 {
			t.Errorf("%s is described in %d bytes: %q", path, len(d), d)
		}
		for _, want := range append([]string{"/"}, pathsOf(chapters)...) {
			if !strings.Contains(page, `<a href="`+want+`"`) && !strings.Contains(page, `" href="`+want+`"`) {
				t.Errorf("%s does not lead to %s", path, want)
			}
		}

		again, _ := ask(t, origin, "GET", path, "If-None-Match", resp.Header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified {
			t.Errorf("%s, unchanged, is answered %d", path, again.StatusCode)
		}
		if head, body := ask(t, origin, "HEAD", path); head.StatusCode != http.StatusOK || body != "" {
			t.Errorf("HEAD %s is answered %d with %d bytes", path, head.StatusCode, len(body))
		}
		if post, _ := ask(t, origin, "POST", path); post.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("POST %s is answered %d", path, post.StatusCode)
		}
		if lost, _ := ask(t, origin, "GET", path+"/more"); lost.StatusCode != http.StatusNotFound {
			t.Errorf("%s/more is answered %d", path, lost.StatusCode)
		}
	}
	if len(titles) != len(bookPaths()) || titles["/glossary"] == titles["/reference"] {
		t.Errorf("the titles are %q", titles)
	}
}

func TestSearchEnginesKnowTheBooks(t *testing.T) {
	_, body := ask(t, origin, "GET", "/sitemap.xml")
	var sitemap struct {
		URLs []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal([]byte(body), &sitemap); err != nil {
		t.Fatal(err)
	}
	var locations []string
	for _, u := range sitemap.URLs {
		locations = append(locations, u.Loc)
	}
	for _, path := range bookPaths() {
		if !slices.Contains(locations, origins[event.Lab]+path) {
			t.Errorf("the sitemap has %q and not %s", locations, path)
		}
	}
}

// Lint: whatever a page or a chapter links to within the lab is there, with its anchor.
func TestLinksWithinTheLabLeadSomewhere(t *testing.T) {
	anchors := map[string]map[string]bool{} // by path of a page
	links := map[string][]string{}          // by where they stand
	for _, path := range slices.Concat(bookPaths(), []string{"/"}, pathsOf(chapters)) {
		_, page := ask(t, origin, "GET", path)
		root := parse(t, page)
		anchors[path] = map[string]bool{}
		for n := range root.Descendants() {
			if id := attribute(n, "id"); id != "" {
				if anchors[path][id] && slices.Contains(bookPaths(), path) {
					t.Errorf("%s has two anchors #%s", path, id)
				}
				anchors[path][id] = true
			}
		}
		links[path] = hrefs(root)
	}
	// The prerendered page shows one step; the others are linted here.
	for _, c := range chapters {
		texts := map[string]string{"the problem": c.Problem}
		for _, s := range c.Steps {
			texts["step "+s.ID] = s.Body
		}
		for name, text := range texts {
			links[c.ID+", "+name] = hrefs(parse(t, text))
		}
	}
	checked := 0
	for from, targets := range links {
		for _, target := range targets {
			path, fragment, _ := strings.Cut(target, "#")
			path, _, _ = strings.Cut(path, "?")
			if path == "" {
				path = from
			}
			ids, page := anchors[path]
			switch {
			case !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/web/") || strings.HasPrefix(path, embedPath+"/"):
			case !page:
				t.Errorf("%s links to %s, where there is no page", from, target)
			case fragment != "" && slices.Contains(bookPaths(), path) && !ids[fragment]:
				t.Errorf("%s links to %s, where there is no such entry", from, target)
			default:
				checked++
			}
		}
	}
	if checked < 300 {
		t.Errorf("only %d links were checked", checked)
	}
}

// Every row of every table is told, whole, and each message that it names.
func TestTheReferenceTellsEveryEndpoint(t *testing.T) {
	_, page := ask(t, origin, "GET", "/reference")
	root := parse(t, page)
	ids := map[string]string{}
	for n := range root.Descendants() {
		if id := attribute(n, "id"); id != "" {
			ids[id] = words(n)
		}
	}
	rows := slices.Concat(authserver.Endpoints(), resourceserver.Endpoints(), webapp.Endpoints(), Endpoints(), attack.Endpoints())
	for _, row := range rows {
		said := ids[anchor(row.Name())]
		section, _, _ := strings.Cut(strings.TrimPrefix(row.Section, "["), "](")
		for _, want := range []string{row.Method, row.Path, row.Does, section, row.Feature.Chapter()} {
			if !strings.Contains(said, want) {
				t.Errorf("of %s the reference says %q, and not %q", row.Name(), said, want)
			}
		}
		if row.Does == "" || strings.Contains(said, "takes the key") != row.Keyed || strings.Contains(said, "CORS") != row.Shared {
			t.Errorf("of %s the reference says %q", row.Name(), said)
		}
		for _, taken := range row.Serve.Takes() {
			for _, name := range endpoint.NamesOf(taken) {
				if !strings.Contains(ids["message-"+anchor(endpoint.TitleOf(taken))], name) {
					t.Errorf("%s takes %s, and the reference does not say so", row.Name(), name)
				}
			}
		}
	}
	if len(rows) < 30 {
		t.Errorf("only %d endpoints were found", len(rows))
	}
}

func TestTheReferenceExplainsEveryParameter(t *testing.T) {
	r, err := newReference(nil)
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, m := range r.Messages {
		if len(m.Parameters) == 0 {
			t.Errorf("%s has no parameters: does the source still read them so?", m.Title)
		}
		for _, p := range m.Parameters {
			used[p.Name] = true
			if p.Means == "" {
				t.Errorf("%s: nothing is said of %s", m.Title, p.Name)
			}
		}
	}
	for _, own := range param.Own() {
		if !used[own.Name] {
			t.Errorf("the catalogue speaks of %s, which no message has", own.Name)
		}
	}
	for _, name := range []string{"state", "code_challenge", "code", "redirect_uri", "error_description", "expires_in"} {
		if !used[name] {
			t.Errorf("the parameter %s is not there", name)
		}
	}
}

// The reference says what the catalogues say.
func TestTheReferenceTellsTheCatalogues(t *testing.T) {
	_, page := ask(t, origin, "GET", "/reference")
	text := words(parse(t, page))
	for _, p := range guard.Catalogue() {
		for _, part := range p.Parts {
			section, err := load.Section(part.Section)
			if err != nil {
				t.Error(err)
			}
			for _, want := range append([]string{string(part.ID), part.Title, part.Does, section.Title, part.Fallback}, part.Values...) {
				if !strings.Contains(text, want) {
					t.Errorf("the reference does not say %q of %s", want, part.ID)
				}
			}
		}
	}
	for _, name := range event.Notes() {
		if row := event.NoteRowOf(name); !strings.Contains(text, name+" "+row.From.Row().Name) || !strings.Contains(text, row.Means) {
			t.Errorf("the reference does not tell of the note %s", name)
		}
	}
	for _, row := range event.Changes("", "") {
		if want := row.What + " " + row.Action + " " + row.From.Row().Name + ": " + row.Means; !strings.Contains(text, want) {
			t.Errorf("the reference does not say %q", want)
		}
	}
	for _, a := range AttackCatalogue() {
		for _, want := range slices.Concat([]string{a.Title, a.Story, a.Harm}, a.StoppedBy, a.Sections) {
			if !strings.Contains(text, want) {
				t.Errorf("the reference does not say %q of %s", want, a.ID)
			}
		}
	}
}

func first(root *html.Node, element string) *html.Node {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == element {
			return n
		}
	}
	return nil
}

func textOf(n *html.Node) string {
	if n == nil {
		return ""
	}
	return words(n)
}

func description(root *html.Node) string {
	for n := range root.Descendants() {
		if n.Data == "meta" && attribute(n, "name") == "description" {
			return attribute(n, "content")
		}
	}
	return ""
}

func hrefs(root *html.Node) (links []string) {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "a" {
			links = append(links, attribute(n, "href"))
		}
	}
	return links
}
