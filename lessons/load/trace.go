package load

import (
	"strings"

	"github.com/yuin/goldmark/ast"

	"oauthlab/lessons/param"
)

// traces returns the marks of the values that the page follows through a flow, by the
// terms of the glossary that mean one: the word in the prose is then pointed at together
// with the value.
func traces(groups []TermGroup) map[string]string {
	kinds := map[string]string{}
	for _, g := range groups {
		for _, t := range g.Terms {
			for _, parameter := range t.Parameters {
				if mark := param.MarkOf(parameter); mark.IsFollowed() {
					kinds[t.ID] = string(mark)
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
