package site

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"oauthlab/app/timeline"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/param"
)

// reference is the page /reference: what the lab has, as its code says it.
type reference struct {
	Auth        []endpoint // of the authorization server
	Lab         []endpoint // of the lab's API
	Messages    []message
	Protections []protectionEntry
	Attacks     []attackEntry
}

// endpoint is one method of one path.
type endpoint struct {
	ID      string // its anchor
	Method  string // "" for what is not there yet
	Path    string // below the party's origin
	Does    string // one sentence
	Chapter string // that brings it; "" where it was always there
	Section string
	Keyed   bool // takes the lab's key
	Shared  bool // pages of any origin may read its answers (CORS)
	Later   bool // not there yet
}

// message is a request or an answer, with its parameters.
type message struct {
	ID, Title  string
	Parameters []parameter
}

// parameter is one name that a message carries.
type parameter struct{ Name, Means, Section string }

// protectionEntry is a protection, and the attacks that it stops.
type protectionEntry struct {
	guard.Protection
	Attacks []api.Attack
}

// attackEntry is an attack with the names of its parts.
type attackEntry struct {
	api.Attack
	Needs []given
	Stops []guard.Part
}

// given is what must be set for an attack to arise at all.
type given struct {
	Part  guard.Part
	Value string // of a habit; "off" for what refuses
}

// newReference collects the page out of the catalogues and the source.
func newReference() (reference, error) {
	source, err := readSource()
	if err != nil {
		return reference{}, err
	}
	r := reference{
		Auth: describe(source.auth), Lab: describe(source.lab),
		Messages: source.messages(),
	}
	attacks := AttackCatalogue()
	for _, p := range guard.Catalogue() {
		entry := protectionEntry{Protection: p}
		for _, a := range attacks {
			if slices.ContainsFunc(p.Parts, func(part guard.Part) bool { return slices.Contains(a.StoppedBy, string(part.ID)) }) {
				entry.Attacks = append(entry.Attacks, a)
			}
		}
		r.Protections = append(r.Protections, entry)
	}
	for _, a := range attacks {
		entry, err := entryOf(a)
		if err != nil {
			return reference{}, err
		}
		r.Attacks = append(r.Attacks, entry)
	}
	return r, nil
}

func entryOf(a api.Attack) (attackEntry, error) {
	entry := attackEntry{Attack: a}
	find := func(id string) (guard.Part, error) {
		part, known := guard.FindPart(guard.ID(id))
		if !known {
			return part, fmt.Errorf("attack %s names the part %q, which is not in the catalogue", a.ID, id)
		}
		return part, nil
	}
	for _, id := range a.StoppedBy {
		part, err := find(id)
		if err != nil {
			return entry, err
		}
		entry.Stops = append(entry.Stops, part)
	}
	for id, value := range a.Given {
		part, err := find(id)
		if err != nil {
			return entry, err
		}
		if part.Refuses() {
			value = "off"
		}
		entry.Needs = append(entry.Needs, given{part, value})
	}
	slices.SortFunc(entry.Needs, func(a, b given) int { return strings.Compare(string(a.Part.ID), string(b.Part.ID)) })
	return entry, nil
}

// describe adds to the endpoints of the source what they do.
func describe(found []endpoint) []endpoint {
	told := endpointTexts()
	for i := range found {
		e := &found[i]
		if text, ok := told[e.name()]; ok {
			e.Does, e.Section = text.does, text.section
		}
		e.ID = strings.Trim(strings.Map(func(r rune) rune {
			switch {
			case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
				return r
			case r == '{', r == '}':
				return -1
			}
			return '-'
		}, strings.ToLower(e.name())), "-")
	}
	return found
}

// name is how an endpoint is called in the texts below.
func (e endpoint) name() string { return strings.TrimSpace(e.Method + " " + e.Path) }

// parametersOf explains the parameters of an address.
func parametersOf(names []string) []parameter {
	q := url.Values{"code_challenge_method": {guard.S256}} // without it the challenge is explained as plain
	for _, name := range names {
		q.Set(name, guard.S256)
	}
	return explained(names, event.Event{Request: &event.Request{URL: "/?" + q.Encode()}})
}

// membersOf explains the members of a JSON object.
func membersOf(names []string) []parameter {
	members := make([]string, len(names))
	for i, name := range names {
		members[i] = strconv.Quote(name) + ":0"
	}
	return explained(names, event.Event{Response: &event.Response{
		Header: []event.Field{{Name: "Content-Type", Value: "application/json"}}, Body: "{" + strings.Join(members, ",") + "}",
	}})
}

// explained explains names that e carries, in the words of the inspector; what it is
// silent on, this page's own.
func explained(names []string, e event.Event) []parameter {
	means := map[string]parameter{}
	for _, p := range timeline.ParamsOf(e) {
		means[p.Name] = parameter{p.Name, p.Means, p.Section}
	}
	var list []parameter
	for _, name := range names {
		p := means[name]
		if p.Means == "" {
			own, _ := param.FindOwn(name)
			p = parameter{name, own.Means, own.Section}
		}
		list = append(list, p)
	}
	return list
}

// text is one sentence and its section.
type text struct{ does, section string }

// endpointTexts says of each endpoint what it does. A test compares the names with
// the source: none is missing, and none is left over.
func endpointTexts() map[string]text {
	return map[string]text{
		"GET /.well-known/oauth-authorization-server/{lab}": {"Answers where the endpoints are and what the server can do in the lab's chapter.", "RFC 8414 §3"},
		"GET /{lab}/authorize":                              {"Takes an authorization request in the query. Answers with a redirect to the sign-in page, to the client with a code or an error, or with an error page.", "RFC 6749 §3.1"},
		"POST /{lab}/authorize":                             {"The same, with the parameters in the body.", "RFC 6749 §3.1"},
		"GET /{lab}/login":                                  {"Shows the sign-in page for the request that waits.", ""},
		"POST /{lab}/login":                                 {"Takes the form of the sign-in page, and goes on with the request that waited.", ""},
		"POST /{lab}/token":                                 {"Exchanges an authorization code for an access token.", "RFC 6749 §3.2"},

		"/{lab}/api/me":                           {"Alice's profile, for a good access token.", "RFC 6750 §2"},
		"/{lab}/introspect":                       {"What the server knows of a token.", "RFC 7662 §2"},
		"/{lab}/userinfo":                         {"Claims about who signed in.", "[OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)"},
		"/{lab}/.well-known/openid-configuration": {"The metadata, as OpenID Connect has it.", "[OpenID Connect Discovery §4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig)"},
		"/{lab}/jwks":                             {"The server's public keys.", "RFC 7517 §5"},
		"/{lab}/revoke":                           {"Makes a token worthless.", "RFC 7009 §2"},
		"/{lab}/par":                              {"Takes an authorization request ahead of the browser.", "RFC 9126 §2"},
		"/{lab}/register":                         {"Registers a client.", "RFC 7591 §3"},
		"/{lab}/device_authorization":             {"Begins a login for a device without a browser.", "RFC 8628 §3.1"},

		"POST /api/labs":                                     {"Makes a lab in a chapter. Answers with its addresses and, once, its key.", ""},
		"GET /api/labs/{lab}":                                {"Answers how the lab stands: its chapter, protections, clock and addresses.", ""},
		"PATCH /api/labs/{lab}":                              {"Changes the chapter, protections, single parts or the clock; what is absent stays as it is.", ""},
		"POST /api/labs/{lab}/reset":                         {"Brings the lab back to the start of its chapter.", ""},
		"POST /api/labs/{lab}/sign-out":                      {"Ends the users' sessions at the authorization server.", ""},
		"GET /api/labs/{lab}/state":                          {"Answers with the parties' documents: what each of them keeps.", ""},
		"GET /api/labs/{lab}/events":                         {"Answers with the log, one event a line.", ""},
		"GET /api/labs/{lab}/feed":                           {"The same and then live, as a websocket, one event a message.", "RFC 6455 §1.3"},
		"POST /api/labs/{lab}/attacks/{attack}":              {"Runs an attack in the lab as it stands, and answers what came of it.", ""},
		"POST /api/labs/{lab}/attacks/{attack}/mail":         {"Lets Mallory prepare an attack, and answers the link that she mails to Alice.", ""},
		"POST /api/labs/{lab}/attacks/{attack}/mail/outcome": {"Tells what came of that mail, once, when the learner who opened it as Alice is at an end; \"undecided\" otherwise.", ""},
		"GET /api/attacks":                                   {"Lists the attacks.", ""},
		"GET /api/protections":                               {"Lists the protections and their parts.", ""},
		"GET /api/code/{guard}":                              {"Answers with the source of a guard, and of the lines that call it, as they run.", ""},
		"GET /api/chapters":                                  {"Lists the chapters with all that they say.", ""},
		"GET /api/glossary/{term}":                           {"Answers with one entry of the glossary, as HTML.", ""},
		"GET /api/troubleshooting":                           {"Finds the entry of an error, by its words, its guard or its code, and answers with its causes and cures, as HTML.", ""},
		"GET /api/troubleshooting/{error}":                   {"Answers with one entry of the troubleshooting, as HTML.", ""},
		"GET /api/chapters/{chapter}/changes":                {"Answers what the chapter changed since the version before, on the wire and in the code.", ""},
	}
}
