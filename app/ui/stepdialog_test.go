package ui

import (
	"reflect"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
)

func stepOn() (*stepDialog, chan draftReply) {
	d := openPage(labWith()).desk
	reply := make(chan draftReply, 1)
	d.reply, d.screen.Dialog = reply, dialogStep
	d.screen.Draft = client.Draft{Method: "GET", URL: "http://auth/authorize", In: client.InQuery, Parameters: []event.Field{
		{Name: "client_id", Value: "demo-client"}, {Name: "state", Value: "<s>"}, {Name: "code_challenge", Value: "c"},
	}}
	return &stepDialog{Desk: d, Draft: d.screen.Draft}, reply
}

func TestStepDialogSendsWhatItShows(t *testing.T) {
	tests := map[string]struct {
		do   func(*stepDialog)
		want []event.Field
	}{
		"nothing changed": {func(*stepDialog) {}, []event.Field{{Name: "client_id", Value: "demo-client"}, {Name: "state", Value: "<s>"}, {Name: "code_challenge", Value: "c"}}},
		"dropped":         {func(s *stepDialog) { s.drop(2) }, []event.Field{{Name: "client_id", Value: "demo-client"}, {Name: "state", Value: "<s>"}}},
		"changed":         {func(s *stepDialog) { s.drop(1); s.change(1, event.Field{Name: "code_challenge", Value: "d"}) }, []event.Field{{Name: "client_id", Value: "demo-client"}, {Name: "code_challenge", Value: "d"}}},
		"added":           {func(s *stepDialog) { s.drop(0); s.drop(0); s.add(); s.change(1, event.Field{Name: "x", Value: ""}) }, []event.Field{{Name: "code_challenge", Value: "c"}, {Name: "x"}}},
		"without a name":  {func(s *stepDialog) { s.drop(0); s.drop(0); s.drop(0); s.add() }, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, reply := stepOn()
			before := reflect.ValueOf(s.Draft.Parameters).Index(2).Interface()
			tt.do(s)
			s.send()
			got := <-reply
			if got.err != nil || !reflect.DeepEqual(got.draft.Parameters, tt.want) || got.draft.URL != "http://auth/authorize" {
				t.Errorf("sent %+v", got)
			}
			if s.Draft.Parameters[2] != before {
				t.Error("the client's own request was changed")
			}
			if s.Desk.screen.Dialog != dialogNone {
				t.Error("the dialog stays")
			}
		})
	}
}

func TestStepDialogIsCancelled(t *testing.T) {
	s, reply := stepOn()
	s.Desk.closeDialog()
	if got := <-reply; got.err != errStepCancelled {
		t.Errorf("%+v", got)
	}
	s.Desk.closeDialog() // nobody waits any more
	if !strings.Contains(explain(errStepCancelled), "cancelled") {
		t.Error(explain(errStepCancelled))
	}
}

func TestStepDialogBoundsWhatIsSent(t *testing.T) {
	s, reply := stepOn()
	s.change(1, event.Field{Name: "state", Value: strings.Repeat("ü", 700)})
	if s.send(); s.problem() == "" || len(reply) != 0 {
		t.Error("a request that the feed cuts was sent")
	}
	for range 100 {
		s.add()
	}
	if len(s.rows) > maxRows {
		t.Errorf("%d rows", len(s.rows))
	}
}

func TestStepDialogNamesItsFields(t *testing.T) {
	s, _ := stepOn()
	page := app.HTMLString(s)
	for _, want := range []string{`aria-label="Drop code_challenge"`, `aria-label="state"`, `>Send it<`, `aria-labelledby="modal-title"`} {
		if !strings.Contains(strings.Join(strings.Fields(page), ""), strings.Join(strings.Fields(want), "")) {
			t.Errorf("the dialog lacks %s", want)
		}
	}
}
