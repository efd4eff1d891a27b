package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"oauthlab/app/timeline"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/attack"
	"oauthlab/server/lab"
	"oauthlab/server/robot"
)

// stateOf is a lab whose state is read.
type stateOf struct {
	*testing.T
	h   *house
	lab *lab.Lab
	key string
}

func (h *house) stateIn(t *testing.T, chapter string) *stateOf {
	t.Helper()
	l, key, err := h.labs.Create(t.Context(), chapter)
	if err != nil {
		t.Fatal(err)
	}
	return &stateOf{t, h, l, key}
}

func (s *stateOf) api(rest string) string {
	return s.h.config.Origins[event.Lab] + "/api/labs/" + s.lab.ID.String() + rest
}

// change changes the lab as its API takes it.
func (s *stateOf) change(body string) {
	s.Helper()
	got := s.h.ask(s.T, "PATCH", s.api(""), body, "Authorization", "Bearer "+s.key, "Content-Type", "application/json")
	if got.status != http.StatusOK {
		s.Fatalf("%s is answered %d %s", body, got.status, got.body)
	}
	var err error
	if s.lab, err = s.h.labs.Open(s.Context(), s.lab.ID); err != nil {
		s.Fatal(err)
	}
}

// run signs a user in and lets the client finish.
func (s *stateOf) run(user string) *robot.Robot {
	s.Helper()
	r := robot.New(s.h.labs, s.lab, s.h.attacks.InternalSenders, event.Browser, user)
	callback, err := r.SignIn(s.Context())
	if err == nil {
		err = r.Finish(s.Context(), callback)
	}
	if err != nil {
		s.Fatal(err)
	}
	return r
}

func (s *stateOf) attack(id string) {
	s.Helper()
	a, err := attack.Find(id)
	if err == nil {
		_, err = s.h.attacks.Run(s.Context(), s.lab, a)
	}
	if err != nil {
		s.Fatal(err)
	}
}

// sheet is what the API shows of a party.
func (s *stateOf) sheet(of event.Party, query string) api.Sheet {
	s.Helper()
	got := s.h.ask(s.T, "GET", s.api("/state/tables"+query), "", "Authorization", "Bearer "+s.key)
	var sheets api.Sheets
	if err := json.Unmarshal([]byte(got.body), &sheets); err != nil || got.status != http.StatusOK {
		s.Fatalf("answered %d %s", got.status, got.body)
	}
	i := slices.IndexFunc(sheets.Sheets, func(one api.Sheet) bool { return event.Party(one.ID) == of })
	if i < 0 {
		s.Fatalf("%s is not among %v", of, sheets.Sheets)
	}
	return sheets.Sheets[i]
}

var (
	aMoment = regexp.MustCompile(`(\d+ \w{3} )?\d\d:\d\d:\d\d`)
	aValue  = regexp.MustCompile(`[\w-]{4}…`)
	aHash   = regexp.MustCompile(`\b[\w-]{43}\b`)
)

// rows are the rows of the sheet's tables, as a learner reads them: a moment is T, a value V.
func (s *stateOf) rows(of event.Party) []string {
	s.Helper()
	var rows []string
	for n := range parsed(s.T, s.sheet(of, "").Body).Descendants() {
		if n.Data != "tr" || n.Parent.Data != "tbody" {
			continue
		}
		var cells []string
		for cell := range n.ChildNodes() {
			if cell.Data == "td" {
				cells = append(cells, strings.TrimSpace(textIn(cell)))
			}
		}
		rows = append(rows, aHash.ReplaceAllString(aValue.ReplaceAllString(aMoment.ReplaceAllString(strings.Join(cells, " | "), "T"), "V"), "#"))
	}
	return rows
}

func parsed(t *testing.T, body string) *html.Node {
	t.Helper()
	tree, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func textIn(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text.WriteString(d.Data)
		}
	}
	return text.String()
}

// What each party holds after a run, in each chapter: a row a thing, who has seen it, and
// what of it is new.
func TestTheStateInTables(t *testing.T) {
	h := openHouse(t)
	const callback = "CALLBACK"
	clients := []string{"mallory-app | Mallory's app | MALLORY", "demo-client | The lab's own client | " + callback}
	for chapter, want := range map[string]map[event.Party][]string{
		"v01": {
			event.Auth: append([]string{
				"V new | demo-client | alice | " + callback + " | T | browser, client, auth",
				"alice new | V | T",
			}, clients...),
			event.Client: {"V new | code | T | browser, client, auth", "T new | took the code"},
		},
		"v02": {
			event.Auth: append([]string{
				"V new | demo-client | alice | " + callback + " | T | browser, client, auth",
				"alice new | V | T",
			}, clients...),
			event.Client: {
				"V new | code | T | browser, client, auth", "V new | state | T | browser, client, auth",
				"T new | took the code",
			},
		},
		"v03": {
			event.Auth: append([]string{
				"V new | demo-client | alice | read | V | T | # | client, auth",
				"V new | demo-client | alice | " + callback + " | V | S256 | T | T | browser, client, auth",
				"alice new | V | T",
			}, clients...),
			event.Client: {
				"V new | access_token | T | client, auth",
				"V new | code | T | browser, client, auth",
				"V new | state | T | browser, client, auth",
				"V new | code_challenge | T | browser, client, auth",
				"V new | code_verifier | T | client, auth",
				"T new | keeps a token",
			},
		},
	} {
		t.Run(chapter, func(t *testing.T) {
			s := h.stateIn(t, chapter)
			own := strings.NewReplacer("CALLBACK", s.lab.Origins.RedirectURI(), "MALLORY", s.lab.Origins.MallorySite(s.lab.ID))
			for _, party := range []event.Party{event.Auth, event.Client} {
				for _, row := range s.rows(party) {
					if strings.Contains(row, " new") || strings.Contains(row, " changed") {
						t.Errorf("before anything happened, %s holds %q", party, row)
					}
				}
			}
			s.run("alice")
			want[event.Mallory] = nil
			for party, rows := range want {
				for i, row := range rows {
					rows[i] = own.Replace(row)
				}
				if got := s.rows(party); !slices.Equal(got, rows) {
					t.Errorf("%s holds\n%s\nwant\n%s", party, strings.Join(got, "\n"), strings.Join(rows, "\n"))
				}
			}
			if got := s.sheet(event.Mallory, "").Title; got != "Mallory's hands · 0" {
				t.Errorf("the title is %q", got)
			}
		})
	}
}

// A value wears the mark that it wears in the diagram, so that pointing at one shows the
// other.
func TestTheStateMarksValuesAsTheDiagramDoes(t *testing.T) {
	s := openHouse(t).stateIn(t, "v03")
	r := s.run("alice")
	body := s.sheet(event.Auth, "").Body
	for name, value := range map[string]string{"code": r.Codes[0], "access_token": r.Tokens[0]} {
		want := `<span class="mark mark-` + string(timeline.MarkOf(name, value).Kind) + `" data-trace="` + timeline.TraceOf(name, value) + `"`
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
}

// Only what the latest flow, attack or request changed is marked.
func TestTheStateMarksWhatChangedLast(t *testing.T) {
	s := openHouse(t).stateIn(t, "v03")
	marks := func() (tokens []string) {
		for _, row := range s.rows(event.Auth)[:2] {
			first, rest, _ := strings.Cut(row, " | ")
			tokens = append(tokens, first+": "+strings.Split(rest, " | ")[1])
		}
		return tokens
	}
	alice := s.run("alice")
	s.run("bob")
	if got := marks(); !slices.Equal(got, []string{"V new: bob", "V: alice"}) {
		t.Errorf("after Bob's run the tokens are %q", got)
	}

	// Alice's code comes once more: her token is revoked, and nothing else is changed.
	sent := alice.Sent[0]
	if got := s.h.ask(t, "POST", s.lab.Issuer()+"/token", sent.Body, "Content-Type", "application/x-www-form-urlencoded"); got.status != http.StatusBadRequest {
		t.Fatalf("the second use is answered %d %s", got.status, got.body)
	}
	if got := marks(); !slices.Equal(got, []string{"V: bob", "V changed: alice"}) {
		t.Errorf("after the second use the tokens are %q", got)
	}

	// What changes nothing leaves the marks.
	s.change(`{"protections":{"pkce":false}}`)
	if got := marks(); !slices.Equal(got, []string{"V: bob", "V changed: alice"}) {
		t.Errorf("after a switch the tokens are %q", got)
	}
	s.attack("intercepted-code")
	if got := marks(); !slices.Equal(got, []string{"V new: alice", "V: bob"}) {
		t.Errorf("after an attack the tokens are %q", got)
	}
}

// What Mallory holds, how she came by it, and what it is worth to her as the lab stands now.
func TestMallorysHands(t *testing.T) {
	h := openHouse(t)
	for name, tt := range map[string]struct {
		chapter, attack string
		before          string // a change of the lab before the attack
		after           string // and one after it
		want            []string
		blind           string // what is said of it at the auth server
	}{
		"the code is sent to her": {
			"v01", "code-to-mallory", `{"protections":{"redirect-uri":false}}`, "",
			[]string{"V new | Alice's code | It was brought to her site. | T | Not of use yet. The endpoint that takes it comes with chapter v03. | browser, auth, mallory"},
			"that Mallory has V",
		},
		"the code is not sent to her": {"v01", "code-to-mallory", "", "", nil, ""},
		"she has a token": {
			"v03", "intercepted-code", `{"protections":{"pkce":false}}`, "",
			[]string{
				"V new | A token to Alice's account | The auth server answered her with it. | T | T | Good. Whoever brings it is Alice. | auth, mallory",
				"V new | Alice's code | A careless proxy logs the address with the code in it. | T | – | Used up. | browser, auth, proxy, mallory",
			},
			"that Mallory has V, V",
		},
		"her token is too old": {
			"v03", "intercepted-code", `{"protections":{"pkce":false}}`, `{"clock_offset_seconds":3601}`,
			[]string{
				"V new | A token to Alice's account | The auth server answered her with it. | T | Too old: worth nothing. | auth, mallory",
				"V new | Alice's code | A careless proxy logs the address with the code in it. | T | Used up. | browser, auth, proxy, mallory",
			},
			"that Mallory has V, V",
		},
		"a code without its verifier": {
			"v03", "intercepted-code", "", "",
			[]string{"V new | Alice's code | A careless proxy logs the address with the code in it. | T | Unused. It is bound to a challenge, and she has no verifier: worth nothing to her. | browser, auth, proxy, mallory"},
			"that Mallory has V",
		},
		"PKCE is switched off afterwards": {
			"v03", "intercepted-code", "", `{"protections":{"pkce":false}}`,
			[]string{"V new | Alice's code | A careless proxy logs the address with the code in it. | T | T | Unused. It is bound to a challenge that nobody checks. | browser, auth, proxy, mallory"},
			"that Mallory has V",
		},
		"a verifier whose code is used up": {
			"v03", "code-replay", "", "",
			[]string{
				"V new | The verifier of Alice's login | A log of whole requests has the one that redeemed the code. | T | The code that it opens is used up. | client, auth, proxy, mallory",
				"V new | Alice's code | A log of whole requests has the one that redeemed the code. | T | Used up. | browser, client, auth, proxy, mallory",
			},
			"that Mallory has V",
		},
		"Alice's client is signed in as Mallory": {
			"v02", "login-csrf", `{"protections":{"state":false}}`, "",
			[]string{"V new | Alice's client | It took what was issued to Mallory. | T | Signed in to Mallory's account: what Alice leaves there, Mallory reads. | browser, client, auth, mallory"},
			"that Mallory has V",
		},
		"Alice's client is not": {"v02", "login-csrf", "", "", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := h.stateIn(t, tt.chapter)
			if tt.before != "" {
				s.change(tt.before)
			}
			s.attack(tt.attack)
			if tt.after != "" {
				s.change(tt.after)
			}
			if got := s.rows(event.Mallory); !slices.Equal(got, tt.want) {
				t.Errorf("she holds\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
			said := aValue.ReplaceAllString(textIn(parsed(t, s.sheet(event.Auth, "").Body)), "V")
			if has := strings.Contains(said, "that Mallory has"); has != (tt.blind != "") || !strings.Contains(said, tt.blind) {
				t.Errorf("the auth server does not say %q: %s", tt.blind, said)
			}
			got := s.h.ask(t, "POST", s.api("/reset"), "", "Authorization", "Bearer "+s.key)
			if rows := s.rows(event.Mallory); got.status != http.StatusOK || len(rows) > 0 {
				t.Errorf("after a reset (%d) she holds %q", got.status, rows)
			}
		})
	}
}

// Nothing that a stranger sends becomes a part of the page, and no sheet grows without end.
func TestTheStateOfWhateverIsSent(t *testing.T) {
	s := openHouse(t).stateIn(t, "v03")
	const evil = `"><script>alert(1)</script>`
	query := url.Values{
		"response_type": {"code"}, "client_id": {"demo-client"}, "redirect_uri": {s.lab.Origins.RedirectURI()},
		"state": {evil}, "code_challenge": {guard.Challenge(guard.S256, "v")}, "code_challenge_method": {guard.S256},
	}
	for range 20 {
		if got := s.h.ask(t, "GET", s.lab.Issuer()+"/authorize?"+query.Encode(), "", "Sec-Fetch-Mode", "navigate"); got.status != http.StatusSeeOther {
			t.Fatalf("the request is answered %d", got.status)
		}
	}
	s.h.ask(t, "GET", s.lab.Origins.MallorySite(s.lab.ID)+"?"+url.Values{"code": {evil}}.Encode(), "", "Sec-Fetch-Mode", "navigate")
	for party, rows := range map[event.Party]int{event.Auth: 16 + 2, event.Mallory: 1, event.Client: 0} {
		for _, query := range []string{"", "?as=json"} {
			body := s.sheet(party, query).Body
			if strings.Contains(body, "<script") || strings.Contains(body, `"">`) {
				t.Errorf("%s shows %s", party, body)
			}
			if party != event.Client && !strings.Contains(body, "alert(1)") {
				t.Errorf("%s with %q does not show what was sent: %s", party, query, body)
			}
		}
		if got := s.rows(party); len(got) != rows {
			t.Errorf("%s has %d rows, want %d: %q", party, len(got), rows, got)
		}
	}
}

func TestTheStateIsItsLabsAlone(t *testing.T) {
	h := openHouse(t)
	mine, other := h.stateIn(t, "v03"), h.stateIn(t, "v03")
	code := mine.run("alice").Codes[0]
	h.ask(t, "GET", mine.api("/state/tables"), "", "Authorization", "Bearer "+other.key).refusedWith(t, http.StatusUnauthorized, "invalid_key")
	if body := other.sheet(event.Auth, "").Body; strings.Contains(body, code) {
		t.Error("it shows a code of another lab")
	}
}

// Moments are those of the lab's clock where the reader is.
func TestTheStateTellsTheLabsTime(t *testing.T) {
	s := openHouse(t).stateIn(t, "v03")
	s.run("alice")
	read := func(query string) (begun time.Time, over int) {
		t.Helper()
		body := s.sheet(event.Auth, query).Body
		begun, err := time.Parse(time.TimeOnly, aMoment.FindString(body[strings.Index(body, "since <time"):][len(`since <time datetime="2026-01-02T15:04:05Z">`):]))
		if err != nil {
			t.Fatalf("%v in %s", err, body)
		}
		return begun, strings.Count(body, "over")
	}
	utc, over := read("")
	if over != 0 {
		t.Errorf("%d things are over already", over)
	}
	if there, _ := read("?zone=90"); there.Sub(utc).Abs() != 90*time.Minute && there.Sub(utc).Abs() != 22*time.Hour+30*time.Minute {
		t.Errorf("an hour and a half ahead it is %s, and in UTC %s", there, utc)
	}
	s.change(`{"clock_offset_seconds":3600}`)
	if _, over := read(""); over != 2 {
		t.Errorf("after an hour %d things are over, want the code and the token", over)
	}
	h := s.h
	for _, zone := range []string{"x", "1e3", "100000", "-1441"} {
		h.ask(t, "GET", s.api("/state/tables?zone="+zone), "", "Authorization", "Bearer "+s.key).refusedWith(t, http.StatusBadRequest, "invalid_zone")
	}
}
