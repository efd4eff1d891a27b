package load_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/content"
	"oauthlab/lessons/load"
)

func TestChaptersToComeSayWhatTheyAre(t *testing.T) {
	_, err := load.ToCome(fstest.MapFS{"coming.md": {Data: []byte(`---
chapters:
  - id: v04
    part: Part I
  - title: Agents
---

Those to come.
`)}})
	const want = `coming.md:3: title is missing
coming.md:5: id is missing
coming.md:5: part is missing`
	if err == nil || err.Error() != want {
		t.Errorf("(-want +got):\n%s", cmp.Diff(want, err))
	}
}

// The parts of the course, in the order in which they are met: a heading that is spelt
// in two ways would stand twice in the menu.
func TestPartsOfTheCourse(t *testing.T) {
	chapters, err := load.Chapters(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	coming, err := load.ToCome(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	note := func(part string) {
		if !slices.Contains(got, part) {
			got = append(got, part)
		}
	}
	for _, c := range chapters {
		note(c.Part)
	}
	for _, c := range coming {
		note(c.Part)
	}
	want := []string{"Part I · The spine", "Reading", "Part II · A provider people can live with", "Part III · Agents", "Part IV · Hardening"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
