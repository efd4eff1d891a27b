package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"oauthlab/app/timeline"
	uipage "oauthlab/app/ui/page"
	"oauthlab/app/ui/session"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
	"oauthlab/server/robot"
)

// What a learner shares of a lab that is full of secrets, as links and as text, has none of
// them: no id, key, code, token or anything else that is another in each lab.
func TestWhatIsSharedHasNothingOfTheLab(t *testing.T) {
	h := openHouse(t)
	word := regexp.MustCompile(`[A-Za-z0-9_-]{12,}`)
	for _, chapter := range []string{"v03", "v05", "v07", "v10"} {
		t.Run(chapter, func(t *testing.T) {
			i := slices.IndexFunc(h.taught.Chapters, func(c load.Chapter) bool { return c.ID == chapter })
			c := h.taught.Chapters[i]
			made, key, err := h.labs.Create(t.Context(), chapter)
			if err != nil {
				t.Fatal(err)
			}
			at := h.config.Origins[event.Lab] + "/api/labs/" + made.ID.String()
			ask := func(method, path, body string) string {
				t.Helper()
				r := h.ask(t, method, at+path, body, "Authorization", "Bearer "+key)
				if r.status >= 300 {
					t.Fatalf("%s %s is answered %d %s", method, path, r.status, r.body)
				}
				return r.body
			}
			own := ask(http.MethodPost, "/clients", `{"name":"Mine","redirect_uris":["http://127.0.0.1:3000/cb"]}`)
			script, _ := robot.FindScript(c.Script)
			if err := robot.New(h.labs, made, h.attacks.InternalSenders, event.Browser, "alice").Play(t.Context(), script); err != nil {
				t.Fatal(err)
			}
			known := map[string]bool{c.Path[1:]: true}
			for _, id := range c.Attacks {
				ask(http.MethodPost, "/attacks/"+id, "")
				known[id] = true
			}
			ask(http.MethodPatch, "", `{"clock_offset_seconds":3600,"protections":{"pkce":false},"settings":{"sign-in":"form"}}`)

			var l api.Lab
			if err := json.Unmarshal([]byte(ask(http.MethodGet, "", "")), &l); err != nil {
				t.Fatal(err)
			}
			l.Key = key
			log := h.logOf(t, made.ID)
			content := uipage.Content{Path: c.Path, Chapter: c.Chapter}
			shared := map[string]string{}
			for name, which := range map[string]session.Share{"the view": session.ShareView, "the state": session.ShareState, "an assignment": session.ShareAssign} {
				s := session.Resume(content, func(s *session.Screen) { s.Lab, s.Open, s.OwnClients = l, true, 1 }, log...)
				shared[name] = s.LinkTo(which) + " " + strings.Join(s.Carries(which), " ")
				shared["what changed"] = s.ChangedText()
			}
			if !strings.Contains(shared["the state"], "clock=3600&off=pkce") || !strings.Contains(shared["what changed"], "Attack “") {
				t.Fatalf("it shares %q", shared)
			}

			for _, p := range guard.Catalogue() {
				known[p.ID] = true
				for _, part := range p.Parts {
					for _, text := range append([]string{string(part.ID)}, part.Values...) {
						for _, w := range word.FindAllString(text, -1) {
							known[w] = true
						}
					}
				}
			}
			held, err := json.Marshal(log)
			if err != nil {
				t.Fatal(err)
			}
			secrets := []string{made.ID.String(), key}
			for _, w := range word.FindAllString(string(held)+own+ask(http.MethodGet, "/state", ""), -1) {
				if strings.ContainsAny(w, "0123456789") && !known[w] {
					secrets = append(secrets, w)
				}
			}
			if len(secrets) < 40 {
				t.Errorf("the lab has only %d secrets", len(secrets))
			}
			for name, text := range shared {
				for _, secret := range secrets {
					if strings.Contains(text, secret) {
						t.Errorf("%s has %q: %s", name, secret, text)
					}
				}
			}
			t.Logf("%d secrets are in none of %d texts; the last line that happened: %s", len(secrets), len(shared), last(timeline.Happened(log, timeline.SinceOpened)))
		})
	}
}

func last(lines []string) string { return lines[len(lines)-1] }
