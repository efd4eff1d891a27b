package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// Roles are the parties that a process plays.
type Roles struct {
	Played []event.Party `name:"role" placeholder:"ROLES" help:"Which of the parties this process plays, some of ${roles}; by default all."`
}

// Play reports whether the process plays the party: one of those named, or any where none is.
func (r Roles) Play(role event.Party) bool {
	return len(r.Played) == 0 || slices.Contains(r.Played, role)
}

// String lists the roles as the flag takes them.
func (r Roles) String() string { return joined(r.Played, ",") }

// Here are the parties that this process plays, in the order of the table.
func (c *Config) Here() lab.Parties {
	return slices.DeleteFunc(slices.Clone(c.Parties), func(p lab.Party) bool { return !c.Roles.Play(p.ID) })
}

// Kinds are the documents that this process opens.
func (c *Config) Kinds() []store.Kind { return c.Parties.Kinds(c.Roles.Play) }

// elsewhere are the roles that other processes must play.
func (c *Config) elsewhere() []event.Party {
	return slices.DeleteFunc(idsOf(c.Parties), c.Roles.Play)
}

func idsOf(parties lab.Parties) []event.Party {
	ids := make([]event.Party, len(parties))
	for i, p := range parties {
		ids[i] = p.ID
	}
	return ids
}

// checkRoles reports what a process needs that leaves roles to others: a store that
// they share, and their addresses.
func (c *Config) checkRoles() error {
	var played []event.Party
	for _, role := range c.Roles.Played {
		role = event.Party(strings.TrimSpace(string(role)))
		if _, known := c.Parties.Of(role); !known {
			return fmt.Errorf("--role: there is no role %q: it takes some of %s", role, joined(idsOf(c.Parties), ","))
		}
		if !slices.Contains(played, role) {
			played = append(played, role)
		}
	}
	c.Roles.Played = played
	missing := c.elsewhere()
	if len(missing) == 0 {
		return nil
	}
	if c.NATS.URL == "" && c.NATS.Listen == "" {
		return fmt.Errorf("--role %s leaves %s to other processes, and all of them need one store: pass --nats with its address, or --nats-listen in one of them",
			c.Roles, joined(missing, " and "))
	}
	for _, p := range c.Parties {
		origin := c.Origins[p.ID]
		if u, err := url.Parse(origin); err == nil && u.Port() == "0" && !c.Roles.Play(p.ID) {
			return fmt.Errorf("%s is %q, and another process plays that role: name the port that it has", p.Flag(), origin)
		}
	}
	return nil
}
