package resourceserver

import (
	"net/http"
	"net/url"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/lab"
)

// newLine is a line of the log about a request, as servers write one about each. What a careless
// one keeps of it is as good as the token to whoever reads the log (RFC 9700 §4.9.2).
func newLine(t *lab.Handling, r *http.Request, status int) Line {
	line := Line{Time: t.Now(), Method: r.Method, URL: r.URL.RequestURI(), Token: r.Header.Get("Authorization"), Status: status}
	if t.Settings.Rules().Value(guard.IDLogRedaction) != guard.Whole {
		line.URL, line.Token = redactURI(r.URL), redactHeader(line.Token)
	}
	line.URL, line.Token = prose.Clip(line.URL, maxLine, "…"), prose.Clip(line.Token, maxLine, "…")
	return line
}

// redactHeader leaves of a header that there was one.
func redactHeader(sent string) string {
	if sent == "" {
		return ""
	}
	return event.Redacted
}

// redactURI leaves of a token in the query that there was one, and the rest as it was. Of a
// query that cannot be read nobody knows where a token ends: nothing is left.
func redactURI(u *url.URL) string {
	if u.RawQuery == "" {
		return u.RequestURI()
	}
	if _, err := url.ParseQuery(u.RawQuery); err != nil {
		return u.EscapedPath() + "?" + event.Redacted
	}
	pairs := strings.Split(u.RawQuery, "&")
	for i, pair := range pairs {
		name, _, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(name); err != nil || decoded == "access_token" {
			pairs[i] = name + "=" + event.Redacted
		}
	}
	return u.EscapedPath() + "?" + strings.Join(pairs, "&")
}
