package config

import (
	"errors"
	"fmt"

	"oauthlab/lessons/event"
)

// Seed says which labs are there from the start.
type Seed struct {
	File   string `name:"seed" placeholder:"FILE" help:"Labs that are there from the start, with ids, keys, users and clients of your own, for test suites."`
	Public bool   `name:"seed-public" help:"Take --seed although an origin is not on loopback: whoever reads the file has the keys of its labs."`
}

// checkSeed reports what does not go together.
func (c *Config) checkSeed() error {
	switch {
	case c.Seed.Public && c.Seed.File == "":
		return errors.New("--seed-public needs --seed: with which labs?")
	case c.Seed.File == "":
		return nil
	case !c.Roles.Play(event.Lab):
		return fmt.Errorf("--seed is for the process that plays the role %s, which makes labs", event.Lab)
	case !c.Origins.Loopback() && !c.Seed.Public:
		return errors.New("--seed makes labs whose keys stand in a file, and not every origin is on loopback: pass --seed-public if that is meant")
	}
	return nil
}
