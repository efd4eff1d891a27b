package event

import "slices"

// Party names who takes part in a flow. A learner's own client appears under
// its registered name, so other values than these constants occur.
type Party string

// The parties that the lab itself brings.
const (
	Browser Party = "browser"
	Client  Party = "client"
	Lab     Party = "lab"
	Webapp  Party = "webapp"
	Auth    Party = "auth"
	API     Party = "api"
	Agent   Party = "agent"
	Proxy   Party = "proxy"
	Mallory Party = "mallory"
	Outside Party = "outside"
)

// PartyRow says who a party is, and how it is shown wherever it appears: its lane, its
// name in the lesson, its checks in the panel, its lines on the console. What a server
// needs to know of a party with an origin of its own stands in server/lab.
type PartyRow struct {
	ID      Party
	Means   string // who it is, in a sentence
	Name    string // on the screen
	Brief   string // where there is little room
	Colour  string // on the screen: --NAME-ink, --NAME-tint and .party-NAME of web/css/tokens.css
	Console string // on the console: the number of its colour (ECMA-48 §8.3.117); empty for none
	Always  bool   // its lane is there before it acts
	Guests  bool   // the lanes of learners' own clients stand behind its own
}

// Class is the CSS class that gives its colour.
func (r PartyRow) Class() string { return "party-" + r.Colour }

// Checks is the heading of what it checks, in the panel.
func (r PartyRow) Checks() string { return r.Name + " checks" }

// Parties is a table of parties, in the order of their lanes.
type Parties []PartyRow

// AllParties returns the parties that the lab brings. The table is everybody's: read it only.
func AllParties() Parties { return partyRows }

// partyRows are all of them.
var partyRows = Parties{
	{ID: Browser, Means: "Alice's browser: what navigates.", Name: "Alice's browser", Brief: "Browser", Colour: "browser", Console: "37", Always: true},
	{ID: Client, Means: "The OAuth client in the page: what fetches.", Name: "Client", Brief: "Client", Colour: "client", Console: "34", Always: true, Guests: true},
	{ID: Lab, Means: "The lab itself: its API, switches, attacks, reset.", Name: "Lab", Brief: "Lab", Colour: "browser", Console: "36"},
	{ID: Webapp, Means: "The confidential client on a server.", Name: "Web app", Brief: "Web app", Colour: "client", Console: "94"},
	{ID: Auth, Means: "The authorization server.", Name: "Auth server", Brief: "Auth", Colour: "auth", Console: "32", Always: true},
	{ID: API, Means: "The resource server.", Name: "API", Brief: "API", Colour: "api", Console: "33"},
	{ID: Agent, Means: "Software that acts for Alice, on a server.", Name: "Agent", Brief: "Agent", Colour: "agent", Console: "95"},
	{ID: Proxy, Means: "A careless proxy, whose log leaks.", Name: "Proxy's log", Brief: "Proxy", Colour: "proxy", Console: "35"},
	{ID: Mallory, Means: "The attacker.", Name: "Mallory", Brief: "Mallory", Colour: "mallory", Console: "31"},
	{ID: Outside, Means: "A caller that says nothing about itself.", Name: "Outside", Brief: "Outside", Colour: "browser"},
}

// Row returns the party's row of the lab's table.
func (p Party) Row() PartyRow { return AllParties().Of(p) }

// Has reports whether the table has a row for p.
func (ps Parties) Has(p Party) bool {
	return slices.ContainsFunc(ps, func(r PartyRow) bool { return r.ID == p })
}

// Of returns p's row. A party that has none is a guest: it has its own name, and no colour
// of its own.
func (ps Parties) Of(p Party) PartyRow {
	if i := slices.IndexFunc(ps, func(r PartyRow) bool { return r.ID == p }); i >= 0 {
		return ps[i]
	}
	return PartyRow{ID: p, Name: string(p), Brief: string(p), Colour: "browser"}
}
