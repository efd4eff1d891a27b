package client

import (
	"context"
	"encoding/json"
	"strconv"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// Claims are what the server tells of the user (OpenID Connect Core
// §5.1). All but the subject may be missing.
type Claims struct {
	Subject       string `json:"sub"`
	Name          string `json:"name,omitempty"`
	Username      string `json:"preferred_username,omitempty"`
	Email         string `json:"email,omitempty"`
	EmailVerified bool   `json:"email_verified,omitempty"`
}

// Who returns who has signed in, and what the server tells of them
// (OpenID Connect Core §5.3); nothing where nobody asked. Claims about
// somebody else are a *guard.Refusal. After an error nobody is signed
// in: whose the access token is, the client does not know.
func (c *Client) Who(
	ctx context.Context,
) (u User, claims Claims, err error) {
	f := c.signedIn()
	defer f.tell(ctx, &err)
	kept, _ := keptIn(f.kept())
	if kept.User == (User{}) {
		return User{}, Claims{}, nil
	}
	if f.Discovered.UserInfoEndpoint == "" { // a server need not
		return kept.User, Claims{Subject: kept.User.Subject}, nil
	}
	claims, err = f.readUserInfo(ctx)
	if err == nil {
		err = f.enforce(guard.IDUserInfoSubject,
			guard.UserInfoSubject(claims.Subject, kept.User.Subject))
	}
	if err != nil {
		f.kept().Delete(tokensKey)
		return User{}, Claims{}, f.giveUp(err)
	}
	f.note(event.NoteUserInfo,
		"The client takes what UserInfo tells.", claims.fields()...)
	return kept.User, claims, nil
}

// readUserInfo asks with the access token, as it asks an API.
func (f *flow) readUserInfo(
	ctx context.Context,
) (claims Claims, err error) {
	at := f.Discovered.UserInfoEndpoint
	body, err := f.askAndRenew(ctx, "GET", at, "")
	if err != nil {
		return Claims{}, err
	}
	if json.Unmarshal([]byte(body), &claims) != nil {
		return Claims{}, errNoClaims
	}
	return claims, nil
}

var errNoClaims = unreadable("UserInfo cannot be read")

// fields tells the feed what the client was told.
func (c Claims) fields() []event.Field {
	fields := []event.Field{{Name: "sub", Value: c.Subject}}
	if c.Name != "" {
		fields = append(fields,
			event.Field{Name: "name", Value: c.Name},
			event.Field{
				Name: "preferred_username", Value: c.Username})
	}
	if c.Email != "" {
		fields = append(fields,
			event.Field{Name: "email", Value: c.Email},
			event.Field{Name: "email_verified",
				Value: strconv.FormatBool(c.EmailVerified)})
	}
	return fields
}
