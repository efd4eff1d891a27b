package authserver

import (
	"net/http"

	"oauthlab/server/lab"
)

// metadata is what RFC 8414 §2 asks of an authorization server, true for what
// this lab's chapter has.
type metadata struct {
	Issuer                            string   `json:"issuer"`
	AuthorizationEndpoint             string   `json:"authorization_endpoint"`
	TokenEndpoint                     string   `json:"token_endpoint"`
	ResponseTypesSupported            []string `json:"response_types_supported"`
	ResponseModesSupported            []string `json:"response_modes_supported"`
	GrantTypesSupported               []string `json:"grant_types_supported"`
	TokenEndpointAuthMethodsSupported []string `json:"token_endpoint_auth_methods_supported"`
	CodeChallengeMethodsSupported     []string `json:"code_challenge_methods_supported"`
}

// metadata answers RFC 8414 §3 requests. It is public and may be cached.
func (s *Server) metadata(w http.ResponseWriter, _ *http.Request, t *lab.Turn) {
	issuer := t.Issuer()
	writeJSON(w, http.StatusOK, metadata{
		Issuer:                            issuer,
		AuthorizationEndpoint:             issuer + "/authorize",
		TokenEndpoint:                     issuer + "/token",
		ResponseTypesSupported:            []string{"code"},
		ResponseModesSupported:            []string{"query"},
		GrantTypesSupported:               []string{"authorization_code"},
		TokenEndpointAuthMethodsSupported: []string{"none"},
		CodeChallengeMethodsSupported:     challengeMethods(),
	})
}

// challengeMethods are the transformations that the server knows (RFC 7636 §4.2).
func challengeMethods() []string { return []string{"S256", "plain"} }
