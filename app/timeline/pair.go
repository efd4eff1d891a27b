package timeline

import "oauthlab/lessons/event"

// LatestPair returns the verifier of the learner's latest flow, and the challenge that
// went out for it, which step mode may have changed. Both are "" where the flow has no
// PKCE, or where there is none. What an attack plays is not the learner's.
func LatestPair(events []event.Event) (verifier, challenge string) {
	attack, made := false, ""
	for _, e := range SinceReset(events) {
		if e.Note == nil {
			continue
		}
		switch e.Note.Name {
		case event.NoteAttackBegins, event.NoteBaitBegins:
			attack = true
		case event.NoteAttackEnds, event.NoteBaitEnds:
			attack, made = false, ""
		case event.NoteVerifier:
			made = e.Note.Get("code_verifier")
		case event.NoteOpen:
			if !attack {
				verifier, challenge = made, challengeIn(e)
			}
			made = ""
		}
	}
	return verifier, challenge
}

// challengeIn returns the code challenge that an event carries, or "".
func challengeIn(e event.Event) string {
	for _, p := range ParamsOf(e) {
		if p.Name == "code_challenge" {
			return p.Value
		}
	}
	return ""
}
