package authserver

import (
	"net/http"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// Metadata is what RFC 8414 §2 asks of an authorization server, true for what
// this lab's chapter has.
type Metadata struct {
	Issuer                            string   `json:"issuer"`
	AuthorizationEndpoint             string   `json:"authorization_endpoint"`
	TokenEndpoint                     string   `json:"token_endpoint,omitempty"`
	ScopesSupported                   []string `json:"scopes_supported,omitempty"`
	ResponseTypesSupported            []string `json:"response_types_supported"`
	ResponseModesSupported            []string `json:"response_modes_supported"`
	GrantTypesSupported               []string `json:"grant_types_supported"`
	TokenEndpointAuthMethodsSupported []string `json:"token_endpoint_auth_methods_supported,omitempty"`
	CodeChallengeMethodsSupported     []string `json:"code_challenge_methods_supported,omitempty"`

	IntrospectionEndpoint                     string   `json:"introspection_endpoint,omitempty"`
	IntrospectionEndpointAuthMethodsSupported []string `json:"introspection_endpoint_auth_methods_supported,omitempty"`
}

// metadata answers RFC 8414 §3 requests. It is public, and nobody keeps it: it
// changes with the chapter and the switches.
func (s *Server) metadata(w http.ResponseWriter, _ *http.Request, t *lab.Handling) error {
	rules := t.Settings.Rules()
	m := Metadata{
		Issuer:                 s.issuer(t),
		ResponseTypesSupported: []string{"code"},
		ResponseModesSupported: []string{responseMode},
		GrantTypesSupported:    grantTypes(rules),
	}
	// RFC 8414 §2 requires a token endpoint; the chapters before it have none, and
	// a truthful server does not promise one.
	endpoint.Announce(&m, s.endpoints(), s.issuer(t), rules)
	if m.TokenEndpoint != "" {
		m.TokenEndpointAuthMethodsSupported = authMethods(rules)
		m.CodeChallengeMethodsSupported = challengeMethods(rules)
	}
	if m.IntrospectionEndpoint != "" {
		m.IntrospectionEndpointAuthMethodsSupported = []string{guard.Basic, guard.Post}
	}
	if rules.Offers(guard.ProtectedAPI) { // before, no scope opens anything
		m.ScopesSupported = scopesOf(rules)
	}
	writeJSON(w, http.StatusOK, m)
	return nil
}

// challengeMethods are the transformations that the server takes (RFC 7636 §4.2).
func challengeMethods(rules guard.Rules) []string {
	if rules.On(guard.IDPKCEPlain) {
		return []string{guard.S256}
	}
	return []string{guard.S256, guard.Plain}
}
