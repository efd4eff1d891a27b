// Package fault has the process die at points where dying is hardest to survive. Only a
// build with the tag faults does so, for tests; in any other, passing a point is nothing.
package fault

// Point is a place in the program at which a test can have it die.
type Point string

// The points, in the order in which a request that changes something passes them.
const (
	DocumentSaved Point = "document-saved" // what changed is kept; what it tells, only in its outbox
	AnswerDecided Point = "answer-decided" // a party has decided; its answer is neither recorded nor sent
	OutboxTold    Point = "outbox-told"    // the log has it too, and the answer, which is not sent
	AnswerSent    Point = "answer-sent"    // the answer is with the caller
	EventWritten  Point = "event-written"  // a follower has been sent one more event

	AgentExchanged Point = "agent.exchanged" // the agent has its token, and has not used it
)
