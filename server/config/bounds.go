package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"oauthlab/server/limit"
	"oauthlab/server/store"
)

// Bounds are what one may ask of the program. They are told in one table in the package
// comment of server; each has a test that meets it. The defaults suit a machine with
// 2 cores and a class of hundreds behind one address.
type Bounds struct {
	MaxLabs           int        `default:"20000" help:"Labs in all; 0: any number."`
	MaxLabsPerAddress int        `default:"2000" help:"Labs that one address makes while an idle lab is kept; 0: any number."`
	LabRate           limit.Rate `default:"120/1m" help:"New labs of one address."`
	APIRate           limit.Rate `name:"api-rate" default:"3000/1m" help:"Calls of the lab's API by one address."`
	FlowRate          limit.Rate `default:"1200/1m" help:"Requests to the authorization server and to Mallory in one lab, each."`

	MaxEvents          int  `default:"${max_events}" help:"Events in the log of one lab; the oldest go."`
	MaxDocument        Size `default:"${max_document}" help:"Size of what one party remembers of one lab."`
	MaxBody            Size `default:"16KiB" help:"Size of the body of a request."`
	MaxHeader          Size `default:"16KiB" help:"Size of the headers of a request, all of them together."`
	MaxFollowers       int  `default:"5000" help:"Websockets in all; 0: any number."`
	MaxFollowersPerLab int  `default:"20" help:"Websockets of one lab; 0: any number."`

	Idle     time.Duration `default:"${idle}" help:"How long a lab is kept that nobody uses."`
	MaxStore Size          `default:"0" help:"Size of all labs on disk; 0: three quarters of what is free at the start."`
	MinFree  Size          `default:"${min_free}" help:"Room on the disk that is left free: with less, labs are closed until there is room."`
}

// boundsVars are the defaults that the store has by itself.
func boundsVars() kong.Vars {
	return kong.Vars{
		"max_events": strconv.Itoa(store.DefaultMaxEventsPerLab), "max_document": Size(store.DefaultMaxDocument).String(),
		"idle": store.DefaultLabTTL.String(), "min_free": Size(store.DefaultMinFree).String(),
	}
}

// check reports a bound that would make the program useless.
func (b *Bounds) check() error {
	least := []struct {
		flag        string
		value, from int64
	}{
		{"--max-labs", int64(b.MaxLabs), 0}, {"--max-labs-per-address", int64(b.MaxLabsPerAddress), 0},
		{"--max-followers", int64(b.MaxFollowers), 0}, {"--max-followers-per-lab", int64(b.MaxFollowersPerLab), 0},
		{"--max-events", int64(b.MaxEvents), 100}, {"--max-document", int64(b.MaxDocument), 16 << 10},
		{"--max-body", int64(b.MaxBody), 4 << 10}, {"--max-header", int64(b.MaxHeader), 4 << 10},
		{"--min-free", int64(b.MinFree), 1},
	}
	for _, l := range least {
		if l.value < l.from {
			return fmt.Errorf("%s is %d: it is at least %d", l.flag, l.value, l.from)
		}
	}
	if b.Idle < time.Minute {
		return fmt.Errorf("--idle is %s: a lab is kept for a minute at least", b.Idle)
	}
	return nil
}

// Size is a number of bytes: 64KiB, 10GiB, or a plain number.
type Size int64

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

// String writes the size as the flag takes it.
func (s Size) String() string {
	for _, u := range units() {
		if s != 0 && int64(s)%u.bytes == 0 {
			return strconv.FormatInt(int64(s)/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Size) UnmarshalText(text []byte) error {
	digits, factor := string(text), int64(1)
	for _, u := range units() {
		if number, found := strings.CutSuffix(digits, u.name); found {
			digits, factor = number, u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > 1<<62/factor {
		return errSize
	}
	*s = Size(n * factor)
	return nil
}
