// Command oauthlab runs OAuth Lab: a lab in which one learns OAuth 2.1 by running it,
// breaking it and mending it.
//
// Usage:
//
//	oauthlab [flags]            start the lab and print its address
//	oauthlab matrix [--json]    run every attack against every guard, and print who refused
//	oauthlab lint DIR           check the chapters in a folder, and play them
//	oauthlab doctor URL         examine an issuer or a resource from outside, and say which step fails
//	oauthlab progress check FILE...
//	                            read files that learners saved, and print who has done what
//	oauthlab version            print which program this is
//	oauthlab help [command]     print this list and the flags, or what a command takes
//
// The lab is several parties, each on an origin of its own, so that redirects,
// cookies and CORS are real:
//
//	--lab      http://localhost:8080   the client, the lessons, the lab's API
//	--auth     http://localhost:8081   the authorization server
//	--api      http://localhost:8082   the API, from v06 on
//	--webapp   http://localhost:8084   the web app, a client with a secret
//	--agent    http://localhost:8085   the agent, which acts for Alice
//	--mallory  http://127.0.0.1:8083   the attacker's site
//
// A flag takes the public origin of its party. Port 0 takes a free one. With
// --listen ADDRESS all parties are served on one address and told apart by the
// Host header, for use behind a proxy.
//
// The name localhost is two addresses, 127.0.0.1 and ::1. What is given as localhost is
// taken on both, where the machine has both; another program on one of them ends the
// start. The answer to a request with another Host than a party's says which one is
// expected, and the log says so too; a browser that opens a page is redirected there.
//
// # Several processes
//
// By default one process plays all parties and keeps the labs itself, in a NATS
// server inside of it. With --nats URL they are kept by a NATS server elsewhere, or,
// comma-separated, by a cluster. Then any number of processes can play the same
// parties beside each other, behind a proxy that gives each request to any of them.
// With --role lab,auth a process plays some parties and leaves the rest to others
// that share its store; it opens the documents of its own parties only. With
// --nats-listen ADDRESS the server inside a process takes the others, who must know
// its token: it is made in the data folder, and named by --nats-token-file.
//
// All of them are the same build, have the same flags but these, and clocks that
// agree: codes and tokens expire by the clock of whichever process is asked. What
// a process prints, and how many websockets it has, is its own.
//
// Every event is printed as it happens; --log json prints one JSON object a line,
// for programs, without codes, tokens or any other value that an event carries.
//
// With --lessons DIR the lab teaches the chapters in that folder beside its own; one
// with an id of ours takes its place. --lessons-only leaves ours out. A folder with
// anything wrong in it stops the start.
//
// With --seed FILE labs are there from the start, with ids, keys, users and clients that a
// test suite knows beforehand; server/seed/example/README.md says what stands in the file.
// Anything wrong in it ends the start.
//
// Each flag can be given as an environment variable too: --data is OAUTHLAB_DATA,
// --ops-listen OAUTHLAB_OPS_LISTEN. A flag on the command line wins. A variable
// OAUTHLAB_... that names no flag is said at start, and does nothing.
//
// # Examining other servers
//
// oauthlab doctor URL goes through the steps of discovery, for an issuer, a protected resource
// or the address of the metadata of one, and says which step fails, by which section, and what
// to do. It asks the host and port of the URL alone; with --follow also those that the documents
// lead to. It sends no credentials, and nothing but what reads, save one empty request to the
// token endpoint, which that must refuse. --json prints one JSON object a line.
//
// It ends with 0 where nothing failed, 1 where something did. A command line that cannot be
// read ends every command with 2.
//
// # Bounds
//
// What strangers can ask is bounded. Each bound is a flag; a rate 120/1m means 120 at
// once, which come back evenly within a minute. An address is that of the connection,
// or, where that is a --trusted-proxy, the one that the proxy names in
// X-Forwarded-For. The bounds of addresses hold in each process by itself.
//
//	flag                     default    at the bound
//	--max-labs               20000      503 house_full; the page says so, and offers to start again
//	--max-labs-per-address   2000       429 too_many_labs; likewise
//	--lab-rate               120/1m     429 too_many_labs; likewise
//	--api-rate               3000/1m    429 too_many_calls, by address
//	--flow-rate              1200/1m    429 temporarily_unavailable, by lab; people see a page
//	--max-events             2000       the oldest events of the lab go; its feed says that there is a gap
//	--max-document           256KiB     507 lab_full; a reset makes room
//	--max-body               16KiB      413 invalid_request, or too_large at the lab's API
//	--max-header             16KiB      431
//	--max-followers          5000       503 too_many_followers; the page says so, and tries again
//	--max-followers-per-lab  20         429 too_many_followers; likewise
//	--idle                   336h0m0s   the lab expires: 404, or a page that leads back to a new one
//	--max-store              0          503 until labs have expired; 0 is three quarters of what is free
//	--min-free               64MiB      503 until there is more room on the disk
//
// Every refusal in JSON has error, error_description and hint; 429 and 503 have
// Retry-After. Passwords may be tried five times in a row at one account of one lab,
// then once in ten seconds of the lab's time.
//
// # Operating
//
// /healthz answers that the process lives, and /readyz whether visitors may be sent
// here: JSON with the state of each check, 503 where one fails. Both answer on every
// origin and for any Host. The checks are the store (it answers, and takes writes),
// the disk (it can be written, and has room), the clock (it was not put back) and
// draining. While one of the first three fails, labs are closed: every request to
// one is answered 503 with Retry-After, and nothing is changed. The reason is logged
// once, and labs open again by themselves.
//
// /metrics, in the form of Prometheus, counts requests by party and endpoint,
// verdicts by guard, labs, followers, the delay of the feed and the time that the
// store takes. It is on the lab's origin where that is this machine alone;
// otherwise on --ops-listen ADDRESS, which the public should not reach, together
// with the other two. There, and nowhere else, /debug/pprof/ has profiles of the
// running program for go tool pprof.
//
// Operators' logs go to standard error, and have no secrets. On standard output
// people see the walkthrough of every flow, with codes and tokens: in a place that
// others read, use --log json.
//
// On SIGTERM or SIGINT /readyz turns to 503; after --drain (0s by default) followers
// are sent away with close 1001 and come back elsewhere, no connection is taken any
// more, what is under way is finished, and the program ends with 0. A second signal
// ends it at once; what was acknowledged is kept even then.
//
// A kill loses nothing that was acknowledged. Where the data folder does not hold all of
// that any more, because a disk failed or somebody removed a file, the program does not
// start: one line says which file it is, and nothing is changed. Put the folder back from
// a copy, or move it away to begin without labs, or pass --accept-loss once to go on with
// what is left: then documents may be older than they were, and a code that was spent is
// unspent. The loss of the whole machine can cost the last seconds, and is said likewise.
//
// Labs are kept under --data, by default the user's state folder. One process
// works on a folder at a time. Nothing else on the machine is written, but for the file
// that --nats-token-file names; matrix and lint remove their temporary folder.
package main

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"oauthlab/server/authserver"
	"oauthlab/server/classroom"
	"oauthlab/server/config"
	"oauthlab/server/doctor"
	"oauthlab/server/lab"
	"oauthlab/server/prove"
)

func main() {
	signals, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, end := context.WithCancel(context.Background())
	defer end()
	context.AfterFunc(signals, func() {
		stop() // from here on, a second signal ends the program at once
		end()
	})
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		if !errors.Is(err, doctor.ErrFailed) { // of which the report has told
			fmt.Fprintln(os.Stderr, "oauthlab:", err)
		}
		os.Exit(exitStatus(err))
	}
}

// exitStatus is what the program ends with after an error: 2 where the command line cannot be
// read, else 1.
func exitStatus(err error) int {
	if _, is := errors.AsType[*config.UsageError](err); is {
		return 2
	}
	return 1
}

// run executes the command line args until it is done or ctx ends.
func run(ctx context.Context, args []string, stdout io.Writer) error {
	command, err := config.Read(lab.AllParties(), args, os.Environ(), stdout)
	if err != nil {
		return err
	}
	switch command.Name {
	case "matrix":
		return prove.Matrix(ctx, serveTrial, command.Matrix, stdout)
	case "lint":
		return prove.Lint(ctx, serveTrial, command.Lint, stdout)
	case "doctor":
		return doctor.Run(ctx, command.Doctor, colorful(stdout), stdout)
	case "progress check":
		return classroom.Check(command.Check, stdout, os.Stderr)
	case "version":
		return printVersion(stdout)
	case "start":
		return start(ctx, setup{Config: command.Start, console: stdout}, stdout)
	}
	return nil // the help is printed
}

// start opens the lab, says where it is, and serves it until ctx ends.
func start(ctx context.Context, s setup, stdout io.Writer) error {
	h, err := open(ctx, s)
	if err != nil {
		return err
	}
	h.announce(stdout)
	return h.serve(ctx)
}

// setup is what a process is told, and what it is given.
type setup struct {
	config.Config
	console io.Writer                       // where the events are told; nil for nowhere
	now     func() time.Time                // nil: the clock
	newKey  func() (*rsa.PrivateKey, error) // nil: made ahead of need
	stderr  io.Writer                       // what operators need to know; nil: standard error
}

// keys returns where the keys of labs come from, until ctx ends.
func (s *setup) keys(ctx context.Context) func() (*rsa.PrivateKey, error) {
	if s.newKey != nil {
		return s.newKey
	}
	return authserver.NewKeyPool(ctx).Take
}

// complete fills in what was left open.
func (s *setup) complete() {
	if s.now == nil {
		s.now = time.Now
	}
	if s.stderr == nil {
		s.stderr = os.Stderr
	}
}
