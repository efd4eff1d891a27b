// Package snippet writes programs that a learner takes away: a recorded request, to be
// sent again by curl, Go, JavaScript or Python, and a client of an OAuth library that is
// pointed at a lab. It owns how a value is quoted in each language. It knows nothing of
// HTTP, pages or documents.
package snippet

// Snippet is a text to be pasted into a file or a terminal.
type Snippet struct {
	ID      string   // such as "curl" or "openid-client"
	Title   string   // such as "JavaScript", or "Go · golang.org/x/oauth2 v0.38.0"
	Text    string   // valid UTF-8, without control characters but newline and tab; HTML must be escaped; "" where there is no program, as the notes say
	Install string   // the command that gets what it needs; "" where nothing is needed
	Notes   []string // sentences: what must be known before it is run
}
