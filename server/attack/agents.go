package attack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
	"oauthlab/server/lab"
)

// Attacks on who acts for whom (RFC 8693 §5).

const grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"

// The types of token that Mallory brings (RFC 8693 §3).
const (
	typeAccessToken = "urn:ietf:params:oauth:token-type:access_token"
	typeIDToken     = "urn:ietf:params:oauth:token-type:id_token"
)

// tokenPassedOn: an agent shows an API the token that it was handed, and is taken for the user.
func tokenPassedOn() Attack {
	return Attack{
		ID:      "token-passed-on",
		Title:   "A token passed on",
		Story:   "The agent takes the shortest way: it shows the calendar the very token that Alice's client handed it for billing. The calendar sees Alice, and nobody else.",
		Chapter: "v10", Given: map[guard.ID]string{guard.IDAgentWay: guard.PassesOn},
		StoppedBy: []guard.ID{guard.IDAudienceCalendar, guard.IDIntrospectionAudience},
		Loss:      "The calendar did what an agent asked, and knows of none: nobody can tell later who it was.",
		Sections:  []string{"RFC 8693 §1.1", "RFC 9700 §4.10.2"},
		Run:       func(ctx context.Context, s *Scene) error { return s.delegate(ctx, client.TaskBill) },
		Harm:      func(e Evidence) bool { return e.calendarTookPassedOn() },
	}
}

// delegate has Alice sign in, and her client open billing and hand the agent a task.
func (s *Scene) delegate(ctx context.Context, task string) error {
	if _, err := s.signedInToken(ctx); err != nil {
		return err
	}
	if err := s.Alice.Open(ctx, client.Billing); err != nil {
		return err
	}
	return s.Alice.Delegate(ctx, client.Task{Task: task})
}

// calendarTookPassedOn reports whether the calendar took a token from the agent that no exchange
// gave.
func (e Evidence) calendarTookPassedOn() bool {
	asked := map[string]string{}
	for _, one := range e.Events {
		switch {
		case one.Request != nil && one.From == event.Agent && one.To == event.API:
			asked[one.ID] = bearerOf(one.Request)
		case one.Response != nil && one.Response.Status == http.StatusCreated && asked[one.Re] != "":
			if t, known := e.Auth.Token(asked[one.Re]); known && t.Act == nil && t.Subject == "alice" {
				return true
			}
		}
	}
	return false
}

// foundTokenExchanged: whoever finds a token exchanges it for another API (RFC 8693 §5).
func foundTokenExchanged() Attack {
	return Attack{
		ID:      "found-token-exchanged",
		Title:   "A found token, exchanged",
		Story:   "An insider at billing copies a token of Alice's. It is for billing alone. Mallory asks the auth server to exchange it for one for the calendar, as an app of hers that has no secret.",
		Chapter: "v10", StoppedBy: []guard.ID{guard.IDExchangeClientAuth, guard.IDExchangePolicy, guard.IDMayAct},
		Loss:     "Mallory has read Alice's appointments.",
		Sections: []string{"RFC 8693 §2.1", "RFC 8693 §5"},
		Run: func(ctx context.Context, s *Scene) error {
			found, err := s.foundAtBilling(ctx)
			if err != nil || found == "" {
				return err
			}
			return s.exchangeAndRead(ctx, url.Values{"client_id": {authserver.ClientMallory}, "subject_token": {found}, "subject_token_type": {typeAccessToken}})
		},
		Harm: malloryRead("alice", appointments),
	}
}

// foreignAgent: a client that has a secret and no leave acts for a user who never heard of it.
func foreignAgent() Attack {
	return Attack{
		ID:      "foreign-agent",
		Title:   "An agent that nobody asked",
		Story:   "Mallory runs an agent of her own, with a secret. It is registered, and has never been allowed to act for others. With a token of Alice's that was copied at billing, it asks for one for the calendar.",
		Chapter: "v10", StoppedBy: []guard.ID{guard.IDExchangePolicy, guard.IDMayAct},
		Loss:     "Mallory has read Alice's appointments.",
		Sections: []string{"RFC 8693 §4.4", "RFC 6749 §5.2"},
		Run: func(ctx context.Context, s *Scene) error {
			found, err := s.foundAtBilling(ctx)
			if err != nil || found == "" {
				return err
			}
			return s.exchangeAndRead(ctx, s.asBot(url.Values{"subject_token": {found}, "subject_token_type": {typeAccessToken}}))
		},
		Harm: malloryRead("alice", appointments),
	}
}

// nameTag: an ID token says who signed in, and is taken for leave to act (RFC 8693 §3).
func nameTag() Attack {
	return Attack{
		ID:      "id-token-exchanged",
		Title:   "An ID token, exchanged",
		Story:   "The web app writes Alice's ID token into its log, and Mallory reads that. Her agent brings it to the auth server as a subject token, and asks for a token for the calendar.",
		Chapter: "v10", StoppedBy: []guard.ID{guard.IDSubjectType, guard.IDExchangePolicy, guard.IDMayAct},
		Loss:     "Mallory has read Alice's appointments, with what only said who Alice is.",
		Sections: []string{"RFC 8693 §2.2.2", "OpenID Connect Core §2"},
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
			return s.exchangeAndRead(ctx, s.asBot(url.Values{"subject_token": {token}, "subject_token_type": {typeIDToken}}))
		},
		Harm: malloryRead("alice", appointments),
	}
}

// forgedActor: another's name is written into the chain of who acted (RFC 8693 §4.1).
func forgedActor() Attack {
	return Attack{
		ID:      "forged-actor",
		Title:   "Somebody else's name in the chain",
		Story:   "The agent's log has Alice's token and the agent's own. Mallory's agent exchanges the first, and brings the second as its actor token: the new token says that Alice's agent acts.",
		Chapter: "v10", StoppedBy: []guard.ID{guard.IDExchangePolicy, guard.IDActorSelf},
		Loss:     "Mallory has read Alice's appointments, and the calendar's log says that it was Alice's own agent.",
		Sections: []string{"RFC 8693 §2.1", "RFC 8693 §4.1"},
		Run: func(ctx context.Context, s *Scene) error {
			if err := s.delegate(ctx, client.TaskBill); err != nil {
				return err
			}
			subject, actor, err := s.tokensOfAgent(ctx)
			if err != nil || subject == "" || actor == "" {
				return err
			}
			if err := s.leakFields(ctx, event.Agent, "the agent writes tokens into its log", event.Field{Name: "access_token", Value: subject}, event.Field{Name: "token", Value: actor}, event.Field{Name: "resource", Value: s.Lab.Resource(lab.Billing)}); err != nil {
				return err
			}
			return s.exchangeAndRead(ctx, s.asBot(url.Values{
				"subject_token": {subject}, "subject_token_type": {typeAccessToken}, "actor_token": {actor}, "actor_token_type": {typeAccessToken},
			}))
		},
		Harm: func(e Evidence) bool {
			return malloryRead("alice", appointments)(e) && e.exchangedFor(func(t authserver.Token) bool {
				return t.ClientID == authserver.ClientBot && t.Act.Subject == authserver.ClientAgent
			})
		},
	}
}

// moreByExchange: an agent helps itself to more than its user gave (RFC 8693 §2.1).
func moreByExchange() Attack {
	return Attack{
		ID:      "exchange-more-scope",
		Title:   "An agent that helps itself",
		Story:   "Alice let her client read, and nothing else. The agent is handed a token for that, and asks for one with which it can write.",
		Chapter: "v10", Given: map[guard.ID]string{guard.IDScopeAsked: "read"},
		StoppedBy: []guard.ID{guard.IDDownscope},
		Loss:      "An agent has written into Alice's calendar, and she had let nobody write.",
		Sections:  []string{"RFC 8693 §2.1", "RFC 6749 §5.2"},
		Run:       func(ctx context.Context, s *Scene) error { return s.delegate(ctx, client.TaskBill) },
		Harm: func(e Evidence) bool {
			return e.exchangedFor(func(t authserver.Token) bool { return guard.Downscope(allowed(e.Auth, t), t.Scope) != nil }) &&
				slices.ContainsFunc(e.Events, func(one event.Event) bool {
					return one.Change != nil && one.Change.What == "appointment" && slices.Contains(one.Change.Fields, event.ChangeField{Name: "owner", To: "alice"})
				})
		},
	}
}

// anotherAPIByExchange: an agent gets a token for an API that its user was not asked about.
func anotherAPIByExchange() Attack {
	return Attack{
		ID:      "exchange-another-api",
		Title:   "An agent in another API",
		Story:   "Alice's client asks for billing alone, and that is what she signs in to. The agent is handed the token, and exchanges it for one for her calendar.",
		Chapter: "v10", Given: map[guard.ID]string{guard.IDResourceAPIs: client.Billing},
		StoppedBy: []guard.ID{guard.IDDownscopeTarget},
		Loss:      "The agent has read Alice's appointments, and she was asked about her bills.",
		Sections:  []string{"RFC 8693 §2.1", "RFC 8707 §2.2"},
		Run:       func(ctx context.Context, s *Scene) error { return s.delegate(ctx, client.TaskAgenda) },
		Harm: func(e Evidence) bool {
			return e.agentRead("alice") && e.exchangedFor(func(t authserver.Token) bool { return guard.DownscopeTarget(t.Granted, t.Audience) != nil })
		},
	}
}

// stored reports whether a token was given out in the attack, and not before.
func (e Evidence) stored(t authserver.Token) bool {
	return slices.ContainsFunc(e.Events, func(one event.Event) bool {
		return one.Change != nil && one.Change.What == "token" && one.Change.Action == "stored" && one.Change.Key == t.Hash
	})
}

// exchangedFor reports whether an exchange gave a token of which something is so.
func (e Evidence) exchangedFor(is func(authserver.Token) bool) bool {
	return slices.ContainsFunc(e.Auth.Tokens, func(t authserver.Token) bool { return t.Act != nil && e.stored(t) && is(t) })
}

// agentRead reports whether the agent was told somebody's appointments.
func (e Evidence) agentRead(whose string) bool {
	return slices.ContainsFunc(e.Events, func(one event.Event) bool {
		r, is := readingOf(one)
		return is && one.From == event.API && one.To == event.Agent && r.Whose == whose && r.What == appointments
	})
}

// outlivingToken: what was exchanged lives on when its user's token is over.
func outlivingToken() Attack {
	return Attack{
		ID:      "exchange-outlives",
		Title:   "A token that outlives its user's",
		Story:   "58 minutes after Alice signed in, her agent exchanges a token that has two minutes left. An insider at the calendar copies the new one. Three minutes later Alice's token is over, and Mallory brings the other.",
		Chapter: "v10", StoppedBy: []guard.ID{guard.IDDownscopeLifetime},
		Loss:     "Mallory has read Alice's appointments, after the token that Alice gave had ended.",
		Sections: []string{"RFC 8693 §5"},
		Run: func(ctx context.Context, s *Scene) error {
			if _, err := s.signedInToken(ctx); err != nil {
				return err
			}
			if err := s.Alice.Open(ctx, client.Billing); err != nil {
				return err
			}
			if err := s.wait(ctx, 58*time.Minute); err != nil {
				return err
			}
			if err := s.Alice.Delegate(ctx, client.Task{Task: client.TaskBill}); err != nil {
				return err
			}
			token, err := s.shownByAgent(ctx, s.Lab.Resource(lab.Calendar))
			if err != nil || token == "" {
				return err
			}
			if err := s.leakFields(ctx, event.API, "an insider at the calendar copies the agent's token", event.Field{Name: "access_token", Value: token}, event.Field{Name: "resource", Value: s.Lab.Resource(lab.Calendar)}); err != nil {
				return err
			}
			if err := s.wait(ctx, 3*time.Minute); err != nil {
				return err
			}
			return s.ask(ctx, lab.Calendar.Path, token)
		},
		Harm: malloryRead("alice", appointments),
	}
}

// confusedDeputy: an agent with rights of its own does for one what only another may (RFC 9700
// §4.15, Hardy's deputy).
func confusedDeputy() Attack {
	return Attack{
		ID:      "confused-deputy",
		Title:   "An agent that asks for whomever it is told",
		Story:   "The agent acts as itself, and the calendar trusts it: for whom it asks, it says itself. Mallory signs in to her own account, and tells the agent to read Alice's calendar out.",
		Chapter: "v10", Given: map[guard.ID]string{guard.IDAgentWay: guard.AsItself, guard.IDAgentTrust: guard.NamedUser},
		Loss:     "Mallory has read Alice's appointments, with a token of her own.",
		Sections: []string{"RFC 8693 §1.1", "RFC 9700 §4.15"},
		Run: func(ctx context.Context, s *Scene) error {
			callback, err := s.Mallory.SignIn(ctx)
			if err != nil {
				return err
			}
			if err := s.Mallory.Finish(ctx, callback); err != nil {
				return err
			}
			return s.Mallory.Delegate(ctx, client.Task{Task: client.TaskAgenda, For: "alice"})
		},
		Harm: func(e Evidence) bool {
			return slices.ContainsFunc(e.readings(), func(r Reading) bool { return r.Whose == "alice" && r.What == appointments })
		},
	}
}

// foundAtBilling has Alice's client open billing, and an insider there copy its token; "" for none.
func (s *Scene) foundAtBilling(ctx context.Context) (string, error) {
	if _, err := s.signedInToken(ctx); err != nil {
		return "", err
	}
	if err := s.Alice.Open(ctx, client.Billing); err != nil {
		return "", err
	}
	found := s.Alice.LastBearer(s.Lab.Resource(lab.Billing))
	if found == "" {
		return "", nil
	}
	return found, s.leakFields(ctx, event.API, "an insider at billing copies the token of a request", event.Field{Name: "access_token", Value: found}, event.Field{Name: "resource", Value: s.Lab.Resource(lab.Billing)})
}

// asBot proves that a request is of Mallory's own agent.
func (s *Scene) asBot(form url.Values) url.Values {
	form.Set("client_id", authserver.ClientBot)
	form.Set("client_secret", s.bot)
	return form
}

// exchangeAndRead asks for a token for the calendar, and reads that with it.
func (s *Scene) exchangeAndRead(ctx context.Context, form url.Values) error {
	form.Set("grant_type", grantExchange)
	form.Set("resource", s.Lab.Resource(lab.Calendar))
	form.Set("scope", "read")
	tokens, err := s.askForTokens(ctx, form)
	if err != nil || tokens.AccessToken == "" {
		return err
	}
	return s.ask(ctx, lab.Calendar.Path, tokens.AccessToken)
}

// tokensOfAgent are the user's token that the agent was handed last, and one of its own.
func (s *Scene) tokensOfAgent(ctx context.Context) (subject, own string, err error) {
	err = s.labs.Store.Events(ctx, s.Lab.ID, 0, func(one event.Event) error {
		switch {
		case one.Request != nil && one.To == event.Agent && bearerOf(one.Request) != "":
			subject = bearerOf(one.Request)
		case one.Response != nil && one.From == event.Auth && one.To == event.Agent:
			var answer struct {
				IssuedTokenType string `json:"issued_token_type"`
			}
			if given := tokensIn(one.Response); json.Unmarshal([]byte(one.Response.Body), &answer) == nil && answer.IssuedTokenType == "" && given.AccessToken != "" {
				own = given.AccessToken
			}
		}
		return nil
	})
	return subject, own, err
}

// shownByAgent is the token that the agent showed last at an address; "" for none.
func (s *Scene) shownByAgent(ctx context.Context, address string) (token string, err error) {
	err = s.labs.Store.Events(ctx, s.Lab.ID, 0, func(one event.Event) error {
		if one.Request != nil && one.From == event.Agent && one.Request.URL == address {
			token = bearerOf(one.Request)
		}
		return nil
	})
	return token, err
}

// doneByAgents says what agents did that Alice had not let them.
func (e Evidence) doneByAgents() (lost []string) {
	if e.calendarTookPassedOn() {
		lost = append(lost, "Who wrote into her calendar: it stands there as if she had.")
	}
	more := func(t authserver.Token) bool { return guard.Downscope(allowed(e.Auth, t), t.Scope) != nil }
	if e.exchangedFor(more) {
		lost = append(lost, "Her say: an agent has a token for more than she had let anybody do.")
	}
	other := func(t authserver.Token) bool { return guard.DownscopeTarget(t.Granted, t.Audience) != nil }
	if e.exchangedFor(other) && e.agentRead("alice") {
		lost = append(lost, "Her appointments: an agent has read them, and she was asked about her bills.")
	}
	return lost
}
