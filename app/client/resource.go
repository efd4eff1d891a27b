package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// Shown is what the API has handed out, for the client to show.
type Shown struct {
	// Who the token's user is; "" where the token may not say.
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`

	Photos []string `json:"photos,omitempty"` // their titles
	Notes  []string `json:"notes,omitempty"`

	Bills        []string `json:"bills,omitempty"`
	Appointments []string `json:"appointments,omitempty"`
}

// Show asks the API who the user is and what is kept there for
// them, and shows it. What the token was not granted is left out;
// any other no is an *APIError.
func (c *Client) Show(ctx context.Context) (s Shown, err error) {
	f := c.signedIn()
	defer f.tell(ctx, &err)
	if !slices.Contains(f.APIs(), Photos) {
		return Shown{}, nil // it was let in to others alone
	}
	if err := f.readMe(ctx, &s); err != nil && !isNarrow(err) {
		return Shown{}, err
	}
	if err := f.readThings(ctx, &s); err != nil && !isNarrow(err) {
		return Shown{}, err
	}
	f.note(event.NoteShown,
		"The client shows what the API handed out.", s.fields()...)
	return s, nil
}

// Write keeps a new note at the API. The API decides by the token
// whose note it is.
func (c *Client) Write(ctx context.Context, text string) (err error) {
	f := c.signedIn()
	defer f.tell(ctx, &err)
	body, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return fmt.Errorf("write a note: %w", err)
	}
	_, err = f.ask(ctx, "POST", f.API+"/protected", string(body))
	return err
}

// readMe asks who the user is.
func (f *flow) readMe(ctx context.Context, s *Shown) error {
	var me struct{ Name, Email string }
	if err := f.read(ctx, f.API+"/api/me", &me); err != nil {
		return err
	}
	s.Name, s.Email = me.Name, me.Email
	return nil
}

// readThings asks for the user's photos and notes.
func (f *flow) readThings(ctx context.Context, s *Shown) error {
	var things struct {
		Photos []struct{ Title string }
		Notes  []struct{ Text string }
	}
	if err := f.read(ctx, f.API+"/protected", &things); err != nil {
		return err
	}
	for _, p := range things.Photos {
		s.Photos = append(s.Photos, p.Title)
	}
	for _, n := range things.Notes {
		s.Notes = append(s.Notes, n.Text)
	}
	return nil
}

// read asks for a resource, and takes its answer apart.
func (f *flow) read(ctx context.Context, at string, into any) error {
	body, err := f.ask(ctx, "GET", at, "")
	if err != nil {
		return err
	}
	if json.Unmarshal([]byte(body), into) != nil {
		return errNoAnswer
	}
	return nil
}

// ask sends one request to the API, and tells if the API says no.
func (f *flow) ask(
	ctx context.Context, method, at, body string,
) (string, error) {
	answer, err := f.askAndRenew(ctx, method, at, body)
	var no *APIError
	if errors.As(err, &no) {
		f.note(event.NoteAPIRefused,
			"The API says no: "+err.Error(),
			event.Field{Name: "error", Value: err.Error()})
	}
	return answer, err
}

// askAndRenew sends one request to the API. Where the token is
// refused and there is a way to another, it asks once more with
// that: nobody notices.
func (f *flow) askAndRenew(
	ctx context.Context, method, at, body string,
) (string, error) {
	if !strings.Contains(at, "://") { // a path, and nothing below it
		return "", errNoAPI
	}
	api := f.apiAt(at)
	tokens, signedIn := f.tokensFor(api)
	if !signedIn {
		return "", errSignedOut
	}
	if tokens.AccessToken == "" && tokens.RefreshToken == "" {
		return "", errNoToken
	}
	if tokens.AccessToken != "" {
		answer, err := f.askWith(ctx, tokens, method, at, body)
		if !isStale(err) || tokens.RefreshToken == "" {
			return answer, err
		}
	}
	tokens, err := f.renew(ctx, tokens, api)
	if err != nil {
		return "", err
	}
	return f.askWith(ctx, tokens, method, at, body)
}

// isStale reports whether the API refused the token itself
// (RFC 6750 §3.1): a new one may do.
func isStale(err error) bool {
	var no *APIError
	return errors.As(err, &no) && no.Code == "invalid_token"
}

// askWith sends a request with the token (RFC 6750 §2.1).
func (f *flow) askWith(
	ctx context.Context, tokens Tokens, method, at, body string,
) (string, error) {
	request, err := f.draft(ctx, f.apiRequest(
		method, at, tokens.AccessToken))
	if err != nil {
		return "", err
	}
	if err := f.send(ctx); err != nil {
		return "", err
	}
	r := Request{Method: method, URL: request.address(), Body: body,
		Header: []event.Field{
			{Name: "Accept", Value: "application/json"}}}
	if token, has := request.bearer(); has {
		r.Header = append(r.Header, event.Field{
			Name: "Authorization", Value: "Bearer " + token})
	}
	if body != "" {
		r.Header = append(r.Header, event.Field{
			Name: "Content-Type", Value: "application/json"})
	}
	answer, err := f.Fetch(ctx, r)
	if err != nil {
		return "", fmt.Errorf("ask the API: %w", err)
	}
	if answer.Status/100 != 2 {
		return "", readAPIError(answer)
	}
	return answer.Body, nil
}

// apiRequest is a request to the API before it is sent. The token
// belongs into a header: what stands in an address ends in histories
// and logs (RFC 9700 §4.3.2).
func (f *flow) apiRequest(method, at, token string) Draft {
	d := Draft{
		Method: method,
		URL:    at,
		In:     InHeader,
		ToAPI:  at != f.Discovered.UserInfoEndpoint,
		Parameters: []event.Field{
			{Name: "access_token", Value: token},
		},
	}
	if d.ToAPI && f.Rules.Value(guard.IDTokenPlace) == guard.Query {
		d.In = InQuery
	}
	return d
}

var (
	errNoAPI     = errors.New("there is no API")
	errSignedOut = errors.New("the client has no token")
	errNoToken   = errors.New("the client has no token for this API")
	errNoAnswer  = errors.New("the API's answer cannot be read")
)

// isNarrow reports whether the token was not granted the scope for
// just this (RFC 6750 §3.1): it may be good for something else.
func isNarrow(err error) bool {
	var no *APIError
	return errors.As(err, &no) && no.Code == "insufficient_scope"
}

// fields tells the feed what the client shows.
func (s Shown) fields() []event.Field {
	return append([]event.Field{
		{Name: "name", Value: s.Name}, {Name: "email", Value: s.Email},
	}, s.things()...)
}

// things are the fields of what is kept for the user.
func (s Shown) things() (fields []event.Field) {
	const most = 12 // of each: a note of the feed is bounded
	for _, photo := range s.Photos[:min(most, len(s.Photos))] {
		fields = append(fields,
			event.Field{Name: "photo", Value: photo})
	}
	latest := s.Notes[max(0, len(s.Notes)-most):]
	for _, text := range latest {
		fields = append(fields,
			event.Field{Name: "note", Value: text})
	}
	for _, bill := range s.Bills[:min(most, len(s.Bills))] {
		fields = append(fields,
			event.Field{Name: "bill", Value: bill})
	}
	coming := s.Appointments[max(0, len(s.Appointments)-most):]
	for _, text := range coming {
		fields = append(fields,
			event.Field{Name: "appointment", Value: text})
	}
	return fields
}

// APIError is the API's no (RFC 6750 §3).
type APIError struct {
	Status      int    `json:"-"`
	Code        string `json:"error"` // such as "invalid_token"
	Description string `json:"error_description"`
}

// Error returns what the API said.
func (e *APIError) Error() string {
	return join(e.Code, e.Description)
}

// readAPIError reads a no. The body says in words what its header
// WWW-Authenticate does.
func readAPIError(r Response) *APIError {
	e := &APIError{}
	err := json.Unmarshal([]byte(r.Body), e)
	if err != nil || e.Code == "" {
		e = &APIError{Description: fmt.Sprintf(
			"the API answered %d", r.Status)}
	}
	e.Status = r.Status
	return e
}
