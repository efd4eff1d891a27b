package feed

import (
	"mime"
	"net/url"
	"strings"

	"oauthlab/lessons/event"
)

// redactBody replaces passwords in the body of a request. A form is kept as it was on
// the wire but for them; a body in any other form that speaks of a password is left
// out whole, since nobody knows where it ends.
func redactBody(contentType, body string) string {
	kind, _, err := mime.ParseMediaType(contentType)
	if err == nil && kind == "application/x-www-form-urlencoded" {
		return redactForm(body)
	}
	if speaksOfPassword(body) {
		return event.Redacted
	}
	return body
}

// redactForm replaces the value of every password in a form-encoded text, whatever
// separates its pairs, and leaves the rest as it was: order and encoding included.
func redactForm(form string) string {
	var b strings.Builder
	for form != "" {
		pair, separator := form, ""
		if i := strings.IndexAny(form, "&;\r\n"); i >= 0 {
			pair, separator = form[:i], form[i:i+1]
		}
		form = form[len(pair)+len(separator):]
		if name, _, found := strings.Cut(pair, "="); found && isPassword(name) {
			pair = name + "=" + event.Redacted
		}
		b.WriteString(pair + separator)
	}
	return b.String()
}

// isPassword reports whether the encoded name of a parameter is one that holds a
// password, "&amp;" before it or not.
func isPassword(name string) bool {
	decoded, err := url.QueryUnescape(name)
	if err != nil {
		decoded = name
	}
	return speaksOfPassword(decoded)
}

func speaksOfPassword(s string) bool { return strings.Contains(strings.ToLower(s), "password") }

// redactURI replaces the passwords in the query of a request URI.
func redactURI(uri string) string {
	path, query, found := strings.Cut(uri, "?")
	if !found {
		return uri
	}
	return path + "?" + redactForm(query)
}

// redactHeader does the same to the headers whose value is a URL.
func redactHeader(name, value string) string {
	switch name {
	case "Referer", "Location":
		return redactURI(value)
	}
	return value
}

// ofProxy reports whether a header is what a proxy in front of the lab adds: about
// where the learner's connection comes from, which is nobody's business in a log that
// is shown and shared, and no part of what was sent.
func ofProxy(name string) bool {
	switch name {
	case "Forwarded", "Via", "X-Real-Ip":
		return true
	}
	return strings.HasPrefix(name, "X-Forwarded-")
}
