package timeline

import "oauthlab/lessons/event"

// MarkKind is the kind of a value that is followed through the flow.
type MarkKind string

// The kinds of mark. A verifier and its challenge are one kind: they belong together.
const (
	MarkCode  MarkKind = "code"
	MarkState MarkKind = "state"
	MarkPKCE  MarkKind = "pkce"
	MarkToken MarkKind = "token"
	MarkError MarkKind = "error"
)

// maxMarks bounds the marks on one arrow.
const maxMarks = 3

// marked lists the parameters that wear a mark, in the order in which an arrow shows them.
var marked = []struct {
	name  string
	brief string
	kind  MarkKind
}{
	{"code", "code", MarkCode},
	{"code_verifier", "verifier", MarkPKCE},
	{"code_challenge", "challenge", MarkPKCE},
	{"access_token", "token", MarkToken},
	{"refresh_token", "refresh", MarkToken},
	{"id_token", "id", MarkToken},
	{"state", "state", MarkState},
	{"error", "error", MarkError},
}

func kindOf(name string) MarkKind {
	for _, m := range marked {
		if m.name == name {
			return m.kind
		}
	}
	return ""
}

// marksOf returns the marks of an event's parameters.
func marksOf(e event.Event) []Mark {
	params := ParamsOf(e)
	var marks []Mark
	for _, m := range marked {
		for _, p := range params {
			if p.Name == m.name && p.Value != "" && len(marks) < maxMarks {
				marks = append(marks, Mark{Name: p.Name, Brief: m.brief, Value: p.Value, Short: shorten(p.Value, m.kind), Kind: m.kind})
				break
			}
		}
	}
	return marks
}

// shorten keeps the first characters of a random value; an error code is a word and stays whole.
func shorten(value string, kind MarkKind) string {
	r := []rune(value)
	if kind == MarkError || len(r) <= 6 {
		return value
	}
	return string(r[:4]) + "…"
}

// KindOf returns the kind of mark that a parameter's value wears, or "".
func KindOf(name string) MarkKind { return kindOf(name) }
