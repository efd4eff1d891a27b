package doctor

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAServerThatIsAsItShouldBe(t *testing.T) {
	s := newSite(t)
	x := examine(t, s.doctor(""))
	if !x.well || len(x.wrong(s)) > 0 {
		t.Errorf("it says %q", x.wrong(s))
	}
	if got, want := x.stepsWith(passed), append(slices.Clone(stepsOfHost), stepsOfIssuer...); !slices.Equal(got, want) {
		t.Errorf("the steps that passed are %q, want %q", got, want)
	}
	want := say("%s: nothing failed (1 note, %d passed).", s.origin, len(stepsOfHost)+len(stepsOfIssuer))
	if x.end.Summary != want {
		t.Errorf("it ends with %s, want %s", x.end.Summary, want)
	}
	for _, asked := range s.requests() {
		if method, _, _ := strings.Cut(asked, " "); method == http.MethodPost && asked != "POST /token" {
			t.Errorf("it sends %s", asked)
		}
	}
}

func TestAServerThatSpeaksHTTP2(t *testing.T) {
	overHTTP2 := 0
	s := newSite(t, func(s *site) {
		s.at["/jwks"] = func(w http.ResponseWriter, r *http.Request) {
			overHTTP2 = r.ProtoMajor
			w.Header().Set("Access-Control-Allow-Origin", "*")
			writeJSON(w, 200, s.keys)
		}
	})
	if x := examine(t, s.doctor("")); !x.well || len(x.wrong(s)) > 0 || overHTTP2 != 2 {
		t.Errorf("over HTTP/%d it says %q", overHTTP2, x.wrong(s))
	}
}

// Each mistake of a server is told by the step that it is of, and by no other.
func TestMistakesOfAnAuthorizationServer(t *testing.T) {
	const (
		json200 = "application/json"
		pkceDo  = ` -> Have the metadata say "code_challenge_methods_supported": ["S256"], once the server takes it.`
	)
	set := func(name string, value any) func(*site) {
		return func(s *site) { s.metadata[name] = value }
	}
	drop := func(names ...string) func(*site) {
		return func(s *site) { s.metadata = without(s.metadata, names...) }
	}
	at := func(path string, h http.HandlerFunc) func(*site) {
		return func(s *site) { s.at[path] = h }
	}
	keys := func(texts ...string) func(*site) {
		return func(s *site) {
			all := []json.RawMessage{}
			for _, text := range texts {
				all = append(all, json.RawMessage(text))
			}
			s.keys = map[string]any{"keys": all}
		}
	}
	const metadata = "/.well-known/oauth-authorization-server"
	tests := map[string]struct {
		change func(*site)
		want   []string
	}{
		"nothing is published": {at(metadata, http.NotFound), []string{
			"failed well-known: No address has a document. (RFC 8414 §3.1) -> Publish the metadata at ORIGIN/.well-known/oauth-authorization-server, or look whether the issuer has another name. If it is a resource: without a token it answers 404, and it has no metadata at ORIGIN/.well-known/oauth-protected-resource.",
		}},
		"the server is down": {at(metadata, answers(500, "text/plain", "Oh no")), []string{
			"warning well-known: /.well-known/oauth-authorization-server answers 500. (RFC 8414 §3.1)",
			"failed well-known: No address has a document. (RFC 8414 §3.1) -> Look into the server's log.",
		}},
		"an app answers in its place": {at(metadata, answers(200, "text/html", "<!doctype html><title>Shop</title>")), []string{
			"failed content type: The answer says that it is text/html. (RFC 8414 §3.2) -> Answer with Content-Type: application/json.",
			`failed JSON: It is a page of HTML or XML: "<!doctype html><title>Shop</title>". (RFC 8414 §3.2) -> Answer with one JSON object. Often a proxy, or the page of an app, answers in the server's place.`,
		}},
		"the JSON breaks off": {at(metadata, answers(200, json200, `{"issuer":"https://`)), []string{
			"failed JSON: It breaks off in the middle, after 19 bytes. (RFC 8414 §3.2) -> Answer with one JSON object. Often a proxy, or the page of an app, answers in the server's place.",
		}},
		"the type is another": {func(s *site) {
			s.at[metadata] = func(w http.ResponseWriter, _ *http.Request) {
				text, _ := json.Marshal(s.metadata)
				w.Header().Set("Access-Control-Allow-Origin", "*")
				answers(200, "text/plain", string(text))(w, nil)
			}
		}, []string{"failed content type: The answer says that it is text/plain. (RFC 8414 §3.2) -> Answer with Content-Type: application/json."}},
		"a member is there twice": {func(s *site) {
			s.at[metadata] = func(w http.ResponseWriter, _ *http.Request) {
				text, _ := json.Marshal(s.metadata)
				w.Header().Set("Access-Control-Allow-Origin", "*")
				answers(200, json200, strings.Replace(string(text), "{", `{"issuer":"https://other.example",`, 1))(w, nil)
			}
		}, []string{"warning JSON: It has issuer more than once: some readers take the first, some the last. (RFC 8259 §4)"}},

		"another issuer": {set("issuer", "https://other.example"), []string{
			"failed issuer: The document is of https://other.example, and ORIGIN was asked. They differ in the host. A client must not use it. (RFC 8414 §3.3) -> Give clients the issuer https://other.example if that is its name; else have the server say ORIGIN.",
		}},
		"a slash more": {func(s *site) { s.metadata["issuer"] = s.origin + "/" }, []string{
			"failed issuer: The document is of ORIGIN/, and ORIGIN was asked. They differ in a final slash. A client must not use it. (RFC 8414 §3.3) -> Give clients the issuer ORIGIN/ if that is its name; else have the server say ORIGIN.",
		}},
		"an issuer that is a number": {set("issuer", 5), []string{
			`failed issuer: The document names no issuer. (RFC 8414 §3.3) -> Have it say "issuer": "ORIGIN".`,
			"failed members: issuer is a number, and not a text. (RFC 8414 §3.2) -> Write issuer as a text, or leave it out.",
		}},
		"an issuer with a query": {set("issuer", "https://a.example?b"), []string{
			"failed issuer: The document is of https://a.example?b, which has a query. (RFC 8414 §2) -> An issuer is https, a host, and perhaps a port and a path.",
		}},
		"an issuer that steers the terminal": {set("issuer", "https://a\x1b[2J\u202e.example\u0007"), []string{
			`failed issuer: The document is of "https://a\x1b[2J\u202e.example\a", which is no URL: "net/url: invalid control character in URL". (RFC 8414 §2) -> Percent-encode what is not a letter, a digit or a sign that URLs have (RFC 3986 §2.1).`,
		}},

		"what is required is missing": {drop("response_types_supported", "token_endpoint"), []string{
			"failed members: token_endpoint and response_types_supported are missing. (RFC 8414 §2) -> Add token_endpoint and response_types_supported to the document.",
		}},
		"wrong types": {func(s *site) {
			s.metadata["scopes_supported"] = "read write"
			s.metadata["response_types_supported"] = []any{"code", 5}
			s.metadata["claims_supported"] = []string{}
			s.metadata["registration_endpoint"] = nil
			s.metadata["request_parameter_supported"] = "false"
		}, []string{
			"failed members: response_types_supported is an array of other things, and not an array of texts. (RFC 8414 §3.2) -> Write response_types_supported as an array of texts, or leave it out.",
			"failed members: scopes_supported is a text, and not an array of texts. (RFC 8414 §3.2) -> Write scopes_supported as an array of texts, or leave it out.",
			"failed members: claims_supported is empty. (RFC 8414 §3.2) -> Leave claims_supported out: what has no values must not be there.",
			"failed members: request_parameter_supported is a text, and not true or false. (RFC 8414 §3.2) -> Write request_parameter_supported as true or false, or leave it out.",
			"failed members: registration_endpoint is null, and not a text. (RFC 8414 §3.2) -> Write registration_endpoint as a text, or leave it out.",
		}},
		"OpenID Connect lacks what it needs": {func(s *site) {
			s.at["/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) {
				writeJSON(w, 200, s.metadata)
			}
			s.metadata["id_token_signing_alg_values_supported"] = []string{"ES256"}
		}, []string{
			"failed members: subject_types_supported is missing. (OpenID Connect Discovery §3) -> Add subject_types_supported to the document.",
			"failed members: id_token_signing_alg_values_supported is ES256, without RS256. (OpenID Connect Discovery §3) -> Sign ID tokens with RS256 for clients that want that, and list it.",
		}},
		"two documents that say different things": {func(s *site) {
			s.at["/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) {
				other := without(s.metadata)
				other["issuer"], other["subject_types_supported"], other["id_token_signing_alg_values_supported"] = "https://other.example", []string{"public"}, []string{"RS256"}
				writeJSON(w, 200, other)
			}
		}, []string{
			"warning well-known: /.well-known/openid-configuration answers 200. It is another document, with another id_token_signing_alg_values_supported, issuer and subject_types_supported. (OpenID Connect Discovery §4.1)",
			"failed issuer: The document is of https://other.example, and ORIGIN was asked. They differ in the host. A client must not use it. (OpenID Connect Discovery §4.3) -> Give clients the issuer https://other.example if that is its name; else have the server say ORIGIN.",
		}},

		"an app answers in one of the places": {func(s *site) {
			s.at[metadata] = answers(200, "text/html", "<!doctype html>")
			s.metadata["subject_types_supported"], s.metadata["id_token_signing_alg_values_supported"] = []string{"public"}, []string{"RS256"}
			s.at["/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Access-Control-Allow-Origin", "*")
				writeJSON(w, 200, s.metadata)
			}
		}, []string{
			"warning well-known: /.well-known/oauth-authorization-server answers 200, but what comes is no document. (RFC 8414 §3.1)",
		}},

		"a server for machines alone": {func(s *site) {
			s.metadata = without(s.metadata, "authorization_endpoint", "code_challenge_methods_supported", "authorization_response_iss_parameter_supported")
			s.metadata["grant_types_supported"] = []string{"client_credentials"}
		}, nil},
		"no PKCE": {drop("code_challenge_methods_supported"), []string{
			"failed PKCE: PKCE is not announced, which says that there is none. Clients that must have it, such as those of MCP, go no further. (RFC 8414 §2)" + pkceDo,
		}},
		"PKCE with plain alone": {set("code_challenge_methods_supported", []string{"plain"}), []string{
			"failed PKCE: PKCE is announced with plain, and not with S256, which every server must take. (RFC 7636 §4.2)" + pkceDo,
		}},
		"PKCE in small letters": {set("code_challenge_methods_supported", []string{"s256"}), []string{
			"failed PKCE: PKCE is announced with s256, and not with S256, which every server must take. (RFC 7636 §4.2)" + pkceDo,
		}},
		"PKCE with plain too": {set("code_challenge_methods_supported", []string{"plain", "S256"}), []string{
			"warning PKCE: S256 is announced, and plain too: with plain, whoever reads the authorization request has the verifier. (RFC 7636 §7.2)",
		}},
		"grants that nobody may use": {func(s *site) {
			s.metadata["grant_types_supported"] = []string{"authorization_code", "password"}
			s.metadata["response_types_supported"] = []string{"code", "id_token token"}
		}, []string{
			"failed grants: The server takes users' passwords from clients: it has the grant type password. (RFC 9700 §2.4) -> Take the grant away, and sign users in on a page of the server's.",
			"warning grants: The server has the implicit grant, which hands out access tokens in addresses. (RFC 9700 §2.1.2)",
		}},
		"it does not say which grants": {drop("grant_types_supported"), nil},
		"responses without iss": {drop("authorization_response_iss_parameter_supported"), []string{
			"warning iss: Nothing says that authorization responses name the issuer. Clients of several servers need another defence against mix-up. (RFC 9207 §3)",
		}},

		"an endpoint that is a script": {set("authorization_endpoint", "javascript:alert(1)"), []string{
			"failed endpoints: authorization_endpoint, javascript:alert(1), is no web address. (RFC 6749 §3.1) -> It has the scheme javascript; use an address that begins with https://.",
		}},
		"an endpoint with a fragment": {func(s *site) { s.metadata["token_endpoint"] = s.origin + "/token#here" }, []string{
			"failed endpoints: token_endpoint, ORIGIN/token#here, has a fragment. (RFC 6749 §3.2) -> Leave out what stands behind the #: it is never sent to a server.",
		}},
		"an endpoint without TLS": {set("revocation_endpoint", "http://auth.example/revoke"), []string{
			"failed endpoints: revocation_endpoint, http://auth.example/revoke, is http, and not on this machine. (RFC 8414 §2) -> Use https://auth.example/revoke: codes and tokens go there.",
		}},

		"no token endpoint there": {at("/token", http.NotFound), []string{
			"failed token endpoint: An empty request is answered 404. There is no token endpoint at this address. (RFC 6749 §3.2) -> Name the address in the metadata at which POST is answered.",
			"warning no-store: This answer has no Cache-Control: no-store. Those with tokens must have it; look at one. (RFC 6749 §5.1)",
			"warning CORS: A page of another origin may read: metadata and keys; and not: token endpoint. A client in a browser needs both. (RFC 9700 §2.6)",
		}},
		"a token endpoint that breaks down": {token(func(w http.ResponseWriter) { answers(500, "text/plain", "Oh no")(w, nil) }), []string{
			"failed token endpoint: An empty request is answered 500. (RFC 6749 §5.2) -> Look into the server's log: a request that lacks everything is the client's mistake, invalid_request.",
		}},
		"a token endpoint with a gate before it": {token(func(w http.ResponseWriter) { answers(403, "text/html", "<h1>Forbidden</h1>")(w, nil) }), []string{
			`failed token endpoint: An empty request is answered 403. What comes is a page of HTML or XML: <h1>Forbidden</h1>. (RFC 6749 §5.2) -> Answer errors in JSON too, with the member error. Something before the server may answer in its place.`,
		}},
		"a token endpoint that refuses nothing": {token(func(w http.ResponseWriter) { writeJSON(w, 200, map[string]string{"access_token": "a"}) }), []string{
			"failed token endpoint: An empty request is answered 200. The answer has no error. (RFC 6749 §5.2) -> Refuse it with 400 and error=invalid_request in JSON.",
		}},
		"a token endpoint with another status": {token(func(w http.ResponseWriter) { writeJSON(w, 422, map[string]string{"error": "invalid_request"}) }), []string{
			"warning token endpoint: An empty request is answered 422. The error is invalid_request; its status is 400, or 401 for invalid_client. (RFC 6749 §5.2)",
		}},
		"a token endpoint that is busy": {token(func(w http.ResponseWriter) { answers(429, "text/plain", "later")(w, nil) }), []string{
			"warning token endpoint: An empty request is answered 429. It is too busy to be looked at. (RFC 6749 §5.2)",
		}},
		"a token endpoint that redirects": {token(func(w http.ResponseWriter) { sends(307, "https://other.example/token")(w, nil) }), []string{
			"failed token endpoint: It redirects to https://other.example/token: a client would send its code and its secret on, or stop. (RFC 6749 §3.2) -> Answer at the address that the metadata name.",
		}},

		"keys that break down": {at("/jwks", shared200(500, "text/plain", "Oh no")), []string{
			"failed jwks_uri: /jwks answers 500. (RFC 7517 §5) -> Serve the keys at the address that the metadata name: without them nobody can check a signature.",
		}},
		"keys that are a page": {at("/jwks", shared200(200, "text/html", "<p>Hello")), []string{
			`failed jwks_uri: /jwks answers 200, but what comes is no document. It is a page of HTML or XML: <p>Hello. (RFC 7517 §5) -> Serve the keys there as JSON, an object with the array keys.`,
		}},
		"no array of keys": {func(s *site) { s.keys = map[string]any{"keys": "none"} }, []string{
			`failed keys: The set has no array keys. (RFC 7517 §5.1) -> Write the set as {"keys": [...]}.`,
		}},
		"no keys": {keys(), []string{
			"failed keys: The set is empty: no signature of the server's can be checked. (RFC 7517 §5.1) -> Publish the public half of each key that the server signs with.",
		}},
		"a private key": {keys(signingKey, `{"kty":"EC","kid":"two","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}`), []string{
			"failed keys: Key 2, two, has the member d: whoever reads it signs as the server. (RFC 7517 §9.2) -> Take the key out of use at once, and publish public halves alone.",
		}},
		"a shared secret": {keys(`{"kty":"oct","kid":"two","k":"c2VjcmV0"}`), []string{
			"failed keys: Key 1, two, has the member k: whoever reads it signs as the server. (RFC 7517 §9.2) -> Take the key out of use at once, and publish public halves alone.",
			"failed keys: No key is one with which a signature could be checked. (RFC 7517 §4.2) -> Publish the public half of each key that the server signs with.",
		}},
		"keys without a name": {keys(strings.Replace(signingKey, `"kid":"one",`, "", 1), signingKey), []string{
			"warning keys: Key 1 has no kid, by which clients find it among the others. (RFC 7517 §4.5)",
		}},
		"two keys of one name": {keys(signingKey, signingKey), []string{
			"warning keys: Key 2, one, has the kid of another. (RFC 7517 §4.5)",
		}},
		"a short key": {keys(`{"kty":"RSA","kid":"short","e":"AQAB","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQ"}`), []string{
			"failed keys: Key 1, short, has 1032 bits; RSA takes 2048 at least. (RFC 7518 §3.3) -> Make a longer key.",
		}},
		"a key for encryption alone": {keys(strings.Replace(signingKey, `"sig"`, `"enc"`, 1)), []string{
			"failed keys: No key is one with which a signature could be checked. (RFC 7517 §4.2) -> Publish the public half of each key that the server signs with.",
		}},
		"keys that nobody can read": {keys(signingKey, `"three"`, `{"kty":"RSA","kid":"four"}`), []string{
			`warning keys: Key 2 cannot be read: it is a text. Clients pass it over, or refuse the set. (RFC 7517 §4)`,
			`warning keys: Key 3, four, cannot be read: "go-jose/go-jose: invalid RSA key, missing n/e values". Clients pass it over, or refuse the set. (RFC 7517 §4)`,
		}},

		"pages may read the metadata alone": {func(s *site) {
			s.at["/jwks"] = func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, s.keys) }
			s.at["/token"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Cache-Control", "no-store")
				writeJSON(w, 400, map[string]string{"error": "invalid_request"})
			}
		}, []string{
			"warning CORS: A page of another origin may read: metadata; and not: keys and token endpoint. A client in a browser needs both. (RFC 9700 §2.6)",
		}},
		"the authorization endpoint is shared": {at("/authorize", shared200(204, "", "")), []string{
			"failed CORS: The authorization endpoint allows pages of other origins to read it. (RFC 9700 §2.6) -> Take CORS away from it: browsers are sent there, and nothing fetches it.",
		}},
		"any page may use the user's cookies": {at("/jwks", func(w http.ResponseWriter, r *http.Request) {
			if origin := r.Header.Get("Origin"); origin != "" {
				w.Header().Set("Access-Control-Allow-Origin", origin)
				w.Header().Set("Access-Control-Allow-Credentials", "true")
			}
			answers(200, json200, `{"keys":[`+signingKey+`]}`)(w, r)
		}), []string{
			"warning CORS: Any page may read with the user's cookies: keys. The answers repeat its Origin, and allow credentials. (RFC 9700 §2.6)",
		}},

		"a redirect to another path": {func(s *site) {
			s.at[metadata] = sends(302, "/meta")
			s.at["/meta"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Access-Control-Allow-Origin", "*")
				writeJSON(w, 200, s.metadata)
			}
		}, []string{
			"warning well-known: /.well-known/oauth-authorization-server redirects with 302 to /meta, which answers 200. Clients that follow no redirect find nothing. (RFC 8414 §3.2)",
			"warning CORS: A page of another origin may read: keys and token endpoint; and not: metadata. A client in a browser needs both. (RFC 9700 §2.6)",
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, tt.change)
			x := examine(t, s.doctor(""))
			if diff := cmp.Diff(tt.want, x.wrong(s)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// token has the token endpoint answer POST so, and nobody keep it.
func token(answer func(http.ResponseWriter)) func(*site) {
	return func(s *site) {
		s.at["/token"] = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			if r.Method == http.MethodOptions {
				return
			}
			w.Header().Set("Cache-Control", "no-store")
			answer(w)
		}
	}
}

// shared200 is answers, for pages of any origin.
func shared200(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		answers(status, kind, body)(w, r)
	}
}

func TestHowNamesDiffer(t *testing.T) {
	const a = "https://a.example/one"
	long := a + strings.Repeat("/more", 40)
	for named, want := range map[string]said{
		a + "/":                      "They differ in a final slash.",
		"https://A.example/one":      "They differ in capital letters.",
		"http://a.example/one":       "They differ in the scheme.",
		"https://a.example:8443/one": "They differ in the port.",
		"https://b.example/one":      "They differ in the host.",
		"https://a.example/two":      "They differ in the path.",
		"https://b.example/two":      "",
		"no address \x7f":            "",
	} {
		if got := howDiffer(named, a); got != want {
			t.Errorf("%q: %s, want %s", named, got, want)
		}
	}
	if got := howDiffer("https://b.example/one"+strings.Repeat("/more", 41), long); got != "They differ from byte 9 on." {
		t.Errorf("long ones: %s", got)
	}
}

// The address of a document does not tell whether its issuer ends in a slash: either is right.
func TestTheAddressOfADocument(t *testing.T) {
	for name, tt := range map[string]struct {
		given  string
		change func(*site)
		want   []string
	}{
		"an issuer without a slash": {metadataPath, func(*site) {}, nil},
		"an issuer with a slash":    {metadataPath, func(s *site) { s.metadata["issuer"] = s.origin + "/" }, nil},
		"another issuer": {metadataPath, func(s *site) { s.metadata["issuer"] = s.origin + "/one" }, []string{
			"failed issuer: The document is of ORIGIN/one, and ORIGIN was asked. They differ in the path. A client must not use it. (RFC 8414 §3.3) -> Give clients the issuer ORIGIN/one if that is its name; else have the server say ORIGIN.",
		}},
		"nothing there, and another form has it": {"/.well-known/openid-configuration", func(*site) {}, []string{
			"failed well-known: /.well-known/openid-configuration answers 404. (OpenID Connect Discovery §4.1) -> Have the document there too, or lead clients to ORIGIN/.well-known/oauth-authorization-server.",
		}},
		"behind the path, where RFC 8414 does not have it": {"/one" + metadataPath, func(s *site) {
			s.metadata["issuer"] = s.origin + "/one"
			s.at["/one"+metadataPath] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Access-Control-Allow-Origin", "*")
				writeJSON(w, 200, s.metadata)
			}
		}, []string{
			"warning well-known: /one/.well-known/oauth-authorization-server answers 200. Clients do not look there, but at ORIGIN/.well-known/oauth-authorization-server/one. (RFC 8414 §3.1)",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, tt.change)
			if diff := cmp.Diff(tt.want, examine(t, s.doctor(tt.given)).wrong(s)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A step that fails in several ways is named once at the end.
func TestTheSummaryNamesAStepOnce(t *testing.T) {
	s := newSite(t, func(s *site) {
		s.metadata["scopes_supported"], s.metadata["claims_supported"] = 5, 5
		s.metadata["code_challenge_methods_supported"] = []string{"plain"}
	})
	x := examine(t, s.doctor(""))
	if want := say("%s: members and PKCE failed (3 failed, 1 note, 16 passed).", s.origin); x.end.Summary != want {
		t.Errorf("it ends with %s, want %s", x.end.Summary, want)
	}
}

// An issuer that everybody can reach does not lead to whatever runs beside its clients.
func TestEndpointsOfTheClientsOwnMachine(t *testing.T) {
	const endpoint = `{"token_endpoint":"http://LOCALHOST:8080/token","jwks_uri":"https://127.0.0.1/jwks"}`
	d, _ := readDocument(answer{body: []byte(endpoint)})
	for issuer, want := range map[string]int{"https://auth.example": 2, "http://localhost:8080": 0} {
		u := must(webAddress(issuer))
		r := &report{out: io.Discard}
		e := &examination{report: r, fetcher: newFetcher(time.Second, false, nil, u)}
		if e.checkEndpoints(issuerOf(issuer, u), d); r.counts[failed] != want {
			t.Errorf("of %s, %d endpoints fail, want %d", issuer, r.counts[failed], want)
		}
	}
}
