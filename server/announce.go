package main

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"oauthlab/lessons/event"
)

// announce prints where everything is, and how it was set up.
func (h *house) announce(out io.Writer) {
	for _, name := range h.config.Unheard {
		h.log.Warn("there is no flag for this variable; oauthlab help lists the flags", "variable", name)
	}
	c := h.config
	own := c.Origins[event.Lab]
	if c.Log == "json" {
		said := []any{"version", version()}
		for _, p := range c.Parties {
			said = append(said, string(p.ID), c.Origins[p.ID])
		}
		slog.New(slog.NewJSONHandler(out, nil)).Info("open", append(said, "data", c.NATS.Place(c.Data),
			"seeded", h.seeded, "roles", c.Roles.String(), "listen", h.listensOn(), "nats", h.sharedAt(), "ops", h.operatorsAt(), c.asGroup())...)
		return
	}
	fmt.Fprintf(out, "\nOAuth Lab is open: %s%s\n\n", own, c.elsewhere(event.Lab))
	for _, chapter := range h.taught.Chapters {
		if chapter.Tour != "" {
			fmt.Fprintf(out, "  %-26s %s%s?tour=1\n", chapter.Tour, own, chapter.Path)
		}
	}
	for _, p := range c.Parties {
		if p.ID != event.Lab {
			fmt.Fprintf(out, "  %-26s %s%s\n", p.Title, c.Origins[p.ID], c.elsewhere(p.ID))
		}
	}
	if at := h.listensOn(); at != "" {
		fmt.Fprintf(out, "  behind a proxy, on         %s\n", at)
	}
	fmt.Fprintf(out, "  labs are kept in           %s\n", c.NATS.Place(c.Data))
	for _, issuer := range h.seeded {
		fmt.Fprintf(out, "  lab of --seed              %s\n", issuer)
	}
	if at := h.sharedAt(); at != "" {
		fmt.Fprintf(out, "  for other processes        %s\n", at)
	}
	if at := h.operatorsAt(); at != "" {
		fmt.Fprintf(out, "  for operators              http://%s/metrics\n", at)
	}
	if changed := h.config.changed(); changed != "" {
		fmt.Fprintf(out, "  not as by default          %s\n", changed)
	}
	fmt.Fprintln(out)
}

// elsewhere says of a role that another process plays it.
func (c setup) elsewhere(role event.Party) string {
	if c.Roles.Play(role) {
		return ""
	}
	return " (another process)"
}

// listensOn is the address that all parties share, or "".
func (h *house) listensOn() string {
	if h.config.Listen == "" {
		return ""
	}
	return h.listeners[0][0].Addr().String()
}

// sharedAt is where other processes find the NATS server inside this one, or "". Behind
// tls:// they insist on TLS, and on a certificate for that name.
func (h *house) sharedAt() string {
	at := h.store.Address()
	switch {
	case at == "":
		return ""
	case h.config.NATS.Cert != "":
		return "tls://" + at
	}
	return "nats://" + at
}

// operatorsAt is the address of the operators' endpoints, or "".
func (h *house) operatorsAt() string {
	if len(h.operators) == 0 {
		return ""
	}
	return h.operators[0].Addr().String()
}

// asGroup is every setting, for programs.
func (c setup) asGroup() slog.Attr {
	all := make([]any, len(c.Settings))
	for i, s := range c.Settings {
		all[i] = slog.String(s.Name, s.Value)
	}
	return slog.Group("settings", all...)
}

// changed lists the settings that are not as by default, in one line for people; the
// others stand in oauthlab help.
func (c setup) changed() string {
	var list []string
	for _, s := range c.Settings {
		if !s.Default {
			list = append(list, s.Name+"="+s.Value)
		}
	}
	return strings.Join(list, " ")
}
