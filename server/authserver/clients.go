package authserver

import (
	"crypto/sha256"
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
	ClientMallory = "mallory-app" // registered by Mallory, as anyone may at many servers
	ClientPrints  = "print-shop"  // has an API of its own, and tokens for that; Mallory runs it
)

// Client is a registered client (RFC 6749 §2).
type Client struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	RedirectURIs []string `json:"redirect_uris"`
	SecretHash   []byte   `json:"secret_hash,omitempty"` // SHA-256; nil of a public client
	Audience     string   `json:"audience,omitempty"`    // the API that its tokens are for; "" for the lab's

	isAPI bool // a resource server, which asks what tokens are worth, and for none
	own   bool // registered by the learner: it stands in the lab's settings
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
// then the learner's own.
func registry(l *lab.Lab, key []byte, apiKey lab.APIKey) []Client {
	all := []Client{{ID: ClientDemo, Name: "The lab's own client", RedirectURIs: []string{l.Origins.RedirectURI()}}}
	if l.Settings.Rules().Offers(guard.ConfidentialClients) {
		secret := sha256.Sum256([]byte(ClientSecret(key, l.ID, ClientWeb)))
		all = append(all, Client{ID: ClientWeb, Name: "The web app", RedirectURIs: []string{l.Origins.WebCallback(l.ID)}, SecretHash: secret[:]})
	}
	all = append(all, Client{ID: ClientMallory, Name: "Mallory's app", RedirectURIs: []string{l.Origins.MallorySite(l.ID)}})
	if l.Settings.Rules().Offers(guard.Introspection) {
		secret := sha256.Sum256([]byte(apiKey.Secret(l.ID)))
		all = append(all,
			Client{ID: ClientPrints, Name: "The print shop", RedirectURIs: []string{l.Origins.MallorySite(l.ID)}, Audience: l.Origins.PrintShop(l.ID)},
			Client{ID: lab.ClientAPI, Name: "The lab's API", SecretHash: secret[:], isAPI: true})
	}
	for _, own := range l.Settings.OwnClients {
		all = append(all, Client{ID: own.ID, Name: own.Name, RedirectURIs: own.RedirectURIs, SecretHash: own.SecretHash, own: true})
	}
	return all
}

// client returns the client with the id, and whether it is registered. Others are called by
// their id.
func (s *Server) client(t *lab.Handling, id string) (Client, bool) {
	all := registry(t.Lab, s.ClientKey, s.APIKey)
	if i := slices.IndexFunc(all, func(c Client) bool { return c.ID == id }); i >= 0 {
		return all[i], true
	}
	return Client{ID: id, Name: id}, false
}
