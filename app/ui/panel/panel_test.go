package panel

import (
	"slices"
	"strings"
	"testing"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// What stands at any party of the table is shown, under that party's name.
func TestThePanelShowsTheChecksOfEveryParty(t *testing.T) {
	table := append(slices.Clone(event.AllParties()), event.PartyRow{ID: "clerk", Name: "Clerk"})
	p := &Column{}
	for _, row := range table {
		p.Statuses = append(p.Statuses, session.ProtectionStatus{Protection: guard.Protection{ID: "of-" + string(row.ID), Title: "Check of " + row.Name, By: row.ID}})
	}
	shown := uitest.HTML(tag.Div().Body(list("protections", p.protections(table))))
	at := 0
	for _, row := range table {
		for _, want := range []string{">" + strings.ReplaceAll(row.Name, "'", "&#39;") + " checks<", "Check of " + strings.ReplaceAll(row.Name, "'", "&#39;")} {
			i := strings.Index(shown[at:], want)
			if i < 0 {
				t.Fatalf("%s is missing after what came before it, in %s", want, shown)
			}
			at += i
		}
	}
}
