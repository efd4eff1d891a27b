package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDUserInfoSubject ID = "userinfo-subject"
	IDOpenIDScope     ID = "userinfo-subject.scope"
)

// userInfoSubject holds that UserInfo speaks of who signed in.
func userInfoSubject() Protection {
	return Protection{
		ID: "userinfo-subject", Title: "UserInfo subject", By: event.Client, Chapter: "v07",
		Stops: "Another user's name and address on this user's page.",
		Parts: []Part{
			{ID: IDUserInfoSubject, Kind: Guard, By: event.Client, Title: "UserInfo subject", Does: "the user of the ID token", Section: core + " §5.3.2", Hint: "sub is the same in both, to the letter."},
			{ID: IDOpenIDScope, Kind: Setting, By: event.Client, Title: "client asks for", Section: core + " §5.4", Values: []string{"openid profile email offline_access", "openid profile", "openid", Nothing}},
		},
	}
}

// UserInfoSubject refuses claims about somebody else than the user of
// the ID token, or about nobody (OpenID Connect Core §5.3.2: sub is
// always there). Without it, an access token that was exchanged
// brings another user's claims.
func UserInfoSubject(of, signedIn string) error {
	if of == "" || of != signedIn {
		return errors.New("UserInfo is about another user")
	}
	return nil
}
