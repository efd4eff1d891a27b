package lint_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/content"
	"oauthlab/lessons/lint"
	"oauthlab/lessons/load"
)

// A tree of two chapters in which everything is right: a version of the lab, and a
// teacher's own that stands on it.
const (
	versionMD = `---
format: 1
id: v02
title: State
question: Whose answer is it?
description: One sentence.
adds:
  - state
attacks:
  - login-csrf
sections:
  - title: RFC 6749 §10.12, why state is there
    url: https://www.rfc-editor.org/rfc/rfc6749#section-10.12
---

The [problem](/glossary#state), ([RFC 6749 §10.12](https://www.rfc-editor.org/rfc/rfc6749#section-10.12)).
`
	versionStepMD = `---
id: mend
kind: mend
title: Mend it
protection: state
switch: "on"
attack: login-csrf
goals:
  - text: Switched on
    kind: change
    what: protection
    action: switched
    fields:
      key: state
      on: "true"
      state.method: random
  - text: It was stopped
    kind: note
    name: attack.ends
    fields:
      attack: login-csrf
      outcome: stopped
      by: state.compare
hint: Look right.
---

Press. See [the next](/t01-mine?off=state).

` + "```go\nif err != nil {\n```\n"
	ownMD = `---
format: 1
id: t01
stands-on: v02
title: Mine
question: Mine?
description: One sentence.
---

Mine.
`
	ownStepMD = `---
id: run
kind: run
title: Run it
goals:
  - text: A request
    kind: request
    method: GET
    path: /authorize
hint: Look up.
---

Press.
`
	traceTXT = `browser -> auth: GET {issuer}/authorize
    client_id = demo-client
auth: state.require passed
auth -> browser: 303
    Cache-Control: no-store
    code = <code-1>
`
)

func tree() map[string]string {
	return map[string]string{
		"02-state/chapter.md": versionMD, "02-state/1-mend.md": versionStepMD,
		"90-mine/chapter.md": ownMD, "90-mine/1-run.md": ownStepMD,
		"trace.txt": traceTXT,
	}
}

// house is what the fixture may name.
func house(traceText string) lint.House {
	explained := map[string]bool{"client_id": true, "code": true}
	return lint.House{
		Attacks:  map[string]string{"login-csrf": "v02", "intercepted-code": "v03"},
		Scripts:  []string{"sign-in", "call-api"},
		Pages:    map[string]map[string]bool{"/glossary": {"state": true}, "/reference": {"protection-state": true}, "/web/icons/logo.svg": {}},
		Traces:   []lint.Trace{{File: "trace.txt", Text: traceText}},
		Explains: func(name string) bool { return explained[name] },
	}
}

// check lints the tree as messages of "there/" and returns them.
func check(t *testing.T, files map[string]string) string {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		if strings.HasSuffix(name, ".md") {
			fsys[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	chapters, err := load.Read(load.Tree{Name: "there", FS: fsys, Books: content.FS})
	if err != nil {
		t.Fatal(err)
	}
	// The protections of other versions have no chapter here, and need none.
	if err := errors.Join(lint.Check(chapters, house(files["trace.txt"]))...); err != nil {
		return err.Error()
	}
	return ""
}

func TestNothingIsWrong(t *testing.T) {
	if got := check(t, tree()); got != "" {
		t.Error(got)
	}
}

// Where some chapters could not be read, nothing is said to be missing that may be
// theirs; what is wrong with the others is.
func TestChaptersBesideSomeThatCouldNotBeRead(t *testing.T) {
	files := tree()
	edit := func(name, old, new string) {
		if !strings.Contains(files[name], old) {
			t.Fatalf("%s has no %q", name, old)
		}
		files[name] = strings.Replace(files[name], old, new, 1)
	}
	edit("02-state/1-mend.md", "/t01-mine?off=state", "/t02-theirs")
	edit("02-state/chapter.md", "adds:\n  - state\n", "adds: []\n")
	edit("02-state/chapter.md", "  - login-csrf\n", "  - login-csrf\n  - login-crsf\n")
	edit("90-mine/1-run.md", "hint: Look up.\n", "hint: [Look, up]\n")
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	chapters, err := load.Read(load.Tree{Name: "there", FS: fsys, Books: content.FS})
	if err == nil {
		t.Fatal("it is read")
	}
	h := house(files["trace.txt"])
	h.Partly = true
	const want = `there/02-state/chapter.md:10: unknown attack "login-crsf"`
	if got := errors.Join(lint.Check(chapters, h)...); got == nil || got.Error() != want {
		t.Errorf("it finds\n\t%v\nwant\n\t%s", got, want)
	}
}

// Each rule finds what was broken on purpose, and says where.
func TestFindings(t *testing.T) {
	const (
		version, step = "02-state/chapter.md", "02-state/1-mend.md"
		own, ownStep  = "90-mine/chapter.md", "90-mine/1-run.md"
	)
	tests := map[string]struct{ file, old, new, want string }{
		"an attack that does not exist": {
			version, "  - login-csrf\n", "  - login-csrf\n  - login-crsf\n",
			`there/02-state/chapter.md:11: unknown attack "login-crsf"`,
		},
		"an attack of a later version": {
			own, "description: One sentence.\n", "description: One sentence.\nattacks:\n  - intercepted-code\n",
			`there/90-mine/chapter.md:9: attack "intercepted-code" comes with v03, and the chapter stands on v02`,
		},
		"an attack in a goal": {
			step, "      attack: login-csrf", "      attack: csrf",
			`there/02-state/1-mend.md:21: unknown attack "csrf"`,
		},
		"a guard in a goal": {
			step, "by: state.compare", "by: state.compares",
			`there/02-state/1-mend.md:23: unknown guard "state.compares"`,
		},
		"a habit that stops something": {
			step, "by: state.compare", "by: state.method",
			`there/02-state/1-mend.md:23: "state.method" is a habit, which stops nothing`,
		},
		"a protection in a goal": {
			step, "key: state", "key: states",
			`there/02-state/1-mend.md:14: unknown protection "states"`,
		},
		"a part in a goal": {
			step, "state.method: random", "state.methods: random",
			`there/02-state/1-mend.md:16: unknown part "state.methods"`,
		},
		"a value that a habit does not have": {
			step, "state.method: random", "state.method: fixed",
			`there/02-state/1-mend.md:16: state.method is never "fixed": it is random or constant or nothing`,
		},
		"a note that nobody takes": {
			step, "name: attack.ends", "name: attack.end",
			`there/02-state/1-mend.md:19: there is no note "attack.end": there is pkce.verifier, state.made, nonce.made, open, callback, code.accepted, tokens, signed-in, userinfo.taken, account.opened, things.shown, tokens.renewing, api.refused, token.refused, agent.delegates, agent.report, client.signed-out, flow.failed, login.refused, server.fault, introspection.unanswered, agent.trusted, out.of.bounds, mail, leak, moved, state.read, attack.begins, attack.ends, bait.begins, bait.ends, lab.created, lab.reset, call.refused`,
		},
		"a script that is not there": {
			own, "description: One sentence.\n", "description: One sentence.\nscript: sing-in\n",
			`there/90-mine/chapter.md:8: there is no script "sing-in": there is sign-in, call-api`,
		},
		"a field that a note does not have": {
			step, "      outcome: stopped", "      ending: stopped",
			`there/02-state/1-mend.md:22: the note attack.ends has no field "ending": it has attack, by, gained, harm, lost, outcome`,
		},
		"a change that nothing makes": {
			step, "    what: protection\n    action: switched", "    what: protection\n    action: turned",
			`there/02-state/1-mend.md:9: there is no change "protection turned": there is authorization kept, session stored, session removed, code stored, code spent, token stored, token revoked, refresh stored, refresh used, family revoked, key stored, key retired, key withdrawn, appointment stored, entry stored, protection switched, client registered, client changed, client removed, clock moved, chapter switched`,
		},
		"a field that a change does not have": {
			step, "    what: protection\n    action: switched\n    fields:\n      key: state\n      on: \"true\"\n      state.method: random\n",
			"    what: code\n    fields:\n      client: demo-client\n",
			`there/02-state/1-mend.md:13: the change "code" has no field "client": it has client_id, code_challenge, code_challenge_method, expires, key, redirect_uri, resource, spent, subject`,
		},
		"no hint": {
			ownStep, "hint: Look up.\n", "",
			`there/90-mine/1-run.md:1: hint is missing: what does who is stuck look for?`,
		},
		"a page that is not there": {
			version, "/glossary#state", "/glosary#state",
			`there/02-state/chapter.md:16: link to /glosary#state: the lab has no page /glosary`,
		},
		"an anchor that is not there": {
			version, "/glossary#state", "/reference#states",
			`there/02-state/chapter.md:16: link to /reference#states: the page has no anchor #states`,
		},
		"an anchor in a chapter": {
			step, "/t01-mine?off=state", "/t01-mine#run",
			`there/02-state/1-mend.md:27: link to /t01-mine#run: a chapter has no anchors`,
		},
		"an anchor in the same chapter": {
			step, "/t01-mine?off=state", "#run",
			`there/02-state/1-mend.md:27: link to #run: a chapter has no anchors`,
		},
		"a chapter that is not there": {
			step, "/t01-mine?off=state", "/t02-mine",
			`there/02-state/1-mend.md:27: link to /t02-mine: the lab has no page /t02-mine`,
		},
		"an image that is not there": {
			step, "See [the next](/t01-mine?off=state)", "See ![it](/web/icons/lgo.svg)",
			`there/02-state/1-mend.md:27: link to /web/icons/lgo.svg: the lab has no page /web/icons/lgo.svg`,
		},
		"a section in another form": {
			version, "rfc6749#section-10.12))", "rfc6749#10.12))",
			`there/02-state/chapter.md:16: link to https://www.rfc-editor.org/rfc/rfc6749#10.12: a section is written https://www.rfc-editor.org/rfc/rfc6749#section-4.1, or #appendix-A`,
		},
		"a section that is another than the words say": {
			version, "rfc6749#section-10.12))", "rfc6749#section-10.2))",
			`there/02-state/chapter.md:16: link to https://www.rfc-editor.org/rfc/rfc6749#section-10.2: its words name §10.12`,
		},
		"another RFC than the words say": {
			version, "    url: https://www.rfc-editor.org/rfc/rfc6749#section-10.12", "    url: https://www.rfc-editor.org/rfc/rfc9700#section-10.12",
			`there/02-state/chapter.md:13: link to https://www.rfc-editor.org/rfc/rfc9700#section-10.12: its words name RFC 6749`,
		},
		"an RFC elsewhere": {
			version, "https://www.rfc-editor.org/rfc/rfc6749#section-10.12))", "https://datatracker.ietf.org/doc/html/rfc6749#section-10.12))",
			`there/02-state/chapter.md:16: link to https://datatracker.ietf.org/doc/html/rfc6749#section-10.12: write https://www.rfc-editor.org/rfc/rfc6749#section-4.1`,
		},
		"code that does not fit": {
			step, "if err != nil {", "if err := somebody.Enforces(guard.IDSomething, guard.Something(a, b)); err != nil {",
			`there/02-state/1-mend.md:30: this line of code has 83 columns; there is room for 72`,
		},
		"a protection that no chapter teaches": {
			version, "adds:\n  - state\n", "adds: []\n",
			`there/02-state/chapter.md:7: protection "state" comes with v02, and no chapter teaches it`,
		},
		"a parameter without a sentence": {
			"trace.txt", "    code = <code-1>\n", "    code = <code-1>\n    iss = {issuer}\n",
			`trace.txt:7: no sentence explains the parameter "iss" of 303`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			files := tree()
			if strings.Count(files[tt.file], tt.old) != 1 {
				t.Fatalf("%q stands %d times in %s", tt.old, strings.Count(files[tt.file], tt.old), tt.file)
			}
			files[tt.file] = strings.Replace(files[tt.file], tt.old, tt.new, 1)
			if diff := cmp.Diff(tt.want, check(t, files)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
