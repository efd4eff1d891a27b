// Package config reads what a process is told: which command it is to run, and what its
// flags and the environment say of it. A flag is a field, with its default and its
// sentence for the help in a tag; the parties' flags are rows of the table of parties.
//
// It opens, binds and makes nothing. What does not go together is an error here, so that
// a start fails before anything has happened.
package config

import (
	"errors"
	"fmt"
	"net"
	"time"

	"oauthlab/server/lab"
	"oauthlab/server/limit"
)

// Config is what a process is told that starts the lab.
type Config struct {
	Parties lab.Parties `kong:"-"` // the table of those that there are
	Origins lab.Origins `kong:"-"` // of all of them, whoever plays them
	Roles   Roles       `embed:"" group:"parties"`
	Listen  string      `group:"parties" placeholder:"ADDRESS" help:"One address for all parties, told apart by Host, behind a proxy."`

	Bind string `group:"parties" placeholder:"IP" help:"Take the parties' ports on this address, such as 0.0.0.0 in a container, instead of their origins'."`

	OwnClients OwnClients `group:"labs" placeholder:"ORIGINS|none" help:"Where learners' own clients may have their redirect URIs besides loopback, such as https://app.example; none forbids such clients."`

	Seed Seed `embed:"" group:"labs"`

	Data    string  `group:"labs" placeholder:"FOLDER" help:"Where labs are kept; by default oauthlab in the user's state folder."`
	Lessons Lessons `embed:"" group:"labs"`
	NATS    NATS    `embed:"" group:"nats"`

	Bounds Bounds `embed:"" group:"bounds"`
	Ops    Ops    `embed:"" group:"operating"`
	Log    string `group:"operating" enum:"text,json" default:"text" placeholder:"text|json" help:"What is printed: text, the walkthrough of each flow with codes and tokens, or json, for programs, an event a line without what it carries; by default text."`
	Dev    bool   `group:"operating" help:"Serve the components of the screen in all their states, on /stories."`

	Settings []Setting `kong:"-"` // every flag as it stands
	Unheard  []string  `kong:"-"` // variables of the environment that name no flag, in order
}

// Lessons says where the chapters come from.
type Lessons struct {
	Dir  string `name:"lessons" placeholder:"FOLDER" help:"Your own chapters, shown beside the lab's."`
	Only bool   `name:"lessons-only" help:"Show the chapters of --lessons alone."`
}

// check reports what does not go together.
func (l *Lessons) check() error {
	if l.Only && l.Dir == "" {
		return errors.New("--lessons-only needs --lessons: with which chapters?")
	}
	return nil
}

// Ops is how the program is watched and ended.
type Ops struct {
	Listen      string        `name:"ops-listen" placeholder:"ADDRESS" help:"Address for /healthz, /readyz, /metrics and /debug/pprof/ alone; without it they are on the lab's origin, /metrics only if that is this machine."`
	Proxies     limit.Proxies `name:"trusted-proxy" placeholder:"NETWORKS" help:"Networks whose X-Forwarded-For is believed, such as 10.0.0.0/8,127.0.0.1."`
	Drain       time.Duration `default:"0s" help:"How long /readyz says 503 at the end before connections are refused."`
	AcceptClock bool          `help:"Take the clock as right, although labs were last written later than it says."`
}

// check reports what cannot work.
func (o *Ops) check() error {
	if o.Listen != "" {
		if _, _, err := net.SplitHostPort(o.Listen); err != nil {
			return fmt.Errorf("--ops-listen is %q: it takes an address such as 127.0.0.1:9090", o.Listen)
		}
	}
	if o.Drain < 0 {
		return fmt.Errorf("--drain is %s: it takes a time such as 10s", o.Drain)
	}
	return nil
}

// check reports what does not go together.
func (c *Config) check() error {
	if c.Bind != "" && net.ParseIP(c.Bind) == nil {
		return fmt.Errorf("--bind is %q: it takes an IP address such as 0.0.0.0", c.Bind)
	}
	if c.Bind != "" && c.Listen != "" {
		return errors.New("--bind is for parties on ports of their own, and --listen puts all of them on one: pass one of the two")
	}
	return errors.Join(c.Lessons.check(), c.NATS.check(), c.checkRoles(), c.checkSeed(), c.Bounds.check(), c.Ops.check())
}
