package client

import (
	"context"
	"errors"
	"slices"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// The APIs that the client asks, by the names under which it knows
// them. Each is a resource of its own: a token is for one of them
// (RFC 8707 §2).
const (
	Photos   = "photos"
	Billing  = "billing"
	Calendar = "calendar"
)

// names reports whether the client says for which API a token is to
// be. Where it does not, one token has to do for all.
func (c *Client) names() bool {
	return c.Rules.Value(guard.IDResourceNamed) == guard.EachAPI
}

// APIs are those that the client will ask, by name. It gets its first
// token for the first of them.
func (c *Client) APIs() []string {
	if !c.Rules.Offers(guard.ResourceIndicators) {
		return []string{Photos}
	}
	return strings.Fields(c.Rules.Value(guard.IDResourceAPIs))
}

// address is where an API stands, and so the name by which a token for
// it is asked for. The client was set up with it. If it believes who
// tells it another, it calls that, with a token for that: Mallory may
// be who says so (RFC 9700 §4.9.1).
func (f *flow) address(api string) string {
	own := f.API
	if api != Photos {
		own += "/" + api
	}
	told, moved := f.Moved[api]
	switch {
	case !moved:
		return own
	case f.Rules.Value(guard.IDResourceAddress) != guard.AsTold:
		return own
	}
	return told
}

// resources are the addresses of the APIs, as parameters of a request
// (RFC 8707 §2); none where the client names none.
func (f *flow) resources(apis ...string) (list []event.Field) {
	if !f.names() {
		return nil
	}
	for _, api := range apis {
		list = append(list, event.Field{
			Name: "resource", Value: f.address(api)})
	}
	return list
}

// main is the API that the token of the login is for; "" where it is
// for all.
func (f *flow) main() string {
	if !f.names() {
		return ""
	}
	return f.APIs()[0]
}

// apiAt is the API of which an address is part; "" where one token is
// for all, or it is no API's.
func (f *flow) apiAt(at string) string {
	if !f.names() {
		return ""
	}
	for _, api := range []string{Billing, Calendar} {
		if at == f.address(api) {
			return api
		}
	}
	if strings.HasPrefix(at, f.address(Photos)+"/") &&
		slices.Contains(f.APIs(), Photos) {
		return Photos
	}
	return f.main()
}

// ShowOf asks one of the APIs what it keeps for the user. The client
// gets a token for it first, if it has none: with its refresh token,
// since the user said yes to all of them when she signed in.
func (c *Client) ShowOf(
	ctx context.Context, api string,
) (s Shown, err error) {
	f := c.signedIn()
	defer f.tell(ctx, &err)
	switch api {
	case Photos:
		err = f.readThings(ctx, &s)
	case Billing:
		err = f.readBills(ctx, &s)
	case Calendar:
		err = f.readAppointments(ctx, &s)
	}
	if err != nil {
		return Shown{}, err
	}
	f.note(event.NoteShown,
		"The client shows what the API handed out.", s.things()...)
	return s, nil
}

// Compare shows each token that the client keeps to each API, and to
// UserInfo: every answer is a real one. It gets those that it lacks
// first. No client has a reason to do that.
func (c *Client) Compare(ctx context.Context) (err error) {
	f := c.signedIn()
	defer f.tell(ctx, &err)
	quiet := *f.Client
	quiet.Before = nil // nobody steps through so many
	f.Client = &quiet
	for _, api := range f.APIs() {
		tokens, signedIn := f.tokensFor(api)
		switch {
		case !signedIn:
			return errSignedOut
		case tokens.AccessToken == "" && tokens.RefreshToken != "":
			_, err := f.renew(ctx, tokens, api)
			if err != nil && !saidNo(err) {
				return err
			}
		}
	}
	for _, api := range f.APIs() {
		tokens, _ := f.tokensFor(api)
		if tokens.AccessToken == "" {
			continue
		}
		for _, at := range f.endpoints() {
			_, err := f.askWith(ctx, tokens, "GET", at, "")
			if err != nil && !saidNo(err) {
				return err
			}
		}
		if !f.names() { // one token is for all
			break
		}
	}
	return nil
}

// endpoints are the addresses where a token can be shown.
func (f *flow) endpoints() []string {
	all := []string{
		f.API + "/protected", f.address(Billing),
		f.address(Calendar), f.API + "/api/me",
	}
	if at := f.Discovered.UserInfoEndpoint; at != "" {
		all = append(all, at)
	}
	return all
}

// saidNo reports whether a server answered, and the answer was no.
func saidNo(err error) bool {
	var api *APIError
	var token *TokenError
	return errors.As(err, &api) || errors.As(err, &token)
}

// readBills asks for the user's bills.
func (f *flow) readBills(ctx context.Context, s *Shown) error {
	var answer struct {
		Bills []struct{ Title, Amount string }
	}
	if err := f.read(ctx, f.address(Billing), &answer); err != nil {
		return err
	}
	for _, b := range answer.Bills {
		s.Bills = append(s.Bills, b.Title+", "+b.Amount)
	}
	return nil
}

// readAppointments asks for the user's calendar.
func (f *flow) readAppointments(
	ctx context.Context, s *Shown,
) error {
	var answer struct {
		Appointments []struct{ Day, Title string }
	}
	if err := f.read(ctx, f.address(Calendar), &answer); err != nil {
		return err
	}
	for _, a := range answer.Appointments {
		s.Appointments = append(s.Appointments, a.Day+": "+a.Title)
	}
	return nil
}
