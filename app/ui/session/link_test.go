package session

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

func TestLinks(t *testing.T) {
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	seconds := func(n int64) *int64 { return &n }
	tests := map[string]struct {
		query   string
		want    Link
		problem string // what the sentence names; "" for no sentence
	}{
		"nothing":                   {"", Link{}, ""},
		"something else":            {"utm_source=x", Link{}, ""},
		"a protection":              {"off=pkce", Link{Patch: api.Patch{Protections: map[string]bool{"pkce": false}}}, ""},
		"two":                       {"off=pkce,state", Link{Patch: api.Patch{Protections: map[string]bool{"pkce": false, "state": false}}}, ""},
		"one after the other":       {"off=pkce&off=state", Link{Patch: api.Patch{Protections: map[string]bool{"pkce": false, "state": false}}}, ""},
		"a part":                    {"off=pkce.verify", Link{Patch: api.Patch{Guards: map[string]json.RawMessage{"pkce.verify": raw("false")}}}, ""},
		"a habit":                   {"set=pkce.method:plain", Link{Patch: api.Patch{Guards: map[string]json.RawMessage{"pkce.method": raw(`"plain"`)}}}, ""},
		"a step":                    {"step=break", Link{Step: "break"}, ""},
		"a clock":                   {"clock=3600", Link{Patch: api.Patch{ClockOffsetSeconds: seconds(3600)}}, ""},
		"a clock that is late":      {"clock=-5", Link{Patch: api.Patch{ClockOffsetSeconds: seconds(-5)}}, ""},
		"the farthest clock":        {"clock=315360000", Link{Patch: api.Patch{ClockOffsetSeconds: seconds(api.MaxClockOffset)}}, ""},
		"a clock too far":           {"clock=315360001", Link{}, "315360001"},
		"a clock too far back":      {"clock=-315360001", Link{}, "-315360001"},
		"a clock beyond all":        {"clock=99999999999999999999", Link{}, "99999999999999999999"},
		"a clock, and a wrong name": {"off=nonsense&clock=60", Link{Patch: api.Patch{ClockOffsetSeconds: seconds(60)}}, "nonsense"},
		"a clock with a unit":       {"clock=1h", Link{}, "1h"},
		"a part of a second":        {"clock=1.5", Link{}, "1.5"},
		"an assignment":             {"must=intercepted-code:stopped,run", Link{Must: []string{"run", "intercepted-code:stopped"}}, ""},
		"another's task":            {"must=run,no-token:stopped", Link{Must: []string{"run"}}, "no-token:stopped"},
		"a task of markup":          {"must=%3Cb%3E", Link{}, "<b>"},
		"a tour":                    {"tour=1", Link{Tour: true}, ""},
		"all of it":                 {"off=state&set=pkce.method:nothing&step=run&tour=1", Link{Patch: api.Patch{Protections: map[string]bool{"state": false}, Guards: map[string]json.RawMessage{"pkce.method": raw(`"nothing"`)}}, Step: "run", Tour: true}, ""},
		"an unknown protection":     {"off=pkce,magic", Link{Patch: api.Patch{Protections: map[string]bool{"pkce": false}}}, "magic"},
		"an unknown value":          {"set=pkce.method:S512", Link{}, "pkce.method:S512"},
		"a habit without one":       {"set=pkce.method", Link{}, "pkce.method"},
		"a check by its name":       {"set=pkce.verify:off", Link{Patch: api.Patch{Guards: map[string]json.RawMessage{"pkce.verify": raw("false")}}}, ""},
		"a habit is not off":        {"set=pkce.method:off", Link{}, "pkce.method:off"},
		"a guard is no habit":       {"set=pkce.verify:plain", Link{}, "pkce.verify:plain"},
		"an unknown step":           {"step=dance", Link{}, "dance"},
		"several wrong names":       {"off=nonsense&set=x:y&clock=1h", Link{}, "nonsense\u2069” and 2 other things that"},
		"an unknown tour":           {"tour=2", Link{}, "2"},
		"empty lists":               {"off=,,&set=&clock=&step=&must=,&tour=", Link{}, ""},
		"markup":                    {"off=" + url.QueryEscape(`<img src=x onerror=alert(1)>`), Link{}, "<img src=x"},
		"from right to left":        {"step=" + url.QueryEscape("\u202eevil"), Link{}, "�evil"},
		"no text at all":            {"off=%ff%00%0a", Link{}, "���"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			query, err := url.ParseQuery(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			got := readLink(query, uitest.Content.Chapter)
			if strings.Contains(got.Problem, tt.problem) == false || (tt.problem == "") != (got.Problem == "") {
				t.Errorf("it says %q, want something about %q", got.Problem, tt.problem)
			}
			got.Problem = ""
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestALinkOfAnEarlierChapter(t *testing.T) {
	c := uitest.Content.Chapter
	c.ID, c.Version = "v01", "v01"
	l := readLink(url.Values{"off": {"pkce,redirect-uri"}}, c)
	if !reflect.DeepEqual(l.Patch.Protections, map[string]bool{"redirect-uri": false}) || !strings.Contains(l.Problem, "pkce") {
		t.Errorf("%+v", l)
	}
}

func TestALinkOfAStrangerIsRepeatedInShort(t *testing.T) {
	for _, s := range []string{strings.Repeat("a", 10_000), strings.Repeat("文", 10_000), strings.Repeat("\u202e", 10_000), strings.Repeat("x,", 10_000)} {
		l := readLink(url.Values{"off": {s}, "set": {s}, "step": {s}, "clock": {s}, "must": {s}, "tour": {s}}, uitest.Content.Chapter)
		if n := utf8.RuneCountInString(quoted(s)); n > 64 {
			t.Errorf("%d characters of a stranger are repeated", n)
		}
		if l.Problem == "" || len(l.Problem) > 400 {
			t.Errorf("%d bytes: %q", len(l.Problem), l.Problem)
		}
	}
}

func TestShareLinks(t *testing.T) {
	tests := map[string]struct {
		off  []guard.ID
		want string
	}{
		"whole":          {nil, ""},
		"all of PKCE":    {[]guard.ID{guard.IDPKCERequired, guard.IDPKCE, guard.IDPKCEPlain, guard.IDPKCEDowngrade}, "off=pkce"},
		"a part":         {[]guard.ID{guard.IDPKCE}, "off=pkce.verify"},
		"one of one":     {[]guard.ID{guard.IDCodeExpiry}, "off=code-expiry"},
		"a habit":        {[]guard.ID{guard.IDPKCEMethod}, "set=pkce.method%3Anothing"},
		"a bit of each":  {[]guard.ID{guard.IDPKCEMethod, guard.IDState}, "off=state.compare&set=pkce.method%3Anothing"},
		"a habit and it": {[]guard.ID{guard.IDPKCEMethod, guard.IDPKCERequired, guard.IDPKCE, guard.IDPKCEPlain, guard.IDPKCEDowngrade}, "off=pkce&set=pkce.method%3Anothing"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := uitest.LabWith(tt.off...)
			query := shareLink(Statuses(l, "v03"))
			if query.Encode() != tt.want {
				t.Errorf("%s, want %s", query.Encode(), tt.want)
			}
			// What is shared is read back, with nothing strange in it.
			if back := readLink(query, uitest.Content.Chapter); back.Problem != "" {
				t.Error(back.Problem)
			}
		})
	}
}

// A part that has the name of its protection, and is not all of it, is shared as that part.
func TestAPartWithTheNameOfItsProtectionIsShared(t *testing.T) {
	c := uitest.Content.Chapter
	c.ID, c.Version = "v10", "v10"
	l10 := api.Lab{Chapter: "v10", Protections: map[string]api.Protection{
		"exchange-policy": {Parts: map[string]any{"exchange-policy": false, "exchange-policy.type": true}},
	}}
	query := shareLink(Statuses(l10, "v10"))
	want := api.Patch{Guards: map[string]json.RawMessage{"exchange-policy": json.RawMessage("false")}}
	if l := readLink(query, c); query.Encode() != "set=exchange-policy%3Aoff" || l.Problem != "" || !reflect.DeepEqual(l.Patch, want) {
		t.Errorf("%s is read as %+v", query.Encode(), l)
	}
}

func FuzzLink(f *testing.F) {
	f.Add("off=pkce&set=pkce.method:plain&step=run")
	f.Add("off=%ff<")
	f.Add("clock=-3600&must=run,intercepted-code:stopped")
	f.Fuzz(func(t *testing.T, text string) {
		query, _ := url.ParseQuery(text)
		if l := readLink(query, uitest.Content.Chapter); len(l.Problem) > 400 || !utf8.ValidString(l.Problem) {
			t.Errorf("%q", l.Problem)
		}
	})
}
