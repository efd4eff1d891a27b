package authserver

import (
	"net/http"
	"slices"

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

	UserInfoEndpoint                 string   `json:"userinfo_endpoint,omitempty"`
	JWKSURI                          string   `json:"jwks_uri,omitempty"`
	SubjectTypesSupported            []string `json:"subject_types_supported,omitempty"`
	IDTokenSigningAlgValuesSupported []string `json:"id_token_signing_alg_values_supported,omitempty"`
	ClaimsSupported                  []string `json:"claims_supported,omitempty"`
	PromptValuesSupported            []string `json:"prompt_values_supported,omitempty"`

	// What is not there is said where the default is that it is (OpenID Connect Discovery §3).
	ClaimsParameterSupported     *bool `json:"claims_parameter_supported,omitempty"`
	RequestParameterSupported    *bool `json:"request_parameter_supported,omitempty"`
	RequestURIParameterSupported *bool `json:"request_uri_parameter_supported,omitempty"`
	NamesIssuerInResponses       bool  `json:"authorization_response_iss_parameter_supported,omitempty"` // RFC 9207 §3

	ProtectedResources []string `json:"protected_resources,omitempty"` // RFC 9728 §4

	IntrospectionEndpoint                     string   `json:"introspection_endpoint,omitempty"`
	IntrospectionEndpointAuthMethodsSupported []string `json:"introspection_endpoint_auth_methods_supported,omitempty"`
}

// metadata answers RFC 8414 §3 requests. It is public, and nobody keeps it: it
// changes with the chapter and the switches.
func (s *Server) metadata(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
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
	if m.UserInfoEndpoint != "" {
		m.tellOpenID(rules)
		if wrong := faultAt(t, guard.IDFaultSignature); wrong != nil && wrong.value == "jku" { // Mallory's key is of that kind
			m.IDTokenSigningAlgValuesSupported = []string{guard.RS256, guard.ES256}
		}
	}
	if rules.Offers(guard.ResourceIndicators) {
		m.ProtectedResources = resources(t.Lab)
	}
	m.NamesIssuerInResponses = namesIssuer(rules)
	wrong := faultAt(t, guard.IDFaultMetadata)
	if wrong != nil {
		if err := s.tellFault(r.Context(), t, wrong); err != nil {
			return err
		}
		if wrong.metadata != nil {
			wrong.metadata(&m)
		}
	}
	if !s.answered(w, r, t, wrong) {
		writeJSON(w, http.StatusOK, m)
	}
	return nil
}

// tellOpenID adds what OpenID Connect Discovery §3 asks for. Before there are keys with a public
// half there is no jwks_uri, and the server is not what that section calls conformant. RS256 is
// always listed, as it demands.
func (m *Metadata) tellOpenID(rules guard.Rules) {
	m.SubjectTypesSupported = []string{"public"}
	m.IDTokenSigningAlgValuesSupported = []string{guard.HS256}
	if rules.Offers(guard.JWKS) {
		m.IDTokenSigningAlgValuesSupported = slices.Compact([]string{guard.RS256, rules.Value(guard.IDSigningAlg)})
	}
	m.ClaimsSupported = slices.Concat(endpoint.NamesOf(IDTokenClaims{}), endpoint.NamesOf(UserInfo{})[1:])
	m.PromptValuesSupported = []string{promptNone, promptLogin, promptConsent, promptSelect}
	m.ClaimsParameterSupported, m.RequestParameterSupported, m.RequestURIParameterSupported = new(bool), new(bool), new(bool)
}

// challengeMethods are the transformations that the server takes (RFC 7636 §4.2).
func challengeMethods(rules guard.Rules) []string {
	if rules.On(guard.IDPKCEPlain) {
		return []string{guard.S256}
	}
	return []string{guard.S256, guard.Plain}
}
