package resourceserver

import (
	"net/http"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// maxActors bounds the chain that the API reads of a token: whoever wrote the token wrote that.
const maxActors = 8

// actor is who acts for a token's user (RFC 8693 §4.1).
type actor struct {
	Subject string `json:"sub"`
	Act     *actor `json:"act"`
}

// chain lists who acts, the last first. The API decides by none but the user, and lets the first be
// known: what is nested is history (RFC 8693 §4.1).
func (a *actor) chain() (subjects []string) {
	for ; a != nil && len(subjects) < maxActors; a = a.Act {
		subjects = append(subjects, a.Subject)
	}
	return subjects
}

// actsFor is the user for whom the calendar does what is asked: the one that the token names. A
// calendar that trusts agents takes their word, where a token is nobody's but the agent's own: then
// whoever can make the agent ask has everybody's calendar (RFC 9700 §4.15).
func actsFor(t *lab.Handling, r *http.Request, is Token, subject string) string {
	named := r.URL.Query()["for"]
	isOwn := is.Known && is.Subject == is.ClientID
	if !isOwn || len(named) != 1 || named[0] == "" || t.Settings.Rules().Value(guard.IDAgentTrust) != guard.NamedUser {
		return subject
	}
	t.Noted(event.NoteAgentTrusted, "The calendar takes the agent's word: it acts for "+named[0]+".", event.Field{Name: "subject", Value: named[0]})
	return named[0]
}
