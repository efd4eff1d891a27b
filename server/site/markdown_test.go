package site

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"oauthlab/lessons"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
	"oauthlab/server/authserver"
)

// markdownText is a document as a program reads it.
type markdownText struct {
	headings map[int][]string  // by level
	links    map[string]string // the first text of each, by address
	quotes   int
	words    string // all of it, without signs
	raw      []string
}

func readMarkdown(source string) markdownText {
	m := markdownText{headings: map[int][]string{}, links: map[string]string{}}
	src := []byte(source)
	var words strings.Builder
	tree := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(src))
	_ = ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			if n.Type() == ast.TypeBlock {
				words.WriteByte(' ')
			}
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			m.headings[n.Level] = append(m.headings[n.Level], wordsOf(n, src))
		case *ast.Link:
			if to := string(n.Destination); m.links[to] == "" {
				m.links[to] = wordsOf(n, src)
			}
		case *ast.Image:
			m.links[string(n.Destination)] = "image"
		case *ast.Blockquote:
			m.quotes++
		case *ast.HTMLBlock, *ast.RawHTML:
			m.raw = append(m.raw, wordsOf(n.Parent(), src)+" "+n.Kind().String())
		case *ast.Text:
			words.WriteString(unescaped(n, src))
		case *ast.FencedCodeBlock:
			words.Write(n.Lines().Value(src))
		}
		return ast.WalkContinue, nil
	})
	m.words = strings.Join(strings.Fields(words.String()), " ")
	return m
}

// wordsOf returns the text below a node as it is shown.
func wordsOf(of ast.Node, src []byte) string {
	var words strings.Builder
	_ = ast.Walk(of, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, is := n.(*ast.Text); is && entering {
			words.WriteString(unescaped(t, src))
		}
		return ast.WalkContinue, nil
	})
	return words.String()
}

// unescaped is the text of a node, which in code stands as it is.
func unescaped(t *ast.Text, src []byte) string {
	value := string(t.Segment.Value(src))
	if t.Parent().Kind() != ast.KindCodeSpan {
		for _, sign := range "\\`*_{}[]<>()#+-.!|~$='\"" {
			value = strings.ReplaceAll(value, `\`+string(sign), string(sign))
		}
		value = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "&quot;", `"`, "&#39;", "'", "&#34;", `"`).Replace(value)
	}
	if t.SoftLineBreak() || t.HardLineBreak() {
		value += " "
	}
	return value
}

// listed returns what llms.txt links to: titles by path.
func listed(t *testing.T) map[string]string {
	t.Helper()
	_, body := ask(t, origin, "GET", llmsPath)
	titles := map[string]string{}
	for to, title := range readMarkdown(body).links {
		path, own := strings.CutPrefix(to, origins[event.Lab])
		if !own {
			t.Errorf("%q is listed, which is not below %s", to, origins[event.Lab])
		}
		titles[path] = title
	}
	return titles
}

// The list has the form that llmstxt.org describes, and all chapters and books in it.
func TestAssistantsAreToldWhatThereIs(t *testing.T) {
	resp, body := ask(t, origin, "GET", "http://evil.example"+llmsPath)
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || got != "text/plain; charset=utf-8" {
		t.Fatalf("it is answered %d %s", resp.StatusCode, got)
	}
	if !strings.HasPrefix(body, "# OAuth Lab\n\n> ") || strings.Contains(body, "evil.example") {
		t.Errorf("it begins %.100q", body)
	}
	m := readMarkdown(body)
	if len(m.headings[1]) != 1 || m.quotes != 1 || len(m.headings[2]) < 3 || len(m.headings[3]) > 0 {
		t.Errorf("its headings are %v, with %d summaries", m.headings, m.quotes)
	}
	for line := range strings.SplitSeq(body, "\n") {
		if strings.HasPrefix(line, "- ") && (!strings.HasPrefix(line, "- [") || !strings.Contains(line, ".md): ")) {
			t.Errorf("an entry is %q", line)
		}
	}
	titles := listed(t)
	for _, path := range slices.Concat(pathsOf(chapters), bookPaths(), []string{"/protections", "/attacks", "/faults", "/api"}) {
		if titles[path+".md"] == "" {
			t.Errorf("%s is not listed", path)
		}
		delete(titles, path+".md")
	}
	if len(titles) > 0 {
		t.Errorf("it lists %q besides", titles)
	}
}

// Each document that is listed is Markdown, of which nothing is left of the page's HTML or
// of the lesson's own file.
func TestEachDocumentIsMarkdown(t *testing.T) {
	for path, title := range listed(t) {
		t.Run(path, func(t *testing.T) {
			resp, body := ask(t, origin, "GET", "http://evil.example"+path)
			if got := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || got != "text/markdown; charset=utf-8" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Fatalf("it is answered %d %s", resp.StatusCode, got)
			}
			m := readMarkdown(body)
			if !slices.Equal(m.headings[1], []string{title}) || !strings.HasPrefix(body, "# ") {
				t.Errorf("its title is %q, want %q", m.headings[1], title)
			}
			if len(m.raw) > 0 {
				t.Errorf("it has HTML: %.300q", m.raw)
			}
			for _, remnant := range []string{"{{", "<no value>", "ZgotmplZ", "evil.example", "\n---\n", "class=", "popovertarget", ":::"} {
				if strings.Contains(body, remnant) {
					t.Errorf("it has %q in it", remnant)
				}
			}
			for to := range m.links {
				if !strings.HasPrefix(to, "https://") && !strings.HasPrefix(to, origins[event.Lab]+"/") {
					t.Errorf("it links to %q", to)
				}
			}
			tag := resp.Header.Get("ETag")
			if again, _ := ask(t, origin, "GET", path, "If-None-Match", tag); tag == "" || again.StatusCode != http.StatusNotModified {
				t.Errorf("with the tag %q it is answered %d", tag, again.StatusCode)
			}
			if head, none := ask(t, origin, "HEAD", path); head.StatusCode != http.StatusOK || none != "" || head.Header.Get("ETag") != tag {
				t.Errorf("HEAD is answered %d with %d bytes", head.StatusCode, len(none))
			}
			if post, _ := ask(t, origin, "POST", path); post.StatusCode != http.StatusMethodNotAllowed {
				t.Errorf("POST is answered %d", post.StatusCode)
			}
		})
	}
}

// A page says where it is as Markdown.
func TestPagesNameTheirMarkdown(t *testing.T) {
	for _, path := range slices.Concat(pathsOf(chapters), bookPaths()) {
		resp, _ := ask(t, origin, "GET", path)
		if got, want := resp.Header.Get("Link"), `<`+path+`.md>; rel="alternate"; type="text/markdown"`; got != want {
			t.Errorf("%s says %q, want %q", path, got, want)
		}
	}
	if resp, _ := ask(t, origin, "GET", "/"); resp.Header.Get("Link") != "" {
		t.Errorf("the landing page says %q", resp.Header.Get("Link"))
	}
	if _, robots := ask(t, origin, "GET", "/robots.txt"); !strings.Contains(robots, "# For assistants: "+origins[event.Lab]+llmsPath+"\n") {
		t.Errorf("robots.txt is %q", robots)
	}
}

// Whatever the catalogues and the chapters have is in the documents.
func TestDocumentsSayWhatThePagesSay(t *testing.T) {
	says := map[string][]string{}
	for _, c := range chapters {
		at := c.Path + ".md"
		says[at] = append(says[at], c.Title, c.Question, c.Description)
		for i, s := range c.Steps {
			says[at] = append(says[at], string(rune('1'+i))+" "+s.Title)
			for _, g := range s.Goals {
				says[at] = append(says[at], g.Text)
			}
		}
		for _, s := range c.Sections {
			says[at] = append(says[at], s.Title)
		}
		for _, p := range guard.Catalogue() {
			if slices.Contains(c.Protections, p.ID) {
				says[at] = append(says[at], p.Title+" stops: "+p.Stops)
			}
		}
	}
	for _, p := range guard.Catalogue() {
		says["/protections.md"] = append(says["/protections.md"], p.Title, p.Stops)
		for _, part := range p.Parts {
			section, err := load.Section(part.Section)
			if err != nil {
				t.Fatal(err)
			}
			says["/protections.md"] = append(says["/protections.md"], string(part.ID), part.Title, section.Title)
		}
	}
	for _, a := range AttackCatalogue() {
		for _, path := range []string{"/attacks.md", "/reference.md"} {
			says[path] = append(says[path], a.Title, a.Story, a.Harm)
		}
	}
	for _, f := range authserver.Faults() {
		says["/faults.md"] = append(says["/faults.md"], string(f.Name)+": "+f.Changes)
	}
	for _, row := range Endpoints() {
		says["/api.md"] = append(says["/api.md"], row.Method+" "+row.Path+": "+row.Does)
	}
	for _, term := range terms(t) {
		says["/glossary.md"] = append(says["/glossary.md"], term.Name)
	}
	books, err := ReadBooks()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range books.troubles {
		for _, trouble := range g.Troubles {
			says["/troubleshooting.md"] = append(append(says["/troubleshooting.md"], trouble.Name), trouble.Says...)
		}
	}
	for _, g := range books.asvs {
		for _, r := range g.Requirements {
			says["/asvs.md"] = append(says["/asvs.md"], r.Number+" "+r.Title)
		}
	}
	says["/class.md"] = []string{"oauthlab progress check", "It is the learner's own word."}
	facts, err := newClientBench()
	if err != nil {
		t.Fatal(err)
	}
	for _, library := range facts.Libraries {
		says["/client-bench.md"] = append(says["/client-bench.md"], library.Library+" "+library.Version, library.Does)
	}
	held, err := embedCourse(chapters)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range held {
		says["/embed.md"] = append(says["/embed.md"], c.Title)
	}
	for path := range listed(t) {
		if len(says[path]) == 0 {
			t.Errorf("nobody says what is in %s", path)
		}
	}
	for path, wanted := range says {
		_, body := ask(t, origin, "GET", path)
		words := readMarkdown(body).words
		for _, want := range wanted {
			if want = strings.Join(strings.Fields(want), " "); !strings.Contains(words, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
	}
}

// A chapter of a teacher's own stands in the list and is a document, and what its author
// wrote is nothing but text.
func TestOwnChaptersAreDocuments(t *testing.T) {
	const hostile = "<script>alert(1)</script> [a](https://evil.example) *b* `c` | d # e <https://evil.example>"
	books, err := ReadBooks()
	if err != nil {
		t.Fatal(err)
	}
	own := lessons.Chapter{
		ID: "t01", Version: "v02", Path: "/t01-hello", Title: "Hello " + hostile, Question: hostile, Description: hostile,
		Problem: `<div class="prose"><p>Where is the <a class="term" href="/glossary#state">state</a>?</p></div>`,
		Steps:   []lessons.Step{{ID: "run", Kind: lessons.Run, Title: hostile, Body: `<div class="prose"><p>Look.</p></div>`, Goals: []lessons.Goal{{Text: hostile}}}},
	}
	course := Course{Chapters: []lessons.Chapter{own}, Coming: []load.Coming{{ID: "v99", Title: "Later"}}}
	a := &API{Chapters: course.Chapters, Books: books, Traces: traces}
	said, err := contents(a, course)
	if err != nil {
		t.Fatal(err)
	}
	lists, err := a.documents(course, said)
	if err != nil {
		t.Fatal(err)
	}
	served := newLibrary("https://lab.example", lists, slog.New(slog.DiscardHandler)).beside(http.NotFoundHandler())
	_, list := ask(t, served, "GET", llmsPath)
	if m := readMarkdown(list); m.links["https://lab.example/t01-hello.md"] != "t01 "+own.Title || len(m.raw) > 0 || strings.Contains(list, "Later") || !slices.Contains(m.headings[2], "Chapters") {
		t.Errorf("the list is\n%s", list)
	}
	_, body := ask(t, served, "GET", "/t01-hello.md")
	m := readMarkdown(body)
	if !slices.Equal(m.headings[1], []string{"t01 " + own.Title}) || !slices.Contains(m.headings[2], "1 "+hostile) || len(m.raw) > 0 ||
		strings.Count(m.words, hostile) < 5 || !strings.Contains(m.words, "Where is the state?") {
		t.Errorf("the chapter is %+v of\n%s", m, body)
	}
	for _, text := range []string{list, body} {
		for to := range readMarkdown(text).links {
			if !strings.HasPrefix(to, "https://lab.example/") {
				t.Errorf("the author's text links to %q", to)
			}
		}
	}
}

func TestOtherDocumentsAreNotThere(t *testing.T) {
	for _, path := range []string{
		"/nothing.md", "/v03.md", "/v99-nothing.md", "/v03-pkce.md/", "/v03-pkce.md.md", "/V03-PKCE.md", "/v03-pkce.MD", "/v03-pkce.md%00",
		"/.md", "/index.md", "/llms.txt/", "/llms.md", "/LLMS.TXT", "/llms-full.txt", "/api/attacks.md", "/protections", "/protections.md/x", "/reference%2Emd%2F",
	} {
		if resp, body := ask(t, origin, "GET", path); resp.StatusCode != http.StatusNotFound || strings.HasPrefix(resp.Header.Get("Content-Type"), "text/markdown") {
			t.Errorf("%s is answered %d %.80q", path, resp.StatusCode, body)
		}
	}
}

// What HTML has and Markdown has not is said in words and signs.
func TestMarkdownOf(t *testing.T) {
	for name, tt := range map[string]struct{ html, want string }{
		"a list of words":           {`<dl><div><dt>code</dt> <dd>a <code>value</code></dd></div><div><dt><code>x</code></dt><dd>y</dd></div></dl>`, "- **code**: a `value`\n- `x`: y"},
		"what is folded":            {`<details><summary>More <span class="changes-count">2 things</span></summary><p>a</p><details><summary>b</summary>c</details></details>`, "## More · 2 things\n\na\n\n#### b\n\nc"},
		"ways around the page":      {`<nav><a href="/">up</a></nav><form><input></form><p>a</p>`, "a"},
		"an address of the page":    {`<a href="#x">a</a>`, "[a](https://lab.example/v03-pkce#x)"},
		"an address of the lab":     {`<a href="/v04?off=a">a</a>`, "[a](https://lab.example/v04?off=a)"},
		"an address elsewhere":      {`<a href="https://other.example/b">a</a>`, "[a](https://other.example/b)"},
		"an address that cannot be": {`<a href="https://[::1">a</a> <a href="#%zz">b</a>`, "a b"},
		"a picture":                 {`<img src="/web/a.svg" alt="a key">`, "![a key](https://lab.example/web/a.svg)"},
		"a word of the glossary":    {`<p>a <a class="term" href="/glossary#b">b</a></p>`, "a b"},
		"a way to another entry":    {`<p class="entry-foot">see <a class="term" href="/glossary#b">b</a></p>`, "see [b](https://lab.example/glossary#b)"},
		"a sign that is set apart":  {`<ul><li><span class="change-sign">+</span><ins>a</ins> <span class="change-word">new</span></li></ul>`, "- \\+ a"},
		"a table":                   {`<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b | c</td></tr></tbody></table>`, "| a |\n|---|\n| b \\| c |"},
		"code":                      {"<pre>a &lt;b\n  c</pre>", "```\na <b\n  c\n```"},
		"what looks like HTML":      {`<p>&lt;script&gt;</p>`, "&lt;script&gt;"},
		"what looks like Markdown":  {`<p># a *b* [c](d)</p>`, `\# a \*b* \[c](d)`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := markdownOf(tt.html, "https://lab.example/v03-pkce")
			if err != nil || got != tt.want+"\n" {
				t.Errorf("%q, %v, want %q", got, err, tt.want)
			}
		})
	}
	if got, err := markdownOf("a", "http://[::1"); err == nil {
		t.Errorf("an address that cannot be read gives %q", got)
	}
}
