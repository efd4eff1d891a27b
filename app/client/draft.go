package client

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"oauthlab/lessons/event"
)

// Draft is a request as the client is about to send it: the one
// that the browser takes to the authorization endpoint (RFC 6749
// §4.1.1), or one that the client itself sends: to the token
// endpoint (§4.1.3), or to the API.
type Draft struct {
	Method     string
	URL        string        // the endpoint, as its server names it
	Parameters []event.Field // in the order of the specification
	In         string        // InQuery, InBody or InHeader
	ToAPI      bool          // and not to the authorization server
}

// Where the parameters of a request go.
const (
	InQuery = "query" // seen by whoever sees the address
	InBody  = "body"  // seen by the two ends alone

	InHeader = "header" // likewise: the token alone goes there
)

// draft shows a request to whoever steps through the flow, and
// returns it as it shall be sent. What was left empty is not sent.
func (f *flow) draft(ctx context.Context, d Draft) (Draft, error) {
	d.Parameters = present(d.Parameters)
	if f.Before == nil {
		return d, nil
	}
	if err := f.send(ctx); err != nil {
		return Draft{}, err
	}
	d, err := f.Before(ctx, d)
	if err != nil {
		return Draft{}, fmt.Errorf(
			"the request was not sent: %w", err)
	}
	return d, nil
}

// address is the URL that the draft is sent to.
func (d Draft) address() string {
	switch {
	case d.In != InQuery || len(d.Parameters) == 0:
		return d.URL
	case strings.Contains(d.URL, "?"):
		// The endpoint has a query already (RFC 6749 §3.1).
		return d.URL + "&" + encode(d.Parameters)
	}
	return d.URL + "?" + encode(d.Parameters)
}

// body is what the draft carries behind its headers.
func (d Draft) body() string {
	if d.In != InBody {
		return ""
	}
	return encode(d.Parameters)
}

// has reports whether a parameter is there.
func (d Draft) has(name string) bool {
	return slices.ContainsFunc(d.Parameters,
		func(p event.Field) bool { return p.Name == name })
}

// bearer is the token that the draft carries in its header
// (RFC 6750 §2.1).
func (d Draft) bearer() (token string, has bool) {
	for _, p := range d.Parameters {
		if d.In == InHeader && p.Name == "access_token" {
			return p.Value, true
		}
	}
	return "", false
}

// present leaves out the parameters without a value: such a one is
// as good as absent (RFC 6749 §3.1).
func present(parameters []event.Field) []event.Field {
	var out []event.Field
	for _, p := range parameters {
		if p.Value != "" {
			out = append(out, p)
		}
	}
	return out
}

// encode writes parameters as a query or the body of a form
// (RFC 6749 appendix B), in their order.
func encode(parameters []event.Field) string {
	var pairs []string
	for _, p := range parameters {
		pairs = append(pairs, url.QueryEscape(p.Name)+"="+
			url.QueryEscape(p.Value))
	}
	return strings.Join(pairs, "&")
}
