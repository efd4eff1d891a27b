package timeline

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"

	"oauthlab/lessons/event"
)

// LatestJWT returns header and claims of the latest token of the log that is a JWT, indented, by
// one of the names under which it may have been given out; "" where there is none.
func LatestJWT(events []event.Event, names ...string) (header, claims string) {
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		if e.Response == nil || e.From != event.Auth {
			continue
		}
		var given map[string]json.RawMessage
		if json.Unmarshal([]byte(e.Response.Body), &given) != nil {
			continue
		}
		for _, name := range names {
			var token string
			if json.Unmarshal(given[name], &token) != nil {
				continue
			}
			if parts := strings.Split(token, "."); len(parts) == 3 {
				return indented(parts[0]), indented(parts[1])
			}
		}
	}
	return "", ""
}

// indented is the JSON in a part of a JWT, a member a line; "" where it is none.
func indented(part string) string {
	text, err := base64.RawURLEncoding.DecodeString(part)
	var b bytes.Buffer
	if err != nil || json.Indent(&b, text, "", "  ") != nil {
		return ""
	}
	return b.String()
}
