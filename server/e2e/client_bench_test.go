package e2e

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// benchReport is what the API says of a client, as far as it matters here.
type benchReport struct {
	Faults []struct{ Fault, Finding, Issuer string }
}

func (r benchReport) of(t *testing.T, fault string) (finding, issuer string) {
	t.Helper()
	i := slices.IndexFunc(r.Faults, func(one struct{ Fault, Finding, Issuer string }) bool { return one.Fault == fault })
	if i < 0 {
		t.Fatalf("nothing is said of %s", fault)
	}
	return r.Faults[i].Finding, r.Faults[i].Issuer
}

// A learner points a client at issuers with a fault: the page says what is found, asks what it
// cannot see, and gives the report; page and API agree.
func TestTheClientBenchInThePage(t *testing.T) {
	t.Parallel()
	p := start(t, t.TempDir())
	b := openTab(t)
	b.before(`navigator.clipboard.writeText = text => { globalThis.copied = text; return Promise.resolve(); }`)
	b.open(p.lab + "/v08-jwks")
	b.atRest()
	b.press("button", "Use your own client")
	b.until(`document.querySelector("#own-name-new") !== null`)
	c := b.register(p, "My app", "http://127.0.0.1:3000/cb")
	l := b.labOf(p)
	bench := p.lab + "/api/labs/" + l.ID + "/clients/" + c.ClientID + "/bench"
	report := func() benchReport { return fromAPI[benchReport](t, bench, l.Key) }
	row := `document.getElementById("faults-metadata-wrong-issuer").closest("tr")`
	found := func(name string) { b.until(row + `.querySelector(".faults-found").innerText === "` + name + `"`) }

	b.press("tab", "Faults · 0 of 48")
	b.until(row + `.querySelector(".faults-found") !== null`)
	if n := len(report().Faults); n != evaluate[int](b, `document.querySelectorAll(".faults tbody tr").length`) {
		t.Errorf("the API has %d rows, and the page others", n)
	}
	_, issuer := report().of(t, "metadata-wrong-issuer")
	b.press("button", "Copy: issuer metadata-wrong-issuer")
	b.until(`globalThis.copied === ` + fmt.Sprintf("%q", issuer))

	// The client reads the metadata and ends. Whether it does so anywhere, nobody can see.
	got, err := http.Get(issuer + "/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	got.Body.Close()
	found("unclear")
	b.until(`document.querySelector(".drawer [role=tab][aria-selected=true]").innerText === "Faults · 1 of 48"`)
	b.press("button", "metadata-wrong-issuer: it signed in")
	found("swallowed")
	if finding, _ := report().of(t, "metadata-wrong-issuer"); finding != "swallowed" {
		t.Errorf("the API says %s", finding)
	}
	b.press("button", "Copy the report as JSON")
	b.until(`(globalThis.copied ?? "").startsWith("{")`)
	var copied benchReport
	if err := json.Unmarshal([]byte(evaluate[string](b, `globalThis.copied`)), &copied); err != nil {
		t.Fatal(err)
	}
	if finding, _ := copied.of(t, "metadata-wrong-issuer"); finding != "swallowed" {
		t.Errorf("the report that was copied says %s", finding)
	}
	b.press("button", "Copy it as JUnit")
	b.until(`(globalThis.copied ?? "").startsWith("<?xml")`)
	var suite struct {
		Failures int `xml:"failures,attr"`
		Tests    int `xml:"tests,attr"`
	}
	if err := xml.Unmarshal([]byte(evaluate[string](b, `globalThis.copied`)), &suite); err != nil || suite.Failures != 1 || suite.Tests != len(copied.Faults) {
		t.Errorf("as JUnit it is %+v (%v)", suite, err)
	}
	if script := evaluate[string](b, `document.getElementById("faults-script").textContent`); !strings.Contains(script, bench) || strings.Contains(script, l.Key) {
		t.Errorf("the script is %s", script)
	}
	b.press("button", "Begin again")
	found("not tried")

}
