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
	"oauthlab/lessons/load"
	"oauthlab/lessons/param"
	"oauthlab/server/agent"
	"oauthlab/server/attack"
	"oauthlab/server/authserver"
	"oauthlab/server/endpoint"
	"oauthlab/server/resourceserver"
	"oauthlab/server/webapp"
)

// reference is the page /reference: what the lab has, as its code says it.
type reference struct {
	Auth        []endpointEntry // of the authorization server
	Lab         []endpointEntry // of the lab's API
	API         []endpointEntry // of the resource server
	Webapp      []endpointEntry // of the web app
	Agent       []endpointEntry
	Mallory     []endpointEntry // of her site
	Messages    []message
	Notes       []event.NoteRow // of the feed
	Changes     []event.ChangeRow
	Protections []protectionEntry
	Attacks     []attackEntry
	Faults      []authserver.Fault
}

// endpointEntry is one row of a table of endpoints.
type endpointEntry struct {
	endpoint.Row
	ID      string // its anchor
	Chapter string // that brings it; "" where it was always there
}

// message is a request or an answer, with its parameters.
type message struct {
	ID, Title  string
	Where      []string // what it is of which endpoint
	Parameters []parameter
}

// parameter is one name that a message carries.
type parameter struct{ Name, Means, Section string }

// protectionEntry is a protection, the attacks that it stops, and what asks for it.
type protectionEntry struct {
	guard.Protection
	Attacks []api.Attack
	ASVS    []load.Requirement
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

// newReference collects the page out of the catalogues, the tables of endpoints, and what
// ASVS asks.
func newReference(asvs []load.RequirementGroup) (reference, error) {
	auth, resources, app, helper, own, mallory := authserver.Endpoints(), resourceserver.Endpoints(), webapp.Endpoints(), agent.Endpoints(), Endpoints(), attack.Endpoints()
	r := reference{
		Auth: entriesOf(auth), API: entriesOf(resources), Webapp: entriesOf(app), Agent: entriesOf(helper), Lab: entriesOf(own), Mallory: entriesOf(mallory),
		Messages: messagesOf(slices.Concat(auth, resources, app, helper, own, mallory)), Changes: event.Changes("", ""), Faults: authserver.FaultIssuers(),
	}
	for _, name := range event.Notes() {
		r.Notes = append(r.Notes, event.NoteRowOf(name))
	}
	attacks := AttackCatalogue()
	for _, p := range guard.Catalogue() {
		entry := protectionEntry{Protection: p}
		for _, a := range attacks {
			if slices.ContainsFunc(p.Parts, func(part guard.Part) bool { return slices.Contains(a.StoppedBy, string(part.ID)) }) {
				entry.Attacks = append(entry.Attacks, a)
			}
		}
		for _, g := range asvs {
			for _, asked := range g.Requirements {
				if slices.Contains(asked.Protections, p.ID) {
					entry.ASVS = append(entry.ASVS, asked)
				}
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

// entriesOf lists a table: what is there first, then what chapters to come bring.
func entriesOf(table []endpoint.Row) []endpointEntry {
	entries := make([]endpointEntry, len(table))
	for i, row := range table {
		entries[i] = endpointEntry{row, anchor(row.Name()), row.Feature.Chapter()}
	}
	slices.SortStableFunc(entries, func(a, b endpointEntry) int {
		if a.Later() != b.Later() {
			return map[bool]int{true: 1, false: -1}[a.Later()]
		}
		return strings.Compare(a.Chapter+a.Path+a.Method, b.Chapter+b.Path+b.Method)
	})
	return entries
}

// anchor makes an id of a name.
func anchor(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		case r == '{', r == '}':
			return -1
		}
		return '-'
	}, strings.ToLower(name)), "-")
}

// messagesOf lists what the requests and answers of a table carry, each once.
func messagesOf(table []endpoint.Row) []message {
	var list []message
	add := func(carried any, where string) {
		title := endpoint.TitleOf(carried)
		i := slices.IndexFunc(list, func(m message) bool { return m.Title == title })
		if i < 0 {
			i = len(list)
			list = append(list, message{"message-" + anchor(title), title, nil, carriedBy(carried)})
		}
		list[i].Where = append(list[i].Where, where)
	}
	for _, row := range table {
		for _, taken := range row.Serve.Takes() {
			if endpoint.IsForm(taken) {
				add(taken, "Parameters of "+row.Name())
			} else {
				add(taken, "Body of "+row.Name())
			}
		}
		if row.Answer != nil {
			add(row.Answer, "Answer of "+row.Name())
		}
	}
	add(endpoint.Error{}, "Every error that is answered as JSON")
	return list
}

// carriedBy explains the parameters of a message, or the members of its JSON.
func carriedBy(carried any) []parameter {
	names := endpoint.NamesOf(carried)
	if endpoint.IsForm(carried) {
		return parametersOf(names)
	}
	return membersOf(names)
}

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
