package lab

import (
	"encoding/json"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// Switches returns how the lab's protections stand, for the client in this
// browser. A protection that the lab does not name is not there yet in its
// chapter, and then the client does nothing of the kind; where it names none
// at all, everything is safe.
func Switches(l api.Lab) guard.Switches {
	var switches guard.Switches
	if len(l.Protections) == 0 {
		return switches
	}
	for _, p := range guard.Catalogue() {
		standing, there := l.Protections[p.ID]
		for _, part := range p.Parts {
			setting, named := any(false), !there
			if there {
				setting, named = standing.Parts[string(part.ID)]
			}
			value, err := json.Marshal(setting)
			if !named || err != nil {
				continue
			}
			// What this client does not know, it leaves at safe.
			if next, err := switches.With(part.ID, value); err == nil {
				switches = next
			}
		}
	}
	return switches
}
