package timeline

import (
	"slices"
	"strings"
	"testing"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// told is Happened without the times.
func toldSince(events []event.Event, since Since) []string {
	var lines []string
	for _, line := range Happened(events, since) {
		if _, says, ok := strings.Cut(line, "  "); ok {
			line = says
		}
		lines = append(lines, line)
	}
	return lines
}

// on is a change of a protection as the lab's API tells it.
func (r *recording) switched(protection string, parts ...event.ChangeField) {
	r.change(event.Lab, "protection", "switched", protection, append([]event.ChangeField{{Name: "on", From: "true", To: "false"}}, parts...)...)
}

func TestWhatHappened(t *testing.T) {
	part := func(id guard.ID, to string) event.ChangeField {
		return event.ChangeField{Name: string(id), From: "x", To: to}
	}
	tests := map[string]struct {
		record func(r *recording)
		want   []string
	}{
		"nothing": {func(*recording) {}, nil},
		"a flow that ends well": {func(r *recording) {
			r.signIn("f1")
			r.note(event.Client, "", event.NoteTokens, fields("access_token", "SlAV32hkKG"))
		}, []string{"A flow begins", "The client has its token"}},
		"a part is switched off": {func(r *recording) { r.switched("pkce", part(guard.IDPKCE, "false")) }, []string{"PKCE verifier switched off"}},
		"a habit":                {func(r *recording) { r.switched("pkce", part(guard.IDPKCEMethod, "plain")) }, []string{"PKCE: client sends → plain"}},
		"two of a protection":    {func(r *recording) { r.switched("pkce", part(guard.IDPKCE, "false"), part(guard.IDPKCEMethod, "plain")) }, []string{"PKCE verifier switched off; PKCE: client sends → plain"}},
		"all of a protection": {func(r *recording) {
			r.switched("pkce", part(guard.IDPKCE, "false"), part(guard.IDPKCERequired, "false"), part(guard.IDPKCEPlain, "false"))
		}, []string{"PKCE switched off"}},
		"the clock": {func(r *recording) {
			r.change(event.Lab, "clock", "moved", "", event.ChangeField{Name: "offset", From: "0s", To: "1h0m0s"})
		}, []string{"The lab's clock is set to 1h0m0s"}},
		"a client of own": {func(r *recording) {
			r.change(event.Lab, "client", "registered", "own-secret", event.ChangeField{Name: "name", To: "<b>"})
		}, []string{"A client of the learner's is registered"}},
		"a refusal, and its answer": {func(r *recording) {
			q := r.request(event.Client, "POST", as+"/token", "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA")
			r.verdict(event.Auth, q, guard.IDPKCE, event.Refused, noMatch)
			r.response(q, event.Client, 400, fields("Content-Type", "application/json"), `{"error":"invalid_grant"}`)
			r.note(event.Client, "", event.NoteFlowFailed, fields("error", "invalid_grant: the code SplxlOBeZQQYbYS6WxSbIA"))
		}, []string{"Auth server refuses: PKCE verifier, invalid_grant", "Client gives up, invalid_grant"}},
		"what would be refused": {func(r *recording) {
			r.verdict(event.Client, "", guard.IDState, event.WouldRefuse, "kJ3nq9sVbT0pX is another")
		}, []string{"Client would refuse: state match"}},
		"a refusal of no guard": {func(r *recording) {
			q := r.request(event.Client, "POST", as+"/token", "")
			r.response(q, event.Client, 400, fields("Content-Type", "application/json"), `{"error":"unsupported_grant_type"}`)
		}, []string{"Auth server answers 400, unsupported_grant_type"}},
		"an error that is none": {func(r *recording) {
			q := r.request(event.Client, "POST", as+"/token", "")
			r.response(q, event.Client, 400, fields("Content-Type", "application/json"), `{"error":"SplxlOBeZQQYbYS6WxSbIA"}`)
		}, []string{"Auth server answers 400"}},
		"the client's own guard": {func(r *recording) {
			r.note(event.Client, "", event.NoteFlowFailed, fields("error", string(guard.IDState)+": kJ3nq9sVbT0pX"))
		}, []string{"Client gives up, because of state match"}},
		"an attack": {func(r *recording) {
			r.note(event.Lab, "", event.NoteAttackBegins, fields("attack", "theft", "title", "A theft"))
			r.signIn("f2")
			r.verdict(event.Auth, "", guard.IDPKCE, event.Refused, noMatch)
			r.note(event.Lab, "", event.NoteAttackEnds, fields("attack", "theft", "outcome", "stopped", "by", string(guard.IDPKCE)))
		}, []string{"Attack “A theft” is stopped by PKCE"}},
		"an attack that succeeds": {func(r *recording) {
			r.note(event.Lab, "", event.NoteAttackBegins, fields("attack", "theft", "title", "A theft"))
			r.note(event.Lab, "", event.NoteAttackEnds, fields("attack", "theft", "outcome", "succeeded", "gained", "the token SlAV32hkKG"))
		}, []string{"Attack “A theft” succeeds"}},
		"an attack cut short": {func(r *recording) {
			r.note(event.Lab, "", event.NoteAttackEnds, fields("attack", "theft", "outcome", "cut-short"))
		}, []string{"Attack “Mallory attacks” is cut short"}},
		"a party of the learner's": {func(r *recording) {
			r.response(r.request("\x1b[31m", "GET", as, ""), "\x1b[31m", 404, nil, "")
			r.verdict("\x1b[31m", "", guard.IDState, event.Refused, "")
		}, []string{"Auth server answers 404", "A client of the learner's refuses: state match"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var r recording
			tt.record(&r)
			if got := toldSince(r.events, SinceOpened); !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestSinceWhenItIsTold(t *testing.T) {
	var r recording
	clock := func(to string) { r.change(event.Lab, "clock", "moved", "", event.ChangeField{Name: "offset", To: to}) }
	clock("1")
	r.change(event.Lab, "chapter", "switched", "", event.ChangeField{Name: "chapter", From: "v02", To: "v03"})
	clock("2")
	r.signIn("f1")
	clock("3")
	r.note(event.Lab, "", event.NoteAttackBegins, fields("title", "A theft"))
	r.signIn("f2") // by the robot
	r.note(event.Lab, "", event.NoteAttackEnds, fields("outcome", "succeeded"))
	for i := range r.events {
		r.events[i].Time = r.events[i].Time.Add(time.Duration(i) * time.Second)
	}
	last := len(r.events) - 1
	r.events[last].Time = r.events[last].Time.Add(time.Hour)
	for since, want := range map[Since][]string{
		SinceOpened: {"The lab goes to chapter v03", "The lab's clock is set to 2", "A flow begins", "The lab's clock is set to 3", "Attack “A theft” succeeds"},
		SinceRun:    {"A flow begins", "The lab's clock is set to 3", "Attack “A theft” succeeds"},
		SinceTen:    {"Attack “A theft” succeeds"},
	} {
		if got := toldSince(r.events, since); !slices.Equal(got, want) {
			t.Errorf("since %q: %q, want %q", since, got, want)
		}
	}
	r.note(event.Lab, "", event.NoteReset, nil)
	if got := toldSince(r.events, SinceOpened); got != nil {
		t.Errorf("after a reset: %q", got)
	}
	for range 100 {
		clock("4")
	}
	got := Happened(r.events, SinceOpened)
	if len(got) != maxHappened+1 || got[0] != "(40 earlier lines left out)" || got[1] != "10:42:07  The lab's clock is set to 4" {
		t.Errorf("of a hundred it tells %d, first %q", len(got), got[:2])
	}
	for _, since := range []Since{SinceOpened, SinceRun, SinceTen, "?"} {
		if got := Happened(nil, since); got != nil {
			t.Errorf("of nothing it tells %q", got)
		}
	}
}

func TestHowAttacksHaveEndedIsKept(t *testing.T) {
	var r recording
	for _, outcome := range []string{"succeeded", "stopped", "cut-short", "succeeded"} {
		r.note(event.Lab, "", event.NoteAttackEnds, fields("attack", "theft", "outcome", outcome))
	}
	if got, want := Reduce(r.events).Outcomes, []string{"theft:succeeded", "theft:stopped"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	r.change(event.Lab, "chapter", "switched", "", event.ChangeField{Name: "chapter", From: "v03", To: "v04"})
	if got := Reduce(r.events).Outcomes; got != nil {
		t.Errorf("in another chapter: %q", got)
	}
}
