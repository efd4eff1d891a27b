package attack

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/authserver"
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

// Readings returns what Mallory has read at the API, by the events of a lab's log and by
// what its authorization server knows. What she was handed twice is there once.
func Readings(events []event.Event, auth authserver.State) []Reading {
	var read []Reading
	seen, brought := map[string]bool{}, map[string]string{}
	browsers := Evidence{Events: events}.browsers()
	for _, one := range events {
		if one.Request != nil && one.To == event.API {
			brought[one.ID] = bearerOf(one.Request)
		}
		if one.To != event.Mallory && (one.To != event.Client || browsers[one.Flow] != event.Mallory) {
			continue
		}
		r, is := readingOf(one)
		if name := r.Whose + " " + r.What; is && r.Whose != user && !seen[name] {
			seen[name] = true
			t, known := auth.Token(brought[one.Re])
			r.Allowed = known && t.ClientID == authserver.ClientMallory && guard.Scope(allowed(auth, t), r.needs()) == nil
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
)

// readingOf says what an answer of the API gives away, and whether it is one.
func readingOf(e event.Event) (Reading, bool) {
	if e.From != event.API || e.Response == nil || e.Response.Status != http.StatusOK {
		return Reading{}, false
	}
	var answer struct {
		Owner, Sub, Name, Email string
		Photos                  []struct{ Title string }
		Notes                   []struct{ Text string }
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
	}
	return r, r.Whose != ""
}

// says is a reading as what Mallory gained.
func (r Reading) says() string {
	how := "read at the API."
	if r.Allowed {
		how = "as " + prose.Capital(r.Whose) + " had allowed."
	}
	return prose.Capital(r.Whose) + "'s " + r.What + ", " + how
}
