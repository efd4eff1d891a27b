package attack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
)

// introspectionOracle: the server tells whoever asks which tokens are alive, and whose they
// are (RFC 7662 §4).
func introspectionOracle() Attack {
	return Attack{
		ID:      "introspection-oracle",
		Title:   "Asking what a token is worth",
		Story:   "Mallory has found strings in an old log, and does not know which are tokens. She asks the auth server's introspection endpoint about each.",
		Chapter: "v06", StoppedBy: []guard.ID{guard.IDIntrospectionAuth, guard.IDIntrospectionAudience},
		Loss:     "Mallory knows which string is a token, whose it is, and what it opens.",
		Sections: []string{"RFC 7662 §2.1", "RFC 7662 §4"},
		Run: func(ctx context.Context, s *Scene) error {
			const noToken = "5f4dcc3b5aa765d61d8327deb882cf99"
			token, err := s.signedInToken(ctx)
			if err != nil || token == "" {
				return err
			}
			if err := s.leakFields(ctx, event.Proxy, "an old log has strings of which one may be a token", event.Field{Name: "token", Value: noToken}, event.Field{Name: "token", Value: token}); err != nil {
				return err
			}
			for _, found := range []string{noToken, token} {
				if _, err := s.send(ctx, client.Request{
					Method: http.MethodPost, URL: s.Lab.Issuer() + "/introspect", Body: url.Values{"token": {found}}.Encode(),
					Header: []event.Field{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}},
				}); err != nil {
					return err
				}
			}
			return nil
		},
		Harm: func(e Evidence) bool { return len(e.introspectedByMallory()) > 0 },
	}
}

// introspectedByMallory are the users of the tokens of which Mallory was told that they are
// alive.
func (e Evidence) introspectedByMallory() (users []string) {
	for _, one := range e.Events {
		var said authserver.IntrospectionResponse
		if one.Response == nil || one.To != event.Mallory || one.From != event.Auth || json.Unmarshal([]byte(one.Response.Body), &said) != nil {
			continue
		}
		if said.Active && !slices.Contains(users, said.Subject) {
			users = append(users, said.Subject)
		}
	}
	return users
}

// printShopToken: an API uses at another what it was sent itself (RFC 9700 §4.10.2).
func printShopToken() Attack {
	return Attack{
		ID:      "print-shop-token",
		Title:   "A token for another API",
		Story:   "Alice signs in to a print shop, which gets a token for its own API. Mallory runs the shop, and brings the token to the API that keeps Alice's photos.",
		Chapter: "v06", StoppedBy: []guard.ID{guard.IDAudience, guard.IDIntrospectionAudience},
		Loss:     "Mallory has read Alice's photos and notes.",
		Sections: []string{"RFC 9700 §4.10.2", "RFC 9068 §4"},
		Run: func(ctx context.Context, s *Scene) error {
			tokens, err := s.letIn(ctx, authserver.ClientPrints, "read profile")
			return s.useGood(ctx, tokens, err)
		},
		Harm: malloryRead("alice", things),
	}
}

// revokedJWT: the server takes a token back, and an API that does not ask goes on taking it
// (RFC 9068 has no answer but a short life). What stops it is asking.
func revokedJWT() Attack {
	return Attack{
		ID:       "revoked-jwt",
		Title:    "A token that was taken back",
		Story:    "Mallory copies Alice's refresh token and uses it. When Alice's client comes with the same one, the auth server takes all tokens of the login back. The API, which does not ask, never hears of it.",
		Chapter:  "v06",
		Given:    readsTokens(),
		Loss:     "Mallory has read Alice's photos and notes, with a token that was revoked.",
		Sections: []string{"RFC 7662 §2.2", "RFC 9068 §4"},
		Run: func(ctx context.Context, s *Scene) error {
			stolen, err := s.stolenRefresh(ctx)
			if err != nil || stolen == "" {
				return err
			}
			hers, err := s.refresh(ctx, authserver.ClientDemo, stolen, nil)
			if err != nil || hers.AccessToken == "" {
				return err
			}
			if err := s.Alice.Refresh(ctx); err != nil {
				return err
			}
			return s.use(ctx, hers.AccessToken)
		},
		Harm: func(e Evidence) bool {
			return malloryRead("alice", things)(e) && slices.ContainsFunc(e.givenToMallory(), func(g given) bool {
				t, known := e.Auth.Token(g.token)
				return known && t.Revoked != nil
			})
		},
	}
}
