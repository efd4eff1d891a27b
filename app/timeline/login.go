package timeline

import (
	"slices"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/param"
	"oauthlab/lessons/prose"
)

// Login is how far the latest flow of the learner's own has come: at most one of
// its first fields is set, and none while it is under way.
type Login struct {
	Code   string // the client took it; shortened
	Token  string // the client keeps it; shortened
	Grant  string // what the token was given for; "" where that is not told
	For    string // the API that the token is for; "" where that is not told
	Failed string // why the client gave up

	Shows     *event.Note // beside the token: what the API handed out; nil for nothing yet
	Report    string      // beside the token: what the agent did last
	Refused   string      // beside the token: why the API said no last
	SignedOut bool        // the client forgot its token
}

// Ended reports whether the client has done what it can for now.
func (l Login) Ended() bool { return l != Login{} }

// SaysWho reports whether the API was asked whose account it is, be it in vain.
func (l Login) SaysWho() bool {
	return l.Shows != nil && slices.ContainsFunc(l.Shows.Fields, func(f event.Field) bool { return f.Name == "name" })
}

// news says in a sentence how the flow has ended; "" while it is under way.
func (l Login) news() string {
	switch {
	case l.Failed != "":
		return "The client gives up. " + prose.Sentence(l.Failed)
	case l.SignedOut:
		return "The client has forgotten its token."
	case l.Shows != nil && l.Shows.Get("name") != "":
		return "The client shows the account of " + l.Shows.Get("name") + "."
	case l.Token != "":
		return "The client has a token."
	case l.Code != "":
		return "The client has the code."
	}
	return ""
}

// after returns how far the flow has come with the note n.
func (l Login) after(n *event.Note) Login {
	switch n.Name {
	case event.NoteOpen:
		return Login{}
	case event.NoteCode:
		return Login{Code: shorten(n.Get("code"), param.MarkCode)}
	case event.NoteTokens:
		return Login{Token: shorten(n.Get("access_token"), param.MarkToken), Grant: n.Get("grant_type"), For: apiIn(n.Get("resource")), Shows: l.Shows, Report: l.Report}
	case event.NoteShown:
		l.Shows = withEarlier(n, l.Shows)
	case event.NoteReport:
		l.Report = n.Get("text")
	case event.NoteAPIRefused, event.NoteTokenRefused:
		l.Refused = inWords(n.Get("error"))
	case event.NoteSignedOut:
		return Login{SignedOut: true}
	case event.NoteFlowFailed:
		return Login{Failed: inWords(n.Get("error"))}
	}
	return l
}

// withEarlier is what the client shows after n: what that does not speak of, it shows as before.
func withEarlier(n, before *event.Note) *event.Note {
	if before == nil || n.Get("name") != "" {
		return n
	}
	both := *n
	both.Fields = slices.Clone(n.Fields)
	for _, field := range before.Fields {
		if !slices.ContainsFunc(n.Fields, func(f event.Field) bool { return f.Name == field.Name }) {
			both.Fields = append(both.Fields, field)
		}
	}
	return &both
}

// inWords names a guard that refused by its protection's title.
func inWords(failure string) string {
	if id, reason, ok := strings.Cut(failure, ": "); ok && !strings.Contains(id, " ") {
		return ProtectionTitle(id) + ": " + reason // an error code stays as it is written
	}
	if failure == "" {
		return ""
	}
	return prose.Capital(failure)
}
