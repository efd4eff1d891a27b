package site

import (
	"embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
)

// apiSource is the file that routes the lab's API.
//
//go:embed api.go
var apiSource embed.FS

// sourceReader reads endpoints and parameters out of the source that runs.
type sourceReader struct {
	auth, lab []endpoint

	funcs   map[string]*ast.FuncDecl   // of package authserver
	structs map[string]*ast.StructType // of package authserver
	consts  map[string]string          // of packages authserver and guard
}

// readSource reads the authorization server and the lab's API.
func readSource() (*sourceReader, error) {
	r := &sourceReader{funcs: map[string]*ast.FuncDecl{}, structs: map[string]*ast.StructType{}, consts: map[string]string{}}
	trees, err := parseAll(authserver.Source)
	if err != nil {
		return nil, err
	}
	features, err := parseAll(guard.Source)
	if err != nil {
		return nil, err
	}
	for _, tree := range append(trees, features...) {
		r.collect(tree)
	}
	r.readAuth()
	if trees, err = parseAll(apiSource); err != nil {
		return nil, err
	}
	for _, tree := range trees {
		ast.Inspect(tree, r.readAPI)
	}
	byPath := func(a, b endpoint) int {
		if a.Later != b.Later {
			return map[bool]int{true: 1, false: -1}[a.Later]
		}
		return strings.Compare(a.Chapter+a.Path+a.Method, b.Chapter+b.Path+b.Method)
	}
	slices.SortStableFunc(r.auth, byPath)
	slices.SortStableFunc(r.lab, byPath)
	if len(r.auth) == 0 || len(r.lab) == 0 {
		return nil, fmt.Errorf("reference: the source names %d and %d endpoints", len(r.auth), len(r.lab))
	}
	return r, nil
}

func parseAll(files fs.FS) ([]*ast.File, error) {
	names, err := fs.Glob(files, "*.go")
	if err != nil {
		return nil, err
	}
	var trees []*ast.File
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		if err != nil {
			return nil, fmt.Errorf("read the source: %w", err)
		}
		trees = append(trees, tree)
	}
	return trees, nil
}

// collect notes what a file of the authorization server declares.
func (r *sourceReader) collect(tree *ast.File) {
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			r.funcs[n.Name.Name] = n
		case *ast.TypeSpec:
			if s, ok := n.Type.(*ast.StructType); ok {
				r.structs[n.Name.Name] = s
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if i < len(n.Values) {
					if value, ok := literal(n.Values[i]); ok {
						r.consts[name.Name] = value
					}
				}
			}
		}
		return true
	})
}

// readAuth reads mux.Handle(path, handler) of the authorization server's Handler,
// and the list of the endpoints that later chapters bring.
func (r *sourceReader) readAuth() {
	if handler := r.funcs["Handler"]; handler != nil {
		ast.Inspect(handler, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || calls(call) != "Handle" || len(call.Args) != 2 {
				return true
			}
			path, ok := literal(call.Args[0])
			if !ok || strings.HasSuffix(path, "/") || strings.Contains(path, " ") {
				return true // all that is below, or an asset
			}
			e := endpoint{Path: path}
			for _, method := range r.readHandler(call.Args[1], &e) {
				e.Method = method
				r.auth = append(r.auth, e)
			}
			return true
		})
	}
	for _, later := range authserver.LaterEndpoints() {
		r.auth = append(r.auth, endpoint{Path: "/{lab}" + later.Path, Chapter: later.Feature.Chapter(), Later: true})
	}
}

// readHandler returns the methods that a handler takes, as only(serve, methods...)
// says, and notes since which chapter, and whether it is shared.
func (r *sourceReader) readHandler(handler ast.Expr, e *endpoint) (methods []string) {
	ast.Inspect(handler, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch calls(call) {
		case "readable":
			e.Shared = true
		case "since":
			if feature, ok := ofGuard(call.Args[0]); ok {
				e.Chapter = guard.Feature(r.consts[feature]).Chapter()
			}
		case "only", "onlyPages":
			for _, arg := range call.Args[1:] {
				methods = append(methods, methodOf(arg))
			}
		}
		return true
	})
	return methods
}

// readAPI reads "/api/labs": {http.MethodPost: a.create} of the lab's API.
func (r *sourceReader) readAPI(n ast.Node) bool {
	pair, ok := n.(*ast.KeyValueExpr)
	if !ok {
		return true
	}
	path, ok := literal(pair.Key)
	methods, is := pair.Value.(*ast.CompositeLit)
	if !ok || !is || !strings.HasPrefix(path, "/api/") || strings.HasSuffix(path, "/") {
		return true
	}
	for _, element := range methods.Elts {
		method := element.(*ast.KeyValueExpr)
		call, isCall := method.Value.(*ast.CallExpr)
		r.lab = append(r.lab, endpoint{
			Method: methodOf(method.Key), Path: path, Keyed: isCall && calls(call) == "keyed",
		})
	}
	return false
}

// messages lists the requests and answers of the source with their parameters.
func (r *sourceReader) messages() []message {
	redirect := slices.Concat(r.set("grant"), r.set("asQuery"))
	slices.Sort(redirect)
	return []message{
		{"authorization-request", "Authorization request", parametersOf(r.got("parseAuthorize"))},
		{"authorization-response", "Redirect to the client", parametersOf(slices.Compact(redirect))},
		{"login-form", "Sign-in form", parametersOf(r.got("parseLogin"))},
		{"token-request", "Token request", parametersOf(r.got("parseToken"))},
		{"token-response", "Answer of the token endpoint", membersOf(r.fields("tokenResponse"))},
		{"error-response", "Error of the token endpoint", membersOf(r.fields("Error"))},
		{"metadata", "Metadata", membersOf(r.fields("metadata"))},
		{"create-lab", "Body of POST /api/labs", membersOf(fieldsOf(api.Create{}))},
		{"patch-lab", "Body of PATCH /api/labs/{lab}", membersOf(fieldsOf(api.Patch{}))},
		{"read-log", "Query of events and feed", parametersOf([]string{"after"})},
		{"find-cure", "Query of /api/troubleshooting", parametersOf([]string{"says", "guard", "error", "status"})},
	}
}

// got returns the names that a function reads by get.
func (r *sourceReader) got(function string) (names []string) {
	return r.namesIn(function, func(call *ast.CallExpr) bool { return calls(call) == "get" })
}

// set returns the names that a function sets in url.Values.
func (r *sourceReader) set(function string) (names []string) {
	names = r.namesIn(function, func(call *ast.CallExpr) bool { return calls(call) == "Set" })
	if f := r.funcs[function]; f != nil {
		ast.Inspect(f, func(n ast.Node) bool {
			if pair, ok := n.(*ast.KeyValueExpr); ok {
				if name, ok := literal(pair.Key); ok {
					names = append(names, name)
				}
			}
			return true
		})
	}
	return names
}

func (r *sourceReader) namesIn(function string, counts func(*ast.CallExpr) bool) (names []string) {
	f := r.funcs[function]
	if f == nil {
		return nil
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) > 0 && counts(call) {
			if name, ok := literal(call.Args[0]); ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		return true
	})
	return names
}

// fields returns the names of a struct in JSON.
func (r *sourceReader) fields(name string) (names []string) {
	s := r.structs[name]
	if s == nil {
		return nil
	}
	for _, field := range s.Fields.List {
		if field.Tag != nil {
			tag, _ := strconv.Unquote(field.Tag.Value)
			json, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
			names = append(names, json)
		}
	}
	return names
}

// fieldsOf is the same for a type that is at hand.
func fieldsOf(v any) (names []string) {
	t := reflect.TypeOf(v)
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	sort.Strings(names)
	return names
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

// methodOf turns http.MethodPost into POST.
func methodOf(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		return strings.ToUpper(strings.TrimPrefix(s.Sel.Name, "Method"))
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
