package clientbench

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"

	"oauthlab/server/authserver"
)

// What libraries that nobody of the lab wrote do at each issuer: facts, with versions. The files
// were written by the scripts beside them, and that of go-oidc by a test of package main, which
// compares it ever since.
//
//go:embed tried/*.json
var triedFiles embed.FS

// Tried is what one library did.
type Tried struct {
	Library string         `json:"library"`
	Version string         `json:"version"`
	Does    string         `json:"does"` // which of its calls were made, and what was done beside them
	Chapter string         `json:"chapter"`
	Faults  []TriedAtFault `json:"faults"` // all that there were
}

// TriedAtFault is what it did at the issuer with one fault.
type TriedAtFault struct {
	Fault   string                  `json:"fault"`
	Outcome authserver.BenchOutcome `json:"outcome,omitempty"` // "" where it never met the fault
	Last    string                  `json:"last"`              // the last that it asked for, as the bench names it
	Says    string                  `json:"says,omitempty"`    // the library's own words, if it refused
}

// Of returns what the library did at a fault, and whether it was there.
func (t Tried) Of(fault string) (TriedAtFault, bool) {
	for _, f := range t.Faults {
		if f.Fault == fault {
			return f, true
		}
	}
	return TriedAtFault{}, false
}

// AllTried returns the facts, by library.
var AllTried = sync.OnceValues(func() ([]Tried, error) {
	names, err := fs.Glob(triedFiles, "tried/*.json")
	if err != nil {
		return nil, err
	}
	var all []Tried
	for _, name := range names {
		text, err := triedFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var t Tried
		if err := json.Unmarshal(text, &t); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, t)
	}
	return all, nil
})

// Finding is what there is to say of the library and the fault.
func (t TriedAtFault) Finding(f authserver.Fault) Finding {
	if t.Outcome == "" {
		return NotMet
	}
	return FindingOf(f, t.Outcome)
}

// TriedOf sums a report up.
func (r BenchReport) TriedOf(t Tried) Tried {
	t.Chapter = r.Chapter
	for _, row := range r.Rows {
		one := TriedAtFault{Fault: row.Fault, Outcome: row.Outcome, Says: row.Says}
		if n := len(row.Steps); n > 0 {
			one.Last = row.Steps[n-1]
		}
		t.Faults = append(t.Faults, one)
	}
	return t
}
