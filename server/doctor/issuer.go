package doctor

import (
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

// issuerOf is the target of an issuer that a resource names.
func issuerOf(name string, u *url.URL) target {
	return target{id: name, names: []string{name}, url: u}
}
