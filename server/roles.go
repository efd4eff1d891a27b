package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"oauthlab/server/authserver"
	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// The roles that a process can play, each a party with an origin of its own.
const (
	roleLab     = "lab"
	roleAuth    = "auth"
	roleMallory = "mallory"
)

func allRoles() []string { return []string{roleLab, roleAuth, roleMallory} }

// roles are those that this process plays, as a flag: lab,auth. None means all.
type roles []string

// String implements flag.Value.
func (r *roles) String() string { return strings.Join(*r, ",") }

// Set implements flag.Value.
func (r *roles) Set(list string) error {
	*r = nil
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		if !slices.Contains(allRoles(), name) {
			return fmt.Errorf("there is no role %q: it takes some of %s", name, strings.Join(allRoles(), ","))
		}
		if !slices.Contains(*r, name) {
			*r = append(*r, name)
		}
	}
	return nil
}

func (r roles) play(role string) bool { return len(r) == 0 || slices.Contains(r, role) }

// missing are the roles that other processes must play.
func (r roles) missing() []string {
	return slices.DeleteFunc(allRoles(), r.play)
}

// kinds are the documents that this process opens: everyone reads the settings, and
// each party keeps its own. The lab's desk opens those of all parties, because it
// makes, resets and shows them.
func (r roles) kinds() []store.Kind {
	kinds := []store.Kind{lab.KindSettings}
	if r.play(roleAuth) || r.play(roleLab) {
		kinds = append(kinds, authserver.Kind)
	}
	return kinds
}

// checkRoles reports what a process needs that leaves roles to others: a store that
// they share, and their addresses.
func (c *config) checkRoles() error {
	missing := c.roles.missing()
	if len(missing) == 0 {
		return nil
	}
	if c.nats.url == "" && c.nats.listen == "" {
		return fmt.Errorf("--role %s leaves %s to other processes, and all of them need one store: pass --nats with its address, or --nats-listen in one of them",
			&c.roles, strings.Join(missing, " and "))
	}
	for _, p := range c.allParties() {
		if u, err := url.Parse(*p.origin); err == nil && u.Port() == "0" && !c.roles.play(p.role) {
			return fmt.Errorf("%s is %q, and another process plays that role: name the port that it has", p.flag, *p.origin)
		}
	}
	return nil
}
