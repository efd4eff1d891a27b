package seed

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/authserver"
	"oauthlab/server/lab"
)

// chapters names those that there are.
func (r *reader) chapters() string {
	ids := slices.Concat(guard.Versions(), slices.Collect(maps.Keys(r.labs.Chapters)))
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), ", ")
}

// switches applies protections, then their single parts, then settings, as the lab's API does.
func (r *reader) switches(path []any, in fileLab, version string) guard.Switches {
	var s guard.Switches
	take := func(next guard.Switches, err error, under ...any) {
		if err != nil {
			r.refuse(slices.Concat(path, under), "%v", err)
			return
		}
		s = next
	}
	for _, id := range slices.Sorted(maps.Keys(in.Protections)) {
		next, err := lab.WithProtection(s, id, in.Protections[id], version)
		take(next, err, "protections", id)
	}
	for _, id := range slices.Sorted(maps.Keys(in.Guards)) {
		next, err := lab.WithPart(s, guard.ID(id), asJSON(in.Guards[id]), version)
		take(next, err, "guards", id)
	}
	for _, id := range slices.Sorted(maps.Keys(in.Settings)) {
		if part, known := guard.FindPart(guard.ID(id)); !known || part.Kind != guard.Setting {
			r.refuse(under(path, "settings", id), "there is no setting %q: there is %s", brief(id), strings.Join(settings(), ", "))
			continue
		}
		next, err := lab.WithPart(s, guard.ID(id), asJSON(in.Settings[id]), version)
		take(next, err, "settings", id)
	}
	if len(s) == 0 {
		return nil
	}
	return s
}

// asJSON writes a value as the lab's API takes it.
func asJSON(value string) json.RawMessage {
	if value == "true" || value == "false" {
		return json.RawMessage(value)
	}
	text, _ := json.Marshal(value) // a string can be written
	return text
}

func settings() []string {
	var ids []string
	for _, p := range guard.Catalogue() {
		for _, part := range p.Parts {
			if part.Kind == guard.Setting {
				ids = append(ids, string(part.ID))
			}
		}
	}
	return ids
}

// Bounds of a user, as the sign-in page has them; bcrypt takes 72 bytes.
const (
	maxPassword      = 64 // characters
	maxPasswordBytes = 72
)

// Bounds of a client's secret, in characters.
const (
	leastSecret = 16
	mostSecret  = 128
)

var (
	username = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$`)
	clientID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
)

func (r *reader) users(path []any, in []fileUser) []lab.SeedUser {
	if len(in) > lab.MaxUsers {
		r.refuse(path, "there are %d users, and a lab has %d of its own at most", len(in), lab.MaxUsers)
		return nil
	}
	var all []lab.SeedUser
	for i, u := range in {
		here := under(path, i)
		twice := slices.ContainsFunc(all, func(other lab.SeedUser) bool { return other.Username == u.Username })
		switch {
		case u.Username == "":
			r.refuse(under(here, "username"), "the user has no username")
		case !username.MatchString(u.Username):
			r.refuse(under(here, "username"), "the username %q takes letters, digits and . _ @ + -, 64 at most, a letter or digit first", brief(u.Username))
		case twice:
			r.refuse(under(here, "username"), "the username %q stands twice", u.Username)
		}
		switch {
		case u.Password == "":
			r.refuse(under(here, "password"), "the user has no password")
		case utf8.RuneCountInString(u.Password) > maxPassword || len(u.Password) > maxPasswordBytes:
			r.refuse(under(here, "password"), "the password is longer than %d characters, or %d bytes", maxPassword, maxPasswordBytes)
		}
		if u.Name != "" && !lab.IsPlainName(u.Name) {
			r.refuse(under(here, "name"), "the name takes letters, digits, spaces and signs such as - and _, %d at most", lab.MaxOwnName)
		}
		all = append(all, lab.SeedUser(u))
	}
	return all
}

func (r *reader) clients(path []any, of uuid.UUID, rules guard.Rules, in []fileClient) []lab.OwnClient {
	if len(in) > lab.MaxOwnClients {
		r.refuse(path, "there are %d clients, and a lab has %d at most", len(in), lab.MaxOwnClients)
		return nil
	}
	var all []lab.OwnClient
	for i, c := range in {
		here := under(path, i)
		if err := asRegistration(lab.CheckType(c.Type, rules)); err != nil {
			r.refuse(under(here, "type"), "%s", inOne(err))
		}
		r.secret(here, c)
		one := lab.OwnClient{ID: c.ClientID, Name: strings.TrimSpace(c.Name), RedirectURIs: c.RedirectURIs}
		if c.Type == lab.TypeConfidential {
			one.SecretHash = lab.HashSecret(c.ClientSecret)
		}
		if one.ID == "" {
			// The same at each start, so that a test can be told of it.
			one.ID = lab.OwnClientPrefix + uuid.NewSHA1(of, []byte(one.Name)).String()[:8]
		}
		twice := slices.ContainsFunc(all, func(other lab.OwnClient) bool { return other.ID == one.ID })
		switch {
		case !clientID.MatchString(one.ID):
			r.refuse(under(here, "client_id"), "the client_id %q takes letters, digits and . _ -, 64 at most, a letter or digit first", brief(one.ID))
		case authserver.IsReserved(one.ID):
			r.refuse(under(here, "client_id"), "the client_id %q is that of a client or a user of every lab: take another", one.ID)
		case twice && c.ClientID == "": // the id is made of the name
			r.refuse(under(here, "name"), "another client of this lab has the name")
		case twice:
			r.refuse(under(here, "client_id"), "the client_id %q stands twice", one.ID)
		}
		r.client(here, all, one)
		all = append(all, one)
	}
	return all
}

// secret checks the secret of a client. It never repeats it.
func (r *reader) secret(of []any, c fileClient) {
	path, n := under(of, "client_secret"), len(c.ClientSecret)
	isOther := func(sign rune) bool { return sign < ' ' || sign > '~' } // RFC 6749 Appendix A.2
	switch {
	case c.Type == "" || c.Type == lab.TypePublic:
		if n > 0 && !r.Unsure(under(of, "type")...) {
			r.refuse(path, "a client_secret is that of a client of type: %s, and a public one keeps none (RFC 6749 §2.1)", lab.TypeConfidential)
		}
	case c.Type != lab.TypeConfidential: // which is said
	case n == 0:
		r.refuse(path, "the client is %s and has no client_secret: make one with openssl rand -hex 32", lab.TypeConfidential)
	case strings.ContainsFunc(c.ClientSecret, isOther):
		r.refuse(path, "the client_secret has other signs than letters, digits, blanks and punctuation of ASCII (RFC 6749 Appendix A.2)")
	case n < leastSecret:
		r.refuse(path, "the client_secret has %d characters, and takes %d at least: make one with openssl rand -hex 32", n, leastSecret)
	case n > mostSecret:
		r.refuse(path, "the client_secret has %d characters, and may have %d", n, mostSecret)
	}
}

// client checks what the lab's API checks of a client: each of its addresses by itself, so
// that each mistake has its line.
func (r *reader) client(path []any, others []lab.OwnClient, c lab.OwnClient) {
	wrong := false
	for j, uri := range c.RedirectURIs {
		alone := c
		alone.RedirectURIs = []string{uri}
		if err := asRegistration(r.labs.CheckOwn(others, alone)); err != nil && err.OfURI {
			r.refuse(under(path, "redirect_uris", j), "%s", inOne(err))
			wrong = true
		}
	}
	switch err := asRegistration(r.labs.CheckOwn(others, c)); {
	case err == nil:
	case !err.OfURI:
		r.refuse(under(path, "name"), "%s", inOne(err))
	case !wrong:
		r.refuse(under(path, "redirect_uris"), "%s", inOne(err))
	}
}

func asRegistration(err error) *lab.RegistrationError {
	wrong, _ := errors.AsType[*lab.RegistrationError](err)
	return wrong
}

// inOne makes one sentence of both of a refusal.
func inOne(err *lab.RegistrationError) string {
	return fmt.Sprintf("%s: %s", inside(err.Description), inside(err.Hint))
}

// inside writes a sentence as it stands within another.
func inside(sentence string) string {
	first, size := utf8.DecodeRuneInString(sentence)
	return strings.ToLower(string(first)) + strings.TrimSuffix(sentence[size:], ".")
}

// brief keeps what somebody wrote short enough to repeat.
func brief(text string) string { return prose.Clip(text, 60, "…") }
