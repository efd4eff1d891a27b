package snippet

import (
	"fmt"
	"strconv"
	"strings"

	"oauthlab/lessons/event"
)

// golang sends the request by net/http. strconv.Quote is Go's own, to the byte.
func golang(r *event.Request) Snippet {
	as := read(r, anyRune)
	var b strings.Builder
	body, imported := "nil", ""
	if as.Body != "" {
		body, imported = "strings.NewReader("+strconv.Quote(as.Body)+")", "\t\"strings\"\n"
	}
	fmt.Fprintf(&b, `package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
%s)

func main() {
	request, err := http.NewRequest(%s, %s, %s)
	if err != nil {
		log.Fatal(err)
	}
`, imported, strconv.Quote(as.Method), strconv.Quote(as.URL()), body)
	for _, f := range as.Header {
		fmt.Fprintf(&b, "\trequest.Header.Set(%s, %s)\n", strconv.Quote(f.Name), strconv.Quote(f.Value))
	}
	b.WriteString(`	answer, err := http.DefaultTransport.RoundTrip(request) // follows no redirect
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	fmt.Println(answer.Proto, answer.Status)
	answer.Header.Write(os.Stdout)
	fmt.Println()
	io.Copy(os.Stdout, answer.Body)
}
`)
	return Snippet{ID: "go", Title: "Go", Text: b.String(), Notes: commonNotes(r, as)}
}
