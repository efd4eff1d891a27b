package load

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// traceOf names the kind of value that a parameter carries, where the page follows it
// through a flow: the word in the prose is then pointed at together with the value.
var traceOf = map[string]string{
	"code":           "code",
	"state":          "state",
	"code_verifier":  "pkce",
	"code_challenge": "pkce",
	"access_token":   "token",
}

// traces returns the kinds of value by the terms of the glossary that mean one.
func traces(groups []TermGroup) map[string]string {
	kinds := map[string]string{}
	for _, g := range groups {
		for _, t := range g.Terms {
			for _, parameter := range t.Parameters {
				if kind := traceOf[parameter]; kind != "" {
					kinds[t.ID] = kind
				}
			}
		}
	}
	return kinds
}

// traceTerms marks the links to such terms below doc.
func (m markdown) traceTerms(doc ast.Node) {
	for node := range nodes(doc) {
		link, ok := node.(*ast.Link)
		if !ok {
			continue
		}
		if id, ok := strings.CutPrefix(string(link.Destination), glossaryPath+"#"); ok && m.traces[id] != "" {
			link.SetAttributeString("data-trace", []byte(m.traces[id]))
		}
	}
}
