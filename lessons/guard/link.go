package guard

import (
	"encoding/json"
	"strings"
)

// How a lab differs from how its chapter opens stands in a link as two lists:
//
//	off=pkce,state.compare     protections and parts that are off
//	set=pkce.method:plain      what habits and settings are set to; audience:off is the check,
//	                           where a protection of several has its name
//
// Both the page and the recordings read and write them here.

// The parameters of a link.
const (
	LinkOff = "off"
	LinkSet = "set"
)

// MaxLinkItems bounds how many things one list of a link may name.
const MaxLinkItems = 40

// LinkItems are the items of a list, as often as the link has it: at most MaxLinkItems of them.
func LinkItems(lists []string) []string {
	var items []string
	for item := range strings.SplitSeq(strings.Join(lists, ","), ",") {
		if item != "" && len(items) < MaxLinkItems {
			items = append(items, item)
		}
	}
	return items
}

// LinkChange is what one item of a link asks for.
type LinkChange struct {
	Protection string          // that is off as a whole; "" for a part
	Part       Part            // what is changed; the zero Part where it is a protection
	Value      json.RawMessage // what to, as the lab's API takes it
	Text       string          // the same as Switches have it
}

// ReadLinkItem reads an item of the parameter. It reports whether there is such a thing under
// the rules, and it takes the value.
func ReadLinkItem(rules Rules, parameter, item string) (LinkChange, bool) {
	id, value, valued := strings.Cut(item, ":")
	text := json.RawMessage("false")
	switch parameter {
	case LinkOff:
		if p, known := Find(item); known && p.TaughtIn(rules.Chapter) {
			return LinkChange{Protection: item}, true
		}
		id, valued = item, true
	case LinkSet:
		if part, known := FindPart(ID(id)); !known || !part.Refuses() || value != off {
			text, _ = json.Marshal(value) //nolint:errchkjson // a string
		}
	}
	if !valued || !rules.Has(ID(id)) {
		return LinkChange{}, false
	}
	s, err := Switches{}.With(ID(id), text)
	if err != nil {
		return LinkChange{}, false
	}
	part, _ := FindPart(ID(id))
	return LinkChange{Part: part, Value: text, Text: s[part.ID]}, true
}

// Difference is one thing in which a lab differs from how its chapter opens.
type Difference struct {
	Parameter, Item string     // of a link that says so
	Protection      Protection // it is of
	Part            Part       // the zero Part where the protection is off as a whole
	Value           string     // of a habit or a setting; "" of what is off
}

// Differences lists what differs in a protection. parts are those that there are; changed says of
// each what it is set to, and whether that is another value than the chapter's.
func Differences(p Protection, parts []Part, changed func(Part) (value string, differs bool)) []Difference {
	var gone, rest []Difference
	checks := 0
	for _, part := range parts {
		value, differs := changed(part)
		if part.Refuses() {
			checks++
		}
		switch id := string(part.ID); {
		case !differs:
		case !part.Refuses():
			rest = append(rest, Difference{LinkSet, id + ":" + value, p, part, value})
		case id == p.ID: // as off, it would name all of them
			gone = append(gone, Difference{LinkSet, id + ":" + off, p, part, ""})
		default:
			gone = append(gone, Difference{LinkOff, id, p, part, ""})
		}
	}
	if len(gone) > 0 && len(gone) == checks {
		gone = []Difference{{LinkOff, p.ID, p, Part{}, ""}}
	}
	return append(gone, rest...)
}
