package authserver

import (
	"encoding/base64"
	"slices"

	"github.com/google/uuid"

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// Ids of the clients that every lab has.
const (
	ClientDemo    = "demo-client" // the page in the browser: public, since a page can keep no secret (RFC 6749 §2.1)
	ClientWeb     = "demo-web"    // the web app, which runs on a server and keeps a secret
	ClientAgent   = "demo-agent"  // the agent, which acts for users and keeps a secret
	ClientMallory = "mallory-app" // registered by Mallory, as anyone may at many servers
	ClientPrints  = "print-shop"  // has an API of its own, and tokens for that; Mallory runs it
	ClientBot     = "mallory-bot" // an agent of Mallory's, with a secret of its own
)

// Client is a registered client (RFC 6749 §2).
type Client struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	RedirectURIs []string `json:"redirect_uris"`
	SecretHash   []byte   `json:"secret_hash,omitempty"` // SHA-256; nil of a public client
	Audience     string   `json:"audience,omitempty"`    // the API that its tokens are for; "" for the lab's

	derived bool // its secret is made of a key (withSecret)

	api    string   // the address of a resource server, which asks what tokens are worth, and for none; "" of a client
	barred []string // addresses of APIs that it gets no tokens for

	actsForUsers  bool   // it may exchange tokens (RFC 8693 §5)
	getsOwnTokens bool   // it may have tokens about itself (RFC 6749 §4.4)
	actor         string // the client that may act for those who sign in to this one (RFC 8693 §4.4); "" for none
	own           bool   // registered by the learner: it stands in the lab's settings
}

// takesIDTokens reports whether the server can sign an ID token for the client. Until it has a
// key of its own, it signs with the client's secret, which has to be readable for that: the
// secrets of the learner's clients are kept as hashes, and a public client has none (OpenID
// Connect Core §10.1).
func (c Client) takesIDTokens(rules guard.Rules) bool {
	return rules.Offers(guard.OpenIDConnect) && (c.ID == ClientWeb || rules.Offers(guard.JWKS))
}

// isPublic reports whether the client can keep no secret (RFC 6749 §2.1).
func (c Client) isPublic() bool { return c.SecretHash == nil }

// ClientSecret is the secret of a client that every lab has, in one lab: 32 random bytes to
// whoever does not know the key. The client's server and the authorization server make the
// same.
func ClientSecret(key []byte, id uuid.UUID, client string) string {
	return base64.RawURLEncoding.EncodeToString(lab.Derive(key, id, client))
}

// registry is the clients that there are in a lab: those that every lab has in its chapter,
// then the learner's own. Secrets that are made of a key are not in it (withSecret).
func registry(l *lab.Lab) []Client {
	all := []Client{{ID: ClientDemo, Name: "The lab's own client", RedirectURIs: []string{l.Origins.RedirectURI()}}}
	if l.Settings.Rules().Offers(guard.Agents) {
		all[0].actor = ClientAgent
		all = append(all,
			Client{ID: ClientAgent, Name: "The agent", derived: true, actsForUsers: true, getsOwnTokens: true},
			Client{ID: ClientBot, Name: "Mallory's bot", derived: true, getsOwnTokens: true})
	}
	if l.Settings.Rules().Offers(guard.ConfidentialClients) {
		all = append(all, Client{ID: ClientWeb, Name: "The web app", derived: true, RedirectURIs: []string{l.Origins.WebCallback(l.ID)}})
	}
	all = append(all, Client{ID: ClientMallory, Name: "Mallory's app", RedirectURIs: []string{l.Origins.MallorySite(l.ID)}})
	if l.Settings.Rules().Offers(guard.Introspection) {
		all = append(all, Client{
			ID: ClientPrints, Name: "The print shop", RedirectURIs: []string{l.Origins.MallorySite(l.ID)}, Audience: l.Origins.PrintShop(l.ID),
			barred: []string{l.Resource(lab.Billing), l.Resource(lab.Calendar)},
		})
		for _, r := range l.Resources() {
			all = append(all, Client{ID: r.Client, Name: nameOf(r), derived: true, api: l.Resource(r)})
		}
	}
	for _, own := range l.Settings.OwnClients {
		all = append(all, Client{ID: own.ID, Name: own.Name, RedirectURIs: own.RedirectURIs, SecretHash: own.SecretHash, own: true, actsForUsers: !own.IsPublic(), getsOwnTokens: !own.IsPublic()})
	}
	return all
}

// withSecret returns a client of the registry with the hash of its secret. It is made when the
// client is looked up: that of all clients took longer than the look-up.
func withSecret(l *lab.Lab, key []byte, apiKey lab.APIKey, c Client) Client {
	if !c.derived {
		return c
	}
	secret := ClientSecret(key, l.ID, c.ID)
	if c.api != "" {
		secret = apiKey.Secret(l.ID, c.ID)
	}
	c.SecretHash = lab.HashSecret(secret)
	return c
}

// IsReserved reports whether an id is that of a client of every lab, or that of a user: whoever reads
// a token of a client's own takes its subject for a user's (RFC 9068 §5, RFC 9700 §4.15).
func IsReserved(id string) bool {
	_, isUser := fixtures().find(id)
	return isUser || slices.Contains([]string{
		ClientDemo, ClientWeb, ClientAgent, ClientMallory, ClientPrints, ClientBot, lab.Photos.Client, lab.Billing.Client, lab.Calendar.Client,
	}, id)
}

// nameOf is what a resource server is called among the clients.
func nameOf(r lab.Resource) string {
	if r == lab.Photos {
		return "The lab's API"
	}
	return "The lab's API: " + r.Title
}

// client returns the client with the id, and whether it is registered. Others are called by
// their id.
func (s *Server) client(t *lab.Handling, id string) (Client, bool) {
	all := registry(t.Lab)
	if i := slices.IndexFunc(all, func(c Client) bool { return c.ID == id }); i >= 0 {
		return withSecret(t.Lab, s.ClientKey, s.APIKey, all[i]), true
	}
	return Client{ID: id, Name: id}, false
}
