package guard

import "oauthlab/lessons/event"

// IDRefreshLock is its one part.
const IDRefreshLock ID = "refresh-lock"

// refreshLock holds that a client does not take itself for a thief.
func refreshLock() Protection {
	return Protection{
		ID: "refresh-lock", Title: "One refresh at a time", By: event.Client, Chapter: "v05",
		Stops: "Two tabs of Alice's ending her own login.",
		Parts: []Part{{
			ID: IDRefreshLock, Kind: Habit, By: event.Client, Title: "tabs refresh", Section: "RFC 9700 §4.14.2",
			Values: []string{OneAtATime, EachAlone},
		}},
	}
}
