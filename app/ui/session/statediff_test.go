package session

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
)

func TestLinesThatAreNew(t *testing.T) {
	tests := map[string]struct {
		before, now string
		want        []StateRun
		gone        int
	}{
		"nothing changed":       {"{\n a\n}", "{\n a\n}", []StateRun{{"{\n a\n}", false}}, 0},
		"both are empty":        {"", "", []StateRun{{"", false}}, 0},
		"a line came":           {"{\n a\n}", "{\n a,\n b\n}", []StateRun{{"{\n a,", false}, {" b", true}, {"}", false}}, 0},
		"a line came first":     {"{\n b\n}", "{\n a,\n b\n}", []StateRun{{"{", false}, {" a,", true}, {" b\n}", false}}, 0},
		"a line went":           {"{\n a,\n b\n}", "{\n a\n}", []StateRun{{"{\n a\n}", false}}, 1},
		"a line is different":   {"{\n a: 1\n}", "{\n a: 2\n}", []StateRun{{"{", false}, {" a: 2", true}, {"}", false}}, 1},
		"two places":            {"a\nb\nc\nd\ne", "a\nB\nc\nD\ne", []StateRun{{"a", false}, {"B", true}, {"c", false}, {"D", true}, {"e", false}}, 2},
		"lines that are alike":  {"[\n {\n x\n }\n]", "[\n {\n x\n },\n {\n x\n }\n]", []StateRun{{"[\n {\n x\n },", false}, {" {\n x\n }", true}, {"]", false}}, 0},
		"everything is another": {"a\nb", "c", []StateRun{{"c", true}}, 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, gone := DiffLines(tt.before, tt.now)
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
	got, gone := DiffLines("{\nsame\n"+a.String()+"}", "{\nsame\n"+b.String()+"}")
	if len(got) != 3 || !got[1].New || gone != 1<<12 {
		t.Errorf("got %d runs, %d gone", len(got), gone)
	}
}
