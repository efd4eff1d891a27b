package client

import (
	"context"
	"errors"
	"net/url"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// Callback takes the answer of the authorization server, which the
// browser brought to the redirect URI (RFC 6749 §4.1.2), and
// returns the code in it. What it does not take is a *guard.Refusal
// where the state is not ours, and an *AuthorizationError where the
// server said no.
func (c *Client) Callback(
	ctx context.Context, callbackURL string,
) (code string, err error) {
	answer, malformed := parseAnswer(callbackURL)
	f := c.recall()
	if c.carries() {
		if f, err = c.unpack(answer.state); err != nil {
			return "", err
		}
	}
	defer f.tell(ctx, &err)
	f.note(event.NoteCallback,
		"The browser brought the answer to the redirect URI.",
		event.Field{Name: "url", Value: callbackURL})

	// Nothing in the answer is believed before its state is.
	err = f.enforce(guard.IDState,
		guard.State(f.State, answer.state,
			f.tied())) // RFC 6749 §10.12
	if err != nil {
		return "", f.giveUp(err)
	}
	err = f.enforce(guard.IDStateUnused,
		guard.StateUnused(f.Used)) // RFC 9700 §4.2.4
	if err != nil {
		return "", f.giveUp(err)
	}
	err = f.enforce(guard.IDResponseIssuer,
		guard.ResponseIssuer(answer.issuer, f.server().Issuer,
			f.server().Named)) // RFC 9207 §2.4
	if err != nil {
		return "", f.giveUp(err)
	}
	f.Used = true
	if err := f.keep(); err != nil {
		return "", err
	}
	if malformed != nil {
		return "", f.giveUp(malformed)
	}
	if answer.err.Code != "" { // RFC 6749 §4.1.2.1
		return "", f.giveUp(&answer.err)
	}
	if answer.code == "" {
		return "", f.giveUp(errNoCode)
	}

	f.note(event.NoteCode,
		"The client takes the code.",
		event.Field{Name: "code", Value: answer.code})
	return answer.code, nil
}

// answer is what a callback says.
type answer struct {
	code   string
	state  string
	issuer string
	err    AuthorizationError // set where the server said no
}

var (
	errNoCode   = unreadable("the callback has no code")
	errTooLong  = errors.New("the callback is too long to be ours")
	errNoURL    = errors.New("the callback is not a URL")
	errRepeated = unreadable("the callback repeats a parameter")
)

// parseAnswer reads the parameters of a callback. An answer that
// cannot be read, or that says a thing twice (RFC 6749 §3.1), says
// nothing.
func parseAnswer(callbackURL string) (answer, error) {
	if len(callbackURL) > event.MaxURL {
		return answer{}, errTooLong
	}
	u, err := url.Parse(callbackURL)
	if err != nil {
		return answer{}, errNoURL
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return answer{}, errNoURL
	}
	for _, name := range []string{
		"code", "state", "iss", "error", "error_description",
	} {
		if len(query[name]) > 1 {
			return answer{}, errRepeated
		}
	}
	return answer{
		code:   query.Get("code"),
		state:  query.Get("state"),
		issuer: query.Get("iss"),
		err: AuthorizationError{
			Code:        query.Get("error"),
			Description: query.Get("error_description"),
		},
	}, nil
}

// AuthorizationError is the authorization server's no, as the
// callback brought it (RFC 6749 §4.1.2.1).
type AuthorizationError struct {
	Code        string // such as "access_denied"
	Description string // in plain words; may be empty
}

// Error returns what the server said.
func (e *AuthorizationError) Error() string {
	return join(e.Code, e.Description)
}
