package timeline

import (
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// Pill is a verdict at the lane of the party that took it.
type Pill struct {
	Seq     uint64
	At      event.Party
	Guard   string // id of the part
	Outcome event.Outcome
	Text    string // "PKCE verifier", "PKCE verifier refused", "replay: token revoked"
	Reason  string // in plain words; empty where it passed
	Where   event.Where
	Trouble string // where the causes and cures are told; "" where it passed
	Defends bool   // it refused in an attack: a protection at work
}

// GuardName returns the name of a check; of a part that gives no verdict, the title of
// its protection.
func GuardName(id string) string {
	if part, ok := guard.FindPart(guard.ID(id)); ok && part.Refuses() {
		return part.Title
	}
	if p, ok := guard.ProtectionOf(guard.ID(id)); ok {
		return p.Title
	}
	return id
}

// ProtectionTitle returns the title of the protection that a guard belongs to;
// a protection's own id is understood too.
func ProtectionTitle(id string) string {
	if p, ok := guard.ProtectionOf(guard.ID(id)); ok {
		return p.Title
	}
	if p, ok := guard.Find(id); ok {
		return p.Title
	}
	return id
}

func pillOf(e event.Event) Pill {
	v := e.Verdict
	return Pill{Seq: e.Seq, At: e.From, Guard: v.Guard, Outcome: v.Outcome, Text: found(v), Reason: v.Reason, Where: v.Where, Trouble: troubleOf(e)}
}

// found says what a check came to: its name, and unless it passed, what became of it.
func found(v *event.Verdict) string {
	name := GuardName(v.Guard)
	part, _ := guard.FindPart(guard.ID(v.Guard))
	switch {
	case v.Outcome == event.Passed:
		return name
	case v.Outcome == event.Refused && part.Finds != "":
		return name + ": " + part.Finds
	case v.Outcome == event.Refused:
		return name + " refused"
	case part.Would != "":
		return name + ": " + part.Would
	}
	return name + " would refuse"
}

// Sentence says the verdict in words, for a reader who does not see the pill.
func (p Pill) Sentence() string {
	who := PartyName(p.At) + ": " + p.Text
	if p.Outcome == event.Passed {
		return who + " passed."
	}
	if p.Reason == "" {
		return who + "."
	}
	return who + ": " + p.Reason + "."
}
