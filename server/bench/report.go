package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// figure is one thing that was measured.
type figure struct {
	Part  string  `json:"part"`
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// report prints figures as they come, and keeps them.
type report struct {
	out io.Writer

	Go         string    `json:"go"`
	System     string    `json:"system"`
	Processors int       `json:"processors"`
	Begun      time.Time `json:"begun"`
	Load       []string  `json:"load"`     // averages of the machine over 1, 5, 15 minutes, at the begin and at the end
	LeftOut    []string  `json:"left_out"` // what could not be measured here, and why
	Figures    []figure  `json:"figures"`
}

func newReport(out io.Writer) *report {
	r := &report{
		out: out, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH,
		Processors: runtime.NumCPU(), Begun: time.Now().UTC(), LeftOut: []string{}, Figures: []figure{},
	}
	fmt.Fprintf(out, "%s %s, %d processors\n", r.Go, r.System, r.Processors)
	r.load()
	return r
}

// load notes how busy the machine is, where the system tells.
func (r *report) load() {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return
	}
	averages := strings.Join(strings.Fields(string(text))[:3], " ")
	r.Load = append(r.Load, averages)
	fmt.Fprintf(r.out, "load of the machine: %s\n", averages)
}

// add reports a figure of a part.
func (r *report) add(part, name string, value float64, unit string) {
	if len(r.Figures) == 0 || r.Figures[len(r.Figures)-1].Part != part {
		fmt.Fprintf(r.out, "\n%s\n", part)
	}
	r.Figures = append(r.Figures, figure{Part: part, Name: name, Value: value, Unit: unit})
	fmt.Fprintf(r.out, "  %-58s %12s  %s\n", name, readable(value), unit)
}

// leftOut reports what could not be measured.
func (r *report) leftOut(part, why string) {
	r.LeftOut = append(r.LeftOut, part+": "+why)
	fmt.Fprintf(r.out, "\n%s left out: %s\n", part, why)
}

func (r *report) end() {
	fmt.Fprintln(r.out)
	r.load()
}

func (r *report) save(file string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// readable writes a number with three figures that count, and all before the point.
func readable(v float64) string {
	switch size := math.Abs(v); {
	case size >= 100 || v == math.Trunc(v):
		return strconv.FormatFloat(v, 'f', 0, 64)
	case size >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	default:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
}

// percentile returns the value that p of 100 are at or below. It sorts all, of which
// there is one at least.
func percentile[T int | int64 | float64 | time.Duration](all []T, p float64) T {
	slices.Sort(all)
	at := int(math.Ceil(float64(len(all))*p/100)) - 1
	return all[max(at, 0)]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
