package authserver

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// Names of the token exchange (RFC 8693 §2.1, §3).
const (
	typeAccessToken = "urn:ietf:params:oauth:token-type:access_token"
	typeJWT         = "urn:ietf:params:oauth:token-type:jwt"
	typeIDToken     = "urn:ietf:params:oauth:token-type:id_token"
)

// maxActors bounds a chain.
const maxActors = 8

// ExchangeGrant is what a client sends to act for a user with a token of its own (RFC 8693 §2.1).
type ExchangeGrant struct {
	SubjectToken       string   `form:"subject_token"`
	SubjectTokenType   string   `form:"subject_token_type"`
	ActorToken         string   `form:"actor_token"`
	ActorTokenType     string   `form:"actor_token_type"`
	RequestedTokenType string   `form:"requested_token_type"`
	Scope              string   `form:"scope"`
	Resource           []string `form:"resource" feature:"resource-indicators"`
	Audience           []string `form:"audience" feature:"resource-indicators"`
}

// Actor is who acts, and for whom that acted before, if for anybody (RFC 8693 §4.1).
type Actor struct {
	Subject string `json:"sub"`
	Act     *Actor `json:"act,omitempty"`
}

// actorOf is somebody who has acted for nobody; nil for "".
func actorOf(subject string) *Actor {
	if subject == "" {
		return nil
	}
	return &Actor{Subject: subject}
}

// subjects are those who act, and acted before, the last first.
func (a *Actor) subjects() (all []string) {
	for ; a != nil; a = a.Act {
		all = append(all, a.Subject)
	}
	return all
}

// exchanged is such a request, with what was found out of its tokens.
type exchanged struct {
	ExchangeGrant
	subject, actor presentedToken
}

// presentedToken is what a token is by itself, before the record is asked about it.
type presentedToken struct {
	value  string
	format string // see Server.formatOf
	whole  bool

	claims *IDTokenClaims // of one that is called an ID token, and is one that the server signed
}

// readExchange looks at the signatures of a request's tokens.
func (s *Server) readExchange(ctx context.Context, t *lab.Handling, req ExchangeGrant) (x exchanged, err error) {
	x.ExchangeGrant = req
	x.subject.value, x.actor.value = req.SubjectToken, req.ActorToken
	for _, one := range []*presentedToken{&x.subject, &x.actor} {
		if one.format, one.whole, err = s.formatOf(ctx, t, one.value); err != nil {
			return x, err
		}
	}
	if req.SubjectTokenType == typeIDToken && x.subject.whole && x.subject.format == guard.JWT {
		payload, _, err := s.signedHere(ctx, t, req.SubjectToken)
		if err != nil {
			return x, err
		}
		x.subject.claims = idTokenIn(req.SubjectToken, payload)
	}
	return x, nil
}

// idTokenIn reads what the server signed as an ID token (OpenID Connect Core §2); nil for another
// JWT of its own.
func idTokenIn(token string, payload []byte) *IDTokenClaims {
	var header struct {
		Type string `json:"typ"`
	}
	var claims IDTokenClaims
	head, _, _ := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil || json.Unmarshal(text, &header) != nil || header.Type != "JWT" || json.Unmarshal(payload, &claims) != nil {
		return nil
	}
	return &claims
}

// exchange gives a client a token with which it acts for the user of the subject token (RFC 8693
// §2.2). The order is: who asks, what it brings (§2.2.2, invalid_request), what it asks for. So a
// stranger learns nothing of a token.
func (s *Server) exchange(state *State, t *lab.Handling, client Client, req exchanged, next pair) tokenAnswer {
	if err := t.Enforce(guard.IDExchangeClientAuth,
		guard.ExchangeClientAuth(!client.isPublic())); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	if err := t.Enforce(guard.IDExchangePolicy,
		guard.ExchangePolicy(client.actsForUsers)); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	if e := req.check(); e != nil {
		return tokenAnswer{refused: e}
	}
	subject, e := s.subjectOf(state, t, req)
	if e != nil {
		return tokenAnswer{refused: e}
	}
	actor, e := s.actorIn(state, t, client, req, subject)
	if e != nil {
		return tokenAnswer{refused: e}
	}
	if err := t.Enforce(guard.IDMayAct,
		guard.MayAct(subject.MayAct, actor)); err != nil {
		return tokenAnswer{refused: refused(err)}
	}
	if len(subject.Act.subjects()) >= maxActors {
		return tokenAnswer{refused: endpoint.Invalid("The subject token has gone through too many hands.", "A chain has at most 8 actors: let the first of them ask again (RFC 8693 §4.1).")}
	}
	scope, e := s.narrowed(t, client, req, subject)
	if e != nil {
		return tokenAnswer{refused: e}
	}
	target, e := s.targetOf(t, client, req, subject)
	if e != nil {
		return tokenAnswer{refused: e}
	}
	expires := t.Now().Add(exchangedLife(t))
	if err := t.Enforce(guard.IDDownscopeLifetime,
		guard.DownscopeLifetime(subject.Expires, expires)); err != nil {
		expires = subject.Expires
	}
	token := state.issueToken(t, next.access, Token{
		ClientID: client.ID, Subject: subject.Subject, Scope: scope, Flow: subject.Flow, Code: subject.Code, Expires: expires,
		Act: &Actor{actor, subject.Act}, Parent: subject.Hash, Granted: subject.Granted, Audience: target,
	})
	answer := s.newTokenResponse(t, next.access, req.Scope, scope)
	answer.IssuedTokenType, answer.ExpiresIn = typeAccessToken, int(expires.Sub(token.Issued).Round(time.Second)/time.Second)
	return tokenAnswer{granted: answer, token: token}
}

// exchangedLife is how long a token lives that came of an exchange, if its subject token does.
func exchangedLife(t *lab.Handling) time.Duration {
	life, err := time.ParseDuration(t.Settings.Rules().Value(guard.IDExchangedLife))
	if err != nil { // the values are our own
		return 5 * time.Minute
	}
	return life
}

// check checks the form of the request (RFC 8693 §2.1), whatever is switched.
func (req exchanged) check() *endpoint.Error {
	const types = "This server exchanges access tokens: " + typeAccessToken + " (RFC 8693 §3)."
	switch {
	case req.SubjectToken == "":
		return endpoint.Invalid("The parameter subject_token is missing.", "It is the token of the user for whom the client acts (RFC 8693 §2.1).")
	case req.SubjectTokenType == "":
		return endpoint.Invalid("The parameter subject_token_type is missing.", types)
	case !slices.Contains([]string{typeAccessToken, typeJWT, typeIDToken}, req.SubjectTokenType):
		return endpoint.Invalid("This server exchanges no tokens of this subject_token_type.", types)
	case req.ActorToken == "" && req.ActorTokenType != "":
		return endpoint.Invalid("There is an actor_token_type, and no actor_token.", "Send both, or neither (RFC 8693 §2.1).")
	case req.ActorToken != "" && req.ActorTokenType == "":
		return endpoint.Invalid("The parameter actor_token_type is missing.", "It goes with actor_token (RFC 8693 §2.1). "+types)
	case req.ActorToken != "" && req.ActorTokenType != typeAccessToken && req.ActorTokenType != typeJWT:
		return endpoint.Invalid("This server takes no actor tokens of this actor_token_type.", types)
	case req.ActorToken != "" && req.ActorToken == req.SubjectToken:
		return endpoint.Invalid("The actor token is the subject token.", "Who acts is another than for whom: send a token of the client's own, or none (RFC 8693 §1.1).")
	case req.RequestedTokenType != "" && req.RequestedTokenType != typeAccessToken:
		return endpoint.Invalid("This server gives out no tokens of this requested_token_type.", types)
	}
	return nil
}

// subjectOf is what the server knows of the subject token (RFC 8693 §2.2.2).
func (s *Server) subjectOf(state *State, t *lab.Handling, req exchanged) (Token, *endpoint.Error) {
	isAccessToken := req.SubjectTokenType != typeIDToken
	if err := t.Enforce(guard.IDSubjectType,
		guard.SubjectType(isAccessToken)); err != nil {
		return Token{}, refused(err)
	}
	if claims := req.subject.claims; claims != nil && t.Now().Before(time.Unix(claims.Expires, 0)) { // the guard is off: a name tag is leave to act
		return Token{
			Subject: claims.Subject, MayAct: ClientAgent, Expires: time.Unix(claims.Expires, 0).UTC(), Flow: t.Flow,
			Scope: "read write profile", Granted: resources(t.Lab),
		}, nil
	}
	token, good := s.good(state, t, req.subject)
	if !good {
		return Token{}, endpoint.Invalid("The subject token is not one of this server's that are good.", "Send an access token of this lab that is neither too old nor revoked (RFC 8693 §2.2.2).")
	}
	return token, nil
}

// good returns what is kept of a token, and whether it is worth anything.
func (s *Server) good(state *State, t *lab.Handling, w presentedToken) (Token, bool) {
	token, known := state.Token(w.value)
	return token, known && w.whole && w.format == token.Format && token.Fault == t.Fault && token.Revoked == nil && t.Now().Before(token.Expires)
}

// actorIn is who acts: the client itself, by its own token if it brings one (RFC 8693 §2.1).
func (s *Server) actorIn(state *State, t *lab.Handling, client Client, req exchanged, subject Token) (string, *endpoint.Error) {
	if req.ActorToken == "" {
		return client.ID, nil
	}
	token, good := s.good(state, t, req.actor)
	if !good {
		return "", endpoint.Invalid("The actor token is not one of this server's that are good.", "Send an access token of the client's own, or none (RFC 8693 §2.2.2).")
	}
	if err := t.Enforce(guard.IDActorSelf,
		guard.ActorSelf(token.Subject, client.ID)); err != nil {
		return "", refused(err)
	}
	return token.Subject, nil
}

// narrowed is the scope of the new token: what is asked for, if the subject token has it; that of
// the subject token where nothing is.
func (s *Server) narrowed(t *lab.Handling, client Client, req exchanged, subject Token) (string, *endpoint.Error) {
	if e := checkScope(req.Scope); e != nil {
		return "", e
	}
	if err := t.Enforce(guard.IDDownscope,
		guard.Downscope(subject.Scope, req.Scope)); err != nil {
		return "", refused(err)
	}
	if req.Scope == "" {
		return subject.Scope, nil
	}
	return granted(req.Scope, client, t.Settings.Rules()), nil
}

// targetOf is the one API that the new token is for. It may be named by its address, by the name
// that it has at this server, or by both (RFC 8693 §2.1).
func (s *Server) targetOf(t *lab.Handling, client Client, req exchanged, subject Token) (Audiences, *endpoint.Error) {
	asked := req.Resource
	for _, name := range req.Audience {
		i := slices.IndexFunc(t.Resources(), func(r lab.Resource) bool { return r.Client == name })
		if i < 0 {
			return nil, noTarget("No API of this server has that name.", "An audience is an API's name at this server, such as "+lab.Calendar.Client+" (RFC 8693 §2.1).")
		}
		asked = append(asked, t.Resource(t.Resources()[i]))
	}
	if asked = once(asked); len(asked) > 1 {
		return nil, noTarget("The exchange names more than one API.", "Exchange once for each: resource and audience name the same API, or one of them is left out (RFC 8693 §2.2.2).")
	}
	if err := t.Enforce(guard.IDResourceRequired,
		guard.ResourceRequired(len(asked) > 0)); err != nil {
		return nil, refused(err)
	}
	if e := s.checkResources(t, client, asked); e != nil {
		return nil, e
	}
	if err := t.Enforce(guard.IDDownscopeTarget,
		guard.DownscopeTarget(subject.Granted, asked)); err != nil {
		return nil, refused(err)
	}
	if len(asked) == 0 { // the guard is off: it is for whom the subject token is, but for UserInfo
		return slices.DeleteFunc(slices.Clone(subject.Audience), func(one string) bool { return one == s.issuer(t) }), nil
	}
	return asked, nil
}
