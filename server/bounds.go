package main

import (
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"time"

	"oauthlab/server/limit"
	"oauthlab/server/store"
)

// bounds are what one may ask of the program. They are told in one table in the
// package comment; each has a flag, and a test that meets it.
type bounds struct {
	maxLabs           int        // that there are
	maxLabsPerAddress int        // made by one address while an idle lab is kept
	labRate           limit.Rate // of new labs by one address
	apiRate           limit.Rate // of calls of the lab's API by one address
	flowRate          limit.Rate // of requests to the other parties of one lab

	maxEvents    int  // of one lab's log; the oldest go
	maxDocument  size // of one party's document in one lab
	maxBody      size // of a request
	maxHeader    size // of a request, all of them together
	maxFollowers int  // websockets, in all
	maxFollowing int  // websockets of one lab

	idle     time.Duration // after which a lab that nobody uses expires
	maxStore size          // of an embedded store; 0: three quarters of what is free at the start
	minFree  size          // of the disk that is left to others
}

// defaultBounds suit a machine with 2 cores and a class of hundreds behind one address.
func defaultBounds() bounds {
	return bounds{
		maxLabs: 20_000, maxLabsPerAddress: 2000,
		labRate: limit.Rate{Most: 120, Per: time.Minute},
		apiRate: limit.Rate{Most: 3000, Per: time.Minute}, flowRate: limit.Rate{Most: 1200, Per: time.Minute},
		maxEvents: store.DefaultMaxEventsPerLab, maxDocument: store.DefaultMaxDocument,
		maxBody: 16 << 10, maxHeader: 16 << 10, maxFollowers: 5000, maxFollowing: 20,
		idle: store.DefaultLabTTL, minFree: store.DefaultMinFree,
	}
}

// flags adds a flag for each bound, with the default that b has.
func (b *bounds) flags(flags *flag.FlagSet) {
	*b = defaultBounds()
	flags.Var((*count)(&b.maxLabs), "max-labs", "labs in all; 0: any `number`")
	flags.Var((*count)(&b.maxLabsPerAddress), "max-labs-per-address", "labs that one address makes while an idle lab is kept; 0: any `number`")
	flags.Var(&b.labRate, "lab-rate", "new labs of one address: so many at once, which come back within that time (`rate`)")
	flags.Var(&b.apiRate, "api-rate", "calls of the lab's API by one address (`rate`)")
	flags.Var(&b.flowRate, "flow-rate", "requests to the authorization server and to Mallory in one lab, each (`rate`)")
	flags.Var((*count)(&b.maxEvents), "max-events", "`number` of events in the log of one lab; the oldest go")
	flags.Var(&b.maxDocument, "max-document", "`size` of what one party remembers of one lab")
	flags.Var(&b.maxBody, "max-body", "`size` of the body of a request")
	flags.Var(&b.maxHeader, "max-header", "`size` of the headers of a request")
	flags.Var((*count)(&b.maxFollowers), "max-followers", "websockets in all; 0: any `number`")
	flags.Var((*count)(&b.maxFollowing), "max-followers-per-lab", "websockets of one lab; 0: any `number`")
	flags.Var((*span)(&b.idle), "idle", "how long a lab is kept that nobody uses (`time`)")
	flags.Var(&b.maxStore, "max-store", "`size` of all labs on disk; 0: three quarters of what is free at the start")
	flags.Var(&b.minFree, "min-free", "`size` of the disk that is left free: with less, labs are closed until there is room")
}

// check reports a bound that would make the program useless.
func (b *bounds) check() error {
	least := []struct {
		flag        string
		value, from int64
	}{
		{"--max-labs", int64(b.maxLabs), 0}, {"--max-labs-per-address", int64(b.maxLabsPerAddress), 0},
		{"--max-followers", int64(b.maxFollowers), 0}, {"--max-followers-per-lab", int64(b.maxFollowing), 0},
		{"--max-events", int64(b.maxEvents), 100}, {"--max-document", int64(b.maxDocument), 16 << 10},
		{"--max-body", int64(b.maxBody), 4 << 10}, {"--max-header", int64(b.maxHeader), 4 << 10},
		{"--min-free", int64(b.minFree), 1},
	}
	for _, l := range least {
		if l.value < l.from {
			return fmt.Errorf("%s is %d: it is at least %d", l.flag, l.value, l.from)
		}
	}
	if b.idle < time.Minute {
		return fmt.Errorf("--idle is %s: a lab is kept for a minute at least", b.idle)
	}
	return nil
}

// size is a number of bytes, as a flag: 64KiB, 10GiB, or a plain number.
type size int64

var errSize = errors.New("it takes a number of bytes, such as 65536, 64KiB, 256MiB or 10GiB")

// units of a size, the largest first.
func units() []struct {
	name  string
	bytes int64
} {
	return []struct {
		name  string
		bytes int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}
}

// String implements flag.Value.
func (s *size) String() string {
	for _, u := range units() {
		if *s != 0 && int64(*s)%u.bytes == 0 {
			return strconv.FormatInt(int64(*s)/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(*s), 10)
}

// Set implements flag.Value.
func (s *size) Set(text string) error {
	factor := int64(1)
	for _, u := range units() {
		if number, found := strings.CutSuffix(text, u.name); found {
			text, factor = number, u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > 1<<62/factor {
		return errSize
	}
	*s = size(n * factor)
	return nil
}

// count is a number of things, as a flag.
type count int

var errCount = errors.New("it takes a whole number, such as 2000")

// String implements flag.Value.
func (c *count) String() string { return strconv.Itoa(int(*c)) }

// Set implements flag.Value.
func (c *count) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil {
		return errCount
	}
	*c = count(n)
	return nil
}

// span is a time that passes, as a flag.
type span time.Duration

var errSpan = errors.New("it takes a time with its unit, such as 10s, 30m or 336h")

// String implements flag.Value.
func (s *span) String() string { return time.Duration(*s).String() }

// Set implements flag.Value.
func (s *span) Set(text string) error {
	d, err := time.ParseDuration(text)
	if err != nil {
		return errSpan
	}
	*s = span(d)
	return nil
}
