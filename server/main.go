// Command oauthlab runs OAuth Lab: a lab in which one learns OAuth 2.1 and OpenID
// Connect by running them, breaking them and mending them.
//
// Usage:
//
//	oauthlab [flags]            start the lab and print its address
//	oauthlab matrix [--json]    run every attack against every guard, and print who refused
//	oauthlab version            print which program this is
//	oauthlab help               print this list, and the flags
//
// The lab is several parties, each on an origin of its own, so that redirects,
// cookies and CORS are real:
//
//	--lab      http://localhost:8080   the client, the lessons, the lab's API
//	--auth     http://localhost:8081   the authorization server
//	--mallory  http://127.0.0.1:8083   the attacker's site
//
// A flag takes the public origin of its party. Port 0 takes a free one. With
// --listen ADDRESS all parties are served on one address and told apart by the
// Host header, for use behind a proxy.
//
// Every event is printed as it happens; --log json prints one JSON object a line,
// for programs, without codes, tokens or any other value that an event carries.
//
// Each flag can be given as an environment variable too: --data is OAUTHLAB_DATA,
// --ops-listen OAUTHLAB_OPS_LISTEN. A flag on the command line wins. A variable
// OAUTHLAB_... that names no flag is said at start, and does nothing.
//
// Labs are kept under --data, by default the user's state folder. One process
// works on a folder at a time. Nothing else on the machine is written.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"oauthlab/server/lab"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "oauthlab:", err)
		os.Exit(1)
	}
}

// run executes the command line args until it is done or ctx ends.
func run(ctx context.Context, args []string, stdout io.Writer) error {
	if len(args) > 0 {
		switch args[0] {
		case "matrix":
			return matrix(ctx, args[1:], stdout)
		case "version":
			return printVersion(stdout)
		case "help":
			args = []string{"-help"}
		}
	}
	c, err := parse(args, os.Environ(), stdout)
	if err != nil {
		return err
	}
	c.console = stdout
	h, err := open(ctx, c)
	if err != nil {
		return err
	}
	h.announce(stdout)
	return h.serve(ctx)
}

// config is what a process is told.
type config struct {
	origins lab.Origins
	listen  string // "" where every party has its own address
	data    string
	log     string    // "text" or "json"
	dev     bool      // for who works on the lab itself
	console io.Writer // where the events are told; nil for nowhere

	settings []setting // every flag as it stands
	unheard  []string  // variables of the environment that name no flag
}

// usage introduces the list of flags.
const usage = `OAuth Lab: learn OAuth 2.1 by running it, breaking it and mending it.

  oauthlab [flags]            start the lab and print its address
  oauthlab matrix [--json]    run every attack against every guard, and print who refused
  oauthlab version            print which program this is
  oauthlab help               print this list

Each flag is an environment variable too (--data is OAUTHLAB_DATA); the flag wins.

Flags:
`

// parse reads the command line, and what it leaves open from the environment.
func parse(args, environ []string, stdout io.Writer) (config, error) {
	var c config
	flags := flag.NewFlagSet("oauthlab", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // main says what is wrong, once
	flags.Usage = func() {
		fmt.Fprint(stdout, usage)
		flags.SetOutput(stdout)
		flags.PrintDefaults()
	}
	flags.StringVar(&c.origins.Lab, "lab", "http://localhost:8080", "public `origin` of the lab: client, lessons, API")
	flags.StringVar(&c.origins.Auth, "auth", "http://localhost:8081", "public `origin` of the authorization server")
	flags.StringVar(&c.origins.Mallory, "mallory", "http://127.0.0.1:8083", "public `origin` of the attacker's site")
	flags.StringVar(&c.listen, "listen", "", "one `address` for all parties, told apart by Host, behind a proxy")
	flags.StringVar(&c.data, "data", "", "`folder` of the labs (default: oauthlab in the user's state folder)")
	flags.StringVar(&c.log, "log", "text", "`text` for people, or json for programs: an event a line, without what it carries")
	flags.BoolVar(&c.dev, "dev", false, "serve the components of the screen in all their states, on /stories")
	if err := parseQuietly(flags, args); err != nil {
		return config{}, err
	}
	if flags.NArg() > 0 {
		return config{}, fmt.Errorf("there is no command %q; see oauthlab help", flags.Arg(0))
	}
	unheard, err := readEnvironment(flags, environ)
	if err != nil {
		return config{}, err
	}
	if c.log != "text" && c.log != "json" {
		return config{}, fmt.Errorf("--log is %q: it takes text or json", c.log)
	}
	if c.data == "" {
		folder, err := stateFolder()
		if err != nil {
			return config{}, err
		}
		c.data = folder
	}
	c.settings, c.unheard = effective(flags), unheard
	return c, nil
}

// parseQuietly parses the flags and prints them only to who asks for help.
func parseQuietly(flags *flag.FlagSet, args []string) error {
	help := flags.Usage
	flags.Usage = func() {}
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) && help != nil {
		help()
	}
	return err
}

// stateFolder is where the labs are kept unless --data says otherwise: below
// XDG_STATE_HOME, or its default.
func stateFolder() (string, error) {
	if base := os.Getenv("XDG_STATE_HOME"); base != "" {
		return filepath.Join(base, "oauthlab"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no folder for the labs: %w; pass --data", err)
	}
	return filepath.Join(home, ".local", "state", "oauthlab"), nil
}
