package clientbench

import (
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
)

func fault(t *testing.T, name string) authserver.Fault {
	t.Helper()
	all := authserver.FaultIssuers()
	i := slices.IndexFunc(all, func(f authserver.Fault) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("there is no fault %s", name)
	}
	return all[i]
}

// login is a client's run of the steps, "token!invalid_grant" being one that the server refused.
func login(steps ...string) authserver.BenchRun {
	r := authserver.BenchRun{Client: "own-1", Logins: 1}
	for _, step := range steps {
		name, code, _ := strings.Cut(step, "!")
		r.Steps = append(r.Steps, authserver.BenchStep{Name: name, Error: code})
	}
	return r
}

func saying(r authserver.BenchRun, outcome authserver.BenchOutcome) authserver.BenchRun {
	r.Said = &authserver.BenchSaying{Outcome: outcome}
	return r
}

func TestJudge(t *testing.T) {
	toToken := []string{"metadata", "authorize", "answer", "token", "keys"}
	whole := login(append(toToken[:5:5], "userinfo", "refresh")...)
	toUserInfo := login(append(toToken[:5:5], "userinfo")...)
	stops := login(toToken...)
	twice := whole
	twice.Logins = 2
	none, nobody := authserver.BenchRun{}, login("metadata", "keys")
	nobody.Client, nobody.Logins = "", 0
	for name, tt := range map[string]struct {
		fault          string
		run, faultless authserver.BenchRun
		want           Finding
		how            string // a part
	}{
		"nothing was tried": {"id-token-wrong-iss", none, whole, NotTried, ""},

		"a wrong issuer that ends the login":                 {"id-token-wrong-iss", stops, whole, Noticed, "after GET /jwks, and goes on where nothing is wrong"},
		"a wrong issuer, and it asks UserInfo":               {"id-token-wrong-iss", toUserInfo, whole, Swallowed, "went on, and ended after /userinfo"},
		"a wrong issuer, of a client that stops anyway":      {"id-token-wrong-iss", stops, stops, Unclear, "Have it ask UserInfo"},
		"the same, before the faultless issuer":              {"id-token-wrong-iss", stops, none, Unclear, "Have it ask UserInfo"},
		"a wrong subject, which UserInfo shows":              {"id-token-wrong-sub", toUserInfo, whole, Noticed, "after /userinfo"},
		"a wrong subject, and it refreshes":                  {"id-token-wrong-sub", whole, whole, Swallowed, ""},
		"a wrong subject, of a client that never refreshes":  {"id-token-wrong-sub", toUserInfo, toUserInfo, Unclear, "Have it refresh"},
		"what it may refuse, refused":                        {"id-token-wrong-azp", stops, whole, Noticed, ""},
		"what it may refuse, accepted":                       {"id-token-wrong-azp", whole, whole, Allowed, ""},
		"what it should refuse, accepted":                    {"id-token-missing-iat", whole, whole, Allowed, ""},
		"what it has to accept, accepted":                    {"token-lower-case-type", whole, whole, Right, ""},
		"what it has to accept, refused":                     {"token-lower-case-type", login("metadata", "authorize", "answer", "token"), whole, TooStrict, "after POST /token"},
		"what binds other clients, accepted":                 {"redirect-wrong-iss", whole, whole, Allowed, ""},
		"what binds other clients, refused":                  {"redirect-wrong-iss", login("metadata", "authorize", "answer"), whole, Noticed, "the redirect to the client"},
		"a wrong state, refused":                             {"redirect-wrong-state", login("authorize", "answer"), whole, Noticed, ""},
		"a wrong state, and it redeems the code":             {"redirect-wrong-state", login("authorize", "answer", "token"), whole, Swallowed, ""},
		"no keys, which it never reads":                      {"jwks-empty", login("metadata", "authorize", "answer", "token", "userinfo", "refresh"), whole, NotMet, "without reading the keys"},
		"no keys, and it goes on":                            {"jwks-empty", whole, whole, Allowed, ""},
		"metadata that somebody read":                        {"metadata-wrong-issuer", nobody, whole, Unclear, "only you know"},
		"and it says that it was there":                      {"metadata-wrong-issuer", saying(login("metadata"), authserver.BenchRefused), whole, Noticed, "after GET the metadata"},
		"metadata and keys that somebody read":               {"jwks-empty", nobody, whole, NotTried, ""},
		"metadata of another issuer, accepted":               {"metadata-wrong-issuer", login("metadata", "authorize"), whole, Swallowed, ""},
		"metadata that it never reads":                       {"metadata-wrong-issuer", login("authorize", "answer", "token"), whole, NotMet, "without reading the metadata"},
		"UserInfo that it never asks":                        {"userinfo-not-json", stops, whole, NotMet, "before it came there"},
		"nobody has signed in yet":                           {"id-token-wrong-iss", login("metadata", "authorize"), whole, Unclear, "waits for the sign-in"},
		"the server refuses what the client sends":           {"id-token-wrong-iss", login("metadata", "authorize", "answer", "token!invalid_grant"), whole, Unclear, "POST /token: invalid_grant"},
		"the server refuses to let it in":                    {"id-token-wrong-iss", login("authorize", "answer!invalid_scope"), whole, Unclear, "invalid_scope"},
		"a replay at the first login":                        {"id-token-replayed", whole, whole, Unclear, "sign in once more"},
		"a replay at the second":                             {"id-token-replayed", twice, whole, Swallowed, ""},
		"a replay that it accepted at its first, so it says": {"id-token-replayed", saying(whole, authserver.BenchAccepted), whole, Unclear, "sign in once more"},
		"a replay that it refused at its first, so it says":  {"id-token-replayed", saying(whole, authserver.BenchRefused), whole, Unclear, "sign in once more"},

		"where nothing is wrong, all the way":            {"none", whole, whole, Right, ""},
		"where nothing is wrong, and nothing to see":     {"none", stops, stops, Unclear, "Have it ask UserInfo"},
		"where nothing is wrong, and it says it gave up": {"none", saying(stops, authserver.BenchRefused), stops, TooStrict, ""},

		"what it says counts more than what it did": {"id-token-wrong-nonce", saying(whole, authserver.BenchRefused), whole, Noticed, "says that it refused"},
		"it says that it let the user in":           {"id-token-wrong-nonce", saying(stops, authserver.BenchAccepted), whole, Swallowed, "says that it accepted"},
		"it says so of what it never met":           {"userinfo-foreign-subject", saying(stops, authserver.BenchAccepted), whole, NotMet, "before it came there, after GET /jwks"},
		"a subject that only UserInfo can show":     {"id-token-wrong-sub", saying(stops, authserver.BenchAccepted), whole, NotMet, ""},
		"a refusal for another reason":              {"id-token-wrong-iss", saying(login("metadata"), authserver.BenchRefused), whole, NotMet, "after GET the metadata"},
		"it says so before any request":             {"metadata-not-json", saying(authserver.BenchRun{Client: "own-1"}, authserver.BenchRefused), whole, NotMet, "before any request"},
	} {
		t.Run(name, func(t *testing.T) {
			got := judge(fault(t, tt.fault), tt.run, tt.faultless)
			if got.finding != tt.want || !strings.Contains(got.how, tt.how) {
				t.Errorf("%s: %s", got.finding, got.how)
			}
			if is := got.outcome != ""; is != got.finding.Settled() {
				t.Errorf("%s, and the outcome is %q", got.finding, got.outcome)
			}
		})
	}
}

// Nothing is held against a client that the specifications allow.
func TestOnlyWhatIsDemandedFails(t *testing.T) {
	for _, f := range authserver.FaultIssuersIn(guard.Rules{Chapter: "v08"}) {
		for outcome, fails := range map[authserver.BenchOutcome]bool{
			authserver.BenchAccepted: f.Client == authserver.MustRefuse && f.Only == "",
			authserver.BenchRefused:  f.Client == authserver.MustAccept,
		} {
			if got := FindingOf(f, outcome); got.Fails() != fails || !got.Settled() {
				t.Errorf("%s of %s is %s", outcome, f.Name, got)
			}
		}
		if m, known := meetings[f.Place()]; !known || asks[m.at] == "" || requests[m.at] == "" || len(m.proof) == 0 {
			t.Errorf("nobody says where a client meets %s", f.Name)
		}
	}
	for _, f := range Findings() {
		if f.Name() == "" || strings.Contains(f.Name(), "-") {
			t.Errorf("%s is called %q", f, f.Name())
		}
	}
}
