package timeline

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

func TestRunIsDrawnMessageByMessage(t *testing.T) {
	v := Reduce(record(aRun))
	if len(v.Bands) != 1 {
		t.Fatalf("%d bands, want 1", len(v.Bands))
	}
	var got []string
	for _, r := range v.Bands[0].Rows {
		line := fmt.Sprintf("%s>%s %s", r.From, r.To, r.Text)
		for _, m := range r.Marks {
			line += " " + m.Name + "=" + m.Short
		}
		got = append(got, line)
	}
	want := []string{
		"client> makes a verifier code_verifier=dBjf… code_challenge=E9Me…",
		"client> makes a state state=kJ3n…",
		"client>browser open /authorize",
		"browser>auth GET /authorize code_challenge=E9Me… state=kJ3n…",
		"auth>browser 303 /login",
		"browser>auth GET /login",
		"auth>browser 200 login page",
		"browser>auth POST /login",
		"auth>browser 303 /callback code=Splx… state=kJ3n…",
		"browser>client callback code=Splx… state=kJ3n…",
		"client>auth POST /token code=Splx… code_verifier=dBjf…",
		"auth>client 200 access_token=mF_9…",
		"client> keeps the token",
	}
	if !slices.Equal(got, want) {
		t.Errorf("rows:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if b := v.Bands[0]; b.Title != "Alice signs in" || b.Messages != 10 || b.Folded != 1 {
		t.Errorf("band %q has %d messages and %d folded", b.Title, b.Messages, b.Folded)
	}
}

func TestVerdictsHangOnTheirMessage(t *testing.T) {
	tests := map[string]struct {
		story []func(*recording)
		row   string
		want  Pill
	}{
		"passed, at the server":   {[]func(*recording){aRun}, "GET /authorize", Pill{At: event.Auth, Outcome: event.Passed, Text: "redirect URI match"}},
		"passed, at the client":   {[]func(*recording){aRun}, "callback", Pill{At: event.Client, Outcome: event.Passed, Text: "state match"}},
		"refused":                 {[]func(*recording){lost}, "POST /token", Pill{At: event.Auth, Outcome: event.Refused, Text: "PKCE verifier refused", Reason: noMatch}},
		"would refuse, as it was": {[]func(*recording){won}, "POST /token", Pill{At: event.Auth, Outcome: event.WouldRefuse, Text: "PKCE verifier would refuse", Reason: noMatch}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			row := rowWith(t, Reduce(record(tt.story...)), tt.row)
			if len(row.Pills) != 1 {
				t.Fatalf("%d pills, want 1", len(row.Pills))
			}
			p := row.Pills[0]
			if p.At != tt.want.At || p.Outcome != tt.want.Outcome || p.Text != tt.want.Text || p.Reason != tt.want.Reason {
				t.Errorf("pill %+v, want %+v", p, tt.want)
			}
			if p.Where.Line != 7 || p.Guard == "" || p.Seq == 0 {
				t.Errorf("pill %+v does not say where", p)
			}
		})
	}
}

func TestVerdictWithoutMessageIsStillShown(t *testing.T) {
	events := record(func(r *recording) { r.verdict(event.Client, "", guard.IDState, event.Refused, "no login") })
	if row := rowWith(t, Reduce(events), "checks"); len(row.Pills) != 1 {
		t.Errorf("row %+v", row)
	}
}

func TestLanesAppearWhenTheirPartyActs(t *testing.T) {
	stranger := func(r *recording) { r.request("my-client", "POST", as+"/token", "code=x") }
	tests := map[string]struct {
		events []event.Event
		want   string
	}{
		"nothing yet":              {nil, "browser client auth"},
		"a run":                    {record(aRun), "browser client auth"},
		"an attack":                {record(won), "browser client auth proxy mallory"},
		"a learner's own client":   {record(stranger), "browser client my-client auth"},
		"before the reset, nobody": {record(won, reset), "browser client auth"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, lane := range LanesOf(Reduce(tt.events).Bands) {
				got = append(got, string(lane.Party))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("lanes %v, want %s", got, tt.want)
			}
		})
	}
}

// What happened in another chapter is told apart, and its attacks are not this one's.
func TestAnotherChaptersPast(t *testing.T) {
	into := func(from, to string) func(*recording) {
		return func(r *recording) {
			r.flow = ""
			r.change(event.Lab, "chapter", "switched", "", event.ChangeField{Name: "chapter", From: from, To: to})
		}
	}
	tests := map[string]struct {
		events []event.Event
		want   string // a band each: chapter, and "past"
		ends   int
		news   bool
	}{
		"in one chapter alone":   {record(aRun, won), ", ", 1, true},
		"just arrived":           {record(aRun, won, into("v03", "v01")), "v03 past, v03 past", 0, false},
		"something happens here": {record(won, into("v03", "v01"), aRun), "v03 past, v01", 0, true},
		"and back again":         {record(won, into("v03", "v01"), aRun, into("v01", "v03")), "v03 past, v01 past", 1, false},
		"in the middle of one":   {record(begun, into("v03", "v01"), begun), "v03 past, v01", 0, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v := Reduce(tt.events)
			var got []string
			for _, b := range v.Bands {
				is := b.Chapter
				if b.Past {
					is += " past"
				}
				got = append(got, is)
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("bands %q, want %q", strings.Join(got, ", "), tt.want)
			}
			if len(v.Attacks) != tt.ends {
				t.Errorf("%d attacks of this chapter, want %d", len(v.Attacks), tt.ends)
			}
			if (v.News != "") != tt.news {
				t.Errorf("news %q", v.News)
			}
		})
	}
}

func TestAttackEndsInACard(t *testing.T) {
	tests := map[string]struct {
		part func(*recording)
		card Card
		by   string
	}{
		"she got in": {won, Card{Won: true, Title: "Mallory holds Alice's token", Detail: "No check stood in the way. PKCE would have.", Sides: Sides{Gained: []string{"A token."}, Lost: []string{"Her privacy.", "Her login."}}}, ""},
		"stopped":    {lost, Card{Title: "Stopped by PKCE", Detail: "The verifier does not match the challenge.", Sides: Sides{Gained: []string{"Alice's code, worth nothing."}}}, "PKCE"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v := Reduce(record(aRun, tt.part))
			b := v.Bands[len(v.Bands)-1]
			last := b.Rows[len(b.Rows)-1]
			if last.Card == nil || !reflect.DeepEqual(*last.Card, tt.card) {
				t.Fatalf("card %+v, want %+v", last.Card, tt.card)
			}
			if b.Attack != "intercepted-code" || b.Title != "Intercepted code redeemed" {
				t.Errorf("band %q of attack %q", b.Title, b.Attack)
			}
			if len(v.Attacks) != 1 || v.Attacks[0].Won != tt.card.Won || v.Attacks[0].By != tt.by {
				t.Errorf("ends %+v", v.Attacks)
			}
			if !strings.HasPrefix(v.News, tt.card.Title) || !strings.HasSuffix(v.News, v.Attacks[0].MalloryHas()+" "+v.Attacks[0].AliceLost()) {
				t.Errorf("news %q", v.News)
			}
		})
	}
}

// Where the lab came to a bound, nobody stopped Mallory: what came of the attack before
// holds still.
func TestAnAttackThatIsCutShortProvesNothing(t *testing.T) {
	v := Reduce(record(aRun, won, func(r *recording) {
		r.note(event.Lab, "", event.NoteAttackBegins, fields("attack", "intercepted-code"))
		r.note(event.Lab, "", event.NoteAttackEnds, fields("attack", "intercepted-code", "outcome", "cut-short"))
	}))
	rows := v.Bands[len(v.Bands)-1].Rows
	want := Card{Cut: true, Title: "The attack was cut short", Detail: "The lab is asked too much, or full: no check stopped Mallory. Wait a little and try again; where that does not help, reset the lab."}
	if last := rows[len(rows)-1]; last.Card == nil || !reflect.DeepEqual(*last.Card, want) {
		t.Errorf("card %+v, want %+v", last.Card, want)
	}
	if len(v.Attacks) != 1 || !v.Attacks[0].Won {
		t.Errorf("ends %+v", v.Attacks)
	}
}

// A refusal may follow from another: the card gives the reason of the guard that
// stopped her, and names a protection once, however many of its parts objected.
func TestACardSaysWhatDecided(t *testing.T) {
	ending := func(outcome string, o event.Outcome, by guard.ID) func(*recording) {
		return func(r *recording) {
			r.note(event.Lab, "", event.NoteAttackBegins, fields("attack", "x"))
			r.verdict(event.Auth, "", guard.IDRedirectURI, o, "not registered")
			r.verdict(event.Auth, "", guard.IDErrorShown, o, "nobody registered that")
			r.note(event.Lab, "", event.NoteAttackEnds, fields("attack", "x", "outcome", outcome, "by", string(by)))
		}
	}
	tests := map[string]struct {
		part func(*recording)
		want string
	}{
		"the first stopped her":  {ending("stopped", event.Refused, guard.IDRedirectURI), "Not registered."},
		"the second stopped her": {ending("stopped", event.Refused, guard.IDErrorShown), "Nobody registered that."},
		"neither did":            {ending("succeeded", event.WouldRefuse, ""), "No check stood in the way. Exact redirect URI would have."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v := Reduce(record(tt.part))
			rows := v.Bands[len(v.Bands)-1].Rows
			if got := rows[len(rows)-1].Card.Detail; got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestTheLatestEndOfAnAttackCounts(t *testing.T) {
	v := Reduce(record(off, won, on, lost))
	if len(v.Attacks) != 1 || v.Attacks[0].Won {
		t.Errorf("ends %+v, want one, stopped", v.Attacks)
	}
}

// An end is one of the lab as it was then: after a switch it says so, until the attack is
// run again.
func TestAnEndBeforeASwitchIsStale(t *testing.T) {
	hour := func(r *recording) {
		r.change(event.Lab, "clock", "moved", "", event.ChangeField{Name: "offset", From: "0s", To: "1h0m0s"})
	}
	tests := map[string]struct {
		events []event.Event
		want   bool
	}{
		"just now":              {record(off, won), false},
		"a switch since":        {record(off, won, on), true},
		"there and back":        {record(off, won, on, off), true},
		"run again":             {record(off, won, on, lost), false},
		"a run, and the clock":  {record(off, won, aRun, hour), false},
		"a switch before a run": {record(lost, aRun, off, aRun), true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if v := Reduce(tt.events); len(v.Attacks) != 1 || v.Attacks[0].Stale != tt.want {
				t.Errorf("ends %+v, want stale %v", v.Attacks, tt.want)
			}
		})
	}
}

func TestBands(t *testing.T) {
	another := func(r *recording) { r.signIn("f2") }
	tests := map[string]struct {
		events []event.Event
		want   []string
	}{
		"a run":                         {record(aRun), []string{"Alice signs in"}},
		"still signed in":               {record(signedInAlready), []string{"Alice was still signed in"}},
		"a wrong password":              {record(wrongPassword), []string{"A sign-in is refused"}},
		"nobody has signed in":          {record(begun), []string{"Signing in"}},
		"two runs":                      {record(aRun, another), []string{"Alice signs in", "Alice signs in"}},
		"a run and an attack":           {record(aRun, off, won), []string{"Alice signs in", "Intercepted code redeemed"}},
		"a run after an attack":         {record(won, another), []string{"Intercepted code redeemed", "Alice signs in"}},
		"after a reset all is new":      {record(aRun, won, reset, another), []string{"Alice signs in"}},
		"a switch alone opens no band":  {record(off), nil},
		"events without flow stay here": {record(aRun, func(r *recording) { r.flow = ""; r.request(event.Browser, "GET", as+"/x", "") }), []string{"Alice signs in"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, b := range Reduce(tt.events).Bands {
				got = append(got, b.Title)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("bands %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSwitchesAreDrawnQuietly(t *testing.T) {
	part := func(r *recording) {
		r.change(event.Lab, "protection", "switched", "pkce",
			event.ChangeField{Name: "on", From: "true", To: "false"}, event.ChangeField{Name: "pkce.verify", From: "true", To: "false"})
	}
	habit := func(r *recording) {
		r.change(event.Lab, "protection", "switched", "pkce",
			event.ChangeField{Name: "on", From: "true", To: "true"}, event.ChangeField{Name: "pkce.method", From: "S256", To: "plain"})
	}
	tests := map[string]struct {
		part func(*recording)
		want string
	}{
		"master": {off, "PKCE switched off"},
		"part":   {part, "PKCE verifier switched off"},
		"habit":  {habit, "PKCE: client sends → plain"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if row := rowWith(t, Reduce(record(aRun, tt.part)), tt.want); row.Kind != RowQuiet {
				t.Errorf("drawn as %s", row.Kind)
			}
		})
	}
}

func TestGapsAndHoles(t *testing.T) {
	events := record(aRun)
	hole := append(slices.Clone(events[:3]), events[5:]...)
	tests := map[string]struct {
		events  []event.Event
		missing bool
		text    string
	}{
		"whole":         {events, false, ""},
		"a gap":         {append([]event.Event{gap(0, 4)}, events[3:]...), false, "Events 1 to 3 are no longer in the log."},
		"a hole":        {hole, true, "Events 4 to 5 are missing. Reload the page to fetch them."},
		"a late start":  {events[3:], false, ""},
		"gap, not hole": {append(append(slices.Clone(events[:2]), gap(2, 5)), events[4:]...), false, "Events 3 to 4 are no longer in the log."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v := Reduce(tt.events)
			if v.Missing != tt.missing {
				t.Errorf("missing %v, want %v", v.Missing, tt.missing)
			}
			if tt.text != "" && rowWith(t, v, tt.text).Kind != RowGap {
				t.Error("not drawn as a gap")
			}
		})
	}
}

func TestReduceOfAPrefixIsThePrefixOfReduce(t *testing.T) {
	events := record(aRun, off, won, on, lost)
	whole := Reduce(events)
	for n := range events {
		v := Reduce(events[:n])
		for i, b := range v.Bands {
			if b.Key != whole.Bands[i].Key {
				t.Fatalf("after %d events band %d is %q, later %q", n, i, b.Key, whole.Bands[i].Key)
			}
			for j, row := range b.Rows {
				if later := whole.Bands[i].Rows[j]; row.Text != later.Text || row.Seq != later.Seq {
					t.Fatalf("after %d events row %d/%d is %+v, later %+v", n, i, j, row, later)
				}
			}
		}
	}
}
