package main

import (
	"flag"
	"io"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"gopkg.in/yaml.v3"

	"oauthlab/server/config"
	"oauthlab/server/lab"
	"oauthlab/server/seed"
)

// composed is what of compose.yaml must agree with the program, the Caddyfile and NATS.
type composed struct {
	Services map[string]struct {
		Image       string
		Environment map[string]string
		Command     []string
		Volumes     []string
		Grace       string `yaml:"stop_grace_period"`
	}
}

var variable = regexp.MustCompile(`\$\{(\w+)(?::[?-][^}]*)?\}`)

// readCompose reads the compose file that is shipped, with the variables that its
// first lines tell to set.
func readCompose(t *testing.T) composed {
	t.Helper()
	text, err := os.ReadFile("deploy/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]string{
		"LAB_HOST": "lab.oauthlab.example", "AUTH_HOST": "auth.oauthlab.example", "API_HOST": "api.oauthlab.example", "WEBAPP_HOST": "app.oauthlab.example", "AGENT_HOST": "agent.oauthlab.example", "MALLORY_HOST": "mallory.example",
		"NATS_TOKEN": "a-long-random-text",
	}
	for name := range set {
		if !strings.Contains(string(text), "#   export "+name) && !strings.Contains(string(text), " "+name+"=") {
			t.Errorf("its first lines do not say to set %s", name)
		}
	}
	full := variable.ReplaceAllStringFunc(string(text), func(use string) string {
		name := variable.FindStringSubmatch(use)[1]
		if _, known := set[name]; !known && !strings.Contains(use, ":-") {
			t.Errorf("%s is used and not set", name)
		}
		return set[name]
	})
	var c composed
	if err := yaml.Unmarshal([]byte(full), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// The shipped compose file starts the program, NATS and Caddy with what they take.
func TestTheComposeFileSuitsThePrograms(t *testing.T) {
	all := readCompose(t)

	var processes []string
	for name, service := range all.Services {
		if service.Image != "oauthlab" {
			continue
		}
		var environ []string
		for name, value := range service.Environment {
			environ = append(environ, name+"="+value)
		}
		command, err := config.Read(lab.AllParties(), nil, environ, io.Discard)
		c := command.Start
		if err != nil || len(c.Unheard) > 0 {
			t.Fatalf("%s: %v; it sets %q, which are no flags", name, err, c.Unheard)
		}
		if err := c.Parties.Check(c.Origins); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		u, err := url.Parse(c.NATS.URL)
		if err != nil || u.User.Username() != "a-long-random-text" || all.Services[u.Hostname()].Image == "" {
			t.Errorf("%s looks for NATS at %s (%v), which is no service with that token", name, c.NATS.URL, err)
		}
		if grace, err := time.ParseDuration(service.Grace); err != nil || grace < c.Ops.Drain+shutdownWait {
			t.Errorf("%s is killed after %s (%v), and takes up to %s to end", name, service.Grace, err, c.Ops.Drain+shutdownWait)
		}
		processes = append(processes, name+c.Listen)
	}
	slices.Sort(processes)

	nats := flag.NewFlagSet("nats", flag.ContinueOnError)
	o, err := server.ConfigureOptions(nats, all.Services["nats"].Command, nil, nil, nil)
	if err != nil || !o.JetStream || o.StoreDir == "" || o.Authorization != "a-long-random-text" {
		t.Errorf("NATS is told %+v (%v): it needs JetStream, a folder and the token", o, err)
	}

	caddyfile, err := os.ReadFile("deploy/Caddyfile")
	if err != nil {
		t.Fatal(err)
	}
	caddy := all.Services["caddy"]
	for name := range caddy.Environment {
		if !strings.Contains(string(caddyfile), "{$"+name) {
			t.Errorf("the Caddyfile does not know %s", name)
		}
	}
	if got := caddy.Environment["OAUTHLAB_PROCESSES"]; got != strings.Join(processes, " ") || len(processes) < 2 {
		t.Errorf("Caddy asks %q, and the processes are %q", got, processes)
	}
	if !slices.Contains(caddy.Volumes, "./Caddyfile:/etc/caddy/Caddyfile:ro") {
		t.Errorf("Caddy has %q and not its Caddyfile", caddy.Volumes)
	}
}

// The image is built from what .dockerignore leaves of the repository. make release asks
// git for the version there.
func TestTheImageCanTellItsVersion(t *testing.T) {
	ignored, err := os.ReadFile("../.dockerignore")
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(strings.Fields(string(ignored)), ".git") {
		t.Error("the image is built without .git, and does not know its version")
	}
}

// The Compose file of the example starts the program with flags that it takes and the seed
// beside it, whose lab is the one that the tests ask for; and what it publishes is where the
// parties are.
func TestTheExampleOfContainersSuitsTheProgram(t *testing.T) {
	text, err := os.ReadFile("seed/example/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		Services map[string]struct {
			Command, Ports, Volumes []string
			NetworkMode             string `yaml:"network_mode"`
		}
	}
	if err := yaml.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	program, tests := c.Services["oauthlab"], c.Services["tests"]
	command, err := config.Read(lab.AllParties(), program.Command, nil, io.Discard)
	if err != nil || command.Start.Bind == "" || !slices.Contains(program.Volumes, "./lab.yaml:"+command.Start.Seed.File+":ro") {
		t.Errorf("it starts with %+v (%v)", command.Start, err)
	}
	for _, p := range lab.AllParties() {
		u, _ := url.Parse(p.Origin)
		if want := "127.0.0.1:" + u.Port() + ":" + u.Port(); !slices.Contains(program.Ports, want) {
			t.Errorf("it does not publish %s", want)
		}
	}
	seeds, err := seed.ReadFile("seed/example/lab.yaml", &lab.Labs{Origins: lab.AllParties().Defaults()})
	if err != nil {
		t.Fatal(err)
	}
	asked := strings.Join(tests.Command, " ")
	if tests.NetworkMode != "service:oauthlab" || !strings.HasSuffix(asked, seeds[0].ID.String()) {
		t.Errorf("the tests ask for %s in the network of %s", asked, tests.NetworkMode)
	}
}
