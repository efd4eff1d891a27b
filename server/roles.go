package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/server/lab"
)

// roles are the parties that this process plays, as a flag: lab,auth. None means all.
type roles struct {
	table  lab.Parties // of which it plays some
	played []event.Party
}

// String implements flag.Value.
func (r *roles) String() string { return joined(r.played, ",") }

// Set implements flag.Value.
func (r *roles) Set(list string) error {
	r.played = nil
	for name := range strings.SplitSeq(list, ",") {
		role := event.Party(strings.TrimSpace(name))
		if _, known := r.table.Of(role); !known {
			return fmt.Errorf("there is no role %q: it takes some of %s", role, joined(idsOf(r.table), ","))
		}
		if !slices.Contains(r.played, role) {
			r.played = append(r.played, role)
		}
	}
	return nil
}

func (r *roles) play(role event.Party) bool {
	return len(r.played) == 0 || slices.Contains(r.played, role)
}

// missing are the roles that other processes must play.
func (r *roles) missing() []event.Party {
	return slices.DeleteFunc(idsOf(r.table), r.play)
}

func idsOf(table lab.Parties) []event.Party {
	ids := make([]event.Party, len(table))
	for i, p := range table {
		ids[i] = p.ID
	}
	return ids
}

func joined(parties []event.Party, by string) string {
	names := make([]string, len(parties))
	for i, p := range parties {
		names[i] = string(p)
	}
	return strings.Join(names, by)
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
			&c.roles, joined(missing, " and "))
	}
	for _, p := range c.table {
		origin := c.origins[p.ID]
		if u, err := url.Parse(origin); err == nil && u.Port() == "0" && !c.roles.play(p.ID) {
			return fmt.Errorf("%s is %q, and another process plays that role: name the port that it has", p.Flag(), origin)
		}
	}
	return nil
}

// originFlag is the origin of one party, as a flag.
type originFlag struct {
	origins lab.Origins
	of      event.Party
}

// String implements flag.Value.
func (f originFlag) String() string { return f.origins[f.of] }

// Set implements flag.Value.
func (f originFlag) Set(origin string) error {
	f.origins[f.of] = origin
	return nil
}
