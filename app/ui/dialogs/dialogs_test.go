package dialogs

import (
	"html"
	"slices"
	"strings"
	"testing"

	"oauthlab/app/ui/session"
	"oauthlab/app/ui/uitest"
)

// Every dialog that can be open has its row, and is drawn under its heading.
func TestEveryDialogHasItsRow(t *testing.T) {
	rows := table()
	for name, value := range uitest.Constants(t, "../session/dialogs.go", "Dialog") {
		which := session.Dialog(value)
		if i := slices.IndexFunc(rows, func(r row) bool { return r.dialog == which }); (i < 0) != (which == session.DialogNone) {
			t.Errorf("%s is in row %d", name, i)
		}
	}
	for _, r := range rows {
		c := session.Resume(uitest.Content, func(s *session.Screen) { s.Dialog = r.dialog })
		page := uitest.HTML(Dialog(c, c.Screen()))
		if title := html.EscapeString(r.title(c.Screen())); title == "" || !strings.Contains(page, ">"+title+"<") {
			t.Errorf("%s is not under its heading %q: %s", r.dialog, title, page)
		}
	}
}
