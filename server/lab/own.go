package lab

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/store"
)

// Bounds of what a learner registers in one lab.
const (
	MaxOwnClients = 8
	MaxOwnURIs    = 8   // a client
	MaxOwnURI     = 512 // bytes
	MaxOwnName    = 32  // characters
)

// Types of a client (RFC 6749 §2.1).
const (
	TypePublic       = "public"       // it can keep no secret
	TypeConfidential = "confidential" // it proves itself with one
)

// OwnClientPrefix begins the ids that the lab gives to such clients.
const OwnClientPrefix = "own-"

// OwnClient is a client of the learner's, registered in one lab and known to no other. One
// with a secret is confidential, any other public (RFC 6749 §2.1).
type OwnClient struct {
	ID           string    `json:"client_id"`
	Name         string    `json:"name"` // under which it appears in the log
	RedirectURIs []string  `json:"redirect_uris"`
	SecretHash   []byte    `json:"secret_hash,omitempty"` // SHA-256; nil of a public client
	Created      time.Time `json:"created"`
}

// IsPublic reports whether the client has no secret.
func (c OwnClient) IsPublic() bool { return c.SecretHash == nil }

// Type is the client's type, TypePublic or TypeConfidential.
func (c OwnClient) Type() string {
	if c.IsPublic() {
		return TypePublic
	}
	return TypeConfidential
}

// HashSecret is what is kept of a client's secret: guard.ClientSecret compares with it.
func HashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// newSecret makes a client's secret, 32 random bytes in base64url.
func newSecret() string {
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	return base64.RawURLEncoding.EncodeToString(secret)
}

// OwnRedirects says where the answers to learners' own clients may go. Loopback is the
// machine of whoever follows the link, so nobody else gets anything by it; everywhere else
// is the operator's to allow.
type OwnRedirects struct {
	Never   bool     // the operator wants no such clients
	Origins []string // beside loopback
}

// Allows reports whether an answer may go to the absolute URI raw.
func (o OwnRedirects) Allows(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || o.Never || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	return isOwnMachine(strings.ToLower(u.Hostname())) || slices.Contains(o.Origins, OriginOf(u))
}

// isOwnMachine reports whether the host is that of whoever follows the link, in one of the
// three spellings that everybody reads alike: what else is loopback, such as an IPv4 address
// within an IPv6 one, is another to those who compare.
func isOwnMachine(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}

// FormAction lists, as a content security policy does, where a form may lead whose answer
// goes to such a URI. Chromium applies it to the whole chain of redirects, and what
// listens on loopback often redirects on, to another port.
func (o OwnRedirects) FormAction(u *url.URL) string {
	switch host := strings.ToLower(u.Hostname()); {
	case !isOwnMachine(host):
		return OriginOf(u)
	case strings.Contains(host, ":"): // no policy can name an IPv6 address
		return u.Scheme + ":"
	}
	return "http://localhost:* http://127.0.0.1:* https://localhost:* https://127.0.0.1:*"
}

// RegistrationError is why a client cannot be registered so.
type RegistrationError struct {
	Description string // a sentence
	Hint        string // another one
	OfURI       bool   // it is about a redirect URI
}

func (e *RegistrationError) Error() string { return e.Description }

// Register adds a client of the learner's to the lab; without a kind it is TypePublic. The
// secret of a confidential one is kept nowhere else. It returns a *RegistrationError for a
// client that cannot be.
func (ls *Labs) Register(ctx context.Context, l *Lab, name, kind string, redirectURIs []string) (c OwnClient, secret string, err error) {
	c = OwnClient{ID: OwnClientPrefix + uuid.NewString()[:8], Name: strings.TrimSpace(name), RedirectURIs: redirectURIs, Created: l.Now()}
	if kind == TypeConfidential {
		secret = newSecret()
		c.SecretHash = HashSecret(secret)
	}
	return c, secret, ls.changeOwn(ctx, l, func(s *Settings) error {
		if len(s.OwnClients) >= MaxOwnClients {
			return &RegistrationError{Description: fmt.Sprintf("A lab has %d clients of its learner's at most.", MaxOwnClients), Hint: "Remove one, or change one."}
		}
		if err := CheckType(kind, s.Rules()); err != nil {
			return err
		}
		s.OwnClients = append(s.OwnClients, c)
		return ls.checkOwn(*s, c)
	})
}

// OwnPatch says what to change of a client; what is zero stays as it is.
type OwnPatch struct {
	Name         *string
	Type         *string // nothing but what it is
	RedirectURIs []string
	NewSecret    bool
}

// ChangeOwn changes a client of the learner's, and returns its new secret, if it was to have
// one. It returns store.ErrNotFound for a client that is not there.
func (ls *Labs) ChangeOwn(ctx context.Context, l *Lab, id string, p OwnPatch) (after OwnClient, secret string, err error) {
	if p.NewSecret {
		secret = newSecret()
	}
	err = ls.changeOwn(ctx, l, func(s *Settings) error {
		i := s.ownIndex(id)
		if i < 0 {
			return store.ErrNotFound
		}
		c := &s.OwnClients[i]
		if err := c.checkPatch(p); err != nil {
			return err
		}
		if p.Name != nil {
			c.Name = strings.TrimSpace(*p.Name)
		}
		if p.RedirectURIs != nil {
			c.RedirectURIs = p.RedirectURIs
		}
		if p.NewSecret {
			c.SecretHash = HashSecret(secret)
		}
		after = *c
		return ls.checkOwn(*s, after)
	})
	return after, secret, err
}

// RemoveOwn takes a client of the learner's away. What it was given stays in the log, and
// is good for nothing: nobody knows the client any more.
func (ls *Labs) RemoveOwn(ctx context.Context, l *Lab, id string) error {
	return ls.changeOwn(ctx, l, func(s *Settings) error {
		i := s.ownIndex(id)
		if i < 0 {
			return store.ErrNotFound
		}
		s.OwnClients = slices.Delete(s.OwnClients, i, i+1)
		return nil
	})
}

// changeOwn changes the list, and tells what is another by that.
func (ls *Labs) changeOwn(ctx context.Context, l *Lab, change func(*Settings) error) error {
	if err := ls.gate(); err != nil {
		return err
	}
	return ls.settings().Update(ctx, l.ID, func(s *Settings, out *store.Outbox) error {
		before := slices.Clone(s.OwnClients)
		if err := change(s); err != nil {
			return err
		}
		ls.with(l.ID, *s).tellClients(before, out)
		return nil
	})
}

// Own returns the learner's client with the id.
func (s Settings) Own(id string) (OwnClient, bool) {
	if i := s.ownIndex(id); i >= 0 {
		return s.OwnClients[i], true
	}
	return OwnClient{}, false
}

func (s Settings) ownIndex(id string) int {
	return slices.IndexFunc(s.OwnClients, func(c OwnClient) bool { return c.ID == id })
}

// CheckType reports why a client cannot be registered as of the kind: a *RegistrationError.
func CheckType(kind string, rules guard.Rules) error {
	switch {
	case kind == "" || kind == TypePublic:
		return nil
	case kind != TypeConfidential:
		return &RegistrationError{Description: "The type of a client is public or confidential.", Hint: "Leave type out for a public client, which keeps no secret (RFC 6749 §2.1)."}
	case !rules.Offers(guard.ConfidentialClients):
		return &RegistrationError{Description: "This chapter has public clients alone.", Hint: "Leave type out, or make it public: confidential clients come with " + guard.ConfidentialClients.Chapter() + ", which has client secrets."}
	}
	return nil
}

// checkPatch reports why a client cannot be changed so.
func (c OwnClient) checkPatch(p OwnPatch) error {
	switch {
	case p.Type != nil && *p.Type != c.Type():
		return &RegistrationError{Description: "The type of a client stays as it was registered.", Hint: "Register another client: this one is " + c.Type() + "."}
	case p.NewSecret && c.IsPublic():
		return &RegistrationError{Description: "A public client gets no secret.", Hint: "Register a confidential client (RFC 6749 §2.1)."}
	}
	return nil
}

// checkOwn reports what is wrong with a client among the others of its lab.
func (ls *Labs) checkOwn(s Settings, c OwnClient) error {
	if ls.OwnRedirects.Never {
		return &RegistrationError{Description: "This lab takes no clients of its learners.", Hint: "Its operator has switched that off (--own-clients)."}
	}
	if err := checkOwnName(s, c); err != nil {
		return err
	}
	switch n := len(c.RedirectURIs); {
	case n == 0:
		return &RegistrationError{Description: "The client has no redirect URI.", Hint: "It takes at least one: where the code is to go (RFC 6749 §3.1.2).", OfURI: true}
	case n > MaxOwnURIs:
		return &RegistrationError{Description: fmt.Sprintf("The client has more than %d redirect URIs.", MaxOwnURIs), Hint: "Leave some out.", OfURI: true}
	}
	for _, uri := range c.RedirectURIs {
		if err := ls.checkOwnURI(uri); err != nil {
			return err
		}
	}
	return nil
}

// IsPlainName reports whether a name can be shown anywhere as it is: letters, digits, spaces
// and a few signs, MaxOwnName at most.
func IsPlainName(name string) bool {
	isOther := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -_.'()", r)
	}
	return utf8.ValidString(name) && utf8.RuneCountInString(name) <= MaxOwnName && !strings.ContainsFunc(name, isOther)
}

func checkOwnName(s Settings, c OwnClient) error {
	hint := fmt.Sprintf("It is what the diagram calls your client: 1 to %d letters, digits, spaces and signs such as - and _.", MaxOwnName)
	switch {
	case c.Name == "":
		return &RegistrationError{Description: "The client has no name.", Hint: hint}
	case !IsPlainName(c.Name):
		return &RegistrationError{Description: "The client's name is too long, or has other signs in it.", Hint: hint}
	}
	for _, row := range event.AllParties() {
		if strings.EqualFold(c.Name, string(row.ID)) || strings.EqualFold(c.Name, row.Name) {
			return &RegistrationError{Description: "The name is taken by a party of the lab.", Hint: hint}
		}
	}
	for _, other := range s.OwnClients {
		if other.ID != c.ID && strings.EqualFold(other.Name, c.Name) {
			return &RegistrationError{Description: "Another client of this lab has the name.", Hint: hint}
		}
	}
	return nil
}

// checkOwnURI reports why a redirect URI cannot be registered.
func (ls *Labs) checkOwnURI(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case len(raw) > MaxOwnURI:
		return &RegistrationError{Description: fmt.Sprintf("A redirect URI is longer than %d bytes.", MaxOwnURI), Hint: "Register a shorter one.", OfURI: true}
	case err != nil || u.Hostname() == "" || strings.HasSuffix(u.Host, ":") || !isPort(u.Port()) || u.User != nil || strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r > '~' }):
		return &RegistrationError{Description: "A redirect URI is not an absolute http address.", Hint: "Take one a line, written out such as http://127.0.0.1:3000/callback: without blanks, quotes, letters outside ASCII or a user name, and with a port from 1 to 65535, if any (RFC 6749 §3.1.2).", OfURI: true}
	case strings.Contains(raw, "#"):
		return &RegistrationError{Description: "A redirect URI has a fragment.", Hint: "Leave out the # and what is behind it (RFC 6749 §3.1.2).", OfURI: true}
	case strings.Contains(raw, "*"):
		return &RegistrationError{Description: "A redirect URI has a star in it.", Hint: "It is compared to the letter, and no pattern is taken (RFC 9700 §2.1): register each address.", OfURI: true}
	case ls.Origins.Contains(raw):
		return &RegistrationError{Description: "A redirect URI stands on one of the lab's own origins.", Hint: "Something else listens there. Take another port.", OfURI: true}
	case !ls.OwnRedirects.Allows(raw):
		return &RegistrationError{Description: "A redirect URI is not on loopback.", Hint: ls.OwnRedirects.where(), OfURI: true}
	}
	return nil
}

// isPort reports whether a port can be listened on; "" is that of the scheme.
func isPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

func (o OwnRedirects) where() string {
	hint := "Take localhost, 127.0.0.1 or [::1], with any port and path (RFC 8252 §7.3)"
	if len(o.Origins) > 0 {
		hint += ", or " + strings.Join(o.Origins, ", ")
	}
	return hint + "; other places are the operator's to allow (--own-clients)."
}
