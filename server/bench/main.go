// Command bench measures the lab as it runs: it starts the program that make built,
// drives it from outside as learners and their pages do, and prints what it cost.
//
//	bench [flags]
//
// The learners are the client and the lab session of the page itself, run outside a
// browser: every note goes up a real websocket and is waited for; but for those of the parts
// page and class, who have real pages in a real browser. They share the
// machine with the program, so times hold for this machine as busy as it is; the
// processor time of the program alone is given beside them, and is the steadier
// figure. Nothing is judged: figures are for reading side by side.
//
// The program runs with its bounds lifted (rates, numbers of labs and followers) and
// everything else as by default, in a folder of its own that is removed at the end.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	binary     string // the program
	wasm       string // the program for the browser, unpacked
	hello      string // a hello world of go-app, unpacked
	profiles   string // folder for profiles of the program; "" for none
	counts     counts
	report     *report
	descriptor uint64 // how many files this process may open
}

// counts say how much is measured.
type counts struct {
	labs        []int // at once, for flows
	flowsPerLab int
	flows       int           // at least so many in all, over rounds of fresh labs
	followed    []int         // labs with a follower each
	messages    int           // timed on their way to a follower
	quiet       time.Duration // for which followers hear nothing: longer than they take to grow uneasy
	grown       []int         // labs that there are
	operations  int           // of each kind, at each size
	pages       int           // visitors of each page
	slowPages   int           // the same, over each slow network
	class       int           // learners with a page each
	opening     int           // of them who open it at once
	packs       []int         // levels of brotli
	learners    int           // at once, while labs grow
	inParallel  int           // requests at once where nothing is timed
	signing     time.Duration // for which signatures are counted
}

func thorough() counts {
	return counts{
		labs: []int{1, 8, 64}, flowsPerLab: 20, flows: 640, followed: []int{1000, 10_000}, messages: 2000, quiet: time.Minute,
		grown: []int{1000, 2000, 4000, 8000}, operations: 1000, pages: 7, slowPages: 3, class: 30, opening: 4, packs: []int{5, 11},
		learners: 8, inParallel: 32, signing: 2 * time.Second,
	}
}

// brief is enough to see that everything works.
func brief() counts {
	return counts{
		labs: []int{1, 2}, flowsPerLab: 2, flows: 2, followed: []int{10}, messages: 20, quiet: time.Second / 10,
		grown: []int{5, 10}, operations: 5, pages: 1, slowPages: 1, class: 6, opening: 3, packs: []int{0}, learners: 2, inParallel: 4, signing: time.Second / 10,
	}
}

// part is something to measure.
type part struct {
	name    string
	measure func(*bench, context.Context) error
}

func parts() []part {
	return []part{
		{"flows", (*bench).measureFlows}, {"openid", (*bench).measureOpenID}, {"feed", (*bench).measureFeed}, {"growth", (*bench).measureGrowth},
		{"page", (*bench).measurePage}, {"class", (*bench).measureClass}, {"size", (*bench).measureSize},
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	var names []string
	for _, p := range parts() {
		names = append(names, p.name)
	}
	b := &bench{report: newReport(stdout)}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&b.binary, "binary", "bin/oauthlab", "the program to measure (`file`)")
	flags.StringVar(&b.wasm, "wasm", "bin/app.wasm", "the program for the browser (`file`)")
	flags.StringVar(&b.hello, "hello", "bin/hello.wasm", "app/hello, built alike (`file`)")
	flags.StringVar(&b.profiles, "profiles", "", "`folder` for processor and heap profiles of the program under load")
	only := flags.String("only", strings.Join(names, ","), "`parts` to measure")
	out := flags.String("json", "", "`file` for the figures as JSON")
	short := flags.Bool("brief", false, "measure little: to see that everything works")
	if err := flags.Parse(args); err != nil {
		return err
	}
	wanted := strings.Split(*only, ",")
	for _, name := range wanted {
		if !slices.Contains(names, name) {
			return fmt.Errorf("there is no part %q: there are %s", name, strings.Join(names, ", "))
		}
	}
	b.counts = thorough()
	if *short {
		b.counts = brief()
	}
	b.descriptor = descriptors()
	for _, p := range parts() {
		if !slices.Contains(wanted, p.name) {
			continue
		}
		if err := p.measure(b, ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	b.report.end()
	if *out == "" {
		return nil
	}
	return b.report.save(*out)
}
