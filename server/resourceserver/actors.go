package resourceserver

import (
	"net/http"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/lab"
)

// maxActors bounds the chain that the API reads of a token: whoever wrote the token wrote that.
const maxActors = 8

// maxName bounds the name of a user or a client, in bytes, wherever it comes from.
const maxName = 64

// isName reports whether a text can be one.
func isName(text string) bool {
	return text != "" && len(text) <= maxName && !strings.ContainsFunc(text, func(r rune) bool { return r < '!' || r > '~' })
}

// actor is who acts for a token's user (RFC 8693 §4.1).
type actor struct {
	Subject string `json:"sub"`
	Act     *actor `json:"act"`
}

// chain lists who acts, the last first. The API decides by none but the user, and lets the first be
// known: what is nested is history (RFC 8693 §4.1).
func (a *actor) chain() (subjects []string) {
	for ; a != nil && len(subjects) < maxActors; a = a.Act {
		subjects = append(subjects, prose.Clip(a.Subject, maxName, "…"))
	}
	return subjects
}

// actsFor is the user for whom the calendar does what is asked: the one that the token names. A
// calendar that trusts agents takes their word, where a token is nobody's but the agent's own: then
// whoever can make the agent ask has everybody's calendar (RFC 9700 §4.15).
func actsFor(t *lab.Handling, r *http.Request, is Token, subject string) string {
	named := r.URL.Query()["for"]
	isOwn := is.Known && is.Subject == is.ClientID
	if !isOwn || len(named) != 1 || !isName(named[0]) || t.Settings.Rules().Value(guard.IDAgentTrust) != guard.NamedUser {
		return subject
	}
	t.Noted(event.NoteAgentTrusted, "The calendar takes the agent's word: it acts for "+named[0]+".", event.Field{Name: "subject", Value: named[0]})
	return named[0]
}
