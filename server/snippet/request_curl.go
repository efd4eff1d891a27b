package snippet

import (
	"strings"

	"oauthlab/lessons/event"
)

// curl sends the request by a command for a shell.
func curl(r *event.Request) Snippet {
	as := read(r, anyRune)
	first := "curl -i"
	if strings.ContainsAny(as.URL(), "[]{}") {
		first += " --globoff" // curl would take them for ranges
	}
	if hasDots(as.Target) {
		first += " --path-as-is"
	}
	words := []string{first + method(as) + " " + word(as.URL())}
	for _, f := range as.Header {
		words = append(words, "-H "+word(f.Name+": "+f.Value))
	}
	if as.Body != "" && !as.Typed {
		words = append(words, "-H 'Content-Type:'") // or curl says that it is a form
	}
	switch {
	case as.Body == "":
	case allVisible(as.Body):
		words = append(words, "--data-raw "+shell(as.Body))
	default: // no word of a shell can hold it, or no reader would see it
		words[0] = printf(as.Body) + " | " + words[0]
		words = append(words, "--data-binary @-")
	}
	return Snippet{ID: "curl", Title: "curl", Text: strings.Join(words, " \\\n  "), Notes: commonNotes(r, as)}
}

// method returns the option that names the method, where curl would not choose it by
// itself.
func method(r request) string {
	switch {
	case r.Method == "HEAD" && r.Body == "":
		return " --head"
	case r.Method == "GET" && r.Body == "", r.Method == "POST" && r.Body != "":
		return ""
	}
	return " -X " + word(r.Method)
}

// hasDots reports whether the path has a segment that clients resolve (RFC 3986 §5.2.4).
func hasDots(target string) bool {
	path, _, _ := strings.Cut(target, "?")
	for segment := range strings.SplitSeq(strings.ReplaceAll(strings.ToLower(path), "%2e", "."), "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}
