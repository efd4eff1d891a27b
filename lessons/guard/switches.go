package guard

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// off is the value of a guard or a strictness that is switched off.
const off = "off"

// Switches holds what differs from safe in one lab: a part's id and "off", or a
// habit's value; and what its settings were set to. The zero value is a lab with
// everything on.
type Switches map[ID]string

// On reports whether a guard or strictness is enforced.
func (s Switches) On(id ID) bool { return s[id] != off }

// Value returns what a habit is set to; the safe value unless it was changed.
func (s Switches) Value(id ID) string {
	if v, ok := s[id]; ok {
		return v
	}
	if p, ok := FindPart(id); ok && len(p.Values) > 0 {
		return p.Values[0]
	}
	return ""
}

// Setting returns how the part stands: a bool, or the value of a habit or a setting.
func (s Switches) Setting(p Part) any {
	if p.Refuses() {
		return s.On(p.ID)
	}
	return s.Value(p.ID)
}

// ProtectionOn reports whether everything that refuses in p is on. Habits do
// not count beside it: what a client sends takes no protection away from who
// checks it. Where p is habits alone, they must all be safe.
func (s Switches) ProtectionOn(p Protection) bool {
	for _, part := range p.Parts {
		switch {
		case part.Refuses() && !s.On(part.ID):
			return false
		case part.Kind == Habit && !p.refuses() && s.Value(part.ID) != part.Values[0]:
			return false
		}
	}
	return true
}

// refuses reports whether anything in p gives a verdict.
func (p Protection) refuses() bool {
	return slices.ContainsFunc(p.Parts, Part.Refuses)
}

// With returns a copy in which the part id is set. The value is true, false
// (for a habit: safe, and the least safe value) or one of the values of a habit or a
// setting.
func (s Switches) With(id ID, value json.RawMessage) (Switches, error) {
	part, ok := FindPart(id)
	if !ok {
		return nil, fmt.Errorf("there is no guard %q", clip(string(id)))
	}
	text, err := part.read(value)
	if err != nil {
		return nil, err
	}
	return s.set(part, text), nil
}

// WithProtection returns a copy in which every part of the protection that
// refuses is switched on or off. On also brings its habits back to safe; off
// changes them only where the protection is nothing else.
func (s Switches) WithProtection(id string, on bool) (Switches, error) {
	p, ok := Find(id)
	if !ok {
		return nil, fmt.Errorf("there is no protection %q", clip(id))
	}
	for _, part := range p.Parts {
		switch {
		case on && part.Kind == Habit:
			s = s.set(part, part.Values[0])
		case part.Kind == Setting: // there is no right and wrong to it
		case on:
			s = s.set(part, "")
		case part.Refuses():
			s = s.set(part, off)
		case !p.refuses():
			s = s.set(part, part.Values[len(part.Values)-1])
		}
	}
	return s, nil
}

// set returns a copy with the part at value, leaving out what is safe. What a setting
// was set to stays: its default may be another in another chapter.
func (s Switches) set(p Part, value string) Switches {
	next := make(Switches, len(s)+1)
	for id, v := range s {
		next[id] = v
	}
	if value == "" || p.Kind == Habit && value == p.Values[0] {
		delete(next, p.ID)
	} else {
		next[p.ID] = value
	}
	return next
}

// read turns JSON into the text that Switches keeps, "" for safe.
func (p Part) read(value json.RawMessage) (string, error) {
	var on bool
	if json.Unmarshal(value, &on) == nil && string(value) != "null" {
		switch {
		case p.Kind == Setting:
			return "", fmt.Errorf("%s takes %s", p.ID, p.takes())
		case on:
			return "", nil
		case p.Kind == Habit:
			return p.Values[len(p.Values)-1], nil
		default:
			return off, nil
		}
	}
	var text string
	if p.Refuses() || json.Unmarshal(value, &text) != nil {
		return "", fmt.Errorf("%s takes %s", p.ID, p.takes())
	}
	for _, v := range p.Values {
		if v == text {
			return v, nil
		}
	}
	return "", fmt.Errorf("%s takes %s", p.ID, p.takes())
}

func (p Part) takes() string {
	values := `"` + strings.Join(p.Values, `" or "`) + `"`
	switch p.Kind {
	case Habit:
		return "true, false, " + values
	case Setting:
		return values
	}
	return "true or false"
}

// clip keeps what a stranger typed short enough to repeat to him.
func clip(s string) string {
	if len(s) > 64 {
		return strings.ToValidUTF8(s[:64], "") + "…"
	}
	return s
}
