// Package robot is Alice without hands: a browser's cookie jar and the very client
// that learners read, for attacks, golden traces, tests and load. What it sends is real
// HTTP to the lab's own origins. In the lab's own process its messages carry a proof of their sender, so
// that the log attributes them to Alice's browser and her client; from outside they tell
// by their headers, as a browser's do.
//
// What it does by itself, from a chapter's start to its happy end, is a Script.
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
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/native"
)

// maxHops bounds the redirects that one navigation follows.
const maxHops = 5

// Robot is one user with one browser and one client in one lab. It is not safe
// for concurrent use: a person clicks one thing at a time.
type Robot struct {
	Client *client.Client

	// What the client took and was given, in that order, for whoever judges.
	Codes  []string
	Tokens []string

	// Sent is what the client itself sent, for whoever reads a log of it.
	Sent []client.Request

	place   Place
	party   event.Party // who sits at the browser
	user    string
	browser *http.Client
	at      string // the address in the browser's address bar
	stop    string // beginning of addresses that the browser does not get to; "" for none
}

// Place is a lab as a robot reaches it.
type Place struct {
	Issuer      string
	ClientID    string // of the client that the robot has
	RedirectURI string
	API         string      // below which the resources are
	Agent       string      // likewise the agent's endpoints
	WebApp      string      // the web app's address for the lab, with a slash at its end
	Origins     lab.Origins // it sends nothing anywhere else
	Rules       guard.Rules
	Now         func() time.Time

	Record client.Recorder                       // takes what the client tells
	Sign   func(r *http.Request, of event.Party) // has a request say who sends it
	Via    http.RoundTripper                     // nil is the network

	Wait func(ctx context.Context, d time.Duration) error // lets time pass in the lab; nil: nobody can
}

// New returns a robot that signs in as user, with an empty cookie jar, in the lab
// l of this process. party is who its browser belongs to: event.Browser is Alice's.
func New(labs *lab.Labs, l *lab.Lab, senders feed.InternalSenders, party event.Party, user string) *Robot {
	return In(Place{
		Issuer: l.Issuer(), API: l.API(), Agent: l.Origins.AgentSite(l.ID), ClientID: authserver.ClientDemo, RedirectURI: l.Origins.RedirectURI(), WebApp: l.Origins.WebApp(l.ID),
		Origins: l.Origins, Rules: l.Settings.Rules(), Now: l.Now,
		Record: recorder{labs, l, party},
		Sign:   func(r *http.Request, of event.Party) { senders.Pin(r, l.ID, of) },
		Wait: func(ctx context.Context, d time.Duration) error {
			now, err := labs.Open(ctx, l.ID)
			if err == nil {
				ahead := now.Settings.ClockOffset + d
				_, err = labs.Change(ctx, l.ID, lab.Change{ClockOffset: &ahead})
			}
			return err
		},
	}, party, user)
}

// In returns a robot as New does, anywhere.
func In(p Place, party event.Party, user string) *Robot {
	jar, _ := cookiejar.New(nil) // fails for options alone
	r := &Robot{place: p, party: party, user: user, browser: &http.Client{
		Transport: p.Via, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	r.Client = &client.Client{
		ID:                    p.ClientID,
		RedirectURI:           p.RedirectURI,
		Issuer:                p.Issuer,
		AuthorizationEndpoint: p.Issuer + "/authorize",
		Rules:                 p.Rules,
		Fetch:                 r.fetch,
		Store:                 native.Memory{},
		Tokens:                native.Memory{},
		Lock:                  func(_ context.Context, _ string, do func() error) error { return do() },
		Record:                p.Record,
		Verify:                native.Verify,
		Open:                  r.Visit,
		Now:                   p.Now,
		Random:                rand.Reader,
		NewID:                 uuid.NewString,
	}
	if r.Client.Rules.Offers(guard.TokenEndpoint) {
		r.Client.TokenEndpoint = p.Issuer + "/token"
	}
	if r.Client.Rules.Offers(guard.ProtectedAPI) {
		r.Client.API = p.API
	}
	if r.Client.Rules.Offers(guard.Agents) {
		r.Client.Agent = p.Agent
	}
	return r
}

// AsBrowser signs requests as a page of the origin and the browser that it runs in do
// (Fetch Metadata Request Headers §2), for a robot outside of the lab's own process.
func AsBrowser(origin string) func(r *http.Request, of event.Party) {
	return func(r *http.Request, of event.Party) {
		if of != event.Client {
			r.Header.Set("Sec-Fetch-Mode", "navigate")
			return
		}
		r.Header.Set("Sec-Fetch-Mode", "cors")
		r.Header.Set("Sec-Fetch-Site", "same-site")
		r.Header.Set("Origin", origin)
	}
}

// Through has the robot send its requests by another way than the network's, and
// returns it. A nil way is the network.
func (r *Robot) Through(way http.RoundTripper) *Robot {
	r.browser.Transport = way
	return r
}

// SignIn has the client begin a flow and the user sign in. It returns the callback
// URL with the answer, which the client has not seen yet.
func (r *Robot) SignIn(ctx context.Context) (callback string, err error) {
	if err := r.Client.Begin(ctx); err != nil {
		return "", fmt.Errorf("begin the flow: %w", err)
	}
	return r.SignInHere(ctx)
}

// Begin has the client begin a flow and returns the address to which it sent the
// browser; the user looks at the login page and does nothing yet.
func (r *Robot) Begin(ctx context.Context) (authorization string, err error) {
	open := r.Client.Open
	defer func() { r.Client.Open = open }()
	r.Client.Open = func(_ context.Context, target string) error {
		authorization = target
		return nil
	}
	err = r.Client.Begin(ctx)
	return authorization, err
}

// SignInHere signs in at the login page in the browser and returns where that
// leads: a callback, or Mallory. With a session there is no page to stop at.
func (r *Robot) SignInHere(ctx context.Context) (string, error) {
	if r.arrived() {
		return r.at, nil
	}
	page, err := url.Parse(r.at)
	if err != nil {
		return "", fmt.Errorf("login page: %w", err)
	}
	if !strings.HasSuffix(page.Path, "/login") {
		return "", &StuckError{At: r.at} // an error page has no form
	}
	form := url.Values{"request": {page.Query().Get("request")}, "pick": {r.user}}
	if err := r.navigate(ctx, http.MethodPost, r.place.Issuer+"/login", form); err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	if !r.arrived() {
		return "", &StuckError{At: r.at}
	}
	return r.at, nil
}

// SignInToWebApp has the user sign in to the web app, in the same browser. What comes of it, the
// web app shows on its page.
func (r *Robot) SignInToWebApp(ctx context.Context) error {
	if err := r.Visit(ctx, r.place.WebApp+"start"); err != nil {
		return err
	}
	_, err := r.SignInHere(ctx)
	return err
}

// Finish hands the callback to the client, which redeems the code where there is a
// token endpoint, and shows what the token is good for where there is an API. A client or a server that says no is not an error here: it is
// what the client came to.
func (r *Robot) Finish(ctx context.Context, callback string) error {
	code, err := r.Client.Callback(ctx, callback)
	if saidNo(err) {
		return nil
	}
	if err != nil {
		return err
	}
	r.Codes = append(r.Codes, code)
	if !r.Client.Rules.Offers(guard.TokenEndpoint) {
		return nil
	}
	tokens, err := r.Client.Redeem(ctx, code)
	if saidNo(err) {
		return nil
	}
	if err != nil {
		return err
	}
	r.Tokens = append(r.Tokens, tokens.AccessToken)
	if _, _, err := r.Client.Who(ctx); err != nil && !saidNo(err) {
		return err
	}
	if !r.Client.Rules.Offers(guard.ProtectedAPI) {
		return nil
	}
	return r.Show(ctx)
}

// Show has the client ask the API what it keeps for its user. An API that says no is no
// error.
func (r *Robot) Show(ctx context.Context) error {
	if _, err := r.Client.Show(ctx); !saidNo(err) {
		return err
	}
	return nil
}

// Open has the client ask one of its APIs. A server that says no is no error, nor is a client
// that nobody has signed in to.
func (r *Robot) Open(ctx context.Context, api string) error {
	if r.Kept().AccessToken == "" {
		return nil
	}
	if _, err := r.Client.ShowOf(ctx, api); !saidNo(err) {
		return err
	}
	return nil
}

// Delegate has the client hand a task to the agent, with a token. Whoever says no is no error.
func (r *Robot) Delegate(ctx context.Context, task client.Task) error {
	if r.Kept().AccessToken == "" {
		return nil
	}
	if _, err := r.Client.Delegate(ctx, task); !saidNo(err) {
		return err
	}
	return nil
}

// LastBearer is the token that the client sent last to an address; "" for none.
func (r *Robot) LastBearer(address string) string {
	for _, sent := range slices.Backward(r.Sent) {
		for _, h := range sent.Header {
			if token, is := strings.CutPrefix(h.Value, "Bearer "); is && h.Name == "Authorization" && sent.URL == address {
				return token
			}
		}
	}
	return ""
}

// Wait lets time pass in the lab, for everybody. Where nobody can, none passes.
func (r *Robot) Wait(ctx context.Context, d time.Duration) error {
	if r.place.Wait == nil {
		return nil
	}
	r.Later(d)
	return r.place.Wait(ctx, d)
}

// Later has the robot's own clock be ahead: that of its lab was moved.
func (r *Robot) Later(d time.Duration) {
	now := r.Client.Now
	r.Client.Now = func() time.Time { return now().Add(d) }
}

// SecondTab has another tab of the same browser act at the same moment as the first: it was
// refused with the same token, and now it renews. A server that says no is no error.
func (r *Robot) SecondTab(ctx context.Context, old client.Tokens) error {
	_, err := r.Client.Renew(ctx, old)
	if saidNo(err) {
		return nil
	}
	return err
}

// Refresh has the client get the next tokens, as it does when the API refuses the one that
// it has. A server that says no is no error.
func (r *Robot) Refresh(ctx context.Context) error { return r.SecondTab(ctx, r.Kept()) }

// Kept returns the tokens that the client has.
func (r *Robot) Kept() client.Tokens { return client.TokensIn(r.Client.Tokens) }

// Write has the client keep a note at the API for its user.
func (r *Robot) Write(ctx context.Context, text string) error {
	if err := r.Client.Write(ctx, text); !saidNo(err) {
		return err
	}
	return nil
}

// Redemption is the request by which the client redeemed its last code; the zero value for none.
func (r *Robot) Redemption() client.Request {
	for _, sent := range slices.Backward(r.Sent) {
		if strings.Contains(sent.Body, "grant_type=authorization_code") {
			return sent
		}
	}
	return client.Request{}
}

// saidNo reports whether err is a refusal and not a fault.
func saidNo(err error) bool {
	var refusal *guard.Refusal
	var authorization *client.AuthorizationError
	var token *client.TokenError
	var api *client.APIError
	var answer *client.AnswerError
	return errors.As(err, &answer) || errors.As(err, &refusal) || errors.As(err, &authorization) || errors.As(err, &token) || errors.As(err, &api)
}

// StuckError says that the browser ended at a page that it cannot go on from.
type StuckError struct{ At string }

func (e *StuckError) Error() string { return "the browser is stuck at " + e.At }

// BoundError says that a party had no more room or time for the lab, or no store. Nobody
// has judged the request.
type BoundError struct{ Status int }

func (e *BoundError) Error() string {
	return fmt.Sprintf("the lab is at a bound: the answer is %d", e.Status)
}

// atBound returns a *BoundError for the statuses that say so.
func atBound(status int) error {
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusInsufficientStorage:
		return &BoundError{status}
	}
	return nil
}

// arrived reports whether the browser has left the authorization server.
func (r *Robot) arrived() bool { return !strings.HasPrefix(r.at, r.place.Origins[event.Auth]+"/") }

// StopBefore has the browser go no further than to an address that begins so: it crashes
// there.
func (r *Robot) StopBefore(address string) { r.stop = address }

// Visit opens a link in the browser.
func (r *Robot) Visit(ctx context.Context, target string) error {
	return r.navigate(ctx, http.MethodGet, target, nil)
}

// navigate loads a page and follows redirects. At the client's own pages it stops:
// what they do is the client's.
func (r *Robot) navigate(ctx context.Context, method, target string, form url.Values) error {
	for range maxHops {
		r.at = target
		if strings.HasPrefix(target, r.place.Origins[event.Lab]+"/") || r.stop != "" && strings.HasPrefix(target, r.stop) {
			return nil
		}
		answer, err := r.send(ctx, r.party, method, target, form)
		if err != nil {
			return err
		}
		if answer.StatusCode != http.StatusSeeOther && answer.StatusCode != http.StatusFound {
			return nil
		}
		next, err := answer.Location()
		if err != nil {
			return fmt.Errorf("redirect: %w", err)
		}
		method, target, form = http.MethodGet, next.String(), nil
	}
	return errors.New("too many redirects")
}

// send sends one request of party to one of the lab's own origins.
func (r *Robot) send(ctx context.Context, party event.Party, method, target string, form url.Values) (*http.Response, error) {
	if !r.place.Origins.Contains(target) {
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
	r.place.Sign(req, party)
	resp, err := r.browser.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, native.MaxAnswer)); err != nil {
		return nil, err
	}
	return resp, atBound(resp.StatusCode)
}

// fetch is what the client calls to send a request of its own: without cookies,
// as the client in the page does.
func (r *Robot) fetch(ctx context.Context, req client.Request) (client.Response, error) {
	r.Sent = append(r.Sent, req)
	return r.place.fetch(ctx, &http.Client{Transport: r.browser.Transport}, event.Client, req)
}

// Send sends a client's request as party and returns the answer whole, or a *BoundError.
func Send(ctx context.Context, via *http.Client, senders feed.InternalSenders, l *lab.Lab, party event.Party, req client.Request) (client.Response, error) {
	p := Place{Origins: l.Origins, Sign: func(r *http.Request, of event.Party) { senders.Pin(r, l.ID, of) }}
	return p.fetch(ctx, via, party, req)
}

func (p Place) fetch(ctx context.Context, via *http.Client, party event.Party, req client.Request) (client.Response, error) {
	answer, err := native.Fetch(ctx, via, p.Origins, func(r *http.Request) { p.Sign(r, party) }, req)
	if err == nil {
		err = atBound(answer.Status)
	}
	if err != nil {
		return client.Response{}, err
	}
	return answer, nil
}

// recorder puts what the client tells straight into the log.
type recorder struct {
	labs  *lab.Labs
	lab   *lab.Lab
	party event.Party // who sits at the browser that the client speaks of
}

func (r recorder) Record(ctx context.Context, step ...event.Event) error {
	for i := range step {
		e := &step[i]
		if e.From == event.Browser {
			e.From = r.party
		}
		if e.To == event.Browser {
			e.To = r.party
		}
	}
	return r.labs.Record(ctx, r.lab, step...)
}
