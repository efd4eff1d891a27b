package dialogs

import (
	"reflect"
	"strings"
	"testing"

	"oauthlab/app/client"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/event"
)

// waitingDraft is a request as the client made it.
var waitingDraft = client.Draft{Method: "GET", URL: "http://auth/authorize", In: client.InQuery, Parameters: []event.Field{
	{Name: "client_id", Value: "demo-client"}, {Name: "state", Value: "<s>"}, {Name: "code_challenge", Value: "c"},
}}

// stepOn is the dialog in which it waits.
func stepOn() *stepDialog {
	c := session.Resume(uitest.Content, func(s *session.Screen) { s.Dialog, s.Draft = session.DialogStep, waitingDraft })
	return &stepDialog{Controller: c, Draft: waitingDraft}
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
			s := stepOn()
			tt.do(s)
			if got := s.named(); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("sent %+v", got)
			}
			if (s.Draft.Parameters[2] != event.Field{Name: "code_challenge", Value: "c"}) {
				t.Error("the client's own request was changed")
			}
			s.send()
			if s.Controller.Screen().Dialog != session.DialogNone {
				t.Error("the dialog stays")
			}
		})
	}
}

func TestStepDialogBoundsWhatIsSent(t *testing.T) {
	s := stepOn()
	s.change(1, event.Field{Name: "state", Value: strings.Repeat("ü", 700)})
	if s.send(); s.problem() == "" || s.Controller.Screen().Dialog != session.DialogStep {
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
	c := stepOn().Controller
	page := uitest.HTML(Dialog(c, c.Screen()))
	for _, want := range []string{`aria-label="Drop code_challenge"`, `aria-label="state"`, `>Send it<`, `aria-labelledby="modal-title"`} {
		if !strings.Contains(strings.Join(strings.Fields(page), ""), strings.Join(strings.Fields(want), "")) {
			t.Errorf("the dialog lacks %s", want)
		}
	}
}
