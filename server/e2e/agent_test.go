package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/fault"
	"oauthlab/server/lab"
)

const exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"

// agentDocuments is what of the state the tests of the agent look at.
type agentDocuments struct {
	API struct {
		Appointments []struct{ Owner, Day, Title, Written string }
	}
	Agent struct {
		Done []struct{ Task, Way, Said string }
	}
	Auth struct {
		Tokens []struct {
			ClientID string `json:"client_id"`
			Act      *struct{ Sub string }
			Revoked  *string
		}
	}
}

// agentDocuments is what the parties know about the lab.
func (p *program) agentDocuments(t *testing.T, l api.Lab) (all agentDocuments) {
	t.Helper()
	status, body := call(t, http.MethodGet, p.path(l, "/state"), l.Key, "")
	if err := json.Unmarshal([]byte(body), &all); err != nil || status != http.StatusOK {
		t.Fatalf("the state is %d %s (%v)", status, body, err)
	}
	return all
}

// paid are the appointments that the agent's task is about.
func (d agentDocuments) paid() (all []string) {
	for _, a := range d.API.Appointments {
		if strings.HasPrefix(a.Title, "Pay: ") {
			all = append(all, a.Owner+": "+a.Day+" "+a.Title)
		}
	}
	return all
}

// tokenForBilling has Alice sign in for billing and her calendar, and returns the token for the first.
func (f *flow) tokenForBilling() string {
	f.Helper()
	below := strings.TrimSuffix(f.lab.Resource, "/api/me")
	at := f.send(http.MethodGet, "/authorize?"+url.Values{
		"response_type": {"code"}, "client_id": {f.lab.ClientID}, "redirect_uri": {f.lab.RedirectURI}, "scope": {"read write"}, "resource": {below + "/billing", below + "/calendar"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"}, "state": {"s"},
	}.Encode(), nil)
	back := f.send(http.MethodPost, "/login", asAlice(at.Query().Get("request")))
	status, body := answerOf(f.T, f.request(http.MethodPost, "/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {f.lab.ClientID}, "code": {back.Query().Get("code")},
		"redirect_uri": {f.lab.RedirectURI}, "code_verifier": {verifier}, "resource": {below + "/billing"},
	}))
	var given struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(body), &given); err != nil || status != http.StatusOK || given.AccessToken == "" {
		f.Fatalf("the code is answered %d %s", status, body)
	}
	return given.AccessToken
}

// task is the request by which the agent is handed a task with a token.
func (f *flow) task(token string) *http.Request {
	f.Helper()
	r, err := http.NewRequestWithContext(f.Context(), http.MethodPost, f.lab.Agent+"/tasks", strings.NewReader(`{"task":"next-bill"}`))
	if err != nil {
		f.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	return r
}

// agentSent are the agent's requests in a log, as method and path below the lab.
func agentSent(log []event.Event, l api.Lab) (all []string) {
	for _, e := range log {
		if e.Request == nil || e.From != event.Agent {
			continue
		}
		at, err := url.Parse(e.Request.URL)
		if err != nil {
			continue
		}
		text := e.Request.Method + " " + strings.TrimPrefix(at.Path, "/"+l.ID)
		if form, err := url.ParseQuery(e.Request.Body); err == nil && strings.HasSuffix(at.Path, "/token") {
			text += " " + form.Get("grant_type")
		}
		all = append(all, text)
	}
	return all
}

// The agent, a process of its own, dies when it has its token and has not used it. The others go on:
// the log has the exchange and its answer, the calendar has nothing of it, and the agent remembers no
// task that it did not do. When it is there again, the same token does the same task, once.
func TestAnAgentThatDiesBetweenExchangeAndCall(t *testing.T) {
	t.Parallel() // beside others that wait
	dying := buildDying(t)
	for _, format := range []string{"opaque", "jwt"} {
		t.Run(format, func(t *testing.T) {
			o, token := freeOrigins(t), filepath.Join(t.TempDir(), "token")
			p, said := startPart(t, o, "--role", "lab,auth,api,webapp,mallory", "--nats-listen", "127.0.0.1:0", "--nats-token-file", token)
			agent := dying.startAgent(t, o, said.NATS, token)
			l := p.newLabIn(t, "v10")
			p.set(t, l, `{"settings":{"jwt-signature.tokens":"`+format+`"}}`)
			f := newFlow(t, p, l)
			alices := f.tokenForBilling()
			before := p.agentDocuments(t, l)
			if resp, err := http.DefaultClient.Do(f.task(alices)); err == nil {
				resp.Body.Close()
				t.Fatalf("the task is answered %d", resp.StatusCode)
			}
			agent.died(t)

			log := p.events(t, l)
			wantDense(t, log)
			want := []string{"GET /billing", "POST /token client_credentials", "POST /token " + exchangeGrant}
			if got := agentSent(log, l); !slices.Equal(got, want) {
				t.Errorf("the log tells that the agent sent %q, want %q", got, want)
			}
			wantExchanged(t, log)
			after := p.agentDocuments(t, l)
			if len(after.Agent.Done) != 0 || len(after.API.Appointments) != len(before.API.Appointments) || after.paid() != nil {
				t.Errorf("the agent remembers %+v, and the calendar has %+v", after.Agent.Done, after.API.Appointments)
			}
			if n := acting(after); n != 1 {
				t.Errorf("there are %d tokens with which the agent acts, want the one that it lost", n)
			}

			startPart(t, o, "--role", "agent", "--nats", said.NATS, "--nats-token-file", token)
			status, body := answerOf(t, f.task(alices))
			var report struct{ Did string }
			if err := json.Unmarshal([]byte(body), &report); err != nil || status != http.StatusOK || report.Did != "“Electricity, November” stands in Alice's calendar, on 2026-12-15." {
				t.Errorf("the agent that is there again answers %d %s", status, body)
			}
			again := p.agentDocuments(t, l)
			if got := again.paid(); !slices.Equal(got, []string{"alice: 2026-12-15 Pay: Electricity, November, 84.20 EUR"}) {
				t.Errorf("the calendar has %q", got)
			}
			if done := again.Agent.Done; len(done) != 1 || done[0].Task != "next-bill" || done[0].Said != report.Did {
				t.Errorf("the agent remembers %+v", done)
			}
			log = p.events(t, l)
			wantDense(t, log)
			if got, want := agentSent(log, l), slices.Concat(want, want, []string{"POST /calendar"}); !slices.Equal(got, want) {
				t.Errorf("the log tells that the agent sent %q, want %q", got, want)
			}
		})
	}
}

// startAgent runs the agent alone, which dies when it has its first token for a user.
func (d dying) startAgent(t *testing.T, o lab.Origins, nats, token string) *program {
	t.Helper()
	cmd := exec.Command(d.path, append(flagsFor(o), "--log", "json", "--data", t.TempDir(), "--role", "agent", "--nats", nats, "--nats-token-file", token)...)
	cmd.Env = append(os.Environ(), killAt+"="+string(fault.AgentExchanged)+":1")
	p, _ := startPartBy(t, o, cmd)
	return p
}

// acting are how many tokens there are with which the agent acts for a user.
func acting(d agentDocuments) (n int) {
	for _, token := range d.Auth.Tokens {
		if token.Act != nil && token.Act.Sub == "demo-agent" && token.Revoked == nil {
			n++
		}
	}
	return n
}

// wantExchanged checks that the log has one exchange, its good answer and the token that is kept of it,
// and no answer of the agent's.
func wantExchanged(t *testing.T, log []event.Event) {
	t.Helper()
	var asked, kept, answered int
	for _, e := range log {
		switch {
		case e.Request != nil && strings.Contains(e.Request.Body, url.QueryEscape(exchangeGrant)):
			asked++
			if !slices.ContainsFunc(log, func(a event.Event) bool {
				return a.Response != nil && a.Re == e.ID && a.Response.Status == http.StatusOK && strings.Contains(a.Response.Body, "issued_token_type")
			}) {
				t.Errorf("the exchange has no answer in the log: %s", shape(e))
			}
		case e.Change != nil && e.Change.What == "token" && slices.Contains(e.Change.Fields, event.ChangeField{Name: "act", To: "demo-agent"}):
			kept++
		case e.Response != nil && e.From == event.Agent:
			answered++
		case e.Change != nil && e.Change.What == "entry":
			t.Errorf("something is written: %+v", e.Change)
		}
	}
	if asked != 1 || kept != 1 || answered != 0 {
		t.Errorf("the log has %d exchanges, %d tokens of them and %d answers of the agent's, want 1, 1 and 0", asked, kept, answered)
	}
}
