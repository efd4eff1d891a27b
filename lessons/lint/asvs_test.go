package lint_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"oauthlab/lessons/content"
	"oauthlab/lessons/lint"
	"oauthlab/lessons/load"
)

// What the book of ASVS names is there, and what is there is named.
func TestFindingsInTheBookOfASVS(t *testing.T) {
	attacks := map[string]string{}
	for version, ids := range map[string]string{
		"v01": "code-to-mallory open-redirector error-redirector",
		"v02": "login-csrf guessed-state callback-replay",
		"v03": "code-injection code-replay thief-first late-code intercepted-code pkce-downgrade plain-leak",
		"v04": "scope-overreach token-in-url token-in-log web-app-code",
		"v05": "stolen-refresh used-refresh late-refresh refresh-for-ever",
		"v06": "print-shop-token",
		"v07": "account-takeover code-in-another-session id-token-wrong-nonce id-token-replayed id-token-wrong-aud metadata-wrong-issuer",
		"v09": "billing-token-at-calendar calendar-token-at-billing",
		"v10": "confused-deputy exchange-more-scope",
	} {
		for id := range strings.FieldsSeq(ids) {
			attacks[id] = version
		}
	}
	tests := map[string]struct{ file, old, new, want string }{
		"nothing":                            {},
		"a chapter that nobody knows":        {"asvs.md", "chapters: [v04, v25]", "chapters: [v04, v99]", `there is no chapter "v99", and none is to come`},
		"a chapter without a test":           {"asvs.md", "chapters: [v04, v25]", "chapters: [v01, v25]", "chapter v01 names no test for 10.1.1"},
		"a test that the book does not know": {"03-pkce/in-your-app.md", "asvs: [10.4.6]", "asvs: [10.4.6, 10.4.1]", "chapter v03 has a test for 10.4.1, and does not stand here"},
		"no protection":                      {"asvs.md", "protections: [code-expiry]\n", "", "protections are missing"},
		"a protection of another chapter":    {"asvs.md", "protections: [code-expiry]", "protections: [state]", `protection "state" comes with v02, which does not stand here`},
		"an attack of another chapter":       {"asvs.md", "attacks: [late-code]", "attacks: [login-csrf]", `attack "login-csrf" comes with v02, which does not stand here`},
		"an unknown attack":                  {"asvs.md", "attacks: [late-code]", "attacks: [early-code]", `unknown attack "early-code"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{}
			if err := fs.WalkDir(content.FS, ".", func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				text, err := fs.ReadFile(content.FS, path)
				if path == tt.file {
					if !strings.Contains(string(text), tt.old) {
						t.Fatalf("%s has no %q", path, tt.old)
					}
					text = []byte(strings.Replace(string(text), tt.old, tt.new, 1))
				}
				files[path] = &fstest.MapFile{Data: text}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			book, err := load.Requirements(files)
			if err != nil {
				t.Fatal(err)
			}
			chapters, err := load.Read(load.Tree{FS: files})
			if err != nil {
				t.Fatal(err)
			}
			coming, err := load.ToCome(files)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if err := errors.Join(lint.Requirements(book, chapters, coming, attacks)...); err != nil {
				got = err.Error()
			}
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("it says\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}
