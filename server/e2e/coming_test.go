package e2e

import (
	"slices"
	"testing"
)

// What the diagram says will come, in a chapter that nobody has run, is what comes: row for
// row, and as it comes it leaves the rest.
func TestWhatWillComeComes(t *testing.T) {
	p := start(t, t.TempDir())
	for _, path := range []string{"/v01-login-and-code", "/v02-state", "/v03-pkce"} {
		t.Run(path, func(t *testing.T) {
			b := openTab(t)
			b.open(p.lab + path)
			const ghost, rows = `[...document.querySelectorAll(".ghost .label-text")].map(l => l.innerText)`,
				`[...document.querySelectorAll(".rows:not(.ghost) .label-text")].map(l => l.innerText)`
			will := evaluate[[]string](b, ghost)
			if len(will) < 8 {
				t.Fatalf("what will come is %q", will)
			}
			b.shoot("will-come")
			b.press("button", "Run the flow")
			b.until(rows + `.includes("200 login page")`)
			came, left := evaluate[[]string](b, rows), evaluate[[]string](b, ghost)
			if !slices.Equal(slices.Concat(came, left), will) {
				t.Errorf("%q came, %q is left of %q", came, left, will)
			}
			b.shoot("has-begun")
			b.pressInFrame(".alice-frame", "Sign in as Alice")
			b.until(`document.querySelector(".ghost") === null`)
			if came := evaluate[[]string](b, rows); !slices.Equal(came, will) {
				t.Errorf("%q came, of %q", came, will)
			}
		})
	}
}
