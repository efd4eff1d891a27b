package endpoint

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"oauthlab/lessons/guard"
)

// MaxParameter bounds one parameter, in bytes.
const MaxParameter = 2048

// Wrong is what is wrong with the parameters of one request, in the order of the struct.
type Wrong []wrongParameter

type wrongParameter struct {
	name string
	err  *Error
}

// First returns what is wrong with the first parameter, or nil.
func (w Wrong) First() *Error {
	if len(w) == 0 {
		return nil
	}
	return w[0].err
}

// Of returns what is wrong with one of the names, or nil.
func (w Wrong) Of(names ...string) *Error {
	for _, one := range w {
		if slices.Contains(names, one.name) {
			return one.err
		}
	}
	return nil
}

// Decode reads parameters into a struct whose fields carry their names, as `form:"code"`,
// or `form:"says,prose"` for words of a person.
// One with a `feature` is as any parameter that nobody knows before its chapter: ignored
// (RFC 6749 §3.1). What is missing, empty (§3.1: it counts as missing) or malformed is "";
// of the malformed, wrong says so. A field that is a list takes a parameter that may be
// repeated, as it was sent: its endpoint has a code of its own for what is wrong with it.
func Decode[R any](values url.Values, rules guard.Rules) (req R, wrong Wrong) {
	into := reflect.ValueOf(&req).Elem()
	for i, p := range parametersOf(into.Type()) {
		if p.feature != "" && !rules.Offers(p.feature) {
			continue
		}
		if p.many {
			into.Field(i).Set(reflect.ValueOf(filled(values[p.name])))
			continue
		}
		value, err := p.one(values[p.name])
		if err != nil {
			wrong = append(wrong, wrongParameter{p.name, err})
		}
		into.Field(i).SetString(value)
	}
	return req, wrong
}

// filled returns the values that are not empty; nil for none.
func filled(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(value string) bool { return value == "" })
}

// one returns the one value that the parameter may have (RFC 6749 §3.1, §3.2).
func (p parameter) one(values []string) (string, *Error) {
	if len(values) == 0 {
		return "", nil
	}
	value, name := values[0], p.name
	switch {
	case len(values) > 1:
		return "", malformed("The parameter %s is sent more than once.", name)
	case p.prose:
		return strings.ToValidUTF8(value, "\uFFFD"), nil
	case len(value) > MaxParameter:
		return "", malformed("The parameter %s is longer than 2048 bytes.", name)
	case !utf8.ValidString(value):
		return "", malformed("The parameter %s is not UTF-8.", name)
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "", malformed("The parameter %s has control characters.", name)
	}
	return value, nil
}

func malformed(format, name string) *Error {
	return Invalid(fmt.Sprintf(format, name), "Send each parameter once, as plain text (RFC 6749 §3.1, §3.2).")
}

// Encode puts a struct with such fields into parameters; what is empty is left out.
func Encode(answer any) url.Values {
	from, values := reflect.ValueOf(answer), url.Values{}
	for i, p := range parametersOf(from.Type()) {
		if p.many {
			values[p.name] = filled(from.Field(i).Interface().([]string))
		} else if value := from.Field(i).String(); value != "" {
			values.Set(p.name, value)
		}
	}
	return values
}

type parameter struct {
	name    string
	prose   bool          // words of a person, of several lines perhaps; as long as an address may be
	many    bool          // it may be sent more than once
	feature guard.Feature // that brings it; "" where it was always there
}

// parametersOf returns the parameters of a struct, one a field. A field without a name is
// a mistake of ours.
func parametersOf(t reflect.Type) []parameter {
	list := make([]parameter, t.NumField())
	for i := range list {
		name, option, _ := strings.Cut(t.Field(i).Tag.Get("form"), ",")
		many := t.Field(i).Type == reflect.TypeFor[[]string]()
		if name == "" || !many && t.Field(i).Type.Kind() != reflect.String {
			panic(fmt.Sprintf("endpoint: the field %s of %s is no parameter", t.Field(i).Name, t))
		}
		list[i] = parameter{name, option == "prose", many, guard.Feature(t.Field(i).Tag.Get("feature"))}
	}
	return list
}

// Values returns the parameters of a request: of the query by GET, of the body by POST,
// and never of both (RFC 6749 §3.1, §4.1.3).
func Values(r *http.Request) (url.Values, *Error) {
	if r.Method != http.MethodPost {
		values, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil { // what would be left of it is not what was asked
			return nil, Invalid("The query cannot be read as a form.", "Percent-encode the values (RFC 6749 appendix B).").Because(err)
		}
		return values, nil
	}
	if r.URL.RawQuery != "" {
		return nil, Invalid("By POST the parameters stand in the body, and the URI has no query.",
			"What is in a URI ends in logs (RFC 6749 §3.1, §4.1.3). Send all parameters in the body.")
	}
	said := strings.Join(r.Header.Values("Content-Type"), ", ")
	if strings.Contains(said, ",") { // which stands in no media type of a form
		return nil, Invalid("The Content-Type is there more than once.",
			"It says "+clip(said)+". Often a library adds one and the code that calls it another: send one.")
	}
	kind, _, err := mime.ParseMediaType(said)
	if err != nil || kind != "application/x-www-form-urlencoded" {
		if said == "" {
			said = "nothing"
		}
		return nil, Invalid("The body is not application/x-www-form-urlencoded.",
			"Content-Type says "+clip(said)+". Send name=value pairs, and say so there (RFC 6749 §3.1, §4.1.3).").Because(err)
	}
	if err := r.ParseForm(); err != nil {
		return nil, Invalid("The body cannot be read as a form.", "Percent-encode the values (RFC 6749 appendix B).").Because(err)
	}
	return r.PostForm, nil
}

// clip shortens what a request says to what a sentence can quote.
func clip(said string) string {
	const most = 80
	if len(said) > most {
		said = said[:most]
	}
	return strings.ToValidUTF8(said, "\uFFFD")
}
