package main

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
	"sync"
	"time"

	"github.com/google/uuid"
	"nhooyr.io/websocket"

	"oauthlab/app/client"
	"oauthlab/app/lab"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// chapter is where the measured labs are: the last one, in which most is checked.
const chapter = "v03"

// maxMessage is the longest message of the feed that is read, in bytes.
const maxMessage = 1 << 18

// learner is one page and one browser in one lab: the page's own client and session,
// without a screen.
type learner struct {
	session *lab.Session
	client  *client.Client
	browser *http.Client
	at      *url.URL // where the last navigation ended
	leave   func()
}

// newLearner opens a lab, follows it, and runs the flow once, so that the browser has
// a session at the authorization server.
func newLearner(ctx context.Context, p *program) (*learner, error) {
	session, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	l := &learner{session: session}
	l.browser = &http.Client{Transport: p.wire, Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), p.lab+"/") { // the callback is the client's
			return http.ErrUseLastResponse
		}
		return nil
	}}
	at := session.Lab()
	l.client = &client.Client{
		ID: at.ClientID, RedirectURI: at.RedirectURI,
		AuthorizationEndpoint: at.AuthorizationEndpoint, TokenEndpoint: at.TokenEndpoint,
		Rules: guard.Rules{Chapter: at.Chapter},
		Fetch: p.fetch, Store: memory{}, Record: session,
		Open: l.visit, Now: time.Now, Random: rand.Reader, NewID: uuid.NewString,
	}
	following, stop := context.WithCancel(ctx)
	var gone sync.WaitGroup
	gone.Go(func() { session.Follow(following, func(lab.Update) {}) })
	l.leave = func() {
		stop()
		gone.Wait()
	}
	if err := l.signIn(ctx); err != nil {
		l.leave()
		return nil, fmt.Errorf("sign in: %w", err)
	}
	return l, nil
}

// signIn runs a flow with the login page in it.
func (l *learner) signIn(ctx context.Context) error {
	if err := l.client.Begin(ctx); err != nil {
		return err
	}
	form := url.Values{"request": {l.at.Query().Get("request")}, "pick": {"alice"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.session.Lab().Issuer+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if err := l.navigate(r); err != nil {
		return err
	}
	return l.finish(ctx)
}

// flow runs the flow with the session that the browser has: authorization request,
// callback, token request.
func (l *learner) flow(ctx context.Context) error {
	if err := l.client.Begin(ctx); err != nil {
		return err
	}
	return l.finish(ctx)
}

// finish takes the callback to the client and redeems the code.
func (l *learner) finish(ctx context.Context) error {
	code, err := l.client.Callback(ctx, l.at.String())
	if err != nil {
		return err
	}
	_, err = l.client.Redeem(ctx, code)
	return err
}

func (l *learner) visit(ctx context.Context, target string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	return l.navigate(r)
}

func (l *learner) navigate(r *http.Request) error {
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	resp, err := l.browser.Do(r)
	if err != nil {
		return err
	}
	if err := drain(resp); err != nil {
		return err
	}
	l.at = resp.Request.URL
	if to, err := resp.Location(); err == nil {
		l.at = to
	}
	return nil
}

// open makes a lab.
func (p *program) open(ctx context.Context) (*lab.Session, error) {
	return lab.Open(ctx, lab.Device{
		Fetch: p.fetch, Dial: dial, Keep: memory{}, NewID: uuid.NewString, Now: time.Now, After: time.After, Origin: p.lab,
	}, chapter)
}

// knock begins a login at a lab: one authorization request, whose answer is not followed.
func (p *program) knock(ctx context.Context, l api.Lab, state string) error {
	query := url.Values{
		"response_type": {"code"}, "client_id": {l.ClientID}, "redirect_uri": {l.RedirectURI}, "state": {state},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"}, // RFC 7636 appendix B
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.AuthorizationEndpoint+"?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	resp, err := p.wire.RoundTrip(r)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusSeeOther {
		return errors.Join(fmt.Errorf("the authorization endpoint answers %s", resp.Status), drain(resp))
	}
	return drain(resp)
}

// newWire returns the connections that all learners share, kept open as browsers do.
func newWire() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost, t.DisableCompression = 0, 256, true
	return t
}

// fetch sends what the client's page asks for, from the origin of the lab.
func (p *program) fetch(ctx context.Context, r client.Request) (client.Response, error) {
	out, err := http.NewRequestWithContext(ctx, r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		return client.Response{}, err
	}
	for _, h := range r.Header {
		out.Header.Set(h.Name, h.Value)
	}
	site := "same-site"
	if strings.HasPrefix(r.URL, p.lab+"/") {
		site = "same-origin"
	}
	out.Header.Set("Sec-Fetch-Mode", "cors")
	out.Header.Set("Sec-Fetch-Site", site)
	out.Header.Set("Origin", p.lab)
	resp, err := p.wire.RoundTrip(out)
	if err != nil {
		return client.Response{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	answer := client.Response{Status: resp.StatusCode, Body: string(body)}
	for name := range resp.Header {
		answer.Header = append(answer.Header, event.Field{Name: name, Value: resp.Header.Get(name)})
	}
	return answer, err
}

// drain reads an answer to its end, so that its connection can be used again.
func drain(resp *http.Response) error {
	_, err := io.Copy(io.Discard, resp.Body)
	return errors.Join(err, resp.Body.Close())
}

// memory is a browser's storage.
type memory map[string]string

func (m memory) Get(key string) (string, bool) { v, ok := m[key]; return v, ok }
func (m memory) Set(key, value string) error   { m[key] = value; return nil }
func (m memory) Delete(key string)             { delete(m, key) }

// dial opens a websocket.
func dial(ctx context.Context, url string, protocols []string) (lab.Socket, error) {
	conn, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{Subprotocols: protocols})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(maxMessage)
	return socket{conn}, nil
}

// socket is a websocket of text messages.
type socket struct{ conn *websocket.Conn }

func (s socket) Read(ctx context.Context) ([]byte, error) {
	_, message, err := s.conn.Read(ctx)
	return message, err
}

func (s socket) Write(ctx context.Context, message []byte) error {
	return s.conn.Write(ctx, websocket.MessageText, message)
}

func (s socket) Close() error { return s.conn.CloseNow() }
