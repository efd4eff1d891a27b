package clientbench

import (
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
)

// BenchRow is what there is to say of a client and one fault.
type BenchRow struct {
	Fault   string           `json:"fault"`
	Issuer  string           `json:"issuer"`
	Changes string           `json:"changes"`
	Section string           `json:"section"`
	Bound   authserver.Bound `json:"bound"`            // what a client is bound to do
	Only    string           `json:"only,omitempty"`   // which clients that binds, where it is not all
	Logins  int              `json:"logins,omitempty"` // that it takes to meet the fault; 0 is one

	Finding Finding                 `json:"finding"`
	Outcome authserver.BenchOutcome `json:"outcome,omitempty"` // "" where it is not known
	How     string                  `json:"how,omitempty"`     // a sentence
	Says    string                  `json:"says,omitempty"`    // the client's own words
	Steps   []string                `json:"steps,omitempty"`   // what it asked for, in its latest login

	BoundText string `json:"-"` // Bound and Only in words
	Asks      bool   `json:"-"` // whoever ran the client may know better
}

// BenchReport is what is found of one client.
type BenchReport struct {
	Client  string          `json:"client"`
	Name    string          `json:"name"`
	Chapter string          `json:"chapter"`
	Counts  map[Finding]int `json:"counts"`
	Rows    []BenchRow      `json:"faults"`
}

// ReportOf judges a client by what it did at the issuers of a lab, whose own issuer is given.
func ReportOf(id, name, issuer string, rules guard.Rules, bench authserver.Bench) BenchReport {
	report := BenchReport{Client: id, Name: name, Chapter: rules.Chapter, Counts: map[Finding]int{}, Rows: []BenchRow{}}
	if !rules.Has(guard.IDFaultIDToken) {
		return report
	}
	faultless := bench.Of(id, guard.NoFault)
	for _, f := range authserver.FaultIssuersIn(rules) {
		run := bench.Of(id, f.Name)
		row := BenchRow{Fault: f.Name, Issuer: issuer + "/fault/" + f.Name, Changes: f.Changes, Section: f.Section, Bound: f.Client, BoundText: f.BoundText(), Only: f.Only, Logins: f.Logins}
		found := judge(f, run, faultless)
		row.Finding, row.Outcome, row.How, row.Asks = found.finding, found.outcome, found.how, found.asks
		for _, s := range run.Steps {
			row.Steps = append(row.Steps, s.Name)
		}
		if run.Said != nil {
			row.Says = run.Said.Words
		}
		report.Counts[row.Finding]++
		report.Rows = append(report.Rows, row)
	}
	return report
}

// Tried is how many issuers the client was at.
func (r BenchReport) Tried() int { return len(r.Rows) - r.Counts[NotTried] }
