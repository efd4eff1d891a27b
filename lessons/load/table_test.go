package load_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/load"
)

// box is what a table begins with whose headings are these.
func box(headings string) string {
	return `<div class="prose-table" role="region" tabindex="0" aria-label="Table: ` + headings + `"><table>` + "\n"
}

// A table stands in a box that scrolls, which the keyboard reaches, with headings for
// columns and rows, and without a style, which the policy of the pages would refuse.
func TestATable(t *testing.T) {
	chapters, err := load.Chapters(lesson("Before.\n\n| Who & \"what\" | Hours |\n|---|--:|\n| **Dex** | 24 |\n| [Hydra][h] | `1\\|2` |\n\n[h]: https://example.com\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := `<div class="prose"><p>Before.</p>
` + box("Who &amp; &#34;what&#34;, Hours") + `<thead>
<tr>
<th scope="col">Who &amp; &quot;what&quot;</th>
<th scope="col" align="right">Hours</th>
</tr>
</thead>
<tbody>
<tr>
<th scope="row"><strong>Dex</strong></th>
<td align="right">24</td>
</tr>
<tr>
<th scope="row"><a href="https://example.com" rel="noreferrer" target="_blank">Hydra</a></th>
<td align="right"><code>1|2</code></td>
</tr>
</tbody>
</table></div>
</div>`
	if diff := cmp.Diff(want, chapters[0].Steps[0].Body); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What must not reach the page must not do so in a table either, and its lines are told.
func TestBadTables(t *testing.T) {
	tests := map[string]struct{ cell, want string }{
		"a link that leads nowhere":  {"[x](ftp://x)", `link to "ftp://x": begin it with "https://", "/" or "#"`},
		"raw HTML":                   {"<b>x</b>", "raw HTML is not rendered; write Markdown"},
		"a picture from elsewhere":   {"![x](https://x.org/y.png)", `image "https://x.org/y.png" is not the lab's own; its address begins with "/"`},
		"an entry that is not there": {"[x](/glossary#nothing)", `link to "/glossary#nothing": there is no such entry`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := load.Chapters(lesson("| Who | What |\n|---|---|\n| Dex | " + tt.cell + " |"))
			if want := "03-pkce/1-run.md:14: " + tt.want; err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error is\n%v\nwant\n%s", err, want)
			}
		})
	}
}

// A table's cells are passages, so that their sentences are checked like others.
func TestTheCellsOfATableAreProse(t *testing.T) {
	chapters, err := load.Read(load.Tree{FS: lesson("| Who | What |\n|---|---|\n| Dex | A long story. |")})
	if err != nil {
		t.Fatal(err)
	}
	want := []load.Passage{{Text: "Who", Line: 12}, {Text: "What", Line: 12}, {Text: "Dex", Line: 14}, {Text: "A long story.", Line: 14}}
	if diff := cmp.Diff(want, chapters[0].Pages[0].Prose); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
