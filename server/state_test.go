package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/attack"
	"oauthlab/server/lab"
	"oauthlab/server/robot"
)

func TestLook(t *testing.T) {
	h := openHouse(t)
	l, key, err := h.labs.Create(t.Context(), "v03")
	if err != nil {
		t.Fatal(err)
	}
	r := robot.New(h.labs, l, h.attacks.InternalSenders, event.Browser, "alice")
	cb, err := r.SignIn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Finish(t.Context(), cb); err != nil {
		t.Fatal(err)
	}
	got := h.ask(t, "GET", h.config.Origins[event.Lab]+"/api/labs/"+l.ID.String()+"/state/tables", "", "Authorization", "Bearer "+key)
	var s api.Sheets
	json.Unmarshal([]byte(got.body), &s)
	for _, p := range s.Parties {
		t.Log(p.Title, p.Body)
	}
	_ = html.Parse
	_ = http.StatusOK
	_ = strings.Cut
	_ = guard.IDPKCE
	_ = attack.Find
	_ = lab.AllParties
}
