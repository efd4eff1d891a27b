package main

import (
	"flag"
	"fmt"
	"slices"
	"strings"
)

// environmentPrefix begins the name of each variable that sets a flag: --ops-listen is
// OAUTHLAB_OPS_LISTEN.
const environmentPrefix = "OAUTHLAB_"

// variableOf names the environment variable of a flag.
func variableOf(flag string) string {
	return environmentPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// readEnvironment sets, from environ (NAME=value each), every flag that the command
// line did not: a flag wins over its variable. It returns the variables of the prefix
// that name no flag. An empty variable counts as not there.
func readEnvironment(flags *flag.FlagSet, environ []string) (unknown []string, err error) {
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	byVariable := map[string]*flag.Flag{}
	flags.VisitAll(func(f *flag.Flag) { byVariable[variableOf(f.Name)] = f })
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		f := byVariable[name]
		switch {
		case value == "" || !strings.HasPrefix(name, environmentPrefix):
		case f == nil:
			unknown = append(unknown, name)
		case !given[f.Name]:
			if err := flags.Set(f.Name, value); err != nil {
				return nil, fmt.Errorf("the variable %s: %w", name, err)
			}
		}
	}
	slices.Sort(unknown)
	return unknown, nil
}

// effective lists every flag with the value that holds, for whoever wonders later how
// the program was started. What is secret is not among it: the value of a flag whose
// name says so, and a password inside of an address.
func effective(flags *flag.FlagSet) []setting {
	var all []setting
	flags.VisitAll(func(f *flag.Flag) {
		value := withoutUserinfo(f.Value.String())
		if value != "" && (strings.HasSuffix(f.Name, "token") || strings.HasSuffix(f.Name, "secret") || strings.HasSuffix(f.Name, "password")) {
			value = "***"
		}
		all = append(all, setting{f.Name, value, f.Value.String() == f.DefValue})
	})
	return all
}

// setting is a flag as it stands.
type setting struct {
	Name, Value string
	Default     bool
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
