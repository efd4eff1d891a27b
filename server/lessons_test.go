package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/content"
	"oauthlab/lessons/lint"
	"oauthlab/lessons/load"
	"oauthlab/server/config"
	"oauthlab/server/prove"
)

// A teacher's chapter in which everything is right: it is run, broken and mended.
var taughtWell = map[string]string{
	"20-mine/chapter.md": `---
format: 1
id: t01
stands-on: v02
title: Mine
question: Mine?
description: One sentence.
attacks:
  - login-csrf
---

Mine.
`,
	"20-mine/1-run.md": `---
id: run
kind: run
title: Run it
goals:
  - text: A code
    kind: note
    name: code.accepted
hint: Look up.
---

Press.
`,
	"20-mine/2-break.md": `---
id: break
kind: break
title: Break it
protection: state
switch: "off"
attack: login-csrf
goals:
  - text: It worked
    kind: note
    name: attack.ends
    fields:
      outcome: succeeded
hint: Look right.
---

Press.
`,
	"20-mine/3-mend.md": `---
id: mend
kind: mend
title: Mend it
protection: state
switch: "on"
attack: login-csrf
goals:
  - text: It was stopped
    kind: note
    name: attack.ends
    fields:
      outcome: stopped
hint: Look right.
---

Press.
`,
	"20-mine/4-ask.md": `---
id: ask
kind: ask
title: Two questions
questions:
  - id: guess
    question: Who compares?
    options:
      - text: The client
        right: true
        reply: Yes.
      - text: The server
        reply: Not quite.
  - id: try
    question: Change the state. Who notices?
    goal:
      text: The client refuses
      kind: verdict
      guard: state.compare
      outcome: refused
    why: Only it has a copy.
    play:
      edit:
        state: another
---

Guess and try.
`,
}

// folderOf writes the files into a new folder, with changes: file, old text and new
// text, in threes.
func folderOf(t *testing.T, files map[string]string, changes ...string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		for i := 0; i+2 < len(changes); i += 3 {
			if changes[i] != name {
				continue
			}
			if !strings.Contains(text, changes[i+1]) {
				t.Fatalf("%s has no %q", name, changes[i+1])
			}
			text = strings.Replace(text, changes[i+1], changes[i+2], 1)
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What a start refuses, and what shows only when a chapter is played, is found with
// its place; and all of it.
func TestLintFindsWhatIsWrongWithAFolder(t *testing.T) {
	tests := map[string]struct {
		changes []string
		want    []string // below the folder
	}{
		"nothing": {},
		"files that cannot be read, all of them": {
			[]string{"20-mine/1-run.md", "kind: run", "kind: walk", "20-mine/3-mend.md", "protection: state", "protection: pkce"},
			[]string{
				`20-mine/1-run.md:3: unknown kind "walk": a step is run, break, why, mend, ask or read`,
				`20-mine/3-mend.md:5: protection "pkce" comes with v03, and the chapter stands on v02`,
			},
		},
		"names that are not there": {
			[]string{"20-mine/chapter.md", "  - login-csrf", "  - login-csrf\n  - no-such", "20-mine/2-break.md", "hint: Look right.\n", ""},
			[]string{
				`20-mine/chapter.md:10: unknown attack "no-such"`,
				`20-mine/2-break.md:1: hint is missing: what does who is stuck look for?`,
			},
		},
		"what a file shows by itself, and what only the whole shows": {
			[]string{
				"20-mine/chapter.md", "title: Mine", "title: Mine: all of it",
				"20-mine/1-run.md", "hint: Look up.\n", "",
				"20-mine/2-break.md", "Press.", "Press [it](/glossary#no-such), [that](/t01-mine), [here](/nowhere).",
				"20-mine/3-mend.md", "name: attack.ends", "name: attack.end",
			},
			[]string{
				`20-mine/chapter.md:5: a text with a colon in it needs quotes, since a colon ends a key: put the whole text in quotes: title: "Mine: all of it"`,
				`20-mine/2-break.md:17: link to "/glossary#no-such": there is no such entry`,
				`20-mine/3-mend.md:11: there is no note "attack.end": there is pkce.verifier, state.made, nonce.made, open, callback, code.accepted, tokens, signed-in, userinfo.taken, account.opened, things.shown, tokens.renewing, api.refused, token.refused, agent.delegates, agent.report, client.signed-out, flow.failed, login.refused, server.fault, introspection.unanswered, agent.trusted, out.of.bounds, mail, leak, moved, state.read, attack.begins, attack.ends, bait.begins, bait.ends, lab.created, lab.reset, call.refused`,
				`20-mine/1-run.md:1: hint is missing: what does who is stuck look for?`,
			},
		},
		"a goal that no event meets": {
			[]string{"20-mine/1-run.md", "name: code.accepted", "name: tokens"}, // v02 has no token endpoint
			[]string{`20-mine/1-run.md:6: no event of the chapter's flow and attacks meets this goal: "A code"`},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := folderOf(t, taughtWell, tt.changes...)
			var out bytes.Buffer
			err := run(t.Context(), []string{"lint", dir}, &out)
			if len(tt.want) == 0 {
				if want := dir + ": t01 can be played to the end; nothing to mend.\n"; err != nil || out.String() != want {
					t.Errorf("it says %q and %v, want %q", out.String(), err, want)
				}
				return
			}
			if err == nil {
				t.Error("it is content")
			}
			got := strings.Split(strings.TrimSuffix(strings.ReplaceAll(out.String(), dir+"/", ""), "\n"), "\n")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// interlude is a made-up chapter in which there is only to read.
var interlude = map[string]string{
	"05-pause/chapter.md": `---
format: 1
id: pause
stands-on: v02
title: A pause
part: Reading
question: What have others built?
description: One sentence.
sections:
  - title: RFC 6749
    url: https://www.rfc-editor.org/rfc/rfc6749
---

Nothing is broken here.
`,
	"05-pause/1-who.md": `---
id: who
kind: read
title: Who builds it
---

A [state](/glossary#state) is in all of them.
`,
	"05-pause/2-how.md": `---
id: how
kind: read
title: How they differ
---

Read on at [the next](/t01-mine).
`,
}

// An interlude is taught beside chapters: nothing is missing in it, and there is nothing
// to play.
func TestAnInterludeIsReadBetweenChapters(t *testing.T) {
	files := maps.Clone(taughtWell)
	maps.Copy(files, interlude)
	dir := folderOf(t, files)
	var out bytes.Buffer
	if err := run(t.Context(), []string{"lint", dir}, &out); err != nil || out.String() != dir+": pause, t01 can be played to the end; nothing to mend.\n" {
		t.Errorf("it says %q and %v", out.String(), err)
	}
	chapters, err := load.Read(load.Tree{FS: os.DirFS(folderOf(t, interlude)), Books: content.FS})
	if err != nil {
		t.Fatal(err)
	}
	if findings := lint.Ours(chapters); len(findings) > 0 {
		t.Errorf("as one of ours it lacks %v", findings)
	}
	if c := chapters[0]; !c.IsInterlude() || c.Version != "v02" || c.Path != "/pause-pause" {
		t.Errorf("it is read as %+v", c.Chapter)
	}
}

// A chapter that cannot be finished, or that finishes by itself, is found by playing it.
func TestWhatCannotBePlayedIsFound(t *testing.T) {
	h := openHouse(t)
	tests := map[string]struct{ changes, want []string }{
		"nothing": {},
		"a goal that no event meets": {
			[]string{"20-mine/2-break.md", "name: attack.ends", "name: leak"},
			[]string{
				`20-mine/2-break.md:9: no event of the chapter's flow and attacks meets this goal: "It worked"`,
				`20-mine/3-mend.md:9: playing the step does not bring about this goal, in this order: "It was stopped"`,
			},
		},
		"a goal that ticks before its step": {
			[]string{"20-mine/2-break.md", "goals:\n", "goals:\n  - text: The callback\n    kind: note\n    name: callback\n"},
			[]string{`20-mine/2-break.md:9: this goal ticks before its step has done anything: "The callback"`},
		},
		"goals in an order in which they do not happen": {
			[]string{"20-mine/1-run.md", "    name: code.accepted\n", "    name: code.accepted\n  - text: The state\n    kind: note\n    name: state.made\n"},
			[]string{`20-mine/1-run.md:9: playing the step does not bring about this goal, in this order: "The state"`},
		},
		"a break that breaks nothing, and so a mend that never ticks": {
			[]string{"20-mine/2-break.md", "protection: state\nswitch: \"off\"\n", ""},
			[]string{
				`20-mine/2-break.md:7: no event of the chapter's flow and attacks meets this goal: "It worked"`,
				`20-mine/3-mend.md:9: playing the step does not bring about this goal, in this order: "It was stopped"`,
			},
		},
		"a question that its play does not answer": {
			[]string{"20-mine/4-ask.md", "state: another", "scope: another"},
			[]string{`20-mine/4-ask.md:16: playing the step does not bring about this goal, in this order: "The client refuses"`},
		},
		"a question that is answered before it is asked": {
			[]string{"20-mine/4-ask.md", "guard: state.compare\n      outcome: refused", "guard: state.compare\n      outcome: passed"},
			[]string{`20-mine/4-ask.md:16: this goal ticks before its step has done anything: "The client refuses"`},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			chapters, err := load.Read(load.Tree{FS: os.DirFS(folderOf(t, taughtWell, tt.changes...))})
			if err != nil {
				t.Fatal(err)
			}
			findings, err := h.prover().VerifyPlayable(t.Context(), h.taught, chapters[0])
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range findings {
				got = append(got, f.Error())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A chapter that was written with Notepad and packed on a Mac is checked, taught and
// shown alike.
func TestAChapterFromAnotherComputer(t *testing.T) {
	files := map[string]string{}
	for name, text := range taughtWell {
		text = strings.NewReplacer("title: Mine", "title: Café, “ours”", "---\n", "--- \n", "\n", "\r\n").Replace(text)
		var raw []byte
		for _, unit := range utf16.Encode([]rune("\uFEFF" + text)) {
			raw = binary.LittleEndian.AppendUint16(raw, unit)
		}
		files[name] = string(raw)
		folder, file := filepath.Split(name)
		files[folder+"._"+file] = "\x00\x05\x16\x07"
		files["__MACOSX/"+folder+"._"+file] = "\x00\x05\x16\x07"
	}
	files[".DS_Store"], files["20-mine/Thumbs.db"], files["README.md"], files["images/a.png"] = "\x00", "\x00", "Hello.", "\x89PNG"
	dir := folderOf(t, files)
	var out bytes.Buffer
	if err := run(t.Context(), []string{"lint", dir}, &out); err != nil {
		t.Fatalf("%v:\n%s", err, out.String())
	}
	taught, err := prove.Read(config.Lessons{Dir: dir, Only: true})
	if err != nil {
		t.Fatal(err)
	}
	if c := taught.Chapters[0]; len(taught.Chapters) != 1 || c.Title != "Café, “ours”" || !strings.Contains(c.Problem, "<p>Mine.</p>") || len(c.Steps) != 4 {
		t.Errorf("the chapter is %q, in %d steps:\n%s", c.Title, len(c.Steps), c.Problem)
	}
}

// What lint names keeps the lab from starting, with the same words.
func TestAStartNamesWhatLintDoes(t *testing.T) {
	dir := folderOf(t, taughtWell, "20-mine/1-run.md", "Run it", "Caf\xe9", "20-mine/2-break.md", "kind: break", "kind: [break]")
	var out bytes.Buffer
	_ = run(t.Context(), []string{"lint", dir}, &out)
	_, err := prove.Read(config.Lessons{Dir: dir})
	want := "the lessons in " + dir + " cannot be used:\n" + strings.TrimSuffix(out.String(), "\n")
	if err == nil || err.Error() != want || strings.Count(want, "\n") != 2 {
		t.Errorf("a start says\n%v\nand lint\n%s", err, out.String())
	}
}

// No more is printed than anybody reads.
func TestManyFindingsAreCut(t *testing.T) {
	files := map[string]string{}
	for i := range 300 {
		files[fmt.Sprintf("week %d/chapter.md", i)] = "x"
	}
	var out bytes.Buffer
	err := run(t.Context(), []string{"lint", folderOf(t, files)}, &out)
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if last := lines[len(lines)-1]; len(lines) != 201 || last != "100 more; mend those above first" {
		t.Errorf("%d lines, the last %q", len(lines), last)
	}
	if err == nil || !strings.HasSuffix(err.Error(), ": 300 to mend") {
		t.Errorf("the error is %v", err)
	}
}

func TestLintTakesAFolder(t *testing.T) {
	empty, none := t.TempDir(), filepath.Join(t.TempDir(), "none")
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"none":          {nil, "expected \"<dir>\"; see oauthlab help"},
		"two":           {[]string{"a", "b"}, "unexpected argument b; see oauthlab help"},
		"no such":       {[]string{none}, "the lessons in " + none + " cannot be used: there is no such folder"},
		"an empty one":  {[]string{empty}, empty + ": 1 to mend"},
		"an odd flag":   {[]string{"--odd", "a"}, "unknown flag --odd; see oauthlab help"},
		"one of a file": {[]string{os.Args[0]}, "the lessons in " + os.Args[0] + " cannot be used: it is a file; the folder is needed in which the chapters' folders lie"},
		"a device":      {[]string{os.DevNull}, "the lessons in " + os.DevNull + " cannot be used: it is a file; the folder is needed in which the chapters' folders lie"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := run(t.Context(), append([]string{"lint"}, tt.args...), &bytes.Buffer{}); err == nil || err.Error() != tt.want {
				t.Errorf("error is\n\t%v\nwant\n\t%s", err, tt.want)
			}
		})
	}
}

// Chapters of a folder stand beside ours, take the place of one of ours, or of all.
func TestLessonsBesideOursAndInsteadOfThem(t *testing.T) {
	own := folderOf(t, taughtWell)
	ours, err := load.Read(load.Tree{FS: content.FS})
	if err != nil {
		t.Fatal(err)
	}
	paths := func(mine ...string) string { // what is mine stands in 20-mine
		var all []string
		for _, c := range ours {
			if c.Folder > "20-mine" {
				all, mine = append(all, mine...), nil
			}
			all = append(all, c.Path)
		}
		return strings.Join(append(all, mine...), " ")
	}
	v02 := folderOf(t, taughtWell, "20-mine/chapter.md", "id: t01\nstands-on: v02\n", "id: v02\nadds: [state]\n")
	tests := map[string]struct {
		config config.Lessons
		want   string // paths in their order
	}{
		"ours":                 {config.Lessons{}, paths()},
		"beside ours":          {config.Lessons{Dir: own}, paths("/t01-mine")},
		"in the place of one":  {config.Lessons{Dir: v02}, strings.Replace(paths(), "/v02-state", "/v02-mine", 1)},
		"instead of all":       {config.Lessons{Dir: own, Only: true}, "/t01-mine"},
		"one of ours, instead": {config.Lessons{Dir: v02, Only: true}, "/v02-mine"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			taught, err := prove.Read(tt.config)
			if err != nil {
				t.Fatal(err)
			}
			var paths []string
			for _, c := range taught.Chapters {
				paths = append(paths, c.Path)
			}
			if got := strings.Join(paths, " "); got != tt.want {
				t.Errorf("there is %s, want %s", got, tt.want)
			}
			if (len(taught.Coming) > 0) == tt.config.Only {
				t.Errorf("%d chapters are to come", len(taught.Coming))
			}
		})
	}
}
