package authserver

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// The table of what the server can be told to do wrong. A fault is one row: what is changed,
// where that is forbidden, and what a client is bound to do about it. It is switched on in two
// ways: by the learner, for the whole lab, and by asking another issuer, {issuer}/fault/NAME,
// which is the same server with that one fault. Rules of this file:
//
//   - a fault changes one thing, so that a client notices that or nothing;
//   - clients and sessions are those of the lab; codes and tokens are good at the issuer alone
//     that gave them out;
//   - what a client may accept is never held against it: Bound says so for each.

// Bound is what a client is bound to do about a fault, by the specification alone.
type Bound string

// What a client does.
const (
	MustRefuse   Bound = "must"   // refuse it
	ShouldRefuse Bound = "should" // refuse it, unless it knows why not
	MayRefuse    Bound = "may"    // choose
	MustAccept   Bound = "accept" // go on: nothing is wrong with it
)

// Fault is one thing that the server can do wrong.
type Fault struct {
	Name    string   `json:"name"`            // by place: "id-token-wrong-iss"
	Changes string   `json:"changes"`         // what is changed, as a sentence
	Section string   `json:"section"`         // that says how it should be, or what a client does
	Client  Bound    `json:"client"`          // what it is bound to do
	Guard   guard.ID `json:"guard,omitempty"` // by which the lab's own client notices; "" where it has no name for it

	// Only says which clients Client binds, where it is not all; "": it is all.
	Only string `json:"only,omitempty"`
	// Logins is how many it takes to meet the fault; 0 is one.
	Logins int `json:"logins,omitempty"`

	ownKeys bool // an issuer with it has keys of its own

	part  guard.ID // by which it is switched on in a lab
	value string   // of that

	// What it changes; one is set.
	idToken  func(in scene, i *idToken)
	userInfo func(u *UserInfo)
	redirect func(answer url.Values)
	metadata func(m *Metadata)
	token    func(r *TokenResponse)
	jwks     func(set *jose.JSONWebKeySet)
	answer   *badAnswer // instead of a good one
}

// scene is where an ID token is made with a fault.
type scene struct {
	server *Server
	state  *State
	t      *lab.Handling
}

// badAnswer is an answer that is none.
type badAnswer struct {
	wait   time.Duration // before the good answer
	status int           // 0: the good answer follows
	kind   string
	body   string
}

// notJSON is what a proxy answers that was to pass JSON on.
var notJSON = &badAnswer{status: http.StatusOK, kind: "text/html; charset=utf-8", body: "<!doctype html><title>Welcome</title><p>This is not the answer that you wait for.\n"}

// failing is what a server answers that has broken down.
var failing = &badAnswer{status: http.StatusInternalServerError, kind: "text/plain; charset=utf-8", body: "Something went wrong.\n"}

// slow is how long a slow answer takes.
const slow = 3 * time.Second

// stranger is a client that the ID token is not for.
const stranger = ClientPrints

// knowIssuer are the clients that the parameter iss of an answer binds.
const knowIssuer = "clients that know RFC 9207"

// after returns the fault as one that shows after as many logins.
func (f Fault) after(logins int) Fault {
	f.Logins = logins + 1
	return f
}

// BoundText says what a client is bound to do about the fault: "must refuse it".
func (f Fault) BoundText() string {
	text := string(f.Client) + " refuse it"
	if f.Client == MustAccept {
		text = "has to accept it"
	}
	if f.Only != "" {
		return f.Only + ": " + text
	}
	return text
}

// Place is where a client meets the fault, such as "id-token"; "" of none.
func (f Fault) Place() string { return strings.TrimPrefix(string(f.part), "server-faults.") }

// Faults is the table of all faults, by place.
func Faults() []Fault {
	core := func(section string) string { return "OpenID Connect Core " + section }
	var all []Fault
	place := func(part guard.ID, faults ...Fault) {
		name := strings.TrimPrefix(string(part), "server-faults.")
		for _, f := range faults {
			f.part, f.value = part, f.Name
			f.Name = name + "-" + f.Name
			all = append(all, f)
		}
	}
	inIDToken := func(name string, client Bound, noticed guard.ID, section, changes string, change func(scene, *idToken)) Fault {
		return Fault{Name: name, Client: client, Guard: noticed, Section: core(section), Changes: changes, idToken: change}
	}
	place(guard.IDFaultIDToken,
		inIDToken("missing-iss", MustRefuse, guard.IDOIDCIssuer, "§3.1.3.7", "The ID token has no iss.", func(_ scene, i *idToken) { i.Issuer = "" }),
		inIDToken("wrong-iss", MustRefuse, guard.IDOIDCIssuer, "§3.1.3.7", "The iss of the ID token is another server's.", func(_ scene, i *idToken) { i.Issuer = otherIssuer }),
		inIDToken("missing-aud", MustRefuse, guard.IDOIDCAudience, "§3.1.3.7", "The ID token has no aud.", func(_ scene, i *idToken) { i.Audience = nil }),
		inIDToken("more-aud", MustRefuse, guard.IDOIDCAudience, "§3.1.3.7", "The ID token is for the client and for another, which it does not trust.", func(_ scene, i *idToken) { i.Audience = append(i.Audience, stranger) }),
		inIDToken("wrong-aud", MustRefuse, guard.IDOIDCAudience, "§3.1.3.7", "The ID token is for another client.", func(_ scene, i *idToken) { i.Audience = Audiences{stranger} }),
		inIDToken("wrong-azp", MayRefuse, guard.IDOIDCAZP, "§3.1.3.7", "The azp of the ID token is another client.", func(_ scene, i *idToken) { i.Authorized = stranger }),
		inIDToken("unsigned", MayRefuse, guard.IDOIDCSignature, "§3.1.3.7", "The ID token is not signed: alg is none. From the token endpoint, TLS may stand for the signature.", func(_ scene, i *idToken) { i.algorithm = unsigned }),
		inIDToken("wrong-key", MayRefuse, guard.IDOIDCSignature, "§3.1.3.7", "The ID token is signed with a key that is not the server's. From the token endpoint, TLS may stand for the signature.", func(in scene, i *idToken) {
			if i.wrongKey = i.secret == nil; !i.wrongKey {
				i.secret = lab.Derive(in.server.ClientKey, in.t.ID, "a wrong key")
			}
		}),
		inIDToken("missing-exp", MustRefuse, guard.IDOIDCExpiry, "§2", "The ID token has no exp.", func(_ scene, i *idToken) { i.Expires = 0 }),
		inIDToken("expired", MustRefuse, guard.IDOIDCExpiry, "§3.1.3.7", "The ID token was good until three minutes ago.", func(in scene, i *idToken) {
			i.Issued, i.Expires = in.t.Now().Add(-5*time.Minute).Unix(), in.t.Now().Add(-3*time.Minute).Unix()
		}),
		inIDToken("missing-iat", ShouldRefuse, guard.IDOIDCIssuedAt, "§2", "The ID token has no iat, which is required; no step of the validation looks for it.", func(_ scene, i *idToken) { i.Issued = 0 }),
		inIDToken("old-iat", MayRefuse, guard.IDOIDCIssuedAt, "§3.1.3.7", "The ID token was issued yesterday, and is still good.", func(in scene, i *idToken) { i.Issued = in.t.Now().Add(-24 * time.Hour).Unix() }),
		inIDToken("future-iat", MayRefuse, guard.IDOIDCIssuedAt, "§3.1.3.7", "The ID token is issued in an hour.", func(in scene, i *idToken) {
			i.Issued, i.Expires = in.t.Now().Add(time.Hour).Unix(), in.t.Now().Add(2*time.Hour).Unix()
		}),
		inIDToken("missing-nonce", MustRefuse, guard.IDNonce, "§3.1.3.7", "The ID token has no nonce, although the client sent one.", func(_ scene, i *idToken) { i.Nonce = "" }),
		inIDToken("wrong-nonce", MustRefuse, guard.IDNonce, "§3.1.3.7", "The nonce of the ID token is not the one that was sent.", func(_ scene, i *idToken) { i.Nonce = "not-the-nonce-that-was-sent" }),
		inIDToken("replayed", MustRefuse, guard.IDNonce, "§3.1.3.7", "The ID token says what one of the user's earlier logins at the client said: the same nonce. A first login is as it should be.", replay).after(1),
		inIDToken("missing-at-hash", MustAccept, "", "§3.1.3.6", "The ID token has no at_hash, which is optional here.", func(_ scene, i *idToken) { i.noHash = true }),
		inIDToken("wrong-at-hash", MayRefuse, guard.IDAtHash, "§3.1.3.8", "The at_hash of the ID token is another access token's.", func(_ scene, i *idToken) { i.AtHash = guard.HashOfToken("another") }),
		inIDToken("missing-sub", MustRefuse, guard.IDUserInfoSubject, "§2", "The ID token has no sub.", func(_ scene, i *idToken) { i.Subject = "" }),
		inIDToken("wrong-sub", MustRefuse, guard.IDUserInfoSubject, "§5.3.2", "The ID token names another user than UserInfo does. A client that does not ask UserInfo cannot know.", func(_ scene, i *idToken) { i.Subject = anotherUser(i.Subject) }),
	)
	place(guard.IDFaultUserInfo,
		Fault{Name: "missing-subject", Client: MustRefuse, Guard: guard.IDUserInfoSubject, Section: core("§5.3.2"), Changes: "UserInfo has no sub.", userInfo: func(u *UserInfo) { u.Subject = "" }},
		Fault{Name: "foreign-subject", Client: MustRefuse, Guard: guard.IDUserInfoSubject, Section: core("§5.3.2"), Changes: "UserInfo tells of another user.", userInfo: tellOfAnother},
		Fault{Name: "not-json", Client: MustRefuse, Section: core("§5.3.2"), Changes: "UserInfo answers with a page of HTML.", answer: notJSON},
	)
	place(guard.IDFaultRedirect,
		Fault{Name: "missing-state", Client: MustRefuse, Guard: guard.IDState, Section: "RFC 6749 §4.1.2", Changes: "The answer has no state, although the client sent one.", redirect: func(v url.Values) { v.Del("state") }},
		Fault{Name: "double-state", Client: MayRefuse, Section: "RFC 6749 §3.1", Changes: "The answer has a second state beside the right one. The server must not repeat a parameter; no section binds a client to refuse it.", redirect: func(v url.Values) { v.Add("state", "another") }},
		Fault{Name: "wrong-state", Client: MustRefuse, Guard: guard.IDState, Section: "RFC 6749 §10.12", Changes: "The state of the answer is not the one that was sent.", redirect: func(v url.Values) { v.Set("state", "not-the-state-that-was-sent") }},
		Fault{Name: "missing-iss", Client: MustRefuse, Guard: guard.IDResponseIssuer, Section: "RFC 9207 §2.4", Changes: "The answer has no iss, although the metadata promise it.", Only: knowIssuer, redirect: func(v url.Values) { v.Del("iss") }},
		Fault{Name: "double-iss", Client: MayRefuse, Section: "RFC 6749 §3.1", Changes: "The answer has a second iss beside the right one. The server must not repeat a parameter; no section binds a client to refuse it.", Only: knowIssuer, redirect: func(v url.Values) { v.Add("iss", otherIssuer) }},
		Fault{Name: "wrong-iss", Client: MustRefuse, Guard: guard.IDResponseIssuer, Section: "RFC 9207 §2.4", Changes: "The iss of the answer is another server's.", Only: knowIssuer, redirect: func(v url.Values) { v.Set("iss", otherIssuer) }},
	)
	place(guard.IDFaultMetadata,
		Fault{Name: "not-json", Client: MustRefuse, Section: "OpenID Connect Discovery §4.2", Changes: "Where the metadata should be, there is a page of HTML.", answer: notJSON},
		Fault{Name: "wrong-issuer", Client: MustRefuse, Guard: guard.IDMetadataIssuer, Section: "OpenID Connect Discovery §4.3", Changes: "The metadata name another issuer than was asked.", metadata: func(m *Metadata) { m.Issuer = otherIssuer }},
	)
	answer := func(name string, client Bound, section, changes string, change func(*TokenResponse)) Fault {
		return Fault{Name: name, Client: client, Section: section, Changes: changes, token: change}
	}
	place(guard.IDFaultToken,
		answer("lower-case-type", MustAccept, "RFC 6749 §5.1", "The token_type is bearer, in small letters: its case does not count.", func(r *TokenResponse) { r.TokenType = "bearer" }),
		answer("missing-expires-in", MustAccept, "RFC 6749 §5.1", "The token response has no expires_in, which is only recommended.", func(r *TokenResponse) { r.ExpiresIn = 0 }),
		Fault{Name: "slow", Client: MustAccept, Section: "RFC 6749 §5.1", Changes: "The token response comes after three seconds.", answer: &badAnswer{wait: slow}},
		answer("missing-id-token", MustRefuse, core("§3.1.3.3"), "The token response has no id_token, although openid was granted.", func(r *TokenResponse) { r.IDToken = "" }),
		answer("unknown-type", MustRefuse, "RFC 6749 §7.1", "The token_type is one that no client knows.", func(r *TokenResponse) { r.TokenType = "made-up" }),
		Fault{Name: "not-json", Client: MustRefuse, Section: "RFC 6749 §5.1", Changes: "The token endpoint answers with a page of HTML, and 200.", answer: notJSON},
		Fault{Name: "failing", Client: MustRefuse, Section: "RFC 9110 §15.6.1", Changes: "The token endpoint answers 500.", answer: failing},
	)
	place(guard.IDFaultSignature,
		Fault{Name: "rotated", Client: MustAccept, Guard: guard.IDUnknownKey, Section: core("§10.1.1"), Changes: "The server has a new key for each ID token. The client has not seen it, and must look among the keys once more.", ownKeys: true, idToken: func(_ scene, i *idToken) { i.rotated = true }},
		Fault{Name: "missing-kid", Client: MayRefuse, Guard: guard.IDKIDRequired, Section: core("§10.1"), Changes: "The ID token does not name its key, and the server has two. The server must name it; from the token endpoint, TLS may stand for the signature.", idToken: func(_ scene, i *idToken) { i.noKID = true }},
		Fault{Name: "unknown-kid", Client: MayRefuse, Guard: guard.IDOIDCSignature, Section: core("§10.1.1"), Changes: "The ID token names a key that the server does not have. From the token endpoint, TLS may stand for the signature.", idToken: func(_ scene, i *idToken) { i.kid = "rs256-nobody-has-it" }},
		Fault{Name: "jku", Client: MayRefuse, Guard: guard.IDFixedJWKS, Section: "RFC 8725 §3.10", Changes: "The ID token says where its key is: on Mallory's site, and it is Mallory's. From the token endpoint, TLS may stand for the signature.", idToken: func(in scene, i *idToken) {
			i.stranger, i.kid, i.jku = true, StrangerKID, in.t.Origins.MalloryKeys(in.t.ID)
		}},
		Fault{Name: "hs256-public-key", Client: MayRefuse, Guard: guard.IDAlgAllowList, Section: "RFC 8725 §2.1", Changes: "The ID token is signed with HS256, and the public key as the secret. From the token endpoint, TLS may stand for the signature.", idToken: func(_ scene, i *idToken) { i.publicSecret = true }},
	)
	place(guard.IDFaultJWKS,
		Fault{Name: "slow", Client: MustAccept, Section: "RFC 7517 §5", Changes: "The keys come after three seconds.", answer: &badAnswer{wait: slow}},
		Fault{Name: "not-json", Client: MayRefuse, Guard: guard.IDOIDCSignature, Section: "RFC 7517 §5", Changes: "Where the keys should be, there is a page of HTML. From the token endpoint, TLS may stand for the signature.", answer: notJSON},
		Fault{Name: "empty", Client: MayRefuse, Guard: guard.IDOIDCSignature, Section: "RFC 7517 §5", Changes: "The list of keys is empty. From the token endpoint, TLS may stand for the signature.", jwks: func(set *jose.JSONWebKeySet) { set.Keys = []jose.JSONWebKey{} }},
		Fault{Name: "failing", Client: MayRefuse, Guard: guard.IDOIDCSignature, Section: "RFC 9110 §15.6.1", Changes: "The address of the keys answers 500. From the token endpoint, TLS may stand for the signature.", answer: failing},
	)
	return all
}

// Faultless is the row of the issuer {issuer}/fault/none, which has no fault: what a client does
// there, it does where nothing is wrong.
func Faultless() Fault {
	return Fault{Name: guard.NoFault, Client: MustAccept, Section: "OpenID Connect Core §3.1", Changes: "Nothing: the server is as it should be."}
}

// FaultIssuers are the issuers to point a client at, one after the other: the faultless one, and
// one with each fault.
func FaultIssuers() []Fault { return append([]Fault{Faultless()}, Faults()...) }

// FaultIssuersIn are those that there are under the rules.
func FaultIssuersIn(rules guard.Rules) []Fault {
	return slices.DeleteFunc(FaultIssuers(), func(f Fault) bool { return f.part != "" && !rules.Has(f.part) })
}

// StrangerKID is the name under which Mallory publishes her key.
const StrangerKID = "mallorys-key"

// otherIssuer is a server that the lab does not know; nothing is ever sent there.
const otherIssuer = "https://issuer.example.com"

// anotherUser is one who is not the subject.
func anotherUser(subject string) string {
	for _, u := range fixtures() {
		if u.Subject != subject {
			return u.Subject
		}
	}
	return ""
}

// tellOfAnother has UserInfo tell of another user what it told of this one.
func tellOfAnother(u *UserInfo) {
	other := claimsOf(fixtures(), anotherUser(u.Subject), scopeProfile+" "+scopeEmail)
	u.Subject = other.Subject
	if u.Name != "" {
		u.Name, u.Username = other.Name, other.Username
	}
	if u.Email != "" {
		u.Email, u.EmailVerified = other.Email, other.EmailVerified
	}
}

// replay has the ID token say what the one of an earlier login said, and remembers what it says
// where there was none.
func replay(in scene, i *idToken) {
	same := func(r Replay) bool {
		return r.ClientID == i.Authorized && r.Subject == i.Subject && r.Fault == in.t.Fault
	}
	if at := slices.IndexFunc(in.state.Replays, same); at >= 0 {
		i.Nonce = in.state.Replays[at].Nonce
		return
	}
	in.state.Replays = lab.Keep(in.state.Replays, Replay{ClientID: i.Authorized, Subject: i.Subject, Fault: in.t.Fault, Nonce: i.Nonce}, maxKeptPending)
}

// faultyLab is the lab in the path of an issuer with a fault.
const faultyLab = "{lab}/fault/{fault}"

// misbehave has a request handled by the issuer with the fault in its path.
func (s *Server) misbehave(r *http.Request, t *lab.Handling) error {
	rules := t.Settings.Rules()
	if !rules.Has(guard.IDFaultIDToken) {
		return endpoint.Refuse(http.StatusNotFound, endpoint.InvalidRequest, "Issuers with a fault come with chapter "+chapterOfFaults()+".", "This lab is in chapter "+t.Settings.Chapter+".")
	}
	all := FaultIssuers()
	i := slices.IndexFunc(all, func(f Fault) bool { return f.Name == r.PathValue("fault") })
	if i < 0 {
		var names []string
		for _, f := range FaultIssuersIn(rules) {
			names = append(names, f.Name)
		}
		return endpoint.Refuse(http.StatusNotFound, endpoint.InvalidRequest, "There is no fault of that name.", "There are "+strings.Join(names, ", ")+".")
	}
	if part, faulty := guard.FindPart(all[i].part); faulty && !rules.Has(part.ID) {
		return endpoint.Refuse(http.StatusNotFound, endpoint.InvalidRequest, "This fault comes with chapter "+part.Since+".", "This lab is in chapter "+t.Settings.Chapter+".")
	}
	l := *t.Lab
	l.Settings.Switches = guard.Switches{}
	if all[i].part != "" {
		l.Settings.Switches[all[i].part] = all[i].value
	}
	for id, value := range t.Settings.Switches {
		if protection, _ := guard.ProtectionOf(id); protection.ID != "server-faults" {
			l.Settings.Switches[id] = value
		}
	}
	t.Lab, t.Fault = &l, all[i].Name
	return nil
}

func chapterOfFaults() string {
	protection, _ := guard.ProtectionOf(guard.IDFaultIDToken)
	return protection.Chapter
}

// faultAt is what goes wrong at a place in this handling of a request; nil where nothing does.
func faultAt(t *lab.Handling, part guard.ID) *Fault {
	rules := t.Settings.Rules()
	if !rules.Has(part) || rules.Value(part) == guard.NoFault {
		return nil
	}
	all := Faults()
	i := slices.IndexFunc(all, func(f Fault) bool { return f.part == part && f.value == rules.Value(part) })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// tell says in the log that the server does this on purpose.
func (f *Fault) tell(t *lab.Handling) {
	t.Noted(event.NoteFault, f.Changes, event.Field{Name: "fault", Value: f.Name}, event.Field{Name: "section", Value: f.Section})
}

// tellFault is tell where nothing else is changed.
func (s *Server) tellFault(ctx context.Context, t *lab.Handling, f *Fault) error {
	_, err := lab.Look(ctx, t, s.docs(), func(_ *State, t *lab.Handling) (struct{}, error) {
		f.tell(t)
		return struct{}{}, nil
	})
	return err
}

// answered reports whether the fault answered a request in its own way. It may have been one of
// a few that take their time; more of them at once would be a way to hold the lab up.
func (s *Server) answered(w http.ResponseWriter, r *http.Request, t *lab.Handling, f *Fault) bool {
	if f == nil || f.answer == nil {
		return false
	}
	if f.answer.wait > 0 {
		s.slow.wait(r.Context(), t.ID, f.answer.wait)
	}
	if f.answer.status == 0 {
		return false
	}
	w.Header().Set("Content-Type", f.answer.kind)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(f.answer.status)
	w.Write([]byte(f.answer.body)) //nolint:errcheck // the caller has gone
	return true
}
