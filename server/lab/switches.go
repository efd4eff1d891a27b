package lab

import (
	"encoding/json"
	"fmt"

	"oauthlab/lessons/guard"
)

// WithProtection returns a copy of the switches in which a protection, that the version
// has, is on or off.
func WithProtection(s guard.Switches, id string, on bool, version string) (guard.Switches, error) {
	next, err := s.WithProtection(id, on)
	if err != nil {
		return nil, err
	}
	protection, _ := guard.Find(id)
	return next, notYet(protection, version)
}

// WithPart returns a copy of the switches in which a part, that the version has, is set.
func WithPart(s guard.Switches, id guard.ID, value json.RawMessage, version string) (guard.Switches, error) {
	next, err := s.With(id, value)
	if err != nil {
		return nil, err
	}
	if (guard.Rules{Chapter: version}).Has(id) {
		return next, nil
	}
	protection, _ := guard.ProtectionOf(id)
	if part, _ := guard.FindPart(id); part.Since != "" {
		protection.Chapter = part.Since
	}
	return nil, notYet(protection, version)
}

func notYet(p guard.Protection, version string) error {
	if p.TaughtIn(version) {
		return nil
	}
	return fmt.Errorf("the protection %s comes with chapter %s, and this lab is in %s", p.ID, p.Chapter, version)
}
