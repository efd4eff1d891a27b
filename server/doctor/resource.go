package doctor

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// bareAnswer is what a resource answers to a request without a token.
type bareAnswer struct {
	answer
	err        error
	challenges []challenge
}

// challenge asks for the resource without a token. Redirects are not followed: an API that sends
// its clients to a page is none that they can use.
func (e *examination) challenge(t target) (b bareAnswer) {
	b.answer, b.err = e.fetcher.do(e.ctx, http.MethodGet, t.id, "")
	b.challenges = readChallenges(b.header.Values("WWW-Authenticate"))
	return b
}

// asks reports whether the answer asks for an access token.
func (b *bareAnswer) asks() bool { return b.status == http.StatusUnauthorized && b.token() != nil }

// token is the challenge that asks for one (RFC 6750 §3, RFC 9449 §7.1).
func (b *bareAnswer) token() *challenge {
	for i, c := range b.challenges {
		if strings.EqualFold(c.scheme, "Bearer") || strings.EqualFold(c.scheme, "DPoP") {
			return &b.challenges[i]
		}
	}
	return nil
}

// says names the answer.
func (b *bareAnswer) says() said {
	if b.status == 0 {
		return "nothing"
	}
	return say("%d", b.status)
}

// examineResource goes through the steps of a protected resource, and then through those of the
// authorization servers that it names, which it returns.
func (e *examination) examineResource(t target, b bareAnswer, all []attempt) (servers map[string]bool) {
	e.begin("Protected resource", t.id)
	e.checkChallenge(&b)
	all = e.pointed(t, &b, all)
	servers = map[string]bool{}
	best := e.choose(t, all, "")
	if best != nil && e.readable(best, "RFC 9728 §3.2") {
		e.checkResource(t, best)
		e.checkMembers(best.doc, membersOfResource(), "RFC 9728 §3.2")
		names := e.checkServers(best.doc)
		e.checkResourceCORS(t, best)
		for _, name := range names {
			servers[name] = true
			e.examineServer(t, name)
		}
		return servers
	}
	e.skipRest(stepsOfResource, "There is no document to look at.")
	return servers
}

// checkChallenge looks whether a request without a token is refused so that a client knows what
// to bring.
func (e *examination) checkChallenge(b *bareAnswer) {
	const section = said("RFC 6750 §3")
	refusal := say("Without a token it answers %d", b.status)
	var schemes []string
	for _, c := range b.challenges {
		schemes = append(schemes, c.scheme)
	}
	switch asks := b.token(); {
	case b.status == 0: // also an answer that breaks off has said what it wants
		e.failedWith(stepChallenge, section, b.err)
	case isRedirect(b.status):
		e.failed(stepChallenge, section, say("%s and redirects to %s.", refusal, b.header.Get("Location")), "Answer 401 and WWW-Authenticate: a client is no browser that could sign in there.")
	case b.status == http.StatusUnauthorized && len(b.challenges) == 0:
		e.failed(stepChallenge, "RFC 9110 §15.5.2", say("%s without WWW-Authenticate.", refusal), "Say what is wanted: WWW-Authenticate: Bearer.")
	case b.status == http.StatusUnauthorized && asks == nil:
		e.failed(stepChallenge, section, say("%s and asks for %s, which is no OAuth.", refusal, list(schemes)), "Ask for a token: WWW-Authenticate: Bearer.")
	case b.status == http.StatusUnauthorized && asks.has("error"):
		e.warning(stepChallenge, "RFC 6750 §3.1", say("%s and asks for %s, with the error %s: who brought no token made no mistake yet.", refusal, asks.scheme, asks.get("error")))
	case b.status == http.StatusUnauthorized:
		e.passed(stepChallenge, section, say("%s and asks for %s.", refusal, asks.scheme))
	case b.status == http.StatusNotFound || b.status == http.StatusGone:
		e.failed(stepChallenge, section, say("%s: there is nothing at this address.", refusal), "Give the address of the API itself.")
	case b.status >= http.StatusInternalServerError:
		e.failed(stepChallenge, section, say("%s.", refusal), "Look into the server's log.")
	case b.status/100 == 2:
		e.warning(stepChallenge, section, say("%s: what is there is open to everybody, or only other methods are protected.", refusal))
	default:
		e.warning(stepChallenge, section, say("%s to GET, and not 401; other methods may be answered otherwise.", refusal))
	}
}

// pointed tells where the challenge says that the metadata are, and adds what is there.
func (e *examination) pointed(t target, b *bareAnswer, all []attempt) []attempt {
	const section = said("RFC 9728 §5.1")
	asks := b.token()
	if asks == nil || !asks.has("resource_metadata") {
		e.note(stepPointer, section, "No challenge says where the metadata are. Clients look at the well-known address.")
		return all
	}
	address := asks.get("resource_metadata")
	u, wrong := webAddress(address)
	switch {
	case wrong.is != "":
		e.failed(stepPointer, section, say("The challenge says that the metadata are at %s, which %s.", address, wrong.is), wrong.do)
		return all
	case e.fetcher.elsewhere(u):
		e.skipped(stepPointer, section, say("The challenge says that the metadata are at %s, on another host; pass --follow to go there.", address))
		return all
	}
	e.passed(stepPointer, section, say("The challenge says that the metadata are at %s.", address))
	if slices.ContainsFunc(all, func(a attempt) bool { return a.address == address }) {
		return all
	}
	a := e.attempt(resourceForm, address)
	a.meant = true
	return append([]attempt{a}, all...)
}

// checkResource looks whether the document is of the resource that was asked.
func (e *examination) checkResource(t target, a *attempt) {
	const section = said("RFC 9728 §3.3")
	named := a.doc.text("resource")
	if !a.doc.is("resource", aText) {
		e.failed(stepResource, section, "The document names no resource.", say("Have it say \"resource\": \"%s\".", t.id))
		return
	}
	if slices.Contains(t.names, named) {
		e.passed(stepResource, section, "The document names the resource that was asked, to the letter.")
		return
	}
	e.failed(stepResource, section, notAsked(named, t.id),
		say("Have the document that stands there say \"resource\": \"%s\".", t.id))
}

// checkServers looks which authorization servers the resource trusts, and returns those that
// are to be examined.
func (e *examination) checkServers(d document) (names []string) {
	const section = said("RFC 9728 §2")
	all := d.list("authorization_servers")
	if len(all) == 0 {
		e.failed(stepServers, section, "The document names no authorization server: a client that knows the resource alone goes no further.", `Add "authorization_servers", with the issuer of each.`)
		return nil
	}
	for _, name := range all[:min(len(all), maxLinks)] {
		if _, wrong := issuerAddress(name); wrong.is != "" {
			e.failed(stepServers, section, say("%s %s.", name, wrong.is), wrong.do)
			continue
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		e.passed(stepServers, section, say("It trusts %s.", list(names)))
	}
	names = names[:min(len(names), maxServers)]
	if len(all) > maxServers {
		e.note(stepServers, section, say("It names %d; of the first %d, %d are examined.", len(all), min(len(all), maxLinks), len(names)))
	}
	return names
}

// examineServer examines the authorization server that a resource names.
func (e *examination) examineServer(of target, name string) {
	u, err := url.Parse(name)
	if err != nil {
		return // it was read before
	}
	if e.fetcher.elsewhere(u) {
		e.begin("Authorization server", name)
		e.skipped(stepAddress, "", say("It is on %s; pass --follow to go there.", u.Host))
		return
	}
	t := issuerOf(name, u)
	if hostOf(u) != e.fetcher.home {
		e.begin("Address", name)
		e.passed(stepAddress, "", addressSays(u, t))
		if !e.reach(u) {
			e.skipRest(stepsOfHost, "The host cannot be reached.")
			return
		}
	}
	d := e.examineIssuer(t, e.attempts(t, issuerForms...), "")
	if d.has("protected_resources") {
		if slices.Contains(d.list("protected_resources"), of.id) {
			e.passed(stepProtection, "RFC 9728 §4", say("The server names %s among its resources.", of.id))
		} else {
			e.warning(stepProtection, "RFC 9728 §4", say("The server lists its resources, and %s is not among them.", of.id))
		}
	}
}
