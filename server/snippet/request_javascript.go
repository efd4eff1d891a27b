package snippet

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"oauthlab/lessons/event"
)

// fetch sends the request by fetch, as Node and browsers have it.
func fetch(r *event.Request) Snippet {
	as := read(r, uriRune)
	var b strings.Builder
	fmt.Fprintf(&b, "const answer = await fetch(%s, {\n  method: %s,\n  redirect: \"manual\",\n", javascript(as.URL()), javascript(as.Method))
	if len(as.Header) > 0 {
		b.WriteString("  headers: {\n")
		for _, f := range as.Header {
			fmt.Fprintf(&b, "    %s: %s,\n", javascript(f.Name), javascriptBytes(f.Value))
		}
		b.WriteString("  },\n")
	}
	bodiless := as.Method == "GET" || as.Method == "HEAD"
	switch {
	case as.Body == "" || bodiless:
	case !utf8.ValidString(as.Body):
		fmt.Fprintf(&b, "  body: Uint8Array.from(%s, (c) => c.charCodeAt(0)),\n", javascriptBytes(as.Body))
	case !as.Typed: // or fetch says that it is text
		fmt.Fprintf(&b, "  body: new TextEncoder().encode(%s),\n", javascript(as.Body))
	default:
		fmt.Fprintf(&b, "  body: %s,\n", javascript(as.Body))
	}
	b.WriteString("});\nconsole.log(answer.status, Object.fromEntries(answer.headers));\nconsole.log(await answer.text());\n")

	notes := append(commonNotes(r, as), "Save it as request.mjs for Node 18 or later. In a browser's console, fetch reads another origin's answer only where CORS allows it, and nothing of a redirect.")
	if as.has("Cookie") || as.has("Origin") {
		notes = append(notes, "A browser sets Cookie and Origin itself, whatever fetch is told (Fetch Standard, forbidden request-headers). Node sends what stands here.")
	}
	if as.Body != "" && bodiless {
		notes = append(notes, "Fetch sends no body with "+as.Method+": the request's is left out.")
	}
	if hasDots(as.Target) {
		notes = append(notes, "Fetch resolves the dots in the path (RFC 3986 §5.2.4), so it asks for another path.")
	}
	if upper := strings.ToUpper(as.Method); slices.Contains([]string{"CONNECT", "TRACE", "TRACK"}, upper) {
		notes = append(notes, "Fetch refuses to send "+upper+".")
	}
	return Snippet{ID: "javascript", Title: "JavaScript", Text: b.String(), Notes: notes}
}
