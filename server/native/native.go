// Package native is what the OAuth client of app/client needs of the world where it runs
// outside of a browser: in the robot, and in clients on a server.
package native

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/server/lab"
)

// MaxAnswer bounds what is read of one answer, in bytes.
const MaxAnswer = 64 << 10

// Fetch sends a request of a client's by via to one of the origins, and nowhere else, and
// returns the answer, whatever its status. sign has the request say who sends it.
func Fetch(ctx context.Context, via *http.Client, origins lab.Origins, sign func(*http.Request), r client.Request) (client.Response, error) {
	if !origins.Contains(r.URL) {
		return client.Response{}, fmt.Errorf("%s is outside the lab", r.URL)
	}
	out, err := http.NewRequestWithContext(ctx, r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		return client.Response{}, err
	}
	for _, h := range r.Header {
		out.Header.Set(h.Name, h.Value)
	}
	sign(out)
	resp, err := via.Do(out)
	if err != nil {
		return client.Response{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxAnswer))
	if err != nil {
		return client.Response{}, err
	}
	answer := client.Response{Status: resp.StatusCode, Body: string(body)}
	for name, values := range resp.Header {
		for _, value := range values {
			answer.Header = append(answer.Header, event.Field{Name: name, Value: value})
		}
	}
	return answer, nil
}

// WithoutAddress is an error of Fetch's for people to see: one of the way names the address, in
// which a token may stand. nil stays nil.
func WithoutAddress(err error) error {
	if failed, is := errors.AsType[*url.Error](err); is {
		return failed.Err
	}
	return err
}

// WithoutRedirects is the way by transport of who takes a redirect for the answer: a request
// that carries a secret goes where it was sent, and no further.
func WithoutRedirects(transport http.RoundTripper) *http.Client {
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Memory is a client's store that lasts as long as whoever holds it.
type Memory map[string]string

var _ client.Store = Memory{}

// Get implements client.Store.
func (m Memory) Get(key string) (string, bool) { v, ok := m[key]; return v, ok }

// Set implements client.Store.
func (m Memory) Set(key, value string) error { m[key] = value; return nil }

// Delete implements client.Store.
func (m Memory) Delete(key string) { delete(m, key) }
