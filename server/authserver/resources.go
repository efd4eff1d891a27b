package authserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// checkTargets checks the APIs of an authorization request (RFC 8707 §2.1). A client that was
// registered with an API of its own has named it.
func (s *Server) checkTargets(t *lab.Handling, req AuthorizationRequest) *endpoint.Error {
	client, _ := s.client(t, req.ClientID)
	named := len(req.Resource) > 0 || client.Audience != ""
	if err := t.Enforce(guard.IDResourceRequired,
		guard.ResourceRequired(named)); err != nil {
		return refused(err)
	}
	return s.checkResources(t, client, req.Resource)
}

// maxResources bounds how many APIs one request names.
const maxResources = 8

// resources are the addresses of the APIs that tokens can be for (RFC 9728 §4).
func resources(l *lab.Lab) []string {
	return append(l.ResourceAddresses(), l.Origins.PrintShop(l.ID))
}

// checkResources checks the APIs that a request names, wherever it does (RFC 8707 §2). Their
// addresses are compared as they are written: there is no other rule, here and at the APIs.
func (s *Server) checkResources(t *lab.Handling, client Client, asked []string) *endpoint.Error {
	if len(once(asked)) > maxResources {
		return noTarget("The request names more than 8 APIs.", "Ask for a token an API: one that opens many is worth more to a thief (RFC 8707 §3).")
	}
	length := 0
	for _, one := range asked {
		if e := checkResource(one); e != nil {
			return e
		}
		length += len(one)
	}
	if length > endpoint.MaxParameter {
		return noTarget("The resources are longer than 2048 bytes together.", "Name the APIs that the token is for, each once (RFC 8707 §2).")
	}
	if len(asked) == 0 {
		return nil
	}
	known := resources(t.Lab)
	if err := t.Enforce(guard.IDResourceExact,
		guard.ResourceExact(known, asked)); err != nil {
		return refused(err)
	}
	if err := t.Enforce(guard.IDResourceKnown,
		guard.ResourceKnown(
			known, guard.WithoutSlashes(asked))); err != nil {
		return refused(err)
	}
	if err := t.Enforce(guard.IDResourceClient,
		guard.ResourceClient(
			client.barred, asked)); err != nil {
		return refused(err)
	}
	return nil
}

// checkResource refuses what is no address of an API, whatever is switched: an absolute URI, with
// no fragment (RFC 8707 §2, RFC 3986 §4.3).
func checkResource(asked string) *endpoint.Error {
	if len(asked) > endpoint.MaxParameter {
		return noTarget("A resource is longer than 2048 bytes.", "Send the address of the API alone (RFC 8707 §2).")
	}
	u, err := url.Parse(asked)
	switch {
	case err != nil || strings.ContainsFunc(asked, func(r rune) bool { return r <= ' ' || r > '~' }):
		return noTarget("A resource is no address.", "Send the API's own, such as https://api.example/billing (RFC 3986 §4.3).")
	case strings.Contains(asked, "#"):
		return noTarget("A resource has a fragment.", "Leave out what is behind #: it reaches no server (RFC 8707 §2).")
	case !u.IsAbs():
		return noTarget("A resource is no absolute address.", "Send the whole of it, from its scheme on (RFC 8707 §2).")
	case u.Host == "" && u.Opaque == "":
		return noTarget("A resource names no host.", "Send the address of an API, as the metadata list them in protected_resources (RFC 9728 §4).")
	}
	return nil
}

// noTarget is the refusal of an API that cannot be meant (RFC 8707 §2).
func noTarget(description, hint string) *endpoint.Error {
	return endpoint.Refuse(http.StatusBadRequest, codeInvalidTarget, description, hint)
}

// targets are the APIs that tokens may be for which come of a request: those that it names, each
// once, else what the server takes for meant (RFC 8707 §2): the API that the client was registered
// with, or all of the lab's. Nil where requests name none yet.
func targets(l *lab.Lab, client Client, asked []string) []string {
	switch {
	case !l.Settings.Rules().Offers(guard.ResourceIndicators):
		return nil
	case len(asked) > 0:
		return once(asked)
	case client.Audience != "":
		return []string{client.Audience}
	}
	return l.ResourceAddresses()
}

// grantedIn are the APIs that the user's sign-in was for. One that began before requests named any
// was for the API that there was, or that its client was registered with.
func grantedIn(l *lab.Lab, client Client, kept []string) []string {
	switch {
	case kept != nil:
		return kept
	case client.Audience != "":
		return []string{client.Audience}
	}
	return []string{l.Resource(lab.Photos)}
}

// audience is whom a token is for: the APIs that its request names, else those that the user's
// sign-in was for (RFC 8707 §2.2). Where it says who has signed in, UserInfo is one more (OpenID
// Connect Core §5.3): that goes by the name of the issuer.
func (s *Server) audience(t *lab.Handling, client Client, granted, asked []string, scope string) Audiences {
	rules := t.Settings.Rules()
	switch {
	case !rules.Offers(guard.ResourceIndicators) && client.Audience != "":
		return Audiences{client.Audience}
	case !rules.Offers(guard.ResourceIndicators) && rules.Offers(guard.Introspection):
		return Audiences{t.API()}
	case !rules.Offers(guard.ResourceIndicators):
		return nil
	}
	aud := Audiences(once(asked))
	if len(aud) == 0 {
		aud = slices.Clone(grantedIn(t.Lab, client, granted))
	}
	if hasScope(scope, scopeOpenID) {
		aud = append(aud, s.issuer(t))
	}
	return aud
}

// once returns the texts, each where it stands first.
func once(texts []string) []string {
	var seen []string
	for _, one := range texts {
		if !slices.Contains(seen, one) {
			seen = append(seen, one)
		}
	}
	return seen
}
