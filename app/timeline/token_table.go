package timeline

import (
	"slices"
	"strconv"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/param"
	"oauthlab/lessons/prose"
)

// TokenTable is which API took which token: what each answered when it was asked last.
type TokenTable struct {
	Endpoints []Endpoint
	Rows      []TokenRow // in the order in which the tokens were given out
}

// Endpoint is an endpoint that takes tokens.
type Endpoint struct {
	Name string      // "billing"
	Path string      // "/billing", below the address of whose it is
	At   event.Party // whose it is
}

// TokenRow is one token, and what each endpoint made of it.
type TokenRow struct {
	Token string // shortened
	Value string // itself, by which it is followed
	For   string // what it was asked for: "billing"; "all of them" where the client named none
	Cells []TokenCell

	agents bool // an agent holds it
}

// TokenCell is what came of a token at a endpoint.
type TokenCell struct {
	Status int    // of the answer; 0: nobody has asked
	Taken  bool   // the endpoint opened
	Who    string // who decided, in words: "auth server: introspection audience"
	Seq    uint64 // position of the answer
}

// endpoints are all of them, in the order of the columns.
var endpoints = []Endpoint{
	{"photos", "/protected", event.API}, {"billing", "/billing", event.API}, {"calendar", "/calendar", event.API},
	{"/api/me", "/api/me", event.API}, {"UserInfo", "/userinfo", event.Auth},
}

// TokenTableOf reads the table from a lab's log, since it was reset. Tokens of the client in the
// page and of others are there alike.
func TokenTableOf(events []event.Event) TokenTable {
	t := TokenTable{Endpoints: endpoints}
	var (
		rows  = map[string]*TokenRow{}
		order []string
		named = map[string]string{}   // what an authorization is for, by its flow
		asked = map[string]string{}   // what a token request is for, by its id
		open  = map[string]question{} // requests to a endpoint, by their id
	)
	for _, e := range SinceReset(events) {
		switch {
		case e.Request != nil && endpointOf(e.Request.URL) == "/authorize":
			named[e.Flow] = targetsOf(e)
		case e.Request != nil && endpointOf(e.Request.URL) == "/token":
			asked[e.ID] = strings.TrimPrefix(targetsOf(e)+heldBy(e), ", ")
		case e.Request != nil:
			if q, is := questionOf(e); is {
				open[e.ID] = q
			}
		case e.Verdict != nil:
			for id, q := range open {
				if e.Re == id || e.From == event.Auth && e.Seq > q.seq {
					open[id] = q.after(e)
				}
			}
		case e.Response != nil:
			if token := paramOf(e, "access_token"); token != "" && e.From == event.Auth && e.To != event.Browser {
				if rows[token] == nil {
					order = append(order, token)
				}
				rows[token] = &TokenRow{
					Token: shorten(token, param.MarkToken), Value: token, Cells: make([]TokenCell, len(endpoints)),
					agents: e.To == event.Agent,
					For:    orElse(asked[e.Re], orElse(named[e.Flow], "all of them")),
				}
			}
			q, is := open[e.Re]
			if !is {
				continue
			}
			delete(open, e.Re)
			if row := rows[q.token]; row != nil {
				row.Cells[q.at] = q.answered(e)
			}
		}
	}
	for i, token := range order {
		row := rows[token]
		later := func(other string) bool { return rows[other].For == row.For }
		if row.wasShown() || !row.agents && !slices.ContainsFunc(order[i+1:], later) {
			t.Rows = append(t.Rows, *row)
		}
	}
	return t.latest()
}

// latest leaves of the tokens for one thing the latest that was shown to anybody, else the latest.
func (t TokenTable) latest() TokenTable {
	var rows []TokenRow
	for i, row := range t.Rows {
		if !slices.ContainsFunc(t.Rows[i+1:], func(later TokenRow) bool { return later.For == row.For }) {
			rows = append(rows, row)
		}
	}
	t.Rows = rows
	return t
}

// wasShown reports whether the token was shown at any endpoint.
func (r TokenRow) wasShown() bool {
	return slices.ContainsFunc(r.Cells, func(c TokenCell) bool { return c.Status != 0 })
}

// heldBy says of a token request how an agent comes by its token; "" of any other.
func heldBy(e event.Event) string {
	switch kind := paramOf(e, "grant_type"); {
	case kind == "client_credentials":
		return ", the agent's own"
	case strings.HasSuffix(kind, ":token-exchange"):
		return ", exchanged"
	}
	return ""
}

// Asked reports whether any endpoint was asked at all.
func (t TokenTable) Asked() bool {
	return slices.ContainsFunc(t.Rows, TokenRow.wasShown)
}

// question is a request to a endpoint that waits for its answer.
type question struct {
	token   string
	at      int
	seq     uint64
	decided event.Event // the last verdict that was no yes; the zero value for none
	looked  bool        // somebody compared whom the token is for
}

// questionOf reads a request to a endpoint.
func questionOf(e event.Event) (question, bool) {
	i := slices.IndexFunc(endpoints, func(d Endpoint) bool { return d.At == e.To && d.Path == endpointOf(e.Request.URL) })
	if i < 0 {
		return question{}, false
	}
	token := paramOf(e, "access_token")
	return question{token: token, at: i, seq: e.Seq}, token != ""
}

// after is the question after a verdict: the first refusal decides.
func (q question) after(e event.Event) question {
	if p, _ := guard.ProtectionOf(guard.ID(e.Verdict.Guard)); p.ID == "audience" || p.ID == "introspection-audience" {
		q.looked = true
	}
	if e.Verdict.Outcome != event.Passed && (q.decided.Verdict == nil || q.decided.Verdict.Outcome == event.WouldRefuse) {
		q.decided = e
	}
	return q
}

// answered is what came of it.
func (q question) answered(e event.Event) TokenCell {
	c := TokenCell{Status: e.Response.Status, Taken: e.Response.Status < 300, Seq: e.Seq}
	switch v := q.decided.Verdict; {
	case v != nil && (v.Outcome == event.Refused) != c.Taken:
		c.Who = PartyName(q.decided.From) + ": " + found(v)
	case !c.Taken:
		c.Who = "nobody's check: " + orElse(paramOf(e, "error"), "it does not say why")
	case !q.looked:
		c.Who = "nobody looked at aud"
	}
	return c
}

// targetsOf are the names of the APIs that a request names; "" for none.
func targetsOf(e event.Event) string {
	var names []string
	for _, p := range carriedBy(e) {
		if p.Name == "resource" {
			names = append(names, apiIn(p.Value))
		}
	}
	return prose.List(names)
}

// apiIn is how an API is called at an address: by the last part of its path, if that is a word; the
// one at the root of a lab keeps photos.
func apiIn(address string) string {
	if address == "" {
		return ""
	}
	last := address[strings.LastIndex(address, "/")+1:]
	if strings.Count(last, "-") == 4 {
		return "photos"
	}
	return last
}

// Says is a cell as a sentence.
func (c TokenCell) Says() string {
	if c.Status == 0 {
		return "not asked"
	}
	return strconv.Itoa(c.Status)
}
