package authserver

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// Endpoints is the table of an authorization server's endpoints, for whoever describes
// them. Those without a handler come with chapters that are not there yet. What a client
// calls is shared, also where the answer is only that it comes later; /authorize never is
// (RFC 9700 §2.6).
func Endpoints() []endpoint.Row { return new(Server).endpoints() }

func (s *Server) endpoints() []endpoint.Row {
	return []endpoint.Row{
		{
			Method: http.MethodGet, Path: "/.well-known/oauth-authorization-server/{lab}", Caller: endpoint.Client, Shared: true,
			Serve: endpoint.Plain(s.metadata), Answer: Metadata{}, Section: "RFC 8414 §3",
			Does: "Answers where the endpoints are and what the server can do in the lab's chapter.",
		},
		{
			Method: http.MethodGet, Path: "/{lab}/authorize", Caller: endpoint.Navigation, Metadata: "authorization_endpoint",
			Serve: endpoint.Checked(s.authorize), Answer: AuthorizationResponse{}, Section: "RFC 6749 §3.1",
			Does: "Takes an authorization request in the query. Answers with a redirect to the sign-in page, to the client with a code or an error, or with an error page.",
		},
		{
			Method: http.MethodPost, Path: "/{lab}/authorize", Caller: endpoint.Navigation,
			Serve: endpoint.Checked(s.authorize), Answer: AuthorizationResponse{}, Section: "RFC 6749 §3.1",
			Does: "The same, with the parameters in the body.",
		},
		{
			Method: http.MethodGet, Path: "/{lab}/login", Caller: endpoint.Navigation, Serve: endpoint.Form(s.showLogin),
			Does: "Shows the sign-in page for the request that waits.",
		},
		{
			Method: http.MethodPost, Path: "/{lab}/login", Caller: endpoint.Navigation, Serve: endpoint.Form(s.login),
			Does: "Takes the form of the sign-in page, and goes on with the request that waited.",
		},
		{
			Method: http.MethodPost, Path: "/{lab}/token", Caller: endpoint.Client, Shared: true, Feature: guard.TokenEndpoint, Metadata: "token_endpoint",
			Serve: endpoint.Checked(s.token).Or(grantRequests()...), Answer: TokenResponse{}, Section: "RFC 6749 §3.2",
			Does: "Exchanges an authorization code for an access token.",
		},

		{
			Method: http.MethodPost, Path: "/{lab}/introspect", Caller: endpoint.Client, Shared: true, Feature: guard.Introspection, Metadata: "introspection_endpoint",
			Serve: endpoint.Checked(s.introspect), Answer: IntrospectionResponse{}, Section: "RFC 7662 §2",
			Does: "Tells an API that proves who it is what a token is worth.",
		},
		{
			Method: http.MethodGet, Path: "/{lab}/userinfo", Caller: endpoint.Client, Shared: true, Feature: guard.OpenIDConnect, Metadata: "userinfo_endpoint",
			Serve: endpoint.Plain(s.userInfo), Answer: UserInfo{}, Section: "OpenID Connect Core §5.3",
			Does: "Tells who the token's user is, as far as the scope goes.",
		},
		{
			Method: http.MethodPost, Path: "/{lab}/userinfo", Caller: endpoint.Client, Shared: true, Feature: guard.OpenIDConnect,
			Serve: endpoint.Plain(s.userInfo), Answer: UserInfo{}, Section: "OpenID Connect Core §5.3.1",
			Does: "The same by POST; the token may stand in the body.",
		},
		{
			Method: http.MethodGet, Path: "/{lab}" + discovery, Caller: endpoint.Client, Shared: true, Feature: guard.OpenIDConnect,
			Serve: endpoint.Plain(s.metadata), Answer: Metadata{}, Section: "OpenID Connect Discovery §4",
			Does: "Answers with the same metadata, where OpenID Connect has them.",
		},
		{
			Method: http.MethodGet, Path: discovery + "/{lab}", Caller: endpoint.Client, Shared: true, Feature: guard.OpenIDConnect,
			Serve: endpoint.Plain(s.metadata), Answer: Metadata{}, Section: "RFC 8414 §5", Does: "The same again, where RFC 8414 looks for what OpenID Connect has.",
		},
		{
			Method: http.MethodGet, Path: "/{lab}/jwks", Caller: endpoint.Client, Shared: true, Feature: guard.JWKS, Metadata: "jwks_uri",
			Serve: endpoint.Plain(s.jwks), Answer: jose.JSONWebKeySet{}, Section: "RFC 7517 §5", Does: "The server's public keys, with which anybody checks what it has signed.",
		},
		{Path: "/{lab}/revoke", Caller: endpoint.Client, Shared: true, Feature: guard.Revocation, Metadata: "revocation_endpoint", Section: "RFC 7009 §2", Does: "Makes a token worthless."},
		{Path: "/{lab}/register", Caller: endpoint.Client, Shared: true, Feature: guard.Registration, Metadata: "registration_endpoint", Section: "RFC 7591 §3", Does: "Registers a client."},
		{
			Path: "/{lab}/device_authorization", Caller: endpoint.Client, Shared: true, Feature: guard.DeviceAuthorization, Metadata: "device_authorization_endpoint",
			Section: "RFC 8628 §3.1", Does: "Begins a login for a device without a browser.",
		},
		{
			Path: "/{lab}/par", Caller: endpoint.Client, Shared: true, Feature: guard.PushedRequests, Metadata: "pushed_authorization_request_endpoint",
			Section: "RFC 9126 §2", Does: "Takes an authorization request ahead of the browser.",
		},
	}
}

// faulty is the table once more, below the issuers with a fault (faults.go).
func (s *Server) faulty() []endpoint.Row {
	var rows []endpoint.Row
	for _, row := range s.endpoints() {
		if row.Later() {
			continue
		}
		row = s.benched(row)
		row.Path = strings.Replace(row.Path, "{lab}", faultyLab, 1)
		rows = append(rows, row)
	}
	return rows
}

// noEndpoint answers a path below a lab where there is nothing, with what there is.
func (s *Server) noEndpoint(_ http.ResponseWriter, _ *http.Request, t *lab.Handling) error {
	var there []string
	for _, row := range s.endpoints() {
		if below, ok := row.Below(); ok && row.Offered(t.Settings.Rules()) && !slices.Contains(there, below) {
			there = append(there, below)
		}
	}
	return endpoint.Refuse(http.StatusNotFound, endpoint.InvalidRequest, "The authorization server has no endpoint at this path.",
		"There are "+prose.List(there)+" below "+s.issuer(t)+".")
}

// Where the metadata of a lab stand: before its id (RFC 8414 §3), and, as OpenID Connect has
// it, behind (OpenID Connect Discovery §4) or before (RFC 8414 §5).
const (
	metadataPath = "/.well-known/oauth-authorization-server/"
	discovery    = "/.well-known/openid-configuration"
)

// MetadataOf is the address of a lab's metadata: the well-known part stands between the
// host of the issuer and its path (RFC 8414 §3).
func MetadataOf(l *lab.Lab) string { return l.Origins[event.Auth] + metadataPath + l.ID.String() }

// signposts are addresses at which clients look for the metadata, and where they are not.
func (s *Server) signposts() []endpoint.Row {
	row := endpoint.Row{Caller: endpoint.Client, Shared: true, Serve: endpoint.Plain(s.metadataElsewhere)}
	var rows []endpoint.Row
	for _, path := range []string{
		metadataPath + "{lab}/{rest...}",
		discovery + "/{lab}/{rest...}",
		"/{lab}" + metadataPath + "{rest...}",
		"/{lab}" + strings.TrimSuffix(metadataPath, "/"),
		"/{lab}" + discovery + "/{rest...}",
	} {
		row.Path = path
		rows = append(rows, row)
	}
	return rows
}

// metadataElsewhere names the right address to whoever is near it.
func (s *Server) metadataElsewhere(_ http.ResponseWriter, _ *http.Request, t *lab.Handling) error {
	return endpoint.Refuse(http.StatusNotFound, endpoint.InvalidRequest, "The metadata of this server stand at another address.",
		"They are at "+s.Origin+metadataPath+t.ID.String()+": the well-known part comes before the issuer's path, and nothing behind it (RFC 8414 §3).")
}
