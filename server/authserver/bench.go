package authserver

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"oauthlab/lessons/prose"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// The client bench: what learners' own clients did at each issuer with a fault, kept so that it
// can be told later which faults a client noticed. Rules of this file:
//
//   - what is kept is what was asked, and whether the server refused it: no code, no token;
//   - one row a client and fault, of the latest login; what a client says itself stands beside it;
//   - metadata and keys are asked for without a name: they wait in a row without a client for the
//     login that follows, and stay there if none does;
//   - package clientbench judges; nothing here does.

// What a client does at an issuer.
const (
	BenchMetadata  = "metadata"  // reads the metadata, at any of their addresses
	BenchAuthorize = "authorize" // sends the browser
	BenchAnswer    = "answer"    // is sent the browser back, with a code or an error
	BenchToken     = "token"     // redeems the code
	BenchKeys      = "keys"      // reads the keys
	BenchUserInfo  = "userinfo"  // asks who the user is
	BenchRefresh   = "refresh"   // refreshes
)

// BenchStep is what a client asked for in a login, and how that was answered.
type BenchStep struct {
	Name  string `json:"name"`            // one of those above
	Error string `json:"error,omitempty"` // the code of the server's refusal; "" where it had none
}

// BenchOutcome is what became of a login.
type BenchOutcome string

// The outcomes.
const (
	BenchAccepted BenchOutcome = "accepted" // the user is signed in at the client
	BenchRefused  BenchOutcome = "refused"  // the client gave up
)

// BenchSaying is what a client, or whoever ran it, says became of a login.
type BenchSaying struct {
	Outcome BenchOutcome `json:"outcome"`
	Words   string       `json:"says,omitempty"` // the client's own
}

// Bounds of what is kept, so that it never comes near what a document may have.
const (
	MaxBenchWords = 200 // of what a client says of one login, in bytes of JSON; what is longer is cut
	maxBenchRuns  = 300 // rows; of more, those that nothing was done in for longest are forgotten
)

// BenchRun is what one client did at the issuer with one fault.
type BenchRun struct {
	Fault  string       `json:"fault"`
	Client string       `json:"client,omitempty"` // its id; "" while nobody has named one
	Flow   string       `json:"flow,omitempty"`   // of the latest login
	Logins int          `json:"logins,omitempty"` // that it began
	Steps  []BenchStep  `json:"steps,omitempty"`  // of the latest login, in the order in which each was taken first
	Said   *BenchSaying `json:"said,omitempty"`   // of the latest login
}

// did adds what was asked for, once. It reports whether that is new.
func (r *BenchRun) did(step BenchStep) bool {
	i := slices.IndexFunc(r.Steps, func(s BenchStep) bool { return s.Name == step.Name })
	if i < 0 {
		r.Steps = append(r.Steps, step)
		return true
	}
	same := r.Steps[i] == step
	r.Steps[i] = step
	return !same
}

// Did returns whether the client asked for that, and with which error of the server's.
func (r BenchRun) Did(name string) (step BenchStep, did bool) {
	if i := slices.IndexFunc(r.Steps, func(s BenchStep) bool { return s.Name == name }); i >= 0 {
		return r.Steps[i], true
	}
	return BenchStep{}, false
}

// Last is what the client asked for first of all that came last; "" is nothing.
func (r BenchRun) Last() string {
	if len(r.Steps) == 0 {
		return ""
	}
	return r.Steps[len(r.Steps)-1].Name
}

// Bench is what was done at all issuers of one lab: at most a row a fault and client, and one a
// fault for those without a name.
type Bench struct {
	Runs []BenchRun `json:"runs"` // the one that did something last is the last
}

// Of returns what a client did at the issuer with the fault. Until it begins a login there, that
// is what nobody has put a name to.
func (b Bench) Of(client, fault string) BenchRun {
	if i := b.index(client, fault); i >= 0 {
		return b.Runs[i]
	}
	if i := b.index("", fault); i >= 0 {
		return b.Runs[i]
	}
	return BenchRun{Fault: fault}
}

func (b Bench) index(client, fault string) int {
	return slices.IndexFunc(b.Runs, func(r BenchRun) bool { return r.Client == client && r.Fault == fault })
}

// run returns the row of a client, as the last.
func (b *Bench) run(client, fault string) *BenchRun {
	r := BenchRun{Fault: fault, Client: client}
	if i := b.index(client, fault); i >= 0 {
		r = b.Runs[i]
		b.Runs = slices.Delete(b.Runs, i, i+1)
	}
	b.Runs = lab.Keep(b.Runs, r, maxBenchRuns)
	return &b.Runs[len(b.Runs)-1]
}

// without forgets clients that are not registered any more.
func (b *Bench) without(registered func(id string) bool) {
	b.Runs = slices.DeleteFunc(b.Runs, func(r BenchRun) bool { return r.Client != "" && !registered(r.Client) })
}

// claim takes the row without a client away, for one that names itself now: the metadata were read
// before. Keys may have been another's.
func (b *Bench) claim(fault string) []BenchStep {
	i := b.index("", fault)
	if i < 0 {
		return nil
	}
	before := slices.DeleteFunc(b.Runs[i].Steps, func(s BenchStep) bool { return s.Name != BenchMetadata })
	b.Runs = slices.Delete(b.Runs, i, i+1)
	return before
}

// begin puts a login of the client into its row.
func (b *Bench) begin(client, fault, flow string) *BenchRun {
	before := b.claim(fault)
	r := b.run(client, fault)
	r.Flow, r.Steps, r.Said = flow, before, nil
	r.Logins++
	return r
}

// under returns the row of a login under way, or nil.
func (b *Bench) under(fault, flow string) *BenchRun {
	i := slices.IndexFunc(b.Runs, func(r BenchRun) bool { return r.Fault == fault && r.Flow == flow && flow != "" })
	if i < 0 {
		return nil
	}
	return b.run(b.Runs[i].Client, fault)
}

// unnamed returns the row of a request that names nobody: the login in which the tokens were
// given out last, or one that nobody has put a name to.
func (b *Bench) unnamed(fault, step string) *BenchRun {
	for _, r := range slices.Backward(b.Runs) {
		if r.Fault != fault || r.Client == "" {
			continue
		}
		if _, redeemed := r.Did(BenchToken); redeemed && step == BenchKeys {
			return b.run(r.Client, fault)
		}
		break
	}
	return b.run("", fault)
}

// benchRequest is a request to an issuer with a fault, as far as the bench wants to know it.
type benchRequest struct {
	fault, flow string
	step        BenchStep
	client      string // that the request names and the learner registered; "" for none
	answered    string // the error with which the browser was sent on to the client
	isAnswered  bool   // the browser was sent on
}

// take keeps the request. It reports whether anything is new by it.
func (b *Bench) take(q benchRequest) bool {
	switch q.step.Name {
	case "":
		r := b.under(q.fault, q.flow)
		return r != nil && q.isAnswered && r.did(BenchStep{Name: BenchAnswer, Error: q.answered}) // by the page for the sign-in
	case BenchMetadata, BenchKeys:
		return b.unnamed(q.fault, q.step.Name).did(q.step)
	case BenchAuthorize:
		if q.client == "" {
			return false
		}
		r := b.begin(q.client, q.fault, q.flow)
		r.did(q.step)
		if q.isAnswered {
			r.did(BenchStep{Name: BenchAnswer, Error: q.answered})
		}
		return true
	}
	r := b.under(q.fault, q.flow)
	if r == nil && q.client != "" && b.index(q.client, q.fault) >= 0 { // the code or the token is none
		r = b.run(q.client, q.fault)
	}
	return r != nil && r.did(q.step)
}

// benched serves a row of an issuer with a fault, and keeps what was asked.
func (s *Server) benched(row endpoint.Row) endpoint.Row {
	name := map[string]string{
		"/authorize": BenchAuthorize, "/token": BenchToken, "/jwks": BenchKeys, "/userinfo": BenchUserInfo, "/login": "",
	}
	below, _ := row.Below()
	step, known := name[below]
	if row.Metadata == "" && strings.Contains(row.Path, "/.well-known/") {
		step, known = BenchMetadata, true
	}
	row.Serve = row.Serve.Within(func(w http.ResponseWriter, r *http.Request, t *lab.Handling, serve func(http.ResponseWriter) error) error {
		if err := s.misbehave(r, t); err != nil {
			return err
		}
		err := serve(w)
		if known {
			s.keepOnBench(r.Context(), t, s.benchRequestOf(r, t, step, w.Header(), err))
		}
		return err
	})
	return row
}

// benchRequestOf sums a request up that was served with the headers, or refused with err.
func (s *Server) benchRequestOf(r *http.Request, t *lab.Handling, step string, header http.Header, err error) benchRequest {
	form := url.Values{}
	if values, e := endpoint.Values(r); e == nil {
		form = values
	}
	q := benchRequest{fault: t.Fault, flow: t.Flow, step: BenchStep{Name: step, Error: codeOf(err)}}
	if step == BenchToken && form.Get("grant_type") == grantRefresh {
		q.step.Name = BenchRefresh
	}
	if _, own := t.Settings.Own(clientNamed(r, form)); own {
		q.client = clientNamed(r, form)
	}
	if to, e := url.Parse(header.Get("Location")); e == nil && to.IsAbs() && !strings.HasPrefix(to.String(), s.Origin+"/") {
		q.isAnswered, q.answered = true, to.Query().Get("error")
	}
	return q
}

// codeOf is the code of what a request was refused with; "" where it was not.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	if e, is := errors.AsType[*endpoint.Error](err); is {
		return cmp.Or(e.Code, endpoint.InvalidRequest)
	}
	return "server_error"
}

// errNothingNew keeps a document from being saved as it was.
var errNothingNew = errors.New("nothing is new")

// keepOnBench keeps a request. What the bench cannot keep is nothing to the client.
func (s *Server) keepOnBench(ctx context.Context, t *lab.Handling, q benchRequest) {
	err := s.Document().bench().Update(ctx, t.ID, func(b *Bench, _ *store.Outbox) error {
		if !b.take(q) {
			return errNothingNew
		}
		return nil
	})
	if err != nil && !errors.Is(err, errNothingNew) {
		s.Log.Warn("client bench", "err", err)
	}
}

func (d Document) bench() store.Documents[Bench] {
	return store.For[Bench](d.Store, store.Bench).Or(func() Bench { return Bench{} })
}

// Bench returns what was done at the issuers with a fault.
func (d Document) Bench(ctx context.Context, id uuid.UUID) (Bench, error) {
	return d.bench().Get(ctx, id)
}

// SayOnBench keeps what became of a client's latest login at an issuer, as whoever ran it says.
func (d Document) SayOnBench(ctx context.Context, l *lab.Lab, client, fault string, said BenchSaying) error {
	said.Words = benchWords(said.Words)
	return d.bench().Update(ctx, l.ID, func(b *Bench, _ *store.Outbox) error {
		b.without(func(id string) bool { _, own := l.Settings.Own(id); return own })
		if b.index(client, fault) < 0 { // it gave up before it named itself
			before := b.claim(fault)
			b.run(client, fault).Steps = before
		}
		b.run(client, fault).Said = &said
		return nil
	})
}

// benchWords is what a client says, in so few characters that its JSON keeps the bound.
func benchWords(said string) string {
	said = prose.Plain(strings.ToValidUTF8(said, "�"))
	for most := MaxBenchWords; ; most /= 2 {
		words := prose.Clip(said, most, "…")
		if text, err := json.Marshal(words); err == nil && len(text) <= MaxBenchWords+len(`""`) {
			return words
		}
	}
}

// ClearBench forgets what a client did, and what nobody has put a name to.
func (d Document) ClearBench(ctx context.Context, id uuid.UUID, client string) error {
	return d.clearBench(ctx, id, func(r BenchRun) bool { return r.Client == client || r.Client == "" })
}

func (d Document) clearBench(ctx context.Context, id uuid.UUID, gone func(BenchRun) bool) error {
	err := d.bench().Update(ctx, id, func(b *Bench, _ *store.Outbox) error {
		if !slices.ContainsFunc(b.Runs, gone) {
			return errNothingNew
		}
		b.Runs = slices.DeleteFunc(b.Runs, gone)
		return nil
	})
	if errors.Is(err, errNothingNew) {
		return nil
	}
	return err
}
