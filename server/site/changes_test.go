package site

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"oauthlab/lessons"
	"oauthlab/lessons/trace"
)

// changed asks for the changes of a chapter.
func changed(t *testing.T, chapter string) Changes {
	t.Helper()
	resp, body := ask(t, origin, "GET", "/api/chapters/"+chapter+"/changes")
	var c Changes
	if err := json.Unmarshal([]byte(body), &c); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s is answered %d %v: %s", chapter, resp.StatusCode, err, body)
	}
	return c
}

// added lists what is new in a version, by message.
func added(c Changes) (list []string) {
	for _, m := range c.Messages {
		for _, l := range m.Lines {
			if l.Sign == trace.Added {
				list = append(list, m.What+": "+l.Text)
			}
		}
	}
	return list
}

func TestChangesAreWhatTheVersionAdds(t *testing.T) {
	v02 := changed(t, "v02")
	want := []string{
		"makes a state: state = <state-1>",
		"open: state = <state-1>",
		"GET /authorize: state = <state-1>",
		"GET /authorize: auth: state.require passed",
		"303, the answer to POST /login: state = <state-1>",
		"callback: state = <state-1>",
		"callback: client: state.compare passed",
		"callback: client: state.forget passed",
	}
	if got := added(v02); !slices.Equal(got, want) {
		t.Errorf("v02 adds %q, want %q", got, want)
	}
	v03 := changed(t, "v03")
	for _, want := range []string{
		"GET /authorize: code_challenge = <code_challenge-1>", "POST /token: code_verifier = <code_verifier-1>",
		"POST /token: auth: pkce.verify passed", "200, the answer to POST /token: Cache-Control: no-store",
	} {
		if !slices.Contains(added(v03), want) {
			t.Errorf("v03 does not add %q", want)
		}
	}
	for _, c := range []Changes{v02, v03} {
		var ids []string
		for _, p := range c.Protections {
			ids = append(ids, p.ID)
			for _, part := range p.Parts {
				if has := part.Code != nil && part.Code.Source.Text != ""; has == !part.Refuses() {
					t.Errorf("%s of %s shows its code: %v", part.ID, c.Chapter, has)
				}
			}
		}
		i := slices.IndexFunc(chapters, func(o lessons.Chapter) bool { return o.ID == c.Chapter })
		if !slices.Equal(ids, chapters[i].Protections) {
			t.Errorf("%s adds %q, and its lesson says %q", c.Chapter, ids, chapters[i].Protections)
		}
	}
	if v01 := changed(t, "v01"); v01.Since != "" || len(v01.Messages)+len(v01.Protections) > 0 {
		t.Errorf("v01 is compared with something: %+v", v01)
	}
	if resp, body := ask(t, origin, "GET", "/api/chapters/v99/changes"); resp.StatusCode != http.StatusNotFound || !strings.Contains(body, `"unknown_chapter"`) {
		t.Errorf("v99 is answered %d %s", resp.StatusCode, body)
	}
}

func TestAMessageShowsWhatDiffersAndALineAround(t *testing.T) {
	line := func(text string) LineChange { // such as "+state", "*kept" for a change and ">key" for its detail
		l := LineChange{trace.Same, trace.Parameter, text}
		if text[0] == '+' || text[0] == '-' {
			l.Sign = trace.Sign(text[:1])
			text = text[1:]
		}
		switch text[0] {
		case '*':
			l.Kind = trace.Stored
		case '>':
			l.Kind = trace.Detail
		}
		return l
	}
	tests := map[string]struct{ lines, want string }{
		"a line around":                   {"a b c +d e f g", "2 c +d e 2"},
		"at the ends":                     {"+a b c d -e", "+a b c d -e"},
		"one is not left out":             {"a b +c d e", "a b +c d e"},
		"a change whose detail differs":   {"a b *stored >key >to +>until", "2 *stored >key >to +>until"},
		"a change whose details are same": {"a b *stored >key >to x +y", "5 x +y"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var m MessageChange
			for _, text := range strings.Fields(tt.lines) {
				m.Lines = append(m.Lines, line(text))
			}
			var got []string
			for _, l := range m.Shown() {
				if l.Left > 0 {
					got = append(got, strconv.Itoa(l.Left))
				} else {
					got = append(got, l.Text)
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("shown is %q, want %q", got, tt.want)
			}
		})
	}
}

// Who runs no script gets the whole chapter, steps, guesses and code included.
func TestThePageCanBeReadWithoutScripts(t *testing.T) {
	for _, c := range chapters {
		_, page := ask(t, origin, "GET", c.Path)
		root, err := html.ParseWithOptions(strings.NewReader(page), html.ParseOptionEnableScripting(false))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if n.Type == html.ElementNode && n.Data == "button" && slices.ContainsFunc(slices.Collect(n.Ancestors()), func(a *html.Node) bool { return a.Data == "noscript" }) {
				t.Errorf("%s has a button that does nothing", c.Path)
			}
		}
		text := words(root)
		want := []string{c.Problem}
		for _, s := range c.Steps {
			want = append(want, s.Body)
		}
		for _, w := range want {
			if w = words(parse(t, w)); !strings.Contains(text, w) {
				t.Errorf("%s does not say %.80q", c.Path, w)
			}
		}
		if c.Before != "" && !strings.Contains(text, "What changed since "+c.Before) {
			t.Errorf("%s does not say what changed", c.Path)
		}
	}
}

// A glossary that lost an anchor, or a page that is gone, is noticed by who links there.
func TestPagesThatChaptersMayLinkTo(t *testing.T) {
	pages, err := Pages()
	if err != nil {
		t.Fatal(err)
	}
	for page, anchor := range map[string]string{"/glossary": "pkce", "/troubleshooting": "chapter-unknown", "/reference": "attack-intercepted-code"} {
		if !pages[page][anchor] {
			t.Errorf("%s#%s is not there", page, anchor)
		}
	}
	if _, there := pages["/web/icons/logo.svg"]; !there {
		t.Error("the logo is not there")
	}
	for name, want := range map[string]bool{"code_verifier": true, "code_challenge": true, "nonsense": false} {
		if Explains(name) != want {
			t.Errorf("%s is explained: %v", name, !want)
		}
	}
}
