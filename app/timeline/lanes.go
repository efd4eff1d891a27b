package timeline

import (
	"slices"

	"oauthlab/lessons/event"
)

// MaxLanes bounds the diagram's width: so many lanes have a place in web/css/stage.css.
const MaxLanes = 12

// Lane is the line of one party.
type Lane struct {
	Party event.Party
	Name  string // "Auth server"
	Brief string // "Auth"

	// Others share the lane with Party. Only clients of learners do, where there are
	// more of them than lanes are left.
	Others []event.Party
}

// PartyName returns what a party is called on the screen.
func PartyName(p event.Party) string { return p.Row().Name }

// LanesOf returns a lane for each party that acts in the bands, and for those that are
// always there. A learner's own client stands beside the lab's.
func LanesOf(bands []Band) []Lane { return lanesOf(event.AllParties(), bands) }

func lanesOf(table event.Parties, bands []Band) []Lane {
	acts, guests := acting(table, bands)
	table = slices.DeleteFunc(slices.Clone(table), func(r event.PartyRow) bool { return !r.Always && !acts[r.ID] })
	var lanes []Lane
	for _, row := range table {
		lanes = append(lanes, Lane{Party: row.ID, Name: row.Name, Brief: row.Brief})
		if row.Guests {
			lanes = append(lanes, guestLanes(guests, MaxLanes-len(table))...)
		}
	}
	return lanes
}

// acting returns who acts in the bands, and which of them are not in the table, in the
// order in which they come.
func acting(table event.Parties, bands []Band) (acts map[event.Party]bool, guests []event.Party) {
	acts = map[event.Party]bool{"": true}
	for _, b := range bands {
		for _, r := range b.Rows {
			if r.Kind != RowMessage && r.Kind != RowSelf {
				continue
			}
			for _, p := range []event.Party{r.From, r.To} {
				if !acts[p] && !table.Has(p) {
					guests = append(guests, p)
				}
				acts[p] = true
			}
		}
	}
	return acts, guests
}

// guestLanes returns at most room lanes, at least one, for the guests. Those for whom no
// lane is left share the last.
func guestLanes(guests []event.Party, room int) []Lane {
	var lanes []Lane
	for i, g := range guests {
		if len(lanes) == room-1 && len(guests) > room {
			return append(lanes, Lane{Party: g, Name: "Other clients", Brief: "Others", Others: guests[i+1:]})
		}
		row := g.Row()
		lanes = append(lanes, Lane{Party: g, Name: row.Name, Brief: brief(row.Brief)})
	}
	return lanes
}

// LaneOf returns the index of the lane of a party that acts in the bands which the lanes
// were made of.
func LaneOf(lanes []Lane, p event.Party) int {
	for i, lane := range lanes {
		if lane.Party == p || slices.Contains(lane.Others, p) {
			return i
		}
	}
	return 0
}

func brief(s string) string {
	r := []rune(s)
	if len(r) <= 9 {
		return s
	}
	return string(r[:8]) + "…"
}
