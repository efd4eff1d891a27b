package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/server/lab"
)

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("left out: the whole program and the browser; make test runs them")
		return
	}
	os.Exit(func() int {
		root, err := filepath.Abs("../..")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		// The same build as a user's; it does nothing where nothing has changed.
		if out, err := exec.Command("make", "-C", root, "build").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "make build: %v\n%s", err, out)
			return 1
		}
		binary = filepath.Join(root, "bin", "oauthlab")
		// Looked at here, so that a cached result does not outlive the binary.
		if _, err := os.Stat(binary); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer stopBrowser()
		return m.Run()
	}())
}

// program is a running oauthlab.
type program struct {
	origins            lab.Origins
	lab, auth, mallory string // some of them
	data               string
	cmd                *exec.Cmd
	output             *strings.Builder // what it printed; read after wait
	opening            string           // what it printed up to the last of its origins
	done               chan struct{}
}

// announced takes the origins that a line of the program's announcement names, in either
// form of its log.
func announced(line string, origins lab.Origins) {
	told := map[string]any{}
	isJSON := json.Unmarshal([]byte(line), &told) == nil && told["msg"] == "open"
	for _, p := range lab.AllParties() {
		if origin, is := told[string(p.ID)].(string); isJSON && is {
			origins[p.ID] = origin
		}
		text := "  " + p.Title + " "
		if p.ID == event.Lab {
			text = "OAuth Lab is open: "
		}
		if rest, is := strings.CutPrefix(line, text); is && strings.HasPrefix(strings.TrimSpace(rest), "http") {
			origins[p.ID] = strings.TrimSpace(rest)
		}
	}
}

// anyOrigins are those of a program on free ports.
func anyOrigins() lab.Origins {
	o := lab.AllParties().Defaults()
	for id, origin := range o {
		o[id] = origin[:strings.LastIndexByte(origin, ':')] + ":0"
	}
	return o
}

// flagsFor are the flags that put the parties on origins.
func flagsFor(o lab.Origins) []string {
	var flags []string
	for _, p := range lab.AllParties() {
		flags = append(flags, p.Flag(), o[p.ID])
	}
	return flags
}

// start runs the program on free ports and a data folder.
func start(t *testing.T, data string) *program {
	t.Helper()
	return startOn(t, data, freeOrigins(t))
}

// startAgain runs the program where p ran, with what p left behind.
func startAgain(t *testing.T, p *program, args ...string) *program {
	t.Helper()
	return startOn(t, p.data, p.origins, args...)
}

// startOn runs the program and waits until it says that it is open. It is ended
// with the test.
func startOn(t *testing.T, data string, o lab.Origins, args ...string) *program {
	t.Helper()
	flags := append(flagsFor(o), "--data", data)
	return startCommand(t, data, exec.Command(binary, append(flags, args...)...))
}

// startCommand is startOn for a command that runs the program on data.
func startCommand(t *testing.T, data string, cmd *exec.Cmd) *program {
	t.Helper()
	origins := lab.Origins{}
	p := launch(t, func(line string) bool {
		announced(line, origins)
		return len(origins) == len(lab.AllParties())
	}, cmd)
	p.data = data
	p.at(origins)
	return p
}

// at takes note of where the program is.
func (p *program) at(o lab.Origins) {
	p.origins, p.lab, p.auth, p.mallory = o, o[event.Lab], o[event.Auth], o[event.Mallory]
}

// launch runs the program until a line of its output is the one that is waited for.
func launch(t *testing.T, opened func(line string) bool, cmd *exec.Cmd) *program {
	t.Helper()
	p := &program{cmd: cmd, output: &strings.Builder{}, done: make(chan struct{})}
	p.cmd.Dir = t.TempDir() // it runs from any folder
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if p.cmd.Stderr == nil {
		p.cmd.Stderr = os.Stderr
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.kill() })

	lines := bufio.NewScanner(out)
	for open := false; !open; open = opened(lines.Text()) {
		if !lines.Scan() {
			close(p.done)
			t.Fatalf("the program did not open:\n%s", p.output)
		}
		fmt.Fprintln(p.output, lines.Text())
	}
	p.opening = p.output.String()
	go func() {
		defer close(p.done)
		for lines.Scan() {
			fmt.Fprintln(p.output, lines.Text())
		}
	}()
	return p
}

// kill ends the program at once, as a crash would.
func (p *program) kill() {
	if p.cmd.ProcessState == nil {
		p.cmd.Process.Kill() //nolint:errcheck // it may have ended
		p.wait()
	}
}

// interrupt asks the program to end and returns how it did.
func (p *program) interrupt() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.wait()
}

func (p *program) wait() error {
	<-p.done
	return p.cmd.Wait()
}

// runToEnd runs the program with args until it ends and returns what it printed. A
// program that does not end by itself is killed after a minute.
func runToEnd(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, binary, args...).CombinedOutput()
	return string(out), err
}
