package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"oauthlab/lessons/event"
	"oauthlab/lessons/prose"
	"oauthlab/server/lab"
)

// Command is what the command line asks for. Only the field of the command that Name names is set.
type Command struct {
	Name   string // "start", "matrix", "lint", "doctor", "progress check", "version"; "help" where the help was asked for, and printed
	Start  Config
	Matrix Matrix
	Lint   Lint
	Check  Check
	Doctor Doctor
}

// UsageError is the error of a command line that cannot be read.
type UsageError struct{ cause error }

func (e *UsageError) Error() string { return prose.Plain(e.cause.Error()) + "; see oauthlab help" }
func (e *UsageError) Unwrap() error { return e.cause }

// Matrix is how the matrix of attacks and guards is printed.
type Matrix struct {
	JSON bool `name:"json" help:"Print JSON, one row a line."`
}

// Lint is which chapters are checked.
type Lint struct {
	Dir  string `arg:"" help:"The folder in which the chapters' folders lie."`
	Only bool   `name:"lessons-only" help:"Check the folder by itself, without the lab's own chapters."`
}

// Progress has the commands that read what learners have done.
type Progress struct {
	Check Check `cmd:"" help:"Read files that learners saved, and print who has done what."`
}

// Check is which learners' files are read, and how they are shown.
type Check struct {
	Files      []string `arg:"" name:"file" help:"The files, as “Save your progress” makes them."`
	Assignment string   `placeholder:"LINK" help:"Show what an assignment asks for, by its link, instead of every chapter."`
	Lessons    Lessons  `embed:""`
	JSON       bool     `name:"json" xor:"as" help:"Print JSON, one row a line."`
	CSV        bool     `name:"csv" xor:"as" help:"Print CSV, for a spreadsheet."`
}

// Doctor is what is examined from outside, and how.
type Doctor struct {
	URL     string        `arg:"" help:"An issuer, a protected resource, or the address of the metadata of one."`
	Follow  bool          `help:"Go to other hosts too, where the documents lead there."`
	JSON    bool          `name:"json" help:"Print JSON, one step a line."`
	Timeout time.Duration `default:"5s" help:"How long one request may take, with its answer."`
}

// Bounds of the time for one request.
const (
	leastTimeout = 10 * time.Millisecond
	mostTimeout  = time.Minute
)

// check reports what cannot be examined.
func (d *Doctor) check() error {
	if strings.TrimSpace(d.URL) == "" {
		return errors.New("doctor needs an address, such as https://auth.example.com")
	}
	if d.Timeout < leastTimeout || d.Timeout > mostTimeout {
		return fmt.Errorf("--timeout is %s: it takes a time from %s to %s", d.Timeout, leastTimeout, mostTimeout)
	}
	return nil
}

// start is the command that is meant where none is named.
type start struct {
	Origins kong.Plugins `embed:"" group:"parties"` // a flag a party
	Config  `embed:""`
}

// grammar is the whole command line.
type grammar struct {
	Start    start    `cmd:"" default:"withargs" hidden:""`
	Matrix   Matrix   `cmd:"" help:"Run every attack against every guard, and print who refused."`
	Lint     Lint     `cmd:"" help:"Check the chapters in a folder as a start with --lessons does, and have the robot play them."`
	Doctor   Doctor   `cmd:"" help:"Examine an authorization server or a protected resource from outside, and say which step fails."`
	Progress Progress `cmd:"" help:"Read what learners have done."`
	Version  struct{} `cmd:"" help:"Print which program this is."`
}

// usage introduces the flags.
const usage = `OAuth Lab: learn OAuth 2.1 by running it, breaking it and mending it.

  oauthlab [flags]            start the lab and print its address
  oauthlab matrix [--json]    run every attack against every guard, and print who refused
  oauthlab lint DIR           check the chapters in a folder, and play them
  oauthlab doctor URL         examine an issuer or a resource from outside, and say which step fails
  oauthlab progress check FILE...
                              read files that learners saved, and print who has done what
  oauthlab version            print which program this is
  oauthlab help [command]     print this list, or what a command takes

Each flag is an environment variable too (--data is OAUTHLAB_DATA); the flag wins.
`

// Read reads the command line args, and what it leaves open of the flags of a start from
// environ (NAME=value each). It prints the help to out where it is asked for.
func Read(parties lab.Parties, args, environ []string, out io.Writer) (Command, error) {
	if len(args) > 0 && args[0] == "help" {
		args = append(slices.Clone(args[1:]), "--help")
	}
	var g grammar
	flags := originFlags(parties)
	g.Start.Origins = kong.Plugins{flags}
	env := environment{environ: environ}
	helped := false
	k, err := parser(&g, parties, out, kong.Resolvers(&env), kong.Exit(func(int) { helped = true }))
	if err != nil {
		return Command{}, err
	}
	ctx, err := k.Parse(twoHyphens(args))
	switch {
	case helped:
		return Command{Name: "help"}, nil
	case err != nil:
		return Command{}, &UsageError{err}
	}
	name, _, _ := strings.Cut(ctx.Command(), " <") // what the command takes stands behind it
	c := Command{Name: name, Matrix: g.Matrix, Lint: g.Lint, Check: g.Progress.Check, Doctor: g.Doctor}
	if name == "doctor" {
		err = g.Doctor.check()
	} else if name != "start" {
		err = c.Check.Lessons.check()
	}
	if err != nil {
		return Command{}, &UsageError{err}
	}
	if name != "start" {
		return c, nil
	}
	c.Start = g.Start.Config
	c.Start.Parties, c.Start.Origins = parties, originsOf(parties, flags)
	c.Start.Settings, c.Start.Unheard = effective(startFlags(k)), env.unheard(startFlags(k))
	if err := c.Start.check(); err != nil {
		return Command{}, &UsageError{err}
	}
	if c.Start.Data == "" {
		c.Start.Data, err = stateFolder()
	}
	return c, err
}

// twoHyphens writes -data as --data: the flags have been taken with one hyphen too, and
// only -h is a letter.
func twoHyphens(args []string) []string {
	long := regexp.MustCompile(`^-[a-z][a-z-]+(=|$)`)
	args = slices.Clone(args)
	for i, arg := range args {
		if long.MatchString(arg) {
			args[i] = "-" + arg
		}
	}
	return args
}

// Default is what a process is told that nothing is said to, but for the folder of the
// labs, which is empty. It panics on a default that its own flag does not take, which is a
// mistake in the program.
func Default(parties lab.Parties) Config {
	var g grammar
	flags := originFlags(parties)
	g.Start.Origins = kong.Plugins{flags}
	k, err := parser(&g, parties, io.Discard)
	if err == nil {
		_, err = k.Parse(nil)
	}
	if err != nil {
		panic(fmt.Sprintf("config: %v", err))
	}
	c := g.Start.Config
	c.Parties, c.Origins = parties, originsOf(parties, flags)
	return c
}

// parser reads command lines into g.
func parser(g *grammar, parties lab.Parties, out io.Writer, more ...kong.Option) (*kong.Kong, error) {
	return kong.New(g, append([]kong.Option{
		kong.Name("oauthlab"), kong.Writers(out, io.Discard), kong.Help(printHelp),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Vars{"roles": joined(idsOf(parties), ",")}, boundsVars(),
		kong.TypeMapper(reflect.TypeFor[time.Duration](), kong.MapperFunc(readSpan)),
		kong.KindMapper(reflect.Int, kong.MapperFunc(readCount)),
		kong.ExplicitGroups([]kong.Group{
			{Key: "parties", Title: "The parties, each on an origin of its own:"},
			{Key: "labs", Title: "Labs and lessons:"},
			{Key: "nats", Title: "Where labs are kept, beside or instead of the data folder:"},
			{Key: "bounds", Title: "What may be asked of it (a rate 120/1m is 120 at once, which come back within a minute):"},
			{Key: "operating", Title: "Operating:"},
		}),
	}, more...)...)
}

// printHelp prints the help of a command; where none is named, that of the program.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	if ctx.Selected() != nil {
		return kong.DefaultHelpPrinter(options, ctx)
	}
	started, err := kong.Trace(ctx.Kong, []string{"start"})
	if err != nil {
		return err
	}
	fmt.Fprint(ctx.Stdout, usage)
	options.NoAppSummary = true
	return kong.DefaultHelpPrinter(options, started)
}

// startFlags are the flags of a start.
func startFlags(k *kong.Kong) []*kong.Flag {
	for _, command := range k.Model.Children {
		if command.Name == "start" {
			return command.Flags
		}
	}
	return nil
}

var (
	errCount = errors.New("it takes a whole number, such as 2000")
	errSpan  = errors.New("it takes a time with its unit, such as 10s, 30m or 336h")
)

// readCount reads a number of things.
func readCount(ctx *kong.DecodeContext, target reflect.Value) error {
	var text string
	if err := ctx.Scan.PopValueInto("number", &text); err != nil {
		return err
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return errCount
	}
	target.SetInt(int64(n))
	return nil
}

// readSpan reads a time that passes.
func readSpan(ctx *kong.DecodeContext, target reflect.Value) error {
	var text string
	if err := ctx.Scan.PopValueInto("time", &text); err != nil {
		return err
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return errSpan
	}
	target.SetInt(int64(d))
	return nil
}

// originFlags returns a pointer to a struct with a flag a party, which takes its origin.
func originFlags(parties lab.Parties) any {
	fields := make([]reflect.StructField, len(parties))
	for i, p := range parties {
		fields[i] = reflect.StructField{
			Name: "Origin" + strconv.Itoa(i), Type: reflect.TypeFor[string](),
			Tag: reflect.StructTag(fmt.Sprintf("name:%q default:%q help:%q", p.ID, p.Origin, "Public origin of "+p.Serves+".")),
		}
	}
	return reflect.New(reflect.StructOf(fields)).Interface()
}

// originsOf returns what originFlags took.
func originsOf(parties lab.Parties, flags any) lab.Origins {
	taken := reflect.ValueOf(flags).Elem()
	origins := lab.Origins{}
	for i, p := range parties {
		origins[p.ID] = taken.Field(i).String()
	}
	return origins
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

func joined(parties []event.Party, by string) string {
	names := make([]string, len(parties))
	for i, p := range parties {
		names[i] = string(p)
	}
	return strings.Join(names, by)
}
