package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
	"oauthlab/server/clientbench"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// BenchQuery says in which form the report of a client is wanted.
type BenchQuery struct {
	Format string `form:"format"` // "json", which "" is too, or "junit"
}

// bench reports which faults one of the learner's clients noticed.
func (a *API) bench(w http.ResponseWriter, r *http.Request, t *lab.Handling, q BenchQuery) error {
	c, known := t.Settings.Own(r.PathValue("client"))
	if !known {
		return unknownClient()
	}
	if !slices.Contains([]string{"", "json", "junit"}, q.Format) {
		return endpoint.Invalid("There is no such format.", "There are json and junit.")
	}
	report, err := a.benchOf(r, t, c)
	if err != nil {
		return err
	}
	if q.Format != "junit" {
		endpoint.WriteJSON(w, http.StatusOK, report)
		return nil
	}
	var text bytes.Buffer
	if err := report.WriteJUnit(&text); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(text.Bytes()) //nolint:errcheck // the caller has gone
	return nil
}

func (a *API) benchOf(r *http.Request, t *lab.Handling, c lab.OwnClient) (clientbench.BenchReport, error) {
	seen, err := a.Auth.Bench(r.Context(), t.ID)
	return clientbench.ReportOf(c.ID, c.Name, t.Issuer(), t.Settings.Rules(), seen), err
}

// sayOnBench keeps what became of a login, and answers with what is found then.
func (a *API) sayOnBench(w http.ResponseWriter, r *http.Request, t *lab.Handling, body api.BenchSaying) error {
	c, known := t.Settings.Own(r.PathValue("client"))
	if !known {
		return unknownClient()
	}
	var names []string
	for _, f := range authserver.FaultIssuersIn(t.Settings.Rules()) {
		names = append(names, f.Name)
	}
	fault := r.PathValue("fault")
	if !slices.Contains(names, fault) {
		return endpoint.Refuse(http.StatusNotFound, endpoint.InvalidRequest, "There is no fault of that name.", "There are "+strings.Join(names, ", ")+".")
	}
	said := authserver.BenchSaying{Outcome: authserver.BenchOutcome(body.Outcome), Words: body.Says}
	if said.Outcome != authserver.BenchAccepted && said.Outcome != authserver.BenchRefused {
		return endpoint.Invalid("The member outcome is neither accepted nor refused.", "Say accepted where the user was signed in, and refused where your client gave up; says takes its words.")
	}
	if err := a.Auth.SayOnBench(r.Context(), t.Lab, c.ID, fault, said); err != nil {
		return err
	}
	report, err := a.benchOf(r, t, c)
	if err != nil {
		return err
	}
	endpoint.WriteJSON(w, http.StatusOK, report.Rows[slices.Index(names, fault)])
	return nil
}

func (a *API) clearBench(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	c, known := t.Settings.Own(r.PathValue("client"))
	if !known {
		return unknownClient()
	}
	if err := a.Auth.ClearBench(r.Context(), t.ID, c.ID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// benchSheet is what the template "faults" shows.
type benchSheet struct {
	ID, Name    string
	From        string // the chapter that brings such issuers
	OpenID      string // what the chapter does not show yet, in a sentence
	Counts      []benchCount
	Rows        []clientbench.BenchRow
	JSON, JUnit string // the report
	Script      string // that goes through all issuers

	tried int
}

type benchCount struct {
	Finding clientbench.Finding
	Name    string
	Count   int
}

// Title is that of the sheet.
func (s benchSheet) Title() string {
	if len(s.Rows) == 0 {
		return "Faults"
	}
	return fmt.Sprintf("Faults · %d of %d", s.tried, len(s.Rows))
}

func (a *API) benchSheet(r *http.Request, t *lab.Handling, c lab.OwnClient) (benchSheet, error) {
	report, err := a.benchOf(r, t, c)
	if err != nil {
		return benchSheet{}, err
	}
	rules := t.Settings.Rules()
	s := benchSheet{ID: c.ID, Name: c.Name, From: guard.OpenIDConnect.Chapter(), tried: report.Tried(), Counts: countsOf(report.Counts), Rows: report.Rows}
	if !rules.Offers(guard.JWKS) {
		s.OpenID = "Clients of your own get no ID token before " + guard.JWKS.Chapter() + ": most of these faults show from there on."
	}
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return benchSheet{}, err
	}
	var junit strings.Builder
	if err := report.WriteJUnit(&junit); err != nil {
		return benchSheet{}, err
	}
	s.JSON, s.JUnit = string(text), junit.String()
	s.Script = benchScript(a.Labs.Origins[event.Lab], t.ID.String(), c.ID, t.Issuer())
	return s, nil
}

// benchScript is a shell program that points a client at every issuer, and fetches the report.
func benchScript(origin, id, client, issuer string) string {
	return `LAB=` + origin + `/api/labs/` + id + `/clients/` + client + `/bench
ISSUER=` + issuer + `/fault
: "${KEY:?is the key of the lab}"

curl -s ` + origin + `/api/faults | jq -r '.[] | "\(.name) \(.logins // 1)"' | while read -r fault logins; do
  outcome=accepted
  for login in $(seq "$logins"); do
    says=$(./your-client "$ISSUER/$fault" 2>&1 </dev/null) || outcome=refused
  done
  jq -n --arg outcome "$outcome" --arg says "$says" '$ARGS.named' |
    curl -s -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d @- "$LAB/$fault" |
    jq -r 'if .fault then "\(.fault): \(.finding). \(.how)" else .error_description end'
done
curl -s -H "Authorization: Bearer $KEY" "$LAB?format=junit" > client-bench.xml
`
}
