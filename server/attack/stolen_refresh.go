package attack

import (
	"context"
	"net/url"
	"slices"
	"time"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
	"oauthlab/server/webapp"
)

// stolenRefresh: a refresh token is copied and used beside its owner, who notices nothing
// (RFC 9700 §4.14). As soon as both have used it, the server knows that there are two.
func stolenRefresh() Attack {
	return Attack{
		ID:      "stolen-refresh",
		Title:   "A refresh token, copied",
		Story:   "Mallory copies the refresh token out of Alice's browser and uses it first. Then Alice's client comes with the same one.",
		Chapter: "v05", StoppedBy: []guard.ID{guard.IDRefreshFamily},
		Loss:     "Mallory goes on as Alice, a refresh at a time.",
		Sections: []string{"RFC 9700 §4.14", "RFC 6749 §10.4"},
		Run: func(ctx context.Context, s *Scene) error {
			stolen, err := s.stolenRefresh(ctx)
			if err != nil || stolen == "" {
				return err
			}
			if err := s.wait(ctx, 11*time.Second); err != nil {
				return err
			}
			hers, err := s.refresh(ctx, authserver.ClientDemo, stolen, nil)
			if err != nil || hers.AccessToken == "" {
				return err
			}
			if err := s.Alice.Refresh(ctx); err != nil {
				return err
			}
			if next, err := s.refresh(ctx, authserver.ClientDemo, hers.RefreshToken, nil); err != nil || next.AccessToken != "" {
				return s.useGood(ctx, next, err)
			}
			return s.use(ctx, hers.AccessToken)
		},
		Harm: malloryHolds("alice"),
	}
}

// usedRefresh: the owner used the refresh token first, and the copy is worth nothing if
// each works once (RFC 9700 §4.14.2).
func usedRefresh() Attack {
	return Attack{
		ID:      "used-refresh",
		Title:   "A refresh token that was used",
		Story:   "Mallory copies the refresh token out of Alice's browser. Alice's client uses it, and then Mallory does.",
		Chapter: "v05", StoppedBy: []guard.ID{guard.IDRefreshReuse, guard.IDRefreshFamily},
		Loss:     "Mallory holds Alice's token.",
		Sections: []string{"RFC 9700 §4.14.2"},
		Run: func(ctx context.Context, s *Scene) error {
			stolen, err := s.stolenRefresh(ctx)
			if err != nil || stolen == "" {
				return err
			}
			if err := s.wait(ctx, 11*time.Second); err != nil {
				return err
			}
			if err := s.Alice.Refresh(ctx); err != nil {
				return err
			}
			hers, err := s.refresh(ctx, authserver.ClientDemo, stolen, nil)
			return s.useGood(ctx, hers, err)
		},
		Harm: malloryHolds("alice"),
	}
}

// webAppRefresh: the refresh token of a client with a secret is brought by another, which
// has none and needs none (RFC 6749 §6, §10.4).
func webAppRefresh() Attack {
	return Attack{
		ID:      "web-app-refresh",
		Title:   "The web app's refresh token, at another client",
		Story:   "A backup of the web app's database gets lost, with Alice's refresh token in it. Mallory has no secret of the web app's, so her own app brings the token.",
		Chapter: "v05", StoppedBy: []guard.ID{guard.IDRefreshClient},
		Loss:     "Mallory holds Alice's token.",
		Sections: []string{"RFC 6749 §6", "RFC 6749 §10.4"},
		Run: func(ctx context.Context, s *Scene) error {
			if err := s.Alice.SignInToWebApp(ctx); err != nil {
				return err
			}
			kept, err := webapp.Document{Store: s.labs.Store}.State(ctx, s.Lab)
			if err != nil || len(kept.Sessions) == 0 {
				return err
			}
			stolen := kept.Sessions[len(kept.Sessions)-1].Tokens().RefreshToken
			if stolen == "" {
				return nil
			}
			if err := s.leakFields(ctx, event.Webapp, "a backup of the web app's database has Alice's refresh token", event.Field{Name: "refresh_token", Value: stolen}); err != nil {
				return err
			}
			hers, err := s.refresh(ctx, authserver.ClientMallory, stolen, nil)
			return s.useGood(ctx, hers, err)
		},
		Harm: malloryHolds("alice"),
	}
}

// refreshMoreScope: an app that was let in for little asks for more when it refreshes, where
// no user is asked (RFC 6749 §6).
func refreshMoreScope() Attack {
	return Attack{
		ID:      "refresh-more-scope",
		Title:   "More scope at each refresh",
		Story:   "Alice lets Mallory's app see her photos: it is granted the scope read. When it refreshes, it asks for profile too, and nobody asks Alice.",
		Chapter: "v05", StoppedBy: []guard.ID{guard.IDRefreshScope},
		Loss:     "Mallory has read Alice's e-mail address, which Alice never allowed.",
		Sections: []string{"RFC 6749 §6"},
		Run: func(ctx context.Context, s *Scene) error {
			tokens, err := s.letIn(ctx, authserver.ClientMallory, "read")
			if err != nil || tokens.RefreshToken == "" {
				return err
			}
			more, err := s.refresh(ctx, authserver.ClientMallory, tokens.RefreshToken, url.Values{"scope": {"read profile"}})
			if err != nil || more.AccessToken == "" {
				return err
			}
			return s.ask(ctx, "/api/me", more.AccessToken)
		},
		Harm: malloryRead("alice", whoThatIs),
	}
}

// lateRefresh: a refresh token that its owner uses no more is found (RFC 9700 §4.14.2).
func lateRefresh() Attack {
	return Attack{
		ID:      "late-refresh",
		Title:   "A refresh token found later",
		Story:   "Alice closes the page and does not come back. An hour later Mallory finds her refresh token in a copy of the browser's storage.",
		Chapter: "v05", StoppedBy: []guard.ID{guard.IDRefreshIdle},
		Loss:     "Mallory holds Alice's token.",
		Sections: []string{"RFC 9700 §4.14.2"},
		Run: func(ctx context.Context, s *Scene) error {
			stolen, err := s.stolenRefresh(ctx)
			if err != nil || stolen == "" {
				return err
			}
			if err := s.wait(ctx, 61*time.Minute); err != nil {
				return err
			}
			hers, err := s.refresh(ctx, authserver.ClientDemo, stolen, nil)
			return s.useGood(ctx, hers, err)
		},
		Harm: malloryHolds("alice"),
	}
}

// refreshForEver: the thief keeps the login alive, and its owner never comes back to be
// noticed (RFC 9700 §4.14). Only an end that no refresh moves stops that.
func refreshForEver() Attack {
	return Attack{
		ID:      "refresh-for-ever",
		Title:   "A login that never ends",
		Story:   "Mallory copies the refresh token, and Alice does not come back. Mallory refreshes every 50 minutes, for more than four hours.",
		Chapter: "v05", StoppedBy: []guard.ID{guard.IDRefreshAbsolute},
		Loss:     "Mallory goes on as Alice for as long as she likes.",
		Sections: []string{"RFC 9700 §4.14"},
		Run: func(ctx context.Context, s *Scene) error {
			token, err := s.stolenRefresh(ctx)
			for range 5 {
				if err != nil || token == "" {
					return err
				}
				if err := s.wait(ctx, 50*time.Minute); err != nil {
					return err
				}
				var hers client.Tokens
				if hers, err = s.refresh(ctx, authserver.ClientDemo, token, nil); err == nil && hers.AccessToken == "" {
					return s.wait(ctx, time.Hour) // then the last that she got is over too
				}
				token = hers.RefreshToken
			}
			return err
		},
		Harm: func(e Evidence) bool {
			return slices.ContainsFunc(e.givenToMallory(), func(g given) bool {
				return slices.ContainsFunc(e.Auth.Families, func(f authserver.Family) bool {
					return f.Subject == "alice" && f.Flow == g.event.Flow && g.event.Time.After(f.Ends)
				})
			})
		},
	}
}

// stolenRefresh has Alice sign in, and returns the refresh token of her client, of which
// Mallory has a copy: "" where the client has none.
func (s *Scene) stolenRefresh(ctx context.Context) (string, error) {
	if _, err := s.signedInToken(ctx); err != nil {
		return "", err
	}
	stolen := s.Alice.Kept().RefreshToken
	if stolen == "" {
		return "", nil
	}
	return stolen, s.leakFields(ctx, event.Browser, "a copy of the browser's storage has the refresh token", event.Field{Name: "refresh_token", Value: stolen})
}

// useGood goes on to the API with what a refresh gave, if it gave any.
func (s *Scene) useGood(ctx context.Context, tokens client.Tokens, err error) error {
	if err != nil || tokens.AccessToken == "" {
		return err
	}
	return s.use(ctx, tokens.AccessToken)
}
