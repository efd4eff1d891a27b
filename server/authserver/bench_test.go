package authserver

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// What the bench keeps never comes near what a document may have, whatever clients ask for and
// say, and however many of them come and go.
func TestTheBenchIsBounded(t *testing.T) {
	var b Bench
	for round := range 5 {
		for n := range lab.MaxOwnClients {
			client := fmt.Sprintf("own-%d%07d", round, n)
			for _, f := range FaultIssuers() {
				flow := fmt.Sprintf("%s-0000-4000-8000-%012d", client[:8], n)
				for _, step := range []string{BenchMetadata, BenchAuthorize, BenchAnswer, BenchToken, BenchKeys, BenchUserInfo, BenchRefresh} {
					b.take(benchRequest{fault: f.Name, flow: flow, client: client, step: BenchStep{Name: step, Error: "temporarily_unavailable"}, isAnswered: true})
				}
				b.run(client, f.Name).Said = &BenchSaying{BenchAccepted, benchWords(strings.Repeat("\x1b<&>\u2028文", 100))}
			}
		}
	}
	text, err := json.Marshal(b)
	if err != nil || len(text) > store.DefaultMaxDocument || len(b.Runs) != maxBenchRuns {
		t.Errorf("it has %d rows in %d bytes (%v)", len(b.Runs), len(text), err)
	}
	b.without(func(string) bool { return false })
	if len(b.Runs) > len(FaultIssuers()) {
		t.Errorf("%d rows are of nobody", len(b.Runs))
	}
}

// What is asked for again is not kept again.
func TestWhatIsNewOnTheBench(t *testing.T) {
	var b Bench
	for i, tt := range []struct {
		q    benchRequest
		want bool
	}{
		{benchRequest{fault: "none", step: BenchStep{Name: BenchUserInfo}}, false}, // of nobody's login
		{benchRequest{fault: "none", step: BenchStep{Name: BenchMetadata}}, true},
		{benchRequest{fault: "none", step: BenchStep{Name: BenchMetadata}}, false},
		{benchRequest{fault: "none", flow: "1", step: BenchStep{Name: BenchAuthorize}}, false}, // of no client of the learner's
		{benchRequest{fault: "none", flow: "1", client: "own-1", step: BenchStep{Name: BenchAuthorize}}, true},
		{benchRequest{fault: "none", flow: "1"}, false}, // the sign-in page is shown
		{benchRequest{fault: "none", flow: "1", isAnswered: true}, true},
		{benchRequest{fault: "none", flow: "1", step: BenchStep{Name: BenchToken}}, true},
		{benchRequest{fault: "none", flow: "2", step: BenchStep{Name: BenchToken}}, false},
		{benchRequest{fault: "token-slow", flow: "1", step: BenchStep{Name: BenchToken}}, false},
		{benchRequest{fault: "none", step: BenchStep{Name: BenchKeys}}, true},
		{benchRequest{fault: "none", step: BenchStep{Name: BenchKeys}}, false},
		{benchRequest{fault: "none", flow: "1", step: BenchStep{Name: BenchUserInfo, Error: "invalid_token"}}, true},
		{benchRequest{fault: "none", flow: "1", step: BenchStep{Name: BenchUserInfo}}, true},
		{benchRequest{fault: "none", flow: "1", step: BenchStep{Name: BenchUserInfo}}, false},
	} {
		if got := b.take(tt.q); got != tt.want {
			t.Errorf("request %d, %+v, is new: %v", i, tt.q, got)
		}
	}
	if r := b.Of("own-1", "none"); len(b.Runs) != 1 || r.Logins != 1 || r.Last() != BenchUserInfo || len(r.Steps) != 6 || r.Steps[0].Name != BenchMetadata {
		t.Errorf("it has %+v", b.Runs)
	}
}
