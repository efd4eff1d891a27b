package timeline

import (
	"strconv"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
)

// IsSwitch reports whether the lab's API changed how the lab stands.
func IsSwitch(e event.Event) bool {
	return e.From == event.Lab && e.Change != nil
}

// switchText says which switch was turned which way, or "" where e turned none.
// The first field of the change is the protection, the others are its parts.
func switchText(e event.Event) string {
	if !IsSwitch(e) || e.Change.What != "protection" || len(e.Change.Fields) == 0 {
		return ""
	}
	p, ok := guard.Find(e.Change.Key)
	if !ok {
		return e.Change.Key + turned(e.Change.Fields[0].To)
	}
	parts := e.Change.Fields[1:]
	if len(parts) == 1 && len(p.Parts) > 1 {
		if part, ok := guard.FindPart(guard.ID(parts[0].Name)); ok {
			return prose.Capital(p.NameOf(part)) + turned(parts[0].To)
		}
	}
	return p.Title + turned(e.Change.Fields[0].To)
}

func turned(value string) string {
	switch value {
	case "true":
		return " switched on"
	case "false":
		return " switched off"
	}
	return " → " + value
}

// timeText says how much time the lab's clock was moved on by, "" for none.
func timeText(e event.Event) string {
	if e.Change.What != "clock" {
		return ""
	}
	for _, f := range e.Change.Fields {
		from, _ := time.ParseDuration(f.From)
		to, err := time.ParseDuration(f.To)
		if minutes := int((to - from).Minutes()); err == nil && minutes > 0 {
			return strconv.Itoa(minutes) + " minutes pass"
		}
	}
	return ""
}
