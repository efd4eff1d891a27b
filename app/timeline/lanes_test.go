package timeline

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/event"
)

// act returns a band in which each of the parties tells something.
func act(parties ...event.Party) []Band {
	var b Band
	for _, p := range parties {
		b.Rows = append(b.Rows, Row{Kind: RowSelf, From: p})
	}
	return []Band{b}
}

// described puts lanes into one line.
func described(lanes []Lane) string {
	var names []string
	for _, l := range lanes {
		names = append(names, l.Name)
	}
	return strings.Join(names, ", ")
}

// A party that is a row of the table, and nothing else, has its lane in the table's order.
func TestAMadeUpPartyHasItsLane(t *testing.T) {
	table := slices.Insert(slices.Clone(event.AllParties()), 2, event.PartyRow{ID: "clerk", Name: "Clerk", Brief: "Clerk"})
	if got := described(lanesOf(table, act("clerk"))); got != "Alice's browser, Client, Clerk, Auth server" {
		t.Errorf("the lanes are %s", got)
	}
	if got := described(lanesOf(table, nil)); got != "Alice's browser, Client, Auth server" {
		t.Errorf("before it acts the lanes are %s", got)
	}
}

// Where all parties act there are more than eight: each has a lane of its own. Of many
// clients of a learner the last share one, which says so, and is nobody else's.
func TestNobodyIsDrawnOnAnothersLane(t *testing.T) {
	var all, guests []event.Party
	for _, row := range event.AllParties() {
		all = append(all, row.ID)
	}
	for n := range 20 {
		parties := append(slices.Clone(all), guests...)
		lanes := LanesOf(act(parties...))
		if len(lanes) > MaxLanes {
			t.Fatalf("%d parties have %d lanes", len(parties), len(lanes))
		}
		on := map[int][]event.Party{}
		for _, p := range parties {
			at := LaneOf(lanes, p)
			on[at] = append(on[at], p)
			if lane := lanes[at]; lane.Party != p && !slices.Contains(lane.Others, p) {
				t.Errorf("with %d clients %s is drawn on the lane of %s", n, p, lane.Name)
			}
		}
		for at, parties := range on {
			if len(parties) > 1 && (lanes[at].Name != "Other clients" || event.AllParties().Has(parties[0])) {
				t.Errorf("with %d clients %q share the lane of %s", n, parties, lanes[at].Name)
			}
		}
		if len(parties) <= MaxLanes && len(on) != len(parties) {
			t.Errorf("%d parties share %d lanes", len(parties), len(on))
		}
		guests = append(guests, event.Party(fmt.Sprintf("client-%d", n)))
	}
}

// The style sheet has a place for each lane that there can be.
func TestEveryLaneHasItsPlace(t *testing.T) {
	if most := len(event.AllParties()) + 1; most > MaxLanes {
		t.Errorf("the table and a learner's own client need %d lanes, and the stage has %d", most, MaxLanes)
	}
	sheet, err := os.ReadFile("../../web/css/stage.css")
	if err != nil {
		t.Fatal(err)
	}
	for i := range MaxLanes {
		for _, class := range []string{
			fmt.Sprintf(".lanes-%d .grid {", i+1), fmt.Sprintf(".at-%d {", i), fmt.Sprintf(".lo-%d {", i), fmt.Sprintf(".hi-%d {", i),
		} {
			if !strings.Contains(string(sheet), class) {
				t.Errorf("stage.css has no %s", class)
			}
		}
	}
}
