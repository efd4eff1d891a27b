package doctor

import (
	"net/http"
	"slices"
	"strings"
)

// endpointsOf are the members that are addresses of the server's, in order.
func (d document) endpointsOf() (names []string) {
	for name := range d.members {
		if (strings.HasSuffix(name, "_endpoint") || name == "jwks_uri") && d.text(name) != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// checkEndpoints looks whether a client may use the endpoints that the document names.
func (e *examination) checkEndpoints(t target, d document) {
	names, well := d.endpointsOf(), true
	if len(names) > maxLinks {
		e.note(stepEndpoints, "", say("The document names %d; the first %d are looked at.", len(names), maxLinks))
		names = names[:maxLinks]
	}
	var away []said
	for _, name := range names {
		address := d.text(name)
		u, wrong := webAddress(address)
		if wrong.is == "" && isHere(u.Hostname()) && !isHere(t.url.Hostname()) {
			wrong = flaw{"is on whatever machine the client runs on", "", "Name the address at which clients reach the server."}
		}
		if wrong.is != "" {
			well = false
			e.failed(stepEndpoints, sectionOf(name), say("%s, %s, %s.", name, address, wrong.is), wrong.do)
			continue
		}
		if hostOf(u) != hostOf(t.url) {
			away = append(away, say("%s on %s", name, u.Host))
		}
	}
	switch {
	case len(names) == 0:
		e.skipped(stepEndpoints, "", "The document names none.")
	case len(away) > 0:
		e.note(stepEndpoints, "", say("Other hosts have %s.", listed(away)))
	case well:
		e.passed(stepEndpoints, "RFC 8414 §2", say("Clients may use what it names: %s.", list(names)))
	}
}

// sectionOf is where it stands what the address of an endpoint may be.
func sectionOf(name string) said {
	switch name {
	case "authorization_endpoint":
		return "RFC 6749 §3.1"
	case "token_endpoint":
		return "RFC 6749 §3.2"
	}
	return "RFC 8414 §2"
}

// linked is the address in a member, where it may be asked. Else the steps are skipped, and
// say why.
func (e *examination) linked(d document, name string, steps ...step) (address string, ok bool) {
	address = d.text(name)
	u, wrong := webAddress(address)
	var because said
	switch {
	case address == "":
		because = say("There is no %s.", name)
	case wrong.is != "":
		because = say("%s %s.", name, wrong.is)
	case isHere(u.Hostname()) && !e.fetcher.isHere():
		because = say("%s is on whatever machine asks for it.", name)
	case e.fetcher.elsewhere(u):
		because = say("%s is on %s; pass --follow to go there.", name, u.Host)
	default:
		return address, true
	}
	for _, s := range steps {
		e.skipped(s, "", because)
	}
	return "", false
}

// checkToken sends the token endpoint an empty request, which it must refuse as the endpoint
// that it is (RFC 6749 §5.2).
func (e *examination) checkToken(d document) {
	const section, empty = said("RFC 6749 §5.2"), said("An empty request")
	address, ok := e.linked(d, "token_endpoint", stepToken, stepNoStore)
	if !ok {
		return
	}
	a, err := e.fetcher.do(e.ctx, http.MethodPost, address, "", "Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json")
	if err != nil {
		e.failedWith(stepToken, section, err)
		e.skipped(stepNoStore, "", "The token endpoint does not answer.")
		return
	}
	doc, wrong := readDocument(a)
	code := doc.text("error")
	refusal := say("%s is answered %d.", empty, a.status)
	switch {
	case isRedirect(a.status):
		e.failed(stepToken, "RFC 6749 §3.2", say("It redirects to %s: a client would send its code and its secret on, or stop.", a.header.Get("Location")), "Answer at the address that the metadata name.")
	case a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable:
		e.warning(stepToken, section, say("%s It is too busy to be looked at.", refusal))
	case a.status == http.StatusNotFound || a.status == http.StatusMethodNotAllowed || a.status == http.StatusGone || a.status == http.StatusNotImplemented:
		e.failed(stepToken, "RFC 6749 §3.2", say("%s There is no token endpoint at this address.", refusal), "Name the address in the metadata at which POST is answered.")
	case a.status >= http.StatusInternalServerError:
		e.failed(stepToken, section, refusal, "Look into the server's log: a request that lacks everything is the client's mistake, invalid_request.")
	case wrong != "":
		e.failed(stepToken, section, say("%s What comes %s.", refusal, wrong), "Answer errors in JSON too, with the member error. Something before the server may answer in its place.")
	case code == "":
		e.failed(stepToken, section, say("%s The answer has no error.", refusal), "Refuse it with 400 and error=invalid_request in JSON.")
	case a.status != http.StatusBadRequest && a.status != http.StatusUnauthorized:
		e.warning(stepToken, section, say("%s The error is %s; its status is 400, or 401 for invalid_client.", refusal, code))
	default:
		e.passed(stepToken, section, say("%s is refused with %d %s.", empty, a.status, code))
	}
	if cache := strings.Join(a.header.Values("Cache-Control"), ", "); !hasDirective(cache, "no-store") {
		e.warning(stepNoStore, "RFC 6749 §5.1", "This answer has no Cache-Control: no-store. Those with tokens must have it; look at one.")
		return
	}
	e.passed(stepNoStore, "RFC 6749 §5.1", "Nobody may keep its answers: Cache-Control: no-store.")
}

// hasDirective reports whether a list of the kind of Cache-Control has a word.
func hasDirective(list, word string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.TrimSpace(one), word) {
			return true
		}
	}
	return false
}
