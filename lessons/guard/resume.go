package guard

import "oauthlab/lessons/event"

// IDResume is its one part.
const IDResume ID = "resume"

// resume holds that the login comes back to the request that led to it.
func resume() Protection {
	return Protection{
		ID: "resume", Title: "Resume after login", By: event.Auth, Chapter: "v01",
		Stops: "The request being lost while Alice signs in.",
		Parts: []Part{{
			ID: IDResume, Kind: Habit, By: event.Auth, Title: "after the login", Section: "RFC 6749 §4.1.1",
			Values: []string{Resumed, DeadEnd},
		}},
	}
}
