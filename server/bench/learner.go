package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
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
	server "oauthlab/server/lab"
	"oauthlab/server/robot"
)

// Where the measured labs are, and what is played in them: a login, which has been measured alike
// in each release, and one of OpenID Connect.
const (
	chapter       = "v03"
	openIDChapter = "v08"
)

// maxMessage is the longest message of the feed that is read, in bytes.
const maxMessage = 1 << 18

// learner is one page and one browser in one lab: the page's own session, and the robot
// with the page's own client, without a screen.
type learner struct {
	session *lab.Session
	alice   *robot.Robot
	flow    func(ctx context.Context) error // the first time with the login page in it
	leave   func()
}

// newLearner opens a lab of the chapter, follows it, and runs the chapter's flow once, so that the
// browser has a session at the authorization server.
func newLearner(ctx context.Context, p *program, chapter string) (*learner, error) {
	session, err := p.open(ctx, chapter)
	if err != nil {
		return nil, err
	}
	at := session.Lab()
	l := &learner{session: session, alice: robot.In(robot.Place{
		Issuer: at.Issuer, ClientID: at.ClientID, RedirectURI: at.RedirectURI,
		Origins: server.Origins{event.Lab: p.lab, event.Auth: p.auth}, Rules: guard.Rules{Chapter: at.Chapter}, Now: time.Now,
		Record: session, Sign: robot.AsBrowser(p.lab), Via: p.wire,
	}, event.Browser, "alice")}
	l.flow = l.login
	if chapter == openIDChapter {
		l.flow = l.openID
	}
	following, stop := context.WithCancel(ctx)
	var gone sync.WaitGroup
	gone.Go(func() { session.Follow(following, func(lab.Update) {}) })
	l.leave = func() {
		stop()
		gone.Wait()
	}
	if err := l.flow(ctx); err != nil {
		l.leave()
		return nil, fmt.Errorf("sign in: %w", err)
	}
	return l, nil
}

// login runs authorization request, callback and token request.
func (l *learner) login(ctx context.Context) error {
	l.alice.Codes, l.alice.Tokens, l.alice.Sent = nil, nil, nil
	callback, err := l.alice.SignIn(ctx)
	if err != nil {
		return err
	}
	if err := l.alice.Finish(ctx, callback); err != nil {
		return err
	}
	if len(l.alice.Tokens) == 0 {
		return errors.New("the flow was refused")
	}
	return nil
}

// openID runs a login with an ID token, which is checked, UserInfo, and one refresh.
func (l *learner) openID(ctx context.Context) error {
	l.alice.Sent = nil
	callback, err := l.alice.SignIn(ctx)
	if err != nil {
		return err
	}
	code, err := l.alice.Client.Callback(ctx, callback)
	if err != nil {
		return err
	}
	tokens, err := l.alice.Client.Redeem(ctx, code)
	if err != nil {
		return err
	}
	if _, _, err := l.alice.Client.Who(ctx); err != nil {
		return err
	}
	_, err = l.alice.Client.Renew(ctx, tokens)
	return err
}

// open makes a lab of the chapter.
func (p *program) open(ctx context.Context, chapter string) (*lab.Session, error) {
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
