package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Setting is a flag as it stands.
type Setting struct {
	Name, Value string
	Default     bool
	Group       string // of the help, such as "bounds"
}

// effective lists every flag with the value that holds, by name, for whoever wonders later
// how the program was started. What is secret is not among it: the value of a flag whose
// name says so, and a password inside of an address.
func effective(flags []*kong.Flag) []Setting {
	var all []Setting
	for _, f := range flags {
		if f.Name == "help" {
			continue
		}
		value := written(f.Target)
		shown := withoutUserinfo(value)
		if value != "" && (strings.HasSuffix(f.Name, "token") || strings.HasSuffix(f.Name, "secret") || strings.HasSuffix(f.Name, "password")) {
			shown = "***"
		}
		group := ""
		if f.Group != nil {
			group = f.Group.Key
		}
		all = append(all, Setting{f.Name, shown, value == written(defaultOf(f)), group})
	}
	slices.SortFunc(all, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// defaultOf returns the value of a flag that nobody sets.
func defaultOf(f *kong.Flag) reflect.Value {
	value := reflect.New(f.Target.Type()).Elem()
	if f.HasDefault {
		f.Parse(kong.Scan().PushTyped(f.Default, kong.FlagValueToken), value) //nolint:errcheck // it was parsed before
	}
	return value
}

// written writes a flag's value as the flag takes it.
func written(value reflect.Value) string {
	if text, is := value.Interface().(fmt.Stringer); is {
		return text.String()
	}
	if value.Kind() != reflect.Slice {
		return fmt.Sprint(value.Interface())
	}
	items := make([]string, value.Len())
	for i := range items {
		items[i] = fmt.Sprint(value.Index(i).Interface())
	}
	return strings.Join(items, ",")
}

// withoutUserinfo takes names, passwords and tokens out of the addresses in a
// comma-separated list: nats://user:password@host becomes nats://***@host.
func withoutUserinfo(list string) string {
	parts := strings.Split(list, ",")
	for i, part := range parts {
		scheme, rest, isURL := strings.Cut(part, "://")
		if !isURL {
			scheme, rest = "", part
		}
		if at := strings.LastIndexByte(rest, '@'); at >= 0 {
			rest = "***" + rest[at:]
		}
		if parts[i] = rest; isURL {
			parts[i] = scheme + "://" + rest
		}
	}
	return strings.Join(parts, ",")
}
