package site

import (
	"oauthlab/server/authserver"
	"oauthlab/server/clientbench"
)

// clientBench is what the page says of the client bench: what libraries do at each issuer.
type clientBench struct {
	Count     int // of the issuers with a fault
	Libraries []libraryTried
	Rows      []faultTried
}

// libraryTried is one library, with what it came to.
type libraryTried struct {
	clientbench.Tried
	Counts []benchCount
}

// faultTried is one issuer, with what each library did there, in their order.
type faultTried struct {
	authserver.Fault
	Found []found
}

type found struct {
	Finding clientbench.Finding
	Says    string
}

// newClientBench reads the facts, and judges them by the table of faults.
func newClientBench() (clientBench, error) {
	all, err := clientbench.AllTried()
	if err != nil {
		return clientBench{}, err
	}
	page := clientBench{Count: len(authserver.Faults())}
	counts := make([]map[clientbench.Finding]int, len(all))
	for _, f := range authserver.FaultIssuers() {
		row := faultTried{Fault: f}
		for i, t := range all {
			one := found{Finding: clientbench.NotTried}
			if did, tried := t.Of(f.Name); tried {
				one = found{did.Finding(f), did.Says}
			}
			if counts[i] == nil {
				counts[i] = map[clientbench.Finding]int{}
			}
			counts[i][one.Finding]++
			row.Found = append(row.Found, one)
		}
		page.Rows = append(page.Rows, row)
	}
	for i, t := range all {
		page.Libraries = append(page.Libraries, libraryTried{t, countsOf(counts[i])})
	}
	return page, nil
}

// countsOf lists how often there is what, the worst first.
func countsOf(counts map[clientbench.Finding]int) (list []benchCount) {
	for _, f := range clientbench.Findings() {
		if n := counts[f]; n > 0 {
			list = append(list, benchCount{Finding: f, Name: f.Name(), Count: n})
		}
	}
	return list
}
