package guard

// Feature is something that exists in a lab from a chapter on, and not before: an
// endpoint, a grant, a party. It protects nothing and has no switch.
type Feature string

// The features. Those of chapters that are not there yet are named all the same, so
// that a server can say in which chapter one comes.
const (
	PKCEParameters      Feature = "pkce"                 // the challenge in a request (RFC 7636 §4.3)
	TokenEndpoint       Feature = "token-endpoint"       // RFC 6749 §3.2
	ProtectedAPI        Feature = "protected-api"        // RFC 6750
	ConfidentialClients Feature = "confidential-clients" // RFC 6749 §2.1, §2.3.1
	RefreshTokens       Feature = "refresh-tokens"       // RFC 6749 §6
	Introspection       Feature = "introspection"        // RFC 7662
	OpenIDConnect       Feature = "openid-connect"       // OpenID Connect Core, Discovery
	ResourceIndicators  Feature = "resource-indicators"  // RFC 8707
	TokenExchange       Feature = "token-exchange"       // RFC 8693
	ClientCredentials   Feature = "client-credentials"   // RFC 6749 §4.4
	Agents              Feature = "agents"               // software that acts for a user
	JWKS                Feature = "jwks"                 // RFC 7517 §5
	Revocation          Feature = "revocation"           // RFC 7009
	Registration        Feature = "registration"         // RFC 7591
	DeviceAuthorization Feature = "device"               // RFC 8628
	PushedRequests      Feature = "pushed"               // RFC 9126
)

// Chapter returns the chapter that brings the feature, or "" for one that nobody knows.
func (f Feature) Chapter() string {
	switch f {
	case PKCEParameters, TokenEndpoint:
		return "v03"
	case ProtectedAPI, ConfidentialClients:
		return "v04"
	case RefreshTokens:
		return "v05"
	case Introspection:
		return "v06"
	case OpenIDConnect:
		return "v07"
	case JWKS:
		return "v08"
	case ResourceIndicators:
		return "v09"
	case TokenExchange, ClientCredentials, Agents:
		return "v10"
	case Revocation:
		return "v13"
	case Registration:
		return "v14"
	case DeviceAuthorization:
		return "v15"
	case PushedRequests:
		return "v24"
	}
	return ""
}

// Offers reports whether the feature is there in the chapter.
func (r Rules) Offers(f Feature) bool {
	chapter := r.Chapter
	if versions := Versions(); chapter == "" && len(versions) > 0 {
		chapter = versions[len(versions)-1]
	}
	since := f.Chapter()
	return since != "" && since <= chapter
}
