package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// environmentPrefix begins the name of each variable that sets a flag: --ops-listen is
// OAUTHLAB_OPS_LISTEN.
const environmentPrefix = "OAUTHLAB_"

// variableOf names the environment variable of a flag.
func variableOf(flag string) string {
	return environmentPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// environment sets, from NAME=value each, every flag of a start that the command line did
// not: a flag wins over its variable. An empty variable counts as not there.
type environment struct{ environ []string }

// Validate implements kong.Resolver.
func (environment) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver: it returns the value of the flag's variable, or nil.
func (e environment) Resolve(_ *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
	value := e.get(variableOf(flag.Name))
	if value == "" || parent.Command == nil || parent.Command.Name != "start" {
		return nil, nil
	}
	probe := reflect.New(flag.Target.Type()).Elem()
	if err := flag.Parse(kong.Scan().PushTyped(value, kong.FlagValueToken), probe); err != nil {
		return nil, fmt.Errorf("the variable %s: %w", variableOf(flag.Name), errors.Unwrap(err))
	}
	if flag.Enum != "" && !flag.EnumMap()[value] {
		return nil, fmt.Errorf("the variable %s is %q: it takes %s", variableOf(flag.Name), value, strings.Join(flag.EnumSlice(), " or "))
	}
	return value, nil
}

// get returns the value of a variable; the last counts.
func (e environment) get(name string) string {
	for _, pair := range slices.Backward(e.environ) {
		if n, value, _ := strings.Cut(pair, "="); n == name {
			return value
		}
	}
	return ""
}

// unheard returns the variables of the prefix that name no flag, in order.
func (e environment) unheard(flags []*kong.Flag) []string {
	var names []string
	for _, pair := range e.environ {
		name, value, _ := strings.Cut(pair, "=")
		known := slices.ContainsFunc(flags, func(f *kong.Flag) bool { return variableOf(f.Name) == name })
		if value != "" && strings.HasPrefix(name, environmentPrefix) && !known {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
