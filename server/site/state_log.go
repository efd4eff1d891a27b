package site

import (
	"strings"
	"time"

	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/param"
	"oauthlab/lessons/prose"
	"oauthlab/server/attack"
	"oauthlab/server/lab"
)

// clientFlow is what the client told of one login.
type clientFlow struct {
	id      string
	begun   time.Time
	first   uint64      // position of its first note
	last    uint64      // and of the latest
	browser event.Party // in which the client runs; "" where it did not say
	came    string      // what it came to
	values  []clientValue
}

// clientValue is a value that the client told that it has.
type clientValue struct {
	flow        *clientFlow
	name, value string
	seq         uint64
}

// heldByClient is what the client in the page told the log. What it holds is in the
// browser alone.
func heldByClient(events []event.Event) (sheet lab.Sheet, asJSON any) {
	flows := clientFlows(events)
	var values []clientValue
	told := []map[string]string{}
	for _, f := range flows {
		one := map[string]string{"flow": f.id, "browser": string(f.browser), "came_to": f.came}
		for _, v := range f.values {
			one[v.name] = v.value
			values = append(values, v)
		}
		told = append(told, one)
	}
	kept := lab.TableOf("", "values of its logins", values, func(v clientValue) string { return v.value }, []lab.Column[clientValue]{
		{Name: "value", Of: func(v clientValue) lab.Cell { return lab.Follows(v.name, v.value) }},
		{Name: "is", Of: func(v clientValue) lab.Cell { return lab.Quotes(v.name) }},
		{Name: "of the login", Of: func(v clientValue) lab.Cell { return lab.At(&v.flow.begun) }},
	})
	logins := lab.TableOf("", "logins", flows, func(f *clientFlow) string { return f.id }, []lab.Column[*clientFlow]{
		{Name: "login begun", Of: func(f *clientFlow) lab.Cell { return lab.At(&f.begun) }},
		{Name: "in the browser of", Of: func(f *clientFlow) lab.Cell { return lab.Says(f.whose()) }},
		{Name: "came to", Of: func(f *clientFlow) lab.Cell { return lab.Says(f.came) }},
	})
	for i, v := range values {
		kept.Rows[i].Since = v.seq
	}
	for i, f := range flows {
		logins.Rows[i].Since, logins.Rows[i].Touched = f.first, f.last
	}
	return lab.Sheet{
		Source: "As the client told the log. What it keeps is in the browser alone.",
		Tables: []lab.Table{kept, logins},
		Blind:  "who else reads what passes through the browser, and whether the server has taken its token back.",
	}, told
}

// whose says in whose browser the client runs, where that is not to be expected.
func (f *clientFlow) whose() string {
	if f.browser == event.Mallory {
		return f.browser.Row().Name
	}
	return ""
}

// clientFlows reads the notes of the client, a login each, in the order in which they began.
func clientFlows(events []event.Event) []*clientFlow {
	var flows []*clientFlow
	of := map[string]*clientFlow{}
	for _, e := range events {
		if e.Note == nil || e.To == event.Webapp || e.From != event.Client && e.Note.Name != event.NoteCallback {
			continue // the web app's logins are not this client's
		}
		f := of[e.Flow]
		if f == nil {
			f = &clientFlow{id: e.Flow, begun: e.Time, first: e.Seq, came: "waits for the answer"}
			of[e.Flow], flows = f, append(flows, f)
		}
		f.tell(e)
	}
	return flows
}

// tell takes a note of the flow's.
func (f *clientFlow) tell(e event.Event) {
	f.last = e.Seq
	switch e.Note.Name {
	case event.NoteOpen:
		f.browser = e.To
		return // what is in the address was told before
	case event.NoteCallback:
		f.browser = e.From
		return
	case event.NoteCode:
		f.came = "took the code"
	case event.NoteTokens:
		f.came = "keeps a token"
	case event.NoteSignedOut:
		f.came = "forgot its token"
	case event.NoteFlowFailed:
		f.came = prose.Clip("gave up: "+e.Note.Get("error"), 200, "…")
		return
	}
	for _, field := range e.Note.Fields {
		if param.MarkOf(field.Name).IsFollowed() && field.Value != "" {
			f.values = append(f.values, clientValue{f, field.Name, field.Value, e.Seq})
		}
	}
}

// heldByMallory is what Mallory has of others.
func heldByMallory(held []attack.Holding, read []attack.Reading) (sheet lab.Sheet, asJSON any) {
	list := []map[string]string{}
	for _, h := range held {
		list = append(list, map[string]string{h.Param: h.Value, "what": h.What, "whose": h.Whose, "how": h.How, "worth": h.Worth})
	}
	t := lab.TableOf("", "codes, tokens and verifiers of others", held, func(h attack.Holding) string { return h.Value }, []lab.Column[attack.Holding]{
		{Name: "value", Of: func(h attack.Holding) lab.Cell { return lab.Follows(h.Param, h.Value) }},
		{Name: "is", Of: func(h attack.Holding) lab.Cell { return lab.Says(h.What) }},
		{Name: "how she came by it", Of: func(h attack.Holding) lab.Cell { return lab.Says(h.How) }},
		{Name: "since", Of: func(h attack.Holding) lab.Cell { return lab.At(&h.At) }},
		{Name: "good until", Of: func(h attack.Holding) lab.Cell { return lab.Until(h.Until) }},
		{Name: "worth to her now", Of: func(h attack.Holding) lab.Cell { return lab.Says(prose.Capital(h.Worth)) }},
	})
	for i, h := range held {
		t.Rows[i].Since = h.Seq
	}
	seen := lab.TableOf("", "things of others that she has read", read, func(r attack.Reading) string { return r.Whose + r.What }, []lab.Column[attack.Reading]{
		{Name: "has read", Of: func(r attack.Reading) lab.Cell { return lab.Says(prose.Capital(r.Whose) + "'s " + r.What) }},
		{Name: "which are", Of: func(r attack.Reading) lab.Cell { return lab.Says(strings.Join(r.Items, " · ")) }},
		{Name: "since", Of: func(r attack.Reading) lab.Cell { return lab.At(&r.At) }},
	})
	for i, r := range read {
		seen.Rows[i].Since = r.Seq
		list = append(list, map[string]string{"whose": r.Whose, "read": r.What, "which": strings.Join(r.Items, " · ")})
	}
	return lab.Sheet{
		Source: "As the log tells: what was sent to her, what leaked to her, what she was answered with.",
		Tables: []lab.Table{t, seen},
		Blind:  "what she has not read. A random value of 128 bits or more is not guessed (RFC 6749 §10.10).",
	}, list
}

// latest returns the position at which the latest flow, attack or request began that
// changed something for a party; 0 where none did.
func latest(events []event.Event) (begin uint64) {
	pending, flow := uint64(0), ""
	attacking, over := false, false
	for _, e := range events {
		switch {
		case e.Note != nil && e.Note.Name == event.NoteAttackBegins:
			pending, attacking = e.Seq, true
		case e.Note != nil && e.Note.Name == event.NoteAttackEnds:
			attacking, over = false, true
		case attacking:
		case e.Flow != "" && e.Flow != flow:
			pending, flow, over = e.Seq, e.Flow, false
		case over && e.Request != nil, e.Change != nil && e.Re == "":
			pending, over = e.Seq, false
		}
		if e.From != event.Lab && (e.Change != nil || e.Note != nil) {
			begin = pending
		}
		if e.Note != nil && !attacking && (e.Note.Name == event.NoteTokens || e.Note.Name == event.NoteFlowFailed) {
			over = true
		}
	}
	return begin
}

// sightings says which parties have seen a value that is followed, by the value.
type sightings map[string]map[event.Party]bool

// minFollowed is the length under which a value could stand anywhere by chance.
const minFollowed = 4

func see(events []event.Event) sightings {
	seen := sightings{}
	for _, e := range events {
		for _, p := range timeline.ParamsOf(e) {
			if p.Kind.IsFollowed() {
				seen.at(p.Value, e.From, e.To)
			}
		}
		switch {
		case e.Change != nil:
			for _, row := range event.Changes(e.Change.What, e.Change.Action) {
				if param.MarkOf(row.Key).IsFollowed() {
					seen.at(e.Change.Key, e.From)
				}
			}
		case e.Request != nil:
			for _, h := range e.Request.Header { // RFC 6750 §2.1
				if scheme, token, found := strings.Cut(h.Value, " "); found && strings.EqualFold(h.Name, "Authorization") && strings.EqualFold(scheme, "Bearer") {
					seen.at(token, e.From, e.To)
				}
			}
		}
	}
	return seen
}

func (s sightings) at(value string, parties ...event.Party) {
	if len(value) < minFollowed {
		return
	}
	if s[value] == nil {
		s[value] = map[event.Party]bool{}
	}
	for _, p := range parties {
		if p != "" {
			s[value][p] = true
		}
	}
}

// byHash returns the values by what a server keeps of them.
func (s sightings) byHash() map[string]string {
	known := map[string]string{}
	for value := range s {
		known[guard.TokenHash(value)] = value
	}
	return known
}
