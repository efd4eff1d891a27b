package trace_test

import (
	"testing"

	"oauthlab/lessons/trace"
)

// Addresses are paths, wherever they lead.
func TestEventsNameNoOrigins(t *testing.T) {
	events := trace.Events("browser -> webapp: GET {webapp}{path}/start\nwebapp -> browser: 303\n    Location: {issuer}/authorize\nbrowser -> auth: GET {issuer}/authorize\n")
	if len(events) != 3 || events[0].Request.URL != "/start" || events[1].Response.Header[0].Value != "/authorize" || events[2].Request.URL != "/authorize" {
		t.Errorf("%+v", events)
	}
}
