package site

import (
	"testing"

	"github.com/google/go-cmp/cmp"

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
