package authserver

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// A client with an id and a secret that read otherwise once they are encoded as in a form
// (RFC 6749 appendix B has this very secret).
const (
	oddID     = "my app:1/2+3%41"
	oddSecret = " %&+£€"
)

// sentEmpty is a value that is sent as none, where "" is not sent.
const sentEmpty = "\x00"

const challengeBasic = `Basic realm="OAuth Lab"`

// register adds a confidential client of the learner's.
func (b *bench) register(id, secret string) {
	b.Helper()
	sum := sha256.Sum256([]byte(secret))
	err := store.For[lab.Settings](b.labs.Store, lab.KindSettings).Update(b.Context(), b.lab.ID, func(s *lab.Settings, _ *store.Outbox) error {
		s.OwnClients = append(s.OwnClients, lab.OwnClient{ID: id, Name: "My app", RedirectURIs: []string{"http://127.0.0.1/cb"}, SecretHash: sum[:]})
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// webSecret is the secret of the web app in the lab.
func (b *bench) webSecret() string { return ClientSecret([]byte("clients"), b.lab.ID, ClientWeb) }

// basic is the header of HTTP Basic as OAuth has it (RFC 6749 §2.3.1).
func basic(id, secret string) string { return raw(url.QueryEscape(id) + ":" + url.QueryEscape(secret)) }

// raw is that header with what stands in it as it is.
func raw(pair string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair)) }

// codeFor signs Alice in and returns a code for a client, and where that takes it.
func (b *bench) codeFor(client string) (code, redirectURI string) {
	b.Helper()
	switch client {
	case ClientWeb:
		redirectURI = b.lab.Origins.WebCallback(b.lab.ID)
	case ClientDemo:
		redirectURI = b.lab.Origins.RedirectURI()
	default:
		redirectURI = "http://127.0.0.1:3000/cb"
	}
	return b.code("client_id", client, "redirect_uri", redirectURI), redirectURI
}

// prove redeems a code of the client's with what it proves itself with: headers, and what
// is different about the body.
func (b *bench) prove(client string, headers []string, changes ...string) reply {
	b.Helper()
	code, redirectURI := b.codeFor(client)
	return b.proveWith(code, redirectURI, headers, changes...)
}

func (b *bench) proveWith(code, redirectURI string, headers []string, changes ...string) reply {
	b.Helper()
	body := changed(b.redemption(code, "redirect_uri", redirectURI, "client_id", ""), changes)
	for name := range body {
		if body.Get(name) == sentEmpty {
			body.Set(name, "")
		}
	}
	req, err := http.NewRequestWithContext(b.Context(), "POST", b.url+"/token", strings.NewReader(body.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", form)
	for _, header := range headers {
		req.Header.Add("Authorization", header)
	}
	return b.send(req)
}

// A client proves itself in the header or in the body, as the metadata promise (RFC 6749
// §2.3.1), whatever signs its id and secret have.
func TestHowAClientProvesItself(t *testing.T) {
	b := newBench(t).in("v04")
	b.register(oddID, oddSecret)
	b.register("own-1", "secret")
	web := b.webSecret()
	for name, tt := range map[string]struct {
		client  string
		headers []string
		body    []string
	}{
		"in the header":                          {ClientWeb, []string{basic(ClientWeb, web)}, nil},
		"in the header, and by name in the body": {ClientWeb, []string{basic(ClientWeb, web)}, []string{"client_id", ClientWeb}},
		"in small letters (RFC 9110 §11.1)":      {ClientWeb, []string{strings.Replace(basic(ClientWeb, web), "Basic", "basic", 1)}, nil},
		"with more blanks (RFC 9110 §11.4)":      {ClientWeb, []string{strings.Replace(basic(ClientWeb, web), " ", "   ", 1)}, nil},
		"in the body":                            {ClientWeb, nil, []string{"client_id", ClientWeb, "client_secret", web}},
		"with signs that are encoded":            {oddID, []string{basic(oddID, oddSecret)}, nil},
		"the same, with blanks as %20":           {oddID, []string{raw(strings.ReplaceAll(url.QueryEscape(oddID)+":"+url.QueryEscape(oddSecret), "+", "%20"))}, nil},
		"with such signs in the body":            {oddID, nil, []string{"client_id", oddID, "client_secret", oddSecret}},
		"with signs that need no encoding":       {"own-1", []string{raw("own-1:secret")}, nil},
		"a public client by its name alone":      {ClientDemo, nil, []string{"client_id", ClientDemo}},
	} {
		t.Run(name, func(t *testing.T) {
			if r := b.prove(tt.client, tt.headers, tt.body...); r.status != http.StatusOK || !strings.Contains(r.body, `"access_token"`) {
				t.Errorf("answered %d %s", r.status, r.body)
			}
			passed := slices.Contains(b.lastOutcomes(), "client-secret.compare passed")
			if public := tt.client == ClientDemo; passed == public {
				t.Errorf("the verdicts are %q", b.lastOutcomes())
			}
		})
	}
	tokens := b.state().Tokens
	if last := tokens[len(tokens)-1]; len(tokens) != 10 || last.Subject != "alice" {
		t.Errorf("%d tokens were given out, the last is %+v", len(tokens), last)
	}
	if sent := slices.ContainsFunc(b.events(), func(e event.Event) bool {
		return e.Request != nil && e.From == event.Webapp && strings.HasSuffix(e.Request.URL, "/token") && !strings.Contains(e.Request.Body, "client_id")
	}); !sent {
		t.Error("what the web app sends with its id in the header alone is not told of as its own")
	}
}

// lastOutcomes are the verdicts on the last request, as "guard outcome".
func (b *bench) lastOutcomes() []string {
	b.Helper()
	var list []string
	for _, e := range b.events() {
		switch {
		case e.Request != nil:
			list = nil
		case e.Verdict != nil:
			list = append(list, e.Verdict.Guard+" "+string(e.Verdict.Outcome))
		}
	}
	return list
}

// Who does not prove itself is refused: by 401 and with its own scheme, where it tried a
// header (RFC 6749 §5.2), and its code is not spent by that.
func TestWhoDoesNotProveItselfIsRefused(t *testing.T) {
	b := newBench(t).in("v04")
	b.register(oddID, oddSecret)
	web := b.webSecret()
	type list = []string
	for name, tt := range map[string]struct {
		client    string
		headers   list
		body      list
		status    int
		challenge string
		code      string
		says      string
		verdict   string // the last one; "" for none
	}{
		"nothing at all": {
			ClientWeb, nil, list{"client_id", ClientWeb}, 400, "", "invalid_client", "No client secret was sent.", "client-secret.compare refused",
		},
		"an empty secret in the body": {
			ClientWeb, nil, list{"client_id", ClientWeb, "client_secret", sentEmpty}, 400, "", "invalid_client", "No client secret was sent.", "client-secret.compare refused",
		},
		"an empty secret in the header": {
			ClientWeb, list{basic(ClientWeb, "")}, nil, 401, challengeBasic, "invalid_client", "No client secret was sent.", "client-secret.compare refused",
		},
		"a wrong secret in the body": {
			ClientWeb, nil, list{"client_id", ClientWeb, "client_secret", "wrong"}, 400, "", "invalid_client", "This is not the client's secret.", "client-secret.compare refused",
		},
		"a wrong secret in the header": {
			ClientWeb, list{basic(ClientWeb, "wrong")}, nil, 401, challengeBasic, "invalid_client", "This is not the client's secret.", "client-secret.compare refused",
		},
		"a secret and more": {
			ClientWeb, list{basic(ClientWeb, web+"x")}, nil, 401, challengeBasic, "invalid_client", "This is not the client's secret.", "client-secret.compare refused",
		},
		"another client's secret": {
			ClientWeb, list{basic(ClientWeb, oddSecret)}, nil, 401, challengeBasic, "invalid_client", "This is not the client's secret.", "client-secret.compare refused",
		},
		"the secret that it has in another lab": {
			ClientWeb, list{basic(ClientWeb, ClientSecret([]byte("clients"), [16]byte{1}, ClientWeb))}, nil, 401, challengeBasic, "invalid_client", "This is not the client's secret.", "client-secret.compare refused",
		},
		"the hash of its secret, as the record has it": {
			ClientWeb, list{basic(ClientWeb, guard.TokenHash(web))}, nil, 401, challengeBasic, "invalid_client", "This is not the client's secret.", "client-secret.compare refused",
		},
		"signs that are not encoded, and read otherwise": {
			oddID, list{raw("my+app%3A1%2F2%2B3%2541:" + " +")}, nil, 401, challengeBasic, "invalid_client", "This is not the client's secret.", "client-secret.compare refused",
		},
		"a percent sign that is not encoded": {
			oddID, list{raw(url.QueryEscape(oddID) + ":" + oddSecret)}, nil, 401, challengeBasic, "invalid_client", "Id and secret in the Authorization header are not encoded as in a form.", "",
		},
		"an unknown client in the header": {
			ClientWeb, list{basic("stranger", web)}, nil, 401, challengeBasic, "invalid_client", "This client is not registered.", "registered-client refused",
		},
		"an unknown client in the body": {
			ClientWeb, nil, list{"client_id", "stranger", "client_secret", web}, 400, "", "invalid_client", "This client is not registered.", "registered-client refused",
		},
		"a public client with a secret in the body": {
			ClientDemo, nil, list{"client_id", ClientDemo, "client_secret", "x"}, 400, "", "invalid_client", "This client is public, and has no secret.", "registered-client passed",
		},
		"a public client with a secret in the header": {
			ClientDemo, list{basic(ClientDemo, "x")}, nil, 401, challengeBasic, "invalid_client", "This client is public, and has no secret.", "registered-client passed",
		},
		"a public client with none in the header": {
			ClientDemo, list{basic(ClientDemo, "")}, nil, 401, challengeBasic, "invalid_client", "This client is public, and has no secret.", "registered-client passed",
		},
		"the secret in both places": {
			ClientWeb, list{basic(ClientWeb, web)}, list{"client_secret", web}, 400, "", "invalid_request", "The client proves itself twice, in the header and in the body.", "",
		},
		"a header, and an assertion": {
			ClientWeb, list{basic(ClientWeb, web)}, list{"client_assertion", "x"}, 400, "", "invalid_request", "The client proves itself twice, in the header and in the body.", "",
		},
		"another scheme, and a secret in the body": {
			ClientWeb, list{"Bearer x"}, list{"client_id", ClientWeb, "client_secret", web}, 400, "", "invalid_request", "The client proves itself twice, in the header and in the body.", "",
		},
		"an assertion": {
			ClientWeb, nil, list{"client_id", ClientWeb, "client_assertion", "x"}, 400, "", "invalid_client", "This server takes no client assertions.", "",
		},
		"the header twice": {
			ClientWeb, list{basic(ClientWeb, web), basic(ClientWeb, web)}, nil, 400, "", "invalid_request", "The Authorization header is there more than once.", "",
		},
		"a header, and another client in the body": {
			ClientWeb, list{basic(ClientWeb, web)}, list{"client_id", ClientDemo}, 400, "", "invalid_request", "The header names another client than the body.", "",
		},
		"another scheme": {
			ClientWeb, list{"Bearer " + web}, list{"client_id", ClientWeb}, 401, `Bearer realm="OAuth Lab"`, "invalid_client", "The Authorization header is not that of HTTP Basic.", "",
		},
		"an empty header": {
			ClientWeb, list{""}, list{"client_id", ClientWeb}, 401, challengeBasic, "invalid_client", "The Authorization header is not that of HTTP Basic.", "",
		},
		"the scheme alone": {
			ClientWeb, list{"Basic"}, list{"client_id", ClientWeb}, 401, challengeBasic, "invalid_client", "The Authorization header is not that of HTTP Basic.", "",
		},
		"what is no base64": {
			ClientWeb, list{"Basic " + ClientWeb + ":" + web}, nil, 401, challengeBasic, "invalid_client", "The Authorization header is not that of HTTP Basic.", "",
		},
		"base64 without its padding": {
			ClientWeb, list{strings.TrimRight(raw("demo-web:x"), "=") + "A"}, nil, 401, challengeBasic, "invalid_client", "The Authorization header is not that of HTTP Basic.", "",
		},
		"no colon in it": {
			ClientWeb, list{raw(ClientWeb)}, nil, 401, challengeBasic, "invalid_client", "The Authorization header is not that of HTTP Basic.", "",
		},
		"nothing before the colon": {
			ClientWeb, list{raw(":" + web)}, nil, 401, challengeBasic, "invalid_client", "The Authorization header names no client.", "",
		},
		"a control character in the secret": {
			ClientWeb, list{raw(ClientWeb + ":a%00b")}, nil, 400, "", "invalid_request", "The parameter client_secret has control characters.", "",
		},
		"bytes in the id that are no text": {
			ClientWeb, list{raw("%ff:" + web)}, nil, 400, "", "invalid_request", "The parameter client_id is not UTF-8.", "",
		},
		"an endless id": {
			ClientWeb, list{raw(strings.Repeat("x", 3000) + ":" + web)}, nil, 400, "", "invalid_request", "The parameter client_id is longer than 2048 bytes.", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			code, redirectURI := b.codeFor(tt.client)
			r := b.proveWith(code, redirectURI, tt.headers, tt.body...)
			r.wantError(t, tt.status, tt.code)
			if !strings.Contains(r.body, `"error_description":"`+tt.says) {
				t.Errorf("it says %s, want %s", r.body, tt.says)
			}
			if got := r.header.Get("WWW-Authenticate"); got != tt.challenge {
				t.Errorf("WWW-Authenticate is %q, want %q", got, tt.challenge)
			}
			outcomes := append([]string{""}, b.lastOutcomes()...)
			if last := outcomes[len(outcomes)-1]; last != tt.verdict {
				t.Errorf("the last verdict is %q, want %q", last, tt.verdict)
			}
			var rightly []string
			body := []string{"client_id", tt.client}
			switch tt.client {
			case ClientWeb:
				rightly, body = []string{basic(ClientWeb, web)}, nil
			case oddID:
				rightly, body = []string{basic(oddID, oddSecret)}, nil
			}
			if r := b.proveWith(code, redirectURI, rightly, body...); r.status != http.StatusOK {
				t.Errorf("after that, the rightful client gets %d %s", r.status, r.body)
			}
		})
	}
}

// With the guard off, whoever names a client is taken for it; what is malformed is refused
// all the same, and so is a client that is not there.
func TestTheClientSecretOff(t *testing.T) {
	for name, tt := range map[string]struct {
		headers []string
		body    []string
		status  int
	}{
		"no secret":                         {nil, []string{"client_id", ClientWeb}, 200},
		"a wrong one in the body":           {nil, []string{"client_id", ClientWeb, "client_secret", "made-up"}, 200},
		"a wrong one in the header":         {[]string{basic(ClientWeb, "made-up")}, nil, 200},
		"an empty one in the header":        {[]string{basic(ClientWeb, "")}, nil, 200},
		"the right one":                     {nil, nil, 200},
		"one in both places":                {[]string{basic(ClientWeb, "made-up")}, []string{"client_secret", "made-up"}, 400},
		"an unknown client's":               {[]string{basic("stranger", "made-up")}, nil, 401},
		"another scheme":                    {[]string{"Bearer x"}, []string{"client_id", ClientWeb}, 401},
		"a public client's, which has none": {[]string{basic(ClientDemo, "made-up")}, nil, 401},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t).in("v04")
			b.off(guard.IDClientSecret)
			want := "client-secret.compare would-refuse"
			if name == "the right one" {
				tt.headers, want = []string{basic(ClientWeb, b.webSecret())}, "client-secret.compare passed"
			}
			r := b.prove(ClientWeb, tt.headers, tt.body...)
			if r.status != tt.status {
				t.Errorf("answered %d %s, want %d", r.status, r.body, tt.status)
			}
			if has := slices.Contains(b.lastOutcomes(), want); has != (tt.status == 200) {
				t.Errorf("the verdicts are %q", b.lastOutcomes())
			}
		})
	}
}

// Before its chapter there is no client with a secret: nobody has its name, and no secret
// is taken.
func TestConfidentialClientsComeWithTheirChapter(t *testing.T) {
	b := newBench(t)
	if r := b.authorize("client_id", ClientWeb, "redirect_uri", b.lab.Origins.WebCallback(b.lab.ID)); r.status != http.StatusBadRequest || !strings.Contains(r.body, "This client is not registered.") {
		t.Errorf("in v03 the web app is answered %d %s", r.status, r.body)
	}
	r := b.prove(ClientDemo, []string{basic(ClientDemo, "x")})
	r.wantError(t, http.StatusUnauthorized, "invalid_client")
	if r.header.Get("WWW-Authenticate") != challengeBasic || !strings.Contains(r.body, "This server authenticates no clients.") {
		t.Errorf("answered %v %s", r.header, r.body)
	}
	if text, err := (Document{Store: b.labs.Store, Owner: event.Auth, Kind: Kind}).Read(t.Context(), b.lab); err != nil || strings.Contains(string(text), ClientWeb) {
		t.Errorf("the record names it: %s (%v)", text, err)
	}
}

// What the record keeps of a secret is its hash.
func TestTheRecordHasNoSecret(t *testing.T) {
	b := newBench(t).in("v04")
	text, err := (Document{Store: b.labs.Store, Owner: event.Auth, Kind: Kind, ClientKey: []byte("clients")}).Read(t.Context(), b.lab)
	if err != nil || !strings.Contains(string(text), `"secret_hash"`) || strings.Contains(string(text), b.webSecret()) {
		t.Errorf("the record is %s (%v)", text, err)
	}
}
