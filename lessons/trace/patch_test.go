package trace_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/trace"
)

func TestPatch(t *testing.T) {
	tests := map[string]struct{ old, new, want string }{
		"nothing": {"", "", ""},
		"a line that is another": {"code = <code-1>\n", "code = 1001\n", `@@ -11 +11 @@ auth -> browser: 303
-    code = <code-1>
+    code = 1001
`},
		"an event less": {"auth: registered-client passed\n", "", `@@ -6 +5,0 @@ auth: registered-client passed
-auth: registered-client passed
`},
		"a line more": {"    Cache-Control: no-store\n", "    Cache-Control: no-store\n    Pragma: no-cache\n", `@@ -10,0 +11 @@ auth -> browser: 303
+    Pragma: no-cache
`},
		"an event before all others": {"client -> browser: open\n", "client: state.made\n    state = <state-1>\nclient -> browser: open\n", `@@ -0,0 +1,2 @@ client -> browser: open
+client: state.made
+    state = <state-1>
`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			i := strings.LastIndex(before, tt.old)
			after := before[:i] + tt.new + before[i+len(tt.old):]
			got := trace.Patch(before, after)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if back, err := trace.Apply(before, got); err != nil || back != after {
				t.Errorf("it makes\n%s(%v), want\n%s", back, err, after)
			}
		})
	}
}

// Whatever two traces are, the patch makes the one of the other, byte for byte.
func TestAPatchMakesTheOtherTrace(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	lines := slices.Collect(strings.Lines(before))
	for range 500 {
		after := slices.Clone(lines)
		for range random.IntN(6) {
			i := random.IntN(len(after) + 1)
			after = slices.Insert(after, i, lines[random.IntN(len(lines))])
			if i = random.IntN(len(after)); random.IntN(2) == 0 {
				after = slices.Delete(after, i, i+1)
			}
		}
		want := strings.Join(after[random.IntN(len(after)):], "")
		if got, err := trace.Apply(before, trace.Patch(before, want)); err != nil || got != want {
			t.Fatalf("it makes\n%s(%v), want\n%s", got, err, want)
		}
	}
}

func TestAPatchThatDoesNotFit(t *testing.T) {
	tests := map[string]struct{ patch, want string }{
		"another line there":     {"@@ -1 +1 @@\n-client -> browser: close\n", `line 2 of the patch: the trace does not have "client -> browser: close" here`},
		"a place behind the end": {"@@ -99 +99 @@\n-x\n", "line 1 of the patch: there is no such place in the trace"},
		"a place before":         {"@@ -3 +3 @@\n-    client_id = demo\n@@ -1 +1 @@\n", "line 3 of the patch: there is no such place in the trace"},
		"no place":               {"@@ here @@\n", "line 1 of the patch: there is no such place in the trace"},
		"no patch":               {before, "line 1 of the patch: it begins with none of @, - and +"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got, err := trace.Apply(before, tt.patch); err == nil || err.Error() != tt.want {
				t.Errorf("got %q and %v, want %s", got, err, tt.want)
			}
		})
	}
}
