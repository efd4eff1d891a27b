package attack

import (
	"context"
	"slices"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
)

// accountTakeover: a client that knows its users by their e-mail addresses takes one for another
// (OpenID Connect Core §5.7).
func accountTakeover() Attack {
	return Attack{
		ID:      "account-takeover",
		Title:   "Signing in with Alice's e-mail address",
		Story:   "Mallory has an account of her own at the auth server, and has typed Alice's e-mail address into its profile. Nobody has verified that. Alice has an account at the web app; Mallory signs in there as herself.",
		Chapter: "v07", StoppedBy: []guard.ID{guard.IDAccountKey},
		Loss:     "Mallory is in Alice's account at the web app.",
		Sections: []string{"OpenID Connect Core §5.7", "OpenID Connect Core §5.1"},
		Run: func(ctx context.Context, s *Scene) error {
			if err := s.Alice.SignInToWebApp(ctx); err != nil {
				return err
			}
			return s.Mallory.SignInToWebApp(ctx)
		},
		Harm: func(e Evidence) bool { return slices.Contains(e.accountsOfOthers(), "alice") },
	}
}

// accountsOfOthers are the users whose accounts the web app opened in a login that began in
// Mallory's browser.
func (e Evidence) accountsOfOthers() (users []string) {
	hers := map[string]bool{}
	for _, one := range e.Events {
		switch {
		case one.Request != nil && one.From == event.Mallory && one.To == event.Webapp:
			hers[one.Flow] = true
		case one.Note != nil && one.Note.Name == event.NoteAccount && one.Flow != "" && hers[one.Flow]:
			if whose := one.Note.Get("account"); whose != user && !slices.Contains(users, whose) {
				users = append(users, whose)
			}
		}
	}
	return users
}

// codeInAnotherSession: what PKCE does for a client that uses it, the nonce does for one that
// asks who signs in (RFC 9700 §4.5.3.2).
func codeInAnotherSession() Attack {
	return Attack{
		ID:      "code-in-another-session",
		Title:   "Alice's code in Mallory's session",
		Story:   "Alice signs in to the web app, and her browser crashes on the way back. A proxy has logged the address with the code. Mallory begins a login of her own at the web app, and brings Alice's code with her own state.",
		Chapter: "v07", StoppedBy: []guard.ID{guard.IDNonce, guard.IDPKCE},
		Loss:     "Mallory is signed in to the web app as Alice.",
		Sections: []string{"RFC 9700 §4.5.3.2", "OpenID Connect Core §3.1.3.7"},
		Run: func(ctx context.Context, s *Scene) error {
			code, err := s.stolenWebAppCode(ctx)
			if err != nil || code == "" {
				return err
			}
			hers, err := s.webAppCallback(ctx, s.Mallory)
			if err != nil || parameter(hers, "state") == "" {
				return err
			}
			s.Mallory.StopBefore("")
			return s.Mallory.Visit(ctx, swapped(hers, "code", code))
		},
		Harm: func(e Evidence) bool { return slices.Contains(e.accountsOfOthers(), "alice") },
	}
}

// idTokenAsAccessToken: an ID token is for the client; an API has no use for it (RFC 9068 §4,
// RFC 8725 §3.11).
func idTokenAsAccessToken() Attack {
	return Attack{
		ID:      "id-token-as-access-token",
		Title:   "An ID token shown to the API",
		Story:   "The web app writes Alice's ID token into its log, which Mallory gets to read. It is signed, and says Alice. She shows it to the API as if it were an access token.",
		Chapter: "v07", Given: readsTokens(),
		StoppedBy: []guard.ID{guard.IDTokenType, guard.IDJWTSignature, guard.IDAudience, guard.IDScope},
		Until:     map[guard.ID]guard.Feature{guard.IDJWTSignature: guard.JWKS}, // then one key signs both
		Loss:      "Mallory has read Alice's photos and notes.",
		Sections:  []string{"RFC 9068 §4", "RFC 8725 §3.11"},
		Run: func(ctx context.Context, s *Scene) error {
			if err := s.Alice.SignInToWebApp(ctx); err != nil {
				return err
			}
			token, err := s.lastIDToken(ctx)
			if err != nil || token == "" {
				return err
			}
			if err := s.leakFields(ctx, event.Webapp, "the web app writes ID tokens into its log", event.Field{Name: "id_token", Value: token}); err != nil {
				return err
			}
			return s.use(ctx, token)
		},
		Harm: malloryRead("alice", things),
	}
}

// lastIDToken is the latest that the authorization server gave the web app; "" for none.
func (s *Scene) lastIDToken(ctx context.Context) (token string, err error) {
	err = s.labs.Store.Events(ctx, s.Lab.ID, 0, func(one event.Event) error {
		if one.Response != nil && one.From == event.Auth && one.To == event.Webapp {
			if given := tokensIn(one.Response); given.IDToken != "" {
				token = given.IDToken
			}
		}
		return nil
	})
	return token, err
}

// faulty are attacks in which a server does one thing wrong, and a client has to notice. The
// server is told to, or somebody stands in its place.
func faulty() []Attack {
	const validation = "OpenID Connect Core §3.1.3.7"
	all := []Attack{
		faultyServer(guard.IDFaultIDToken, "wrong-iss", "v07", guard.IDOIDCIssuer, "An ID token of another server", "Alice signs in, and the ID token is one that another server issued.", "The web app believes another server about who Alice is.", validation),
		faultyServer(guard.IDFaultIDToken, "wrong-aud", "v07", guard.IDOIDCAudience, "An ID token for another client", "Alice signs in, and the ID token is one that was made for the print shop.", "The web app takes a sign-in that was meant for the print shop.", validation),
		faultyServer(guard.IDFaultIDToken, "wrong-azp", "v07", guard.IDOIDCAZP, "An ID token that another client was given", "Alice signs in, and the ID token is one that the print shop was given.", "The web app takes an ID token that the print shop handed on.", validation),
		faultyServer(guard.IDFaultIDToken, "unsigned", "v07", guard.IDOIDCSignature, "An ID token without a signature", "Alice signs in, and the ID token says that it is signed with none.", "The web app believes what nobody has signed.", validation),
		faultyServer(guard.IDFaultIDToken, "wrong-key", "v07", guard.IDOIDCSignature, "An ID token with another's signature", "Alice signs in, and the ID token is signed with a key that is not the server's.", "The web app believes what somebody else has signed.", validation),
		faultyServer(guard.IDFaultIDToken, "expired", "v07", guard.IDOIDCExpiry, "An ID token that is over", "Alice signs in, and the ID token was good until three minutes ago.", "The web app takes a sign-in that is over.", validation),
		faultyServer(guard.IDFaultIDToken, "future-iat", "v07", guard.IDOIDCIssuedAt, "An ID token from the future", "Alice signs in, and the ID token will be issued in an hour.", "The web app takes an ID token that was made ahead, for use at another time.", validation),
		faultyServer(guard.IDFaultIDToken, "wrong-nonce", "v07", guard.IDNonce, "An ID token of another login", "Alice signs in, and the ID token has the nonce of some other login.", "The web app takes the answer to another login for the one to this.", validation),
		replayedIDToken(),
		faultyServer(guard.IDFaultIDToken, "wrong-at-hash", "v07", guard.IDAtHash, "Two tokens that do not belong together", "Alice signs in, and the access token beside her ID token is another one.", "The web app uses an access token that may be anybody's.", "OpenID Connect Core §3.1.3.8"),
		faultyServer(guard.IDFaultUserInfo, "foreign-subject", "v07", guard.IDUserInfoSubject, "UserInfo of another user", "Alice signs in, and UserInfo answers with what is known of somebody else.", "The web app takes another user's name and address for Alice's.", "OpenID Connect Core §5.3.2"),
		faultyServer(guard.IDFaultMetadata, "wrong-issuer", "v07", guard.IDMetadataIssuer, "Metadata of another server", "The web app asks the server for its metadata, and they name another server.", "The web app goes where another server's metadata send it, with codes and its secret.", "OpenID Connect Discovery §4.3"),
	}
	for i := range all {
		if all[i].ID == "id-token-unsigned" {
			all[i].StoppedBy = append(all[i].StoppedBy, guard.IDAlgAllowList)
		}
	}
	return all
}

// faultyServer is one of them.
func faultyServer(part guard.ID, value, chapter string, by guard.ID, title, story, loss, section string) Attack {
	return Attack{
		ID:        strings.TrimPrefix(string(part), "server-faults.") + "-" + value,
		Title:     title,
		Story:     story + " Does the web app notice?",
		Chapter:   chapter,
		Given:     map[guard.ID]string{part: value},
		StoppedBy: []guard.ID{by},
		Loss:      loss,
		Sections:  []string{section},
		Run:       func(ctx context.Context, s *Scene) error { return s.Alice.SignInToWebApp(ctx) },
		Harm:      wentOnDespite(part, value),
	}
}

// replayedIDToken: the ID token of an earlier login once more (OpenID Connect Core §3.1.3.7,
// point 11).
func replayedIDToken() Attack {
	return Attack{
		ID:      "id-token-replayed",
		Title:   "An ID token that comes back",
		Story:   "Alice signs in to the web app, and later once more. The second time she is answered with what was said the first time.",
		Chapter: "v07",
		Given:   map[guard.ID]string{guard.IDFaultIDToken: "replayed"}, StoppedBy: []guard.ID{guard.IDNonce},
		Loss:     "The web app takes an old sign-in for a new one.",
		Sections: []string{"OpenID Connect Core §3.1.3.7", "OpenID Connect Core §15.5.2"},
		Run: func(ctx context.Context, s *Scene) error {
			if err := s.Alice.SignInToWebApp(ctx); err != nil {
				return err
			}
			return s.Alice.SignInToWebApp(ctx)
		},
		Harm: func(e Evidence) bool {
			return e.Rules.Value(guard.IDFaultIDToken) == "replayed" && e.opened() > 1
		},
	}
}

// restsOnFaults are the faults of the server despite which the web app signed Alice in.
func (e Evidence) restsOnFaults() (lost []string) {
	told := ""
	for _, one := range e.Events {
		switch {
		case one.Note == nil:
		case one.Note.Name == event.NoteFault && !mustAccept(one.Note.Get("fault")):
			told = one.Note.Text
		case one.Note.Name == event.NoteAccount && told != "":
			lost = append(lost, "Her sign-in at the web app rests on a fault. "+told)
		}
	}
	return lost
}

// mustAccept reports whether nothing is wrong with what a server is said to do wrong.
func mustAccept(fault string) bool {
	return slices.ContainsFunc(authserver.Faults(), func(f authserver.Fault) bool { return f.Name == fault && f.Client == authserver.MustAccept })
}

// opened counts the accounts that the web app has opened.
func (e Evidence) opened() (n int) {
	for _, one := range e.Events {
		if one.Note != nil && one.Note.Name == event.NoteAccount {
			n++
		}
	}
	return n
}

// wentOnDespite finds that the web app opened an account, although a server did that wrong.
func wentOnDespite(part guard.ID, value string) func(Evidence) bool {
	return func(e Evidence) bool { return e.Rules.Value(part) == value && e.opened() > 0 }
}
