package endpoint

import (
	"reflect"
	"strings"
	"unicode"

	"oauthlab/lessons/guard"
)

// NamesOf returns the names of what a struct carries, in its order: of parameters, or of
// the members of a JSON object.
func NamesOf(message any) []string {
	t := reflect.TypeOf(message)
	var names []string
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		name, _, _ := strings.Cut(tag.Get("form"), ",")
		if name == "" {
			name, _, _ = strings.Cut(tag.Get("json"), ",")
		}
		if name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}

// IsForm reports whether what the struct carries are parameters, and not members of JSON.
func IsForm(message any) bool {
	t := reflect.TypeOf(message)
	return t.NumField() > 0 && t.Field(0).Tag.Get("form") != ""
}

// TitleOf returns what a message is called: the name of its type, in words.
func TitleOf(message any) string {
	var b strings.Builder
	for i, r := range reflect.TypeOf(message).Name() {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte(' ')
			r = unicode.ToLower(r)
		}
		if i == 0 {
			r = unicode.ToUpper(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Announce sets, in a metadata document, each member that names an endpoint which is
// there under the rules, to its address below the issuer (RFC 8414 §2).
func Announce[M any](document *M, table []Row, issuer string, rules guard.Rules) {
	into := reflect.ValueOf(document).Elem()
	members := map[string]reflect.Value{}
	for i := range into.NumField() {
		name, _, _ := strings.Cut(into.Type().Field(i).Tag.Get("json"), ",")
		members[name] = into.Field(i)
	}
	for _, row := range table {
		if below, ok := row.Below(); ok && row.Metadata != "" && row.Offered(rules) {
			members[row.Metadata].SetString(issuer + below)
		}
	}
}
