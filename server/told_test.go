package main

import (
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/attack"
	"oauthlab/server/prove"
	"oauthlab/server/resourceserver"
	"oauthlab/server/robot"
)

// told is what logs tell, by its name: of a note or a change, the fields seen.
type told map[string]map[string]bool

func (seen told) take(log []event.Event) {
	for _, e := range log {
		name, fields := "", []string(nil)
		switch {
		case e.Note != nil:
			name = e.Note.Name
			for _, f := range e.Note.Fields {
				fields = append(fields, f.Name)
			}
		case e.Change != nil:
			name = string(e.From) + ": " + e.Change.What + " " + e.Change.Action
			for _, f := range e.Change.Fields {
				fields = append(fields, f.Name)
			}
		default:
			continue
		}
		if seen[name] == nil {
			seen[name] = map[string]bool{}
		}
		for _, f := range fields {
			seen[name][f] = true
		}
	}
}

// wants compares what was seen with what a row says.
func (seen told) wants(t *testing.T, name string, fields []string, isMore func(field string) bool) {
	t.Helper()
	got, there := seen[name]
	if !there {
		t.Errorf("nothing tells %q", name)
	}
	for _, f := range fields {
		if !got[f] && there {
			t.Errorf("%s never has the field %s", name, f)
		}
	}
	for f := range got {
		if !slices.Contains(fields, f) && !isMore(f) {
			t.Errorf("%s has a field %s, and its row none", name, f)
		}
	}
	delete(seen, name)
}

// Whatever a lab tells has its row in the tables of notes and changes, with the fields
// that it has; and each row is told by something.
func TestEverythingToldHasItsRow(t *testing.T) {
	h := openHouse(t)
	seen := told{}
	for _, version := range guard.Versions() {
		for _, a := range attack.Catalogue() {
			if a.Chapter > version {
				continue
			}
			for _, values := range []map[guard.ID]string{nil, prove.Without(a, "")} {
				l, err := h.prover().LabWith(t.Context(), version, values)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := h.attacks.Run(t.Context(), l, a); err != nil {
					t.Fatalf("%s: %v", a.ID, err)
				}
				seen.take(h.logOf(t, l.ID))
			}
			if a.Bait != nil {
				l, _ := h.labWithMail(t, a, prove.Without(a, ""))
				seen.take(h.logOf(t, l.ID))
			}
		}
	}
	seen.take(h.misused(t))

	never := func(string) bool { return false }
	for _, name := range event.Notes() {
		seen.wants(t, name, event.NoteRowOf(name).Fields, never)
	}
	for _, r := range event.Changes("", "") {
		seen.wants(t, string(r.From)+": "+r.What+" "+r.Action, r.Fields, func(field string) bool {
			_, is := guard.FindPart(guard.ID(field))
			return is && r.Parts
		})
	}
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		t.Errorf("%q is told, and has no row", name)
	}
}

// misused returns the log of a lab in which everything is tried that no attack does.
func (h *house) misused(t *testing.T) []event.Event {
	t.Helper()
	l := h.newLab(t)
	api, key := h.config.Origins[event.Lab]+"/api/labs/"+l.ID, []string{"Authorization", "Bearer " + l.Key}
	for _, patch := range []string{
		`{"chapter": "v02"}`, `{"chapter": "v03"}`, `{"clock_offset_seconds": 60}`, `{"clock_offset_seconds": 0}`,
		`{"protections": {"redirect-uri": false}}`, `{"protections": {"none": false}}`,
	} {
		h.ask(t, http.MethodPatch, api, patch, key...)
	}
	c := h.ownClient(t, l, "My app", "http://127.0.0.1/cb")
	h.ask(t, http.MethodPatch, api+"/clients/"+c.ClientID, `{"name": "Another name"}`, key...)
	h.ask(t, http.MethodDelete, api+"/clients/"+c.ClientID, "", key...)
	h.ask(t, http.MethodPatch, api, `{"chapter": "v04"}`, key...)
	h.ask(t, http.MethodPatch, api+"/clients/"+h.confidential(t, l).ClientID, `{"new_secret": true}`, key...)
	h.ask(t, http.MethodPatch, api, `{"chapter": "v03"}`, key...)
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	outside := authorization(l)
	outside.Set("redirect_uri", "https://elsewhere.example/")
	h.ask(t, http.MethodGet, l.Issuer+"/authorize?"+outside.Encode(), "")
	at, err := url.Parse(h.ask(t, http.MethodGet, l.Issuer+"/authorize?"+authorization(l).Encode(), "").header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	h.ask(t, http.MethodPost, l.Issuer+"/login", url.Values{
		"request": {at.Query().Get("request")}, "username": {"bob"}, "password": {"wrong"},
	}.Encode(), form...)
	h.signIn(t, l)
	h.ask(t, http.MethodPost, api+"/sign-out", "", key...)
	h.ask(t, http.MethodPost, api+"/reset", "", key...)
	return slices.Concat(h.logOf(t, uuid.MustParse(l.ID)), h.signedOut(t), h.unanswered(t), h.tokenRefused(t))
}

// tokenRefused returns the log of a lab whose client opens an API that its user was not asked about.
func (h *house) tokenRefused(t *testing.T) []event.Event {
	t.Helper()
	l, err := h.prover().LabWith(t.Context(), "v09", map[guard.ID]string{guard.IDResourceAPIs: "photos"})
	if err != nil {
		t.Fatal(err)
	}
	script, _ := robot.FindScript("resources")
	if err := h.prover().Play(t.Context(), l, script); err != nil {
		t.Fatal(err)
	}
	return h.logOf(t, l.ID)
}

// unanswered returns the log of a lab whose API cannot ask the authorization server.
func (h *house) unanswered(t *testing.T) []event.Event {
	t.Helper()
	l, err := h.prover().LabWith(t.Context(), "v06", nil)
	if err != nil {
		t.Fatal(err)
	}
	alone := &resourceserver.Server{
		Origin: h.config.Origins[event.API], Labs: h.labs, InternalSenders: h.attacks.InternalSenders, Log: slog.New(slog.DiscardHandler),
		Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("nobody is there") }),
	}
	r := httptest.NewRequest(http.MethodGet, l.API()+"/api/me", nil)
	r.Header.Set("Authorization", "Bearer any")
	w := httptest.NewRecorder()
	alone.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("an API that cannot ask answers %d %s", w.Code, w.Body)
	}
	return h.logOf(t, l.ID)
}

// roundTripper is a way to nowhere else.
type roundTripper func(*http.Request) (*http.Response, error)

func (way roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return way(r) }

// signedOut returns the log of a lab in which Alice signs in, and out of the client again.
func (h *house) signedOut(t *testing.T) []event.Event {
	t.Helper()
	l, err := h.prover().LabWith(t.Context(), "v04", nil)
	if err != nil {
		t.Fatal(err)
	}
	alice := robot.New(h.labs, l, h.attacks.InternalSenders, event.Browser, "alice")
	callback, err := alice.SignIn(t.Context())
	if err == nil {
		err = alice.Finish(t.Context(), callback)
	}
	if err == nil {
		err = alice.Client.SignOut(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return h.logOf(t, l.ID)
}
