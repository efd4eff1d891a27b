package timeline

import (
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
	Failed string // why the client gave up

	Shows     *event.Note // beside the token: what the API handed out; nil for nothing yet
	Refused   string      // beside the token: why the API said no last
	SignedOut bool        // the client forgot its token
}

// Ended reports whether the client has done what it can for now.
func (l Login) Ended() bool { return l != Login{} }

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
		return Login{Token: shorten(n.Get("access_token"), param.MarkToken), Grant: n.Get("grant_type"), Shows: l.Shows}
	case event.NoteShown:
		l.Shows = n
	case event.NoteAPIRefused:
		l.Refused = inWords(n.Get("error"))
	case event.NoteSignedOut:
		return Login{SignedOut: true}
	case event.NoteFlowFailed:
		return Login{Failed: inWords(n.Get("error"))}
	}
	return l
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
