package clientbench

import (
	"encoding/xml"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
)

// What programs that show test results read is well-formed, whatever a client is called and says,
// and counts what it lists.
func TestJUnit(t *testing.T) {
	run := login("metadata", "authorize", "answer", "token", "userinfo")
	run.Fault, run.Said = "id-token-wrong-iss", &authserver.BenchSaying{Outcome: authserver.BenchAccepted, Words: "]]>\x1b[31m<b>\u202e&\x00"}
	odd := saying(login("metadata", "authorize", "answer", "token"), authserver.BenchRefused)
	odd.Fault = "token-slow"
	report := ReportOf("own-1", `A "<client>" & more`, "https://auth.example/lab", guard.Rules{Chapter: "v08"}, authserver.Bench{Runs: []authserver.BenchRun{run, odd}})
	var text strings.Builder
	if err := report.WriteJUnit(&text); err != nil {
		t.Fatal(err)
	}
	var suite junitSuite
	if err := xml.Unmarshal([]byte(text.String()), &suite); err != nil {
		t.Fatalf("%v in\n%s", err, &text)
	}
	failed, skipped := 0, 0
	for i, c := range suite.Cases {
		if c.Name != report.Rows[i].Fault {
			t.Errorf("test %d is %s", i, c.Name)
		}
		if c.Failure != nil {
			failed++
		}
		if c.Skipped != nil {
			skipped++
		}
	}
	if suite.Tests != len(suite.Cases) || suite.Failures != failed || suite.Skipped != skipped || failed != 2 || skipped != suite.Tests-2 {
		t.Errorf("it has %d tests, %d failures (%d), %d skipped (%d)", suite.Tests, suite.Failures, failed, suite.Skipped, skipped)
	}
	if strings.ContainsAny(text.String(), "\x1b\x00") || strings.Contains(text.String(), "<b>") {
		t.Errorf("it has\n%s", &text)
	}
}

func TestTheReportOfAChapterWithoutFaults(t *testing.T) {
	if r := ReportOf("own-1", "App", "https://auth.example/lab", guard.Rules{Chapter: "v06"}, authserver.Bench{}); len(r.Rows) != 0 || r.Tried() != 0 {
		t.Errorf("it has %+v", r)
	}
}

// The facts are of every fault that there is, and of no other.
func TestTheFacts(t *testing.T) {
	all, err := AllTried()
	if err != nil {
		t.Fatal(err)
	}
	var libraries []string
	for _, tried := range all {
		libraries = append(libraries, tried.Library)
		faults := authserver.FaultIssuersIn(guard.Rules{Chapter: tried.Chapter})
		if len(faults) != len(tried.Faults) || tried.Version == "" || tried.Does == "" {
			t.Errorf("%s %q tells of %d faults of %d", tried.Library, tried.Version, len(tried.Faults), len(faults))
		}
		for _, f := range faults {
			did, has := tried.Of(f.Name)
			refused := did.Outcome == authserver.BenchRefused
			known := refused || did.Outcome == authserver.BenchAccepted || did.Outcome == ""
			if !has || !known || refused != (did.Says != "") || requests[did.Last] == "" {
				t.Errorf("%s at %s: %+v", tried.Library, f.Name, did)
			}
			for _, place := range []string{"localhost", "127.0.0.1", "own-"} {
				if strings.Contains(did.Says, place) {
					t.Errorf("%s at %s says %s", tried.Library, f.Name, did.Says)
				}
			}
		}
	}
	if !slices.Equal(libraries, []string{"go-oidc", "oidc-client-ts", "openid-client"}) {
		t.Errorf("there are facts of %q", libraries)
	}
}
