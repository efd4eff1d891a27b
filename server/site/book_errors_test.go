package site

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"oauthlab/lessons/content"
	"oauthlab/lessons/load"
)

// Every error that our code can say has a cause and a cure on /troubleshooting, and
// what stands there word for word is still said.
func TestEveryErrorHasItsCure(t *testing.T) {
	groups, err := load.Troubles(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, g := range groups {
		for _, trouble := range g.Troubles {
			for _, says := range trouble.Says {
				told[said(says)] = true
			}
		}
	}
	found := collectErrors(t)
	for message, where := range found.messages {
		if !told[message] {
			t.Errorf("%s says %q, and lessons/content/troubleshooting.md has no entry that says so:\nsays:\n  - %q", where, message, message)
		}
	}
	for message := range told {
		if _, still := found.messages[message]; !still {
			t.Errorf("lessons/content/troubleshooting.md has %q, which our code does not say any more", message)
		}
	}
	if len(found.messages) < 80 {
		t.Errorf("only %d messages were found: has the way in which errors are written changed?", len(found.messages))
	}
}

// The collector finds each of the ways in which our code says an error.
func TestTheCollectorOfErrorsSees(t *testing.T) {
	c := &errorCollector{messages: map[string]string{}, statuses: map[int]string{}}
	tree, err := parser.ParseFile(token.NewFileSet(), "x.go", `package x
func f() {
	a(endpoint.Invalid("By place.", "hint"), api.Refusal{Code: "x", Description: "By name."})
	endpoint.Refuse(http.StatusTeapot, "code", "There is no "+quoted(name)+".", "hint")
	errors.New("in small letters")
	fmt.Errorf("with %q and %w", 1)
	fmt.Errorf("it takes %q of %d", 1)
	http.Error(w, "The store is away.", 1)
	malformed("The parameter %s is bad.", name)
	s.refuseLogin(w, fmt.Sprintf("Wait %d seconds.", n))
	no("Never.", "hint")
	explained("It is lost.")
	explained(variable)
	other("Not an error.")
	_ = Notice{Text: "Gone. " + explain(err)}
	_ = endpoint.Invalid(variable, "hint")
}
func explain(err error) string { return "It said no: " + full(err) }
func name() string { return "Not an error." }
`, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(tree, c.visit("x.go", regexp.MustCompile(`.`)))
	var got []string
	for message := range c.messages {
		got = append(got, message)
	}
	slices.Sort(got)
	want := []string{
		"By name.", "By place.", "Gone. ….", "In small letters.", "It is lost.", "It said no: ….", "It takes … of ….", "Never.",
		"The parameter … is bad.", "The store is away.", "There is no ….", "Wait … seconds.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("it found\n\t%q\nwant\n\t%q", got, want)
	}
	if _, seen := c.statuses[http.StatusTeapot]; !seen {
		t.Errorf("it found the statuses %v", c.statuses)
	}
}

// errorCollector gathers what the source says when something is wrong.
type errorCollector struct {
	messages map[string]string // message, in its one form: the file that says it
	statuses map[int]string
	codes    []string // constants of the authorization server
}

// collectErrors reads the source of all who answer learners.
func collectErrors(t *testing.T) *errorCollector {
	t.Helper()
	c := &errorCollector{messages: map[string]string{}, statuses: map[int]string{}}
	root := os.DirFS("../..")
	// Folder, and in which of its files errors.New and fmt.Errorf are said to learners.
	for folder, plain := range map[string]string{
		"server/authserver":     `^$`,
		"server/resourceserver": `^$`,
		"server/webapp":         `^$`,
		"server/agent":          `^$`,
		"server/endpoint":       `^$`, // its plain errors stand in the message about the JSON
		"server/site":           `^api`,
		"server/feed":           `^websocket\.go$`,
		"server/lab":            `^switches\.go$`,
		"server":                `^$`,
		"lessons/guard":         `.`,
		"lessons/event":         `.`,
		"app/client":            `.`,
		"app/ui":                `^$`,
		"app/ui/session":        `^$`,
		"app/lab":               `^line\.go$`,
	} {
		names, err := fs.Glob(root, folder+"/*.go")
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d files, %v", folder, len(names), err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := fs.ReadFile(root, name)
			if err != nil {
				t.Fatal(err)
			}
			tree, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, c.visit(name, regexp.MustCompile(plain)))
		}
	}
	// What is said to the operator or to nobody.
	for _, inner := range []string{
		"The lab is closing.", // the websocket's farewell, which the client answers by coming back
	} {
		if _, there := c.messages[inner]; !there {
			t.Errorf("%q is left out, and not said any more", inner)
		}
		delete(c.messages, inner)
	}
	return c
}

// putsInWords reports whether a function returns what the page says of an error.
func putsInWords(f *ast.FuncDecl) bool {
	switch f.Name.Name {
	case "explain", "unexplained":
		return f.Recv == nil
	case "connection": // of the notices
		return f.Recv != nil
	}
	return false
}

// visit collects from the nodes of a file; plain are the files whose plain errors count.
func (c *errorCollector) visit(file string, plain *regexp.Regexp) func(ast.Node) bool {
	base := file[strings.LastIndex(file, "/")+1:]
	add := func(e ast.Expr) {
		if message := said(flatten(e)); strings.ContainsAny(message, "abcdefghijklmnopqrstuvwxyz") {
			c.messages[message] = file
		}
	}
	return func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			c.status(n, file)
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if strings.HasPrefix(name.Name, "code") && i < len(n.Values) {
					if code, ok := literal(n.Values[i]); ok {
						c.codes = append(c.codes, code)
					}
				}
			}
		case *ast.CompositeLit:
			c.literal(n, add)
		case *ast.FuncDecl:
			if putsInWords(n) {
				ast.Inspect(n, func(n ast.Node) bool {
					if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) > 0 {
						add(r.Results[0])
					}
					return true
				})
			}
		case *ast.CallExpr:
			if i, ok := messageArgument(n, plain.MatchString(base)); ok && i < len(n.Args) {
				add(n.Args[i])
			}
		}
		return true
	}
}

// literal collects Refusal{Description: "..."}, other errors so, and Notice{Text: "..."}.
func (c *errorCollector) literal(n *ast.CompositeLit, add func(ast.Expr)) {
	name := ""
	switch t := n.Type.(type) {
	case *ast.Ident:
		name = t.Name
	case *ast.SelectorExpr:
		name = t.Sel.Name
	}
	for _, element := range n.Elts {
		pair, keyed := element.(*ast.KeyValueExpr)
		if !keyed {
			continue
		}
		key, _ := pair.Key.(*ast.Ident)
		if key != nil && (key.Name == "Description" && (name == "Refusal" || name == "TokenError" || name == "APIError" || name == "RegistrationError") || name == "Notice" && key.Name == "Text") {
			add(pair.Value)
		}
	}
}

// messageArgument returns which argument of a call is said, if one is.
func messageArgument(call *ast.CallExpr, plain bool) (int, bool) {
	switch calls(call) {
	case "Refuse":
		return 2, true
	case "Invalid", "noTarget", "malformed", "no", "explained", "Explained", "refusal", "unreadable":
		return 0, true
	case "unauthorized":
		return 1, true
	case "refuseLogin":
		return len(call.Args) - 1, true
	case "New", "Errorf":
		s, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || len(call.Args) == 0 {
			return 0, false
		}
		pkg, _ := s.X.(*ast.Ident)
		text, _ := literal(call.Args[0])
		isPlain := pkg != nil && (pkg.Name == "errors" || pkg.Name == "fmt" && !strings.Contains(text, "%w"))
		isKept := pkg != nil && strings.HasPrefix(text, "the request was not sent")
		return 0, plain && (isPlain || isKept)
	case "Error":
		s, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return 0, false
		}
		pkg, _ := s.X.(*ast.Ident)
		return 1, pkg != nil && pkg.Name == "http"
	}
	return 0, false
}

// status notes http.StatusX, which is a name of package net/http.
func (c *errorCollector) status(s *ast.SelectorExpr, file string) {
	pkg, ok := s.X.(*ast.Ident)
	if !ok || pkg.Name != "http" {
		return
	}
	if name, found := strings.CutPrefix(s.Sel.Name, "Status"); found {
		for code := 100; code < 600; code++ {
			text := strings.Map(func(r rune) rune {
				if r == ' ' || r == '-' || r == '\'' {
					return -1
				}
				return r
			}, http.StatusText(code))
			if text != "" && text == name || name == "Teapot" && code == http.StatusTeapot || name == "OK" && code == http.StatusOK {
				c.statuses[code] = file
			}
		}
	}
}

// flatten returns what is constant of a text, with … for the rest.
func flatten(e ast.Expr) string {
	if text, ok := literal(e); ok {
		return verbs.ReplaceAllString(text, "…")
	}
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return flatten(e.X) + flatten(e.Y)
	case *ast.ParenExpr:
		return flatten(e.X)
	case *ast.CallExpr:
		if calls(e) == "Sprintf" {
			return flatten(e.Args[0])
		}
	}
	return "…"
}

var verbs = regexp.MustCompile(`%[-+# 0]*[0-9.]*[a-z]`)

// said brings a message into one form: a sentence.
func said(message string) string {
	if message == "" || message == "…" {
		return ""
	}
	return strings.TrimSuffix(strings.ToUpper(message[:1])+message[1:], ".") + "."
}

// calls returns the name of the function or method that is called.
func calls(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// literal returns the value of a string literal.
func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(lit.Value)
	return value, err == nil
}
