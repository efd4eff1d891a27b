package timeline

import (
	"slices"

	"oauthlab/lessons/event"
)

// MaxLanes bounds the diagram's width; who comes later shares the last lane.
const MaxLanes = 8

// Lane is the line of one party.
type Lane struct {
	Party event.Party
	Name  string // "Auth server"
	Brief string // "Auth"
}

// known lists the parties in the order of their lanes.
var known = []Lane{
	{event.Browser, "Alice's browser", "Browser"},
	{event.Client, "Client", "Client"},
	{event.Webapp, "Web app", "Web app"},
	{event.Auth, "Auth server", "Auth"},
	{event.API, "API", "API"},
	{event.Proxy, "Proxy's log", "Proxy"},
	{event.Mallory, "Mallory", "Mallory"},
	{event.Outside, "Outside", "Outside"},
}

// PartyName returns what a party is called on the screen.
func PartyName(p event.Party) string {
	for _, lane := range known {
		if lane.Party == p {
			return lane.Name
		}
	}
	if p == event.Lab {
		return "Lab"
	}
	return string(p)
}

// LanesOf returns a lane for each party that acts in the bands; browser, client
// and authorization server are always there. A learner's own client stands
// beside the lab's.
func LanesOf(bands []Band) []Lane {
	acts := map[event.Party]bool{event.Browser: true, event.Client: true, event.Auth: true}
	var guests []event.Party
	meet := func(p event.Party) {
		if p == "" || acts[p] {
			return
		}
		acts[p] = true
		if !slices.ContainsFunc(known, func(l Lane) bool { return l.Party == p }) {
			guests = append(guests, p)
		}
	}
	for _, b := range bands {
		for _, r := range b.Rows {
			if r.Kind == RowMessage || r.Kind == RowSelf {
				meet(r.From)
				meet(r.To)
			}
		}
	}
	var lanes []Lane
	for _, lane := range known {
		if acts[lane.Party] {
			lanes = append(lanes, lane)
		}
		if lane.Party == event.Client {
			for _, g := range guests {
				lanes = append(lanes, Lane{g, string(g), brief(string(g))})
			}
		}
	}
	return lanes[:min(len(lanes), MaxLanes)]
}

// LaneOf returns the index of the party's lane.
func LaneOf(lanes []Lane, p event.Party) int {
	for i, lane := range lanes {
		if lane.Party == p {
			return i
		}
	}
	return max(0, len(lanes)-1)
}

func brief(s string) string {
	r := []rune(s)
	if len(r) <= 9 {
		return s
	}
	return string(r[:8]) + "…"
}
