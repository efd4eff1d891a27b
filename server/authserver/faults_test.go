package authserver

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// faultsIn are the faults that there are in a chapter.
func faultsIn(chapter string) (all []Fault) {
	rules := guard.Rules{Chapter: chapter}
	for _, f := range Faults() {
		if rules.Has(f.part) {
			all = append(all, f)
		}
	}
	return all
}

// deviations are what a client sees of each fault of the chapter, and all that it sees: what is
// there instead of what a faultless server has. A stage of the login that is not there is gone.
var deviations = map[string][]string{
	"id-token-missing-iss":     {"ID token: iss is gone"},
	"id-token-wrong-iss":       {`ID token: iss is "https://issuer.example.com"`},
	"id-token-missing-aud":     {"ID token: aud is gone"},
	"id-token-more-aud":        {`ID token: aud is ["demo-web","print-shop"]`},
	"id-token-wrong-aud":       {`ID token: aud is "print-shop"`},
	"id-token-wrong-azp":       {`ID token: azp is "print-shop"`},
	"id-token-unsigned":        {`ID token: alg is "none"`, "ID token: signature is gone"},
	"id-token-wrong-key":       {"ID token: signature is not right"},
	"id-token-missing-exp":     {"ID token: exp is gone"},
	"id-token-expired":         {"ID token: exp is now -3m0s", "ID token: iat is now -5m0s"},
	"id-token-missing-iat":     {"ID token: iat is gone"},
	"id-token-old-iat":         {"ID token: iat is now -24h0m0s"},
	"id-token-future-iat":      {"ID token: exp is now +2h0m0s", "ID token: iat is now +1h0m0s"},
	"id-token-missing-nonce":   {"ID token: nonce is gone"},
	"id-token-wrong-nonce":     {`ID token: nonce is "not-the-nonce-that-was-sent"`},
	"id-token-replayed":        {`ID token: nonce is "first"`},
	"id-token-missing-at-hash": {"ID token: at_hash is gone"},
	"id-token-wrong-at-hash":   {"ID token: at_hash is not right"},
	"id-token-missing-sub":     {"ID token: sub is gone"},
	"id-token-wrong-sub":       {`ID token: sub is "bob"`},

	"userinfo-missing-subject": {"UserInfo: sub is gone"},
	"userinfo-foreign-subject": {`UserInfo: email is "bob@example.com"`, `UserInfo: name is "Bob"`, `UserInfo: preferred_username is "bob"`, `UserInfo: sub is "bob"`},
	"userinfo-not-json":        {"UserInfo is gone", "answer of UserInfo: type is text/html; charset=utf-8"},

	"redirect-missing-state": {"redirect: state is gone"},
	"redirect-double-state":  {"redirect: state is s1 another"},
	"redirect-wrong-state":   {"redirect: state is not-the-state-that-was-sent"},
	"redirect-missing-iss":   {"redirect: iss is gone"},
	"redirect-double-iss":    {"redirect: iss is I https://issuer.example.com"},
	"redirect-wrong-iss":     {"redirect: iss is https://issuer.example.com"},

	"metadata-not-json":     {"answer of the metadata: type is text/html; charset=utf-8", "metadata is gone"},
	"metadata-wrong-issuer": {`metadata: issuer is "https://issuer.example.com"`},

	"token-lower-case-type":    {`refresh: token_type is "bearer"`, `tokens: token_type is "bearer"`},
	"token-missing-expires-in": {"refresh: expires_in is gone", "tokens: expires_in is gone"},
	"token-slow":               nil, // but for the time that it takes
	"token-missing-id-token":   {"ID token is gone", "tokens: id_token is gone"},
	"token-unknown-type":       {`refresh: token_type is "made-up"`, `tokens: token_type is "made-up"`},
	"token-not-json": {
		"ID token is gone", "UserInfo is gone", "answer of UserInfo is gone", "answer of the refresh is gone", "answer of the token endpoint: type is text/html; charset=utf-8",
		"refresh is gone", "tokens is gone",
	},
	"token-failing": {
		"ID token is gone", "UserInfo is gone", "answer of UserInfo is gone", "answer of the refresh is gone", "answer of the token endpoint: status is 500",
		"answer of the token endpoint: type is text/plain; charset=utf-8", "refresh is gone", "tokens is gone",
	},
}

// seen is what a client sees in a login, by the stage of that and by what there is in it. What
// is another each time is said in words.
type seen map[string]map[string]string

// put keeps what was answered, and returns the members of the JSON; nil where it is none.
func (s seen) put(stage, answerOf string, r reply, issuer string) map[string]any {
	s["answer of "+answerOf] = map[string]string{
		"status": fmt.Sprint(r.status), "type": r.header.Get("Content-Type"), "cache": r.header.Get("Cache-Control"), "CORS": r.header.Get("Access-Control-Allow-Origin"),
	}
	var members map[string]any
	if json.Unmarshal([]byte(r.body), &members) != nil {
		return nil
	}
	s.keep(stage, members, issuer)
	return members
}

func (s seen) keep(stage string, members map[string]any, issuer string) {
	s[stage] = map[string]string{}
	for name, value := range members {
		text, _ := json.Marshal(value)
		s[stage][name] = strings.ReplaceAll(string(text), issuer, "I")
	}
}

// differences are what is another than in the faultless login, in order.
func (s seen) differences(faultless seen) (all []string) {
	for stage, want := range faultless {
		got := s[stage]
		if got == nil {
			all = append(all, stage+" is gone")
			continue
		}
		for name, value := range want {
			if now, has := got[name]; !has {
				all = append(all, stage+": "+name+" is gone")
			} else if now != value {
				all = append(all, stage+": "+name+" is "+now)
			}
		}
		for name, value := range got {
			if _, has := want[name]; !has {
				all = append(all, stage+": "+name+" is there, "+value)
			}
		}
	}
	for stage := range s {
		if faultless[stage] == nil {
			all = append(all, stage+" is there")
		}
	}
	slices.Sort(all)
	return all
}

// login goes through all that a client does at the bench's issuer: it reads the metadata at all
// three addresses, signs Alice in with the nonce, redeems the code, asks who that is, and
// refreshes. It goes on whatever comes.
func (b *bench) wholeLogin(nonce string) seen {
	b.Helper()
	s := seen{}
	var bodies []string
	for _, at := range b.metadataAt() {
		r := b.get(at)
		s.put("metadata", "the metadata", r, b.url)
		bodies = append(bodies, r.body)
	}
	if len(slices.Compact(bodies)) != 1 {
		b.Errorf("the metadata are not the same: %q", bodies)
	}

	r := b.asksWho("nonce", nonce, "scope", "openid profile email offline_access")
	if strings.HasSuffix(r.location.Path, "/login") {
		r = b.login(b.keptAt(r), "alice")
	}
	carried := b.carried(r)
	code := carried.Get("code")
	s["redirect"] = map[string]string{}
	for name, values := range carried {
		s["redirect"][name] = strings.ReplaceAll(strings.Join(values, " "), b.url, "I")
	}
	s["redirect"]["code"] = "a code"

	r = b.redeemWeb(code)
	tokens := s.put("tokens", "the token endpoint", r, b.url)
	access, _ := tokens["access_token"].(string)
	refresh, _ := tokens["refresh_token"].(string)
	id, _ := tokens["id_token"].(string)
	for name := range tokens {
		if strings.HasSuffix(name, "_token") {
			s["tokens"][name] = "a token"
		}
	}
	if id != "" {
		b.keepIDToken(s, id, access, nonce)
	}
	if access != "" {
		s.put("UserInfo", "UserInfo", b.userInfo(access), b.url)
	}
	if refresh != "" {
		for name := range s.put("refresh", "the refresh", b.refreshWeb(refresh), b.url) {
			if strings.HasSuffix(name, "_token") {
				s["refresh"][name] = "a token"
			}
		}
	}
	return s
}

// keepIDToken keeps what an ID token says: times are to the lab's clock, and what is right is
// said so.
func (b *bench) keepIDToken(s seen, id, access, nonce string) {
	b.Helper()
	claims := claimsIn(b.T, id)
	s.keep("ID token", claims, b.url)
	kept := s["ID token"]
	for name, value := range partOf(b.T, id, 0) {
		text, _ := json.Marshal(value)
		kept[name] = string(text)
	}
	for _, name := range []string{"exp", "iat", "auth_time"} {
		if moment, has := claims[name].(float64); has {
			off := time.Duration(moment-b.now()) * time.Second
			kept[name] = "now +" + off.String()
			if off < 0 {
				kept[name] = "now " + off.String()
			}
		}
	}
	if claims["nonce"] == nonce {
		kept["nonce"] = "as it was sent"
	}
	if hash, has := claims["at_hash"]; has {
		kept["at_hash"] = "not right"
		if hash == guard.HashOfToken(access) {
			kept["at_hash"] = "right"
		}
	}
	parts := strings.Split(id, ".")
	switch parts[2] {
	case "":
	case macOf(parts[0]+"."+parts[1], []byte(b.webSecret())):
		kept["signature"] = "right"
	default:
		kept["signature"] = "not right"
	}
}

// faultBench is a bench whose slow answers need not wait: as many as may take their time do.
func faultBench(t *testing.T) *bench {
	t.Helper()
	var server *Server
	b := newBenchOf(t, func(s *Server) { server = s }).in("v07")
	for range maxSlow {
		server.slow.enter(b.lab.ID)
	}
	return b
}

// told are the faults that the log tells of, from an event on.
func (b *bench) told(from int) (names []string) {
	b.Helper()
	for _, e := range b.events()[from:] {
		if e.Note == nil || e.Note.Name != event.NoteFault {
			continue
		}
		name := e.Note.Fields[slices.IndexFunc(e.Note.Fields, func(f event.Field) bool { return f.Name == "fault" })].Value
		i := slices.IndexFunc(Faults(), func(f Fault) bool { return f.Name == name })
		if i < 0 || e.Note.Text != Faults()[i].Changes || e.From != event.Auth {
			b.Errorf("the log tells %+v", e.Note)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Each fault changes what it is said to change and nothing else, at the issuer that has it and
// in a lab that is set to it, and the log tells of it. What the lab is set to is nothing to the
// issuers with a fault, and theirs nothing to the lab.
func TestEveryFaultChangesOneThing(t *testing.T) {
	for _, f := range faultsIn("v07") {
		t.Run(f.Name, func(t *testing.T) {
			want, listed := deviations[f.Name]
			if !listed {
				t.Fatal("nobody says what it changes")
			}
			b := faultBench(t)
			b.wholeLogin("before") // there is a session now
			faultless := b.wholeLogin("faultless")
			if got := b.told(0); got != nil {
				t.Errorf("without a fault, the log tells of %q", got)
			}
			check := func(b *bench) {
				t.Helper()
				from := len(b.events())
				if first := b.wholeLogin("first"); f.Name == "id-token-replayed" {
					if got := first.differences(faultless); got != nil { // there is nothing to repeat
						t.Errorf("at a first login it differs in %q", got)
					}
				}
				if got := b.wholeLogin("second").differences(faultless); !slices.Equal(got, want) {
					t.Errorf("it differs in\n\t%q, want\n\t%q", got, want)
				}
				if got := b.told(from); !slices.Equal(got, []string{f.Name}) {
					t.Errorf("the log tells of %q", got)
				}
			}
			issuer := b.at(b.url + "/fault/" + f.Name)
			check(issuer)
			if got := b.wholeLogin("between").differences(faultless); got != nil {
				t.Errorf("then the lab differs in %q", got)
			}

			other := map[guard.ID]string{guard.IDFaultRedirect: "double-iss", guard.IDFaultToken: "lower-case-type", guard.IDFaultIDToken: "missing-exp", guard.IDFaultUserInfo: "missing-subject", guard.IDFaultMetadata: "wrong-issuer"}
			b.set(other)
			if f.Name != "id-token-replayed" { // whose next login would be its third
				check(issuer)
			}
			for part := range other {
				other[part] = guard.NoFault
			}
			other[f.part] = f.value
			b.set(other)
			check(b)
			b.set(map[guard.ID]string{f.part: guard.NoFault})
			if got := b.wholeLogin("after").differences(faultless); got != nil {
				t.Errorf("switched off, the lab differs in %q", got)
			}
		})
	}
	for name := range deviations {
		if !slices.ContainsFunc(Faults(), func(f Fault) bool { return f.Name == name }) {
			t.Errorf("there is no fault %s", name)
		}
	}
}

// A fault that can have no part in what is asked changes nothing: no ID token, no tokens, and
// an error is the true one.
func TestAFaultWithNothingToChange(t *testing.T) {
	b := faultBench(t)
	for _, f := range faultsIn("v07") {
		at := b.at(b.url + "/fault/" + f.Name)
		for _, r := range []reply{at.redeemWeb("made-up"), at.redeemWeb("", "grant_type", "x"), at.refreshWeb("made-up"), at.userInfo("made-up"), at.userInfoBy(http.MethodGet, "")} {
			if r.status != http.StatusBadRequest && r.status != http.StatusUnauthorized || r.header.Get("Content-Type") != "application/json" {
				t.Errorf("at %s, what is wrong is answered %d %s", f.Name, r.status, r.body)
			}
		}
		at.authorize("client_id", "stranger").wantShown(t, http.StatusBadRequest, "This client is not registered")
	}
	if got := b.told(0); got != nil {
		t.Errorf("the log tells of %q", got)
	}
}

// UserInfo about another user tells no more than it was to tell of this one.
func TestTheForeignSubjectOfANarrowScope(t *testing.T) {
	b := openBench(t)
	at := b.at(b.url + "/fault/userinfo-foreign-subject")
	for scope, want := range map[string]map[string]any{
		"openid":         {"sub": "bob"},
		"openid profile": {"sub": "bob", "name": "Bob", "preferred_username": "bob"},
		"openid email":   {"sub": "bob", "email": "bob@example.com", "email_verified": true},
	} {
		if got := at.userInfo(at.signsIn("alice", "scope", scope).AccessToken).said(t); !maps.Equal(got, want) {
			t.Errorf("with %s it tells %v, want %v", scope, got, want)
		}
	}
	if got := at.inAnotherBrowser().userInfo(at.inAnotherBrowser().signsIn("bob").AccessToken).said(t)["sub"]; got != "alice" {
		t.Errorf("of Bob it tells %v", got)
	}
}

// A replay is of the same client, user and issuer.
func TestWhatIsReplayed(t *testing.T) {
	b := openBench(t)
	at := b.at(b.url + "/fault/id-token-replayed")
	nonce := func(b *bench, user, nonce string) any {
		t.Helper()
		return claimsIn(t, b.inAnotherBrowser().signsIn(user, "nonce", nonce).IDToken)["nonce"]
	}
	b.set(map[guard.ID]string{guard.IDFaultIDToken: "replayed"})
	for i, tt := range []struct {
		at         *bench
		user, sent string
		want       string
	}{
		{at, "alice", "a1", "a1"}, {at, "alice", "a2", "a1"}, {at, "bob", "b1", "b1"}, {at, "alice", "a3", "a1"}, {at, "bob", "b2", "b1"},
		{b, "alice", "l1", "l1"}, {b, "alice", "l2", "l1"}, {at, "alice", "a4", "a1"},
	} {
		if got := nonce(tt.at, tt.user, tt.sent); got != tt.want {
			t.Errorf("login %d: the nonce %s comes back as %v, want %s", i+1, tt.sent, got, tt.want)
		}
	}
	other := b.inAnotherLab()
	if got := nonce(other.at(other.url+"/fault/id-token-replayed"), "alice", "o1"); got != "o1" {
		t.Errorf("in another lab the nonce comes back as %v", got)
	}
}

// The table and the catalogue agree, both ways, and in order; names are by place, and none is
// there twice.
func TestTheTableOfFaults(t *testing.T) {
	protection, known := guard.Find("server-faults")
	if !known {
		t.Fatal("the catalogue has no server-faults")
	}
	var fromCatalogue, fromTable []string
	parts := map[guard.ID]guard.Part{}
	for _, part := range protection.Parts {
		place, is := strings.CutPrefix(string(part.ID), "server-faults.")
		if !is || len(part.Values) < 2 || part.Values[0] != guard.NoFault {
			t.Errorf("the part %s takes %q", part.ID, part.Values)
			continue
		}
		parts[part.ID] = part
		for _, value := range part.Values[1:] {
			fromCatalogue = append(fromCatalogue, place+"-"+value)
		}
	}
	for _, f := range Faults() {
		fromTable = append(fromTable, f.Name)
		if string(f.part)+"-"+f.value != "server-faults."+f.Name {
			t.Errorf("%s is switched on by %s %s", f.Name, f.part, f.value)
		}
		if url.PathEscape(f.Name) != f.Name || strings.ToLower(f.Name) != f.Name {
			t.Errorf("%s is no name for an address", f.Name)
		}
		if !strings.HasSuffix(f.Changes, ".") || !strings.Contains(f.Section, "§") {
			t.Errorf("%s: %q, %q", f.Name, f.Changes, f.Section)
		}
		if !slices.Contains([]Bound{MustRefuse, ShouldRefuse, MayRefuse, MustAccept}, f.Client) {
			t.Errorf("what a client does about %s is %q", f.Name, f.Client)
		}
		changes := 0
		for _, is := range []bool{f.idToken != nil, f.userInfo != nil, f.redirect != nil, f.metadata != nil, f.token != nil, f.answer != nil} {
			if is {
				changes++
			}
		}
		if changes > 1 {
			t.Errorf("%s changes %d things", f.Name, changes)
		}
		if f.Guard == "" {
			continue
		}
		since := guard.Rules{Chapter: cmp.Or(parts[f.part].Since, protection.Chapter)}
		if part, known := guard.FindPart(f.Guard); !known || part.By != event.Client || !since.Has(f.Guard) {
			t.Errorf("%s is noticed by %s, which the client does not have in its chapter", f.Name, f.Guard)
		}
	}
	if slices.Sort(fromCatalogue); len(slices.Compact(slices.Sorted(slices.Values(fromTable)))) != len(fromTable) {
		t.Errorf("a name is there twice: %q", fromTable)
	}
	if slices.Sort(fromTable); !slices.Equal(fromCatalogue, fromTable) {
		t.Errorf("the catalogue has\n\t%q, the table\n\t%q", fromCatalogue, fromTable)
	}
}

// requestsAt are a request to each endpoint of the chapter below an issuer, by its name.
func requestsAt(issuer, auth string) map[string][2]string {
	all := map[string][2]string{}
	for _, row := range Endpoints() {
		if row.Offered(guard.Rules{Chapter: "v07"}) {
			all[row.Name()] = [2]string{row.Method, auth + strings.Replace(row.Path, "/{lab}", strings.TrimPrefix(issuer, auth), 1)}
		}
	}
	return all
}

// Where there is no such fault, every endpoint says which there are.
func TestUnknownFaults(t *testing.T) {
	b := openBench(t)
	for _, name := range []string{"made-up", "None", "id-token", "ID-TOKEN-WRONG-ISS", "id-token-none", "wrong-iss", "id-token-wrong-iss.", "id-token-wrong-iss%20", "%00", "%ff", "%3Cscript%3E", "..%2f..", strings.Repeat("x", 3000)} {
		for endpoint, request := range requestsAt(b.url+"/fault/"+name, b.lab.Origins[event.Auth]) {
			r := b.do(request[0], request[1], form, "")
			if r.status != http.StatusNotFound || strings.Contains(r.body, "<script>") || r.location != nil {
				t.Errorf("%s of %.40s is answered %d %s", endpoint, name, r.status, r.body)
			}
			for _, f := range faultsIn("v07") {
				if !strings.Contains(r.body, f.Name) {
					t.Errorf("%s of %.40s does not name %s", endpoint, name, f.Name)
					break
				}
			}
		}
	}
	for _, f := range Faults() {
		if at := b.at(b.url + "/fault/" + f.Name); !slices.ContainsFunc(faultsIn("v07"), func(one Fault) bool { return one.Name == f.Name }) {
			for _, r := range []reply{at.get(at.metadataAt()[0]), at.redeem("x"), at.userInfo("x")} {
				if r.wantError(t, http.StatusNotFound, "invalid_request"); !strings.Contains(r.body, "This fault comes with chapter v") {
					t.Errorf("%s, of a later chapter, says %s", f.Name, r.body)
				}
			}
			if all := b.get(b.url + "/fault/made-up/userinfo").body; strings.Contains(all, f.Name) {
				t.Errorf("%s is said to be there", f.Name)
			}
		}
	}
	r := b.at(b.url+"/fault/made-up").userInfoBy(http.MethodGet, "", "Origin", "https://app.example")
	r.wantError(t, http.StatusNotFound, "invalid_request")
	if r.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Error("pages do not read it")
	}
	// What is at no endpoint, with a fault or without, is answered as anywhere.
	for _, path := range []string{"/fault", "/fault/", "/fault/id-token-wrong-iss", "/fault/id-token-wrong-iss/", "/fault/id-token-wrong-iss/nothing", "/fault//token", "/fault/a/b/token", "/fault/id-token-wrong-iss/fault/id-token-wrong-iss/token", "/fault/id-token-wrong-iss/jwks/x"} {
		r := b.get(b.url + path)
		for r.status == http.StatusTemporaryRedirect || r.status == http.StatusMovedPermanently { // of the mux, to a clean path
			r = b.get(r.location.String())
		}
		if r.status != http.StatusNotFound {
			t.Errorf("%s is answered %d %s", path, r.status, r.body)
		}
	}
}

// Before their chapter there are no issuers with a fault, and each endpoint says when they come;
// one that comes with a chapter itself may say that first.
func TestFaultsComeWithTheirChapter(t *testing.T) {
	b := openBench(t)
	issuer := b.url + "/fault/token-lower-case-type"
	token := b.at(issuer).signsIn("alice").AccessToken
	for _, chapter := range []string{"v01", "v03", "v05", "v06"} {
		b.in(chapter)
		for endpoint, request := range requestsAt(issuer, b.lab.Origins[event.Auth]) {
			r := b.do(request[0], request[1], form, "")
			if r.status != http.StatusNotFound || !strings.Contains(r.body, "chapter v0") || r.location != nil {
				t.Errorf("in %s, %s is answered %d %s", chapter, endpoint, r.status, r.body)
			}
			if comes := strings.Contains(r.body, "chapter v07"); !comes && chapter > "v05" {
				t.Errorf("in %s, %s says %s", chapter, endpoint, r.body)
			}
		}
	}
	if len(b.told(len(b.events())-1)) > 0 {
		t.Error("a fault is told of")
	}
	if r := b.in("v06").about(token); r.said(t)["active"] != false {
		t.Errorf("in v06 its token is answered %s", r.body)
	}
	b.in("v07").at(issuer).userInfo(token).said(t)
}

// In a lab that went back to a chapter before, what it is set to do wrong is not done.
func TestALabThatWentBackDoesNothingWrong(t *testing.T) {
	b := faultBench(t)
	b.set(map[guard.ID]string{guard.IDFaultRedirect: "wrong-state", guard.IDFaultMetadata: "not-json", guard.IDFaultToken: "failing"})
	b.in("v06")
	if got := b.carried(b.authorizeOrSignIn()).Get("state"); got != "s1" {
		t.Errorf("the state comes back as %q", got)
	}
	b.metadata()
	b.signIn()
	if got := b.told(0); got != nil {
		t.Errorf("the log tells of %q", got)
	}
}

// issuersOf are three issuers of one lab: its own, and two whose fault is none to a client.
func issuersOf(b *bench) map[string]*bench {
	return map[string]*bench{
		"the lab": b, "one with a fault": b.at(b.url + "/fault/token-lower-case-type"), "another with a fault": b.at(b.url + "/fault/id-token-missing-at-hash"),
	}
}

// What an issuer gives out is good at that one alone. A refused attempt elsewhere spends
// nothing, and revokes nothing.
func TestWhatAnIssuerGivesIsGoodThereAlone(t *testing.T) {
	for _, format := range []string{guard.Opaque, guard.JWT} {
		for from := range issuersOf(openBench(t)) {
			for to := range issuersOf(openBench(t)) {
				if from == to {
					continue
				}
				t.Run(format+", from "+from+" to "+to, func(t *testing.T) {
					b := openBench(t)
					b.set(map[guard.ID]string{guard.IDTokenFormat: format})
					home, away := issuersOf(b)[from], issuersOf(b)[to]

					r := home.asksWho("scope", "openid offline_access")
					kept := home.keptAt(r)
					if !strings.HasPrefix(r.location.String(), home.url+"/login?") {
						t.Errorf("the page is at %s", r.location)
					}
					away.get(away.url+"/login?request="+kept).wantShown(t, http.StatusBadRequest, "This sign-in page is another issuer&#39;s.")
					away.login(kept, "alice").wantShown(t, http.StatusBadRequest, "This sign-in page is another issuer&#39;s.")
					if sessions := b.state().Sessions; len(sessions) > 0 {
						t.Errorf("somebody is signed in: %v", sessions)
					}
					if page := home.get(r.location.String()); !strings.Contains(page.body, `action="`+strings.TrimPrefix(home.url, b.lab.Origins[event.Auth])+`/login"`) {
						t.Errorf("the form of the page leads elsewhere: %s", page.body)
					}
					code := home.codeIn(home.login(kept, "alice"))
					away.get(away.url+"/login?request="+kept).wantShown(t, http.StatusBadRequest, "This sign-in page is another issuer&#39;s.")
					away.inAnotherBrowser().login(kept, "alice").wantShown(t, http.StatusBadRequest, "This sign-in page is another issuer&#39;s.") // a second press

					refused := away.redeemWeb(code)
					refused.wantError(t, http.StatusBadRequest, "invalid_grant")
					if !strings.Contains(refused.body, "Another issuer of this lab") {
						t.Errorf("of the code it says %s", refused.body)
					}
					given := home.redeemWeb(code).tokens(t)
					away.redeemWeb(code).wantError(t, http.StatusBadRequest, "invalid_grant") // spent by now, and no reuse there
					if iss := claimsIn(t, given.IDToken)["iss"]; iss != home.url {
						t.Errorf("the ID token is of %v", iss)
					}

					away.userInfo(given.AccessToken).wantChallenged(t, http.StatusUnauthorized, "invalid_token")
					away.about(given.AccessToken).wantWorthless(t)
					refused = away.refreshWeb(given.RefreshToken)
					refused.wantError(t, http.StatusBadRequest, "invalid_grant")
					if !strings.Contains(refused.body, "Another issuer of this lab") {
						t.Errorf("of the refresh token it says %s", refused.body)
					}
					away.wantRefused(away.asksWho("id_token_hint", given.IDToken, "prompt", promptNone), codeLoginRequired)

					home.userInfo(given.AccessToken).said(t)
					if got := home.about(given.AccessToken).said(t); got["active"] != true || got["iss"] != home.url {
						t.Errorf("at home the token is worth %v", got)
					}
					if format == guard.JWT && claimsIn(t, given.AccessToken)["iss"] != home.url {
						t.Errorf("the token is of %v", claimsIn(t, given.AccessToken)["iss"])
					}
					home.codeIn(home.asksWho("id_token_hint", given.IDToken, "prompt", promptNone))
					next := home.refreshWeb(given.RefreshToken).tokens(t)
					away.refreshWeb(given.RefreshToken).wantError(t, http.StatusBadRequest, "invalid_grant") // used by now, and no reuse there
					home.userInfo(next.AccessToken).said(t)
					away.userInfo(next.AccessToken).wantChallenged(t, http.StatusUnauthorized, "invalid_token")
					away.refreshWeb(next.RefreshToken).wantError(t, http.StatusBadRequest, "invalid_grant")

					home.redeemWeb(code).wantError(t, http.StatusBadRequest, "invalid_grant") // the second use, at home
					home.userInfo(next.AccessToken).wantChallenged(t, http.StatusUnauthorized, "invalid_token")
				})
			}
		}
	}
}

// Who is signed in at one issuer of a lab is at each; another lab's are no part of that.
func TestIssuersShareSessionsAndClients(t *testing.T) {
	for from := range issuersOf(openBench(t)) {
		t.Run(from, func(t *testing.T) {
			b := openBench(t)
			issuersOf(b)[from].signsIn("alice")
			for to, at := range issuersOf(b) {
				if got := claimsIn(t, at.given(at.asksWho("prompt", promptNone)).IDToken)["sub"]; got != "alice" {
					t.Errorf("at %s, %v is signed in", to, got)
				}
			}
			other := b.inAnotherLab()
			for to, at := range issuersOf(other) {
				if got := at.carried(at.asksWho("prompt", promptNone)).Get("error"); got != codeLoginRequired {
					t.Errorf("at %s of another lab the error is %q", to, got)
				}
			}
			b.signOut()
			for _, at := range issuersOf(b) {
				at.wantRefused(at.asksWho("prompt", promptNone), codeLoginRequired)
			}
		})
	}
	b := openBench(t)
	b.register("own-client", "its secret")
	for name, at := range issuersOf(b) {
		r := at.authorizeTo("http://127.0.0.1:3000/cb", "client_id", "own-client")
		if iss := r.Get("iss"); iss != at.url {
			t.Errorf("at %s, iss is %q", name, iss)
		}
		at.redeem(r.Get("code"), "client_id", "own-client", "client_secret", "its secret", "redirect_uri", "http://127.0.0.1:3000/cb").tokens(t)
		at.redeem("x", "client_id", "own-client", "client_secret", "another").wantError(t, http.StatusBadRequest, "invalid_client")
	}
}

// authorizeTo is what a client at an address of its own gets, with Alice signed in.
func (b *bench) authorizeTo(uri string, changes ...string) url.Values {
	b.Helper()
	r := b.authorizeOrSignIn(append([]string{"redirect_uri", uri}, changes...)...)
	if r.location == nil || !strings.HasPrefix(r.location.String(), uri+"?") {
		b.Fatalf("answer %d to %v, want 303 to %s", r.status, r.location, uri)
	}
	return r.location.Query()
}

// What is switched off in the lab is off at its issuers with a fault too: they are the lab but
// for that.
func TestIssuersWithAFaultAreTheLabOtherwise(t *testing.T) {
	b := openBench(t)
	at := b.at(b.url + "/fault/token-lower-case-type")
	at.signsIn("alice")
	plain := []string{"code_challenge", verifier, "code_challenge_method", "plain"}
	at.wantRefused(at.asksWho(plain...), "invalid_request")
	b.off(guard.IDPKCEPlain)
	at.codeIn(at.asksWho(plain...))
	if m := at.metadata(); !slices.Contains(texts(at, m, "code_challenge_methods_supported"), guard.Plain) {
		t.Errorf("its metadata say %v", m)
	}
	b.set(map[guard.ID]string{guard.IDTokenFormat: guard.JWT, guard.IDTokenLifetime: "10s"})
	if given := at.signsIn("alice"); strings.Count(given.AccessToken, ".") != 2 || given.ExpiresIn != 10 {
		t.Errorf("it gives %+v", given)
	}
	b.later(time.Hour)
	if got := at.now(); claimsIn(t, at.signsIn("alice").IDToken)["iat"] != got {
		t.Errorf("its clock is another than the lab's, which is at %v", got)
	}
	// And the log has it all, in the flow of the login.
	kept, _ := at.keptToken(at.signsIn("alice").AccessToken)
	for _, e := range slices.Backward(b.events()) {
		if e.Request != nil {
			if !strings.HasPrefix(e.Request.URL, at.url+"/token") || e.Flow != kept.Flow || e.Flow == "" || e.From != event.Webapp {
				t.Errorf("the request is told of as %+v", e)
			}
			break
		}
	}
}

// Of the answers that take their time, four do at once in a lab; the next comes at once, and a
// place that is left is free again. Another lab has its own.
func TestSlowAnswersAreBounded(t *testing.T) {
	var s slowAnswers
	one, other := uuid.New(), uuid.New()
	for i := range maxSlow {
		if !s.enter(one) {
			t.Fatalf("the place %d is taken", i)
		}
	}
	if s.enter(one) || s.enter(one) {
		t.Error("there are more than four")
	}
	if !s.enter(other) {
		t.Error("another lab's are counted together")
	}
	s.leave(one)
	if !s.enter(one) || s.enter(one) {
		t.Error("a place that was left is not free, once")
	}
	for range maxSlow {
		s.leave(one)
	}
	s.leave(other)
	if len(s.now) != 0 {
		t.Errorf("it remembers %v", s.now)
	}
}

// A slow answer takes its three seconds and is the good one then; where four wait already, it
// takes none; and one that nobody waits for any more ends.
func TestASlowAnswer(t *testing.T) {
	slowFault := Faults()[slices.IndexFunc(Faults(), func(f Fault) bool { return f.Name == "token-slow" })]
	synctest.Test(t, func(t *testing.T) {
		s := &Server{}
		handling := &lab.Handling{Lab: &lab.Lab{ID: uuid.New()}}
		answer := func(ctx context.Context) (took time.Duration, instead bool) {
			began := time.Now()
			w := httptest.NewRecorder()
			instead = s.answered(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/", nil), handling, &slowFault)
			return time.Since(began), instead || w.Body.Len() > 0
		}
		if took, instead := answer(t.Context()); took != slow || instead {
			t.Errorf("it took %s, and there is an answer instead: %t", took, instead)
		}
		if slow > 5*time.Second { // of an issuer in somebody's CI
			t.Errorf("it takes %s", slow)
		}

		gone, leave := context.WithCancel(t.Context())
		took := make(chan time.Duration)
		for range maxSlow {
			go func() {
				d, _ := answer(gone)
				took <- d
			}()
		}
		synctest.Wait()
		if d, _ := answer(t.Context()); d != 0 {
			t.Errorf("a fifth took %s", d)
		}
		time.Sleep(time.Second) // of the bubble's clock
		leave()
		for range maxSlow {
			if d := <-took; d != time.Second {
				t.Errorf("after its client had gone, it took %s", d)
			}
		}
		if d, _ := answer(gone); d != 0 || len(s.slow.now) != 0 {
			t.Errorf("it took %s, and places are taken: %v", d, s.slow.now)
		}
	})
}

// Over HTTP a client that goes away ends the wait, and gives its place back.
func TestAClientThatGoesAwayEndsTheWait(t *testing.T) {
	var server *Server
	b := newBenchOf(t, func(s *Server) { server = s }).in("v07")
	b.set(map[guard.ID]string{guard.IDFaultToken: "slow"})
	code := b.code()
	served := make(chan struct{})
	handler := server.Handler()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(served)
		handler.ServeHTTP(w, r)
	}))
	defer web.Close()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, web.URL+"/"+b.lab.ID.String()+"/token", strings.NewReader(b.redemption(code).Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form)
	began := time.Now()
	gone := make(chan error)
	go func() {
		resp, err := web.Client().Do(req)
		if err == nil {
			resp.Body.Close()
		}
		gone <- err
	}()
	for s := b.state(); s.Codes[0].Spent == nil; s = b.state() { // then it waits, or is about to
		if t.Context().Err() != nil {
			t.Fatal("the code is not spent")
		}
	}
	leave()
	if err := <-gone; err == nil {
		t.Fatal("it was answered before")
	}
	<-served
	if took := time.Since(began); took >= slow {
		t.Errorf("it took %s", took)
	}
	server.slow.mu.Lock()
	defer server.slow.mu.Unlock()
	if len(server.slow.now) != 0 {
		t.Errorf("places are taken: %v", server.slow.now)
	}
}

// The answers that are none are what they say, to HEAD and to pages too.
func TestAnswersThatAreNone(t *testing.T) {
	b := openBench(t)
	at := b.at(b.url + "/fault/metadata-not-json")
	for _, address := range at.metadataAt() {
		r, head := b.get(address), b.do(http.MethodHead, address, "", "")
		if !strings.HasPrefix(r.body, "<!doctype html>") || r.status != http.StatusOK || json.Valid([]byte(r.body)) {
			t.Errorf("%s is answered %d %s", address, r.status, r.body)
		}
		if head.status != r.status || head.body != "" || head.header.Get("Content-Type") != r.header.Get("Content-Type") {
			t.Errorf("HEAD %s is answered %d %q", address, head.status, head.body)
		}
	}
	at = b.at(b.url + "/fault/userinfo-not-json")
	token := at.signsIn("alice").AccessToken
	r := at.userInfoBy(http.MethodPost, "access_token="+token, "Content-Type", form, "Origin", "https://app.example")
	if json.Valid([]byte(r.body)) || r.header.Get("Access-Control-Allow-Origin") != "*" || r.header.Get("X-Content-Type-Options") != "nosniff" && r.header.Get("Content-Security-Policy") == "" {
		t.Errorf("UserInfo is answered %v %s", r.header, r.body)
	}
}

// A redirect with a fault is one still: to the client alone, an error too.
func TestFaultsOfTheRedirect(t *testing.T) {
	b := openBench(t)
	for _, f := range faultsIn("v07") {
		if f.part != guard.IDFaultRedirect {
			continue
		}
		at := b.at(b.url + "/fault/" + f.Name).inAnotherBrowser()
		kept := at.keptAt(at.asksWho("response_type", "token"))
		refused := at.carried(at.login(kept, "alice"))
		if refused.Get("error") != "unsupported_response_type" || refused.Has("code") {
			t.Errorf("%s: the client gets %v", f.Name, refused)
		}
		if whole := refused.Get("state") == "s1" && len(refused["state"]) == 1 && refused.Get("iss") == at.url && len(refused["iss"]) == 1; whole {
			t.Errorf("%s: of an error nothing is wrong: %v", f.Name, refused)
		}
		at.asksWho("redirect_uri", "https://evil.example/").wantShown(t, http.StatusBadRequest, "This redirect URI is not registered")
	}
}

// Whatever comes to an issuer with a fault, nothing is a fault but that.
func TestSpoiltRequestsToFaults(t *testing.T) {
	b := faultBench(t)
	b.signsIn("alice")
	tried := map[guard.ID]int{}
	for _, f := range faultsIn("v07") {
		if tried[f.part]++; tried[f.part] > 2 {
			continue
		}
		at := b.at(b.url + "/fault/" + f.Name)
		for endpoint, request := range requestsAt(at.url, b.lab.Origins[event.Auth]) {
			for _, method := range []string{request[0], http.MethodPut, http.MethodOptions} {
				for _, body := range []string{"", "%zz", "a=b&a=b", "grant_type=authorization_code&code=%ff", "grant_type=refresh_token&refresh_token=" + strings.Repeat("x", 6000), "access_token=x", "request=x&pick=alice"} {
					r := at.do(method, request[1], form, body)
					if r.status >= http.StatusInternalServerError || r.location != nil && !b.lab.Origins.Contains(r.location.String()) {
						t.Errorf("%s: %s %s with %.40q is answered %d to %v %s", f.Name, method, endpoint, body, r.status, r.location, r.body)
					}
				}
			}
		}
	}
}

// What an issuer with a fault takes is in the table of endpoints; there is no fault below a
// fault.
func TestIssuersWithAFaultHaveEveryEndpoint(t *testing.T) {
	b := openBench(t)
	s := &Server{}
	var faulty []string
	for _, row := range s.faulty() {
		faulty = append(faulty, row.Method+" "+strings.Replace(row.Path, faultyLab, "{lab}", 1))
		if strings.Count(row.Path, "{fault}") != 1 {
			t.Errorf("%s has no place for a fault", row.Path)
		}
	}
	var all []string
	for _, row := range Endpoints() {
		if !row.Later() {
			all = append(all, row.Method+" "+row.Path)
		}
	}
	if !slices.Equal(faulty, all) {
		t.Errorf("they have\n\t%q, want\n\t%q", faulty, all)
	}
	for _, path := range endpoint.Paths(s.faulty()) {
		if !path[0].Offered(guard.Rules{Chapter: "v07"}) {
			continue
		}
		at := b.lab.Origins[event.Auth] + strings.NewReplacer("{lab}", b.lab.ID.String(), "{fault}", "token-lower-case-type").Replace(path.Pattern())
		if r := b.do(http.MethodPut, at, "", ""); r.status != http.StatusMethodNotAllowed {
			t.Errorf("PUT %s is answered %d %s", at, r.status, r.body)
		}
	}
}
