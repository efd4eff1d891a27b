package guard

import "oauthlab/lessons/event"

// The parts.
const (
	IDAgentWay   ID = "agent-way"
	IDAgentTrust ID = "agent-way.trust"
)

// agentWay is how an agent comes by a token for what it does, and by what an API knows for
// whom.
func agentWay() Protection {
	return Protection{
		ID: "agent-way", Title: "How the agent acts", By: event.Agent, Chapter: "v10",
		Stops: "An API taking the agent for its user, or the agent's word for who that is.",
		Parts: []Part{
			{ID: IDAgentWay, Kind: Habit, By: event.Agent, Title: "the agent", Section: "RFC 8693 §1.1", Values: []string{Exchanges, AsItself, PassesOn}},
			{ID: IDAgentTrust, Kind: Habit, By: event.API, Title: "the calendar acts for", Section: "RFC 9700 §4.15", Values: []string{TokensUser, NamedUser}},
		},
	}
}
