// Package endpoint is what a table of endpoints is made of. Each server of the lab has
// such a table: a row is one method of one path, with all that is said of it. Routing,
// "comes with chapter", metadata, the reference and the routes' test range over the rows,
// so that a new endpoint is its file and its row.
//
// The package decodes what a request carries into the row's struct, once, and refuses what
// cannot be read. What the parameters mean is the server's own business.
package endpoint

import (
	"net/http"
	"slices"
	"strings"

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// Caller says who calls an endpoint, and with it what an answer looks like.
type Caller string

// The callers.
const (
	Navigation Caller = "navigation" // a browser with a person before it: pages and redirects
	Client     Caller = "client"     // a client or an API, in a page or on a server: JSON
	LabPage    Caller = "lab"        // the lab's own page, or a script of its learner: JSON
)

// Row is one method of one path.
type Row struct {
	Method   string // such as "GET", which serves HEAD too; "" takes any
	Path     string // pattern of http.ServeMux, in which {lab} is a lab's id
	Caller   Caller
	Keyed    bool          // takes the lab's key
	Shared   bool          // pages of any origin may read the answers (CORS)
	Feature  guard.Feature // without which it is not there; "": from the first chapter on
	Metadata string        // the member of RFC 8414 §2 that names it; "": none
	Section  string        // where it is specified; "": the lab's own
	Does     string        // one sentence
	Answer   any           // a zero struct of what it answers with; nil where that is no struct
	Serve    Handler       // the zero Handler: a chapter to come brings it
}

// Later reports whether a chapter to come brings the endpoint.
func (r Row) Later() bool { return r.Serve.serve == nil }

// Offered reports whether the endpoint is there under the rules.
func (r Row) Offered(rules guard.Rules) bool {
	return !r.Later() && (r.Feature == "" || rules.Offers(r.Feature))
}

// Name is how the endpoint is called, such as "POST /{lab}/token".
func (r Row) Name() string { return strings.TrimSpace(r.Method + " " + r.Path) }

// Below returns the rest of the path below a lab, such as "/token", and whether there is one.
func (r Row) Below() (string, bool) {
	rest, below := strings.CutPrefix(r.Path, "/{lab}")
	return rest, below && rest != "/"
}

// Path is one path with the rows of its methods, in the order of the table.
type Path []Row

// Paths groups a table by path, in the order in which a path first stands there.
func Paths(table []Row) []Path {
	var paths []Path
	for _, row := range table {
		i := slices.IndexFunc(paths, func(p Path) bool { return p[0].Path == row.Path })
		if i < 0 {
			paths = append(paths, Path{row})
			continue
		}
		paths[i] = append(paths[i], row)
	}
	return paths
}

// Pattern is the path as http.ServeMux takes it.
func (p Path) Pattern() string { return p[0].Path }

// Methods are those that the path takes, in the order of the table; none where it takes any.
func (p Path) Methods() []string {
	var methods []string
	for _, row := range p {
		if row.Method == "" {
			return nil
		}
		methods = append(methods, row.Method)
	}
	return methods
}

// Allow is what the header of that name says: where GET is, HEAD is too (RFC 9110 §9.1).
func (p Path) Allow() string {
	var allowed []string
	for _, method := range p.Methods() {
		allowed = append(allowed, method)
		if method == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
	}
	return strings.Join(allowed, ", ")
}

// Find returns the row that serves a method, or the refusal of RFC 9110 §15.5.6, which
// names the methods that there are. HEAD is served as GET.
func (p Path) Find(method string) (Row, error) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for _, row := range p {
		if row.Method == "" || row.Method == method {
			return row, nil
		}
	}
	methods := p.Methods()
	return Row{}, Refuse(http.StatusMethodNotAllowed, p.wrongMethod(),
		"This endpoint does not take the method of the request.", "It takes "+strings.Join(methods, " and ")+".").
		With("Allow", p.Allow())
}

// wrongMethod is the code of that refusal. OAuth has no word of its own for it.
func (p Path) wrongMethod() string {
	if p[0].Caller == LabPage {
		return "wrong_method"
	}
	return InvalidRequest
}

// Do serves a request by the row of its method, or says which chapter brings the endpoint.
func (p Path) Do(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	if rules := t.Settings.Rules(); !slices.ContainsFunc(p, func(row Row) bool { return row.Offered(rules) }) {
		return comesWith(p[0].Feature, t.Settings.Chapter)
	}
	row, err := p.Find(r.Method)
	if err != nil {
		return err
	}
	return row.Do(w, r, t)
}

// Do serves a request, or says which chapter brings the endpoint. t is nil where the endpoint is
// no lab's.
func (r Row) Do(w http.ResponseWriter, req *http.Request, t *lab.Handling) error {
	if t != nil && !r.Offered(t.Settings.Rules()) {
		return comesWith(r.Feature, t.Settings.Chapter)
	}
	return r.Serve.serve(w, req, t)
}

// whereIs says what a learner can do about a chapter that comes later.
func whereIs(chapter string) string {
	if slices.Contains(guard.Versions(), chapter) {
		return "Open the later chapter to use it."
	}
	return "That one is still to come: switch off in your client what asks for it."
}

func comesWith(f guard.Feature, chapter string) *Error {
	return Refuse(http.StatusNotFound, InvalidRequest, "This endpoint comes with chapter "+f.Chapter()+".",
		"This lab is in chapter "+chapter+". "+whereIs(f.Chapter()))
}
