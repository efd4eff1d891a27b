package ui

import (
	"regexp"
	"strings"
	"testing"

	"oauthlab/app/ui/session"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/event"
)

var tourMark = regexp.MustCompile(`data-tour="next"`)

// What nextStop names wears the mark on the page, and nothing else does.
func TestTheMarkIsOnThePage(t *testing.T) {
	tests := map[string]struct {
		set  func(*session.Screen)
		log  []event.Event
		does func(*session.Controller)
		want string // before the mark, in the same tag or the words after it
	}{
		"the flow":     {want: "Run the flow"},
		"the frame":    {set: func(s *session.Screen) { s.Frame = session.FrameHere }, want: "Alice&#39;s browser"},
		"the guess":    {log: uitest.Logged(uitest.Tokens()), want: "Nothing"},
		"the switch":   {log: uitest.Logged(uitest.Tokens()), does: func(c *session.Controller) { c.Answer("break", 0) }, want: "Switch PKCE off"},
		"without tour": {set: func(s *session.Screen) { s.Touring = false }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := openPage(uitest.LabWith(), func(s *session.Screen) {
				s.Touring = true
				if tt.set != nil {
					tt.set(s)
				}
			}, tt.log...)
			if tt.does != nil {
				tt.does(p.controller)
			}
			page := uitest.HTML(p)
			if got, want := len(tourMark.FindAllString(page, -1)), min(1, len(tt.want)); got != want {
				t.Fatalf("%d marks, want %d", got, want)
			}
			if tt.want == "" {
				return
			}
			at := tourMark.FindStringIndex(page)[0]
			around := page[strings.LastIndex(page[:at], "<"):min(len(page), at+700)]
			if !strings.Contains(around, tt.want) && !strings.Contains(around, strings.ReplaceAll(tt.want, "&#39;", "'")) {
				t.Errorf("the mark is on %s", around)
			}
		})
	}
}

func TestRightColumnOpensWhenItIsTimeToBreak(t *testing.T) {
	touring := func(s *session.Screen) { s.Touring = true }
	if !strings.Contains(uitest.HTML(openPage(uitest.LabWith(), touring)), "is-early") {
		t.Error("the right column is open before the flow ran")
	}
	if strings.Contains(uitest.HTML(openPage(uitest.LabWith(), touring, uitest.Tokens())), "is-early") {
		t.Error("the right column is closed after the flow ran")
	}
}
