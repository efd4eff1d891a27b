package site

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
	"oauthlab/server/snippet"
)

//go:embed pages/clients.html
var clientFiles embed.FS

var clientTemplates = template.Must(template.New("").Funcs(template.FuncMap{"fields": fieldsOf}).ParseFS(clientFiles, "pages/clients.html"))

// ClientSheetsQuery says about which of the learner's clients the sheets are.
type ClientSheetsQuery struct {
	Client string `form:"client"` // its id; "" for the one that was registered last
	Zone   string `form:"zone"`   // minutes that the reader's clock is ahead of UTC; "" for none
}

// clientSheets shows for people how a client of the learner's own is registered, how it is
// pointed at the lab, and what it did there.
func (a *API) clientSheets(w http.ResponseWriter, r *http.Request, t *lab.Handling, q ClientSheetsQuery) error {
	zone, err := zoneOf(q.Zone)
	if err != nil {
		return err
	}
	var answer api.Sheets
	add := func(id, title string, shows any) error {
		var text bytes.Buffer
		if err := clientTemplates.ExecuteTemplate(&text, id, shows); err != nil {
			return fmt.Errorf("show %s: %w", id, err)
		}
		answer.Sheets = append(answer.Sheets, api.Sheet{ID: id, Title: title, Body: text.String()})
		return nil
	}
	if err := add("register", "Register", a.registerSheet(t)); err != nil {
		return err
	}
	if c, found := chosen(t.Settings, q.Client); found {
		events, err := a.lately(r.Context(), t.Lab)
		if err != nil {
			return err
		}
		seen := seenOf(events, c, t.Settings.Rules(), zone)
		if err := add("connect", "Point it here", a.connectSheet(t, c)); err != nil {
			return err
		}
		if err := add("watch", "What it did · "+seen.Count(), seen); err != nil {
			return err
		}
		bench, err := a.benchSheet(r, t, c)
		if err != nil {
			return err
		}
		if err := add("faults", bench.Title(), bench); err != nil {
			return err
		}
	}
	endpoint.WriteJSON(w, http.StatusOK, answer)
	return nil
}

// chosen returns the learner's client with the id, or the one that was registered last.
func chosen(s lab.Settings, id string) (lab.OwnClient, bool) {
	if c, found := s.Own(id); found || len(s.OwnClients) == 0 {
		return c, found
	}
	return s.OwnClients[len(s.OwnClients)-1], true
}

// registerSheet is what the template "register" shows.
type registerSheet struct {
	Clients []lab.OwnClient
	Never   bool     // the operator wants none
	Full    bool     // there are as many as a lab has
	Secrets string   // the chapter that brings clients with a secret; "" where it has come
	Where   string   // redirect URIs may lead, besides loopback
	Suggest []string // redirect URIs to begin with
}

func (a *API) registerSheet(t *lab.Handling) registerSheet {
	redirects, secrets := a.Labs.OwnRedirects, guard.ConfidentialClients.Chapter()
	if t.Settings.Rules().Offers(guard.ConfidentialClients) {
		secrets = ""
	}
	return registerSheet{
		Secrets: secrets, Clients: t.Settings.OwnClients, Never: redirects.Never, Full: len(t.Settings.OwnClients) >= lab.MaxOwnClients,
		Where: strings.Join(redirects.Origins, ", "), Suggest: []string{"http://127.0.0.1:3000/callback"},
	}
}

// clientFields is what the template "fields" shows.
type clientFields struct {
	ID, Name, URIs string
	MaxName        int
}

func fieldsOf(id, name string, uris []string) clientFields {
	return clientFields{id, name, strings.Join(uris, "\n"), lab.MaxOwnName}
}

// connectSheet is what the template "connect" shows.
type connectSheet struct {
	Name     string
	Values   []namedValue
	Secret   bool     // the client proves itself with one
	Told     []string // what a library must be told, in sentences
	Missing  string   // what the chapter has not, in a sentence
	Snippets []snippet.Snippet
}

// openIDScope is what a client asks for that wants an ID token, what UserInfo tells, and a
// refresh token (OpenID Connect Core §3.1.2.1, §5.4, §11).
const openIDScope = "openid profile email offline_access"

// namedValue is a value to be copied.
type namedValue struct{ Name, ID, Value string }

func (a *API) connectSheet(t *lab.Handling, c lab.OwnClient) connectSheet {
	rules := t.Settings.Rules()
	l := snippet.Lab{
		Issuer: t.Issuer(), Metadata: authserver.MetadataOf(t.Lab), Authorization: t.Issuer() + "/authorize", Token: t.Issuer() + "/token",
		ClientID: c.ID, RedirectURI: c.RedirectURIs[0], Scope: authserver.DefaultScope,
		HasToken: rules.Offers(guard.TokenEndpoint), HasPKCE: rules.Offers(guard.PKCEParameters),
		Confidential: !c.IsPublic() && rules.Offers(guard.ConfidentialClients),
	}
	if rules.Offers(guard.JWKS) { // before, no ID token can be signed for it
		l.Discovery, l.OpenIDScope = t.Issuer()+"/.well-known/openid-configuration", openIDScope
	}
	if rules.Offers(guard.ResourceIndicators) {
		l.Resource = t.Resource(lab.Photos)
	}
	s := connectSheet{Name: c.Name, Secret: l.Confidential, Snippets: snippet.Clients(l), Missing: missing(rules)}
	for _, v := range []namedValue{
		{"Issuer", "issuer", l.Issuer}, {"Discovery", "discovery", l.Discovery}, {"Metadata", "metadata", l.Metadata}, {"Authorization endpoint", "authorize", l.Authorization},
		{"Token endpoint", "token", l.Token}, {"Client id", "id", l.ClientID}, {"Redirect URI", "redirect", l.RedirectURI}, {"Scope", "scope", l.Asks()}, {"Resource", "resource", l.Resource},
	} {
		if v.Value != "" && (v.ID != "token" || l.HasToken) {
			s.Values = append(s.Values, v)
		}
	}
	s.Told = told(l, c, rules)
	return s
}

// told is what a library must be told of the lab and of the client, in sentences.
func told(l snippet.Lab, c lab.OwnClient, rules guard.Rules) []string {
	says := []string{"The client is public: its authentication method at the token endpoint is none, and it has no secret (RFC 6749 §2.1, RFC 7591 §2)."}
	switch {
	case l.Confidential:
		says = []string{
			"The client is confidential: it shows its secret at the token endpoint, by the authentication method " + guard.Basic + " or " + guard.Post + ", and not by both (RFC 6749 §2.3, RFC 7591 §2).",
			guard.Basic + " is HTTP Basic of id and secret, each encoded as in a form before. " + guard.Post + " has client_id and client_secret in the body, for libraries that cannot do the other (RFC 6749 §2.3.1).",
		}
	case !c.IsPublic():
		says = []string{"The client is confidential, and this chapter authenticates no clients: tell the library none, and no secret, before " + guard.ConfidentialClients.Chapter() + "."}
	}
	if l.HasPKCE {
		says = append(says, "PKCE with S256 (RFC 7636 §4.2).")
	}
	switch {
	case l.HasOpenID():
		says = append(says,
			"The issuer is enough for a library of OpenID Connect: it puts /.well-known/openid-configuration after it (OpenID Connect Discovery §4). The same metadata is where RFC 8414 §3 has it, for a library of OAuth alone.",
			"The scope has openid for an ID token, and offline_access for a refresh token (OpenID Connect Core §3.1.2.1, §11). Send a nonce, and check the ID token's signature, iss, aud, exp and nonce (§3.1.3.7).")
	case rules.Offers(guard.OpenIDConnect):
		says = append(says,
			"Clients of your own get no openid before "+guard.JWKS.Chapter()+": until then the lab signs an ID token with the client's secret, and of your clients' secrets it keeps hashes alone (OpenID Connect Core §10.1).",
			"So read the metadata as that of OAuth: the well-known part stands between host and path (RFC 8414 §3).")
	default:
		says = append(says, "The metadata is that of OAuth, not of OpenID Connect: the well-known part stands between host and path (RFC 8414 §3).")
	}
	if l.Resource != "" {
		says = append(says, "From "+guard.ResourceIndicators.Chapter()+" on the client says for which API its token is: it sends resource, with the address of the API, in the authorization request and in the token request (RFC 8707 §2). The metadata lists the APIs as protected_resources.")
	}
	if strings.HasPrefix(l.Issuer, "http:") {
		says = append(says, "Plain http is allowed: this lab is for your computer. Most libraries refuse it until they are told.")
	}
	return says
}

// missing says which things that a client may expect come with a later chapter.
func missing(rules guard.Rules) string {
	var all []string
	for _, f := range []struct {
		name string
		is   guard.Feature
	}{
		{"a token endpoint", guard.TokenEndpoint}, {"a protected API", guard.ProtectedAPI}, {"client secrets", guard.ConfidentialClients}, {"refresh tokens", guard.RefreshTokens},
		{"an ID token and UserInfo", guard.OpenIDConnect}, {"keys to verify it with", guard.JWKS}, {"resource indicators", guard.ResourceIndicators}, {"dynamic registration", guard.Registration},
	} {
		if !rules.Offers(f.is) {
			all = append(all, f.name+" ("+f.is.Chapter()+")")
		}
	}
	if len(all) == 0 {
		return ""
	}
	return "Not in this chapter: " + strings.Join(all, ", ") + "."
}

// seenSheet is what the template "watch" shows.
type seenSheet struct {
	Name    string
	Rows    []seenRow
	Older   int      // that are not shown
	Expects []string // what it asked for that the chapter has not, in sentences
}

// seenRow is a request of the client's, or of the browser that it sent.
type seenRow struct {
	At, Time string // the moment, as machines read it and as people do
	Text     string // "POST /token"
	Answer   string // "400 invalid_grant"; "" where none is known
	Refused  bool
	Unnamed  bool   // it names no client of the lab, and may be another's
	Says     string // what is wrong, and what to change
	Trouble  string // where causes and cures are told
}

// Count says how many there are.
func (s seenSheet) Count() string {
	if n := len(s.Rows) + s.Older; n > 0 {
		return fmt.Sprint(n)
	}
	return "waiting"
}

// maxSeen is how many requests are shown, of more the latest.
const maxSeen = 12
