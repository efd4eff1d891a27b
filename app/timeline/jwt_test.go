package timeline_test

import (
	"strings"
	"testing"

	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
)

// What a JWT says stands behind it, wherever it travels, and it goes by its end: all of them
// begin alike.
func TestAJWTIsOpened(t *testing.T) {
	const header, claims = "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9", "eyJzdWIiOiJhbGljZSIsImV4cCI6MTc5NTk3MjQ3NX0"
	tests := map[string]struct{ token, want, short string }{
		"signed":          {header + "." + claims + ".AbCdEfGh", "alg=HS256 typ=at+jwt sub=alice exp=1795972475 signature=AbCdEfGh", "…EfGh"},
		"not signed":      {header + "." + claims + ".", "alg=HS256 typ=at+jwt sub=alice exp=1795972475 signature=", "…NX0."},
		"opaque":          {"P6VRabcdefghijkl", "", "P6VR…"},
		"not to be read":  {"eyJ.eyJ.eyJ", "", "….eyJ"},
		"of other pieces": {header + "." + claims, "", "eyJh…"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			params := timeline.ParamsOf(event.Event{Request: &event.Request{
				Method: "GET", URL: "http://localhost/x/api/me", Header: []event.Field{{Name: "Authorization", Value: "Bearer " + tt.token}},
			}})
			var got []string
			for _, p := range params[1:] {
				got = append(got, p.Name+"="+p.Value)
			}
			if said := strings.Join(got, " "); said != tt.want {
				t.Errorf("it says %q, want %q", said, tt.want)
			}
			if short := timeline.MarkOf("access_token", tt.token).Short; short != tt.short {
				t.Errorf("it goes by %q, want %q", short, tt.short)
			}
		})
	}
}
