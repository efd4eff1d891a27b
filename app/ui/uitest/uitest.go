// Package uitest holds what tests of the screen share: a chapter, labs, events, and how
// to find buttons on a page.
package uitest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/ui/page"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// Content is what the page of a chapter says.
var Content = page.Content{
	Path: "/v03-pkce",
	Chapter: lessons.Chapter{
		ID: "v03", Version: "v03", Before: "v02", Path: "/v03-pkce", Title: "PKCE and the token endpoint",
		Question: "Is the one who redeems the code the one who asked for it?",
		Problem:  "<p>Others read addresses too.</p>",
		Attacks:  []string{"intercepted-code"},

		Protections: []string{"pkce", "code-single-use", "code-expiry", "code-binding", "code-entropy"},
		Steps: []lessons.Step{
			{ID: "run", Kind: lessons.Run, Title: "Run it", Body: "<p>Press it.</p>", Goals: []lessons.Goal{{Text: "The client has its token", Kind: event.KindNote, Name: event.NoteTokens}}},
			{
				ID: "break", Kind: lessons.Break, Title: "Guess, then break it", Body: "<p>Guess.</p>",
				Prediction: &lessons.Prediction{Question: "What can she do?", Options: []lessons.Option{{Text: "Nothing", Reply: "Not quite."}, {Text: "Redeem it", Right: true, Reply: "Yes."}}},
				Protection: "pkce", Switch: "off", Attack: "intercepted-code",
				Goals: []lessons.Goal{{Text: "Mallory redeemed Alice's code", Kind: event.KindNote, Name: event.NoteAttackEnds}},
			},
		},
	},
	Attacks: []api.Attack{
		{ID: "login-csrf", Title: "Alice signed in as Mallory", Chapter: "v02"},
		{ID: "intercepted-code", Title: "Intercepted code redeemed", Chapter: "v03", Sections: []string{"RFC 9700 §4.5"}},
	},
	Chapters: []page.ChapterLink{
		{ID: "v02", Title: "State", Part: "Part I"},
		{ID: "v03", Title: "PKCE and the token endpoint", Part: "Part I", Path: "/v03-pkce"},
		{ID: "v04", Title: "A protected API", Part: "Part I"},
	},
}

// HTML is what ui looks like on a page, "" for nothing.
func HTML(ui app.UI) string {
	drawn := app.FilterUIElems(ui)
	if len(drawn) == 0 {
		return ""
	}
	return app.HTMLString(drawn[0])
}

// LabWith is a lab in the chapter of Content in which the given parts are off.
func LabWith(off ...guard.ID) api.Lab {
	switches := guard.Switches{}
	for _, id := range off {
		switches, _ = switches.With(id, []byte("false"))
	}
	l := api.Lab{ID: "lab", Chapter: "v03", Protections: map[string]api.Protection{}}
	for _, p := range guard.Catalogue() {
		if !p.TaughtIn(Content.Chapter.Version) {
			continue
		}
		parts := map[string]any{}
		for _, part := range p.Parts {
			parts[string(part.ID)] = switches.Setting(part)
		}
		l.Protections[p.ID] = api.Protection{On: switches.ProtectionOn(p), Parts: parts}
	}
	return l
}

// Tokens is what the client tells when it has its token.
func Tokens() event.Event {
	return event.Event{From: event.Client, Kind: event.KindNote, Note: &event.Note{Name: event.NoteTokens}}
}

var (
	buttonPattern = regexp.MustCompile(`(?s)<button([^>]*)>(.*?)</button>`)
	labelPattern  = regexp.MustCompile(`aria-label="([^"]*)"`)
	// go-app writes an attribute whose value is "true" without it.
	disabledPattern = regexp.MustCompile(`aria-disabled(="true")?(\s|$)`)
	tagPattern      = regexp.MustCompile(`<[^>]*>`)
)

// Button is what a screen reader and a learner know of a button.
type Button struct {
	Name     string
	Disabled bool
	Role     string
}

// buttons returns the buttons of a page under their accessible names.
func buttons(ui app.UI) []Button {
	var out []Button
	for _, m := range buttonPattern.FindAllStringSubmatch(HTML(ui), -1) {
		b := Button{Disabled: strings.Contains(m[1], " disabled") || disabledPattern.MatchString(m[1]), Name: strings.Join(strings.Fields(tagPattern.ReplaceAllString(m[2], " ")), " ")}
		if label := labelPattern.FindStringSubmatch(m[1]); label != nil {
			b.Name = label[1]
		}
		if strings.Contains(m[1], `role="switch"`) {
			b.Role = "switch"
		}
		b.Name = html.UnescapeString(b.Name)
		out = append(out, b)
	}
	return out
}

// Named returns the one button of that name.
func Named(t *testing.T, ui app.UI, name string) Button {
	t.Helper()
	var found []Button
	for _, b := range buttons(ui) {
		if b.Name == name {
			found = append(found, b)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d buttons are named %q in %+v", len(found), name, buttons(ui))
	}
	return found[0]
}

// Logged numbers events as a log does.
func Logged(events ...event.Event) []event.Event {
	for i := range events {
		events[i].Seq = uint64(i + 1)
	}
	return events
}

// Constants returns the constants of a type of strings that a file declares, by their
// names: so a table can be held against all that there is.
func Constants(t *testing.T, file, of string) map[string]string {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == of && len(spec.Values) == 1 {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			found[spec.Names[0].Name] = value
		}
		return true
	})
	if len(found) == 0 {
		t.Fatalf("%s declares no constant of type %s", file, of)
	}
	return found
}
