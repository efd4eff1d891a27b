package feed

import (
	"net/url"
	"strings"

	"oauthlab/lessons/event"
)

// redactForm replaces the value of every password in a form-encoded text and
// leaves the rest as it was on the wire, order and encoding included.
func redactForm(form string) string {
	if !strings.Contains(form, "=") {
		return form
	}
	pairs := strings.Split(form, "&")
	for i, pair := range pairs {
		name, _, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(name); err == nil && strings.EqualFold(decoded, "password") {
			pairs[i] = name + "=" + event.Redacted
		}
	}
	return strings.Join(pairs, "&")
}

// redactURI does the same to the query of a request URI.
func redactURI(uri string) string {
	path, query, found := strings.Cut(uri, "?")
	if !found {
		return uri
	}
	return path + "?" + redactForm(query)
}
