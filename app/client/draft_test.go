package client

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// step has the desk show every request to edit before it goes out.
func (d *desk) step(edit func(Draft) (Draft, error)) (shown *[]Draft) {
	shown = new([]Draft)
	d.Before = func(_ context.Context, r Draft) (Draft, error) {
		*shown = append(*shown, r)
		return edit(r)
	}
	return shown
}

func asItIs(r Draft) (Draft, error) { return r, nil }

func without(r Draft, name string) Draft {
	r.Parameters = slices.DeleteFunc(slices.Clone(r.Parameters), func(p event.Field) bool { return p.Name == name })
	return r
}

func with(r Draft, name, value string) Draft {
	r.Parameters = append(slices.Clone(r.Parameters), event.Field{Name: name, Value: value})
	return r
}

func namesOf(r Draft) string {
	var names []string
	for _, p := range r.Parameters {
		names = append(names, p.Name)
	}
	return strings.Join(names, " ")
}

func TestStepShowsWhatIsSent(t *testing.T) {
	plain, stepped := newDesk(t, nil), newDesk(t, nil)
	shown := stepped.step(asItIs)
	for _, d := range []*desk{plain, stepped} {
		sent := d.begin()
		if _, err := d.Callback(t.Context(), redirectURI+"?code=c-1&state="+sent.Get("state")); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Redeem(t.Context(), "c-1"); err != nil {
			t.Fatal(err)
		}
	}
	if plain.opened[0] != stepped.opened[0] || plain.asked[0].Body != stepped.asked[0].Body || plain.asked[0].URL != stepped.asked[0].URL {
		t.Errorf("stepping alone changed what was sent: %q, %+v", stepped.opened, stepped.asked)
	}
	if len(*shown) != 2 {
		t.Fatalf("%d requests were shown, want 2", len(*shown))
	}
	first, second := (*shown)[0], (*shown)[1]
	if first.Method != "GET" || first.URL != stepped.AuthorizationEndpoint || first.In != InQuery ||
		namesOf(first) != "response_type client_id redirect_uri scope state code_challenge code_challenge_method" {
		t.Errorf("first %+v", first)
	}
	if second.Method != "POST" || second.URL != stepped.TokenEndpoint || second.In != InBody ||
		namesOf(second) != "grant_type code redirect_uri client_id code_verifier" {
		t.Errorf("second %+v", second)
	}
}

func TestStepShowsNothingThatIsNotSent(t *testing.T) {
	d := newDesk(t, guard.Switches{guard.IDPKCEMethod: guard.Nothing, guard.IDStateMethod: guard.Nothing})
	shown := d.step(asItIs)
	d.begin()
	if got := namesOf((*shown)[0]); got != "response_type client_id redirect_uri scope" {
		t.Errorf("shown %q", got)
	}
}

func TestStepEditsTheAuthorizationRequest(t *testing.T) {
	tests := map[string]struct {
		edit func(Draft) Draft
		want map[string]string // "" for absent
	}{
		"a parameter dropped": {func(r Draft) Draft { return without(r, "code_challenge") }, map[string]string{"code_challenge": "", "code_challenge_method": "S256"}},
		"a parameter added":   {func(r Draft) Draft { return with(r, "prompt", "none") }, map[string]string{"prompt": "none", "client_id": "demo-client"}},
		"a name with a sign":  {func(r Draft) Draft { return with(r, "a&b=c", "d e&f=ü#") }, map[string]string{"a&b=c": "d e&f=ü#"}},
		"a value changed":     {func(r Draft) Draft { return with(without(r, "client_id"), "client_id", "'\"<x>\n") }, map[string]string{"client_id": "'\"<x>\n"}},
		"everything dropped":  {func(r Draft) Draft { r.Parameters = nil; return r }, map[string]string{"client_id": ""}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, nil)
			d.step(func(r Draft) (Draft, error) { return tt.edit(r), nil })
			sent := d.begin()
			for name, want := range tt.want {
				if sent.Get(name) != want || sent.Has(name) != (want != "") {
					t.Errorf("%s = %q in %s, want %q", name, sent.Get(name), d.opened[0], want)
				}
			}
			// The authorization server adopts the flow by the announced URL.
			announced := d.events[len(d.events)-1].Note
			if announced.Name != event.NoteOpen || announced.Get("url") != d.opened[0] {
				t.Errorf("announced %+v, opened %s", announced, d.opened[0])
			}
		})
	}
}

// An empty value is sent where somebody asks for it.
func TestStepSendsAnEmptyValue(t *testing.T) {
	d := newDesk(t, nil)
	d.step(func(r Draft) (Draft, error) { return with(r, "scope", ""), nil })
	if sent := d.begin(); !sent.Has("scope") {
		t.Errorf("opened %s", d.opened[0])
	}
}

func TestStepEditsTheTokenRequest(t *testing.T) {
	d := newDesk(t, nil)
	d.step(func(r Draft) (Draft, error) { return with(without(r, "code_verifier"), "code_verifier", "wrong"), nil })
	if _, err := d.Redeem(t.Context(), "c-1"); err != nil {
		t.Fatal(err)
	}
	form, err := url.ParseQuery(d.asked[0].Body)
	if err != nil || form.Get("code_verifier") != "wrong" || form.Get("code") != "c-1" {
		t.Errorf("body %s, %v", d.asked[0].Body, err)
	}
	// A token request in its query shows why it belongs into the body.
	d.step(func(r Draft) (Draft, error) { r.In = InQuery; return r, nil })
	if _, err := d.Redeem(t.Context(), "c-1"); err != nil {
		t.Fatal(err)
	}
	if r := d.asked[1]; r.Body != "" || !strings.HasPrefix(r.URL, d.TokenEndpoint+"?grant_type=") {
		t.Errorf("asked %+v", r)
	}
}

func TestStepThatIsCancelledSendsNothing(t *testing.T) {
	cancelled := errors.New("you cancelled it")
	d := newDesk(t, nil)
	d.step(func(Draft) (Draft, error) { return Draft{}, cancelled })
	if err := d.Begin(t.Context()); !errors.Is(err, cancelled) {
		t.Errorf("Begin = %v", err)
	}
	if len(d.opened) != 0 || len(d.store) != 0 {
		t.Errorf("opened %v, kept %v", d.opened, d.store)
	}
	if got := d.story(); got != "pkce.verifier state.made flow.failed" {
		t.Errorf("recorded %s", got)
	}
	d.events = nil
	if _, err := d.Redeem(t.Context(), "c-1"); !errors.Is(err, cancelled) {
		t.Errorf("Redeem = %v", err)
	}
	if len(d.asked) != 0 || d.story() != "flow.failed" {
		t.Errorf("asked %v, recorded %s", d.asked, d.story())
	}
}
