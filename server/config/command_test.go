package config

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/server/lab"
)

// The help of a start lists each of its flags, with what it is by default.
func TestTheHelpListsEveryFlag(t *testing.T) {
	c, err := read(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--help"}, {"help"}, {"--data", "/tmp", "--help"}} {
		var out bytes.Buffer
		if asked, err := Read(lab.AllParties(), args, nil, &out); err != nil || asked.Name != "help" {
			t.Errorf("%q is %q (%v)", args, asked.Name, err)
		}
		for _, s := range c.Settings {
			if !strings.Contains(out.String(), "  --"+s.Name) {
				t.Errorf("%q does not list --%s", args, s.Name)
			}
			if s.Value != "" && s.Value != "false" && s.Name != "log" && s.Name != "nats-replicas" && !strings.Contains(out.String(), s.Value) {
				t.Errorf("%q does not say that --%s is %s by default", args, s.Name, s.Value)
			}
		}
	}
}

// A flag may be written with one hyphen, and its value may begin with one.
func TestAFlagMayHaveOneHyphen(t *testing.T) {
	c, err := read([]string{"-data", "/tmp", "-listen=:1", "-dev"}, nil)
	if err != nil || c.Data != "/tmp" || c.Listen != ":1" || !c.Dev {
		t.Errorf("it reads %+v (%v)", c, err)
	}
	if _, err := read([]string{"--drain=-1s"}, nil); err == nil || !strings.Contains(err.Error(), "--drain is -1s") {
		t.Errorf("a time before now is answered %v", err)
	}
}

// Each command takes its own flags, and says so.
func TestEachCommandHasItsHelp(t *testing.T) {
	for command, want := range map[string]string{"matrix": "--json", "lint": "--lessons-only", "progress check": "--assignment=LINK", "doctor": "--follow", "version": "Print which"} {
		for _, args := range [][]string{append([]string{"help"}, strings.Fields(command)...), append(strings.Fields(command), "--help")} {
			var out bytes.Buffer
			if _, err := Read(lab.AllParties(), args, nil, &out); err != nil || !strings.Contains(out.String(), want) || strings.Contains(out.String(), "--nats") {
				t.Errorf("%q says %s (%v)", args, &out, err)
			}
		}
	}
	if _, err := read([]string{"matrix", "--data", "/tmp"}, nil); err == nil {
		t.Error("matrix takes the flags of a start")
	}
}

// The variables are those of a start: other commands hear none of them.
func TestOnlyAStartHearsTheEnvironment(t *testing.T) {
	c, err := Read(lab.AllParties(), []string{"lint", "mine"}, []string{"OAUTHLAB_LESSONS_ONLY=true"}, io.Discard)
	if err != nil || c.Lint != (Lint{Dir: "mine"}) {
		t.Errorf("lint is told %+v (%v)", c.Lint, err)
	}
}

// A class hands in many files.
func TestFilesToCheck(t *testing.T) {
	c, err := Read(lab.AllParties(), strings.Fields("progress check --assignment /v03-pkce?must=run a.json b.json --csv"), nil, io.Discard)
	if err != nil || c.Name != "progress check" || !slices.Equal(c.Check.Files, []string{"a.json", "b.json"}) || c.Check.Assignment != "/v03-pkce?must=run" || !c.Check.CSV || c.Check.JSON {
		t.Errorf("it reads %q: %+v (%v)", c.Name, c.Check, err)
	}
}

func TestWhatNoCommandTakes(t *testing.T) {
	for args, want := range map[string]string{
		"nonsense":   "unexpected argument nonsense; see oauthlab help",
		"matrix x":   "unexpected argument x; see oauthlab help",
		"--nonsense": "unknown flag --nonsense; see oauthlab help",
		"lint":       `expected "<dir>"; see oauthlab help`,
		"progress":   `expected "check"; see oauthlab help`,
		"progress x": "unexpected argument x; see oauthlab help",

		"progress check":                  `expected "<file> ..."; see oauthlab help`,
		"progress check --json --csv f":   "--json and --csv can't be used together; see oauthlab help",
		"progress check --lessons-only f": "--lessons-only needs --lessons: with which chapters?; see oauthlab help",
		"progress check --data d f":       "unknown flag --data; see oauthlab help",

		"doctor":                   `expected "<url>"; see oauthlab help`,
		"doctor a b":               "unexpected argument b; see oauthlab help",
		"doctor a \x1b[31mb\u202e": "unexpected argument ·[31mb·; see oauthlab help",
		"doctor --timeout 2m a":    "--timeout is 2m0s: it takes a time from 10ms to 1m0s; see oauthlab help",
		"doctor --timeout soon a":  "--timeout: it takes a time with its unit, such as 10s, 30m or 336h; see oauthlab help",

		"--log xml": `--log must be one of "text","json" but got "xml"; see oauthlab help`,
	} {
		if _, err := Read(lab.AllParties(), strings.Fields(args), nil, io.Discard); err == nil || err.Error() != want {
			t.Errorf("%s: it says %v, want %s", args, err, want)
		}
	}
}

// What is examined is one address, as it was given; how long a request may take has a default.
func TestTheDoctorIsToldOneAddress(t *testing.T) {
	for args, want := range map[string]Doctor{
		"doctor https://a.example/":                   {URL: "https://a.example/", Timeout: 5 * time.Second},
		"doctor -follow --json --timeout 50ms a b:c@": {},
		"doctor -json -follow --timeout=50ms a.b:c@":  {URL: "a.b:c@", Timeout: 50 * time.Millisecond, Follow: true, JSON: true},
	} {
		c, err := Read(lab.AllParties(), strings.Fields(args), nil, io.Discard)
		if usage, is := errors.AsType[*UsageError](err); c.Doctor != want || is != (want == Doctor{}) {
			t.Errorf("%s is read as %+v (%v)", args, c.Doctor, usage)
		}
	}
	if _, err := Read(lab.AllParties(), []string{"doctor", " "}, nil, io.Discard); err == nil || err.Error() != "doctor needs an address, such as https://auth.example.com; see oauthlab help" {
		t.Errorf("an empty address is answered %v", err)
	}
}

func TestWhatDoesNotGoTogetherIsRefused(t *testing.T) {
	for args, want := range map[string]string{
		"--lessons-only":    "--lessons-only needs --lessons",
		"--role lab,nobody": `there is no role "nobody": it takes some of lab,auth,api,webapp,agent,mallory`,
		"--role lab":        "--role lab leaves auth and api and webapp and agent and mallory to other processes",
		"--role lab --auth http://localhost:0 --nats nats:1": `--auth is "http://localhost:0", and another process plays that role`,
		"--nats a:1 --nats-listen b:1":                       "--nats and --nats-listen exclude each other",
		"--nats-cert a":                                      "--nats-cert and --nats-key belong together",
		"--bind localhost":                                   `--bind is "localhost": it takes an IP address`,
		"--bind 0.0.0.0 --listen :1":                         "--bind is for parties on ports of their own",
		"--seed-public":                                      "--seed-public needs --seed",
		"--seed f --role auth,mallory --nats nats:1":         "--seed is for the process that plays the role lab",
		"--seed f --listen :1 --auth https://auth.example":   "not every origin is on loopback: pass --seed-public",
	} {
		if _, err := read(strings.Fields(args), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: it says %v, want %s", args, err, want)
		}
	}
}

// A party that is a row of the table, and nothing else, has its flag, its variable, its
// line in the help and its role.
func TestAMadeUpPartyHasItsFlagAndItsRole(t *testing.T) {
	table := append(lab.AllParties(), lab.Party{ID: "clerk", Serves: "the clerk's office", Origin: "http://localhost:8090"})
	var help bytes.Buffer
	if _, err := Read(table, []string{"--help"}, nil, &help); err != nil || !strings.Contains(help.String(), `--clerk="http://localhost:8090"`) ||
		!strings.Contains(help.String(), "the clerk's office") || !strings.Contains(help.String(), "lab,auth,api,webapp,agent,mallory,clerk") {
		t.Errorf("the help is %s (%v)", &help, err)
	}
	if got := Default(table).Origins["clerk"]; got != "http://localhost:8090" {
		t.Errorf("by default it is at %q", got)
	}
	for _, told := range []struct{ args, environ []string }{
		{[]string{"--clerk", "http://localhost:1"}, nil}, {nil, []string{"OAUTHLAB_CLERK=http://localhost:1"}},
	} {
		c, err := Read(table, told.args, told.environ, io.Discard)
		if err != nil || c.Start.Origins["clerk"] != "http://localhost:1" || len(c.Start.Unheard) > 0 {
			t.Errorf("told %+v it is at %q (%v)", told, c.Start.Origins["clerk"], err)
		}
	}
	c, err := Read(table, []string{"--role", " clerk, lab,clerk", "--nats-listen", "127.0.0.1:1"}, nil, io.Discard)
	if err != nil || !slices.Equal(c.Start.Roles.Played, []event.Party{"clerk", event.Lab}) || len(c.Start.Here()) != 2 || c.Start.Here()[1].ID != "clerk" {
		t.Errorf("it plays %q, and has %+v (%v)", c.Start.Roles.Played, c.Start.Here(), err)
	}
}
