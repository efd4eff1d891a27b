package browser

import (
	"context"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/client"
)

// IsOutdated asks the server whether it has another version of the lab than the one
// that runs here: its service worker is named by the version. It blocks, so never
// call it on the goroutine that draws.
func IsOutdated(ctx context.Context) bool {
	worker, err := Fetch(ctx, client.Request{Method: "GET", URL: "/app-worker.js"})
	return err == nil && worker.Status == 200 && !strings.Contains(worker.Body, app.Getenv("GOAPP_VERSION"))
}
