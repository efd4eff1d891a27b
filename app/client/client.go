// Package client is the OAuth client of the lab: it sends Alice to
// the authorization server, takes the answer, and redeems the code.
//
// It is written to be read beside the lesson, one file a step:
//
//	discovery.go     asks the server where its endpoints are
//	authorize.go     sends the browser away, with state and challenge
//	state.go         makes the state
//	state_signed.go  makes one that carries the login
//	nonce.go         makes the nonce
//	pkce.go          makes the code verifier, and its challenge
//	verifier.go      the rules for a code verifier
//	callback.go      takes the answer, and compares the state
//	token.go         redeems the code
//	id_token.go      finds out who has signed in
//	jwks.go          fetches the server's keys, and keeps them
//	userinfo.go      asks for more about them
//	secret.go        proves who it is, where it has a secret
//	resource.go      asks the API, with the token
//	apis.go          the APIs, and the tokens for each
//	agent.go         has an agent do something, or is one
//	exchange.go      gets a token with which it acts for a user
//	keep.go          keeps the tokens, and forgets them
//	refresh.go       gets new ones, without the user
//	draft.go         shows a request before it is sent
//	login.go         what is remembered in between
//	record.go        what the feed is told
//
// The client reaches the world through a few small interfaces
// only, so the same code runs in the browser, in the robot and in
// tests. What it sends is a habit, and what it compares a guard;
// both stand in Rules, and the zero value is the safe one.
package client

import (
	"context"
	"io"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// Client is an OAuth client. One that runs where its user can read
// it has an identifier and no secret: a public client
// (RFC 6749 §2.1). One Client serves one tab. It keeps nothing of a
// login in itself, so a page that was reloaded goes on with a new
// one. It is not safe for concurrent use.
type Client struct {
	ID          string // as registered (RFC 6749 §2.2)
	RedirectURI string // as registered, to the letter
	Secret      string // "" of a public client

	Issuer string // the server's name (RFC 8414 §2)

	// Its endpoints, until the client can discover them.
	AuthorizationEndpoint string
	TokenEndpoint         string

	API   string // the address below which its resources are
	Agent string // the address of the agent; "" where there is none

	// Moved is what somebody told the client: that an API stands at
	// another address now.
	Moved map[string]string

	As event.Party // who it is in the feed; "" is event.Client

	Rules guard.Rules // the chapter, and what differs from safe

	Fetch  Fetch    // the back channel
	Store  Store    // of this tab alone
	Tokens Store    // where tokens are kept; nil: beside the rest
	Keys   Store    // likewise the server's public keys
	Lock   Locker   // of all tabs of the browser; nil: there is one
	Record Recorder // the lab's log

	Verify Verifier // of signatures

	// Open sends the browser to a URL: the front channel.
	Open func(ctx context.Context, url string) error

	// Before shows a request before it is sent, and returns it as
	// it shall be sent; an error means: not at all. Where Before is
	// nil, requests go out as they are.
	Before func(ctx context.Context, d Draft) (Draft, error)

	Now    func() time.Time
	Random io.Reader     // must be unpredictable
	NewID  func() string // a new unique name
}

// Request is what the client asks of a server by itself.
type Request struct {
	Method string
	URL    string
	Header []event.Field
	Body   string
}

// Response is the answer to a Request.
type Response struct {
	Status int
	Header []event.Field
	Body   string
}

// Fetch sends a request and returns the answer, whatever its
// status. An error means that there was none.
type Fetch func(ctx context.Context, r Request) (Response, error)

// Store keeps small texts between two pages of the same tab.
type Store interface {
	Get(key string) (value string, ok bool)
	Set(key, value string) error
	Delete(key string)
}

// Recorder takes what the client tells about itself in one step.
// Record returns when all of it stands in the lab's log, so that
// the next request comes after it there too.
type Recorder interface {
	Record(ctx context.Context, step ...event.Event) error
}
