package load_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons"
	"oauthlab/lessons/content"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
)

// A chapter in which everything is right.
const (
	chapterMD = `---
format: 1
id: v03
title: PKCE
question: Who redeems?
description: One sentence.
adds:
  - pkce
  - code-expiry
attacks:
  - stolen
sections:
  - title: RFC 7636
    url: https://www.rfc-editor.org/rfc/rfc7636
---

The *problem*.
`
	runMD = `---
id: run
kind: run
title: Run it
goals:
  - text: A request
    kind: request
    method: GET
    path: /authorize
---

Press.
`
	breakMD = `---
id: break
kind: break
title: Break it
protection: pkce
switch: off
attack: stolen
prediction:
  question: What now?
  options:
    - text: Nothing
      reply: Not quite.
    - text: Everything
      right: true
      reply: Yes.
goals:
  - text: Switched off
    kind: change
    what: protection
    fields:
      on: "false"
hint: Look right.
---

Guess.
`
	whyMD = `---
id: why
kind: why
title: See why
guard: pkce.verify
goals:
  - text: It would have refused
    kind: verdict
    guard: pkce.verify
    outcome: would-refuse
---

Read.
`
)

func tree() fstest.MapFS {
	return fstest.MapFS{
		"03-pkce/chapter.md": {Data: []byte(chapterMD)},
		"03-pkce/1-run.md":   {Data: []byte(runMD)},
		"03-pkce/2-break.md": {Data: []byte(breakMD)},
		"03-pkce/3-why.md":   {Data: []byte(whyMD)},
	}
}

func TestChapterIsReadWhole(t *testing.T) {
	files := tree()
	files["content.go"] = &fstest.MapFile{Data: []byte("package content")}
	files["03-pkce/golden.json"] = &fstest.MapFile{Data: []byte("{}")}
	got, err := load.Chapters(files)
	if err != nil {
		t.Fatal(err)
	}
	want := []lessons.Chapter{{
		ID: "v03", Path: "/v03-pkce", Title: "PKCE", Question: "Who redeems?", Description: "One sentence.",
		Version:     "v03",
		Before:      "v02",
		Problem:     "<div class=\"prose\"><p>The <em>problem</em>.</p>\n</div>",
		Protections: []string{"pkce", "code-expiry"},
		Attacks:     []string{"stolen"},
		Sections:    []lessons.Link{{Title: "RFC 7636", URL: "https://www.rfc-editor.org/rfc/rfc7636"}},
		Steps: []lessons.Step{
			{
				ID: "run", Kind: lessons.Run, Title: "Run it", Body: "<div class=\"prose\"><p>Press.</p>\n</div>",
				Goals: []lessons.Goal{{Text: "A request", Kind: event.KindRequest, Method: "GET", Path: "/authorize"}},
			},
			{
				ID: "break", Kind: lessons.Break, Title: "Break it", Body: "<div class=\"prose\"><p>Guess.</p>\n</div>",
				Prediction: &lessons.Prediction{Question: "What now?", Options: []lessons.Option{
					{Text: "Nothing", Reply: "Not quite."},
					{Text: "Everything", Right: true, Reply: "Yes."},
				}},
				Protection: "pkce", Switch: "off", Attack: "stolen", Hint: "Look right.",
				Goals: []lessons.Goal{{
					Text: "Switched off", Kind: event.KindChange, What: "protection",
					Fields: map[string]string{"on": "false"},
				}},
			},
			{
				ID: "why", Kind: lessons.Why, Title: "See why", Body: "<div class=\"prose\"><p>Read.</p>\n</div>", Guard: "pkce.verify",
				Goals: []lessons.Goal{{
					Text: "It would have refused", Kind: event.KindVerdict, Guard: "pkce.verify", Outcome: event.WouldRefuse,
				}},
			},
		},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("chapters differ (-want +got):\n%s", diff)
	}
}

// edit is a change to one file of a tree in which everything is right.
type edit struct{ file, old, new string }

func (e edit) apply(t *testing.T, files fstest.MapFS) {
	t.Helper()
	name := "03-pkce/" + e.file
	before := string(files[name].Data)
	if strings.Count(before, e.old) == 0 {
		t.Fatalf("%s does not hold %q", name, e.old)
	}
	files[name] = &fstest.MapFile{Data: []byte(strings.Replace(before, e.old, e.new, 1))}
}

func TestBadContent(t *testing.T) {
	versions := strings.Join(guard.Versions(), ", ")
	tests := map[string]struct {
		edit edit
		want string // the whole message
	}{
		"an unknown key of a chapter": {
			edit{"chapter.md", "question:", "qestion: x\nquestion:"},
			`03-pkce/chapter.md:5: unknown key "qestion": here may stand format, id, title, part, question, description, stands-on, script, client, tour, adds, attacks, sections`,
		},
		"an unknown key of a goal": {
			edit{"1-run.md", "    path: /authorize", "    paht: /authorize"},
			`03-pkce/1-run.md:9: unknown key "paht": is path meant?`,
		},
		"an unknown key of an option": {
			edit{"2-break.md", "      right: true", "      rihgt: true"},
			`03-pkce/2-break.md:14: unknown key "rihgt": is right meant?`,
		},
		"a body in the front matter": {
			edit{"1-run.md", "title:", "body: x\ntitle:"},
			`03-pkce/1-run.md:4: unknown key "body": here may stand id, kind, title, goals, prediction, protection, switch, attack, guard, tool, questions, hint`,
		},
		"a key given twice": {
			edit{"1-run.md", "title: Run it", "title: Run it\ntitle: Again"},
			`03-pkce/1-run.md:5: the key "title" stands in line 4 already`,
		},
		"a list where a word belongs": {
			edit{"1-run.md", "title: Run it", "title: [Run, it]"},
			`03-pkce/1-run.md:4: title is one text, and here is a list: a text that begins with [ or { needs quotes`,
		},
		"YAML that is none": {
			edit{"1-run.md", "title: Run it", "title: \"Run it"},
			`03-pkce/1-run.md:4: this text begins with a quote " and has none at its end`,
		},
		"a chapter that cannot be read is the only problem": {
			edit{"chapter.md", "format: 1", "format: one"},
			`03-pkce/chapter.md:2: format is a whole number without quotes, and here is the text "one"`,
		},
		"no front matter": {
			edit{"1-run.md", "---\n", ""},
			`03-pkce/1-run.md:1: the file does not begin with front matter, between two lines ---`,
		},
		"front matter that never ends": {
			edit{"1-run.md", "---\n\nPress.", "\nPress."},
			`03-pkce/1-run.md:1: the front matter does not end: its closing line --- is missing`,
		},
		"another format": {
			edit{"chapter.md", "format: 1", "format: 2"},
			`03-pkce/chapter.md:2: format is 2; this program reads format 1`,
		},
		"no format": {
			edit{"chapter.md", "format: 1\n", ""},
			`03-pkce/chapter.md:1: format is missing: write format: 1`,
		},
		"a chapter that stands on nothing": {
			edit{"chapter.md", "id: v03", "id: t01"},
			`03-pkce/chapter.md:3: stands-on is missing: "t01" is no version of the lab, so it stands on one of ` + versions,
		},
		"a chapter that stands on what is not there": {
			edit{"chapter.md", "id: v03", "id: t01\nstands-on: v99"},
			`03-pkce/chapter.md:4: there is no version "v99": there is ` + versions,
		},
		"a version that stands on another": {
			edit{"chapter.md", "id: v03", "id: v03\nstands-on: v02"},
			`03-pkce/chapter.md:4: v03 is a version itself and stands on no other`,
		},
		"an id that no address can have": {
			edit{"chapter.md", "id: v03", "id: my/first\nstands-on: v03"},
			`03-pkce/chapter.md:3: id "my/first": it has small letters and digits, at most 16, and begins with a letter`,
		},
		"a why step that shows a habit": {
			edit{"3-why.md", "title: See why\nguard: pkce.verify", "title: See why\nguard: pkce.method"},
			`03-pkce/3-why.md:5: "pkce.method" is a habit, which gives no verdict`,
		},
		"no title of a chapter": {
			edit{"chapter.md", "title: PKCE\n", ""},
			`03-pkce/chapter.md:1: title is missing`,
		},
		"no question": {
			edit{"chapter.md", "question: Who redeems?\n", ""},
			`03-pkce/chapter.md:1: question is missing`,
		},
		"an empty description": {
			edit{"chapter.md", "description: One sentence.", "description:"},
			`03-pkce/chapter.md:6: description is missing`,
		},
		"no text of a chapter": {
			edit{"chapter.md", "The *problem*.\n", ""},
			`03-pkce/chapter.md:1: there is no text below the front matter`,
		},
		"an unknown protection of a chapter": {
			edit{"chapter.md", "  - code-expiry", "  - code-expiri"},
			`03-pkce/chapter.md:9: unknown protection "code-expiri"`,
		},
		"a protection of another chapter": {
			edit{"chapter.md", "  - code-expiry", "  - state"},
			`03-pkce/chapter.md:9: protection "state" is added by chapter v02`,
		},
		"a protection that stands twice": {
			edit{"chapter.md", "  - code-expiry", "  - pkce"},
			`03-pkce/chapter.md:9: protection "pkce" stands twice`,
		},
		"an attack that stands twice": {
			edit{"chapter.md", "  - stolen", "  - stolen\n  - stolen"},
			`03-pkce/chapter.md:12: attack "stolen" stands twice`,
		},
		"a section without a title": {
			edit{"chapter.md", "  - title: RFC 7636\n    url", "  - url"},
			`03-pkce/chapter.md:13: title is missing`,
		},
		"a section that is not on https": {
			edit{"chapter.md", "url: https:", "url: http:"},
			`03-pkce/chapter.md:14: url of a section begins with "https://"`,
		},
		"no id of a step": {
			edit{"1-run.md", "id: run\n", ""},
			`03-pkce/1-run.md:1: id is missing`,
		},
		"a step's id that no link can have": {
			edit{"1-run.md", "id: run", "id: \"my \\\"run\\\"\""},
			`03-pkce/1-run.md:2: id "my \"run\"": it has small letters, digits and single hyphens`,
		},
		"a step's id that is taken": {
			edit{"3-why.md", "id: why", "id: run"},
			`03-pkce/3-why.md:2: step id "run" is taken by 03-pkce/1-run.md:2`,
		},
		"no kind": {
			edit{"1-run.md", "kind: run\n", ""},
			`03-pkce/1-run.md:1: kind is missing`,
		},
		"something to do in a step that is read": {
			edit{"1-run.md", "kind: run", "kind: read"},
			`03-pkce/1-run.md:5: a read step is done when it was read, and has no goals`,
		},
		"an unknown kind": {
			edit{"1-run.md", "kind: run", "kind: walk"},
			`03-pkce/1-run.md:3: unknown kind "walk": a step is run, break, why, mend, ask or read`,
		},
		"a break step without an attack": {
			edit{"3-why.md", "kind: why", "kind: break"},
			`03-pkce/3-why.md:1: attack is missing`,
		},
		"a mend step that switches off": {
			edit{"2-break.md", "kind: break", "kind: mend"},
			`03-pkce/2-break.md:6: a mend step switches on`,
		},
		"a mend step that switches nothing": {
			edit{"1-run.md", "kind: run", "kind: mend"},
			`03-pkce/1-run.md:1: protection is missing`,
		},
		"a why step that shows nothing": {
			edit{"3-why.md", "title: See why\nguard: pkce.verify", "title: See why"},
			`03-pkce/3-why.md:1: guard is missing`,
		},
		"a why step that shows an unknown guard": {
			edit{"3-why.md", "title: See why\nguard: pkce.verify", "title: See why\nguard: pkce.verifies"},
			`03-pkce/3-why.md:5: unknown guard "pkce.verifies"`,
		},
		"a step that offers an unknown tool": {
			edit{"1-run.md", "kind: run", "kind: run\ntool: hammer"},
			`03-pkce/1-run.md:4: unknown tool "hammer": there is ["pkce-workbench" "triptych" "jwt-workbench" "token-matrix" "agent-ways"]`,
		},
		"a step that switches an unknown protection": {
			edit{"2-break.md", "protection: pkce", "protection: pixy"},
			`03-pkce/2-break.md:5: unknown protection "pixy"`,
		},
		"a protection switched no way": {
			edit{"2-break.md", "switch: off\n", ""},
			`03-pkce/2-break.md:1: switch is on or off, not ""`,
		},
		"a switch of nothing": {
			edit{"2-break.md", "protection: pkce\n", ""},
			`03-pkce/2-break.md:1: protection is missing`,
		},
		"an attack that the chapter lacks": {
			edit{"2-break.md", "attack: stolen", "attack: guessed"},
			`03-pkce/2-break.md:7: attack "guessed" is not among the attacks of chapter.md`,
		},
		"a prediction without a right option": {
			edit{"2-break.md", "      right: true\n", ""},
			`03-pkce/2-break.md:10: a prediction has at least two options, exactly one of them right; here are 2, 0 right`,
		},
		"a prediction with two right options": {
			edit{"2-break.md", "    - text: Nothing", "    - text: Nothing\n      right: true"},
			`03-pkce/2-break.md:10: a prediction has at least two options, exactly one of them right; here are 2, 2 right`,
		},
		"a prediction with one option": {
			edit{"2-break.md", "    - text: Nothing\n      reply: Not quite.\n", ""},
			`03-pkce/2-break.md:10: a prediction has at least two options, exactly one of them right; here are 1, 1 right`,
		},
		"a prediction without a question": {
			edit{"2-break.md", "  question: What now?\n", ""},
			`03-pkce/2-break.md:8: question is missing`,
		},
		"an option without a reply": {
			edit{"2-break.md", "      reply: Not quite.\n", ""},
			`03-pkce/2-break.md:11: reply is missing`,
		},
		"a prediction before no attack": {
			edit{"1-run.md", "goals:", "prediction:\n  question: q\n  options:\n    - {text: a, reply: b, right: true}\n    - {text: c, reply: d}\ngoals:"},
			`03-pkce/1-run.md:5: a prediction is asked before an attack, and the step has none`,
		},
		"no goals": {
			edit{"1-run.md", "goals:\n  - text: A request\n    kind: request\n    method: GET\n    path: /authorize\n", ""},
			`03-pkce/1-run.md:1: goals is missing: by which event does the step tick?`,
		},
		"a goal without a text": {
			edit{"1-run.md", "  - text: A request\n    kind", "  - kind"},
			`03-pkce/1-run.md:6: text is missing`,
		},
		"a goal without a kind": {
			edit{"1-run.md", "    kind: request\n", ""},
			`03-pkce/1-run.md:6: kind is missing: a goal says which kind of event meets it`,
		},
		"a goal of an unknown kind": {
			edit{"1-run.md", "    kind: request", "    kind: wish"},
			`03-pkce/1-run.md:7: unknown kind of event "wish"`,
		},
		"a goal that anything meets": {
			edit{"1-run.md", "    method: GET\n    path: /authorize\n", "    from: browser\n"},
			`03-pkce/1-run.md:6: any request would meet this goal; say more about it`,
		},
		"a goal that nothing meets": {
			edit{"1-run.md", "    method: GET", "    name: callback"},
			`03-pkce/1-run.md:8: an event of kind request has no name, so nothing would meet this goal`,
		},
		"a goal for an unknown guard": {
			edit{"3-why.md", "    guard: pkce.verify", "    guard: pkce"},
			`03-pkce/3-why.md:9: unknown guard "pkce"`,
		},
		"a goal for an unknown outcome": {
			edit{"3-why.md", "would-refuse", "would-have-refused"},
			`03-pkce/3-why.md:10: unknown outcome "would-have-refused": a guard has passed, refused or would-refuse`,
		},
		"a block of raw HTML": {
			edit{"1-run.md", "Press.", "Press.\n\n<script>alert(1)</script>"},
			`03-pkce/1-run.md:14: raw HTML is not rendered; write Markdown`,
		},
		"a tag within a line": {
			edit{"1-run.md", "Press.", "Press\n<b>it."},
			`03-pkce/1-run.md:13: raw HTML is not rendered; write Markdown`,
		},
		"a link that runs a script": {
			edit{"1-run.md", "Press.", "Press\n[this](javascript:alert(1))."},
			`03-pkce/1-run.md:13: link to "javascript:alert(1)": begin it with "https://", "/" or "#"`,
		},
		"a link that is not on https": {
			edit{"1-run.md", "Press.", "Press <http://example.com>."},
			`03-pkce/1-run.md:12: link to "http://example.com": begin it with "https://", "/" or "#"`,
		},
		"a link to another host in disguise": {
			edit{"1-run.md", "Press.", "[Press](//example.com)."},
			`03-pkce/1-run.md:12: link to "//example.com": begin it with "https://", "/" or "#"`,
		},
		"an image from elsewhere": {
			edit{"1-run.md", "Press.", "Press ![it](https://example.com/a.png)."},
			`03-pkce/1-run.md:12: image "https://example.com/a.png" is not the lab's own; its address begins with "/"`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			files := tree()
			tt.edit.apply(t, files)
			chapters, err := load.Chapters(files)
			if err == nil || err.Error() != tt.want {
				t.Errorf("error is\n\t%v\nwant\n\t%s", err, tt.want)
			}
			if chapters != nil {
				t.Error("chapters came back beside an error")
			}
		})
	}
}

func TestBadFolders(t *testing.T) {
	tests := map[string]struct {
		change func(fstest.MapFS)
		want   string
	}{
		"a folder without a number": {
			func(f fstest.MapFS) { f["pkce/chapter.md"] = f["03-pkce/chapter.md"] },
			`pkce: a chapter's folder has a number and a name, such as 20-pkce: letters from a to z, digits and hyphens`,
		},
		"two chapters of one id": {
			func(f fstest.MapFS) {
				for name, file := range tree() {
					f[strings.Replace(name, "03-pkce", "04-again", 1)] = file
				}
			},
			`04-again/chapter.md:3: chapter id "v03" is taken by 03-pkce/chapter.md:3`,
		},
		"a step without a number": {
			func(f fstest.MapFS) { f["03-pkce/notes.md"] = f["03-pkce/1-run.md"] },
			`03-pkce/notes.md: a step's file has a number and a name, such as 1-run.md: letters from a to z, digits and hyphens. What is no step begins with a dot, or lies elsewhere`,
		},
		"a number left out": {
			func(f fstest.MapFS) { delete(f, "03-pkce/2-break.md") },
			`03-pkce/3-why.md: there is no step 2 before this one: steps count from 1 without gaps`,
		},
		"no steps": {
			func(f fstest.MapFS) {
				for _, name := range []string{"1-run", "2-break", "3-why"} {
					delete(f, "03-pkce/"+name+".md")
				}
			},
			`03-pkce: the chapter has no steps: a step is a file with a number, such as 1-run.md`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			files := tree()
			tt.change(files)
			if _, err := load.Chapters(files); err == nil || err.Error() != tt.want {
				t.Errorf("error is\n\t%v\nwant\n\t%s", err, tt.want)
			}
		})
	}
}

// What a teacher's chapter stands on has nothing of later versions.
func TestAChapterHasWhatItsVersionHas(t *testing.T) {
	files := tree()
	edit{"chapter.md", "id: v03", "id: t01\nstands-on: v02"}.apply(t, files)
	_, err := load.Chapters(files)
	want := strings.Join([]string{
		`03-pkce/chapter.md:9: protection "pkce" comes with v03, and the chapter stands on v02`,
		`03-pkce/chapter.md:10: protection "code-expiry" comes with v03, and the chapter stands on v02`,
		`03-pkce/2-break.md:5: protection "pkce" comes with v03, and the chapter stands on v02`,
		`03-pkce/3-why.md:5: guard "pkce.verify" comes with v03, and the chapter stands on v02`,
		`03-pkce/3-why.md:9: guard "pkce.verify" comes with v03, and the chapter stands on v02`,
	}, "\n")
	if err == nil || err.Error() != want {
		t.Errorf("error is\n%v\nwant\n%s", err, want)
	}

	files = tree()
	edit{"chapter.md", "id: v03", "id: t01\nstands-on: v03"}.apply(t, files)
	chapters, err := load.Chapters(files)
	if err != nil {
		t.Fatal(err)
	}
	if c := chapters[0]; c.ID != "t01" || c.Version != "v03" || c.Before != "" || c.Path != "/t01-pkce" {
		t.Errorf("chapter %s at %s, on %s after %q", c.ID, c.Path, c.Version, c.Before)
	}
}

func TestATreeIsCalledByItsName(t *testing.T) {
	files := tree()
	files[".git/config"] = &fstest.MapFile{} // nobody's chapter
	edit{"chapter.md", "title: PKCE\n", ""}.apply(t, files)
	delete(files, "03-pkce/3-why.md")
	files["03-pkce/4-why.md"] = &fstest.MapFile{}
	_, err := load.Read(load.Tree{Name: "mine", FS: files})
	want := "mine/03-pkce/4-why.md: there is no step 3 before this one: steps count from 1 without gaps\n" +
		"mine/03-pkce/chapter.md:1: title is missing\n" +
		"mine/03-pkce/4-why.md: the file is empty"
	if err == nil || err.Error() != want {
		t.Errorf("error is\n%v\nwant\n%s", err, want)
	}
	if _, err := load.Read(load.Tree{Name: "mine", FS: fstest.MapFS{}}); err == nil || !strings.HasPrefix(err.Error(), "mine: there is no chapter here") {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestMissingChapterFileIsNamed(t *testing.T) {
	files := tree()
	delete(files, "03-pkce/chapter.md")
	const want = "03-pkce: chapter.md is missing: it says what the chapter is about"
	if _, err := load.Chapters(files); err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
}

func TestAllProblemsAreReportedAtOnce(t *testing.T) {
	files := tree()
	edit{"chapter.md", "title: PKCE\n", ""}.apply(t, files)
	edit{"1-run.md", "kind: run", "kind: walk"}.apply(t, files)
	edit{"1-run.md", "Press.", "<b>Press</b>"}.apply(t, files)
	_, err := load.Chapters(files)
	want := strings.Join([]string{
		"03-pkce/chapter.md:1: title is missing",
		`03-pkce/1-run.md:3: unknown kind "walk": a step is run, break, why, mend, ask or read`,
		"03-pkce/1-run.md:12: raw HTML is not rendered; write Markdown",
	}, "\n")
	if err == nil || err.Error() != want {
		t.Errorf("error is\n%v\nwant\n%s", err, want)
	}
}

func TestProse(t *testing.T) {
	tests := map[string]struct{ markdown, want string }{
		"a link out of the lab opens beside it and says nothing of whence": {
			"[RFC](https://example.com/a?b=c&d)",
			`<a href="https://example.com/a?b=c&amp;d" rel="noreferrer" target="_blank">RFC</a>`,
		},
		"so does an address between angle brackets": {
			"<https://example.com>",
			`<a href="https://example.com" rel="noreferrer" target="_blank">https://example.com</a>`,
		},
		"a link within the lab stays in its tab": {"[v02](/v02-state)", `<a href="/v02-state">v02</a>`},
		"a link within the page too":             {"[up](#top)", `<a href="#top">up</a>`},
		"what looks like HTML in code is text":   {"`<script>`", `<code>&lt;script&gt;</code>`},
		"escaped brackets are text":              {`\<b>`, `&lt;b&gt;`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			files := tree()
			edit{"1-run.md", "Press.", tt.markdown}.apply(t, files)
			chapters, err := load.Chapters(files)
			if err != nil {
				t.Fatal(err)
			}
			want := "<div class=\"prose\"><p>" + tt.want + "</p>\n</div>"
			if got := chapters[0].Steps[0].Body; got != want {
				t.Errorf("body is\n\t%s\nwant\n\t%s", got, want)
			}
		})
	}
}

func TestWhyStepNeedsNoGoals(t *testing.T) {
	files := tree()
	edit{"3-why.md", "goals:\n  - text: It would have refused\n    kind: verdict\n    guard: pkce.verify\n    outcome: would-refuse\n", ""}.apply(t, files)
	if _, err := load.Chapters(files); err != nil {
		t.Error(err)
	}
}

func TestWindowsLineEndsAreRead(t *testing.T) {
	files := tree()
	for name, file := range files {
		files[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(file.Data), "\n", "\r\n"))}
	}
	if _, err := load.Chapters(files); err != nil {
		t.Error(err)
	}
}

func TestOurOwnContentLoads(t *testing.T) {
	chapters, err := load.Chapters(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]lessons.Chapter{}
	for _, c := range chapters {
		byID[c.ID] = c
	}
	v03, ok := byID["v03"]
	if !ok || v03.Path != "/v03-pkce" {
		t.Fatalf("there is no chapter v03 at /v03-pkce: %q", v03.Path)
	}
	var kinds []lessons.StepKind
	for _, s := range v03.Steps {
		kinds = append(kinds, s.Kind)
	}
	if diff := cmp.Diff([]lessons.StepKind{lessons.Run, lessons.Break, lessons.Why, lessons.Mend, lessons.Ask}, kinds); diff != "" {
		t.Errorf("the steps of v03 are not the loop (-want +got):\n%s", diff)
	}
	for _, c := range chapters {
		for _, p := range guard.Catalogue() {
			if p.Chapter == c.ID && !slices.Contains(c.Protections, p.ID) {
				t.Errorf("chapter %s does not say that it adds %s", c.ID, p.ID)
			}
		}
	}
}
