package timeline

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

const (
	billingAPI  = meAPI + "/billing"
	calendarAPI = meAPI + "/calendar"
)

// given is a token response to a token request of a party.
func (r *recording) given(to event.Party, body, token string) {
	ask := r.request(to, "POST", as+"/token", body)
	r.response(ask, to, 200, fields("Content-Type", "application/json"), `{"access_token":"`+token+`","token_type":"Bearer"}`)
}

// shown is a request with a token, about which the API asks the server. refused is the guard that
// refuses at the server; "" for none.
func (r *recording) shown(from event.Party, method, url, token string, refused guard.ID, said string, status int) {
	q := r.add(event.Event{From: from, To: event.API, Kind: event.KindRequest, Request: &event.Request{Method: method, URL: url, Header: bearer(token)}})
	ask := r.add(event.Event{From: event.API, To: event.Auth, Kind: event.KindRequest, Request: &event.Request{
		Method: "POST", URL: as + "/introspect", Body: "token=" + token, Header: fields("Content-Type", "application/x-www-form-urlencoded"),
	}})
	if refused != "" {
		r.verdict(event.Auth, ask.ID, refused, event.Refused, "the token is for another API than asks")
	} else {
		r.verdict(event.Auth, ask.ID, guard.IDIntrospectionAudience, event.Passed, "")
	}
	r.add(event.Event{From: event.Auth, To: event.API, Re: ask.ID, Kind: event.KindResponse, Response: &event.Response{Status: 200, Header: fields("Content-Type", "application/json"), Body: said}})
	r.add(event.Event{From: event.API, To: from, Re: q.ID, Kind: event.KindResponse, Response: &event.Response{Status: status, Header: fields("Content-Type", "application/json"), Body: `{}`}})
}

// A table of tokens and APIs says what each answered, and who decided.
func TestWhichAPITakesWhichToken(t *testing.T) {
	r := &recording{flow: "f1"}
	r.request(event.Browser, "GET", as+"/authorize?client_id=demo-client&resource="+meAPI+"&resource="+billingAPI, "")
	r.given(event.Client, "grant_type=authorization_code&code=c", "at-all")
	r.given(event.Client, "grant_type=refresh_token&refresh_token=r&resource="+billingAPI, "at-old")
	r.given(event.Client, "grant_type=refresh_token&refresh_token=r2&resource="+billingAPI, "at-billing")
	const says = `{"active":true,"sub":"alice","client_id":"demo-client"}`
	r.shown(event.Client, "GET", billingAPI, "at-billing", "", says, 200)
	r.shown(event.Client, "GET", calendarAPI, "at-billing", guard.IDIntrospectionAudience, `{"active":false}`, 401)
	// The oldest endpoint, by signature: nobody looks.
	r.between(event.Client, event.API, "GET", meAPI+"/api/me", "at-billing", 200, fields("Content-Type", "application/json"), `{"sub":"alice"}`)
	// A check that is off.
	q := r.add(event.Event{From: event.Client, To: event.API, Kind: event.KindRequest, Request: &event.Request{Method: "GET", URL: calendarAPI, Header: bearer("at-all")}})
	r.verdict(event.API, q.ID, guard.IDAudienceCalendar, event.WouldRefuse, "this token is not for the calendar")
	r.add(event.Event{From: event.API, To: event.Client, Re: q.ID, Kind: event.KindResponse, Response: &event.Response{Status: 200, Body: `{}`}})
	r.given(event.Agent, "grant_type=client_credentials&resource="+calendarAPI, "at-own")
	r.given(event.Agent, "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&resource="+calendarAPI, "at-exchanged")
	r.shown(event.Agent, "POST", calendarAPI, "at-exchanged", "", says, 201)

	none := TokenCell{}
	want := []TokenRow{
		{Value: "at-all", For: "photos and billing", Cells: []TokenCell{
			none, none, {Status: 200, Taken: true, Who: "API: audience of the calendar would refuse"}, none, none,
		}},
		{Value: "at-billing", For: "billing", Cells: []TokenCell{
			none, {Status: 200, Taken: true}, {Status: 401, Who: "Auth server: introspection audience: called inactive"}, {Status: 200, Taken: true, Who: "nobody looked at aud"}, none,
		}},
		{Value: "at-exchanged", For: "calendar, exchanged", Cells: []TokenCell{
			none, none, {Status: 201, Taken: true}, none, none,
		}},
	}
	table := TokenTableOf(r.events)
	if diff := cmp.Diff(want, table.Rows, cmpopts.IgnoreFields(TokenRow{}, "Token"), cmpopts.IgnoreFields(TokenCell{}, "Seq"), cmpopts.IgnoreUnexported(TokenRow{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !table.Asked() || TokenTableOf(nil).Asked() {
		t.Error("it does not know whether anybody was asked")
	}
}

// Beside each other stand what each way of acting lets each API know.
func TestWhatEachWayLetsAnAPIKnow(t *testing.T) {
	r := &recording{flow: "f1"}
	task := func(way, did string, do func()) {
		q := r.add(event.Event{From: event.Client, To: event.Agent, Kind: event.KindRequest, Request: &event.Request{Method: "POST", URL: "http://localhost:8085/" + labID + "/tasks", Header: append(bearer("at-billing"), fields("Content-Type", "application/json")...), Body: `{"task":"next-bill"}`}})
		r.shown(event.Agent, "GET", billingAPI, "at-billing", "", `{"active":true,"sub":"alice","client_id":"demo-client","may_act":{"sub":"demo-agent"}}`, 200)
		do()
		r.add(event.Event{From: event.Agent, To: event.Client, Re: q.ID, Kind: event.KindResponse, Response: &event.Response{Status: 200, Header: fields("Content-Type", "application/json"), Body: `{"did":"` + did + `","way":"` + way + `"}`}})
	}
	exchanged := jwt(`{"alg":"RS256","typ":"at+jwt"}`, `{"sub":"alice","client_id":"demo-agent","act":{"sub":"demo-agent","act":{"sub":"helper"}}}`, "c2ln")
	task("exchange", "Done.", func() {
		r.between(event.Agent, event.API, "POST", calendarAPI, exchanged, 201, nil, `{}`)
	})
	task("as-itself", "Done, for itself.", func() {
		r.shown(event.Agent, "POST", calendarAPI, "at-own", "", `{"active":true,"sub":"demo-agent","client_id":"demo-agent"}`, 201)
	})
	task("pass-through", "It said no.", func() {
		r.shown(event.Agent, "POST", calendarAPI, "at-billing", guard.IDIntrospectionAudience, `{"active":false}`, 401)
	})

	const plain = "Alice. Nothing of an agent."
	want := []Way{
		{Way: "exchange", Came: "Done.", Billing: Showing{Value: "at-billing", Status: 200, Knows: plain},
			Calendar: Showing{Value: exchanged, Status: 201, Knows: "Alice, and that demo-agent acts for her, after helper did."}, Chain: []string{"demo-agent", "helper", "alice"}},
		{Way: "as-itself", Came: "Done, for itself.", Billing: Showing{Value: "at-billing", Status: 200, Knows: plain},
			Calendar: Showing{Value: "at-own", Status: 201, Knows: "demo-agent, and no user."}},
		{Way: "pass-through", Came: "It said no.", Billing: Showing{Value: "at-billing", Status: 200, Knows: plain},
			Calendar: Showing{Value: "at-billing", Status: 401, Knows: "nothing, since the auth server calls the token inactive."}},
	}
	if diff := cmp.Diff(want, WaysOf(r.events), cmpopts.IgnoreFields(Way{}, "Title"), cmpopts.IgnoreFields(Showing{}, "Seq", "Token")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, w := range WaysOf(nil) {
		if w.Came != "" || w.Title == "" {
			t.Errorf("before anything is done, a way is %+v", w)
		}
	}
}
