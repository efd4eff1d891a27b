package lab

import (
	"encoding/json"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// Rules returns how the lab stands, for the client in this browser. What the lab
// says that this client does not know, it leaves at safe.
func Rules(l api.Lab) guard.Rules {
	rules := guard.Rules{Chapter: l.Version}
	for _, standing := range l.Protections {
		for id, setting := range standing.Parts {
			value, err := json.Marshal(setting)
			if err != nil {
				continue
			}
			if next, err := rules.Switches.With(guard.ID(id), value); err == nil {
				rules.Switches = next
			}
		}
	}
	for id, value := range l.Settings {
		text, err := json.Marshal(value)
		if err != nil {
			continue
		}
		if next, err := rules.Switches.With(guard.ID(id), text); err == nil {
			rules.Switches = next
		}
	}
	return rules
}
