package widget

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/lessons/event"
)

// PartyWord is a party's name in its colour.
func PartyWord(p event.Party) app.UI {
	return tag.Span("party", PartyClass(p)).Text(strings.ToLower(string(p)))
}

// PartyClass gives a party its colour.
func PartyClass(p event.Party) string { return p.Row().Class() }

// OutcomeClass returns "is-refused" for a verdict, "" for what is none.
func OutcomeClass(prefix string, o event.Outcome) string {
	if o == "" {
		return ""
	}
	return prefix + "-" + string(o)
}
