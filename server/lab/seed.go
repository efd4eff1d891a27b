package lab

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/crypto/bcrypt"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/store"
)

// MaxUsers is how many users of its own a lab has at most.
const MaxUsers = 16

// User is a user that a lab has beside those of every lab.
type User struct {
	Username     string `json:"username"`
	Name         string `json:"name,omitempty"` // on the sign-in page; absent: the username
	PasswordHash string `json:"password_hash"`  // bcrypt
}

// Start is what a lab begins with, and what a reset brings it back to.
type Start struct {
	Chapter  string         `json:"chapter"`
	Version  string         `json:"version,omitempty"`
	Switches guard.Switches `json:"switches,omitempty"`
}

// Seed is a lab as whoever starts the program wants it.
type Seed struct {
	ID       uuid.UUID
	Key      string
	Chapter  string
	Switches guard.Switches
	Users    []SeedUser
	Clients  []OwnClient // Created is set when the lab is made
}

// SeedUser is a user of a seed.
type SeedUser struct{ Username, Name, Password string }

// ErrNotSeeded is returned for a lab that is there, and that no seed made: it is somebody's.
var ErrNotSeeded = errors.New("a lab of that id is there, and no seed made it")

// CheckOwn reports why a client cannot be registered beside others: a *RegistrationError.
func (ls *Labs) CheckOwn(others []OwnClient, c OwnClient) error {
	return ls.checkOwn(Settings{OwnClients: others}, c)
}

// Seed makes the lab, or brings the one that a seed made before to what this one says: key,
// chapter, switches, users and clients. Sessions, codes, tokens, clock and log stay as they
// are, so that a restart interrupts nothing. Where nothing differs, nothing is written.
func (ls *Labs) Seed(ctx context.Context, seed Seed) error {
	err := ls.plant(ctx, seed)
	if !errors.Is(err, store.ErrExists) {
		return err
	}
	if err := ls.tend(ctx, seed); err != nil {
		return err
	}
	return ls.Store.Touch(ctx, seed.ID) // it is used: it does not expire
}

// CheckSeed returns ErrNotSeeded where Seed would.
func (ls *Labs) CheckSeed(ctx context.Context, seed Seed) error {
	s, err := ls.settings().Get(ctx, seed.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err == nil && s.Seeded == nil:
		return ErrNotSeeded
	}
	return err
}

// plant makes the lab.
func (ls *Labs) plant(ctx context.Context, seed Seed) error {
	s := Settings{Created: ls.Now().UTC()}
	users, err := hashed(seed.Users, nil)
	if err == nil {
		err = ls.sow(&s, seed, users)
	}
	if err != nil {
		return err
	}
	l := ls.with(seed.ID, s)
	for _, d := range ls.Parties {
		// A process that was ended between the two steps left a document behind.
		if err := d.Create(ctx, l); err != nil && !errors.Is(err, store.ErrExists) {
			return fmt.Errorf("create the document of %s: %w", d.Party(), err)
		}
	}
	told := []event.Event{l.NewNote(event.NoteLabCreated, "a lab is opened in chapter "+seed.Chapter, event.Field{Name: "chapter", Value: seed.Chapter})}
	for _, c := range s.OwnClients {
		told = append(told, l.ownChange("registered", c))
	}
	return ls.settings().Create(ctx, l.ID, s, told...) // the last step, as of every lab
}

// tend brings a lab that a seed made to what the seed says.
func (ls *Labs) tend(ctx context.Context, seed Seed) error {
	before, err := ls.settings().Get(ctx, seed.ID)
	if err != nil {
		return err
	}
	if before.Seeded == nil {
		return ErrNotSeeded
	}
	users, err := hashed(seed.Users, before.Users)
	if err != nil {
		return err
	}
	after := before
	if err := ls.sow(&after, seed, users); err != nil || reflect.DeepEqual(before, after) {
		return err
	}
	return ls.settings().Update(ctx, seed.ID, func(s *Settings, out *store.Outbox) error {
		before := *s
		if err := ls.sow(s, seed, users); err != nil {
			return err
		}
		after := ls.with(seed.ID, *s)
		after.tellDifferences(before, out)
		after.tellClients(before.OwnClients, out)
		return nil
	})
}

// sow writes what a seed says into settings. What is so already stays as it was.
func (ls *Labs) sow(s *Settings, seed Seed, users []User) error {
	if err := ls.settle(s, seed.Chapter); err != nil {
		return err
	}
	if hash := sha256.Sum256([]byte(seed.Key)); !bytes.Equal(s.KeyHash, hash[:]) {
		s.KeyHash = hash[:]
	}
	s.Switches = seed.Switches
	s.Seeded = &Start{Chapter: s.Chapter, Version: s.Version, Switches: seed.Switches}
	s.Users = users

	var clients []OwnClient
	for _, c := range seed.Clients {
		if err := ls.CheckOwn(clients, c); err != nil {
			return err
		}
		was, _ := s.Own(c.ID)
		c.Created = was.Created
		if c.Created.IsZero() {
			c.Created = ls.Now().UTC()
		}
		clients = append(clients, c)
	}
	s.OwnClients = clients
	return nil
}

// hashed returns the users with the hashes of their passwords. A hash is another each time:
// one that is there and fits stays.
func hashed(seeded []SeedUser, there []User) ([]User, error) {
	var users []User
	for _, u := range seeded {
		hash := ""
		for _, had := range there {
			if had.Username == u.Username && bcrypt.CompareHashAndPassword([]byte(had.PasswordHash), []byte(u.Password)) == nil {
				hash = had.PasswordHash
			}
		}
		if hash == "" {
			made, err := bcrypt.GenerateFromPassword([]byte(u.Password), bcrypt.DefaultCost)
			if err != nil {
				return nil, fmt.Errorf("hash the password of %s: %w", u.Username, err)
			}
			hash = string(made)
		}
		users = append(users, User{Username: u.Username, Name: u.Name, PasswordHash: hash})
	}
	return users, nil
}

// tellClients puts into the outbox which of the learner's clients were others before.
func (l *Lab) tellClients(before []OwnClient, out *store.Outbox) {
	for _, c := range before {
		if _, still := l.Settings.Own(c.ID); !still {
			out.Add(l.ownChange("removed", c))
		}
	}
	for _, c := range l.Settings.OwnClients {
		was, known := Settings{OwnClients: before}.Own(c.ID)
		switch {
		case !known:
			out.Add(l.ownChange("registered", c))
		case !c.IsPublic() && !bytes.Equal(was.SecretHash, c.SecretHash): // told that it is another, and not which
			out.Add(l.ownChange("changed", c, event.ChangeField{Name: "secret", To: "a new one"}))
		case !reflect.DeepEqual(was, c):
			out.Add(l.ownChange("changed", c))
		}
	}
}

// ownChange tells what was done with a client of the learner's, and more of it.
func (l *Lab) ownChange(action string, c OwnClient, more ...event.ChangeField) event.Event {
	e := l.newEvent(event.Lab, event.KindChange)
	e.Change = &event.Change{What: "client", Action: action, Key: c.ID, Fields: append([]event.ChangeField{
		{Name: "name", To: c.Name}, {Name: "type", To: c.Type()}, {Name: "redirect_uris", To: strings.Join(c.RedirectURIs, " ")},
	}, more...)}
	return e
}

// begun returns the settings of the lab as it began: those of its seed, or the start of the
// chapter that it is in.
func (s Settings) begun() Settings {
	start := cmp.Or(s.Seeded, &Start{Chapter: s.Chapter, Version: s.Version})
	return Settings{
		Chapter: start.Chapter, Version: start.Version, Switches: start.Switches, Seeded: s.Seeded,
		KeyHash: s.KeyHash, Created: s.Created, OwnClients: s.OwnClients, Users: s.Users,
	}
}
