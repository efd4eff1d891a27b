package resourceserver

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
	"oauthlab/server/native"
)

// introspectionWait bounds how long the authorization server may take to answer.
const introspectionWait = 5 * time.Second

// maxRemembered bounds how many answers the API keeps of a lab.
const maxRemembered = 32

// Answer is what the authorization server said of a token (RFC 7662 §2.2), as the API keeps
// it. It is kept by the token's hash.
type Answer struct {
	Hash     string    `json:"hash"`         // guard.TokenHash, by which the token is found elsewhere
	Whole    string    `json:"whole"`        // wholeHash
	By       string    `json:"by,omitempty"` // which of the APIs asked, by its client id; "" for the first
	Active   bool      `json:"active"`
	Scope    string    `json:"scope,omitempty"`
	ClientID string    `json:"client_id,omitempty"`
	Subject  string    `json:"sub,omitempty"`
	Audience audience  `json:"aud,omitempty"`
	Actors   []string  `json:"actors,omitempty"` // as Token has them
	ID       string    `json:"jti,omitempty"`
	Expires  time.Time `json:"exp,omitzero"`
	Asked    time.Time `json:"asked"`
}

// token is what the answer says of the token.
func (a Answer) token() Token {
	return Token{
		Asked: true, Known: a.Active, Subject: a.Subject, ClientID: a.ClientID, Scope: a.Scope, Audience: a.Audience,
		Flow: flowIn(a.ID), Expires: a.Expires, Actors: a.Actors,
	}
}

// introspected has one of the APIs ask the authorization server what a token is worth, unless it
// remembers.
// The request is told of before, so that what comes of it stands behind it in the log.
func (s *Server) introspected(ctx context.Context, t *lab.Handling, by lab.Resource, value string) (Token, error) {
	state, err := s.document().State(ctx, t.Lab)
	if err != nil {
		return Token{}, err
	}
	if a, known := state.answer(value, by); known && a.isFresh(t) {
		return a.token(), nil
	}
	if len(value) > endpoint.MaxParameter { // none that was given out is that long, nor would the server read it
		return Token{}, nil
	}
	if err := t.Frame.Tell(ctx); err != nil {
		return Token{}, err
	}
	a, err := s.introspect(ctx, t, by, value)
	if err != nil {
		return Token{}, s.unanswered(ctx, t, err)
	}
	told := a.token()
	told.answer = &a
	return told, nil
}

// askedBy names an API in a remembered answer: the first has none, as when it was alone.
func askedBy(by lab.Resource) string {
	if by == lab.Photos {
		return ""
	}
	return by.Client
}

// isFresh reports whether the answer may still be used. A remembered one may be out of date,
// and is good for nothing beyond the token's own end (RFC 7662 §4). How old one is that comes
// from later, nobody knows: somebody has turned the clock back.
func (a Answer) isFresh(t *lab.Handling) bool {
	keep, err := time.ParseDuration(t.Settings.Rules().Value(guard.IDIntrospectionCache))
	now := t.Now()
	return err == nil && !now.Before(a.Asked) && now.Before(a.Asked.Add(keep)) && (!a.Active || now.Before(a.Expires))
}

// wholeHash is the hash of every letter of a token, by which the API knows it again. Of a JWT
// guard.TokenHash is that of its id, and whoever reads one can write another with the same.
func wholeHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// introspect sends the request (RFC 7662 §2.1), with that API's own id and secret as HTTP
// Basic has them (RFC 6749 §2.3.1).
func (s *Server) introspect(ctx context.Context, t *lab.Handling, by lab.Resource, value string) (Answer, error) {
	ctx, done := context.WithTimeout(ctx, introspectionWait)
	defer done()
	basic := http.Request{Header: http.Header{}}
	basic.SetBasicAuth(url.QueryEscape(by.Client), url.QueryEscape(s.APIKey.Secret(t.ID, by.Client)))
	answer, err := native.Fetch(ctx, native.WithoutRedirects(s.Transport), t.Origins, func(out *http.Request) { s.InternalSenders.Pin(out, t.ID, event.API) }, client.Request{
		Method: http.MethodPost, URL: t.Issuer() + "/introspect", Body: url.Values{"token": {value}}.Encode(),
		Header: []event.Field{
			{Name: "Accept", Value: "application/json"},
			{Name: "Authorization", Value: basic.Header.Get("Authorization")},
			{Name: "Content-Type", Value: "application/x-www-form-urlencoded"},
		},
	})
	if err != nil {
		return Answer{}, err
	}
	if answer.Status != http.StatusOK {
		return Answer{}, fmt.Errorf("the authorization server answered %d", answer.Status)
	}
	var said struct {
		Active   *bool    `json:"active"`
		Scope    string   `json:"scope"`
		ClientID string   `json:"client_id"`
		Subject  string   `json:"sub"`
		Audience audience `json:"aud"`
		ID       string   `json:"jti"`
		Expires  *float64 `json:"exp"`
		Act      *actor   `json:"act"`
	}
	if err := json.Unmarshal([]byte(answer.Body), &said); err != nil || said.Active == nil {
		return Answer{}, errors.New("the authorization server's answer cannot be read")
	}
	a := Answer{
		Hash: guard.TokenHash(value), Whole: wholeHash(value), By: askedBy(by), Active: *said.Active, Scope: said.Scope, ClientID: said.ClientID,
		Subject: said.Subject, Audience: said.Audience, Actors: said.Act.chain(), ID: said.ID, Asked: t.Now(),
	}
	switch {
	case said.Expires != nil:
		a.Expires = date(*said.Expires)
	case a.Active: // the server looks at the end, and need not name it (RFC 7662 §2.2)
		a.Expires = date(lastDate)
	}
	return a, nil
}

// unanswered is the answer where nobody could tell what the token is worth: the API hands
// out nothing then.
func (s *Server) unanswered(ctx context.Context, t *lab.Handling, cause error) error {
	s.Log.Warn("introspection", "party", event.API, "lab", t.ID, "err", cause)
	_, err := lab.Update(ctx, t, s.document().docs(), func(_ *State, t *lab.Handling) (struct{}, error) {
		t.Noted(event.NoteUnanswered, "The authorization server does not answer: the API hands out nothing.")
		return struct{}{}, nil
	})
	if err != nil {
		return err
	}
	return endpoint.Refuse(http.StatusServiceUnavailable, endpoint.Unavailable, "The authorization server does not answer.",
		"The API cannot tell what the token is worth, and hands out nothing. Try again in a moment (RFC 7662 §2.2).").With("Retry-After", "5")
}
