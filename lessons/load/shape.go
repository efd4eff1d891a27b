package load

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// decode fills into, a pointer to a struct, from the front matter. What has another
// form than the struct is named and taken away before, so that the rest is decoded.
func (f *File) decode(into any) {
	f.decoded = true
	if f.front.Kind == 0 { // nothing at all: the checks name what is missing
		return
	}
	for node := range below(&f.front) {
		f.checkText(node)
	}
	root := f.front.Content[0]
	f.shape(root, reflect.TypeOf(into).Elem(), "")
	if err := f.front.Decode(into); err != nil {
		f.complain(root.Line, "%s cannot be read: %s", f.header(), strings.TrimPrefix(err.Error(), "yaml: "))
	}
}

// below goes over a node and everything below it.
func below(node *yaml.Node) iter.Seq[*yaml.Node] {
	return func(yield func(*yaml.Node) bool) {
		stack := []*yaml.Node{node}
		for len(stack) > 0 {
			last := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if !yield(last) {
				return
			}
			stack = append(stack, last.Content...)
		}
	}
}

// checkText names what YAML makes of a text without its author's knowing: characters
// that no page shows, from abbreviations such as "\0"; what stands behind " #"; and
// marks of YAML's own. There are no aliases, so that nothing is copied.
func (f *File) checkText(node *yaml.Node) {
	switch {
	case node.Kind == yaml.AliasNode:
		f.drop(node, "a text that begins with * needs quotes")
	case node.Anchor != "":
		node.Anchor = ""
		f.drop(node, "a text that begins with & needs quotes")
	case node.Style&yaml.TaggedStyle != 0:
		f.drop(node, "a text that begins with ! needs quotes")
	case node.Kind != yaml.ScalarNode:
	case noText(strings.ReplaceAll(node.Value, "\n", " ")) != "":
		f.drop(node, "%s", noText(strings.ReplaceAll(node.Value, "\n", " ")))
	case len(node.LineComment) > 1 && node.LineComment[0] == '#' && node.LineComment[1] != ' ':
		f.drop(node, "what stands behind a blank and # is a comment, and is not shown: put the whole text in quotes")
	}
}

// drop names what is wrong with a value, and takes it away.
func (f *File) drop(node *yaml.Node, format string, args ...any) {
	last := node.Line
	for n := range below(node) {
		last = max(last, n.Line)
	}
	f.complain(node.Line, format, args...)
	f.spoil(node.Line, last)
	*node = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: node.Line}
}

// shape compares a value with the type that it is decoded into, which is made of
// structs, lists, maps of texts, texts, numbers and truths. The key is the one that
// it stands under.
func (f *File) shape(node *yaml.Node, t reflect.Type, key string) {
	if isNothing(node) {
		if node.Value != "" && t.Kind() == reflect.String {
			f.drop(node, "%s means nothing at all: if it is the text of %s, put it in quotes", node.Value, key)
		}
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		f.shape(node, t.Elem(), key)
	case reflect.Struct:
		f.shapeStruct(node, t, key)
	case reflect.Slice:
		f.shapeList(node, t, key)
	case reflect.Map:
		f.shapeMap(node, t, key)
	default:
		f.shapeScalar(node, t, key)
	}
}

// isNothing reports whether a key has no value, or one that means none.
func isNothing(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }

// form says what stands there, in an author's words.
func form(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "keys with values"
	case yaml.SequenceNode:
		return "a list"
	}
	return fmt.Sprintf("the text %q", brief(node.Value))
}

func (f *File) shapeStruct(node *yaml.Node, t reflect.Type, key string) {
	keys := keysOf(t)
	if node.Kind != yaml.MappingNode {
		f.drop(node, "under %s stand keys with values, such as %s: …, and here is %s", key, keys[0].name, form(node))
		return
	}
	f.dropDoubles(node)
	given := map[string]bool{}
	for i := 0; i < len(node.Content); i += 2 {
		given[node.Content[i].Value] = true
	}
	for i := 0; i < len(node.Content); {
		name, value := node.Content[i], node.Content[i+1]
		at := slices.IndexFunc(keys, func(k field) bool { return k.name == name.Value })
		if at < 0 {
			near := slices.IndexFunc(keys, func(k field) bool { return isNear(name.Value, k.name) && !given[k.name] })
			if near < 0 {
				f.complain(name.Line, "unknown key %q: here may stand %s", brief(name.Value), namesOf(keys))
				node.Content = slices.Delete(node.Content, i, i+2)
				continue
			}
			if !f.spoilt[name.Line] || !strings.Contains(name.Value, "?") { // else a character of the key was named
				f.complain(name.Line, "unknown key %q: is %s meant?", brief(name.Value), keys[near].name)
			}
			name.Value, at = keys[near].name, near
			given[name.Value] = true
		}
		f.shape(value, keys[at].of, name.Value)
		i += 2
	}
}

// dropDoubles names the keys that stand twice, and those that are no words, and takes
// them away.
func (f *File) dropDoubles(node *yaml.Node) {
	first := map[string]int{}
	var kept []*yaml.Node
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		line, twice := first[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode:
			f.complain(key.Line, "a key is a word, and here is %s: a text that begins with [ or { needs quotes", form(key))
		case key.Tag == "!!merge":
			f.complain(key.Line, "unknown key %q", key.Value)
		case twice:
			f.complain(key.Line, "the key %q stands in line %d already", brief(key.Value), line)
		default:
			first[key.Value] = key.Line
			kept = append(kept, key, node.Content[i+1])
		}
	}
	node.Content = kept
}

func (f *File) shapeList(node *yaml.Node, t reflect.Type, key string) {
	if node.Kind != yaml.SequenceNode {
		f.drop(node, `%s is a list, and here is %s: begin each value on a line of its own, with "- "`, key, form(node))
		return
	}
	for _, one := range node.Content {
		if isNothing(one) && !f.spoilt[one.Line] {
			f.drop(one, "a value of the list %s is empty", key)
			continue
		}
		f.shape(one, t.Elem(), key)
	}
}

func (f *File) shapeMap(node *yaml.Node, t reflect.Type, key string) {
	if node.Kind != yaml.MappingNode {
		f.drop(node, "under %s stand names with values, such as outcome: stopped, and here is %s", key, form(node))
		return
	}
	f.dropDoubles(node)
	for i := 0; i+1 < len(node.Content); i += 2 {
		f.shape(node.Content[i+1], t.Elem(), node.Content[i].Value)
	}
}

func (f *File) shapeScalar(node *yaml.Node, t reflect.Type, key string) {
	isText := node.Kind == yaml.ScalarNode
	switch {
	case t.Kind() == reflect.String && !isText:
		what := "write one text behind the colon"
		if node.Style&yaml.FlowStyle != 0 {
			what = "a text that begins with [ or { needs quotes"
		}
		f.drop(node, "%s is one text, and here is %s: %s", key, form(node), what)
	case t.Kind() == reflect.Int && node.Decode(new(int)) != nil:
		f.drop(node, "%s is a whole number without quotes, and here is %s", key, form(node))
	case t.Kind() == reflect.Bool && node.Decode(new(bool)) != nil:
		f.drop(node, "%s is true or false, and here is %s", key, form(node))
	}
}

// field is a key of the front matter, and the type of its value.
type field struct {
	name string
	of   reflect.Type
}

// keysOf returns the keys of a struct, as the decoder takes them.
func keysOf(t reflect.Type) []field {
	var keys []field
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name == "" {
			name = strings.ToLower(t.Field(i).Name)
		}
		keys = append(keys, field{name, t.Field(i).Type})
	}
	return keys
}

func namesOf(keys []field) string {
	var names []string
	for _, k := range keys {
		names = append(names, k.name)
	}
	return strings.Join(names, ", ")
}

// isNear reports whether a word may be meant for another: they differ in capital
// letters, hyphens and blanks, or in one letter, or two letters changed places.
func isNear(word, meant string) bool {
	plain := func(s string) string {
		return strings.NewReplacer("-", "", "_", "", " ", "", "\u00A0", "", ".", "").Replace(strings.ToLower(s))
	}
	a, b := []rune(plain(word)), []rune(plain(meant))
	if len(a) > len(b) {
		a, b = b, a
	}
	same := 0
	for same < len(a) && a[same] == b[same] {
		same++
	}
	switch restA, restB := a[same:], b[same:]; {
	case len(b) < 3:
		return len(restB) == 0
	case len(restB)-len(restA) > 1:
		return false
	case len(restB) == 0:
		return true
	case len(restA) < len(restB): // one letter more
		return string(restA) == string(restB[1:])
	case string(restA[1:]) == string(restB[1:]): // another letter
		return true
	default: // two letters changed places
		return len(restA) > 1 && restA[0] == restB[1] && restA[1] == restB[0] && string(restA[2:]) == string(restB[2:])
	}
}
