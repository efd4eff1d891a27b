package client

import (
	"encoding/base64"
	"net/url"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// prove adds the client's secret to a token request, where it has
// one: in the body, or in the header of HTTP Basic, for which id and
// secret are encoded as in a form first (RFC 6749 §2.3.1).
func (f *flow) prove(d Draft, r *Request) {
	if f.Secret == "" {
		return
	}
	if f.Rules.Value(guard.IDClientSecretMethod) == guard.Post {
		if !d.has("client_id") {
			d.Parameters = append(d.Parameters, event.Field{
				Name: "client_id", Value: f.ID})
		}
		d.Parameters = append(d.Parameters, event.Field{
			Name: "client_secret", Value: f.Secret})
		r.Body = d.body()
		return
	}
	pair := url.QueryEscape(f.ID) + ":" + url.QueryEscape(f.Secret)
	r.Header = append(r.Header, event.Field{
		Name: "Authorization",
		Value: "Basic " +
			base64.StdEncoding.EncodeToString([]byte(pair))})
}
