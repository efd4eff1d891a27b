package browser

import (
	"context"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/client"
)

// aheadName is where web/start/lab.js leaves the request that it sent before the
// program ran: the request as requestText writes it, and a promise of the answer, or
// of null where it was not a good one.
const aheadName = "oauthlabAhead"

// fetchOrTake is Fetch, but where the page has sent this very request already it
// returns that answer. Only the first request of a page is looked for there.
func fetchOrTake(ctx context.Context, r client.Request) (client.Response, error) {
	if !app.IsClient {
		return client.Response{}, errNoBrowser
	}
	ahead := app.Window().Get(aheadName)
	if ahead.Type() != app.TypeObject {
		return Fetch(ctx, r)
	}
	app.Window().Set(aheadName, nil)
	if sent, _ := text(ahead.Get("request")); sent != requestText(r) {
		return Fetch(ctx, r)
	}
	response, err := await(ctx, func() app.Value { return ahead.Get("answer") })
	if err != nil || !response.Truthy() {
		return Fetch(ctx, r)
	}
	return read(ctx, response)
}

// requestText returns a request as text: method and URL, then a header a line, an
// empty line and the body.
func requestText(r client.Request) string {
	var b strings.Builder
	b.WriteString(r.Method + " " + r.URL + "\n")
	for _, field := range r.Header {
		b.WriteString(field.Name + ": " + field.Value + "\n")
	}
	b.WriteString("\n" + r.Body)
	return b.String()
}
