package agent

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/asset"
	"oauthlab/server/authserver"
	"oauthlab/server/authserver/keytest"
	"oauthlab/server/endpoint"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/resourceserver"
	"oauthlab/server/robot"
	"oauthlab/server/store"
	"oauthlab/server/store/storetest"
	"oauthlab/web"
)

// What all servers of a bench know.
var (
	clientKey = []byte("clients")
	apiKey    = lab.APIKey("api")
	senders   = feed.InternalSenders{Secret: []byte("test")}
)

// bench is an agent over HTTP with one lab, between the lab's own authorization server and API, and
// Alice, whose client has a token for billing.
type bench struct {
	*testing.T
	labs  *lab.Labs
	lab   *lab.Lab
	url   string // of the agent in the lab, without a slash
	way   *way
	alice *robot.Robot
	token string // hers
}

// way is how the agent reaches the others.
type way struct {
	mu    sync.Mutex // guards the rest
	asked []asked
	wrong map[string]func(*http.Request) (*http.Response, error) // by the end of a path: what comes instead of an answer
}

// asked is a request of the agent's.
type asked struct{ method, path, query, token, body string }

// RoundTrip implements http.RoundTripper.
func (w *way) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_, below, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	w.mu.Lock()
	w.asked = append(w.asked, asked{r.Method, "/" + below, r.URL.RawQuery, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), string(body)})
	instead := w.wrong["/"+below]
	w.mu.Unlock()
	if instead != nil {
		return instead(r)
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	return http.DefaultTransport.RoundTrip(r)
}

// to are the requests to one path, or all where there is none.
func (w *way) to(path string) []asked {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.asked), func(a asked) bool { return path != "" && a.path != path })
}

func (w *way) goesWrong(path string, answer func(*http.Request) (*http.Response, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong[path] = answer
}

// says makes an answer.
func says(status int, body string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

// leadsAway is an answer that nobody follows who has a token to lose.
func leadsAway(r *http.Request) (*http.Response, error) {
	answer, err := says(http.StatusFound, ``)(r)
	answer.Header.Set("Location", "http://127.0.0.1:2/new-billing")
	return answer, err
}

func nobodyThere(*http.Request) (*http.Response, error) { return nil, errors.New("nobody is there") }

// newBench is one of the chapter that brings the agent, in which Alice has signed in.
func newBench(t *testing.T) *bench {
	t.Helper()
	b := newBenchOf(t, func(*Server) {})
	b.signIn()
	return b
}

// newBenchOf takes what is different about the agent.
func newBenchOf(t *testing.T, change func(*Server)) *bench {
	t.Helper()
	db := storetest.Open(t)
	origins := lab.Origins{event.Lab: "http://localhost:1", event.Mallory: "http://127.0.0.1:2", event.Webapp: "http://localhost:3"}
	at := map[event.Party]*httptest.Server{}
	for _, party := range []event.Party{event.Auth, event.API, event.Agent} {
		at[party] = httptest.NewUnstartedServer(nil)
		origins[party] = "http://" + at[party].Listener.Addr().String()
	}
	opened := time.Now() // the clock stands still: a slow machine is no reason to fail
	keys := authserver.NewKeys(db, keytest.New)
	labs := &lab.Labs{Store: db, Origins: origins, Now: func() time.Time { return opened }, Parties: []lab.Document{
		authserver.Document{Store: db, Owner: event.Auth, Kind: authserver.Kind, ClientKey: clientKey, APIKey: apiKey, Keys: keys}, resourceserver.Document{Store: db}, Document{Store: db},
	}}
	read := func(names []string) *asset.Files {
		files, err := asset.Read(web.FS, names...)
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	log := slog.New(slog.DiscardHandler)
	b := &bench{T: t, labs: labs, way: &way{wrong: map[string]func(*http.Request) (*http.Response, error){}}}
	server := &Server{
		ClientID: authserver.ClientAgent, Secret: func(id uuid.UUID) string { return authserver.ClientSecret(clientKey, id, authserver.ClientAgent) },
		Labs: labs, InternalSenders: senders, Assets: read(AssetNames()), Transport: b.way, Log: log,
	}
	change(server)
	for party, handler := range map[event.Party]http.Handler{
		event.Auth: (&authserver.Server{
			Party: event.Auth, Kind: authserver.Kind, Origin: origins[event.Auth], Labs: labs, InternalSenders: senders, Secret: []byte("test"), ClientKey: clientKey, APIKey: apiKey,
			Keys: keys, StrangerKey: []byte("strangers"), Assets: read(authserver.AssetNames()), Log: log,
		}).Handler(),
		event.API:   (&resourceserver.Server{Origin: origins[event.API], APIKey: apiKey, Labs: labs, InternalSenders: senders, Log: log}).Handler(),
		event.Agent: server.Handler(),
	} {
		at[party].Config.Handler = handler
		at[party].Start()
		t.Cleanup(at[party].Close)
	}
	l, _, err := labs.Create(t.Context(), "v10")
	if err != nil {
		t.Fatal(err)
	}
	b.lab, b.url = l, origins.AgentSite(l.ID)
	return b
}

// signIn has Alice sign in, and her client open billing.
func (b *bench) signIn() {
	b.Helper()
	b.alice = robot.New(b.labs, b.lab, senders, event.Browser, "alice")
	callback, err := b.alice.SignIn(b.Context())
	if err == nil {
		err = b.alice.Finish(b.Context(), callback)
	}
	if err == nil {
		err = b.alice.Open(b.Context(), client.Billing)
	}
	if b.token = b.alice.LastBearer(b.lab.Resource(lab.Billing)); err != nil || b.token == "" {
		b.Fatalf("Alice's client has the token %q (%v)", b.token, err)
	}
}

// set sets parts to values in JSON.
func (b *bench) set(values map[guard.ID]string) {
	b.Helper()
	l, err := b.labs.Change(b.Context(), b.lab.ID, lab.Change{Switches: func(s guard.Switches) (guard.Switches, error) {
		var err error
		for id, value := range values {
			if s, err = s.With(id, json.RawMessage(value)); err != nil {
				return nil, err
			}
		}
		return s, nil
	}})
	if err != nil {
		b.Fatal(err)
	}
	b.lab = l
}

type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends a request to an address below the agent's in the lab; header is name, value, name, value.
func (b *bench) ask(method, path, body string, header ...string) reply {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(text)}
}

// pagePath is where the agent's page stands below a lab.
func pagePath() string {
	for _, row := range Endpoints() {
		if row.Caller == endpoint.Navigation {
			return strings.TrimSuffix(strings.TrimPrefix(row.Path, "/{lab}"), "{$}")
		}
	}
	return ""
}

// hand hands the agent a task, as it is, with Alice's token.
func (b *bench) hand(task string) reply {
	b.Helper()
	return b.ask(http.MethodPost, "/tasks", task, "Authorization", "Bearer "+b.token, "Content-Type", "application/json")
}

// report reads the answer to a task that was taken, which nobody may keep.
func (r reply) report(t *testing.T) (got client.Report) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), &got); err != nil || r.status != http.StatusOK || r.header.Get("Content-Type") != "application/json" || r.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("the task is answered %d %v %s (%v)", r.status, r.header, r.body, err)
	}
	return got
}

// wantError checks a refusal, and all that it says.
func (r reply) wantError(t *testing.T, status int, code, says string) {
	t.Helper()
	if kind := r.header.Get("Content-Type"); kind != "application/json" || r.status != status {
		t.Fatalf("answered %d with %s %.60q, want %d with an error in JSON", r.status, kind, r.body, status)
	}
	var body endpoint.Error
	if err := json.Unmarshal([]byte(r.body), &body); err != nil || body.Code != code || body.Description != says || body.URI == "" {
		t.Errorf("answered %s, want %s: %s (%v)", r.body, code, says, err)
	}
	if r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("anybody may keep it: %v", r.header)
	}
}

// state is the agent's document as it stands.
func (b *bench) state() State {
	b.Helper()
	s, err := Document{Store: b.labs.Store}.State(b.Context(), b.lab)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// api is the API's document as it stands.
func (b *bench) api() resourceserver.State {
	b.Helper()
	s, err := resourceserver.Document{Store: b.labs.Store}.State(b.Context(), b.lab)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// written are the appointments that came by the API.
func (b *bench) written() (all []string) {
	b.Helper()
	for _, a := range b.api().Appointments {
		if !a.Written.IsZero() {
			all = append(all, a.Owner+": "+a.Day+" "+a.Title)
		}
	}
	return all
}

// loggedSince are the lines of the API's own log behind the first n, as "method path status for by".
func (b *bench) loggedSince(n int) (lines []string) {
	b.Helper()
	for _, line := range b.api().Log[n:] {
		at, _, _ := strings.Cut(strings.TrimPrefix(line.URL, "/"+b.lab.ID.String()), "?")
		text := line.Method + " " + at + " " + http.StatusText(line.Status)
		if line.For != "" {
			text += ", for " + line.For
		}
		if line.By != nil {
			text += ", by " + strings.Join(line.By, " by ")
		}
		lines = append(lines, text)
	}
	return lines
}

const bill = "2026-12-15 Pay: Electricity, November, 84.20 EUR"

// The agent comes by a token in three ways. With an exchange, the API knows for whom and by whom; of
// a token that is passed on it knows the first alone, if it takes that; and of one of the agent's
// own, what the agent says, if it believes that.
func TestTheThreeWays(t *testing.T) {
	for name, tt := range map[string]struct {
		way   string
		off   []guard.ID // by which the calendar would refuse
		trust bool       // the calendar takes the agent's word
		did   string
		wrote []string
		log   []string
		grant []string // what it asked the authorization server by
	}{
		"an exchange": {
			way: guard.Exchanges, did: "“Electricity, November” stands in Alice's calendar, on 2026-12-15.", wrote: []string{"alice: " + bill},
			log:   []string{"GET /billing OK, for alice", "POST /calendar Created, for alice, by demo-agent"},
			grant: []string{"client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"},
		},
		"passed on": {
			way: guard.PassesOn, did: "The calendar did not let the agent in: it answered 401.",
			log: []string{"GET /billing OK, for alice", "POST /calendar Unauthorized"},
		},
		"passed on, where nobody minds": {
			way: guard.PassesOn, off: []guard.ID{guard.IDAudienceCalendar, guard.IDIntrospectionAudience},
			did: "“Electricity, November” stands in Alice's calendar, on 2026-12-15.", wrote: []string{"alice: " + bill},
			log: []string{"GET /billing OK, for alice", "POST /calendar Created, for alice"}, // and by nobody else, as far as it knows
		},
		"as itself": {
			way: guard.AsItself, did: "“Electricity, November” stands in the agent's own calendar, on 2026-12-15.", wrote: []string{"demo-agent: " + bill},
			log: []string{"GET /billing OK, for alice", "POST /calendar Created, for demo-agent"}, grant: []string{"client_credentials"},
		},
		"as itself, where the calendar takes its word": {
			way: guard.AsItself, trust: true, did: "“Electricity, November” stands in Alice's calendar, on 2026-12-15.", wrote: []string{"alice: " + bill},
			log: []string{"GET /billing OK, for alice", "POST /calendar Created, for alice"}, grant: []string{"client_credentials"},
		},
	} {
		for _, format := range []string{guard.Opaque, guard.JWT} {
			t.Run(name+", "+format, func(t *testing.T) {
				b := newBenchOf(t, func(*Server) {})
				values := map[guard.ID]string{guard.IDTokenFormat: `"` + format + `"`, guard.IDAgentWay: `"` + tt.way + `"`}
				if format == guard.JWT {
					values[guard.IDTokenCheck] = `"` + guard.BySignature + `"`
				}
				for _, id := range tt.off {
					values[id] = "false"
				}
				if tt.trust {
					values[guard.IDAgentTrust] = `"` + guard.NamedUser + `"`
				}
				b.set(values)
				b.signIn()
				before := len(b.api().Log)
				report := b.hand(`{"task":"next-bill"}`).report(t)
				if report.Did != tt.did || report.Way != tt.way || report.Owner != "" || report.Appointments != nil {
					t.Errorf("it reports %+v", report)
				}
				if got := b.written(); !slices.Equal(got, tt.wrote) {
					t.Errorf("in the calendars stands %q, want %q", got, tt.wrote)
				}
				if got := b.loggedSince(before); !slices.Equal(got, tt.log) {
					t.Errorf("the API's log has\n\t%q, want\n\t%q", got, tt.log)
				}
				var grants []string
				for _, one := range b.way.to("/token") {
					form, err := url.ParseQuery(one.body)
					if err != nil {
						t.Fatal(err)
					}
					grants = append(grants, form.Get("grant_type"))
					if form.Has("subject_token") && (form.Get("subject_token") != b.token || form.Get("resource") != b.lab.Resource(lab.Calendar)) {
						t.Errorf("it exchanges with %v", form)
					}
				}
				if !slices.Equal(grants, tt.grant) {
					t.Errorf("it asks the auth server by %q, want %q", grants, tt.grant)
				}
				if at := b.way.to("/calendar"); len(at) != 1 || (at[0].token == b.token) != (tt.way == guard.PassesOn) || (at[0].query != "") != (tt.way == guard.AsItself) {
					t.Errorf("it asks the calendar by %+v", at)
				}
				done := b.state().Done
				if len(done) != 1 || done[0].Task != "next-bill" || done[0].Way != tt.way || done[0].Said != tt.did || done[0].Billing != http.StatusOK || done[0].Calendar == 0 {
					t.Errorf("it remembers %+v", done)
				}
				b.wantNoTokens()
			})
		}
	}
}

// wantNoTokens checks that the agent has kept no token and tells of none, whoever asks.
func (b *bench) wantNoTokens() {
	b.Helper()
	record, err := Document{Store: b.labs.Store}.Read(b.Context(), b.lab)
	if err != nil {
		b.Fatal(err)
	}
	told := string(record) + b.ask(http.MethodGet, pagePath(), "").body
	hidden := []string{b.token, authserver.ClientSecret(clientKey, b.lab.ID, authserver.ClientAgent)}
	for _, one := range b.way.to("") {
		hidden = append(hidden, one.token)
	}
	for _, one := range hidden {
		if one != "" && strings.Contains(told, one) {
			b.Errorf("the agent keeps or shows %q", one)
		}
	}
}

// It reads a calendar out, and says whose. As itself it reads what it is told to, where the calendar
// takes its word for that, also to who is somebody else.
func TestTheAgentReadsACalendarOut(t *testing.T) {
	alices := []string{"2026-12-03: Dentist at two", "2026-12-24: Away until 2 January, nobody at home"}
	for name, tt := range map[string]struct {
		task   string
		values map[guard.ID]string
		want   client.Report
	}{
		"by an exchange": {`{"task":"agenda"}`, nil, client.Report{
			Did: "Alice's calendar has 2 appointments.", Way: guard.Exchanges, Owner: "alice", Appointments: alices,
		}},
		"of another, by an exchange": {`{"task":"agenda","for":"bob"}`, nil, client.Report{
			Did: "Alice's calendar has 2 appointments.", Way: guard.Exchanges, Owner: "alice", Appointments: alices,
		}},
		"as itself": {`{"task":"agenda","way":"as-itself"}`, nil, client.Report{
			Did: "The agent's own calendar has 0 appointments.", Way: guard.AsItself, Owner: "demo-agent",
		}},
		"of another, as itself": {`{"task":"agenda","way":"as-itself","for":"bob"}`, nil, client.Report{
			Did: "The agent's own calendar has 0 appointments.", Way: guard.AsItself, Owner: "demo-agent",
		}},
		"of another, as itself, where the calendar takes its word": {
			`{"task":"agenda","way":"as-itself","for":"bob"}`, map[guard.ID]string{guard.IDAgentTrust: `"named"`},
			client.Report{Did: "Bob's calendar has 1 appointment.", Way: guard.AsItself, Owner: "bob", Appointments: []string{"2026-12-05: Turn the compost"}},
		},
		"of another, by an exchange, where the calendar takes agents' words": {
			`{"task":"agenda","for":"bob"}`, map[guard.ID]string{guard.IDAgentTrust: `"named"`},
			client.Report{Did: "Alice's calendar has 2 appointments.", Way: guard.Exchanges, Owner: "alice", Appointments: alices},
		},
		"passed on": {`{"task":"agenda","way":"pass-through"}`, nil, client.Report{
			Did: "The calendar did not let the agent in: it answered 401.", Way: guard.PassesOn,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.set(tt.values)
			got := b.hand(tt.task).report(t)
			if got.Did != tt.want.Did || got.Way != tt.want.Way || got.Owner != tt.want.Owner || !slices.Equal(got.Appointments, tt.want.Appointments) {
				t.Errorf("it reports\n\t%+v, want\n\t%+v", got, tt.want)
			}
		})
	}
}

// To be compared, it shows both tokens to both APIs, and each takes its own.
func TestTheAgentComparesTokens(t *testing.T) {
	b := newBench(t)
	before := len(b.api().Log)
	if got := b.hand(`{"task":"compare"}`).report(t); got.Did != "The agent has shown both tokens to both APIs." {
		t.Errorf("it reports %+v", got)
	}
	want := []string{
		"GET /billing OK, for alice", "GET /calendar Unauthorized",
		"GET /billing Unauthorized", "GET /calendar OK, for alice, by demo-agent",
	}
	if got := b.loggedSince(before); !slices.Equal(got, want) {
		t.Errorf("the API's log has\n\t%q, want\n\t%q", got, want)
	}
}

// Alice's own client hands it over, and hears what came of it.
func TestAlicesClientHandsATaskOver(t *testing.T) {
	b := newBench(t)
	if err := b.alice.Delegate(t.Context(), client.Task{Task: client.TaskBill}); err != nil {
		t.Fatal(err)
	}
	if got := b.written(); !slices.Equal(got, []string{"alice: " + bill}) {
		t.Errorf("in the calendars stands %q", got)
	}
	var order []string
	if err := b.labs.Store.Events(t.Context(), b.lab.ID, 0, func(e event.Event) error {
		if e.Request != nil && (e.To == event.Agent || e.From == event.Agent) {
			at, err := url.Parse(e.Request.URL)
			if err != nil {
				return err
			}
			order = append(order, string(e.From)+" "+e.Request.Method+" "+strings.TrimPrefix(at.Path, "/"+b.lab.ID.String()))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{"client POST /tasks", "agent GET /billing", "agent POST /token", "agent POST /token", "agent POST /calendar"}
	if !slices.Equal(order, want) {
		t.Errorf("the log tells\n\t%q, want\n\t%q", order, want)
	}
}

// What is no task is refused, in words that help, and nobody is asked.
func TestBadTasks(t *testing.T) {
	const (
		noObject = "The body is no JSON object with a task. Send an object with the member task, and way or for if need be (RFC 8259 section 4)."
		noTask   = "The agent knows no such task. Its tasks are next-bill, agenda and compare."
		noWay    = "The agent knows no such way. Its ways are exchange, as-itself and pass-through."
		noName   = "The task names nobody. Leave for out, or send the name of a user, of at most 64 signs without blanks."
	)
	b := newBench(t)
	for name, tt := range map[string]struct{ body, says string }{
		"nothing":                      {"", noObject},
		"blanks":                       {" \n ", noObject},
		"no JSON":                      {"next-bill", noObject},
		"half of it":                   {`{"task":"next-bill"`, noObject},
		"a text":                       {`"next-bill"`, noObject},
		"a list":                       {`[{"task":"next-bill"}]`, noObject},
		"null":                         {`null`, noObject},
		"two objects":                  {`{"task":"next-bill"}{"task":"agenda"}`, noObject},
		"a member too many":            {`{"task":"next-bill","token":"x"}`, noObject},
		"a member twice":               {`{"task":"agenda","task":"next-bill"}`, noObject},
		"a member in capitals":         {`{"Task":"next-bill"}`, noObject},
		"a task that is a number":      {`{"task":1}`, noObject},
		"a task that is null":          {`{"task":null}`, noObject},
		"a way that is a list":         {`{"task":"next-bill","way":["exchange"]}`, noObject},
		"not UTF-8":                    {"{\"task\":\"\xff\"}", noObject},
		"a form":                       {`task=next-bill`, noObject},
		"many brackets":                {strings.Repeat("[", 10_000), noObject},
		"no task":                      {`{}`, noTask},
		"an empty task":                {`{"task":""}`, noTask},
		"a task that nobody knows":     {`{"task":"pay"}`, noTask},
		"a task in capitals":           {`{"task":"Next-Bill"}`, noTask},
		"a task with a blank":          {`{"task":"next-bill "}`, noTask},
		"markup":                       {`{"task":"<script>alert(1)</script>"}`, noTask},
		"a way that nobody knows":      {`{"task":"next-bill","way":"by-bicycle"}`, noWay},
		"a way in capitals":            {`{"task":"next-bill","way":"Exchange"}`, noWay},
		"a way of the calendar's":      {`{"task":"next-bill","way":"named"}`, noWay},
		"a name with a blank":          {`{"task":"agenda","for":"alice bob"}`, noName},
		"a name with a line end":       {`{"task":"agenda","for":"alice\r\n"}`, noName},
		"a name of letters beyond":     {`{"task":"agenda","for":"älice"}`, noName},
		"a name that is too long":      {`{"task":"agenda","for":"` + strings.Repeat("x", 65) + `"}`, noName},
		"all of it, the first is told": {`{"task":"pay","way":"by-bicycle","for":" "}`, noTask},
	} {
		t.Run(name, func(t *testing.T) { b.hand(tt.body).wantError(t, http.StatusBadRequest, "invalid_request", tt.says) })
	}
	if sent, done := b.way.to(""), b.state().Done; len(sent) != 0 || len(done) != 0 {
		t.Errorf("it asked %+v, and did %+v", sent, done)
	}
	b.hand(`{"task":"agenda","way":"as-itself","for":"` + strings.Repeat("x", 64) + `"}`).report(t)
	if at := b.way.to("/calendar"); len(at) != 1 || at[0].query != "for="+strings.Repeat("x", 64) {
		t.Errorf("it asks the calendar by %+v", at)
	}
}

// Whoever brings no token in the one way that there is gets nothing done (RFC 6750 §2.1), and is told
// that before anything of the task.
func TestATaskWithoutAToken(t *testing.T) {
	const none = "The request brings no access token. Send the user's token for billing in the header: Authorization: Bearer, a blank, and the token (RFC 6750 section 2.1)."
	b := newBench(t)
	type list = []string
	for name, header := range map[string]list{
		"none":                       nil,
		"an empty header":            {"Authorization", ""},
		"the word Bearer":            {"Authorization", "Bearer"},
		"Bearer and blanks":          {"Authorization", "Bearer   "},
		"a token without its scheme": {"Authorization", b.token},
		"Basic":                      {"Authorization", "Basic ZGVtby1hZ2VudDp4"},
		"DPoP":                       {"Authorization", "DPoP " + b.token},
		"twice":                      {"Authorization", "Bearer " + b.token, "Authorization", "Bearer " + b.token},
		"twice, once empty":          {"Authorization", "Bearer " + b.token, "Authorization", ""},
		"in a cookie":                {"Cookie", "access_token=" + b.token},
		"one that is too long":       {"Authorization", "Bearer " + strings.Repeat("x", 2049)},
	} {
		for _, body := range []string{`{"task":"next-bill"}`, `no task at all`} {
			t.Run(name, func(t *testing.T) {
				r := b.ask(http.MethodPost, "/tasks", body, header...)
				r.wantError(t, http.StatusUnauthorized, "unauthorized", none)
				if got := r.header.Get("WWW-Authenticate"); got != `Bearer realm="OAuth Lab agent"` {
					t.Errorf("the challenge is %s", got)
				}
			})
		}
	}
	if r := b.ask(http.MethodPost, "/tasks?access_token="+b.token, `{"task":"next-bill"}`); r.status != http.StatusUnauthorized {
		t.Errorf("in the address it is answered %d %s", r.status, r.body)
	}
	if sent := b.way.to(""); len(sent) != 0 {
		t.Errorf("it asked %+v", sent)
	}
	for _, scheme := range []string{"Bearer ", "bearer ", "BEARER  "} {
		b.ask(http.MethodPost, "/tasks", `{"task":"agenda"}`, "Authorization", scheme+b.token).report(t)
	}
	b.ask(http.MethodPost, "/tasks", `{"task":"agenda"}`, "Authorization", "Bearer "+strings.Repeat("x", 2048)).report(t)
}

// A token that is worth nothing is no error of the agent's: it says what it was told.
func TestATokenThatOpensNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		task, did string
		token     func(b *bench) string
	}{
		"made up, for a bill":   {"next-bill", "Billing did not let the agent in: it answered 401.", func(*bench) string { return "made-up" }},
		"no token, by its form": {"next-bill", "Billing did not let the agent in: it answered 401.", func(b *bench) string { return b.token + "=" }},
		"two words":             {"next-bill", "Billing did not let the agent in: it answered 400.", func(*bench) string { return "a b" }},
		"made up, for a calendar": {
			"agenda", "The auth server gave the agent no token for the calendar: invalid_request: The subject token is not one of this server's that are good. Send an access token of this lab that is neither too old nor revoked (RFC 8693 section 2.2.2).",
			func(*bench) string { return "made-up" },
		},
		"made up, to compare": {
			"compare", "The auth server gave the agent no token for the calendar: invalid_request: The subject token is not one of this server's that are good. Send an access token of this lab that is neither too old nor revoked (RFC 8693 section 2.2.2).",
			func(*bench) string { return "made-up" },
		},
		"of a user who let nobody write": {
			"next-bill", "The auth server gave the agent no token for the calendar: invalid_scope: More scope than the subject token has. Ask for what the subject token has, or less. For more, the user has to sign in again (RFC 8693 section 2.1).",
			func(b *bench) string {
				b.set(map[guard.ID]string{guard.IDScopeAsked: `"read"`})
				b.signIn()
				return b.token
			},
		},
		"of a user who was asked about billing": {
			"agenda", "The auth server gave the agent no token for the calendar: invalid_target: The user's client named other APIs. Name an API that the user's client named when she signed in (RFC 8693 section 2.1).",
			func(b *bench) string {
				b.set(map[guard.ID]string{guard.IDResourceAPIs: `"billing"`})
				b.signIn()
				return b.token
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.token = tt.token(b)
			if got := b.hand(`{"task":"` + tt.task + `"}`).report(t); got.Did != tt.did || got.Owner != "" {
				t.Errorf("it reports\n\t%s, want\n\t%s", got.Did, tt.did)
			}
			if got := b.written(); got != nil {
				t.Errorf("in the calendars stands %q", got)
			}
		})
	}
}

// Where somebody does not answer, the agent says that it cannot go on, and remembers nothing. Where
// somebody answers nonsense, it does no half of a task.
func TestTheOthersAreAway(t *testing.T) {
	for name, tt := range map[string]struct {
		path   string
		answer func(*http.Request) (*http.Response, error)
		did    string // "" where it cannot go on
	}{
		"billing":                           {"/billing", nobodyThere, ""},
		"the auth server":                   {"/token", nobodyThere, ""},
		"the calendar":                      {"/calendar", nobodyThere, ""},
		"an auth server without a token":    {"/token", says(200, `{}`), ""},
		"an auth server with another type":  {"/token", says(200, `{"access_token":"x","token_type":"made-up"}`), ""},
		"an auth server that answers HTML":  {"/token", says(200, `<!doctype html>`), ""},
		"an auth server that breaks":        {"/token", says(500, `Something went wrong.`), "The auth server gave the agent no token for the calendar: the token endpoint answered 500."},
		"billing that breaks":               {"/billing", says(503, ``), "Billing did not let the agent in: it answered 503."},
		"billing that redirects":            {"/billing", leadsAway, "Billing did not let the agent in: it answered 302."},
		"billing that has no bills":         {"/billing", says(200, `{"owner":"alice","bills":[]}`), "There is no bill to pay."},
		"billing that answers HTML":         {"/billing", says(200, `<!doctype html>`), "There is no bill to pay."},
		"billing with a bill without a day": {"/billing", says(200, `{"owner":"alice","bills":[{"title":"x"}]}`), "The calendar did not let the agent in: it answered 400."},
		"a calendar that breaks":            {"/calendar", says(500, ``), "The calendar did not let the agent in: it answered 500."},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.way.goesWrong(tt.path, tt.answer)
			r := b.hand(`{"task":"next-bill"}`)
			if tt.did == "" {
				r.wantError(t, http.StatusServiceUnavailable, "temporarily_unavailable", "The agent cannot go on for the moment. Try again in a moment.")
				if r.header.Get("Retry-After") != "5" || len(b.state().Done) != 0 {
					t.Errorf("it answers with %v, and remembers %+v", r.header, b.state().Done)
				}
			} else if got := r.report(t); got.Did != tt.did || len(b.state().Done) != 1 {
				t.Errorf("it reports %q, want %q, and remembers %+v", got.Did, tt.did, b.state().Done)
			}
			if strings.Contains(r.body, b.token) || b.written() != nil {
				t.Errorf("it answers %s, and in the calendars stands %q", r.body, b.written())
			}
			b.way.goesWrong(tt.path, nil)
			b.hand(`{"task":"next-bill"}`).report(t)
			if got := b.written(); !slices.Equal(got, []string{"alice: " + bill}) {
				t.Errorf("afterwards in the calendars stands %q", got)
			}
		})
	}
}

// The page in the browser hands tasks over from the lab's origin: it may send them with a token, and
// reads each answer (CORS). No cookie plays a part.
func TestPagesHandTasksOver(t *testing.T) {
	b := newBench(t)
	for _, page := range []string{b.lab.Origins[event.Lab], "https://app.example"} {
		may := b.ask(http.MethodOptions, "/tasks", "", "Origin", page, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
		if may.status != http.StatusNoContent || may.header.Get("Access-Control-Allow-Origin") != "*" || may.header.Get("Access-Control-Allow-Methods") != "POST" ||
			may.header.Get("Access-Control-Allow-Headers") != "authorization,content-type" || may.header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("the preflight of %s is answered %d %v", page, may.status, may.header)
		}
		for status, r := range map[int]reply{
			http.StatusOK:           b.ask(http.MethodPost, "/tasks", `{"task":"agenda"}`, "Origin", page, "Authorization", "Bearer "+b.token),
			http.StatusBadRequest:   b.ask(http.MethodPost, "/tasks", `{}`, "Origin", page, "Authorization", "Bearer "+b.token),
			http.StatusUnauthorized: b.ask(http.MethodPost, "/tasks", `{}`, "Origin", page),
		} {
			if r.status != status || r.header.Get("Access-Control-Allow-Origin") != "*" || r.header.Get("Set-Cookie") != "" || r.header.Get("Access-Control-Allow-Credentials") != "" ||
				!strings.Contains(r.header.Get("Access-Control-Expose-Headers"), "Www-Authenticate") {
				t.Errorf("%s is answered %d with %v, want %d", page, r.status, r.header, status)
			}
		}
	}
	if len(b.way.to("/calendar")) != 2 {
		t.Errorf("a preflight asks for something: %+v", b.way.to(""))
	}
}

// Its page says what it did, the latest first, and how it works. What others wrote is text there, and
// no markup.
func TestTheAgentsPage(t *testing.T) {
	b := newBench(t)
	if r := b.ask(http.MethodGet, pagePath(), ""); r.status != http.StatusOK || !strings.Contains(r.body, "Nobody has asked it for anything yet.") || !strings.Contains(r.body, `<span class="code">exchange</span>`) {
		t.Errorf("at first it is %d %s", r.status, r.body)
	}
	const title = `</span><script>alert("x")</script>&amp; {{.Way}}`
	docs := store.For[resourceserver.State](b.labs.Store, resourceserver.Kind).Or(func() resourceserver.State { return resourceserver.State{} })
	if err := docs.Update(t.Context(), b.lab.ID, func(s *resourceserver.State, _ *store.Outbox) error {
		s.Bills = []resourceserver.Bill{{Owner: "alice", Title: title, Amount: "1 EUR", Due: "2026-01-01"}}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	b.hand(`{"task":"agenda"}`).report(t)
	b.set(map[guard.ID]string{guard.IDAgentWay: `"as-itself"`})
	if got := b.hand(`{"task":"next-bill"}`).report(t); !strings.Contains(got.Did, title) {
		t.Fatalf("it reports %+v", got)
	}
	r := b.ask(http.MethodGet, pagePath(), "")
	latest := strings.Index(r.body, `&lt;/span&gt;&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;&amp;amp; {{.Way}}`)
	before := strings.Index(r.body, "Alice&#39;s calendar has 2 appointments.")
	if latest < 0 || before < latest || strings.Contains(r.body, "<script") || !strings.Contains(r.body, `Now it works by <span class="code">as-itself</span>`) ||
		!strings.Contains(r.body, `<span class="code">agenda</span> by <span class="code">exchange</span>`) {
		t.Errorf("it shows %s", r.body)
	}
	policy := r.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "form-action 'none'") || !strings.Contains(policy, "frame-ancestors ") || strings.Contains(policy, "script-src") ||
		r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("it comes with %v", r.header)
	}
	if head := b.ask(http.MethodHead, pagePath(), ""); head.status != http.StatusOK || head.body != "" {
		t.Errorf("HEAD is answered %d %q", head.status, head.body)
	}
}

// What it remembers of tasks has a bound; the oldest are forgotten first, and a reset forgets them all.
func TestTasksAreBounded(t *testing.T) {
	b := newBench(t)
	b.way.goesWrong("/calendar", says(200, `{"owner":"alice","appointments":[]}`))
	for i := range 20 {
		b.way.goesWrong("/calendar", says(400+i, ``))
		b.hand(`{"task":"agenda","way":"pass-through"}`).report(t)
	}
	done := b.state().Done
	if len(done) != 16 || done[0].Calendar != 404 || done[15].Calendar != 419 {
		t.Errorf("it remembers %d tasks: %+v", len(done), done)
	}
	if n := strings.Count(b.ask(http.MethodGet, pagePath(), "").body, "<li>"); n != 16 {
		t.Errorf("its page shows %d", n)
	}
	if _, err := b.labs.Reset(t.Context(), b.lab); err != nil {
		t.Fatal(err)
	}
	if done := b.state().Done; len(done) != 0 {
		t.Errorf("after a reset it remembers %+v", done)
	}
}

// A body is read up to its bound, and an answer up to that of answers.
func TestBodiesAreBounded(t *testing.T) {
	b := newBench(t)
	r := b.hand(`{"task":"agenda","for":"` + strings.Repeat("x", 20<<10) + `"}`)
	if r.status != http.StatusRequestEntityTooLarge || !strings.Contains(r.body, "invalid_request") {
		t.Errorf("a long body is answered %d %s", r.status, r.body)
	}
	many := `{"owner":"alice","appointments":[` + strings.TrimSuffix(strings.Repeat(`{"day":"2026-12-03","title":"`+strings.Repeat("x", 200)+`"},`, 2000), ",") + `]}`
	b.way.goesWrong("/calendar", says(200, many))
	if got := b.hand(`{"task":"agenda","way":"pass-through"}`).report(t); len(got.Appointments) != 0 {
		t.Errorf("of an answer that is too long it reads %d appointments", len(got.Appointments))
	}
}

// Before the chapter there is neither page nor tasks, and each says so as whoever asks reads it. Other
// methods and addresses are answered with what there is.
func TestTheAgentComesWithItsChapter(t *testing.T) {
	b := newBench(t)
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch} {
		if r := b.ask(method, "/tasks", "", "Authorization", "Bearer "+b.token); r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "POST" {
			t.Errorf("%s is answered %d, allowed is %q", method, r.status, r.header.Get("Allow"))
		}
	}
	if r := b.ask(http.MethodPost, pagePath(), ""); r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "GET, HEAD" || !strings.Contains(r.body, `role="alert"`) {
		t.Errorf("by POST the page is answered %d %s", r.status, r.body)
	}
	if r := b.ask(http.MethodGet, "/nothing", ""); r.status != http.StatusNotFound || !strings.Contains(r.body, "The agent has nothing at this address.") {
		t.Errorf("elsewhere it answers %d %s", r.status, r.body)
	}
	for _, chapter := range guard.Versions() {
		if chapter >= "v10" {
			continue
		}
		if _, err := b.labs.Change(t.Context(), b.lab.ID, lab.Change{Chapter: &chapter}); err != nil {
			t.Fatal(err)
		}
		b.hand(`{"task":"agenda"}`).wantError(t, http.StatusNotFound, "invalid_request", "This endpoint comes with chapter v10. This lab is in chapter "+chapter+". Open the later chapter to use it.")
		if r := b.ask(http.MethodGet, pagePath(), ""); r.status != http.StatusNotFound || !strings.Contains(r.body, `<p class="error" role="alert">This endpoint comes with chapter v10.</p>`) || strings.Contains(r.body, "What it did") {
			t.Errorf("in %s the page is %d %s", chapter, r.status, r.body)
		}
	}
	b.url = b.lab.Origins.AgentSite(uuid.New())
	if r := b.hand(`{"task":"agenda"}`); r.status != http.StatusNotFound || !strings.Contains(r.body, `"error"`) {
		t.Errorf("in a lab that is not there it is answered %d %s", r.status, r.body)
	}
	if len(b.way.to("")) != 0 {
		t.Errorf("it asked %+v", b.way.to(""))
	}
}
