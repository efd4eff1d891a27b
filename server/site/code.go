package site

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"oauthlab/app/client"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
	"oauthlab/server/agent"
	"oauthlab/server/authserver"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
	"oauthlab/server/resourceserver"
	"oauthlab/server/webapp"
)

// sources are the packages whose code learners are shown, by their folder from
// the module's root. They are embedded: the text is that of the running program.
func sources() map[string]fs.FS {
	return map[string]fs.FS{
		"lessons/guard":         guard.Source,
		"app/client":            client.Source,
		"server/authserver":     authserver.Source,
		"server/resourceserver": resourceserver.Source,
		"server/webapp":         webapp.Source,
		"server/agent":          agent.Source,
	}
}

// CodeBook holds, by guard, its own source and the lines that call it.
type CodeBook map[guard.ID]api.Code

// ReadCode reads the sources, which are part of the program, once. It fails where a guard of the catalogue is
// called nowhere, a switch that switches nothing, and where one is enforced under the
// name of another.
var ReadCode = sync.OnceValues(readCode)

func readCode() (CodeBook, error) {
	r := codeReader{files: token.NewFileSet(), names: map[string]guard.ID{}, funcs: map[string]api.Snippet{}}
	all := sources()
	for _, folder := range slices.Sorted(maps.Keys(all)) { // a guard's calls are in one order at each start
		if err := r.parse(folder, all[folder]); err != nil {
			return nil, err
		}
	}
	book := CodeBook{}
	for _, f := range r.parsed {
		r.collectCalls(f, book)
	}
	if r.amiss != nil {
		return nil, r.amiss
	}
	for _, p := range guard.Catalogue() {
		for _, part := range p.Parts {
			if _, found := book[part.ID]; !found && part.Refuses() {
				return nil, fmt.Errorf("no line enforces the guard %s", part.ID)
			}
		}
	}
	return book, nil
}

type codeReader struct {
	files  *token.FileSet
	parsed []parsedFile
	names  map[string]guard.ID    // constant of package guard, its value
	funcs  map[string]api.Snippet // function of package guard, its source
	amiss  error                  // a check that is enforced under another's name
}

type parsedFile struct {
	path string // from the module's root
	text []byte
	tree *ast.File
}

func (r *codeReader) parse(folder string, files fs.FS) error {
	paths, err := fs.Glob(files, "*.go")
	if err != nil {
		return err
	}
	for _, name := range paths {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		tree, err := parser.ParseFile(r.files, folder+"/"+name, text, parser.ParseComments)
		if err != nil {
			return fmt.Errorf("read the source: %w", err)
		}
		f := parsedFile{folder + "/" + name, text, tree}
		r.parsed = append(r.parsed, f)
		if folder == "lessons/guard" {
			r.collectGuards(f)
		}
	}
	return nil
}

// collectGuards notes the constants that name guards and the functions that are.
func (r *codeReader) collectGuards(f parsedFile) {
	for _, d := range f.tree.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			r.funcs[d.Name.Name] = r.snippet(f, d)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if v, ok := s.(*ast.ValueSpec); ok && len(v.Values) == 1 {
					if lit, ok := v.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
						if value, err := strconv.Unquote(lit.Value); err == nil {
							r.names[v.Names[0].Name] = guard.ID(value)
						}
					}
				}
			}
		}
	}
}

// collectCalls finds Enforce(guard.IDName, guard.Func(...)) and the statement in
// which it stands.
func (r *codeReader) collectCalls(f parsedFile, book CodeBook) {
	var statements []ast.Stmt // around the present node, outermost first
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if s, ok := n.(ast.Stmt); ok {
			statements = append(statements, s)
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		id, source, ok := r.enforcement(call)
		if !ok {
			return true
		}
		code := book[id]
		code.Guard, code.Source = string(id), source
		code.Calls = append(code.Calls, r.snippet(f, innermost(statements, call)))
		book[id] = code
		return true
	})
}

// enforcement reports which guard the call enforces, if it does.
func (r *codeReader) enforcement(call *ast.CallExpr) (guard.ID, api.Snippet, bool) {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !strings.EqualFold(method.Sel.Name, "enforce") {
		return "", api.Snippet{}, false
	}
	var id guard.ID
	var source api.Snippet
	var named, checks string
	for _, arg := range call.Args {
		if check, ok := arg.(*ast.CallExpr); ok {
			arg = check.Fun
		}
		if name, ok := ofGuard(arg); ok {
			if found, is := r.names[name]; is {
				id, named = found, name
			}
			if found, is := r.funcs[name]; is {
				source, checks = found, name
			}
		}
	}
	if named != "" && checks != "" && named != "ID"+checks {
		r.amiss = fmt.Errorf("guard.%s is enforced as guard.%s: the id of a check is its name behind ID", checks, named)
	}
	return id, source, id != "" && source.Text != ""
}

// ofGuard returns the name behind "guard.".
func ofGuard(e ast.Expr) (string, bool) {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	pkg, ok := s.X.(*ast.Ident)
	return s.Sel.Name, ok && pkg.Name == "guard"
}

// innermost returns the smallest statement around n that can be read by itself:
// the whole if of "if err := Enforce(...); err != nil".
func innermost(statements []ast.Stmt, n ast.Node) ast.Node {
	best := n
	for _, s := range slices.Backward(statements) {
		if s.Pos() > n.Pos() || s.End() < n.End() {
			continue
		}
		if branch, ok := s.(*ast.IfStmt); ok && branch.Init != nil && n.End() <= branch.Init.End() {
			return branch
		}
		if _, ok := s.(*ast.BlockStmt); ok {
			break
		}
		best = s
	}
	return best
}

// snippet cuts whole lines out of a file, a function with its doc comment.
func (r *codeReader) snippet(f parsedFile, n ast.Node) api.Snippet {
	from := n.Pos()
	if d, ok := n.(*ast.FuncDecl); ok && d.Doc != nil {
		from = d.Doc.Pos()
	}
	first, last := r.files.Position(from).Line, r.files.Position(n.End()).Line
	lines := strings.Split(string(f.text), "\n")
	text := dedent(lines[first-1 : last])
	return api.Snippet{File: f.path, First: first, Text: text, Lines: spansOf(text)}
}

// dedent takes away the tabs that all lines share.
func dedent(lines []string) string {
	shared := -1
	for _, line := range lines {
		if line == "" {
			continue
		}
		if tabs := len(line) - len(strings.TrimLeft(line, "\t")); shared < 0 || tabs < shared {
			shared = tabs
		}
	}
	cut := make([]string, len(lines))
	for i, line := range lines {
		cut[i] = line[min(max(shared, 0), len(line)):]
	}
	return strings.Join(cut, "\n")
}

// code serves the source of a guard and of the lines that call it.
func (a *API) code(w http.ResponseWriter, r *http.Request, _ *lab.Handling) error {
	code, found := a.Code[guard.ID(r.PathValue("guard"))]
	if !found {
		return endpoint.Refuse(http.StatusNotFound, "unknown_guard", "There is no guard under this name.", "GET /api/protections lists them.")
	}
	endpoint.WriteJSON(w, http.StatusOK, code)
	return nil
}
