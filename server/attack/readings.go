package attack

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/authserver"
	"oauthlab/server/lab"
)

// Reading is what the API handed to Mallory of somebody else's: to herself, or to the
// client in her browser.
type Reading struct {
	Whose string   // the user whose it is
	What  string   // in words that end a sentence: "photos and notes"
	Items []string // the things themselves
	Seq   uint64   // position of the answer
	At    time.Time

	Allowed bool // its user had let Mallory's app see it
}

// Readings returns what Mallory has read at the lab's APIs, by the events of its log and by
// what its authorization server knows. What she was handed twice is there once.
func Readings(events []event.Event, auth authserver.State, l *lab.Lab) []Reading {
	return Evidence{Events: events, Auth: auth, lab: l}.readings()
}

func (e Evidence) readings() []Reading {
	var read []Reading
	seen, brought := map[string]bool{}, map[string]string{}
	browsers := e.browsers()
	for _, one := range e.Events {
		if one.Request != nil && one.To == event.API {
			brought[one.ID] = bearerOf(one.Request)
		}
		if one.To != event.Mallory && (one.To != event.Client || browsers[one.Flow] != event.Mallory) {
			continue
		}
		r, is := readingOf(one)
		if name := r.Whose + " " + r.What; is && r.Whose != user && !seen[name] {
			seen[name] = true
			t, known := e.Auth.Token(brought[one.Re])
			r.Allowed = known && t.Act == nil && t.ClientID == authserver.ClientMallory && guard.Scope(allowed(e.Auth, t), r.needs()) == nil && e.toldOf(t, r)
			read = append(read, r)
		}
	}
	return read
}

// allowed is the scope that the user gave when the token's login began: a refresh may have
// got more.
func allowed(auth authserver.State, t authserver.Token) string {
	for _, c := range auth.Codes {
		if c.Value == t.Code {
			return c.Scope
		}
	}
	return t.Scope
}

// toldOf reports whether the user was told, when the token's login began, that it is about the
// API which keeps such a thing (RFC 8707 §2.1).
func (e Evidence) toldOf(t authserver.Token, r Reading) bool {
	at := lab.Photos
	switch r.What {
	case bills:
		at = lab.Billing
	case appointments:
		at = lab.Calendar
	}
	for _, c := range e.Auth.Codes {
		if c.Value == t.Code && c.Resources != nil {
			return slices.Contains(c.Resources, e.lab.Resource(at))
		}
	}
	return true
}

// bearerOf returns the token in a request's header (RFC 6750 §2.1), or "".
func bearerOf(r *event.Request) string {
	for _, h := range r.Header {
		if token, has := strings.CutPrefix(h.Value, "Bearer "); has && h.Name == "Authorization" {
			return token
		}
	}
	return ""
}

// needs is the scope that such a thing needs.
func (r Reading) needs() string {
	if r.What == whoThatIs {
		return "profile"
	}
	return "read"
}

// What there is to read at the API.
const (
	whoThatIs = "name and e-mail address"
	things    = "photos and notes"

	bills        = "bills"
	appointments = "appointments"
)

// readingOf says what an answer of the API gives away, and whether it is one.
func readingOf(e event.Event) (Reading, bool) {
	if e.Response == nil || e.Response.Status != http.StatusOK {
		return Reading{}, false
	}
	if e.From == event.Agent {
		return readOut(e)
	}
	if e.From != event.API {
		return Reading{}, false
	}
	var answer struct {
		Owner, Sub, Name, Email string
		Photos                  []struct{ Title string }
		Notes                   []struct{ Text string }
		Bills                   []struct{ Title, Amount string }
		Appointments            []struct{ Day, Title string }
	}
	if json.Unmarshal([]byte(e.Response.Body), &answer) != nil {
		return Reading{}, false
	}
	r := Reading{Whose: answer.Sub, What: whoThatIs, Items: []string{answer.Name, answer.Email}, Seq: e.Seq, At: e.Time}
	if answer.Owner != "" {
		r.Whose, r.What, r.Items = answer.Owner, things, nil
		for _, p := range answer.Photos {
			r.Items = append(r.Items, p.Title)
		}
		for _, n := range answer.Notes {
			r.Items = append(r.Items, n.Text)
		}
		for _, b := range answer.Bills {
			r.What, r.Items = bills, append(r.Items, b.Title+", "+b.Amount)
		}
		for _, a := range answer.Appointments {
			r.What, r.Items = appointments, append(r.Items, a.Day+": "+a.Title)
		}
	}
	return r, r.Whose != ""
}

// readOut is what the agent read out.
func readOut(e event.Event) (Reading, bool) {
	var report client.Report
	if json.Unmarshal([]byte(e.Response.Body), &report) != nil || len(report.Appointments) == 0 {
		return Reading{}, false
	}
	return Reading{Whose: report.Owner, What: appointments, Items: report.Appointments, Seq: e.Seq, At: e.Time}, true
}

// says is a reading as what Mallory gained.
func (r Reading) says() string {
	how := "read at the API."
	if r.Allowed {
		how = "as " + prose.Capital(r.Whose) + " had allowed."
	}
	return prose.Capital(r.Whose) + "'s " + r.What + ", " + how
}
