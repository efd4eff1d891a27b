// Package robot is Alice without hands: a browser's cookie jar and the very client
// that learners read, for attacks, golden traces and load. Its messages are real
// HTTP to the lab's own origins and wear badges, so that the log attributes them
// to Alice's browser and her client.
package robot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/server/authserver"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
)

// maxAnswer bounds what is read of one answer, in bytes; maxHops the redirects
// that one navigation follows.
const (
	maxAnswer = 64 << 10
	maxHops   = 5
)

// Robot is one user with one browser and one client in one lab. It is not safe
// for concurrent use: a person clicks one thing at a time.
type Robot struct {
	Client *client.Client

	lab     *lab.Lab
	badges  feed.Badges
	browser *http.Client
	at      string // the address in the browser's address bar
}

// New returns a robot with an empty cookie jar in the lab l.
func New(labs *lab.Labs, l *lab.Lab, badges feed.Badges) *Robot {
	jar, _ := cookiejar.New(nil) // fails for options alone
	r := &Robot{lab: l, badges: badges, browser: &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	r.Client = &client.Client{
		ID:                    authserver.ClientDemo,
		RedirectURI:           l.Origins.RedirectURI(),
		AuthorizationEndpoint: l.Issuer() + "/authorize",
		TokenEndpoint:         l.Issuer() + "/token",
		Switches:              l.Settings.Switches,
		Fetch:                 r.fetch,
		Store:                 memory{},
		Record:                recorder{labs, l},
		Open:                  r.open,
		Now:                   l.Now,
		Random:                rand.Reader,
		NewID:                 uuid.NewString,
	}
	return r
}

// SignIn has the client begin a flow and the user sign in. It returns the callback
// URL with the code, which the browser has not opened yet.
func (r *Robot) SignIn(ctx context.Context, user string) (callback string, err error) {
	if err := r.Client.Begin(ctx); err != nil {
		return "", fmt.Errorf("begin the flow: %w", err)
	}
	if r.atCallback() {
		return r.at, nil
	}
	page, err := url.Parse(r.at)
	if err != nil {
		return "", fmt.Errorf("login page: %w", err)
	}
	form := url.Values{"request": {page.Query().Get("request")}, "pick": {user}}
	if err := r.navigate(ctx, http.MethodPost, r.lab.Issuer()+"/login", form); err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	if !r.atCallback() {
		return "", &StuckError{At: r.at}
	}
	return r.at, nil
}

// Run goes through a whole flow as user and returns the tokens.
func (r *Robot) Run(ctx context.Context, user string) (client.Tokens, error) {
	callback, err := r.SignIn(ctx, user)
	if err != nil {
		return client.Tokens{}, err
	}
	code, err := r.Client.Callback(ctx, callback)
	if err != nil {
		return client.Tokens{}, err
	}
	return r.Client.Redeem(ctx, code)
}

// StuckError says that the browser ended at a page that it cannot go on from.
type StuckError struct{ At string }

func (e *StuckError) Error() string { return "the browser is stuck at " + e.At }

func (r *Robot) atCallback() bool {
	return strings.HasPrefix(r.at, r.lab.Origins.RedirectURI()+"?")
}

// open is what the client calls to send the browser somewhere.
func (r *Robot) open(ctx context.Context, target string) error {
	return r.navigate(ctx, http.MethodGet, target, nil)
}

// navigate loads a page and follows redirects inside the authorization server.
func (r *Robot) navigate(ctx context.Context, method, target string, form url.Values) error {
	for range maxHops {
		answer, err := r.send(ctx, event.Browser, method, target, form)
		if err != nil {
			return err
		}
		r.at = target
		if answer.StatusCode != http.StatusSeeOther && answer.StatusCode != http.StatusFound {
			return nil
		}
		next, err := answer.Location()
		if err != nil {
			return fmt.Errorf("redirect: %w", err)
		}
		method, target, form = http.MethodGet, next.String(), nil
		if lab.OriginOf(next) != r.lab.Origins.Auth {
			r.at = target
			return nil
		}
	}
	return errors.New("too many redirects")
}

// send sends one request of party to one of the lab's own origins.
func (r *Robot) send(ctx context.Context, party event.Party, method, target string, form url.Values) (*http.Response, error) {
	if !r.lab.Origins.Contains(target) {
		return nil, fmt.Errorf("%s is outside the lab", target)
	}
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.badges.Pin(req, r.lab.ID, party)
	resp, err := r.browser.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)); err != nil {
		return nil, err
	}
	return resp, nil
}

// fetch is what the client calls to send a request of its own: without cookies,
// as the client in the page does.
func (r *Robot) fetch(ctx context.Context, req client.Request) (client.Response, error) {
	return Send(ctx, http.DefaultClient, r.badges, r.lab, event.Client, req)
}

// Send sends a client's request as party and returns the answer whole.
func Send(ctx context.Context, via *http.Client, badges feed.Badges, l *lab.Lab, party event.Party, req client.Request) (client.Response, error) {
	if !l.Origins.Contains(req.URL) {
		return client.Response{}, fmt.Errorf("%s is outside the lab", req.URL)
	}
	out, err := http.NewRequestWithContext(ctx, req.Method, req.URL, strings.NewReader(req.Body))
	if err != nil {
		return client.Response{}, err
	}
	for _, h := range req.Header {
		out.Header.Set(h.Name, h.Value)
	}
	badges.Pin(out, l.ID, party)
	resp, err := via.Do(out)
	if err != nil {
		return client.Response{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
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

// memory is a tab's storage.
type memory map[string]string

func (m memory) Get(key string) (string, bool) { v, ok := m[key]; return v, ok }
func (m memory) Set(key, value string) error   { m[key] = value; return nil }
func (m memory) Delete(key string)             { delete(m, key) }

// recorder puts what the client tells straight into the log.
type recorder struct {
	labs *lab.Labs
	lab  *lab.Lab
}

func (r recorder) Record(ctx context.Context, e event.Event) error {
	return r.labs.Record(ctx, r.lab.ID, e)
}
