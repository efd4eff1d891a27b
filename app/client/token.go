package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// Tokens is what a code is redeemed for (RFC 6749 §5.1).
type Tokens struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	Scope       string `json:"scope"`

	// RefreshToken gets the next access token, without the user
	// (RFC 6749 §1.5). "" where the server gives none.
	RefreshToken string `json:"refresh_token,omitempty"`

	// IDToken says who has signed in (OpenID Connect Core §2). ""
	// where the client did not ask.
	IDToken string `json:"id_token,omitempty"`
}

// Redeem exchanges a code for tokens at the token endpoint. A
// server that says no is a *TokenError.
//
// The verifier is kept until the next login begins, so that a
// learner can redeem a code a second time and see who refuses.
func (c *Client) Redeem(
	ctx context.Context, code string,
) (tokens Tokens, err error) {
	f := c.recall()
	defer f.tell(ctx, &err)
	tokens, err = f.redeem(ctx, code)
	if err == nil && f.asksWho() {
		f.user, err = f.verifyIDToken(ctx, tokens)
	}
	if err != nil {
		return Tokens{}, f.giveUp(err)
	}
	return tokens, f.take(tokens, grantCode, f.main())
}

// The grants of the client (RFC 6749 §4.1.3, §6).
const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
)

// take keeps the tokens that a grant gave for an API, and tells of it.
func (f *flow) take(tokens Tokens, grant, api string) error {
	if err := f.keepTokens(tokens, api); err != nil {
		return err
	}
	fields := []event.Field{
		{Name: "access_token", Value: tokens.AccessToken},
		{Name: "token_type", Value: tokens.TokenType},
		{Name: "expires_in",
			Value: strconv.Itoa(tokens.ExpiresIn)},
		{Name: "scope", Value: tokens.Scope},
	}
	if f.Rules.Offers(guard.RefreshTokens) {
		fields = append(fields,
			event.Field{Name: "refresh_token",
				Value: tokens.RefreshToken},
			event.Field{Name: "grant_type", Value: grant})
	}
	fields = append(fields, f.resources(api)...)
	f.note(event.NoteTokens,
		"The client keeps the tokens that it was given.",
		fields...)
	return nil
}

// redeem sends the token request and reads the answer.
func (f *flow) redeem(
	ctx context.Context, code string,
) (Tokens, error) {
	if !f.Rules.Offers(guard.TokenEndpoint) ||
		f.server().TokenEndpoint == "" {
		return Tokens{}, errNoTokenEndpoint
	}
	return f.askForTokens(ctx, f.tokenRequest(code))
}

// askForTokens sends a request to the token endpoint.
func (f *flow) askForTokens(
	ctx context.Context, d Draft,
) (Tokens, error) {
	request, err := f.draft(ctx, d)
	if err != nil {
		return Tokens{}, err
	}
	ask := Request{
		Method: request.Method,
		URL:    request.address(),
		Header: []event.Field{
			{Name: "Content-Type",
				Value: "application/x-www-form-urlencoded"},
			{Name: "Accept", Value: "application/json"},
		},
		Body: request.body(),
	}
	f.prove(request, &ask)
	if err := f.send(ctx); err != nil {
		return Tokens{}, err
	}
	r, err := f.Fetch(ctx, ask)
	if err != nil {
		return Tokens{}, fmt.Errorf("ask for tokens: %w", err)
	}
	return readTokens(r)
}

// tokenRequest is what redeems a code (RFC 6749 §4.1.3).
func (f *flow) tokenRequest(code string) Draft {
	return Draft{
		Method: "POST", // RFC 6749 §3.2
		URL:    f.server().TokenEndpoint,
		In:     InBody, // not in a URL (RFC 6749 §4.1.3)
		Parameters: append([]event.Field{
			{Name: "grant_type", Value: grantCode},
			{Name: "code", Value: code},
			{Name: "redirect_uri", Value: f.RedirectURI},
			{Name: "client_id", Value: f.ID},
			// RFC 7636 §4.5
			{Name: "code_verifier", Value: f.Verifier},
		}, f.resources(f.APIs()[0])...), // RFC 8707 §2.2
	}
}

var (
	errNoTokenEndpoint = errors.New("there is no token endpoint")
	errNoTokens        = unreadable("the answer has no access token")
	errTokenType       = unreadable("the token is of an unknown type")
)

// AnswerError says that a server's answer is none that the client
// can go on with: it broke its protocol.
type AnswerError struct{ error }

func unreadable(why string) error {
	return &AnswerError{errors.New(why)}
}

// Unwrap returns why.
func (e *AnswerError) Unwrap() error { return e.error }

// readTokens reads the answer of the token endpoint.
func readTokens(r Response) (Tokens, error) {
	if r.Status != 200 {
		return Tokens{}, readTokenError(r)
	}
	var tokens Tokens
	err := json.Unmarshal([]byte(r.Body), &tokens)
	if err != nil || tokens.AccessToken == "" {
		return Tokens{}, errNoTokens // RFC 6749 §5.1
	}
	if !strings.EqualFold(tokens.TokenType, "Bearer") {
		return Tokens{}, errTokenType // RFC 6749 §7.1
	}
	return tokens, nil
}

// TokenError is the token endpoint's no (RFC 6749 §5.2).
type TokenError struct {
	Status      int    `json:"-"`     // of the HTTP answer
	Code        string `json:"error"` // such as "invalid_grant"
	Description string `json:"error_description"`
	Hint        string `json:"hint"` // this lab's own: what to do
}

// Error returns what the server said.
func (e *TokenError) Error() string {
	return join(e.Code, e.Description)
}

// readTokenError reads a no. A server that fails need not answer in
// JSON, and then its status is all there is.
func readTokenError(r Response) *TokenError {
	e := &TokenError{}
	err := json.Unmarshal([]byte(r.Body), e)
	if err != nil || e.Code == "" {
		e = &TokenError{Description: fmt.Sprintf(
			"the token endpoint answered %d", r.Status)}
	}
	e.Status = r.Status
	return e
}

// join puts a code and its description into one sentence.
func join(code, description string) string {
	switch {
	case code == "":
		return description
	case description == "":
		return code
	}
	return code + ": " + description
}
