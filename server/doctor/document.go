package doctor

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds how deep what is in a document may lie. Metadata and keys have three levels.
const maxDepth = 32

// document is one JSON object, as it came.
type document struct {
	members map[string]json.RawMessage
	twice   []string // names that are there more than once, in order
}

// readDocument reads the one JSON object of a body. wrong is what it is instead, as a sentence
// goes on behind "It".
func readDocument(a answer) (d document, wrong said) {
	body := bytes.TrimLeft(a.body, " \t\r\n")
	switch encoding := a.header.Get("Content-Encoding"); {
	case a.more:
		return document{}, say("is larger than %d KiB, and was not read to its end", maxDocument>>10)
	case encoding != "" && !strings.EqualFold(encoding, "identity"):
		return document{}, say("is packed with %s, which nobody asked for", encoding)
	case len(body) == 0:
		return document{}, "is empty"
	case body[0] == '<':
		return document{}, say("is a page of HTML or XML: %s", string(body[:min(len(body), 40)]))
	case bytes.HasPrefix(body, []byte("\ufeff")):
		return document{}, "begins with a byte order mark, which JSON must not (RFC 8259 §8.1)"
	case !utf8.Valid(body):
		return document{}, "is not UTF-8 (RFC 8259 §8.1)"
	}
	if d.twice, wrong = scan(body); wrong != "" {
		return document{}, wrong
	}
	if err := json.Unmarshal(body, &d.members); err != nil {
		return document{}, say("is no JSON: %s", err)
	}
	return d, ""
}

// scan goes through a JSON text without descending, and returns the names that the object has
// more than once, or what is wrong with it.
func scan(body []byte) (twice []string, wrong said) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	depth, isName, seen := 0, false, map[string]bool{}
	for {
		token, err := dec.Token()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil, say("breaks off in the middle, after %d bytes", len(body))
		case err != nil:
			return nil, say("is no JSON: %s", err)
		}
		delim, _ := token.(json.Delim)
		switch {
		case depth == 0 && delim != '{':
			return nil, say("is %s, and not an object", kindOf(body))
		case delim == '{' || delim == '[':
			if depth++; depth > maxDepth {
				return nil, say("is nested deeper than %d levels", maxDepth)
			}
			isName = depth == 1
		case delim == '}' || delim == ']':
			depth--
			if isName = depth == 1; depth == 0 {
				if rest := bytes.TrimLeft(body[dec.InputOffset():], " \t\r\n"); len(rest) > 0 {
					return nil, say("goes on behind its end: %s", string(rest[:min(len(rest), 40)]))
				}
				return twice, ""
			}
		case depth == 1 && isName:
			name, _ := token.(string)
			if seen[name] && !slices.Contains(twice, name) {
				twice = append(twice, name)
			}
			seen[name], isName = true, false
		case depth == 1:
			isName = true
		}
	}
}

// kindOf names the kind of a JSON value.
func kindOf(value []byte) said {
	value = bytes.TrimLeft(value, " \t\r\n")
	if len(value) == 0 {
		return "nothing"
	}
	switch value[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a text"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "a number"
}

// kind is what a member of metadata is.
type kind said

const (
	aText kind = "a text"
	aList kind = "an array of texts"
	aFlag kind = "true or false"
)

// has reports whether the object has a member of the name.
func (d document) has(name string) bool { _, is := d.members[name]; return is }

// text returns the member of that name where it is a text.
func (d document) text(name string) (text string) {
	json.Unmarshal(d.members[name], &text) //nolint:errcheck // the step of the members tells of it
	return text
}

// list returns it where it is an array of texts.
func (d document) list(name string) (texts []string) {
	if json.Unmarshal(d.members[name], &texts) != nil {
		return nil
	}
	return texts
}

// flag returns it where it is true.
func (d document) flag(name string) (is bool) {
	json.Unmarshal(d.members[name], &is) //nolint:errcheck // the step of the members tells of it
	return is
}

// is reports whether the member of that name is of a kind.
func (d document) is(name string, k kind) bool {
	value := d.members[name]
	if bytes.Equal(bytes.TrimSpace(value), []byte("null")) {
		return false
	}
	var err error
	switch k {
	case aText:
		err = json.Unmarshal(value, new(string))
	case aFlag:
		err = json.Unmarshal(value, new(bool))
	case aList:
		var all []json.RawMessage
		err = json.Unmarshal(value, &all)
		for _, one := range all {
			if kindOf(one) != "a text" {
				return false
			}
		}
	}
	return err == nil
}

// mediaType looks at what an answer says of its type. A document is application/json: by
// charset or nothing else it may be told further.
func mediaType(a answer) (kind string, isJSON bool) {
	kind = a.header.Get("Content-Type")
	parsed, _, err := mime.ParseMediaType(kind)
	return kind, err == nil && parsed == "application/json"
}

// differs returns the members, by name, that two documents do not have alike.
func (d document) differs(other document) (names []string) {
	for name, value := range d.members {
		if !sameJSON(value, other.members[name]) {
			names = append(names, name)
		}
	}
	for name := range other.members {
		if !d.has(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// sameJSON reports whether two values are written alike, but for blanks.
func sameJSON(a, b json.RawMessage) bool {
	var one, other bytes.Buffer
	return json.Compact(&one, a) == nil && json.Compact(&other, b) == nil && bytes.Equal(one.Bytes(), other.Bytes())
}
