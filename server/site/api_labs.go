package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/frame"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/attack"
	"oauthlab/server/authserver"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// view puts a lab into the shape of the API.
func view(l *lab.Lab) api.Lab {
	v := api.Lab{
		ID:                    l.ID.String(),
		Issuer:                l.Issuer(),
		AuthorizationEndpoint: l.Issuer() + "/authorize",
		Resource:              l.API() + "/api/me", // from v04 on
		ClientID:              authserver.ClientDemo,
		RedirectURI:           l.Origins.RedirectURI(),
		Mallory:               l.Origins.MallorySite(l.ID),
		Chapter:               l.Settings.Chapter,
		Version:               l.Settings.StandsOn(),
		Protections:           map[string]api.Protection{},
		Settings:              map[string]string{},
		ClockOffsetSeconds:    int64(l.Settings.ClockOffset / time.Second),
	}
	if l.Settings.Rules().Offers(guard.TokenEndpoint) {
		v.TokenEndpoint = l.Issuer() + "/token"
	}
	rules := l.Settings.Rules()
	if rules.Offers(guard.ConfidentialClients) {
		v.Webapp = l.Origins.WebApp(l.ID)
	}
	if rules.Offers(guard.Agents) {
		v.Agent = l.Origins.AgentSite(l.ID)
	}
	for _, p := range guard.Catalogue() {
		if !p.TaughtIn(rules.Chapter) {
			continue
		}
		parts := map[string]any{}
		for _, part := range p.Parts {
			switch {
			case !rules.Has(part.ID):
			case part.Kind == guard.Setting:
				v.Settings[string(part.ID)] = rules.Value(part.ID)
			default:
				parts[string(part.ID)] = rules.Setting(part)
			}
		}
		if len(parts) > 0 {
			v.Protections[p.ID] = api.Protection{On: l.Settings.Switches.ProtectionOn(p), Parts: parts}
		}
	}
	return v
}

func (a *API) create(w http.ResponseWriter, r *http.Request, _ *lab.Handling, body api.Create) error {
	if err := a.admit(r); err != nil {
		return err
	}
	l, key, err := a.Labs.Create(r.Context(), body.Chapter)
	if errors.Is(err, lab.ErrUnknownChapter) {
		return a.unknownChapter()
	}
	if err != nil {
		return err
	}
	v := view(l)
	v.Key, v.Page = key, a.pageOf(l, key)
	w.Header().Set("Location", "/api/labs/"+v.ID)
	endpoint.WriteJSON(w, http.StatusCreated, v)
	return nil
}

// pageOf is the address that opens the lab in a browser. The key stands behind the #, which
// no request carries (RFC 3986 §3.5), and the page takes it out at once.
func (a *API) pageOf(l *lab.Lab, key string) string {
	i := slices.IndexFunc(a.Chapters, func(c lessons.Chapter) bool { return c.ID == l.Settings.Chapter })
	return l.Origins[event.Lab] + a.Chapters[i].Path + "#lab=" + l.ID.String() + "." + key
}

func (a *API) unknownChapter() *endpoint.Error {
	ids := make([]string, len(a.Chapters))
	for i, c := range a.Chapters {
		ids[i] = c.ID
	}
	return endpoint.Refuse(http.StatusBadRequest, "unknown_chapter",
		"The field chapter does not name a chapter of this lab.", "There is "+strings.Join(ids, ", ")+".")
}

func (a *API) read(w http.ResponseWriter, _ *http.Request, t *lab.Handling) error {
	endpoint.WriteJSON(w, http.StatusOK, view(t.Lab))
	return nil
}

func (a *API) patch(w http.ResponseWriter, r *http.Request, t *lab.Handling, body api.Patch) error {
	version := t.Settings.StandsOn()
	if body.Chapter != nil {
		version = a.Labs.VersionOf(*body.Chapter)
	}
	change := lab.Change{Chapter: body.Chapter, Switches: switcher(body, version)}
	if body.ClockOffsetSeconds != nil {
		offset := time.Duration(*body.ClockOffsetSeconds) * time.Second
		if *body.ClockOffsetSeconds > api.MaxClockOffset || *body.ClockOffsetSeconds < -api.MaxClockOffset {
			return endpoint.Refuse(http.StatusBadRequest, "invalid_clock", "A lab's clock moves by ten years at most.", "Send fewer seconds.")
		}
		change.ClockOffset = &offset
	}
	for name := range body.Settings {
		if part, known := guard.FindPart(guard.ID(name)); !known || part.Kind != guard.Setting {
			return endpoint.Refuse(http.StatusBadRequest, "unknown_setting", fmt.Sprintf("There is no setting %q.", prose.Clip(name, 64, "…")), "GET /api/protections lists the settings among the parts.")
		}
	}
	after, err := a.Labs.Change(r.Context(), t.ID, change)
	var unknown *switchError
	switch {
	case errors.Is(err, lab.ErrUnknownChapter):
		return a.unknownChapter()
	case errors.As(err, &unknown):
		return endpoint.Refuse(http.StatusBadRequest, "unknown_guard", prose.Sentence(unknown.Error()), "GET /api/protections lists protections, guards and what they take.")
	case err != nil:
		return err
	}
	endpoint.WriteJSON(w, http.StatusOK, view(after))
	return nil
}

// switchError is a switch that does not exist or does not take the value.
type switchError struct{ error }

// switcher applies the protections of a patch, then its single guards. What the
// chapter does not have cannot be switched in it.
func switcher(p api.Patch, chapter string) func(guard.Switches) (guard.Switches, error) {
	return func(s guard.Switches) (guard.Switches, error) {
		var err error
		for id, on := range p.Protections {
			if s, err = lab.WithProtection(s, id, on, chapter); err != nil {
				return nil, &switchError{err}
			}
		}
		for id, value := range p.Guards {
			if s, err = lab.WithPart(s, guard.ID(id), value, chapter); err != nil {
				return nil, &switchError{err}
			}
		}
		for id, value := range p.Settings {
			text, err := json.Marshal(value)
			if err == nil {
				s, err = lab.WithPart(s, guard.ID(id), text, chapter)
			}
			if err != nil {
				return nil, &switchError{err}
			}
		}
		return s, nil
	}
}

func (a *API) reset(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	after, err := a.Labs.Reset(r.Context(), t.Lab)
	if err != nil {
		return err
	}
	endpoint.WriteJSON(w, http.StatusOK, view(after))
	return nil
}

// KeyRotation says how the keys are rotated.
type KeyRotation struct {
	Withdraw bool `json:"withdraw"` // the old keys are published no more
}

func (a *API) rotateKeys(w http.ResponseWriter, r *http.Request, t *lab.Handling, how KeyRotation) error {
	as := &lab.Handling{Lab: t.Lab, Party: event.Auth}
	if err := a.Auth.Keys.Rotate(r.Context(), as, "", how.Withdraw); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) forge(w http.ResponseWriter, r *http.Request, t *lab.Handling, f api.Forgery) error {
	forged, err := a.Attacks.Forge(r.Context(), t.Lab, f)
	if errors.Is(err, attack.ErrForgery) {
		return endpoint.Refuse(http.StatusBadRequest, "bad_forgery", "This token cannot be written.", prose.Sentence(err.Error()))
	}
	if err != nil {
		return err
	}
	endpoint.WriteJSON(w, http.StatusOK, forged)
	return nil
}

func (a *API) signOut(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	if err := a.Auth.SignOut(r.Context(), t.Lab); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// events writes what there is of the log, an event a line, as it is kept.
func (a *API) events(w http.ResponseWriter, r *http.Request, t *lab.Handling, q LogQuery) error {
	after, err := position(q.After)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	begun := false
	var gone error // the caller is
	err = a.Labs.Store.Frames(r.Context(), t.ID, after, func(f frame.Frame) error {
		begun = true
		_, gone = w.Write(f.Lines)
		return gone
	})
	if err != nil && begun {
		if gone == nil && r.Context().Err() == nil {
			a.Log.Error("events", "lab", t.ID, "err", err)
		}
		panic(http.ErrAbortHandler) // the caller must see that the list is not whole
	}
	return err
}
