package resourceserver

import (
	"slices"
	"time"

	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// Kind names the resource server's document in the store.
const Kind store.Kind = "api"

// Bounds of the record. The oldest are forgotten first.
const (
	maxNotes    = 64
	maxLog      = 32
	maxNoteText = 280 // bytes
	maxLine     = 512 // bytes of what the log keeps of a request
)

// State is all that the resource server knows about one lab.
type State struct {
	People []Person `json:"people"`
	Photos []Photo  `json:"photos"`
	Notes  []Note   `json:"notes"`

	// From v09 on; nil of a lab that an older release began, until something changes.
	Bills        []Bill        `json:"bills,omitempty"`
	Appointments []Appointment `json:"appointments,omitempty"`

	Log []Line `json:"log"` // of the requests, the oldest first

	Answers []Answer `json:"answers,omitempty"` // of the authorization server about tokens, from v06 on
	Keys    *KeyList `json:"jwks,omitempty"`    // of the authorization server, from v08 on
}

// Person is someone whose things are here. The API knows people by their subject at the
// authorization server; it has no passwords.
type Person struct {
	Subject string `json:"sub"`
	Name    string `json:"name"`
	Email   string `json:"email"`
}

// Photo is one photo of somebody's.
type Photo struct {
	Owner string `json:"owner"`
	Title string `json:"title"`
	Taken string `json:"taken"` // a day, such as "2026-05-02"
}

// Note is one note of somebody's.
type Note struct {
	Owner   string    `json:"owner"`
	Text    string    `json:"text"`
	Written time.Time `json:"written,omitzero"`
}

// Line is one line of the API's own log.
type Line struct {
	Time   time.Time `json:"time"`
	Method string    `json:"method"`
	URL    string    `json:"url"`
	Token  string    `json:"authorization,omitempty"` // as the log keeps it
	Status int       `json:"status"`

	For string   `json:"for,omitempty"` // the user, where the request was let in, from v10 on
	By  []string `json:"by,omitempty"`  // who acts for her, the last first
}

// newState is a lab's API on its first day.
func newState() State {
	return State{
		People: []Person{
			{"alice", "Alice", "alice@example.com"},
			{"bob", "Bob", "bob@example.com"},
			{"carol", "Carol", "carol@example.com"},
			{"mallory", "Mallory", "mallory@example.net"},
		},
		Photos: []Photo{
			{"alice", "The lake at six in the morning", "2026-05-02"},
			{"alice", "Grandmother's kitchen", "2026-06-14"},
			{"alice", "My passport, page one", "2026-08-30"},
			{"bob", "The new bicycle", "2026-04-11"},
			{"bob", "Rain on the allotment", "2026-09-05"},
			{"carol", "The choir in the old station", "2026-03-21"},
			{"mallory", "An empty room", "2026-01-01"},
		},
		Notes: []Note{
			{Owner: "alice", Text: "The key is under the third flowerpot."},
			{Owner: "bob", Text: "Dentist, Thursday at nine."},
			{Owner: "carol", Text: "Learn the second voice."},
		},
		Bills: firstBills(), Appointments: firstAppointments(),
	}
}

// person returns the one with the subject; one that is not here is called by it.
func (s *State) person(subject string) Person {
	if i := slices.IndexFunc(s.People, func(p Person) bool { return p.Subject == subject }); i >= 0 {
		return s.People[i]
	}
	return Person{Subject: subject, Name: subject}
}

// answer returns what one of the APIs was told last of the token.
func (s *State) answer(token string, by lab.Resource) (Answer, bool) {
	whole, asked := wholeHash(token), askedBy(by)
	return s.answerWhere(func(a Answer) bool { return a.Whole == whole && a.By == asked })
}

// answerAnywhere returns what any of them was told, rather one that says what the token is.
func (s *State) answerAnywhere(token string) (Answer, bool) {
	whole := wholeHash(token)
	if a, told := s.answerWhere(func(a Answer) bool { return a.Whole == whole && a.Active }); told {
		return a, true
	}
	return s.answerWhere(func(a Answer) bool { return a.Whole == whole })
}

func (s *State) answerWhere(is func(Answer) bool) (Answer, bool) {
	if i := slices.IndexFunc(s.Answers, is); i >= 0 {
		return s.Answers[i], true
	}
	return Answer{}, false
}

// remember keeps an answer in place of the one before.
func (s *State) remember(a Answer) {
	s.Answers = slices.DeleteFunc(s.Answers, func(one Answer) bool { return one.Whole == a.Whole && one.By == a.By })
	s.Answers = lab.Keep(s.Answers, a, maxRemembered)
}
