package main

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"oauthlab/lessons/api"
	"oauthlab/server/authserver"
	"oauthlab/server/clientbench"
)

// benchOf is the client bench of a library's client.
type benchOf struct{ *libraryIn }

func (b benchOf) ask(method, below, body string) reply {
	b.Helper()
	return b.h.ask(b.T, method, b.api("/clients/"+b.config.ClientID+"/bench"+below), body, "Authorization", "Bearer "+b.key, "Content-Type", "application/json")
}

func (b benchOf) report() clientbench.BenchReport {
	b.Helper()
	r := b.ask(http.MethodGet, "", "")
	var report clientbench.BenchReport
	if err := json.Unmarshal([]byte(r.body), &report); err != nil || r.status != http.StatusOK {
		b.Fatalf("the report is %d %s", r.status, r.body)
	}
	return report
}

// row is what is found of a fault.
func (b benchOf) row(fault string) clientbench.BenchRow {
	b.Helper()
	for _, row := range b.report().Rows {
		if row.Fault == fault {
			return row
		}
	}
	b.Fatalf("there is no row of %s", fault)
	return clientbench.BenchRow{}
}

// What a client did is found by its requests alone: nothing is said here.
func TestTheBenchSeesWhatAClientDid(t *testing.T) {
	h := openHouse(t)
	b := benchOf{h.libraryIn(t, "v08", "public", "")}
	if report := b.report(); report.Tried() != 0 || report.Chapter != "v08" || len(report.Rows) != len(authserver.Faults())+1 {
		t.Fatalf("before any login there is %+v", report.Counts)
	}
	for _, tt := range []struct {
		fault string
		want  clientbench.Finding
		last  string
	}{
		{"none", clientbench.Right, "refresh"},
		{"id-token-wrong-iss", clientbench.Noticed, "keys"},
		{"id-token-more-aud", clientbench.Swallowed, "refresh"},
		{"id-token-old-iat", clientbench.Allowed, "refresh"},
		{"redirect-wrong-state", clientbench.Noticed, "answer"},
		{"metadata-wrong-issuer", clientbench.Unclear, "metadata"}, // which somebody read
		{"token-lower-case-type", clientbench.Right, "refresh"},
		{"userinfo-not-json", clientbench.Noticed, "userinfo"},
	} {
		c := h.goOIDCOf(b.libraryIn, tt.fault)
		_, err := c.run()
		row := b.row(tt.fault)
		if row.Finding != tt.want || (err != nil && tt.want != clientbench.Unclear) != (row.Outcome == authserver.BenchRefused) || row.Steps[len(row.Steps)-1] != tt.last || row.Issuer != c.issuer {
			t.Errorf("%s (%v): %+v", tt.fault, err, row)
		}
	}
	if got := b.report(); got.Tried() != 8 || got.Counts[clientbench.Noticed] != 3 || got.Counts[clientbench.Swallowed] != 1 {
		t.Errorf("it counts %v", got.Counts)
	}

	// A replay begins with the second login.
	for i, want := range []clientbench.Finding{clientbench.Unclear, clientbench.Noticed} {
		h.goOIDCOf(b.libraryIn, "id-token-replayed").run() //nolint:errcheck // the bench tells
		if row := b.row("id-token-replayed"); row.Finding != want {
			t.Errorf("after login %d the replay is %s: %s", i+1, row.Finding, row.How)
		}
	}

	// Nothing of that is another client's, and nothing remains when it is cleared.
	other := *b.libraryIn
	c := h.registered(t, api.Lab{ID: b.lab.ID.String(), Key: b.key}, api.NewClient{Name: "Other", RedirectURIs: []string{libraryCallback}})
	other.config.ClientID = c.ClientID
	if got := (benchOf{&other}).report(); got.Tried() != 1 || got.Name != "Other" { // the metadata were read by nobody knows whom
		t.Errorf("another client has %v", got.Counts)
	}
	if r := b.ask(http.MethodDelete, "", ""); r.status != http.StatusNoContent {
		t.Errorf("clearing is answered %d %s", r.status, r.body)
	}
	if got := b.report(); got.Tried() != 0 {
		t.Errorf("then it still has %v", got.Counts)
	}
}

// What is said of a login stands beside what was done, until the next one.
func TestSayingWhatBecameOfALogin(t *testing.T) {
	h := openHouse(t)
	b := benchOf{h.libraryIn(t, "v08", "public", "")}
	h.goOIDCOf(b.libraryIn, "metadata-not-json").run() //nolint:errcheck // the bench tells
	r := b.ask(http.MethodPost, "/metadata-not-json", `{"outcome":"refused","says":"`+strings.Repeat("no ", 200)+`"}`)
	var row clientbench.BenchRow
	if err := json.Unmarshal([]byte(r.body), &row); err != nil || row.Finding != clientbench.Noticed || len(row.Says) > authserver.MaxBenchWords || !strings.HasSuffix(row.Says, "…") {
		t.Errorf("it is answered %d %s", r.status, r.body)
	}
	b.ask(http.MethodPost, "/id-token-wrong-iss", `{"outcome":"accepted"}`)
	if row := b.row("id-token-wrong-iss"); row.Finding != clientbench.NotMet {
		t.Errorf("of a client that was never there a saying is found as %+v", row)
	}
	h.goOIDCOf(b.libraryIn, "none").run()               //nolint:errcheck // the bench tells
	h.goOIDCOf(b.libraryIn, "id-token-wrong-iss").run() //nolint:errcheck // likewise
	if row := b.row("id-token-wrong-iss"); row.Finding != clientbench.Noticed {
		t.Errorf("after a login it is %+v", row)
	}
	b.ask(http.MethodPost, "/id-token-wrong-iss", `{"outcome":"accepted"}`)
	if row := b.row("id-token-wrong-iss"); row.Finding != clientbench.Swallowed {
		t.Errorf("a saying is found as %+v", row)
	}
	junit := b.ask(http.MethodGet, "?format=junit", "")
	b.reset()
	if got := b.report(); got.Tried() != 0 {
		t.Errorf("after a reset it still has %v", got.Counts)
	}
	if err := xml.Unmarshal([]byte(junit.body), new(struct{})); err != nil || junit.header.Get("Content-Type") != "application/xml; charset=utf-8" || !strings.Contains(junit.body, `name="id-token-wrong-iss"`) {
		t.Errorf("as XML it is %s %s (%v)", junit.header.Get("Content-Type"), junit.body, err)
	}
}

func TestBadInputAtTheBench(t *testing.T) {
	h := openHouse(t)
	b := benchOf{h.libraryIn(t, "v08", "public", "")}
	for name, tt := range map[string]struct {
		method, below, body string
		status              int
		says                string
	}{
		"a format that there is not":   {http.MethodGet, "?format=<b>", "", 400, "There are json and junit."},
		"a format twice":               {http.MethodGet, "?format=json&format=junit", "", 400, "format"},
		"a fault that there is not":    {http.MethodPost, "/made-up", `{"outcome":"refused"}`, 404, "There are none, id-token-missing-iss,"},
		"a fault with markup":          {http.MethodPost, "/%3Cscript%3E", `{"outcome":"refused"}`, 404, "There is no fault of that name."},
		"an outcome that there is not": {http.MethodPost, "/none", `{"outcome":"maybe"}`, 400, "neither accepted nor refused"},
		"no outcome":                   {http.MethodPost, "/none", `{}`, 400, "neither accepted nor refused"},
		"a member that nobody knows":   {http.MethodPost, "/none", `{"outcome":"refused","why":"x"}`, 400, "why"},
		"no JSON":                      {http.MethodPost, "/none", `outcome=refused`, 400, "JSON"},
		"half of it":                   {http.MethodPost, "/none", `{"outcome":"ref`, 400, "JSON"},
		"too much":                     {http.MethodPost, "/none", `{"outcome":"refused","says":"` + strings.Repeat("x", 20<<10) + `"}`, 413, ""},
		"a method that there is not":   {http.MethodPut, "/none", `{}`, 405, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := b.ask(tt.method, tt.below, tt.body)
			if r.status != tt.status || !strings.Contains(r.body, tt.says) || strings.Contains(r.body, "<script") || strings.Contains(r.body, "<b>") {
				t.Errorf("it is answered %d %s", r.status, r.body)
			}
		})
	}
	if got := b.report().Tried(); got != 0 {
		t.Errorf("%d rows came of that", got)
	}
	unknown := b
	library := *b.libraryIn
	unknown.libraryIn, library.config.ClientID = &library, "demo-client"
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		if r := unknown.ask(method, "", ""); r.status != http.StatusNotFound {
			t.Errorf("%s of a client that is not the learner's is answered %d %s", method, r.status, r.body)
		}
	}
	if r := h.ask(t, http.MethodGet, b.api("/clients/"+b.config.ClientID+"/bench"), ""); r.status != http.StatusUnauthorized {
		t.Errorf("without the key it is answered %d", r.status)
	}
	early := benchOf{h.libraryIn(t, "v05", "public", "")}
	if r := early.ask(http.MethodGet, "", ""); r.status != http.StatusNotFound || !strings.Contains(r.body, "v07") {
		t.Errorf("in v05 it is answered %d %s", r.status, r.body)
	}
}
