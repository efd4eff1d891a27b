package panel

import (
	"slices"
	"strings"
	"testing"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/api"
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

// A habit of many values is a list, in which what is so is chosen; of few, each has a button.
func TestAHabitOfManyValuesIsAList(t *testing.T) {
	part := guard.Part{ID: "x", Kind: guard.Habit, Values: []string{"none", "a", "b", "c", "d", "e", "f"}}
	list := func(value string) string {
		return strings.Join(strings.Fields(uitest.HTML(&habit{Name: "Server: fault", Part: part, Value: value, Ready: true})), " ")
	}
	if page := list("c"); strings.Count(page, "<option") != 7 || strings.Count(page, " selected") != 1 || !strings.Contains(page, `aria-label="Server: fault"`) || !strings.Contains(page, "is-unsafe") {
		t.Errorf("%s", page)
	}
	if page := list("none"); strings.Contains(page, "is-unsafe") {
		t.Errorf("what is safe is said not to be: %s", page)
	}
	part.Values = part.Values[:mostButtons]
	if page := list("a"); strings.Count(page, `role="radio"`) != mostButtons {
		t.Errorf("%s", page)
	}
}

// What an attack needs can be set until it is so.
func TestWhatAnAttackNeedsIsOfferedUntilItIsSo(t *testing.T) {
	attack := api.Attack{ID: "a", Title: "Codes are read along", Given: map[string]string{string(guard.IDPKCEMethod): guard.Plain}}
	card := &attackCard{Attack: attack, Ready: true}
	if uitest.Named(t, card, "Set that up: Codes are read along").Disabled {
		t.Error("it cannot be set")
	}
	card.Set = true
	if page := uitest.HTML(card); strings.Contains(page, "Set that up") || !strings.Contains(page, "Needs: PKCE: client sends plain (set).") {
		t.Errorf("%s", page)
	}
	card.Attack.Given, card.Set = nil, true
	if page := uitest.HTML(card); strings.Contains(page, "(set)") || strings.Contains(page, "Needs") {
		t.Errorf("where nothing is needed it says %s", page)
	}
}

// Where the client runs on a server, the learner exchanges nothing by hand.
func TestNothingIsExchangedByHandWhereTheClientIsOnAServer(t *testing.T) {
	content := uitest.Content
	page := func() string { return uitest.HTML(&Column{Content: content, Controller: session.New(content)}) }
	if !strings.Contains(page(), "Exchange the code by hand") {
		t.Error("it is not offered")
	}
	content.Chapter.Client = event.Webapp
	if strings.Contains(page(), "Exchange the code by hand") {
		t.Error("it is offered of the web app")
	}
}
