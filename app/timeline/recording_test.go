package timeline

import (
	"fmt"
	"testing"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// recording writes events down as a lab's log would.
type recording struct {
	events []event.Event
	flow   string
}

const (
	labID    = "7b0c2f9e-0e4b-4f6e-9a55-6d1d3c1f2a10"
	as       = "http://localhost:8081/" + labID
	query    = "response_type=code&client_id=demo-client&redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fcallback&state=kJ3nq9sVbT0pX&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
	callback = "http://localhost:8080/callback?code=SplxlOBeZQQYbYS6WxSbIA&state=kJ3nq9sVbT0pX"
	noMatch  = "the verifier does not match the challenge"
)

func (r *recording) add(e event.Event) event.Event {
	e.V, e.Seq, e.Flow = event.Version, uint64(len(r.events)+1), r.flow
	e.ID = fmt.Sprintf("e%d", e.Seq)
	e.Time = time.Date(2026, 3, 1, 10, 42, 7, 0, time.UTC)
	r.events = append(r.events, e)
	return e
}

func (r *recording) request(from event.Party, method, url, form string) string {
	q := &event.Request{Method: method, URL: url, Body: form}
	if form != "" {
		q.Header = fields("Content-Type", "application/x-www-form-urlencoded")
	}
	return r.add(event.Event{From: from, To: event.Auth, Kind: event.KindRequest, Request: q}).ID
}

func (r *recording) response(re string, to event.Party, status int, header []event.Field, body string) {
	r.add(event.Event{
		From: event.Auth, To: to, Re: re, Kind: event.KindResponse,
		Response: &event.Response{Status: status, Header: header, Body: body},
	})
}

func (r *recording) verdict(from event.Party, re string, id guard.ID, o event.Outcome, reason string) {
	r.add(event.Event{
		From: from, Re: re, Kind: event.KindVerdict,
		Verdict: &event.Verdict{Guard: string(id), Outcome: o, Reason: reason, Where: event.Where{File: "server/x.go", Line: 7}},
	})
}

func (r *recording) note(from, to event.Party, name string, f []event.Field) {
	r.add(event.Event{From: from, To: to, Kind: event.KindNote, Note: &event.Note{Name: name, Text: "In words.", Fields: f}})
}

func (r *recording) change(from event.Party, what, action, key string, f ...event.ChangeField) {
	r.add(event.Event{From: from, Kind: event.KindChange, Change: &event.Change{What: what, Action: action, Key: key, Fields: f}})
}

// signIn is a flow up to the callback.
func (r *recording) signIn(flow string) {
	r.flow = flow
	r.note(event.Client, "", event.NoteVerifier, fields("code_verifier", "dBjftJeZ4CVP", "code_challenge", "E9Melhoa2Owv"))
	r.note(event.Client, "", event.NoteState, fields("state", "kJ3nq9sVbT0pX"))
	r.note(event.Client, event.Browser, event.NoteOpen, fields("url", as+"/authorize?"+query))
	q := r.request(event.Browser, "GET", as+"/authorize?"+query, "")
	r.verdict(event.Auth, q, guard.IDRedirectURI, event.Passed, "")
	r.response(q, event.Browser, 303, fields("Location", as+"/login?request=q1"), "")
	q = r.request(event.Browser, "GET", as+"/login?request=q1", "")
	r.response(q, event.Browser, 200, fields("Content-Type", "text/html"), "<!doctype html>")
	q = r.request(event.Browser, "POST", as+"/login", "request=q1&pick=alice")
	r.change(event.Auth, "session", "stored", "alice", event.ChangeField{Name: "subject", To: "alice"})
	r.change(event.Auth, "code", "stored", "c1", event.ChangeField{Name: "subject", To: "alice"})
	r.response(q, event.Browser, 303, fields("Location", callback), "")
	r.note(event.Browser, event.Client, event.NoteCallback, fields("url", callback))
	r.verdict(event.Client, "", guard.IDState, event.Passed, "")
}

// redeem is the token request of who, with what PKCE says to it.
func (r *recording) redeem(who event.Party, o event.Outcome) {
	if who == event.Client {
		p := r.request(who, "OPTIONS", as+"/token", "")
		r.response(p, who, 204, nil, "")
	}
	q := r.request(who, "POST", as+"/token", "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA&code_verifier=dBjftJeZ4CVP")
	switch o {
	case event.Passed:
		r.verdict(event.Auth, q, guard.IDPKCE, o, "")
	default:
		r.verdict(event.Auth, q, guard.IDPKCE, o, noMatch)
	}
	json := fields("Content-Type", "application/json")
	if o == event.Refused {
		r.response(q, who, 400, json, `{"error":"invalid_grant"}`)
		return
	}
	r.response(q, who, 200, json, `{"token_type":"Bearer","access_token":"mF_9.B5f-4.1JqM","expires_in":3600}`)
	if who == event.Client {
		r.note(event.Client, "", event.NoteTokens, fields("access_token", "mF_9.B5f-4.1JqM"))
	}
}

// attack is a stolen code redeemed by Mallory.
func (r *recording) attack(o event.Outcome) {
	r.flow = ""
	r.note(event.Lab, "", event.NoteAttackBegins, fields("attack", "intercepted-code", "title", "Intercepted code redeemed"))
	r.signIn("robot")
	r.note(event.Proxy, event.Mallory, event.NoteLeak, fields("url", callback))
	r.redeem(event.Mallory, o)
	r.flow = ""
	if o == event.Refused {
		r.note(event.Lab, "", event.NoteAttackEnds, fields("attack", "intercepted-code", "outcome", "stopped", "by", "pkce.verify", "gained", "Alice's code, worth nothing."))
	} else {
		r.note(event.Lab, "", event.NoteAttackEnds, fields("attack", "intercepted-code", "outcome", "succeeded", "harm", "Mallory holds Alice's token.", "gained", "A token.", "lost", "Her privacy.", "lost", "Her login."))
	}
}

// pkce is the master switch.
func (r *recording) pkce(on bool) {
	r.flow = ""
	was, is := fmt.Sprint(!on), fmt.Sprint(on)
	r.change(event.Lab, "protection", "switched", "pkce",
		event.ChangeField{Name: "on", From: was, To: is},
		event.ChangeField{Name: "pkce.require", From: was, To: is},
		event.ChangeField{Name: "pkce.verify", From: was, To: is})
}

func fields(pairs ...string) []event.Field {
	var out []event.Field
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, event.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return out
}

// record returns the events that the parts of a story leave.
func record(parts ...func(*recording)) []event.Event {
	var r recording
	for _, part := range parts {
		part(&r)
	}
	return r.events
}

// Parts of stories.
func aRun(r *recording) { r.signIn("f1"); r.redeem(event.Client, event.Passed) }
func off(r *recording)  { r.pkce(false) }
func on(r *recording)   { r.pkce(true) }
func won(r *recording)  { r.attack(event.WouldRefuse) }
func lost(r *recording) { r.attack(event.Refused) }
func begun(r *recording) {
	r.flow = "f9"
	r.note(event.Client, event.Browser, event.NoteOpen, fields("url", as+"/authorize?"+query))
	r.request(event.Browser, "GET", as+"/authorize?"+query, "")
}
func signedInAlready(r *recording) {
	begun(r)
	r.change(event.Auth, "code", "stored", "c1", event.ChangeField{Name: "subject", To: "alice"})
}
func wrongPassword(r *recording) {
	begun(r)
	r.request(event.Browser, "POST", as+"/login", "request=q1&username=alice")
	r.note(event.Auth, "", event.NoteLoginRefused, fields("username", "alice"))
}
func reset(r *recording) {
	r.flow = ""
	r.note(event.Lab, "", event.NoteReset, nil)
}

// rowWith returns the first row of the view whose text is text.
func rowWith(t *testing.T, v View, text string) Row {
	t.Helper()
	for _, b := range v.Bands {
		for _, r := range b.Rows {
			if r.Text == text {
				return r
			}
		}
	}
	t.Fatalf("no row says %q in %+v", text, v.Bands)
	return Row{}
}
