package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A brief run measures everything that the program serves without a browser, and its
// JSON holds what was printed.
func TestBriefRun(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs the whole program; make test does it")
	}
	binary := filepath.Join(t.TempDir(), "oauthlab")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", binary, "oauthlab/server").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file := filepath.Join(t.TempDir(), "bench.json")
	var printed bytes.Buffer
	if err := run(t.Context(), []string{"-brief", "-binary", binary, "-only", "flows,openid,feed,growth", "-json", file}, &printed); err != nil {
		t.Fatalf("%v\n%s", err, &printed)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var told report
	if err := json.Unmarshal(text, &told); err != nil {
		t.Fatal(err)
	}
	for _, want := range []figure{
		{Part: "flows", Name: "2 at once: flows", Unit: "1/s"},
		{Part: "openid", Name: "2 at once: flows", Unit: "1/s"},
		{Part: "openid", Name: "RS256 signatures of this machine, 1 at once", Unit: "1/s"},
		{Part: "feed", Name: "10 labs followed: request to message, 99 of 100", Unit: "ms"},
		{Part: "feed", Name: "10 labs followed: stored for a lab in which a login was begun", Unit: "KiB"},
		{Part: "growth", Name: "10 labs: reset it, median", Unit: "ms"},
	} {
		i := slices.IndexFunc(told.Figures, func(f figure) bool { return f.Part == want.Part && f.Name == want.Name })
		if i < 0 {
			t.Errorf("there is no figure %q of %s in\n%s", want.Name, want.Part, text)
			continue
		}
		if got := told.Figures[i]; got.Value <= 0 || got.Unit != want.Unit || !strings.Contains(printed.String(), want.Name) {
			t.Errorf("%+v, want a positive one in %s that is printed too:\n%s", got, want.Unit, &printed)
		}
	}
}

func TestPartsAreNamed(t *testing.T) {
	err := run(context.Background(), []string{"-only", "flow"}, new(bytes.Buffer))
	if want := `there is no part "flow": there are flows, openid, feed, growth, page, size`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestPercentile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(100 - i)
	}
	for _, c := range []struct {
		all  []time.Duration
		p    float64
		want time.Duration
	}{
		{hundred, 50, 50}, {hundred, 99, 99}, {hundred, 100, 100},
		{[]time.Duration{7}, 50, 7}, {[]time.Duration{7}, 99, 7}, {[]time.Duration{3, 1, 2}, 50, 2},
	} {
		if got := percentile(slices.Clone(c.all), c.p); got != c.want {
			t.Errorf("%v of 100 among %d values is %d, want %d", c.p, len(c.all), got, c.want)
		}
	}
}

func TestReadable(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 3: "3", 0.123: "0.12", 9.876: "9.88", 45.67: "45.7", 1234.5: "1234"} {
		if got := readable(v); got != want {
			t.Errorf("%v reads %s, want %s", v, got, want)
		}
	}
}

// The first error ends the work, and nobody is left waiting.
func TestInParallelStops(t *testing.T) {
	failed := os.ErrNotExist
	if err := inParallel(1000, 3, func(i int) error {
		if i == 5 {
			return failed
		}
		return nil
	}); err != failed {
		t.Errorf("got %v, want %v", err, failed)
	}
}
