package ui

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

func TestLinesThatAreNew(t *testing.T) {
	tests := map[string]struct {
		before, now string
		want        []stateRun
		gone        int
	}{
		"nothing changed":       {"{\n a\n}", "{\n a\n}", []stateRun{{"{\n a\n}", false}}, 0},
		"both are empty":        {"", "", []stateRun{{"", false}}, 0},
		"a line came":           {"{\n a\n}", "{\n a,\n b\n}", []stateRun{{"{\n a,", false}, {" b", true}, {"}", false}}, 0},
		"a line came first":     {"{\n b\n}", "{\n a,\n b\n}", []stateRun{{"{", false}, {" a,", true}, {" b\n}", false}}, 0},
		"a line went":           {"{\n a,\n b\n}", "{\n a\n}", []stateRun{{"{\n a\n}", false}}, 1},
		"a line is different":   {"{\n a: 1\n}", "{\n a: 2\n}", []stateRun{{"{", false}, {" a: 2", true}, {"}", false}}, 1},
		"two places":            {"a\nb\nc\nd\ne", "a\nB\nc\nD\ne", []stateRun{{"a", false}, {"B", true}, {"c", false}, {"D", true}, {"e", false}}, 2},
		"lines that are alike":  {"[\n {\n x\n }\n]", "[\n {\n x\n },\n {\n x\n }\n]", []stateRun{{"[\n {\n x\n },", false}, {" {\n x\n }", true}, {"]", false}}, 0},
		"everything is another": {"a\nb", "c", []stateRun{{"c", true}}, 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, gone := diffLines(tt.before, tt.now)
			if !reflect.DeepEqual(got, tt.want) || gone != tt.gone {
				t.Errorf("got %+v, %d gone; want %+v, %d", got, gone, tt.want, tt.gone)
			}
		})
	}
}

func TestADiffIsBounded(t *testing.T) {
	var a, b strings.Builder
	for i := range 1 << 12 {
		a.WriteString("a" + strconv.Itoa(i) + "\n")
		b.WriteString("b" + strconv.Itoa(i) + "\n")
	}
	got, gone := diffLines("{\nsame\n"+a.String()+"}", "{\nsame\n"+b.String()+"}")
	if len(got) != 3 || !got[1].New || gone != 1<<12 {
		t.Errorf("got %d runs, %d gone", len(got), gone)
	}
}

func TestStateShowsWhatChangedLast(t *testing.T) {
	d := newDesk(testContent)
	d.screen.StateOpen = true
	read := func(auth, client string) string {
		d.takeState(api.State{event.Auth: json.RawMessage(auth), event.Client: json.RawMessage(client)})
		return app.HTMLString(&stateDrawer{Desk: d, State: d.screen.State, Before: d.screen.StateBefore, IsOpen: true, Ready: true})
	}
	count := func(html string) int { return strings.Count(html, "is-new") }
	if html := read(`{"a":1}`, `{}`); count(html) != 0 {
		t.Errorf("the first reading marks something:\n%s", html)
	}
	if html := read(`{"a":2}`, `{}`); count(html) != 1 || !strings.Contains(html, "new: ") || !strings.Contains(html, "1 line is new") {
		t.Errorf("a change is not marked:\n%s", html)
	}
	if html := read(`{"a":2}`, `{"b":1}`); count(html) != 2 {
		t.Errorf("what changed last of one party went with the change of another:\n%s", html)
	}
	if html := read(`{"a":2,"now":"10:00"}`, `{"b":1}`); count(html) != 2 {
		t.Errorf("a line that came is not marked:\n%s", html)
	}
	if html := read(`{"a":2,"now":"10:01"}`, `{"b":1}`); count(html) != 2 || strings.Count(html, "10:01") != 1 {
		t.Errorf("the time of the reading counts as a change:\n%s", html)
	}
	d.clear()
	if html := read(`{"a":3}`, `{}`); count(html) != 0 {
		t.Errorf("a lab that is no more is compared with:\n%s", html)
	}
}
