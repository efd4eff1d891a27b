package authserver

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// grant is one thing that a client may offer the token endpoint: a row of the table, and a
// file with its request and what it redeems. Who the client is has been checked before.
type grant struct {
	kind    string        // its grant_type
	feature guard.Feature // that brings it; "" where it was always there
	takes   any           // zero struct of its parameters; nil where a chapter to come brings it
	offer   func(context.Context, *Server, *lab.Handling, url.Values, guard.Rules) (redemption, error)
}

// redemption is an offer that was read. It runs inside an Update, perhaps more than once.
type redemption func(state *State, t *lab.Handling, client Client) tokenAnswer

// Grant types that more than their rows name.
const (
	grantRefresh  = "refresh_token"
	grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
)

// grants are in the order in which chapters bring them.
func grants() []grant {
	return []grant{
		grantOf("authorization_code", "", (*Server).redeemCode),
		grantOf(grantRefresh, guard.RefreshTokens, (*Server).refresh),
		grantWith(grantExchange, guard.TokenExchange, (*Server).readExchange, (*Server).exchange),
		grantOf("client_credentials", guard.ClientCredentials, (*Server).clientCredentials),
		{kind: "urn:ietf:params:oauth:grant-type:device_code", feature: guard.DeviceAuthorization},
	}
}

// grantOf makes the row of a grant whose parameters are those of R. next is what the tokens
// are, if it comes to any.
func grantOf[R any](kind string, feature guard.Feature, redeem func(s *Server, state *State, t *lab.Handling, client Client, req R, next pair) tokenAnswer) grant {
	asItIs := func(_ *Server, _ context.Context, _ *lab.Handling, req R) (R, error) { return req, nil }
	return grantWith(kind, feature, asItIs, redeem)
}

// grantWith is the same for one of which there is more to find out before anything is decided: that
// is P, and takes time.
func grantWith[R, P any](kind string, feature guard.Feature, read func(s *Server, ctx context.Context, t *lab.Handling, req R) (P, error), redeem func(s *Server, state *State, t *lab.Handling, client Client, req P, next pair) tokenAnswer) grant {
	return grant{kind, feature, *new(R), func(ctx context.Context, s *Server, t *lab.Handling, values url.Values, rules guard.Rules) (redemption, error) {
		req, wrong := endpoint.Decode[R](values, rules)
		if e := wrong.First(); e != nil {
			return nil, e
		}
		found, err := read(s, ctx, t, req)
		if err != nil {
			return nil, err
		}
		next := s.newPair(t)
		return func(state *State, t *lab.Handling, client Client) tokenAnswer {
			return redeem(s, state, t, client, found, next)
		}, nil
	}}
}

func (g grant) offered(rules guard.Rules) bool {
	return g.offer != nil && (g.feature == "" || rules.Offers(g.feature))
}

// offer reads what the request offers.
func (s *Server) offer(ctx context.Context, t *lab.Handling, kind string, values url.Values) (redemption, error) {
	rules := t.Settings.Rules()
	if kind == "" {
		return nil, endpoint.Invalid("The parameter grant_type is missing.", has(rules)+" (RFC 6749 §4.1.3).")
	}
	for _, g := range grants() {
		if g.kind == kind && g.offered(rules) {
			return g.offer(ctx, s, t, values, rules)
		}
	}
	hint := has(rules) + "."
	for _, g := range grants() {
		if g.kind == kind {
			hint += " " + kind + " comes with chapter " + g.feature.Chapter() + "."
		}
	}
	return nil, endpoint.Refuse(http.StatusBadRequest, codeUnsupportedGrantType, "This server does not take the grant_type.", endpoint.Sectioned(hint, "RFC 6749 §5.2"))
}

// has says which grants there are.
func has(rules guard.Rules) string {
	return "This chapter has " + strings.Join(grantTypes(rules), " and ")
}

// grantTypes are those that the metadata names (RFC 8414 §2).
func grantTypes(rules guard.Rules) []string {
	var kinds []string
	for _, g := range grants() {
		if g.offered(rules) {
			kinds = append(kinds, g.kind)
		}
	}
	return kinds
}

// grantRequests are zero structs of the parameters of all grants.
func grantRequests() []any {
	var all []any
	for _, g := range grants() {
		if g.takes != nil {
			all = append(all, g.takes)
		}
	}
	return all
}
