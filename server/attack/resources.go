package attack

import (
	"context"
	"net/url"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
	"oauthlab/server/lab"
)

// Attacks on whom a token is for (RFC 8707, RFC 9700 §4.9.1, §4.10.2). Each API is run by people
// of its own, and one of them takes home what the API is sent.

// tokenForEverything: a client that says nothing of its APIs gets one token for all of them.
func tokenForEverything() Attack {
	return Attack{
		ID:      "token-for-everything",
		Title:   "One token for everything",
		Story:   "Alice's client does not say for which API its token is to be. It opens her bills. An insider at billing copies the token that came with the request, and takes it to her calendar.",
		Chapter: "v09", Given: map[guard.ID]string{guard.IDResourceNamed: guard.Nothing},
		StoppedBy: []guard.ID{guard.IDResourceRequired},
		Loss:      "Mallory has read Alice's appointments.",
		Sections:  []string{"RFC 8707 §2", "RFC 9700 §4.10.2"},
		Run: func(ctx context.Context, s *Scene) error {
			return s.carry(ctx, client.Billing, lab.Calendar)
		},
		Harm: malloryRead("alice", appointments),
	}
}

// tokenOfBillingAtCalendar: what one API was sent is shown to another (RFC 9700 §4.10.2).
func tokenOfBillingAtCalendar() Attack {
	return Attack{
		ID:      "billing-token-at-calendar",
		Title:   "Billing's token, at the calendar",
		Story:   "Alice's client opens her bills, with a token for that. An insider at billing copies it, and takes it to her calendar.",
		Chapter: "v09", StoppedBy: []guard.ID{guard.IDAudienceCalendar, guard.IDIntrospectionAudience},
		Loss:     "Mallory has read Alice's appointments.",
		Sections: []string{"RFC 9700 §4.10.2", "RFC 7662 §4"},
		Run: func(ctx context.Context, s *Scene) error {
			return s.carry(ctx, client.Billing, lab.Calendar)
		},
		Harm: malloryRead("alice", appointments),
	}
}

// tokenOfCalendarAtBilling is the same the other way.
func tokenOfCalendarAtBilling() Attack {
	return Attack{
		ID:      "calendar-token-at-billing",
		Title:   "The calendar's token, at billing",
		Story:   "Alice's client opens her calendar, with a token for that. An insider at the calendar copies it, and takes it to billing.",
		Chapter: "v09", StoppedBy: []guard.ID{guard.IDAudienceBilling, guard.IDIntrospectionAudience},
		Loss:     "Mallory has read Alice's bills.",
		Sections: []string{"RFC 9700 §4.10.2", "RFC 7662 §4"},
		Run: func(ctx context.Context, s *Scene) error {
			return s.carry(ctx, client.Calendar, lab.Billing)
		},
		Harm: malloryRead("alice", bills),
	}
}

// carry has Alice's client open one API, an insider there copy the token, and Mallory bring it to
// another.
func (s *Scene) carry(ctx context.Context, from string, to lab.Resource) error {
	if _, err := s.signedInToken(ctx); err != nil {
		return err
	}
	if err := s.Alice.Open(ctx, from); err != nil {
		return err
	}
	token := s.Alice.LastBearer(s.Lab.API() + "/" + from)
	if token == "" {
		return nil
	}
	if err := s.leakFields(ctx, event.API, "an insider at "+from+" copies the token of a request", event.Field{Name: "access_token", Value: token}, event.Field{Name: "resource", Value: s.Lab.API() + "/" + from}); err != nil {
		return err
	}
	return s.ask(ctx, to.Path, token)
}

// counterfeitAPI: a client is told that an API has moved, and sends its token there (RFC 9700
// §4.9.1).
func counterfeitAPI() Attack {
	return Attack{
		ID:      "counterfeit-api",
		Title:   "A counterfeit API",
		Story:   "Alice's client is told that billing has moved, and Mallory has told it. It gets a token for the new address and sends it there. Mallory takes the token to the real one.",
		Chapter: "v09", Given: map[guard.ID]string{guard.IDResourceAddress: guard.AsTold},
		StoppedBy: []guard.ID{guard.IDResourceKnown, guard.IDResourceRefresh, guard.IDAudienceBilling, guard.IDIntrospectionAudience},
		Loss:      "Mallory has read Alice's bills.",
		Sections:  []string{"RFC 9700 §4.9.1", "RFC 8707 §2"},
		Run: func(ctx context.Context, s *Scene) error {
			if _, err := s.signedInToken(ctx); err != nil {
				return err
			}
			there := s.Lab.Origins.Counterfeit(s.Lab.ID)
			s.Alice.Client.Moved = map[string]string{client.Billing: there}
			if err := s.note(ctx, event.Mallory, event.Client, event.NoteMoved, "Mallory tells Alice's client that billing has moved.", event.Field{Name: "url", Value: there}); err != nil {
				return err
			}
			if err := s.Alice.Open(ctx, client.Billing); err != nil {
				return err
			}
			token := s.Alice.LastBearer(there)
			if token == "" {
				return nil
			}
			return s.ask(ctx, lab.Billing.Path, token)
		},
		Harm: malloryRead("alice", bills),
	}
}

// anotherTarget: an app is let in to one API, and names another where its code is redeemed (RFC
// 8707 §2.2).
func anotherTarget() Attack {
	return Attack{
		ID:      "another-target",
		Title:   "An API that Alice was not told of",
		Story:   "Mallory's app shows photos. Alice signs in, and reads that it is to be let in to her photos. When it redeems the code, it asks for a token for her calendar.",
		Chapter: "v09", StoppedBy: []guard.ID{guard.IDResourceCode},
		Loss:     "Mallory has read Alice's appointments, and Alice was asked about her photos.",
		Sections: []string{"RFC 8707 §2.2"},
		Run: func(ctx context.Context, s *Scene) error {
			tokens, err := s.letInTo(ctx, authserver.ClientMallory, lab.Photos, lab.Calendar)
			if err != nil || tokens.AccessToken == "" {
				return err
			}
			return s.ask(ctx, lab.Calendar.Path, tokens.AccessToken)
		},
		Harm: malloryRead("alice", appointments),
	}
}

// crossRefresh is the same later, with a refresh token (RFC 8707 §2.2).
func crossRefresh() Attack {
	return Attack{
		ID:      "cross-resource-refresh",
		Title:   "A refresh for another API",
		Story:   "Alice signs in to Mallory's app, which is let in to her photos. It gets a token for them, and a refresh token. With that it asks for a token for her calendar.",
		Chapter: "v09", StoppedBy: []guard.ID{guard.IDResourceRefresh},
		Loss:     "Mallory has read Alice's appointments, and Alice was asked about her photos.",
		Sections: []string{"RFC 8707 §2.2"},
		Run: func(ctx context.Context, s *Scene) error {
			tokens, err := s.letInTo(ctx, authserver.ClientMallory, lab.Photos, lab.Photos)
			if err != nil || tokens.RefreshToken == "" {
				return err
			}
			more, err := s.refresh(ctx, authserver.ClientMallory, tokens.RefreshToken, url.Values{"resource": {s.Lab.Resource(lab.Calendar)}})
			if err != nil || more.AccessToken == "" {
				return err
			}
			return s.ask(ctx, lab.Calendar.Path, more.AccessToken)
		},
		Harm: malloryRead("alice", appointments),
	}
}

// foreignTarget: an app asks for an API that is none of its business.
func foreignTarget() Attack {
	return Attack{
		ID:      "foreign-target",
		Title:   "A print shop that asks for bills",
		Story:   "The print shop's client has to do with its own API alone. Mallory runs it, and asks for a token for billing. Alice signs in without reading.",
		Chapter: "v09", StoppedBy: []guard.ID{guard.IDResourceClient},
		Loss:     "Mallory has read Alice's bills.",
		Sections: []string{"RFC 8707 §2"},
		Run:      func(ctx context.Context, s *Scene) error { return s.askAsPrintShop(ctx, "") },
		Harm:     malloryRead("alice", bills),
	}
}

// trailingSlash: one end takes two spellings for the same API, and the other does not.
func trailingSlash() Attack {
	return Attack{
		ID:      "trailing-slash",
		Title:   "A slash too many",
		Story:   "The auth server keeps the print shop from billing. Mallory asks for billing with a slash at its end. Who forgives the slash takes that for billing, and the list of what the shop may not have is by the letter.",
		Chapter: "v09", StoppedBy: []guard.ID{guard.IDResourceExact, guard.IDAudienceExact, guard.IDIntrospectionAudience},
		Loss:     "Mallory has read Alice's bills.",
		Sections: []string{"RFC 3986 §6.2.4", "RFC 7519 §2", "RFC 8707 §2"},
		Run:      func(ctx context.Context, s *Scene) error { return s.askAsPrintShop(ctx, "/") },
		Harm:     malloryRead("alice", bills),
	}
}

// askAsPrintShop has the print shop ask for a token for billing, with something at the end of the
// address, and read the bills.
func (s *Scene) askAsPrintShop(ctx context.Context, end string) error {
	target := s.Lab.Resource(lab.Billing) + end
	tokens, err := s.letInWith(ctx, authserver.ClientPrints, "read", []string{target}, []string{target})
	if err != nil || tokens.AccessToken == "" {
		return err
	}
	return s.ask(ctx, lab.Billing.Path, tokens.AccessToken)
}

// letInTo has Alice sign in to an app of Mallory's that names one API, and redeems the code for
// another, which may be the same.
func (s *Scene) letInTo(ctx context.Context, app string, told, asked lab.Resource) (client.Tokens, error) {
	return s.letInWith(ctx, app, "read", []string{s.Lab.Resource(told)}, []string{s.Lab.Resource(asked)})
}
