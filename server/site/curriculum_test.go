package site

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"oauthlab/app/ui/page"
	"oauthlab/lessons"
	"oauthlab/lessons/load"
)

// What is there comes first, as it is called now; what is to come is named until then.
func TestCurriculum(t *testing.T) {
	there := []lessons.Chapter{{ID: "v03", Title: "New title", Part: "Part I", Path: "/v03-pkce", Tour: "Try it"}, {ID: "agents", Title: "Agents", Path: "/agents-x"}}
	coming := []load.Coming{{ID: "v03", Title: "Old title"}, {ID: "v04", Title: "A protected API", Part: "Part II"}}
	want := []page.ChapterLink{
		{ID: "v03", Title: "New title", Part: "Part I", Path: "/v03-pkce", Tour: "Try it"}, {ID: "agents", Title: "Agents", Path: "/agents-x"},
		{ID: "v04", Title: "A protected API", Part: "Part II"},
	}
	if diff := cmp.Diff(want, curriculum(there, coming)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The list has each chapter once, under its part; those to come lead nowhere, and what a
// learner can do in one is there to be ticked.
func TestTheListOfChapters(t *testing.T) {
	there := []lessons.Chapter{
		{ID: "v01", Title: `"Login" & <b>code</b>`, Part: "Part I", Path: "/v01-login", Steps: []lessons.Step{{Kind: lessons.Run}, {Kind: lessons.Break}, {Kind: lessons.Why}, {Kind: lessons.Mend}}},
		{ID: "t01", Title: "Hello", Part: "Part I", Path: "/t01-hello", Steps: []lessons.Step{{Kind: lessons.Run}}},
		{ID: "industry", Title: "What ships", Part: "Reading", Path: "/industry", Steps: []lessons.Step{{Kind: lessons.Read}}},
	}
	links := curriculum(there, []load.Coming{{ID: "v02", Title: "State", Part: "Part I"}, {ID: "v11", Title: "Consent", Part: "Part II"}})
	list, err := listHTML(partsOf(links, loopsOf(there)), page.ChapterLink{ID: "t01", Title: "Hello"})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := html.Parse(strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for n := range tree.Descendants() {
		switch class := attribute(n, "class"); {
		case class == "toc-part", class == "toc-id", class == "toc-name":
			got = append(got, strings.TrimSpace(textOf(n)))
		case class == "toc-mark":
			got = append(got, "["+attribute(n, "data-tick")+": "+strings.TrimSpace(textOf(n))+"]")
		case strings.HasPrefix(class, "toc-link"):
			got = append(got, "\n"+n.Data+" "+attribute(n, "href")+attribute(n, "aria-current"))
		}
	}
	want := `Part I
a /v01-login v01 "Login" & <b>code</b> [v01 run: run] [v01 break: broken] [v01 mend: mended]
a /t01-hellopage t01 Hello [t01 run: run]
span  v02 State Reading
a /industry  What ships [industry read: read] Part II
span  v11 Consent`
	if said := strings.ReplaceAll(strings.Join(got, " "), " \n", "\n"); said != want {
		t.Errorf("(-want +got):\n%s", cmp.Diff(want, said))
	}
	if n := strings.Count(list, "still to come"); n != 2 {
		t.Errorf("%d chapters are still to come, want 2", n)
	}
}
