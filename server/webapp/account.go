package webapp

import (
	"context"
	"slices"
	"strings"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// maxAlbum bounds the photos of an album.
const maxAlbum = 32

// Account is what the web app keeps for one user. Whose it is, issuer and subject say together,
// for good; the address is what the user had at the first sign-in (OpenID Connect Core §5.7).
type Account struct {
	client.User
	Email string   `json:"email,omitempty"`
	Name  string   `json:"name,omitempty"`
	Album []string `json:"album,omitempty"` // titles of the photos that were shown to its user
}

// account opens the account of who has signed in, and makes one where there is none. Both are
// the zero value where nobody asked who that is.
func (s *Server) account(ctx context.Context, t *lab.Handling, oauth *client.Client) (client.User, Account, error) {
	user, claims, err := oauth.Who(ctx)
	if err != nil || user == (client.User{}) {
		return client.User{}, Account{}, err
	}
	found, err := lab.Update(ctx, t.Aside(), s.docs(), func(state *State, t *lab.Handling) (Account, error) {
		found := state.accountOf(t, user, claims)
		fields := []event.Field{{Name: "sub", Value: user.Subject}, {Name: "account", Value: found.Subject}}
		for _, photo := range found.Album {
			fields = append(fields, event.Field{Name: "photo", Value: photo})
		}
		t.Noted(event.NoteAccount, "The web app opens an account.", fields...)
		return found, nil
	})
	return user, found, err
}

// accountOf finds the account of a user, and makes one where there is none. An account that has
// the same address may be another user's.
func (s *State) accountOf(t *lab.Handling, user client.User, claims client.Claims) Account {
	i := slices.IndexFunc(s.Accounts, func(a Account) bool { return a.Email != "" && a.Email == claims.Email })
	if i >= 0 {
		found := s.Accounts[i]
		if t.Enforce(guard.IDAccountKey,
			guard.AccountKey(found.Issuer, found.Subject,
				user.Issuer, user.Subject)) == nil {
			return found // hers, or the guard is off: the address counts
		}
	}
	if i := slices.IndexFunc(s.Accounts, func(a Account) bool { return a.User == user }); i >= 0 {
		return s.Accounts[i]
	}
	fresh := Account{User: user, Email: claims.Email, Name: claims.Name}
	s.Accounts = lab.Keep(s.Accounts, fresh, maxAccounts)
	return fresh
}

// fill puts the photos that are shown into the album of the account, if they are its owner's.
func (s *Server) fill(ctx context.Context, t *lab.Handling, one *Session) error {
	if one.Account.User != one.Who || one.Who == (client.User{}) || len(one.Shows.Photos) == 0 {
		return nil
	}
	album, err := lab.Update(ctx, t.Aside(), s.docs(), func(state *State, _ *lab.Handling) ([]string, error) {
		i := slices.IndexFunc(state.Accounts, func(a Account) bool { return a.User == one.Account.User })
		if i < 0 {
			return nil, nil
		}
		a := &state.Accounts[i]
		a.Album = slices.Clone(a.Album)
		for _, photo := range one.Shows.Photos {
			if !slices.Contains(a.Album, photo) && len(a.Album) < maxAlbum {
				a.Album = append(a.Album, photo)
			}
		}
		return a.Album, nil
	})
	one.Account.Album = album
	return err
}

// accountTable shows the accounts to a learner.
func accountTable(all []Account) lab.Table {
	return lab.TableOf("", "accounts", all, func(a Account) string { return a.Issuer + " " + a.Subject }, []lab.Column[Account]{
		{Name: "account of", Of: func(a Account) lab.Cell { return lab.Says(a.Subject) }},
		{Name: "issuer", Of: func(a Account) lab.Cell { return lab.Quotes(a.Issuer) }},
		{Name: "e-mail", Of: func(a Account) lab.Cell { return lab.Says(a.Email) }},
		{Name: "album", Of: func(a Account) lab.Cell { return lab.Says(strings.Join(a.Album, ", ")) }},
	})
}
