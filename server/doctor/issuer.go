package doctor

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"oauthlab/lessons/guard"
)

// examineIssuer goes through the steps of an authorization server, for whose metadata was looked.
// otherwise is what may be wrong besides where nothing was found. It returns what the server
// says of itself.
func (e *examination) examineIssuer(t target, all []attempt, otherwise said) document {
	e.begin("Authorization server", t.id)
	defer func() { e.skipRest(stepsOfIssuer, "There is no document to look at.") }()
	best := e.choose(t, all, otherwise)
	if best == nil || !e.readable(best, "RFC 8414 §3.2") {
		return document{}
	}
	openID := false
	for i := range all {
		if a := &all[i]; a.isDocument() && a.form.openID {
			openID = openID || len(best.doc.differs(a.doc)) == 0
			if a != best && len(best.doc.differs(a.doc)) > 0 { // one of its own
				e.checkIssuer(t, a)
				e.checkMembers(a.doc, membersOfServer(a.doc, true), "RFC 8414 §3.2")
			}
		}
	}
	e.checkIssuer(t, best)
	e.checkMembers(best.doc, membersOfServer(best.doc, openID), "RFC 8414 §3.2")
	e.checkPKCE(best.doc)
	e.checkGrants(best.doc)
	e.checkISS(best.doc)
	e.checkEndpoints(t, best.doc)
	e.checkToken(best.doc)
	e.checkKeys(best.doc)
	e.checkCORS(best.address, best.doc)
	return best.doc
}

// readable looks whether an answer says that it is JSON, and is one object.
func (e *examination) readable(a *attempt, section said) bool {
	if kind, isJSON := mediaType(a.answer); isJSON {
		e.passed(stepType, section, say("The document says that it is %s.", kind))
	} else if kind == "" {
		e.failed(stepType, section, "The answer does not say of what type it is.", "Answer with Content-Type: application/json.")
	} else {
		e.failed(stepType, section, say("The answer says that it is %s.", kind), "Answer with Content-Type: application/json.")
	}
	if a.wrong != "" {
		e.failed(stepJSON, section, say("It %s.", a.wrong), "Answer with one JSON object. Often a proxy, or the page of an app, answers in the server's place.")
		return false
	}
	if len(a.doc.twice) > 0 {
		e.warning(stepJSON, "RFC 8259 §4", say("It has %s more than once: some readers take the first, some the last.", list(a.doc.twice)))
		return true
	}
	e.passed(stepJSON, section, say("It is one object with %d members.", len(a.doc.members)))
	return true
}

// differs returns the members, by name, that two documents do not have alike.
func (d document) differs(other document) (names []string) {
	for name, value := range d.members {
		if !sameJSON(value, other.members[name]) {
			names = append(names, name)
		}
	}
	for name := range other.members {
		if !d.has(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// sameJSON reports whether two values are written alike, but for blanks.
func sameJSON(a, b json.RawMessage) bool {
	var one, other bytes.Buffer
	return json.Compact(&one, a) == nil && json.Compact(&other, b) == nil && bytes.Equal(one.Bytes(), other.Bytes())
}

// checkIssuer looks whether the document is of the issuer that was asked, to the letter, and
// whether that is one.
func (e *examination) checkIssuer(t target, a *attempt) {
	section := said("RFC 8414 §3.3")
	if a.form.openID {
		section = "OpenID Connect Discovery §4.3"
	}
	named := a.doc.text("issuer")
	if !a.doc.is("issuer", aText) {
		e.failed(stepIssuer, section, "The document names no issuer.", say("Have it say \"issuer\": \"%s\".", t.id))
		return
	}
	if _, wrong := issuerAddress(named); wrong.is != "" {
		e.failed(stepIssuer, "RFC 8414 §2", say("The document is of %s, which %s.", named, wrong.is), wrong.do)
		return
	}
	for _, name := range t.names {
		if guard.MetadataIssuer(named, name) == nil {
			e.passed(stepIssuer, section, "The document names the issuer that was asked, to the letter.")
			return
		}
	}
	e.failed(stepIssuer, section, notAsked(named, t.id),
		say("Give clients the issuer %s if that is its name; else have the server say %s.", named, t.id))
}

// member is what a specification says of one member of a document.
type member struct {
	name     string
	kind     kind
	required said // the section that requires it; "" where it may be left out
}

// membersOfServer is the table of what is looked at in the metadata of an authorization server.
func membersOfServer(d document, openID bool) []member {
	const oauth, discovery = said("RFC 8414 §2"), said("OpenID Connect Discovery §3")
	when := func(is bool, section said) said {
		if !is {
			return ""
		}
		return section
	}
	codes, implicit := d.grants("authorization_code"), d.grants("implicit")
	tokens := !implicit || codes || len(d.list("grant_types_supported")) > 1
	return []member{
		{"issuer", aText, oauth},
		{"authorization_endpoint", aText, when(codes || implicit || openID, oauth)},
		{"token_endpoint", aText, when(tokens, oauth)},
		{"response_types_supported", aList, oauth},
		{"jwks_uri", aText, when(openID, discovery)},
		{"subject_types_supported", aList, when(openID, discovery)},
		{"id_token_signing_alg_values_supported", aList, when(openID, discovery)},

		{"scopes_supported", aList, ""},
		{"response_modes_supported", aList, ""},
		{"grant_types_supported", aList, ""},
		{"code_challenge_methods_supported", aList, ""},
		{"token_endpoint_auth_methods_supported", aList, ""},
		{"token_endpoint_auth_signing_alg_values_supported", aList, ""},
		{"introspection_endpoint_auth_methods_supported", aList, ""},
		{"revocation_endpoint_auth_methods_supported", aList, ""},
		{"claims_supported", aList, ""},
		{"prompt_values_supported", aList, ""},
		{"protected_resources", aList, ""},
		{"authorization_response_iss_parameter_supported", aFlag, ""},
		{"require_pushed_authorization_requests", aFlag, ""},
		{"client_id_metadata_document_supported", aFlag, ""},
		{"claims_parameter_supported", aFlag, ""},
		{"request_parameter_supported", aFlag, ""},
		{"request_uri_parameter_supported", aFlag, ""},

		{"userinfo_endpoint", aText, ""},
		{"registration_endpoint", aText, ""},
		{"revocation_endpoint", aText, ""},
		{"introspection_endpoint", aText, ""},
		{"device_authorization_endpoint", aText, ""},
		{"pushed_authorization_request_endpoint", aText, ""},
		{"end_session_endpoint", aText, ""},
	}
}

// grants reports whether the server has a grant type; where it does not say which it has, they
// are these two (RFC 8414 §2).
func (d document) grants(kind string) bool {
	if !d.has("grant_types_supported") {
		return kind == "authorization_code" || kind == "implicit"
	}
	return slices.Contains(d.list("grant_types_supported"), kind)
}

// checkMembers looks whether what is required is there, and what is there of the right type and
// not empty, which the section forbids.
func (e *examination) checkMembers(d document, table []member, section said) {
	missing := map[said][]string{}
	known, well := 0, true
	for _, m := range table {
		switch value := d.members[m.name]; {
		case !d.has(m.name):
			if m.required != "" {
				missing[m.required] = append(missing[m.required], m.name)
			}
			continue
		case !d.is(m.name, m.kind):
			well = false
			e.failed(stepMembers, section, say("%s is %s, and not %s.", m.name, kindSaid(value, m.kind), said(m.kind)), say("Write %s as %s, or leave it out.", m.name, said(m.kind)))
		case m.kind == aList && len(d.list(m.name)) == 0:
			well = false
			e.failed(stepMembers, section, say("%s is empty.", m.name), say("Leave %s out: what has no values must not be there.", m.name))
		case m.kind == aText && d.text(m.name) == "":
			well = false
			e.failed(stepMembers, section, say("%s is an empty text.", m.name), say("Leave %s out.", m.name))
		}
		known++
	}
	for _, m := range table {
		if names := missing[m.required]; m.required != "" && names != nil {
			well = false
			e.failed(stepMembers, m.required, say("%s %s missing.", list(names), isOrAre(len(names))), say("Add %s to the document.", list(names)))
			delete(missing, m.required)
		}
	}
	if algs := d.list("id_token_signing_alg_values_supported"); len(algs) > 0 && !slices.Contains(algs, guard.RS256) {
		well = false
		e.failed(stepMembers, "OpenID Connect Discovery §3", say("id_token_signing_alg_values_supported is %s, without RS256.", list(algs)), "Sign ID tokens with RS256 for clients that want that, and list it.")
	}
	if well {
		e.passed(stepMembers, section, say("What is required is there, and all %d known members have the right type.", known))
	}
}

// kindSaid names what a value is that should be of a kind.
func kindSaid(value json.RawMessage, want kind) said {
	if is := kindOf(value); want != aList || is != "an array" {
		return is
	}
	return "an array of other things"
}

func isOrAre(n int) said {
	if n == 1 {
		return "is"
	}
	return "are"
}

// checkPKCE looks whether the server says that it takes PKCE with S256. A server must support
// PKCE (RFC 9700 §2.1.1) and S256 (RFC 7636 §4.2). One that says nothing is one that has it not
// (RFC 8414 §2): clients that insist, such as those of MCP, stop there.
func (e *examination) checkPKCE(d document) {
	const name, do = "code_challenge_methods_supported", said(`Have the metadata say "code_challenge_methods_supported": ["S256"], once the server takes it.`)
	methods := d.list(name)
	others := slices.DeleteFunc(slices.Clone(methods), func(m string) bool { return m == guard.S256 })
	switch {
	case !d.grants("authorization_code"):
		e.skipped(stepPKCE, "", "The server gives out no authorization codes.")
	case len(methods) == 0:
		e.failed(stepPKCE, "RFC 8414 §2", "PKCE is not announced, which says that there is none. Clients that must have it, such as those of MCP, go no further.", do)
	case len(others) == len(methods):
		e.failed(stepPKCE, "RFC 7636 §4.2", say("PKCE is announced with %s, and not with S256, which every server must take.", list(methods)), do)
	case len(others) > 0:
		e.warning(stepPKCE, "RFC 7636 §7.2", say("S256 is announced, and %s too: with plain, whoever reads the authorization request has the verifier.", list(others)))
	default:
		e.passed(stepPKCE, "RFC 9700 §2.1.1", "PKCE is announced, with S256 alone.")
	}
}

// checkGrants looks whether the server has ways to get a token that no client may use any more.
func (e *examination) checkGrants(d document) {
	const password, implicit = "password", "implicit"
	has := func(name string) bool { return d.has("grant_types_supported") && d.grants(name) }
	tokens := slices.ContainsFunc(d.list("response_types_supported"), func(t string) bool { return slices.Contains(strings.Fields(t), "token") })
	if has(password) {
		e.failed(stepGrants, "RFC 9700 §2.4", "The server takes users' passwords from clients: it has the grant type password.", "Take the grant away, and sign users in on a page of the server's.")
	}
	switch {
	case has(implicit) || tokens:
		e.warning(stepGrants, "RFC 9700 §2.1.2", "The server has the implicit grant, which hands out access tokens in addresses.")
	case !d.has("grant_types_supported"):
		e.note(stepGrants, "RFC 8414 §2", "grant_types_supported is missing, which says that there are authorization_code and implicit.")
	case !has(password):
		e.passed(stepGrants, "RFC 9700 §2.4", "Neither the implicit grant nor that by password is there.")
	}
}

// checkISS looks whether responses say of which server they are, which keeps clients of several
// from mixing them up.
func (e *examination) checkISS(d document) {
	switch {
	case !d.has("authorization_endpoint"):
		e.skipped(stepISS, "", "There is no authorization endpoint.")
	case d.flag("authorization_response_iss_parameter_supported"):
		e.passed(stepISS, "RFC 9207 §3", "Authorization responses name the issuer.")
	default:
		e.warning(stepISS, "RFC 9207 §3", "Nothing says that authorization responses name the issuer. Clients of several servers need another defence against mix-up.")
	}
}

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
		e.passed(stepEndpoints, "RFC 8414 §2", say("What it names are addresses that a client may use: %s.", list(names)))
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

// checkCORS looks what a page of any origin may read. The endpoints that pages call may be shared
// with all of them, and the authorization endpoint must not (RFC 9700 §2.6).
func (e *examination) checkCORS(metadata string, d document) {
	const section = said("RFC 9700 §2.6")
	var open, closed, withCookies []said
	look := func(what said, method, address string) {
		switch a := e.asPage(method, address); {
		case a.status == 0: // whatever that step is, it has said so
		case a.withCookies():
			withCookies = append(withCookies, what)
			open = append(open, what)
		case a.isShared(method):
			open = append(open, what)
		default:
			closed = append(closed, what)
		}
	}
	look("metadata", http.MethodGet, metadata)
	if address, ok := e.linked(d, "jwks_uri"); ok {
		look("keys", http.MethodGet, address)
	}
	if address, ok := e.linked(d, "token_endpoint"); ok {
		look("token endpoint", http.MethodOptions, address)
	}
	if len(withCookies) > 0 {
		e.warning(stepCORS, section, say("Any page may read with the user's cookies: %s. The answers repeat its Origin, and allow credentials.", listed(withCookies)))
	}
	switch {
	case len(open)+len(closed) == 0:
		e.skipped(stepCORS, "", "Nothing answers that a page could read.")
	case len(closed) == 0:
		e.passed(stepCORS, section, say("Pages of any origin may read: %s.", listed(open)))
	case len(open) == 0:
		e.note(stepCORS, section, say("A page of another origin may read none of these: %s. A client in a browser needs them.", listed(closed)))
	default:
		e.warning(stepCORS, section, say("A page of another origin may read: %s; and not: %s. A client in a browser needs both.", listed(open), listed(closed)))
	}
	if address, ok := e.linked(d, "authorization_endpoint"); ok {
		if a := e.asPage(http.MethodOptions, address); a.header.Get("Access-Control-Allow-Origin") != "" {
			e.failed(stepCORS, section, "The authorization endpoint allows pages of other origins to read it.", "Take CORS away from it: browsers are sent there, and nothing fetches it.")
		}
	}
}

// shared is what an answer allows a page.
type shared struct{ answer }

// asPage asks as a browser does for a page of another origin: as it is, or beforehand whether a
// POST may be sent. What fails is as good as not shared.
func (e *examination) asPage(method, address string) shared {
	headers := []string{"Origin", pageOrigin}
	if method == http.MethodOptions {
		headers = append(headers, "Access-Control-Request-Method", http.MethodPost, "Access-Control-Request-Headers", "content-type")
	}
	a, _ := e.fetcher.do(e.ctx, method, address, "", headers...)
	return shared{a}
}

// isShared reports whether a page of any origin may read the answer, whatever it is, or, of an
// OPTIONS request, may send what it asked for (Fetch, CORS-preflight fetch).
func (s shared) isShared(method string) bool {
	origin := s.header.Get("Access-Control-Allow-Origin")
	return (origin == "*" || origin == pageOrigin) && (method != http.MethodOptions || s.status/100 == 2)
}

func (s shared) withCookies() bool {
	return s.header.Get("Access-Control-Allow-Origin") == pageOrigin && s.header.Get("Access-Control-Allow-Credentials") == "true"
}

// issuerOf is the target of an issuer that a resource names.
func issuerOf(name string, u *url.URL) target {
	return target{id: name, names: []string{name}, url: u}
}
