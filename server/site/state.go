package site

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"oauthlab/app/timeline"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/attack"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// maxRead bounds how many events of a log are looked at, from its end.
const maxRead = timeline.MaxEvents

// StateQuery says how the state of the parties is to be shown.
type StateQuery struct {
	As   string `form:"as"`   // "json" for the records themselves; "" for tables
	Zone string `form:"zone"` // minutes that the reader's clock is ahead of UTC; "" for none
}

// holdings is what one party holds: as tables, and as JSON.
type holdings struct {
	party event.Party
	title string
	sheet lab.Sheet
	json  any
}

// order has the servers come before the client that is one: what they hold is what is asked
// for most.
func (h holdings) order() int {
	if h.party == event.Webapp {
		return 1
	}
	return 0
}

// state shows the documents by party. The lab's own is what a learner chose,
// without the hash of the key.
func (a *API) state(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	own, err := json.Marshal(map[string]any{
		"chapter": t.Settings.Chapter, "switches": t.Settings.Switches,
		"clock_offset_seconds": int64(t.Settings.ClockOffset / time.Second), "now": t.Now(),
	})
	if err != nil {
		return err
	}
	all := api.State{event.Lab: own}
	for _, d := range a.Labs.Parties {
		if !isThere(t.Lab, d) {
			continue
		}
		if all[d.Party()], err = d.Read(r.Context(), t.Lab); err != nil {
			return err
		}
	}
	endpoint.WriteJSON(w, http.StatusOK, all)
	return nil
}

// isThere reports whether the chapter has the party.
func isThere(l *lab.Lab, d lab.Document) bool {
	return d.Feature() == "" || l.Settings.Rules().Offers(d.Feature())
}

// stateTables shows what the parties hold, for people: their documents, and what the log
// tells of who keeps none.
func (a *API) stateTables(w http.ResponseWriter, r *http.Request, t *lab.Handling, q StateQuery) error {
	zone, err := zoneOf(q.Zone)
	if err != nil {
		return err
	}
	asJSON := q.As == "json"
	all, shown, err := a.holdings(r.Context(), t.Lab, zone, asJSON)
	if err != nil {
		return err
	}
	var answer api.Sheets
	for _, h := range all {
		body, err := shown.body(h, asJSON)
		if err != nil {
			return err
		}
		answer.Sheets = append(answer.Sheets, api.Sheet{ID: string(h.party), Title: h.title, Body: body})
	}
	endpoint.WriteJSON(w, http.StatusOK, answer)
	return nil
}

// zoneOf reads how far a clock is ahead of UTC. No place on earth is a day away.
func zoneOf(text string) (*time.Location, error) {
	minutes := 0
	if text != "" {
		var err error
		if minutes, err = strconv.Atoi(text); err != nil || minutes < -24*60 || minutes > 24*60 {
			return nil, endpoint.Refuse(http.StatusBadRequest, "invalid_zone",
				"The parameter zone is no number of minutes.", "Send how many minutes your clock is ahead of UTC, such as 60.")
		}
	}
	return time.FixedZone("", minutes*60), nil
}

// lately returns the end of the lab's log, since it was reset last.
func (a *API) lately(ctx context.Context, l *lab.Lab) ([]event.Event, error) {
	last, err := a.Labs.Store.Last(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	var events []event.Event
	err = a.Labs.Store.Events(ctx, l.ID, last-min(last, maxRead), func(e event.Event) error {
		events = append(events, e)
		return nil
	})
	return timeline.SinceReset(events), err
}

// holdings returns what the parties hold, and how it is shown: of those that keep records,
// these, as they are kept only where that is asked for; then what the log tells of the client
// in the page, and of Mallory.
func (a *API) holdings(ctx context.Context, l *lab.Lab, zone *time.Location, asJSON bool) ([]holdings, *stateView, error) {
	events, err := a.lately(ctx, l)
	if err != nil {
		return nil, nil, err
	}
	auth, err := a.Auth.State(ctx, l.ID)
	if err != nil {
		return nil, nil, err
	}
	var all []holdings
	for _, row := range event.AllParties() {
		i := slices.IndexFunc(a.Labs.Parties, func(d lab.Document) bool { return d.Party() == row.ID })
		if i < 0 || !isThere(l, a.Labs.Parties[i]) {
			continue
		}
		h := holdings{party: row.ID, title: row.Name}
		if asJSON {
			if h.json, err = a.Labs.Parties[i].Read(ctx, l); err != nil {
				return nil, nil, err
			}
		}
		if h.sheet, err = a.Labs.Parties[i].Sheet(ctx, l); err != nil {
			return nil, nil, err
		}
		all = append(all, h)
	}
	slices.SortStableFunc(all, func(a, b holdings) int { return a.order() - b.order() })
	client := holdings{party: event.Client, title: event.Client.Row().Name}
	client.sheet, client.json = heldByClient(events)
	held, read := attack.Hands(events, auth, l), attack.Readings(events, auth, l)
	mallory := holdings{party: event.Mallory, title: fmt.Sprintf("Mallory's hands · %d", len(held)+len(read))}
	mallory.sheet, mallory.json = heldByMallory(held, read)
	return append(all, client, mallory), newStateView(events, held, l.Now(), zone), nil
}
