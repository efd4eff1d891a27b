package endpoint

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// tea is a request that no server of ours takes.
type tea struct {
	Leaf  string `form:"leaf"`
	Story string `form:"story,prose"`
	Milk  string `form:"milk" feature:"token-endpoint"`
}

// menu is a metadata document.
type menu struct {
	Issuer string `json:"issuer"`
	Pot    string `json:"pot_endpoint,omitempty"`
}

func pots(poured *[]tea) []Row {
	return []Row{
		{Method: http.MethodGet, Path: "/{lab}/pot", Caller: Client, Serve: Plain(func(http.ResponseWriter, *http.Request, *lab.Handling) error { return nil })},
		{Method: http.MethodGet, Path: "/{lab}/cup", Caller: Client},
		{
			Method: http.MethodPost, Path: "/{lab}/pot", Caller: Client, Feature: guard.TokenEndpoint, Metadata: "pot_endpoint",
			Serve: Form(func(_ http.ResponseWriter, _ *http.Request, _ *lab.Handling, req tea) error {
				*poured = append(*poured, req)
				return nil
			}),
		},
	}
}

// A made-up endpoint is its row, and nothing else.
func TestARowIsEnough(t *testing.T) {
	var poured []tea
	table := pots(&poured)
	paths := Paths(table)
	if len(paths) != 2 || paths[0].Pattern() != "/{lab}/pot" || !slices.Equal(paths[0].Methods(), []string{"GET", "POST"}) {
		t.Fatalf("the paths are %v", paths)
	}
	r := httptest.NewRequest("POST", "/x/pot", strings.NewReader(url.Values{"leaf": {"assam"}, "milk": {"no"}, "story": {"a\nb"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	in := func(chapter string) *lab.Handling {
		return &lab.Handling{Lab: &lab.Lab{Settings: lab.Settings{Chapter: chapter}}}
	}
	if err := paths[0].Do(httptest.NewRecorder(), r, in("v03")); err != nil || len(poured) != 1 || poured[0] != (tea{"assam", "a\nb", "no"}) {
		t.Errorf("poured %+v, %v", poured, err)
	}
	if err := paths[0].Do(httptest.NewRecorder(), httptest.NewRequest("HEAD", "/x/pot", nil), in("v03")); err != nil {
		t.Errorf("HEAD is answered with %v", err)
	}
	var e *Error
	if err := paths[0].Do(httptest.NewRecorder(), httptest.NewRequest("PUT", "/x/pot", nil), in("v03")); !errors.As(err, &e) ||
		e.Status != http.StatusMethodNotAllowed || e.Header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("PUT is answered with %+v", err)
	}
	if err := paths[1].Do(httptest.NewRecorder(), httptest.NewRequest("GET", "/x/cup", nil), in("v03")); !errors.As(err, &e) || e.Status != http.StatusNotFound {
		t.Errorf("what is not there yet is answered with %+v", err)
	}
	var first, third menu
	Announce(&first, table, "https://as.example", guard.Rules{Chapter: "v01"})
	Announce(&third, table, "https://as.example", guard.Rules{Chapter: "v03"})
	if first.Pot != "" || third.Pot != "https://as.example/pot" {
		t.Errorf("the metadata names %q in v01 and %q in v03", first.Pot, third.Pot)
	}
}

func TestWhatIsWrongWithParameters(t *testing.T) {
	req, wrong := Decode[tea](url.Values{"leaf": {"a", "b"}, "milk": {"a", "b"}, "sugar": {"x", "y"}}, guard.Rules{Chapter: "v01"})
	if req != (tea{}) || len(wrong) != 1 || wrong.First() != wrong.Of("milk", "leaf") || wrong.First().Description != "The parameter leaf is sent more than once." {
		t.Errorf("%+v: %+v", req, wrong)
	}
	if wrong.Of("milk") != nil {
		t.Error("a parameter that the chapter does not know is held against the client")
	}
}

func TestMessagesDescribeThemselves(t *testing.T) {
	if names := NamesOf(tea{}); !slices.Equal(names, []string{"leaf", "story", "milk"}) || !IsForm(tea{}) {
		t.Errorf("tea carries %v", names)
	}
	if names := NamesOf(Error{}); !slices.Equal(names, []string{"error", "error_description", "hint", "error_uri"}) || IsForm(Error{}) {
		t.Errorf("an error carries %v", names)
	}
	if got := Encode(tea{Leaf: "assam"}).Encode(); got != "leaf=assam" {
		t.Errorf("encoded as %q", got)
	}
	type TeaRequest struct{}
	if got := TitleOf(TeaRequest{}); got != "Tea request" {
		t.Errorf("titled %q", got)
	}
}
