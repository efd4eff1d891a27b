package lab

import (
	"fmt"
	"slices"

	"oauthlab/lessons/event"
	"oauthlab/server/store"
)

// Party is what the program knows of a party that it plays, on an origin of its own: what
// it is on the screen stands in event.Parties. Its ID is its role, and its flag after two
// hyphens.
type Party struct {
	ID     event.Party
	Title  string // what it is, where the program says where everything is
	Serves string // what stands on its origin, for the help
	Origin string // its public origin, unless its flag says otherwise
	Icon   string // the file of package web that is its icon

	OtherSite bool // it is a stranger to the lab's site; else it is of the same site

	Framed  bool // its pages stand in the frame of the lab's page, and in no other
	Fetched bool // the client in the lab's page fetches from it

	Documents []store.Kind // those that are its own; every party reads the settings
}

// Flag is the flag that takes the party's origin.
func (p Party) Flag() string { return "--" + string(p.ID) }

// Parties is a table of parties.
type Parties []Party

// AllParties returns the parties that the program plays. The lab is the first: a process
// that ends closes them in this order, and an attack that runs there still needs the others.
func AllParties() Parties {
	return Parties{
		{
			ID: event.Lab, Title: "lab", Serves: "the lab: client, lessons, API",
			Origin: "http://localhost:8080", Icon: "icons/logo.svg",
		},
		{
			ID: event.Auth, Title: "authorization server", Serves: "the authorization server",
			Origin: "http://localhost:8081", Icon: "icons/auth.svg",
			Framed: true, Fetched: true, Documents: []store.Kind{store.Auth, store.Bench, store.Keys, store.API}, // the API stands on its origin, up to v05
		},
		{
			ID: event.API, Title: "resource server", Serves: "the API, with people's photos and notes",
			Origin: "http://localhost:8082", Icon: "icons/api.svg",
			Fetched: true, Documents: []store.Kind{store.API},
		},
		{
			ID: event.Webapp, Title: "web app", Serves: "the web app, a client with a secret",
			Origin: "http://localhost:8084", Icon: "icons/webapp.svg",
			Framed: true, Documents: []store.Kind{store.Webapp},
		},
		{
			ID: event.Agent, Title: "agent", Serves: "the agent, which acts for Alice",
			Origin: "http://localhost:8085", Icon: "icons/agent.svg",
			Fetched: true, Documents: []store.Kind{store.Agent},
		},
		{
			ID: event.Mallory, Title: "Mallory", Serves: "the attacker's site",
			Origin: "http://127.0.0.1:8083", Icon: "icons/mallory.svg",
			OtherSite: true, Framed: true, Fetched: true, // a token may say that its key is there
		},
	}
}

// Of returns the row of the party id, or false.
func (ps Parties) Of(id event.Party) (Party, bool) {
	for _, p := range ps {
		if p.ID == id {
			return p, true
		}
	}
	return Party{}, false
}

// Defaults are the origins that the parties have unless flags say otherwise.
func (ps Parties) Defaults() Origins {
	o := Origins{}
	for _, p := range ps {
		o[p.ID] = p.Origin
	}
	return o
}

// Kinds are the documents that a process opens which plays some of the parties: everyone
// reads the settings, and each keeps its own. The lab opens those of all, because it
// makes, resets and shows them.
func (ps Parties) Kinds(plays func(event.Party) bool) []store.Kind {
	kinds := []store.Kind{KindSettings}
	for _, p := range ps {
		if !plays(p.ID) && !plays(event.Lab) {
			continue
		}
		for _, kind := range p.Documents {
			if !slices.Contains(kinds, kind) {
				kinds = append(kinds, kind)
			}
		}
	}
	return kinds
}

// Framed are the origins whose pages stand in the frame of the lab's page.
func (ps Parties) Framed(o Origins) []string {
	return ps.origins(o, func(p Party) bool { return p.Framed })
}

// Fetched are the origins from which the client in the lab's page fetches.
func (ps Parties) Fetched(o Origins) []string {
	return ps.origins(o, func(p Party) bool { return p.Fetched })
}

func (ps Parties) origins(o Origins, which func(Party) bool) []string {
	var list []string
	for _, p := range ps {
		if which(p) {
			list = append(list, o[p.ID])
		}
	}
	return list
}

// FrameAncestors says, as a content security policy does, whose pages may frame the
// party's (Content Security Policy Level 3 §6.4.2).
func (ps Parties) FrameAncestors(o Origins, id event.Party) string {
	if p, ok := ps.Of(id); ok && p.Framed {
		return o[event.Lab]
	}
	return "'none'"
}

// Check reports what about the origins would make the lab misbehave: a path, plain
// http away from loopback, parties that are cross-site to each other, or one that is
// same-site with them and must not be (cookies ignore ports).
func (ps Parties) Check(o Origins) error {
	taken := map[string]string{}
	for _, p := range ps {
		origin := o[p.ID]
		if err := CheckOrigin(p.Flag(), origin); err != nil {
			return err
		}
		if other, is := taken[origin]; is {
			return fmt.Errorf("%s and %s are both %q: each party needs an origin of its own", other, p.Flag(), origin)
		}
		taken[origin] = p.Flag()
	}
	own := o[event.Lab]
	for _, p := range ps {
		origin := o[p.ID]
		switch same := site(origin) == site(own); {
		case !same && !p.OtherSite:
			return fmt.Errorf("--lab %s and %s %s are different sites: the frame's cookies need one registrable domain", own, p.Flag(), origin)
		case same && p.OtherSite:
			return fmt.Errorf("%s %s is the same site as --lab %s: %s needs another host (cookies ignore ports)", p.Flag(), origin, own, p.ID.Row().Name)
		}
	}
	return nil
}
