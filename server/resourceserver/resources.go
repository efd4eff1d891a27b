package resourceserver

import (
	"net/http"
	"strings"
	"unicode"

	"oauthlab/lessons/event"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// Protected is what the token's user keeps here.
type Protected struct {
	Owner  string  `json:"owner"` // the user's subject
	Photos []Photo `json:"photos"`
	Notes  []Note  `json:"notes"`
}

// NewNote is the body of a request that writes a note.
type NewNote struct {
	Text string `json:"text"`
}

// me answers who the token's user is.
func (s *Server) me(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	return s.serve(w, r, t, http.StatusOK, access{lab.Photos, "profile", audienceOfMe}, func(state *State, _ *lab.Handling, subject string) (any, *endpoint.Error) {
		return state.person(subject), nil
	})
}

// protected answers with the user's photos and notes.
func (s *Server) protected(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	return s.serve(w, r, t, http.StatusOK, access{lab.Photos, "read", audienceOfPhotos}, func(state *State, _ *lab.Handling, subject string) (any, *endpoint.Error) {
		return Protected{
			Owner:  subject,
			Photos: of(subject, state.Photos, func(p Photo) string { return p.Owner }),
			Notes:  of(subject, state.Notes, func(n Note) string { return n.Owner }),
		}, nil
	})
}

// write keeps a new note. Who the user is, the token says, and nothing in the request.
func (s *Server) write(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	text, wrong := readNote(r)
	return s.serve(w, r, t, http.StatusCreated, access{lab.Photos, "write", audienceOfPhotos}, func(state *State, t *lab.Handling, subject string) (any, *endpoint.Error) {
		if wrong != nil {
			return nil, wrong
		}
		note := Note{Owner: subject, Text: text, Written: t.Now()}
		state.Notes = lab.Keep(state.Notes, note, maxNotes)
		t.Changed("entry", "stored", "", event.ChangeField{Name: "owner", To: note.Owner}, event.ChangeField{Name: "text", To: note.Text})
		return note, nil
	})
}

// readNote reads a note, which is one line of text.
func readNote(r *http.Request) (string, *endpoint.Error) {
	var note NewNote
	if err := endpoint.DecodeJSON(r.Body, &note); err != nil {
		return "", endpoint.Invalid("The body is no JSON object with a text.", "Send an object with the member text alone, a line of at most 280 bytes (RFC 8259 §4).").Because(err)
	}
	text := strings.TrimSpace(note.Text)
	if !isLine(text) {
		return "", endpoint.Invalid("A note is one line of 1 to 280 bytes.", "Send a shorter text, without line breaks.")
	}
	return text, nil
}

// isLine reports whether a text is one line that can be kept.
func isLine(text string) bool {
	return text != "" && len(text) <= maxNoteText && !strings.ContainsFunc(text, isNoText)
}

// isNoText reports whether a character is a control, or breaks the line.
func isNoText(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) }
