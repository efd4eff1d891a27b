package resourceserver

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// Bill is a bill of somebody's.
type Bill struct {
	Owner  string `json:"owner"`
	Title  string `json:"title"`
	Amount string `json:"amount"` // with its currency: "84.20 EUR"
	Due    string `json:"due"`    // a day, such as "2026-12-15"
}

// Appointment is one line of somebody's calendar.
type Appointment struct {
	Owner   string    `json:"owner"`
	Day     string    `json:"day"` // such as "2026-12-03"
	Title   string    `json:"title"`
	Written time.Time `json:"written,omitzero"` // of one that came by the API
}

// Bills is what the token's user owes.
type Bills struct {
	Owner string `json:"owner"` // the user's subject
	Bills []Bill `json:"bills"`
}

// Appointments is the token's user's calendar.
type Appointments struct {
	Owner        string        `json:"owner"` // the user's subject
	Appointments []Appointment `json:"appointments"`
}

// NewAppointment is the body of a request that writes into the calendar.
type NewAppointment struct {
	Day   string `json:"day"`
	Title string `json:"title"`
}

const maxAppointments = 64 // the oldest are forgotten first

// firstBills are those of a lab's first day.
func firstBills() []Bill {
	return []Bill{
		{"alice", "Electricity, November", "84.20 EUR", "2026-12-15"},
		{"alice", "Lawyer, first consultation", "240.00 EUR", "2026-12-20"},
		{"bob", "Bicycle, second instalment", "150.00 EUR", "2026-12-01"},
		{"carol", "Choir, yearly fee", "60.00 EUR", "2027-01-10"},
		{"mallory", "Postbox, rent", "12.00 EUR", "2026-12-31"},
	}
}

// firstAppointments are those of a lab's first day.
func firstAppointments() []Appointment {
	return []Appointment{
		{Owner: "alice", Day: "2026-12-03", Title: "Dentist at two"},
		{Owner: "alice", Day: "2026-12-24", Title: "Away until 2 January, nobody at home"},
		{Owner: "bob", Day: "2026-12-05", Title: "Turn the compost"},
		{Owner: "carol", Day: "2026-12-13", Title: "Concert in the old station"},
		{Owner: "mallory", Day: "2026-12-25", Title: "Visit to an empty house"},
	}
}

// billing answers with the user's bills.
func (s *Server) billing(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	return s.serve(w, r, t, http.StatusOK, access{lab.Billing, "read", audienceOfBilling}, func(state *State, _ *lab.Handling, subject string) (any, *endpoint.Error) {
		return Bills{Owner: subject, Bills: of(subject, state.bills(), func(b Bill) string { return b.Owner })}, nil
	})
}

// calendar answers with the user's appointments.
func (s *Server) calendar(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	return s.serve(w, r, t, http.StatusOK, access{lab.Calendar, "read", audienceOfCalendar}, func(state *State, _ *lab.Handling, subject string) (any, *endpoint.Error) {
		return Appointments{Owner: subject, Appointments: of(subject, state.appointments(), func(a Appointment) string { return a.Owner })}, nil
	})
}

// appoint keeps a new appointment. Who the user is, the token says.
func (s *Server) appoint(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	asked, wrong := readAppointment(r)
	return s.serve(w, r, t, http.StatusCreated, access{lab.Calendar, "write", audienceOfCalendar}, func(state *State, t *lab.Handling, subject string) (any, *endpoint.Error) {
		if wrong != nil {
			return nil, wrong
		}
		one := Appointment{Owner: subject, Day: asked.Day, Title: asked.Title, Written: t.Now()}
		state.Appointments = lab.Keep(state.appointments(), one, maxAppointments)
		t.Changed("appointment", "stored", "", event.ChangeField{Name: "owner", To: one.Owner}, event.ChangeField{Name: "text", To: one.Day + " " + one.Title})
		return one, nil
	})
}

// readAppointment reads an appointment: a day, and one line of text.
func readAppointment(r *http.Request) (NewAppointment, *endpoint.Error) {
	var asked NewAppointment
	if err := endpoint.DecodeJSON(r.Body, &asked); err != nil {
		return asked, endpoint.Invalid("The body is no JSON object with a day and a title.", "Send an object with the members day and title alone (RFC 8259 §4).").Because(err)
	}
	if _, err := time.Parse(time.DateOnly, asked.Day); err != nil {
		return asked, endpoint.Invalid("The day is no date.", "Send it as 2026-12-03 (RFC 3339 §5.6, full-date).")
	}
	asked.Title = strings.TrimSpace(asked.Title)
	if !isLine(asked.Title) {
		return asked, endpoint.Invalid("A title is one line of 1 to 280 bytes.", "Send a shorter text, without line breaks.")
	}
	return asked, nil
}

// bills are all that are kept here; of a lab that an older release began, those of the first day.
func (s *State) bills() []Bill {
	if s.Bills == nil {
		return firstBills()
	}
	return s.Bills
}

// appointments are likewise.
func (s *State) appointments() []Appointment {
	if s.Appointments == nil {
		return firstAppointments()
	}
	return s.Appointments
}

// of returns the things that are somebody's.
func of[T any](subject string, things []T, owner func(T) string) []T {
	return slices.DeleteFunc(append([]T{}, things...), func(one T) bool { return owner(one) != subject })
}
