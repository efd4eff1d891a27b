package authserver

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// What goes on the wire (RFC 8693 §2.1, §3).
const (
	exchangeURN     = "urn:ietf:params:oauth:grant-type:token-exchange"
	accessTokenURN  = "urn:ietf:params:oauth:token-type:access_token"
	refreshTokenURN = "urn:ietf:params:oauth:token-type:refresh_token"
	jwtURN          = "urn:ietf:params:oauth:token-type:jwt"
	idTokenURN      = "urn:ietf:params:oauth:token-type:id_token"
)

// mallorysBot is an agent of Mallory's, that has a secret and no leave.
const mallorysBot = "mallory-bot"

// What a client is told that brings no token worth anything: the same, whatever it brought.
const (
	saysNoSubject = "The subject token is not one of this server's that are good. Send an access token of this lab that is neither too old nor revoked (RFC 8693 section 2.2.2)."
	saysNoActor   = "The actor token is not one of this server's that are good. Send an access token of the client's own, or none (RFC 8693 section 2.2.2)."
)

// exchangeBench is a bench whose lab is in the chapter that has the token exchange.
func exchangeBench(t *testing.T) *bench { t.Helper(); return newBench(t).in("v10") }

// codeNaming signs Alice in at her client for some APIs, and returns the code.
func (b *bench) codeNaming(scope string, apis ...lab.Resource) string {
	b.Helper()
	q := b.request("scope", scope, "nonce", "n1")
	for _, one := range apis {
		q.Add("resource", b.lab.Resource(one))
	}
	at := b.get(b.url + "/authorize?" + q.Encode())
	if at.location != nil && strings.HasSuffix(at.location.Path, "/login") {
		at = b.login(b.keptAt(at), "alice")
	}
	return b.codeIn(at)
}

// handed is what Alice's client has, that it may hand the agent: she signed in for billing and the
// calendar, and the token is for billing alone.
func (b *bench) handed(scope string) TokenResponse {
	b.Helper()
	return b.redeem(b.codeNaming(scope, lab.Billing, lab.Calendar), "resource", b.lab.Resource(lab.Billing)).tokens(b.T)
}

// secretOf is the secret of a client that every lab has.
func (b *bench) secretOf(client string) string {
	return ClientSecret([]byte("clients"), b.lab.ID, client)
}

// exchanging is a good request of the agent's for a token for the calendar, with changes: a value of
// "" removes.
func (b *bench) exchanging(subject string, changes ...string) url.Values {
	return changed(url.Values{
		"grant_type": {exchangeURN}, "client_id": {ClientAgent}, "client_secret": {b.secretOf(ClientAgent)},
		"subject_token": {subject}, "subject_token_type": {accessTokenURN}, "resource": {b.lab.Resource(lab.Calendar)},
	}, changes)
}

func (b *bench) exchange(subject string, changes ...string) reply {
	b.Helper()
	return b.post(b.url+"/token", b.exchanging(subject, changes...))
}

// ownToken is the answer where the agent asks for a token of its own, for the calendar, with changes.
func (b *bench) ownToken(changes ...string) reply {
	b.Helper()
	return b.post(b.url+"/token", changed(url.Values{
		"grant_type": {"client_credentials"}, "client_id": {ClientAgent}, "client_secret": {b.secretOf(ClientAgent)},
		"scope": {"read write"}, "resource": {b.lab.Resource(lab.Calendar)},
	}, changes))
}

// as are the changes by which another client sends a request.
func (b *bench) as(client string) []string {
	return []string{"client_id", client, "client_secret", b.secretOf(client)}
}

// toldTo asks about a token as one of the lab's APIs does.
func (b *bench) toldTo(api lab.Resource, token string) reply {
	b.Helper()
	return b.ask(url.Values{"token": {token}}.Encode(), basic(api.Client, apiKey.Secret(b.lab.ID, api.Client)))
}

// wantSaid checks a refusal, and all that it says.
func (r reply) wantSaid(t *testing.T, status int, code, says string) {
	t.Helper()
	r.wantError(t, status, code)
	var body endpoint.Error
	if err := json.Unmarshal([]byte(r.body), &body); err != nil || body.Description != says {
		t.Errorf("it says\n\t%s, want\n\t%s (%v)", body.Description, says, err)
	}
	if strings.Contains(r.body, "access_token\"") {
		t.Errorf("the refusal has a token in it: %s", r.body)
	}
}

// kept returns what the record has of a token that was given out, and fails without it.
func (b *bench) kept(token string) Token {
	b.Helper()
	kept, known := b.keptToken(token)
	if !known {
		b.Fatalf("the server has no record of the token %s", token)
	}
	return kept
}

// actors lists who acts by a chain, the last first.
func actors(a *Actor) (subjects []string) {
	for ; a != nil; a = a.Act {
		subjects = append(subjects, a.Subject)
	}
	return subjects
}

// gives is what a token is that came of an exchange.
type gives struct {
	client, scope string
	actors        []string
	apis          []lab.Resource
}

func (g gives) check(b *bench, answer TokenResponse) {
	b.Helper()
	token := b.kept(answer.AccessToken)
	var aud Audiences
	for _, one := range g.apis {
		aud = append(aud, b.lab.Resource(one))
	}
	if token.Subject != "alice" || token.ClientID != g.client || token.Scope != g.scope || !slices.Equal(actors(token.Act), g.actors) || !slices.Equal(token.Audience, aud) || token.MayAct != "" {
		b.Errorf("the token is %+v, of the actors %q, want %+v", token, actors(token.Act), g)
	}
}

// Both truths of each guard of the exchange: on, it refuses with its own code and nothing is given
// out; off, it says that it would have, and the token is what the client asked for.
func TestGuardsOfTheExchange(t *testing.T) {
	const all = "read write profile"
	calendar := []lab.Resource{lab.Calendar}
	for name, tt := range map[string]struct {
		part  guard.ID
		off   []guard.ID // others that would refuse it as well
		ask   func(b *bench) url.Values
		code  string
		says  string
		gives gives
	}{
		"a public client": {
			guard.IDExchangeClientAuth, []guard.ID{guard.IDExchangePolicy, guard.IDMayAct},
			func(b *bench) url.Values {
				return b.exchanging(b.handed(all).AccessToken, "client_id", ClientDemo, "client_secret", "")
			},
			"invalid_client", "A public client proves nothing. Exchange tokens on a server, with a client that has a secret (RFC 8693 section 2.1).",
			gives{ClientDemo, all, []string{ClientDemo}, calendar},
		},
		"a stranger's app, without a secret": {
			guard.IDExchangeClientAuth, []guard.ID{guard.IDExchangePolicy, guard.IDMayAct},
			func(b *bench) url.Values {
				return b.exchanging(b.handed(all).AccessToken, "client_id", ClientMallory, "client_secret", "")
			},
			"invalid_client", "A public client proves nothing. Exchange tokens on a server, with a client that has a secret (RFC 8693 section 2.1).",
			gives{ClientMallory, all, []string{ClientMallory}, calendar},
		},
		"the web app, which acts for nobody": {
			guard.IDExchangePolicy, []guard.ID{guard.IDMayAct},
			func(b *bench) url.Values { return b.exchanging(b.handed(all).AccessToken, b.as(ClientWeb)...) },
			"unauthorized_client", "This client may not exchange tokens. Have the server's operator allow this client the token exchange (RFC 6749 section 5.2).",
			gives{ClientWeb, all, []string{ClientWeb}, calendar},
		},
		"a stranger's bot, with a secret": {
			guard.IDExchangePolicy, []guard.ID{guard.IDMayAct},
			func(b *bench) url.Values { return b.exchanging(b.handed(all).AccessToken, b.as(mallorysBot)...) },
			"unauthorized_client", "This client may not exchange tokens. Have the server's operator allow this client the token exchange (RFC 6749 section 5.2).",
			gives{mallorysBot, all, []string{mallorysBot}, calendar},
		},
		"an ID token, which says that it is one": {
			guard.IDSubjectType, nil,
			func(b *bench) url.Values {
				return b.exchanging(b.handed("openid "+all).IDToken, "subject_token_type", idTokenURN)
			},
			"invalid_request", "An ID token is no leave to act. Send the access token that the user's client was given: an ID token says who signed in, and lets nobody do anything (RFC 8693 section 2.2.2).",
			gives{ClientAgent, all, []string{ClientAgent}, calendar},
		},
		"a token that names nobody who may act": {
			guard.IDMayAct, nil,
			func(b *bench) url.Values {
				given := b.signsIn("alice", "scope", all, "resource", b.lab.Resource(lab.Calendar))
				return b.exchanging(given.AccessToken)
			},
			"invalid_request", "The subject token names no actor. The subject token names in may_act who may act with it, if anybody. Let that client exchange it (RFC 8693 section 4.4).",
			gives{ClientAgent, all, []string{ClientAgent}, calendar},
		},
		"a token that names another actor": {
			guard.IDMayAct, []guard.ID{guard.IDExchangePolicy},
			func(b *bench) url.Values { return b.exchanging(b.handed(all).AccessToken, b.as(mallorysBot)...) },
			"invalid_request", "The subject token names another actor. The subject token names in may_act who may act with it, if anybody. Let that client exchange it (RFC 8693 section 4.4).",
			gives{mallorysBot, all, []string{mallorysBot}, calendar},
		},
		"the agent's own token, which is about nobody": {
			guard.IDMayAct, nil,
			func(b *bench) url.Values {
				return b.exchanging(b.ownToken("scope", "read").tokens(b.T).AccessToken)
			},
			"invalid_request", "The subject token names no actor. The subject token names in may_act who may act with it, if anybody. Let that client exchange it (RFC 8693 section 4.4).",
			gives{}, // see below
		},
		"an actor token of another client": {
			guard.IDActorSelf, []guard.ID{guard.IDMayAct},
			func(b *bench) url.Values {
				bots := b.ownToken(b.as(mallorysBot)...).tokens(b.T).AccessToken
				return b.exchanging(b.handed(all).AccessToken, "actor_token", bots, "actor_token_type", accessTokenURN)
			},
			"invalid_request", "The actor token is another client's. Send an actor token of your own client, or none (RFC 8693 section 2.1).",
			gives{ClientAgent, all, []string{mallorysBot}, calendar},
		},
		"the agent's token as that of a stranger's bot": {
			guard.IDActorSelf, []guard.ID{guard.IDExchangePolicy},
			func(b *bench) url.Values {
				agents := b.ownToken().tokens(b.T).AccessToken
				return b.exchanging(b.handed(all).AccessToken, append(b.as(mallorysBot), "actor_token", agents, "actor_token_type", accessTokenURN)...)
			},
			"invalid_request", "The actor token is another client's. Send an actor token of your own client, or none (RFC 8693 section 2.1).",
			gives{mallorysBot, all, []string{ClientAgent}, calendar},
		},
		"a user's token in the place of an actor's": {
			guard.IDActorSelf, []guard.ID{guard.IDMayAct},
			func(b *bench) url.Values {
				return b.exchanging(b.handed(all).AccessToken, "actor_token", b.handed("read").AccessToken, "actor_token_type", accessTokenURN)
			},
			"invalid_request", "The actor token is another client's. Send an actor token of your own client, or none (RFC 8693 section 2.1).",
			gives{ClientAgent, all, []string{"alice"}, calendar},
		},
		"more scope than the user gave": {
			guard.IDDownscope, nil,
			func(b *bench) url.Values {
				return b.exchanging(b.handed("read").AccessToken, "scope", "read write")
			},
			"invalid_scope", "More scope than the subject token has. Ask for what the subject token has, or less. For more, the user has to sign in again (RFC 8693 section 2.1).",
			gives{ClientAgent, "read write", []string{ClientAgent}, calendar},
		},
		"an API that the user was not asked about": {
			guard.IDDownscopeTarget, nil,
			func(b *bench) url.Values {
				given := b.redeem(b.codeNaming(all, lab.Billing)).tokens(b.T)
				return b.exchanging(given.AccessToken)
			},
			"invalid_target", "The user's client named other APIs. Name an API that the user's client named when she signed in (RFC 8693 section 2.1).",
			gives{ClientAgent, all, []string{ClientAgent}, calendar},
		},
		"no API": {
			guard.IDResourceRequired, nil,
			func(b *bench) url.Values { return b.exchanging(b.handed(all).AccessToken, "resource", "") },
			"invalid_target", "The client does not say for which API. Send resource, with the address of the API that the token is for, and once more for each other (RFC 8707 section 2).",
			gives{ClientAgent, all, []string{ClientAgent}, []lab.Resource{lab.Billing}}, // whom the subject token is for
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := exchangeBench(t)
			b.off(tt.off...)
			request := tt.ask(b)
			before := len(b.state().Tokens)
			b.post(b.url+"/token", request).wantSaid(t, http.StatusBadRequest, tt.code, tt.says)
			if got := b.lastOutcomes(); len(got) == 0 || got[len(got)-1] != string(tt.part)+" refused" {
				t.Errorf("the verdicts are %q, want that %s refuses, and is the last", got, tt.part)
			}
			if now := len(b.state().Tokens); now != before {
				t.Errorf("the refusal leaves %d tokens, before it there were %d", now, before)
			}
			b.off(tt.part)
			answer := b.post(b.url+"/token", request).tokens(t)
			if !slices.Contains(b.lastOutcomes(), string(tt.part)+" would-refuse") {
				t.Errorf("with %s off the verdicts are %q", tt.part, b.lastOutcomes())
			}
			if tt.gives.client != "" {
				tt.gives.check(b, answer)
			}
		})
	}
}

// What the agent does is let through by every guard, each of which says so, in the order of the
// code: who asks, what it brings, what it asks for.
func TestTheOrderOfTheGuards(t *testing.T) {
	b := exchangeBench(t)
	subject := b.handed("read write").AccessToken
	own := b.ownToken().tokens(t).AccessToken
	answer := b.exchange(subject, "scope", "read", "actor_token", own, "actor_token_type", accessTokenURN).tokens(t)
	gives{ClientAgent, "read", []string{ClientAgent}, []lab.Resource{lab.Calendar}}.check(b, answer)
	var passed []string
	for _, id := range []string{
		"registered-client", "client-secret.compare", "exchange-client-auth", "exchange-policy", "exchange-policy.type", "may-act.actor", "may-act",
		"downscope.scope", "resource-required", "resource-allow-list.exact", "resource-allow-list", "resource-allow-list.client", "downscope.target", "downscope.lifetime",
	} {
		passed = append(passed, id+" passed")
	}
	if got := b.lastOutcomes(); !slices.Equal(got, passed) {
		t.Errorf("the verdicts are\n\t%q, want\n\t%q", got, passed)
	}
}

// A request that is wrong in several ways is told the first: who asks, whether it may, what it
// brings, what scope, what target (RFC 6749 §5.2, RFC 8693 §2.2.2, RFC 8707 §2). Mended one at a
// time, it comes to the next, and in the end to a token.
func TestTheFirstThingThatIsWrong(t *testing.T) {
	b := exchangeBench(t)
	subject := b.handed("read").AccessToken
	unnamed := b.signsIn("alice", "scope", "read", "resource", b.lab.Resource(lab.Calendar)).AccessToken
	bots := b.ownToken(b.as(mallorysBot)...).tokens(t).AccessToken
	request := url.Values{
		"grant_type": {exchangeURN}, "client_id": {ClientWeb}, "client_secret": {"wrong"},
		"actor_token": {"made-up"}, "scope": {"read  write"}, "audience": {"nobody"}, "resource": {b.lab.Resource(lab.Photos)}, "requested_token_type": {jwtURN},
	}
	for _, step := range []struct {
		mend []string
		code string
		says string // how the description begins
	}{
		{nil, "invalid_client", "This is not the client's secret."},
		{[]string{"client_id", "nobody"}, "invalid_client", "This client is not registered."},
		{[]string{"client_id", ClientDemo, "client_secret", ""}, "invalid_client", "A public client proves nothing."},
		{b.as(ClientWeb), "unauthorized_client", "This client may not exchange tokens."},
		{b.as(mallorysBot), "unauthorized_client", "This client may not exchange tokens."},
		{b.as(ClientAgent), "invalid_request", "The parameter subject_token is missing."},
		{[]string{"subject_token", "made-up"}, "invalid_request", "The parameter subject_token_type is missing."},
		{[]string{"subject_token_type", refreshTokenURN}, "invalid_request", "This server exchanges no tokens of this subject_token_type."},
		{[]string{"subject_token_type", idTokenURN}, "invalid_request", "The parameter actor_token_type is missing."},
		{[]string{"actor_token_type", idTokenURN}, "invalid_request", "This server takes no actor tokens of this actor_token_type."},
		{[]string{"actor_token_type", accessTokenURN}, "invalid_request", "The actor token is the subject token."},
		{[]string{"actor_token", "made-up too"}, "invalid_request", "This server gives out no tokens of this requested_token_type."},
		{[]string{"requested_token_type", accessTokenURN}, "invalid_request", "An ID token is no leave to act."},
		{[]string{"subject_token_type", accessTokenURN}, "invalid_request", "The subject token is not one of this server's that are good."},
		{[]string{"subject_token", unnamed}, "invalid_request", "The actor token is not one of this server's that are good."},
		{[]string{"actor_token", bots}, "invalid_request", "The actor token is another client's."},
		{[]string{"actor_token", "", "actor_token_type", ""}, "invalid_request", "The subject token names no actor."},
		{[]string{"subject_token", subject}, "invalid_scope", "The scope is not a list of words with single blanks between them."},
		{[]string{"scope", "read write"}, "invalid_scope", "More scope than the subject token has."},
		{[]string{"scope", "read"}, "invalid_target", "No API of this server has that name."},
		{[]string{"audience", lab.Calendar.Client}, "invalid_target", "The exchange names more than one API."},
		{[]string{"audience", ""}, "invalid_target", "The user's client named other APIs."},
		{[]string{"resource", ""}, "invalid_target", "The client does not say for which API."},
		{[]string{"resource", b.lab.Resource(lab.Calendar)}, "", ""},
	} {
		before := len(b.state().Tokens)
		r := b.post(b.url+"/token", changed(request, step.mend))
		if step.code == "" {
			r.tokens(t)
			continue
		}
		r.wantError(t, http.StatusBadRequest, step.code)
		var said endpoint.Error
		if err := json.Unmarshal([]byte(r.body), &said); err != nil || !strings.HasPrefix(said.Description, step.says) {
			t.Errorf("with %q it says %q, want %q", step.mend, said.Description, step.says)
		}
		if now := len(b.state().Tokens); now != before {
			t.Errorf("with %q it leaves %d tokens, before there were %d", step.mend, now, before)
		}
	}
}

// What has not the form of the request is refused for that, by itself (RFC 8693 §2.1).
func TestBadExchanges(t *testing.T) {
	const takes = " This server exchanges access tokens: urn:ietf:params:oauth:token-type:access_token (RFC 8693 section 3)."
	const plain = " Send each parameter once, as plain text (RFC 6749 section 3.1, section 3.2)."
	b := exchangeBench(t)
	subject := b.handed("read write").AccessToken
	own := b.ownToken().tokens(t).AccessToken
	long := strings.Repeat("x", 2049)
	for name, tt := range map[string]struct {
		changes []string
		says    string
	}{
		"no subject token":                        {[]string{"subject_token", ""}, "The parameter subject_token is missing. It is the token of the user for whom the client acts (RFC 8693 section 2.1)."},
		"no type of it":                           {[]string{"subject_token_type", ""}, "The parameter subject_token_type is missing." + takes},
		"a type that nobody knows":                {[]string{"subject_token_type", "access_token"}, "This server exchanges no tokens of this subject_token_type." + takes},
		"a type of SAML":                          {[]string{"subject_token_type", "urn:ietf:params:oauth:token-type:saml2"}, "This server exchanges no tokens of this subject_token_type." + takes},
		"the type of a refresh token":             {[]string{"subject_token_type", refreshTokenURN}, "This server exchanges no tokens of this subject_token_type." + takes},
		"a type in capitals":                      {[]string{"subject_token_type", strings.ToUpper(accessTokenURN)}, "This server exchanges no tokens of this subject_token_type." + takes},
		"a type with a blank":                     {[]string{"subject_token_type", accessTokenURN + " "}, "This server exchanges no tokens of this subject_token_type." + takes},
		"a type, and no actor token":              {[]string{"actor_token_type", accessTokenURN}, "There is an actor_token_type, and no actor_token. Send both, or neither (RFC 8693 section 2.1)."},
		"an actor token, and no type":             {[]string{"actor_token", own}, "The parameter actor_token_type is missing. It goes with actor_token (RFC 8693 section 2.1)." + takes},
		"an actor token that is an ID token":      {[]string{"actor_token", own, "actor_token_type", idTokenURN}, "This server takes no actor tokens of this actor_token_type." + takes},
		"an actor token of a type nobody knows":   {[]string{"actor_token", own, "actor_token_type", "x"}, "This server takes no actor tokens of this actor_token_type." + takes},
		"the subject token as the actor token":    {[]string{"actor_token", subject, "actor_token_type", accessTokenURN}, "The actor token is the subject token. Who acts is another than for whom: send a token of the client's own, or none (RFC 8693 section 1.1)."},
		"a refresh token is wanted":               {[]string{"requested_token_type", refreshTokenURN}, "This server gives out no tokens of this requested_token_type." + takes},
		"an ID token is wanted":                   {[]string{"requested_token_type", idTokenURN}, "This server gives out no tokens of this requested_token_type." + takes},
		"what nobody knows is wanted":             {[]string{"requested_token_type", "jwt"}, "This server gives out no tokens of this requested_token_type." + takes},
		"a subject token that is too long":        {[]string{"subject_token", long}, "The parameter subject_token is longer than 2048 bytes." + plain},
		"a type that is too long":                 {[]string{"subject_token_type", long}, "The parameter subject_token_type is longer than 2048 bytes." + plain},
		"an actor token that is too long":         {[]string{"actor_token", long, "actor_token_type", accessTokenURN}, "The parameter actor_token is longer than 2048 bytes." + plain},
		"a scope that is too long":                {[]string{"scope", long}, "The parameter scope is longer than 2048 bytes." + plain},
		"a subject token of two lines":            {[]string{"subject_token", subject + "\r\nX-Injected: x"}, "The parameter subject_token has control characters." + plain},
		"a subject token with a zero byte":        {[]string{"subject_token", subject + "\x00"}, "The parameter subject_token has control characters." + plain},
		"a subject token that is not UTF-8":       {[]string{"subject_token", subject + "\xff"}, "The parameter subject_token is not UTF-8." + plain},
		"a scope with a tab":                      {[]string{"scope", "read\twrite"}, "The parameter scope has control characters." + plain},
		"an actor token that nobody gave out":     {[]string{"actor_token", "made-up", "actor_token_type", accessTokenURN}, saysNoActor},
		"an actor token with a letter more":       {[]string{"actor_token", own + "x", "actor_token_type", accessTokenURN}, saysNoActor},
		"the secret of the client as its token":   {[]string{"actor_token", b.secretOf(ClientAgent), "actor_token_type", accessTokenURN}, saysNoActor},
		"the name of the client as its token":     {[]string{"actor_token", ClientAgent, "actor_token_type", accessTokenURN}, saysNoActor},
		"a subject token that nobody gave out":    {[]string{"subject_token", "made-up"}, saysNoSubject},
		"the name of the user as her token":       {[]string{"subject_token", "alice"}, saysNoSubject},
		"an opaque token that is called ID token": {[]string{"subject_token_type", idTokenURN}, "An ID token is no leave to act. Send the access token that the user's client was given: an ID token says who signed in, and lets nobody do anything (RFC 8693 section 2.2.2)."},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(b.state().Tokens)
			r := b.exchange(subject, tt.changes...)
			r.wantSaid(t, http.StatusBadRequest, "invalid_request", tt.says)
			if r.header.Get("X-Injected") != "" || len(b.state().Tokens) != before {
				t.Errorf("it leaves %d tokens of %d, and is answered with %v", len(b.state().Tokens), before, r.header)
			}
		})
	}
	for _, name := range []string{"subject_token", "subject_token_type", "actor_token", "actor_token_type", "requested_token_type", "scope"} {
		twice := b.exchanging(subject)
		twice[name] = []string{"x", "x"}
		b.post(b.url+"/token", twice).wantSaid(t, http.StatusBadRequest, "invalid_request", "The parameter "+name+" is sent more than once."+plain)
	}
	b.exchange(subject, "requested_token_type", accessTokenURN, "actor_token", own, "actor_token_type", jwtURN).tokens(t)
}

// Whatever it is that is no good access token of this issuer, the client learns no more than that,
// and gets none.
func TestWhatIsNoSubjectToken(t *testing.T) {
	for name, of := range map[string]func(b *bench, good TokenResponse) string{
		"what reads like one":  func(*bench, TokenResponse) string { return newSecret() },
		"a refresh token":      func(_ *bench, good TokenResponse) string { return good.RefreshToken },
		"a code":               func(b *bench, _ TokenResponse) string { return b.codeNaming("read", lab.Calendar) },
		"an ID token":          func(_ *bench, good TokenResponse) string { return good.IDToken },
		"dots":                 func(*bench, TokenResponse) string { return ".." },
		"three words":          func(*bench, TokenResponse) string { return "a.b.c" },
		"markup":               func(*bench, TokenResponse) string { return `"><script>alert(1)</script>` },
		"letters beyond ASCII": func(*bench, TokenResponse) string { return "tökén🌼" },
		"as long as may be":    func(*bench, TokenResponse) string { return strings.Repeat("x", 2048) },
		"cut off":              func(_ *bench, good TokenResponse) string { return good.AccessToken[:len(good.AccessToken)-1] },
		"with a letter more":   func(_ *bench, good TokenResponse) string { return good.AccessToken + "x" },
		"with a blank":         func(_ *bench, good TokenResponse) string { return " " + good.AccessToken },
		"in quotes":            func(_ *bench, good TokenResponse) string { return `"` + good.AccessToken + `"` },
		"with the word Bearer": func(_ *bench, good TokenResponse) string { return "Bearer " + good.AccessToken },
		"what the record has":  func(_ *bench, good TokenResponse) string { return guard.TokenHash(good.AccessToken) },
		"what introspection calls": func(b *bench, good TokenResponse) string {
			return b.toldTo(lab.Billing, good.AccessToken).said(b.T)["jti"].(string)
		},
		"unsigned, with its id": func(_ *bench, good TokenResponse) string {
			return jwtOf(`{"alg":"none","typ":"at+jwt"}`, `{"sub":"alice","jti":"`+guard.TokenID(good.AccessToken)+`","may_act":{"sub":"demo-agent"}}`, nil)
		},
		"signed by the client, with its id": func(b *bench, good TokenResponse) string {
			return jwtOf(`{"alg":"HS256","typ":"at+jwt"}`, `{"sub":"alice","jti":"`+guard.TokenID(good.AccessToken)+`","may_act":{"sub":"demo-agent"}}`, []byte(b.secretOf(ClientAgent)))
		},
		"of another lab": func(b *bench, _ TokenResponse) string {
			return b.inAnotherLab().in("v10").handed("read").AccessToken
		},
		"of an issuer with a fault": func(b *bench, _ TokenResponse) string {
			return b.at(b.url + "/fault/token-lower-case-type").handed("read").AccessToken
		},
		"revoked by a second use of its code": func(b *bench, _ TokenResponse) string {
			code := b.codeNaming("read write", lab.Billing, lab.Calendar)
			token := b.redeem(code).tokens(b.T).AccessToken
			b.exchange(token).tokens(b.T)
			b.redeem(code).wantError(b.T, http.StatusBadRequest, "invalid_grant")
			return token
		},
		"revoked by a second refresh": func(b *bench, good TokenResponse) string {
			b.refresh(good.RefreshToken).tokens(b.T)
			b.refresh(good.RefreshToken).wantError(b.T, http.StatusBadRequest, "invalid_grant")
			return good.AccessToken
		},
		"what it was exchanged for, after it was revoked": func(b *bench, good TokenResponse) string {
			b.off(guard.IDMayAct)
			second := b.exchange(good.AccessToken).tokens(b.T).AccessToken
			b.exchange(second).tokens(b.T)
			b.refresh(good.RefreshToken).tokens(b.T)
			b.refresh(good.RefreshToken).wantError(b.T, http.StatusBadRequest, "invalid_grant")
			return second
		},
		"from before a reset": func(b *bench, good TokenResponse) string {
			if err := own(b.labs.Store).Reset(b.Context(), b.lab); err != nil {
				b.Fatal(err)
			}
			return good.AccessToken
		},
		"too old": func(b *bench, good TokenResponse) string {
			b.later(time.Hour)
			return good.AccessToken
		},
		"too old, where nobody looks at that": func(b *bench, good TokenResponse) string {
			b.off(guard.IDTokenExpiry)
			b.later(time.Hour)
			return good.AccessToken
		},
		"what it was exchanged for, when that is too old": func(b *bench, good TokenResponse) string {
			b.off(guard.IDMayAct)
			second := b.exchange(good.AccessToken).tokens(b.T).AccessToken
			b.exchange(second).tokens(b.T)
			b.later(5 * time.Minute)
			return second
		},
	} {
		for _, format := range []string{guard.Opaque, guard.JWT} {
			t.Run(name+", "+format, func(t *testing.T) {
				b := exchangeBench(t)
				b.set(map[guard.ID]string{guard.IDTokenFormat: format})
				good := b.handed("openid read write profile offline_access")
				b.exchange(good.AccessToken).tokens(t)
				bad := of(b, good)
				if bad == "" {
					t.Fatal("there is nothing to bring")
				}
				for _, kind := range []string{accessTokenURN, jwtURN} {
					before := len(b.state().Tokens)
					b.exchange(bad, "subject_token_type", kind).wantSaid(t, http.StatusBadRequest, "invalid_request", saysNoSubject)
					if now := len(b.state().Tokens); now != before {
						t.Errorf("it leaves %d tokens, before there were %d", now, before)
					}
				}
			})
		}
	}
}

// Where a name tag is leave to act, it is one that is still good, and one indeed: what is over or was
// revoked is worth nothing under another name.
func TestWhatIsNoNameTagEither(t *testing.T) {
	for name, of := range map[string]func(b *bench, good TokenResponse) string{
		"an ID token that is over": func(b *bench, good TokenResponse) string {
			b.later(time.Hour)
			return good.IDToken
		},
		"a revoked access token, called an ID token": func(b *bench, good TokenResponse) string {
			b.refresh(good.RefreshToken).tokens(b.T)
			b.refresh(good.RefreshToken).wantError(b.T, http.StatusBadRequest, "invalid_grant")
			return good.AccessToken
		},
		"an ID token of another lab": func(b *bench, _ TokenResponse) string {
			return b.inAnotherLab().in("v10").handed("openid read").IDToken
		},
		"an ID token that the client signed": func(b *bench, _ TokenResponse) string {
			return jwtOf(`{"alg":"HS256","typ":"JWT"}`, `{"iss":"`+b.url+`","sub":"alice","aud":"demo-client","exp":9999999999}`, []byte(b.secretOf(ClientAgent)))
		},
		"an ID token that nobody signed": func(b *bench, _ TokenResponse) string {
			return jwtOf(`{"alg":"none","typ":"JWT"}`, `{"iss":"`+b.url+`","sub":"alice","aud":"demo-client","exp":9999999999}`, nil)
		},
		"a name": func(*bench, TokenResponse) string { return "alice" },
	} {
		t.Run(name, func(t *testing.T) {
			b := exchangeBench(t)
			b.set(map[guard.ID]string{guard.IDTokenFormat: guard.JWT, guard.IDSigningAlg: guard.ES256}) // whose keys are the lab's own
			b.off(guard.IDSubjectType)
			good := b.handed("openid read offline_access")
			b.exchange(good.IDToken, "subject_token_type", idTokenURN).tokens(t)
			b.exchange(of(b, good), "subject_token_type", idTokenURN).wantSaid(t, http.StatusBadRequest, "invalid_request", saysNoSubject)
		})
	}
}

// A JWT is good as the server wrote it: none of the ways to write or sign it otherwise is.
func TestASubjectTokenThatTheServerDidNotSign(t *testing.T) {
	b := newJWTBench(t, guard.RS256)
	b.in("v10")
	good := b.handed("read write")
	for name, bad := range spoilt(t, b, good.AccessToken) {
		t.Run(name, func(t *testing.T) {
			b.exchange(bad).wantSaid(t, http.StatusBadRequest, "invalid_request", saysNoSubject)
		})
	}
	b.exchange(good.AccessToken).tokens(t)
}

// Tokens of one issuer of a lab are exchanged there, and at no other.
func TestEachIssuerExchangesItsOwn(t *testing.T) {
	for _, format := range []string{guard.Opaque, guard.JWT} {
		for _, fault := range []string{"token-lower-case-type", "signature-rotated"} {
			t.Run(fault+", "+format, func(t *testing.T) {
				b := exchangeBench(t)
				b.set(map[guard.ID]string{guard.IDTokenFormat: format})
				other := b.at(b.url + "/fault/" + fault)
				good, others := b.handed("read").AccessToken, other.handed("read").AccessToken
				b.exchange(others).wantSaid(t, http.StatusBadRequest, "invalid_request", saysNoSubject)
				other.exchange(good).wantSaid(t, http.StatusBadRequest, "invalid_request", saysNoSubject)
				for at, token := range map[*bench]string{b: good, other: others} {
					given := at.exchange(token).tokens(t)
					if kept := b.kept(given.AccessToken); kept.Fault != strings.TrimPrefix(strings.TrimPrefix(at.url, b.url), "/fault/") {
						t.Errorf("the token of %s is %+v", at.url, kept)
					}
				}
			})
		}
	}
}

// The scope is what is asked for, if the subject token has that, and all of it where nothing is
// (RFC 8693 §2.1). The answer says so where it is not what was asked for (§2.2.1).
func TestTheScopeOfAnExchange(t *testing.T) {
	const (
		wider     = "More scope than the subject token has. Ask for what the subject token has, or less. For more, the user has to sign in again (RFC 8693 section 2.1)."
		malformed = "The scope is not a list of words with single blanks between them. A word has no blank, no quotation mark, no backslash and no letter outside ASCII (RFC 6749 section 3.3)."
	)
	b := exchangeBench(t)
	subject := b.handed("openid read profile").AccessToken
	for name, tt := range map[string]struct {
		asked   string
		granted string
		told    string // in the answer
		refused string
	}{
		"nothing":                    {asked: "", granted: "openid read profile", told: "openid read profile"},
		"all of it":                  {asked: "openid read profile", granted: "openid read profile"},
		"all of it, in another turn": {asked: "profile read openid", granted: "profile read openid"},
		"less":                       {asked: "read", granted: "read"},
		"a word that comes twice":    {asked: "read read", granted: "read", told: "read"},
		"a list that comes twice":    {asked: "read profile read profile", granted: "read profile", told: "read profile"},

		"another word":            {asked: "write", refused: wider},
		"another word besides":    {asked: "read write", refused: wider},
		"another word, twice":     {asked: "write write", refused: wider},
		"a word that nobody has":  {asked: "admin", refused: wider},
		"a word that comes later": {asked: "offline_access", refused: wider},
		"in capitals":             {asked: "READ", refused: wider},
		"a part of a word":        {asked: "rea", refused: wider},
		"all that there is":       {asked: "*", refused: wider},
		"with commas":             {asked: "read,profile", refused: wider},

		"a blank":               {asked: " ", refused: malformed},
		"a blank before":        {asked: " read", refused: malformed},
		"a blank behind":        {asked: "read ", refused: malformed},
		"two blanks":            {asked: "read  profile", refused: malformed},
		"a quotation mark":      {asked: `"read"`, refused: malformed},
		"a backslash":           {asked: `read\`, refused: malformed},
		"a letter beyond ASCII": {asked: "réad", refused: malformed},
		"a wide blank":          {asked: "read\u00a0profile", refused: malformed},
	} {
		t.Run(name, func(t *testing.T) {
			r := b.exchange(subject, "scope", tt.asked)
			if tt.refused != "" {
				r.wantSaid(t, http.StatusBadRequest, "invalid_scope", tt.refused)
				return
			}
			answer := r.tokens(t)
			if kept := b.kept(answer.AccessToken); kept.Scope != tt.granted || answer.Scope != tt.told {
				t.Errorf("%q is granted, and told %q, want %q and %q", kept.Scope, answer.Scope, tt.granted, tt.told)
			}
		})
	}
	empty := b.exchanging(subject)
	empty.Set("scope", "") // counts as missing (RFC 6749 §3.1)
	if answer := b.post(b.url+"/token", empty).tokens(t); answer.Scope != "openid read profile" {
		t.Errorf("an empty scope is told %q", answer.Scope)
	}
}

// A token is for one API, that is named by its address or by its name here, or by both (RFC 8693
// §2.1). What disagrees, what nobody knows, and what the user was not asked about is refused (RFC
// 8707 §2).
func TestTheTargetOfAnExchange(t *testing.T) {
	const (
		required = "The client does not say for which API. Send resource, with the address of the API that the token is for, and once more for each other (RFC 8707 section 2)."
		several  = "The exchange names more than one API. Exchange once for each: resource and audience name the same API, or one of them is left out (RFC 8693 section 2.2.2)."
		nameless = "No API of this server has that name. An audience is an API's name at this server, such as calendar-api (RFC 8693 section 2.1)."
		others   = "The user's client named other APIs. Name an API that the user's client named when she signed in (RFC 8693 section 2.1)."
		relative = "A resource is no absolute address. Send the whole of it, from its scheme on (RFC 8707 section 2)."
	)
	b := exchangeBench(t)
	subject := b.handed("read").AccessToken
	photos, billing, calendar := b.lab.Resource(lab.Photos), b.lab.Resource(lab.Billing), b.lab.Resource(lab.Calendar)
	type list = []string
	for name, tt := range map[string]struct {
		resource, audience []string
		gives              string
		refused            string
	}{
		"by address":                         {resource: list{calendar}, gives: calendar},
		"by name":                            {audience: list{"calendar-api"}, gives: calendar},
		"by address and by name":             {resource: list{calendar}, audience: list{"calendar-api"}, gives: calendar},
		"by address, twice":                  {resource: list{calendar, calendar}, gives: calendar},
		"by name, twice":                     {audience: list{"calendar-api", "calendar-api"}, gives: calendar},
		"by address, and by no name":         {resource: list{calendar}, audience: list{"", ""}, gives: calendar},
		"the API that the token is for":      {audience: list{"billing-api"}, gives: billing},
		"none":                               {refused: required},
		"an empty address":                   {resource: list{""}, audience: list{""}, refused: required},
		"two addresses":                      {resource: list{billing, calendar}, refused: several},
		"two names":                          {audience: list{"billing-api", "calendar-api"}, refused: several},
		"an address and another name":        {resource: list{billing}, audience: list{"calendar-api"}, refused: several},
		"a name and another's address":       {resource: list{calendar, billing}, audience: list{"calendar-api"}, refused: several},
		"a name that nobody has":             {audience: list{"nobody"}, refused: nameless},
		"an address, and a name nobody has":  {resource: list{calendar}, audience: list{"nobody"}, refused: nameless},
		"a name in capitals":                 {audience: list{"Calendar-API"}, refused: nameless},
		"a name with a blank":                {audience: list{"calendar-api "}, refused: nameless},
		"two names in one":                   {audience: list{"billing-api calendar-api"}, refused: nameless},
		"an address in the place of a name":  {audience: list{calendar}, refused: nameless},
		"the name of a client that is none":  {audience: list{ClientWeb}, refused: nameless},
		"the issuer":                         {audience: list{b.url}, refused: nameless},
		"a name of several lines":            {audience: list{"calendar-api\r\nx"}, refused: nameless},
		"a name that is too long":            {audience: list{strings.Repeat("x", 4000)}, refused: nameless},
		"a name in the place of an address":  {resource: list{"calendar-api"}, refused: relative},
		"an API that was not asked for":      {resource: list{photos}, refused: others},
		"an API that was not asked for, too": {audience: list{lab.Photos.Client}, refused: others},
		"a print shop that was not":          {resource: list{b.lab.Origins.PrintShop(b.lab.ID)}, refused: others},
		"with a slash":                       {resource: list{calendar + "/"}, refused: "The API writes its address otherwise. Write the address as the metadata do, to the letter: here with no slash at its end (RFC 8707 section 2)."},
		"with a slash, and by name":          {resource: list{calendar + "/"}, audience: list{"calendar-api"}, refused: several},
		"with a fragment":                    {resource: list{calendar + "#x"}, refused: "A resource has a fragment. Leave out what is behind #: it reaches no server (RFC 8707 section 2)."},
		"a stranger":                         {resource: list{"https://api.example/calendar"}, refused: "No API of this server has that address. Send the address of an API that the server knows. Its metadata list them as protected_resources (RFC 8707 section 2)."},
		"the issuer's address":               {resource: list{b.url}, refused: "No API of this server has that address. Send the address of an API that the server knows. Its metadata list them as protected_resources (RFC 8707 section 2)."},
		"a blank":                            {resource: list{" "}, refused: "A resource is no address. Send the API's own, such as https://api.example/billing (RFC 3986 section 4.3)."},
		"too long":                           {resource: list{calendar + strings.Repeat("x", 2048)}, refused: "A resource is longer than 2048 bytes. Send the address of the API alone (RFC 8707 section 2)."},
	} {
		t.Run(name, func(t *testing.T) {
			request := b.exchanging(subject)
			request["resource"], request["audience"] = tt.resource, tt.audience
			r := b.post(b.url+"/token", request)
			if tt.refused != "" {
				r.wantSaid(t, http.StatusBadRequest, "invalid_target", tt.refused)
				return
			}
			if kept := b.kept(r.tokens(t).AccessToken); !slices.Equal(kept.Audience, Audiences{tt.gives}) {
				t.Errorf("the token is for %q, want %q", kept.Audience, tt.gives)
			}
		})
	}
}

// The answer is that of RFC 8693 §2.2.1, and nothing besides: no refresh token, no ID token, and
// nobody keeps it. The token lives for five minutes, and says so.
func TestWhatAnExchangeAnswers(t *testing.T) {
	for _, format := range []string{guard.Opaque, guard.JWT} {
		t.Run(format, func(t *testing.T) {
			b := exchangeBench(t)
			b.set(map[guard.ID]string{guard.IDTokenFormat: format})
			given := b.handed("openid read write offline_access")
			for asked, told := range map[string]string{"read": "", "read write": "", "": "openid read write offline_access"} {
				r := b.exchange(given.AccessToken, "scope", asked)
				got := r.said(t) // which says that it is JSON that nobody may keep
				token, _ := got["access_token"].(string)
				want := map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": float64(300), "issued_token_type": accessTokenURN}
				if told != "" {
					want["scope"] = told
				}
				if token == "" || token == given.AccessToken || !maps.Equal(got, want) {
					t.Errorf("for %q it answers\n\t%v, want\n\t%v", asked, got, want)
				}
				if r.header.Get("Pragma") != "no-cache" || r.header.Get("Set-Cookie") != "" {
					t.Errorf("for %q it answers with %v", asked, r.header)
				}
				if kept := b.kept(token); kept.Flow != b.kept(given.AccessToken).Flow || b.lastRequest().Flow != kept.Flow || b.lastRequest().From != event.Agent {
					t.Errorf("it is told of in the flow %q as from %s, and kept in %q", b.lastRequest().Flow, b.lastRequest().From, kept.Flow)
				}
				if got := b.kept(token).Parent; got != guard.TokenHash(given.AccessToken) {
					t.Errorf("it is kept as one of %q", got)
				}
				record, err := json.Marshal(b.state())
				if err != nil || strings.Contains(string(record), token) || strings.Contains(string(record), given.AccessToken) {
					t.Errorf("the record has a token in it (%v)", err)
				}
			}
			if got := len(b.state().Families); got != 1 {
				t.Errorf("there are %d families of refresh tokens, want Alice's alone", got)
			}
		})
	}
}

// What is exchanged ends with what it came of, or after five minutes: whichever is first. Without
// the guard it begins anew with each exchange.
func TestHowLongAnExchangedTokenLives(t *testing.T) {
	for name, tt := range map[string]struct {
		life  string // as the lab is set; "" for its default
		after time.Duration
		on    int // seconds, with the guard
		off   int
	}{
		"at once":                             {"", 0, 300, 300},
		"when there is as much left":          {"", 55 * time.Minute, 300, 300},
		"when there is a second less":         {"", 55*time.Minute + time.Second, 299, 300},
		"in the last minute":                  {"", 59 * time.Minute, 60, 300},
		"in the last second":                  {"", time.Hour - time.Second, 1, 300},
		"of an hour, at once":                 {"1h", 0, 3600, 3600},
		"of an hour, when one second is over": {"1h", time.Second, 3599, 3600},
		"of an hour, in the last minute":      {"1h", 59 * time.Minute, 60, 3600},
	} {
		for _, format := range []string{guard.Opaque, guard.JWT} {
			t.Run(name+", "+format, func(t *testing.T) {
				b := exchangeBench(t)
				b.set(map[guard.ID]string{guard.IDTokenFormat: format})
				if tt.life != "" {
					b.set(map[guard.ID]string{guard.IDExchangedLife: tt.life})
				}
				subject := b.handed("read").AccessToken
				ends := b.toldTo(lab.Billing, subject).said(t)["exp"].(float64)
				b.later(tt.after)
				check := func(when string, seconds int, verdict string) string {
					t.Helper()
					given := b.exchange(subject).tokens(t)
					got := b.lastOutcomes()
					if last := got[len(got)-1]; last != "downscope.lifetime "+verdict {
						t.Errorf("%s, the last verdict is %q, want %q", when, last, verdict)
					}
					told := b.toldTo(lab.Calendar, given.AccessToken).said(t)
					if want := b.now() + float64(seconds); given.ExpiresIn != seconds || told["exp"] != want {
						t.Errorf("%s, the answer says %d, introspection %v, want %d and %v", when, given.ExpiresIn, told["exp"], seconds, want)
					}
					if exp := told["exp"].(float64); format == guard.JWT && claimsIn(t, given.AccessToken)["exp"] != exp {
						t.Errorf("%s, the token says %v", when, claimsIn(t, given.AccessToken)["exp"])
					}
					return given.AccessToken
				}
				outlives := tt.off > tt.on
				verdict := map[bool]string{true: "refused", false: "passed"}[outlives]
				first := check("with the guard", tt.on, verdict)
				if end := b.kept(first).Expires.Unix(); float64(end) > ends {
					t.Errorf("it ends at %d, and the subject token at %v", end, ends)
				}
				b.off(guard.IDDownscopeLifetime)
				check("without it", tt.off, map[bool]string{true: "would-refuse", false: "passed"}[outlives])

				b.later(tt.after + time.Duration(tt.on)*time.Second)
				b.toldTo(lab.Calendar, first).wantWorthless(t)
			})
		}
	}
}

// An exchanged token says for whom it is, to whom it was given, for which one API, and who acts
// (RFC 8693 §4.1); that of the user says who may (§4.4). Introspection says the same of both.
func TestWhatTokensSayOfWhoActs(t *testing.T) {
	for _, alg := range []string{guard.RS256, guard.ES256, ""} {
		t.Run("signed by "+alg, func(t *testing.T) {
			b := exchangeBench(t)
			if alg != "" {
				b.set(map[guard.ID]string{guard.IDTokenFormat: guard.JWT, guard.IDSigningAlg: alg})
			}
			subject := b.handed("read write").AccessToken
			own := b.ownToken().tokens(t).AccessToken
			exchanged := b.exchange(subject, "scope", "read write", "actor_token", own, "actor_token_type", accessTokenURN).tokens(t).AccessToken
			who := map[string]any{"sub": ClientAgent}
			now := b.now()
			for name, tt := range map[string]struct {
				token string
				api   lab.Resource
				want  map[string]any // beside what all have
			}{
				"the user's":    {subject, lab.Billing, map[string]any{"sub": "alice", "client_id": ClientDemo, "may_act": who, "exp": now + 3600}},
				"the exchanged": {exchanged, lab.Calendar, map[string]any{"sub": "alice", "client_id": ClientAgent, "act": who, "exp": now + 300}},
				"the agent's":   {own, lab.Calendar, map[string]any{"sub": ClientAgent, "client_id": ClientAgent, "exp": now + 3600}},
			} {
				told := b.toldTo(tt.api, tt.token).said(t)
				id, _ := told["jti"].(string)
				maps.Copy(tt.want, map[string]any{"iss": b.url, "aud": b.lab.Resource(tt.api), "scope": "read write", "iat": now, "jti": id})
				if alg != "" {
					verified(t, b.listed(), tt.token)
					if claims := claimsIn(t, tt.token); !reflect.DeepEqual(claims, tt.want) {
						t.Errorf("%s token says\n\t%v, want\n\t%v", name, claims, tt.want)
					}
					if header := partOf(t, tt.token, 0); header["typ"] != "at+jwt" || header["alg"] != alg {
						t.Errorf("%s token's header is %v", name, header)
					}
				}
				maps.Copy(tt.want, map[string]any{"active": true, "token_type": "Bearer"})
				if id == "" || !reflect.DeepEqual(told, tt.want) {
					t.Errorf("of %s introspection says\n\t%v, want\n\t%v", name, told, tt.want)
				}
			}
		})
	}
}

// An API is told of its own tokens alone (RFC 7662 §4), unless nobody minds: then it hears also
// whom the token is for, and has to look at that itself.
func TestIntrospectionOfAnExchangedToken(t *testing.T) {
	for _, format := range []string{guard.Opaque, guard.JWT} {
		t.Run(format, func(t *testing.T) {
			b := exchangeBench(t)
			b.set(map[guard.ID]string{guard.IDTokenFormat: format})
			subject := b.handed("read write").AccessToken
			exchanged := b.exchange(subject).tokens(t).AccessToken
			wants := func(off bool) {
				t.Helper()
				for token, of := range map[string]lab.Resource{subject: lab.Billing, exchanged: lab.Calendar} {
					for _, api := range []lab.Resource{lab.Photos, lab.Billing, lab.Calendar} {
						r := b.toldTo(api, token)
						verdict := "introspection-audience passed"
						switch {
						case api == of:
						case off:
							verdict = "introspection-audience would-refuse"
						default:
							verdict = "introspection-audience refused"
							r.wantWorthless(t)
						}
						if got := b.lastOutcomes(); !slices.Contains(got, verdict) {
							t.Errorf("%s asks about a token for %s: the verdicts are %q, want %q", api.Title, of.Title, got, verdict)
						}
						if got := r.said(t); (api == of || off) && (got["active"] != true || got["aud"] != b.lab.Resource(of) || got["sub"] != "alice") {
							t.Errorf("%s is told %v of a token for %s", api.Title, got, of.Title)
						}
					}
				}
			}
			wants(false)
			b.off(guard.IDIntrospectionAudience)
			wants(true)
		})
	}
}

// An exchanged token is for one API, and UserInfo is another (OpenID Connect Core §5.3), also where
// it has the scope openid, as it has where the exchange asks for none.
func TestUserInfoWithAnExchangedToken(t *testing.T) {
	for _, format := range []string{guard.Opaque, guard.JWT} {
		t.Run(format, func(t *testing.T) {
			b := exchangeBench(t)
			b.set(map[guard.ID]string{guard.IDTokenFormat: format})
			given := b.handed("openid read profile email")
			wide, narrow := b.exchange(given.AccessToken).tokens(t), b.exchange(given.AccessToken, "scope", "read profile").tokens(t)
			if wide.Scope != "openid read profile email" {
				t.Fatalf("the scope is %q", wide.Scope)
			}
			for _, one := range []TokenResponse{wide, narrow} {
				b.userInfo(one.AccessToken).wantChallenged(t, http.StatusUnauthorized, "invalid_token")
				if got, want := b.lastOutcomes(), []string{"token-expiry passed", "audience.userinfo refused"}; !slices.Equal(got, want) {
					t.Errorf("the verdicts are %q, want %q", got, want)
				}
			}
			b.off(guard.IDAudienceUserInfo)
			if got := b.userInfo(wide.AccessToken).said(t); got["sub"] != "alice" || got["email"] != "alice@example.com" {
				t.Errorf("with the guard off it is told %v", got)
			}
			if got := b.lastOutcomes(); !slices.Contains(got, "audience.userinfo would-refuse") {
				t.Errorf("with the guard off the verdicts are %q", got)
			}
			b.userInfo(narrow.AccessToken).wantChallenged(t, http.StatusForbidden, "insufficient_scope")
		})
	}
}

// What was exchanged is exchanged again where nobody minds who may: each actor stands before the one
// that it acts for (RFC 8693 §4.1), each token has no more than the one before, and the ninth actor
// is one too many.
func TestAChainOfActors(t *testing.T) {
	for _, format := range []string{guard.Opaque, guard.JWT} {
		t.Run(format, func(t *testing.T) {
			b := exchangeBench(t)
			b.set(map[guard.ID]string{guard.IDTokenFormat: format})
			b.register("own-1", "secret-1")
			b.register("own-2", "secret-2")
			credentials := [][]string{b.as(ClientAgent), {"client_id", "own-1", "client_secret", "secret-1"}, {"client_id", "own-2", "client_secret", "secret-2"}}
			token := b.handed("read write").AccessToken
			scope := "read write"
			var all []string
			for depth := 1; depth <= 8; depth++ {
				by := credentials[depth%3]
				if depth == 2 {
					b.exchange(token, by...).wantError(t, http.StatusBadRequest, "invalid_request") // nobody is named in it
				}
				if depth > 1 {
					b.off(guard.IDMayAct)
				} else {
					by = credentials[0]
				}
				if depth == 4 {
					scope = "read"
				}
				given := b.exchange(token, append(by, "scope", scope)...).tokens(t)
				all = append([]string{by[1]}, all...)
				kept := b.kept(given.AccessToken)
				if !slices.Equal(actors(kept.Act), all) || kept.Subject != "alice" || kept.ClientID != by[1] || kept.Scope != scope || !slices.Equal(kept.Audience, Audiences{b.lab.Resource(lab.Calendar)}) {
					t.Errorf("at depth %d the actors are %q of %+v, want %q", depth, actors(kept.Act), kept, all)
				}
				told := b.toldTo(lab.Calendar, given.AccessToken).said(t)
				said := []map[string]any{told}
				if format == guard.JWT {
					said = append(said, claimsIn(t, given.AccessToken))
				}
				for _, one := range said {
					if got := nested(one["act"]); !slices.Equal(got, all) {
						t.Errorf("at depth %d it says %q, want %q", depth, got, all)
					}
				}
				if told["exp"].(float64) > b.now()+300 {
					t.Errorf("at depth %d it ends at %v", depth, told["exp"])
				}
				token = given.AccessToken
			}
			b.exchange(token, "scope", "write").wantError(t, http.StatusBadRequest, "invalid_request")
			b.exchange(token).wantSaid(t, http.StatusBadRequest, "invalid_request", "The subject token has gone through too many hands. A chain has at most 8 actors: let the first of them ask again (RFC 8693 section 4.1).")
		})
	}
}

// nested lists who acts by an act claim as it is on the wire, the last first.
func nested(act any) (subjects []string) {
	for {
		one, is := act.(map[string]any)
		if !is {
			return subjects
		}
		subjects = append(subjects, fmt.Sprint(one["sub"]))
		act = one["act"]
	}
}

// A chain that is exchanged again has no more scope than its last token, and reaches the APIs of the
// user's sign-in.
func TestAChainIsNotWidened(t *testing.T) {
	b := exchangeBench(t)
	b.off(guard.IDMayAct)
	first := b.exchange(b.handed("read write").AccessToken, "scope", "read").tokens(t).AccessToken
	b.exchange(first, "scope", "read write").wantError(t, http.StatusBadRequest, "invalid_scope")
	if second := b.kept(b.exchange(first).tokens(t).AccessToken); second.Scope != "read" {
		t.Errorf("the scope is %q", second.Scope)
	}
	b.exchange(first, "resource", b.lab.Resource(lab.Photos)).wantError(t, http.StatusBadRequest, "invalid_target")
	b.exchange(first, "resource", b.lab.Resource(lab.Billing)).tokens(t)
	b.later(4 * time.Minute)
	if again := b.exchange(first).tokens(t); again.ExpiresIn != 60 {
		t.Errorf("a token with a minute left is exchanged for one of %d seconds", again.ExpiresIn)
	}
}

// What ends the user's tokens ends those that came of them, of the first exchange and of the next.
func TestARevocationReachesWhatWasExchanged(t *testing.T) {
	for name, revoke := range map[string]func(b *bench, code, refresh string){
		"by a second use of the code": func(b *bench, code, _ string) { b.redeem(code).wantError(b.T, http.StatusBadRequest, "invalid_grant") },
		"by a second use of the refresh token": func(b *bench, _, refresh string) {
			b.refresh(refresh).tokens(b.T)
			b.refresh(refresh).wantError(b.T, http.StatusBadRequest, "invalid_grant")
		},
	} {
		for _, format := range []string{guard.Opaque, guard.JWT} {
			t.Run(name+", "+format, func(t *testing.T) {
				b := exchangeBench(t)
				b.set(map[guard.ID]string{guard.IDTokenFormat: format})
				b.off(guard.IDMayAct)
				code := b.codeNaming("read write", lab.Billing, lab.Calendar)
				given := b.redeem(code).tokens(t)
				first := b.exchange(given.AccessToken).tokens(t).AccessToken
				second := b.exchange(first).tokens(t).AccessToken
				bobs := b.kept(b.ownToken().tokens(t).AccessToken)
				for _, token := range []string{first, second} {
					if got := b.toldTo(lab.Calendar, token).said(t); got["active"] != true {
						t.Fatalf("before, it is %v", got)
					}
				}
				revoke(b, code, given.RefreshToken)
				for _, token := range []string{first, second} {
					b.toldTo(lab.Calendar, token).wantWorthless(t)
				}
				if i := slices.IndexFunc(b.state().Tokens, func(one Token) bool { return one.Hash == bobs.Hash && one.Revoked == nil }); i < 0 {
					t.Error("the agent's own token is gone too")
				}
			})
		}
	}
}

// However often a token is exchanged, the server keeps it, and the latest of what it gave: an agent
// pushes out nobody's token.
func TestExchangedTokensAreBounded(t *testing.T) {
	b := exchangeBench(t)
	subject := b.handed("read write").AccessToken
	var given []string
	for range 40 {
		given = append(given, b.exchange(subject).tokens(t).AccessToken)
	}
	if !b.alive(subject) {
		t.Error("the subject token is forgotten")
	}
	for i, token := range given {
		if latest := i >= len(given)-16; b.alive(token) != latest {
			t.Errorf("token %d of %d is known: %t", i+1, len(given), !latest)
		}
	}
}

// However many tasks an agent has, for however many users, it pushes out nobody's token: what a user
// gave is good until its end.
func TestAnAgentPushesOutNobodysToken(t *testing.T) {
	for name, do := range map[string]func(b *bench, alices, bobs string) []reply{
		"which gets a token of its own for each task, as ours does": func(b *bench, alices, _ string) []reply {
			own := b.ownToken().tokens(b.T).AccessToken
			return []reply{b.exchange(alices, "actor_token", own, "actor_token_type", accessTokenURN)}
		},
		"which acts for two users": func(b *bench, alices, bobs string) []reply {
			return []reply{b.exchange(alices), b.exchange(bobs)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := exchangeBench(t)
			b.off(guard.IDMayAct)
			bobs := b.inAnotherBrowser().signsIn("bob", "scope", "read", "resource", b.lab.Resource(lab.Calendar)).AccessToken
			alices := b.handed("read write").AccessToken
			for task := 1; task <= 40; task++ {
				for _, r := range do(b, alices, bobs) {
					if r.status != http.StatusOK || !b.alive(alices) || !b.alive(bobs) {
						t.Fatalf("at task %d Alice's token is known: %t, Bob's: %t, and the exchange is answered %d", task, b.alive(alices), b.alive(bobs), r.status)
					}
				}
			}
		})
	}
}

// A client that proves itself and acts for others gets a token of its own (RFC 6749 §4.4): it is
// about the client, and there is no refresh token (§4.4.3). Others get none, whatever they ask for.
func TestTokensOfAClientsOwn(t *testing.T) {
	const no = "This client gets no tokens of its own. Only a client that proves who it is may, if the server lets it act by itself (RFC 6749 section 4.4)."
	for _, format := range []string{guard.Opaque, guard.JWT} {
		b := exchangeBench(t)
		b.set(map[guard.ID]string{guard.IDTokenFormat: format})
		b.register("own-1", "secret-1")
		for name, tt := range map[string]struct {
			by   []string
			code string
			says string
		}{
			"the agent":                      {nil, "", ""},
			"Mallory's bot":                  {b.as(mallorysBot), "", ""},
			"the learner's own client":       {[]string{"client_id", "own-1", "client_secret", "secret-1"}, "", ""},
			"the page in the browser":        {[]string{"client_id", ClientDemo, "client_secret", ""}, "unauthorized_client", no},
			"Mallory's app":                  {[]string{"client_id", ClientMallory, "client_secret", ""}, "unauthorized_client", no},
			"the print shop":                 {[]string{"client_id", ClientPrints, "client_secret", ""}, "unauthorized_client", no},
			"the web app":                    {b.as(ClientWeb), "unauthorized_client", no},
			"an API, with its own secret":    {[]string{"client_id", lab.Calendar.Client, "client_secret", apiKey.Secret(b.lab.ID, lab.Calendar.Client)}, "unauthorized_client", no},
			"the web app, with a bad scope":  {append(b.as(ClientWeb), "scope", "  ", "resource", "x"), "unauthorized_client", no},
			"the agent, with a wrong secret": {[]string{"client_secret", "wrong"}, "invalid_client", "This is not the client's secret."},
			"the agent, with none":           {[]string{"client_secret", ""}, "invalid_client", ""},
			"the agent, with another's":      {[]string{"client_secret", b.secretOf(mallorysBot)}, "invalid_client", "This is not the client's secret."},
			"nobody":                         {[]string{"client_id", "", "client_secret", ""}, "invalid_request", "The parameter client_id is missing."},
			"a stranger":                     {[]string{"client_id", "stranger"}, "invalid_client", ""},
			"the page, with a secret":        {[]string{"client_id", ClientDemo}, "invalid_client", "This client is public, and has no secret."},
		} {
			t.Run(name+", "+format, func(t *testing.T) {
				before := len(b.state().Tokens)
				r := b.ownToken(tt.by...)
				if tt.code != "" {
					r.wantError(t, http.StatusBadRequest, tt.code)
					if !strings.Contains(r.body, tt.says) || len(b.state().Tokens) != before {
						t.Errorf("it is answered %s", r.body)
					}
					return
				}
				client := ClientAgent
				if len(tt.by) > 0 {
					client = tt.by[1]
				}
				got := r.said(t)
				token, _ := got["access_token"].(string)
				if want := map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": float64(3600)}; !maps.Equal(got, want) {
					t.Errorf("it is answered %v, want %v", got, want)
				}
				told := b.toldTo(lab.Calendar, token).said(t)
				if told["sub"] != client || told["client_id"] != client || told["aud"] != b.lab.Resource(lab.Calendar) || told["scope"] != "read write" || told["act"] != nil || told["may_act"] != nil {
					t.Errorf("introspection says %v", told)
				}
				if format == guard.JWT && (claimsIn(t, token)["sub"] != client || claimsIn(t, token)["client_id"] != client) {
					t.Errorf("the token says %v", claimsIn(t, token))
				}
				if kept := b.kept(token); kept.Code != "" || kept.Parent != "" || len(b.state().Families) != 0 {
					t.Errorf("it is kept as %+v", kept)
				}
			})
		}
	}
}

// What such a client asks for is checked as of any other (RFC 6749 §4.4.2, RFC 8707 §2.2).
func TestWhatAClientAsksForItself(t *testing.T) {
	b := exchangeBench(t)
	photos, billing, calendar := b.lab.Resource(lab.Photos), b.lab.Resource(lab.Billing), b.lab.Resource(lab.Calendar)
	for name, tt := range map[string]struct {
		changes []string
		code    string
		scope   string
		told    string
		aud     Audiences
	}{
		"as it does":                      {nil, "", "read write", "", Audiences{calendar}},
		"no scope":                        {[]string{"scope", ""}, "", "read", "read", Audiences{calendar}},
		"a word that nobody has":          {[]string{"scope", "admin"}, "", "read", "read", Audiences{calendar}},
		"a word that comes twice":         {[]string{"scope", "read read"}, "", "read", "read", Audiences{calendar}},
		"another API":                     {[]string{"resource", billing}, "", "read write", "", Audiences{billing}},
		"no API":                          {[]string{"resource", ""}, "invalid_target", "", "", nil},
		"a malformed scope":               {[]string{"scope", "read  write"}, "invalid_scope", "", "", nil},
		"a malformed scope, for no API":   {[]string{"scope", " ", "resource", ""}, "invalid_scope", "", "", nil},
		"an API that nobody has":          {[]string{"resource", "https://api.example/"}, "invalid_target", "", "", nil},
		"an API with a slash":             {[]string{"resource", calendar + "/"}, "invalid_target", "", "", nil},
		"an API that is no URI":           {[]string{"resource", "calendar-api"}, "invalid_target", "", "", nil},
		"a scope with control characters": {[]string{"scope", "read\x00"}, "invalid_request", "", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := b.ownToken(tt.changes...)
			if tt.code != "" {
				r.wantError(t, http.StatusBadRequest, tt.code)
				return
			}
			given := r.tokens(t)
			if kept := b.kept(given.AccessToken); kept.Scope != tt.scope || given.Scope != tt.told || !slices.Equal(kept.Audience, tt.aud) || given.RefreshToken != "" || given.IDToken != "" {
				t.Errorf("the token is %+v, the answer %+v", kept, given)
			}
		})
	}
	b.off(guard.IDResourceRequired)
	if kept := b.kept(b.ownToken("resource", "").tokens(t).AccessToken); !slices.Equal(kept.Audience, Audiences{photos, billing, calendar}) {
		t.Errorf("where nobody must say, the token is for %q", kept.Audience)
	}
}

// Nobody has signed in where a client acts for itself: whatever it asks for, it is granted nothing of
// OpenID Connect, and UserInfo tells it of no user, also where that minds for whom a token is.
func TestAClientsOwnTokenTellsOfNoUser(t *testing.T) {
	b := exchangeBench(t)
	for asked, scope := range map[string]string{"openid profile email read offline_access": "read", "read openid write": "read write", "openid": "read", "email": "read"} {
		given := b.ownToken("scope", asked).tokens(t)
		if given.Scope != scope || b.kept(given.AccessToken).Scope != scope || given.IDToken != "" || given.RefreshToken != "" {
			t.Errorf("for %q it is given %+v, want %q", asked, given, scope)
		}
	}
	token := b.ownToken("scope", "openid email").tokens(t).AccessToken
	b.userInfo(token).wantChallenged(t, http.StatusUnauthorized, "invalid_token")
	b.off(guard.IDAudienceUserInfo)
	b.userInfo(token).wantChallenged(t, http.StatusForbidden, "insufficient_scope")
}

// Both grants come with their chapter: before it, nobody gets anything by them, and the metadata
// name neither (RFC 8414 §2).
func TestExchangeComesWithItsChapter(t *testing.T) {
	for _, chapter := range guard.Versions() {
		if chapter < "v03" { // there is no token endpoint
			continue
		}
		t.Run(chapter, func(t *testing.T) {
			b := newBench(t).in(chapter)
			supported := texts(b, b.metadataIn(chapter), "grant_types_supported")
			for kind, request := range map[string]url.Values{
				exchangeURN:          b.exchanging("made-up"),
				"client_credentials": {"grant_type": {"client_credentials"}, "client_id": {ClientAgent}, "client_secret": {b.secretOf(ClientAgent)}, "resource": {b.lab.Resource(lab.Calendar)}},
			} {
				r := b.post(b.url+"/token", request)
				if offered := chapter >= "v10"; slices.Contains(supported, kind) != offered {
					t.Errorf("the metadata name %q", supported)
				}
				switch {
				case chapter < "v04": // which takes no secret
					changed(request, []string{"client_secret", ""})
					b.post(b.url+"/token", request).wantError(t, http.StatusBadRequest, "unsupported_grant_type")
				case chapter < "v10":
					r.wantError(t, http.StatusBadRequest, "unsupported_grant_type")
					if !strings.Contains(r.body, kind+" comes with chapter v10 (RFC 6749 section 5.2).") {
						t.Errorf("it says %s", r.body)
					}
				case kind == exchangeURN:
					r.wantSaid(t, http.StatusBadRequest, "invalid_request", saysNoSubject)
				default:
					r.tokens(t)
				}
			}
		})
	}
}

// metadataIn is what RFC 8414 §3 answers, where OpenID Connect may not be there yet.
func (b *bench) metadataIn(chapter string) (m map[string]any) {
	b.Helper()
	r := b.get(MetadataOf(b.lab))
	if err := json.Unmarshal([]byte(r.body), &m); err != nil || r.status != http.StatusOK {
		b.Fatalf("in %s the metadata are answered %d %s", chapter, r.status, r.body)
	}
	return m
}
