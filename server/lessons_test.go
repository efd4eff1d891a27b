package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/load"
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
				`20-mine/1-run.md:3: unknown kind "walk": a step is run, break, why or mend`,
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
		"a goal that no event meets": {
			[]string{"20-mine/1-run.md", "name: code.accepted", "name: tokens"}, // v02 has no token endpoint
			[]string{`20-mine/1-run.md:6: no event of the chapter's flow and attacks meets this goal: "A code"`},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := folderOf(t, taughtWell, tt.changes...)
			var out bytes.Buffer
			err := lintFolder(t.Context(), []string{dir}, &out)
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

// A chapter that cannot be finished, or that finishes by itself, is found by playing it.
func TestARehearsalFindsWhatCannotBePlayed(t *testing.T) {
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
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			chapters, err := load.Read(load.Tree{FS: os.DirFS(folderOf(t, taughtWell, tt.changes...))})
			if err != nil {
				t.Fatal(err)
			}
			findings, err := h.rehearse(t.Context(), chapters[0])
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

func TestLintTakesAFolder(t *testing.T) {
	for name, args := range map[string][]string{
		"none":          {},
		"two":           {"a", "b"},
		"no such":       {filepath.Join(t.TempDir(), "none")},
		"an empty one":  {t.TempDir()},
		"an odd flag":   {"--odd", "a"},
		"one of a file": {os.Args[0]},
	} {
		t.Run(name, func(t *testing.T) {
			if err := lintFolder(t.Context(), args, &bytes.Buffer{}); err == nil {
				t.Error("it is content")
			}
		})
	}
}

// Chapters of a folder stand beside ours, take the place of one of ours, or of all.
func TestLessonsBesideOursAndInsteadOfThem(t *testing.T) {
	own := folderOf(t, taughtWell)
	v02 := folderOf(t, taughtWell, "20-mine/chapter.md", "id: t01\nstands-on: v02\n", "id: v02\nadds: [state]\n")
	tests := map[string]struct {
		config lessonsConfig
		want   string // paths in their order
	}{
		"ours":                 {lessonsConfig{}, "/v01-login-and-code /v02-state /v03-pkce"},
		"beside ours":          {lessonsConfig{dir: own}, "/v01-login-and-code /v02-state /v03-pkce /t01-mine"},
		"in the place of one":  {lessonsConfig{dir: v02}, "/v01-login-and-code /v02-mine /v03-pkce"},
		"instead of all":       {lessonsConfig{dir: own, only: true}, "/t01-mine"},
		"one of ours, instead": {lessonsConfig{dir: v02, only: true}, "/v02-mine"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			taught, err := tt.config.read()
			if err != nil {
				t.Fatal(err)
			}
			var paths []string
			for _, c := range taught.chapters {
				paths = append(paths, c.Path)
			}
			if got := strings.Join(paths, " "); got != tt.want {
				t.Errorf("there is %s, want %s", got, tt.want)
			}
			if (len(taught.coming) > 0) == tt.config.only {
				t.Errorf("%d chapters are to come", len(taught.coming))
			}
		})
	}
	if _, err := (lessonsConfig{only: true}).read(); err == nil {
		t.Error("--lessons-only is taken without --lessons")
	}
}
