package authserver

import (
	"context"
	"net/url"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// How users sign in is a setting of the lab, and one of the learner's own clients alone: at
// the lab's client the page is what the lessons show, and what attacks are played on.
//
// Automatic sign-in answers without a page, so it must not make of the server what the page
// keeps it from being: a redirector (RFC 9700 §4.11.2). A stranger can make a lab, set it to
// automatic there, register a client and send links around. What follows:
//
//   - The user is signed in before anything is redirected, an error too: sign-in-first holds,
//     and the session is kept as after a page.
//   - It holds only where the answer goes to loopback, which is the machine of whoever opened
//     the link. The stranger gets nothing there, no code and no visitor, and could have linked
//     to that address itself. An answer to any other place waits for the page, which
//     names client and host; be the place one that the operator allows (--own-clients), where
//     another redirector may stand, or a party of the lab.
//   - A session that began without a page counts only where none is needed: neither a link
//     to loopback and then one to another place, nor a change of the setting leads past the
//     page, and the lab's client has its own.
//   - Who is signed in exists in that lab alone, and its cookie has the lab's path: nobody's
//     session in another lab begins, ends or is used.

// signInAt returns how users sign in at the client: Picker, TypedForm or Automatic.
func signInAt(t *lab.Handling, client Client) string {
	if !client.own {
		return guard.Picker
	}
	return t.Settings.Rules().Value(guard.IDSignIn)
}

// mustType reports whether the request that waits takes a typed password alone.
func (s *Server) mustType(ctx context.Context, t *lab.Handling, kept string) (bool, error) {
	if t.Settings.Rules().Value(guard.IDSignIn) != guard.TypedForm {
		return false, nil // at no client
	}
	state, err := s.docs().Get(ctx, t.ID)
	if err != nil {
		return false, err
	}
	p, _ := state.pending(kept)
	client, _ := s.client(t, p.Request.ClientID)
	return signInAt(t, client) == guard.TypedForm, nil
}

// signedIn returns the session of who has signed in when a request comes; the zero value where
// nobody has. Where that is automatic, it signs a user in: begun is then the id of the session,
// which is fresh, and "" otherwise.
func (s *Server) signedIn(state *State, t *lab.Handling, req AuthorizationRequest, session, fresh string) (who Session, begun string) {
	all := usersOf(t.Lab)
	client, _ := s.client(t, req.ClientID)
	target, err := url.Parse(req.RedirectURI)
	automatic := err == nil && signInAt(t, client) == guard.Automatic && lab.Loopback(target.Hostname())
	if one, lasts := state.session(session, t.Now()); lasts && (automatic || !one.Unasked) {
		if _, known := all.find(one.Subject); known { // else the seed names that user no more
			who = one
		}
	}
	if !automatic || wantsNoPage(req) && who.Subject == "" {
		return who, ""
	}
	wanted := who.Subject
	if wanted == "" {
		wanted = all[0].Subject
	}
	if req.LoginHint != "" { // OpenID Connect Core §3.1.2.1
		u, known := all.find(req.LoginHint)
		if !known {
			return Session{}, "" // the page says so, and asks
		}
		wanted = u.Subject
	}
	if wanted == who.Subject && !asksAgain(t, req, who) {
		return who, ""
	}
	return state.begin(t, Session{ID: fresh, Subject: wanted, Unasked: true}), fresh
}

// begin keeps a session, which lasts from now, and returns it.
func (s *State) begin(t *lab.Handling, one Session) Session {
	one.Began, one.Expires = t.Now(), t.Now().Add(sessionLife)
	s.Sessions = lab.Keep(s.Sessions, one, maxSessions)
	t.Changed("session", "stored", one.Subject, event.ChangeField{Name: "subject", To: one.Subject})
	one.isNew = true // not as it is kept
	return one
}
