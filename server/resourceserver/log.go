package resourceserver

import (
	"net/http"
	"net/url"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/lab"
)

// log writes a line about a request, as servers do about each. What a careless one keeps of
// it is as good as the token to whoever reads the log (RFC 9700 §4.9.2).
func (s *State) log(t *lab.Handling, r *http.Request, status int) {
	line := Line{Time: t.Now(), Method: r.Method, URL: r.URL.RequestURI(), Token: r.Header.Get("Authorization"), Status: status}
	if t.Settings.Rules().Value(guard.IDLogRedaction) != guard.Whole {
		line.URL, line.Token = redactURI(r.URL), redactHeader(line.Token)
	}
	line.URL, line.Token = prose.Clip(line.URL, maxLine, "…"), prose.Clip(line.Token, maxLine, "…")
	s.Log = keep(s.Log, line, maxLog)
}

// redactHeader leaves of a header that there was one.
func redactHeader(sent string) string {
	if sent == "" {
		return ""
	}
	return event.Redacted
}

// redactURI leaves of a token in the query that there was one.
func redactURI(u *url.URL) string {
	query := u.Query()
	if !query.Has("access_token") {
		return u.RequestURI()
	}
	query.Set("access_token", event.Redacted)
	return u.Path + "?" + query.Encode()
}
