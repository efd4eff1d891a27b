package snippet

import (
	"fmt"
	"strings"

	"oauthlab/lessons/event"
)

// pythonHTTP sends the request by Python's own http.client, which follows no redirect and
// adds no header that changes the answer.
func pythonHTTP(r *event.Request) Snippet {
	as := read(r, uriRune)
	var b strings.Builder
	class := "HTTPConnection"
	if as.Scheme == "https" {
		class = "HTTPSConnection"
	}
	fmt.Fprintf(&b, "import http.client\n\nconnection = http.client.%s(%s)\nconnection.request(\n    %s,\n    %s,\n", class, python(as.Host), python(as.Method), python(as.Target))
	if as.Body != "" {
		fmt.Fprintf(&b, "    body=b%s,\n", pythonBytes(as.Body))
	}
	if len(as.Header) > 0 {
		b.WriteString("    headers={\n")
		for _, f := range as.Header {
			fmt.Fprintf(&b, "        %s: %s,\n", python(f.Name), pythonBytes(f.Value))
		}
		b.WriteString("    },\n")
	}
	b.WriteString(`)
answer = connection.getresponse()
print(answer.status, answer.reason)
print(answer.headers, end="")
print(answer.read().decode(errors="replace"))
`)
	return Snippet{ID: "python", Title: "Python", Text: b.String(), Notes: commonNotes(r, as)}
}
