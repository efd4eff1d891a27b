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
	Text    string // "redirect URI", "PKCE refused", "PKCE would refuse"
	Reason  string // in plain words; empty where it passed
	Where   event.Where
	Trouble string // where the causes and cures are told; "" where it passed
}

// GuardName returns the short name of a guard.
func GuardName(id string) string {
	if part, ok := guard.FindPart(guard.ID(id)); ok && part.Short != "" {
		return part.Short
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
	p := Pill{Seq: e.Seq, At: e.From, Guard: v.Guard, Outcome: v.Outcome, Text: GuardName(v.Guard), Reason: v.Reason, Where: v.Where, Trouble: troubleOf(e)}
	switch v.Outcome {
	case event.Refused:
		p.Text += " refused"
	case event.WouldRefuse:
		p.Text += " would refuse"
	}
	return p
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
