package lab

import (
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/server/store"
)

// withClerk is the table with a party more, which is a row and nothing else.
func withClerk(change func(*Party)) Parties {
	clerk := Party{
		ID: "clerk", Title: "clerk", Serves: "the clerk's office", Origin: "http://localhost:8090",
		Framed: true, Fetched: true, Documents: []store.Kind{"clerk"},
	}
	change(&clerk)
	return append(AllParties(), clerk)
}

func TestAMadeUpPartyIsCheckedByItsRow(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Party)
		want   string
	}{
		"on the lab's site":              {func(*Party) {}, ""},
		"on another one":                 {func(p *Party) { p.Origin = "http://127.0.0.1:8090" }, "--clerk http://127.0.0.1:8090 are different sites"},
		"a stranger, on another one":     {func(p *Party) { p.Origin, p.OtherSite = "http://127.0.0.1:8090", true }, ""},
		"a stranger, on the lab's site":  {func(p *Party) { p.OtherSite = true }, "clerk needs another host"},
		"on the origin of somebody else": {func(p *Party) { p.Origin = "http://localhost:8081" }, "--auth and --clerk are both"},
		"on no origin":                   {func(p *Party) { p.Origin = "localhost" }, "--clerk is \"localhost\""},
		"on a host that no policy names": {func(p *Party) { p.Origin = "http://[::1]:8090" }, "--clerk is"},
		"away from this machine by http": {func(p *Party) { p.Origin = "http://clerk.example" }, "must be https"},
	} {
		t.Run(name, func(t *testing.T) {
			table := withClerk(tt.change)
			err := table.Check(table.Defaults())
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("the complaint is %v, want %q", err, tt.want)
			}
		})
	}
}

func TestAMadeUpPartyIsFramedAndAskedByItsRow(t *testing.T) {
	const at = "http://localhost:8090"
	table := withClerk(func(*Party) {})
	o := table.Defaults()
	if !slices.Contains(table.Framed(o), at) || !slices.Contains(table.Fetched(o), at) || table.FrameAncestors(o, "clerk") != o[event.Lab] {
		t.Errorf("framed are %q, asked are %q, and the clerk's pages are framed by %s", table.Framed(o), table.Fetched(o), table.FrameAncestors(o, "clerk"))
	}
	table = withClerk(func(p *Party) { p.Framed, p.Fetched = false, false })
	if slices.Contains(table.Framed(o), at) || slices.Contains(table.Fetched(o), at) || table.FrameAncestors(o, "clerk") != "'none'" {
		t.Errorf("not to be framed or asked, but framed are %q, asked are %q, and the clerk's pages are framed by %s", table.Framed(o), table.Fetched(o), table.FrameAncestors(o, "clerk"))
	}
	if !o.Contains(at + "/page") {
		t.Error("its origin is not among the lab's own")
	}
}

// A process opens the documents of the parties that it plays, and the lab those of all.
func TestWhichDocumentsAProcessOpens(t *testing.T) {
	table := withClerk(func(*Party) {})
	for role, want := range map[event.Party][]store.Kind{
		event.Lab:     {store.Settings, store.Auth, store.Bench, store.Keys, store.API, store.Webapp, store.Agent, "clerk"},
		event.Auth:    {store.Settings, store.Auth, store.Bench, store.Keys, store.API},
		event.Agent:   {store.Settings, store.Agent},
		event.Mallory: {store.Settings},
		"clerk":       {store.Settings, "clerk"},
	} {
		if got := table.Kinds(func(p event.Party) bool { return p == role }); !slices.Equal(got, want) {
			t.Errorf("%s opens %q, want %q", role, got, want)
		}
	}
}

// What the program plays is a party of the screen too.
func TestEveryPartyOfTheProgramIsKnown(t *testing.T) {
	for _, p := range AllParties() {
		if !event.AllParties().Has(p.ID) || p.Title == "" || p.Serves == "" || p.Icon == "" {
			t.Errorf("a row is not whole: %+v", p)
		}
	}
	if err := AllParties().Check(AllParties().Defaults()); err != nil {
		t.Error(err)
	}
}
