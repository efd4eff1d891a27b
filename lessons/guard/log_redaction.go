package guard

import "oauthlab/lessons/event"

// IDLogRedaction is its one part.
const IDLogRedaction ID = "log-redaction"

// logRedaction holds that the API's log is worth nothing to who reads it.
func logRedaction() Protection {
	return Protection{
		ID: "log-redaction", Title: "Log redaction", By: event.API, Chapter: "v04",
		Stops: "Tokens being read out of the API's log.",
		Parts: []Part{{
			ID: IDLogRedaction, Kind: Habit, By: event.API, Title: "API's log keeps tokens", Section: "RFC 9700 §4.9.2",
			Values: []string{Redacted, Whole},
		}},
	}
}
