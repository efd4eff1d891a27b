package timeline

import (
	"encoding/json"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/param"
	"oauthlab/lessons/prose"
)

// Way is how an agent did a task last in one way: what it showed to whom, and what they could know.
type Way struct {
	Way   string // a value of guard.IDAgentWay
	Title string
	Came  string // what the agent told of it; "" where it was not done yet

	Billing, Calendar Showing

	Chain []string // who acts for whom by the calendar's token, the last first, the user at the end
}

// Showing is a token that an agent showed to an API.
type Showing struct {
	Token  string // shortened; "" for none
	Value  string // itself, by which it is followed
	Status int    // of the answer
	Knows  string // what the API could know by it, in a sentence
	Seq    uint64 // position of the answer
}

// allWays are the ways, in the order in which they are shown.
var allWays = []Way{
	{Way: guard.Exchanges, Title: "It exchanges her token"},
	{Way: guard.AsItself, Title: "It acts as itself"},
	{Way: guard.PassesOn, Title: "It passes her token on"},
}

// insight is what somebody who is shown a token can know by it.
type insight struct {
	user, client string
	actors       []string
	inactive     bool // the server says no more
}

// WaysOf reads from a lab's log how the agent did its tasks, the latest in each way.
func WaysOf(events []event.Event) []Way {
	ways := append([]Way(nil), allWays...)
	var (
		known  = map[string]insight{}
		asked  = map[string]string{} // tokens that the server was asked about, by the request
		tasks  = map[string]*Way{}   // that are being done, by the request
		shown  = map[string]shownTo{}
		latest *Way // the task of the client in the page that is being done
	)
	for _, e := range SinceReset(events) {
		switch {
		case e.Request != nil && e.To == event.Agent && endpointOf(e.Request.URL) == "/tasks":
			if latest = nil; paramOf(e, "task") == "next-bill" {
				latest = &Way{}
				tasks[e.ID] = latest
			}
		case e.Request != nil && endpointOf(e.Request.URL) == "/introspect":
			asked[e.ID] = paramOf(e, "token")
		case e.Response != nil && asked[e.Re] != "":
			known[asked[e.Re]] = bearerIn(e.Response.Body)
		case e.Request != nil && e.From == event.Agent && e.To == event.API && latest != nil:
			shown[e.ID] = shownTo{latest, paramOf(e, "access_token"), endpointOf(e.Request.URL) == "/calendar"}
		case e.Response != nil && shown[e.Re].way != nil:
			shown[e.Re].answered(e, known)
		case e.Response != nil && tasks[e.Re] != nil:
			tasks[e.Re].told(e, ways)
		}
	}
	return ways
}

// shownTo is a token that was shown to an API, and waits for its answer.
type shownTo struct {
	way      *Way
	token    string
	calendar bool
}

// answered takes what came of it, and what the API could know.
func (s shownTo) answered(e event.Event, known map[string]insight) {
	b, told := known[s.token]
	if claims := claimsOf(s.token); !told && claims != "" {
		b, told = bearerIn(claims), true
	}
	one := Showing{Token: shorten(s.token, param.MarkToken), Value: s.token, Status: e.Response.Status, Seq: e.Seq, Knows: "not known"}
	if told {
		one.Knows = b.says()
	}
	if !s.calendar {
		s.way.Billing = one
		return
	}
	s.way.Calendar = one
	if s.way.Chain = nil; told && len(b.actors) > 0 {
		s.way.Chain = append(append([]string(nil), b.actors...), b.user)
	}
}

// told takes what the agent said of a task that is done, in its way's place.
func (w *Way) told(e event.Event, ways []Way) {
	var report struct{ Did, Way string }
	if json.Unmarshal([]byte(e.Response.Body), &report) != nil || w.Calendar.Token == "" && w.Billing.Token == "" {
		return
	}
	for i := range ways {
		if ways[i].Way == report.Way {
			w.Way, w.Title, w.Came = report.Way, ways[i].Title, report.Did
			ways[i] = *w
		}
	}
}

// claimsOf is what a JWT says, as JSON; "" of another token.
func claimsOf(token string) string {
	parts := PartsOf(token)
	if parts == nil {
		return ""
	}
	return indented(parts[1])
}

// bearerIn reads what the server said of a token, or the token of itself.
func bearerIn(text string) insight {
	type actor struct {
		Sub string `json:"sub"`
		Act json.RawMessage
	}
	var said struct {
		Active   *bool  `json:"active"`
		Sub      string `json:"sub"`
		ClientID string `json:"client_id"`
		Act      json.RawMessage
	}
	if json.Unmarshal([]byte(text), &said) != nil {
		return insight{}
	}
	b := insight{user: said.Sub, client: said.ClientID, inactive: said.Active != nil && !*said.Active}
	for next := said.Act; len(next) > 0 && len(b.actors) < 8; {
		var a actor
		if json.Unmarshal(next, &a) != nil || a.Sub == "" {
			break
		}
		b.actors, next = append(b.actors, a.Sub), a.Act
	}
	return b
}

// says is what one can know, in a sentence.
func (b insight) says() string {
	switch {
	case b.inactive:
		return "nothing, since the auth server calls the token inactive."
	case b.user == "":
		return "Nothing."
	case len(b.actors) > 1: // what is nested acted before (RFC 8693 §4.1)
		return prose.Capital(b.user) + ", and that " + b.actors[0] + " acts for her, after " + prose.List(b.actors[1:]) + " did."
	case len(b.actors) > 0:
		return prose.Capital(b.user) + ", and that " + b.actors[0] + " acts for her."
	case b.user == b.client:
		return b.client + ", and no user."
	}
	return prose.Capital(b.user) + ". Nothing of an agent."
}
