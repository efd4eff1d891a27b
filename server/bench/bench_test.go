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

	"oauthlab/lessons/api"
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

// What the class is held to is told apart.
func TestAPageThatShowsAnotherLogIsFound(t *testing.T) {
	want := []drawn{{"Alice signs in", []string{"1 open", "2 GET /authorize state=a…"}}, {"An attack", []string{"3 leak"}}}
	for name, tt := range map[string]struct {
		shown []drawn
		is    bool
	}{
		"the same":              {want, true},
		"the end of a band":     {[]drawn{{"Alice signs in", want[0].Rows[1:]}, want[1]}, true},
		"the begin of a band":   {[]drawn{{"Alice signs in", want[0].Rows[:1]}, want[1]}, false},
		"a folded band":         {[]drawn{{"Alice signs in", nil}, want[1]}, false},
		"another value":         {[]drawn{{"Alice signs in", []string{"1 open", "2 GET /authorize state=b…"}}, want[1]}, false},
		"another position":      {[]drawn{want[0], {"An attack", []string{"4 leak"}}}, false},
		"a band less":           {want[:1], false},
		"a band more":           {append(slices.Clone(want), want[0]), false},
		"another band":          {[]drawn{want[0], {"Another attack", want[1].Rows}}, false},
		"more than the log has": {[]drawn{want[0], {"An attack", []string{"2 x", "3 leak"}}}, false},
		"nothing":               {nil, false},
	} {
		if same(tt.shown, want) != tt.is {
			t.Errorf("%s: %v", name, !tt.is)
		}
	}
	if same(nil, nil) {
		t.Error("an empty page is like an empty log")
	}
}

func TestLearnersWhoShareALabAreFound(t *testing.T) {
	in := func(id, log string) *pupil { return &pupil{lab: api.Lab{ID: id}, log: []byte(log)} }
	for name, tt := range map[string]struct {
		class []*pupil
		apart bool
	}{
		"each in their own":   {[]*pupil{in("a1", "GET /a1/authorize"), in("b2", "GET /b2/authorize")}, true},
		"two in one":          {[]*pupil{in("a1", ""), in("b2", ""), in("a1", "")}, false},
		"one in another's":    {[]*pupil{in("a1", "GET /b2/authorize"), in("b2", "")}, false},
		"another in this one": {[]*pupil{in("a1", ""), in("b2", "GET /a1/authorize")}, false},
	} {
		if err := isolated(tt.class); (err == nil) != tt.apart {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPartsAreNamed(t *testing.T) {
	err := run(context.Background(), []string{"-only", "flow"}, new(bytes.Buffer))
	if want := `there is no part "flow": there are flows, openid, feed, growth, page, class, size`; err == nil || err.Error() != want {
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
