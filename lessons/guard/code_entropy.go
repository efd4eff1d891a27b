package guard

import "oauthlab/lessons/event"

// IDCodeEntropy is its one part.
const IDCodeEntropy ID = "code-entropy"

// codeEntropy holds that nobody guesses a code.
func codeEntropy() Protection {
	return Protection{
		ID: "code-entropy", Title: "Code entropy", By: event.Auth, Chapter: "v03",
		Stops: "A code being guessed.",
		Parts: []Part{{
			ID: IDCodeEntropy, Kind: Habit, By: event.Auth, Title: "server makes codes", Section: "RFC 6749 §10.10",
			Values: []string{Random, Counted},
		}},
	}
}
