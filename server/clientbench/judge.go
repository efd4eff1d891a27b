package clientbench

import (
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
)

// Finding is what is to be said of a client and one fault.
type Finding string

// The findings.
const (
	Noticed   Finding = "noticed"    // it refused what it must, should or may refuse
	Swallowed Finding = "swallowed"  // it accepted what it must refuse
	Allowed   Finding = "allowed"    // it accepted what it may accept
	Right     Finding = "right"      // it accepted what it has to accept
	TooStrict Finding = "too-strict" // it refused what it has to accept
	NotMet    Finding = "not-met"    // it never came where the fault is
	Unclear   Finding = "unclear"    // it was there, and what came of it cannot be seen
	NotTried  Finding = "not-tried"  // it was not there yet
)

// Findings are all of them, the worst first.
func Findings() []Finding {
	return []Finding{Swallowed, TooStrict, Noticed, Right, Allowed, Unclear, NotMet, NotTried}
}

// Name is the finding in words.
func (f Finding) Name() string {
	switch f {
	case TooStrict:
		return "too strict"
	case NotMet:
		return "not met"
	case NotTried:
		return "not tried"
	case Right:
		return "as it should"
	}
	return string(f)
}

// Fails reports whether a client is not as the specifications ask.
func (f Finding) Fails() bool { return f == Swallowed || f == TooStrict }

// Settled reports whether there is nothing left to find out.
func (f Finding) Settled() bool { return f != NotTried && f != Unclear && f != NotMet }

// meeting is where a client meets the faults of a place.
type meeting struct {
	at    string   // what it asks for then
	proof []string // what it does next only if it accepted; nothing at an issuer shows it for the rest
}

// meetings are by the place of a fault, or by its name where it is met elsewhere than it is: who is
// meant by an ID token, only UserInfo can show (OpenID Connect Core §5.3.2). Keys prove nothing:
// a client reads them to check.
var meetings = map[string]meeting{
	"metadata":           {authserver.BenchMetadata, []string{authserver.BenchAuthorize}},
	"redirect":           {authserver.BenchAnswer, []string{authserver.BenchToken}},
	"token":              {authserver.BenchToken, []string{authserver.BenchUserInfo, authserver.BenchRefresh}},
	"id-token":           {authserver.BenchToken, []string{authserver.BenchUserInfo, authserver.BenchRefresh}},
	"signature":          {authserver.BenchToken, []string{authserver.BenchUserInfo, authserver.BenchRefresh}},
	"jwks":               {authserver.BenchKeys, []string{authserver.BenchUserInfo, authserver.BenchRefresh}},
	"userinfo":           {authserver.BenchUserInfo, []string{authserver.BenchRefresh}},
	"id-token-wrong-sub": {authserver.BenchUserInfo, []string{authserver.BenchRefresh}},
	"":                   {authserver.BenchAuthorize, []string{authserver.BenchUserInfo, authserver.BenchRefresh}},
}

func meetingOf(f authserver.Fault) meeting {
	if m, elsewhere := meetings[f.Name]; elsewhere {
		return m
	}
	return meetings[f.Place()]
}

// didAny reports whether a login had one of the steps.
func didAny(r authserver.BenchRun, steps []string) bool {
	for _, name := range steps {
		if _, did := r.Did(name); did {
			return true
		}
	}
	return false
}

// judgement is what there is to say of a client and a fault.
type judgement struct {
	outcome authserver.BenchOutcome // "" where it is not known
	finding Finding
	how     string // a sentence
	asks    bool   // whoever ran the client may know better
}

// judge finds what to say: by what the client says itself, else by what it did, compared with
// what it does where nothing is wrong. What was asked for without a name may be anybody's.
func judge(f authserver.Fault, run, faultless authserver.BenchRun) judgement {
	m := meetingOf(f)
	unclear := func(how string) judgement { return judgement{finding: Unclear, how: how} }
	unmet := func(how string) judgement { return judgement{finding: NotMet, how: how} }
	_, met := run.Did(m.at)
	if run.Client == "" && m.at == authserver.BenchMetadata && met {
		return judgement{finding: Unclear, how: "Somebody read the metadata and sent no browser. Whether that was your client, only you know.", asks: true}
	}
	if run.Client == "" {
		return judgement{finding: NotTried}
	}
	if run.Logins < f.Logins {
		return unclear("The fault shows at the second login: sign in once more.")
	}
	if run.Said != nil && !met {
		return unmet("It says that it " + string(run.Said.Outcome) + " it, and ended before it came there, " + after(run) + ".")
	}
	if run.Said != nil {
		return known(f, run.Said.Outcome, "It says that it "+string(run.Said.Outcome)+" it, "+after(run)+".")
	}
	if name, code := serverRefused(run); code != "" {
		return unclear("The server refused the client's own request (" + name + ": " + code + "), so the fault had no part in it.")
	}
	switch went := didAny(run, m.proof); {
	case !met && went:
		return unmet("It went on without " + asks[m.at] + ".")
	case !met && run.Last() == authserver.BenchAuthorize:
		return unclear("It waits for the sign-in.")
	case !met:
		return unmet("It ended before it came there, " + after(run) + ".")
	case went:
		return known(f, authserver.BenchAccepted, "It went on, and ended "+after(run)+".")
	case f.Name != guard.NoFault && didAny(faultless, m.proof):
		j := known(f, authserver.BenchRefused, "It ended "+after(run)+", and goes on where nothing is wrong.")
		j.asks = true
		return j
	}
	j := unclear("It ended " + after(run) + ", and may do so anywhere. Have it " + toShow(m.proof) + " after a login, or say what became of it.")
	j.asks = f.Name != guard.NoFault
	return j
}

// known is what there is to say where the outcome is known.
func known(f authserver.Fault, outcome authserver.BenchOutcome, how string) judgement {
	return judgement{outcome: outcome, finding: FindingOf(f, outcome), how: how}
}

// FindingOf is what is to be said of a client that a fault came to that outcome with.
func FindingOf(f authserver.Fault, outcome authserver.BenchOutcome) Finding {
	switch refused := outcome == authserver.BenchRefused; {
	case refused && f.Client == authserver.MustAccept:
		return TooStrict
	case refused:
		return Noticed
	case f.Client == authserver.MustAccept:
		return Right
	case f.Client == authserver.MustRefuse && f.Only == "":
		return Swallowed
	}
	return Allowed
}

// serverRefused returns which request of the login the server refused for what it was, and how:
// what the fault itself answers is no refusal.
func serverRefused(r authserver.BenchRun) (request, code string) {
	for _, s := range r.Steps {
		if s.Error != "" {
			return requests[s.Name], s.Error
		}
	}
	return "", ""
}

// asks are the steps as what a client does.
var asks = map[string]string{
	authserver.BenchMetadata: "reading the metadata", authserver.BenchAuthorize: "an authorization request", authserver.BenchAnswer: "an answer in the browser",
	authserver.BenchToken: "redeeming a code", authserver.BenchKeys: "reading the keys", authserver.BenchUserInfo: "asking UserInfo", authserver.BenchRefresh: "refreshing",
}

// requests are the steps as they stand in the diagram.
var requests = map[string]string{
	authserver.BenchMetadata: "GET the metadata", authserver.BenchAuthorize: "GET /authorize", authserver.BenchAnswer: "the redirect to the client",
	authserver.BenchToken: "POST /token", authserver.BenchKeys: "GET /jwks", authserver.BenchUserInfo: "/userinfo", authserver.BenchRefresh: "POST /token with the refresh token",
}

// after says how far a login came.
func after(r authserver.BenchRun) string {
	last := r.Last()
	if last == "" {
		return "before any request"
	}
	return "after " + requests[last]
}

// toShow says what a client is to do so that it shows more.
func toShow(proof []string) string {
	if proof[0] == authserver.BenchRefresh {
		return "refresh"
	}
	return "ask UserInfo"
}
