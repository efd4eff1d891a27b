package doctor

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"oauthlab/server/config"
)

// site is a server that does all as it should, but for what a test changes.
type site struct {
	t        *testing.T
	origin   string
	roots    *x509.CertPool
	metadata map[string]any              // of the authorization server
	resource map[string]any              // of the protected resource /api
	keys     any                         // the key set
	at       map[string]http.HandlerFunc // instead of what is at a path

	mu    sync.Mutex // guards asked
	asked []string   // method and path of each request, in order
}

// signingKey is the public half of an RSA key of 2048 bits: the example of RFC 7517 §A.1.
const signingKey = `{"kty":"RSA","kid":"one","use":"sig","alg":"RS256","e":"AQAB","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}`

// newSite starts one, over TLS.
func newSite(t *testing.T, changes ...func(*site)) *site {
	t.Helper()
	s := &site{t: t, at: map[string]http.HandlerFunc{}}
	server := httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = strings.HasPrefix(t.Name(), "TestAServerThatSpeaksHTTP2")
	server.StartTLS()
	t.Cleanup(server.Close)
	s.origin, s.roots = server.URL, x509.NewCertPool()
	s.roots.AddCert(server.Certificate())
	s.metadata = map[string]any{
		"issuer": s.origin, "authorization_endpoint": s.origin + "/authorize", "token_endpoint": s.origin + "/token", "jwks_uri": s.origin + "/jwks",
		"response_types_supported": []string{"code"}, "code_challenge_methods_supported": []string{"S256"}, "grant_types_supported": []string{"authorization_code"},
		"authorization_response_iss_parameter_supported": true, "protected_resources": []string{s.origin + "/api"},
	}
	s.resource = map[string]any{"resource": s.origin + "/api", "authorization_servers": []string{s.origin}}
	s.keys = map[string]any{"keys": []any{json.RawMessage(signingKey)}}
	for _, change := range changes {
		change(s)
	}
	return s
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r.Method+" "+r.URL.RequestURI())
	s.mu.Unlock()
	for name := range r.Header {
		if name == "Cookie" || name == "Authorization" || name == "Proxy-Authorization" {
			s.t.Errorf("%s %s brings %s", r.Method, r.URL, name)
		}
	}
	if r.UserAgent() != "oauthlab-doctor" {
		s.t.Errorf("the requests name themselves %q", r.UserAgent())
	}
	if handler := s.at[r.URL.Path]; handler != nil {
		handler(w, r)
		return
	}
	if r.URL.Path != "/authorize" {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Expose-Headers", "WWW-Authenticate")
	}
	switch {
	case r.Method == http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == issuerForms[0].suffix:
		writeJSON(w, http.StatusOK, s.metadata)
	case r.URL.Path == resourceForm.suffix+"/api":
		writeJSON(w, http.StatusOK, s.resource)
	case r.URL.Path == "/jwks":
		writeJSON(w, http.StatusOK, s.keys)
	case r.URL.Path == "/token" && r.Method == http.MethodPost:
		w.Header().Set("Cache-Control", "no-store")
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request"})
	case r.URL.Path == "/api":
		w.Header().Set("WWW-Authenticate", `Bearer resource_metadata="`+s.origin+resourceForm.suffix+`/api"`)
		w.WriteHeader(http.StatusUnauthorized)
	default:
		http.NotFound(w, r)
	}
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(value) //nolint:errcheck // the caller has gone
}

// answers is a handler that answers so.
func answers(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		io.WriteString(w, body) //nolint:errcheck // the caller has gone
	}
}

// sends is a handler that redirects.
func sends(status int, to string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(status)
	}
}

// exam is what came of an examination.
type exam struct {
	lines []line
	end   summary
	well  bool
}

// doctor is one for a path of the site, with more time than a good answer needs.
func (s *site) doctor(path string) doctor {
	return doctor{Doctor: config.Doctor{URL: s.origin + path, Timeout: 10 * time.Second}, total: time.Minute, roots: s.roots}
}

// examine goes through the steps, and reads the report as programs do.
func examine(t *testing.T, d doctor) (x exam) {
	t.Helper()
	var out bytes.Buffer
	well, err := d.examine(t.Context(), &report{out: &out, json: true})
	if err != nil {
		t.Fatal(err)
	}
	x.well = well
	dec := json.NewDecoder(&out)
	for {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		var l line
		if err := json.Unmarshal(raw, &l); err != nil {
			t.Fatal(err)
		}
		if l.Step == "" {
			if err := json.Unmarshal(raw, &x.end); err != nil {
				t.Fatal(err)
			}
			continue
		}
		x.lines = append(x.lines, l)
	}
	if x.end.Summary == "" || well != (x.end.Counts[failed] == 0) {
		t.Errorf("it ends with %+v, and is well: %v", x.end, well)
	}
	return x
}

// told are the lines with some verdicts, a text each, with the origin of the site as ORIGIN and
// its host as HOST.
func (x exam) told(origin string, of ...verdict) (all []string) {
	for _, l := range x.lines {
		if !slices.Contains(of, l.Verdict) {
			continue
		}
		text := fmt.Sprintf("%s %s: %s", l.Verdict, l.Step, l.Says)
		if l.Section != "" {
			text += " (" + string(l.Section) + ")"
		}
		if l.Do != "" {
			text += " -> " + string(l.Do)
		}
		text = strings.ReplaceAll(text, origin, "ORIGIN")
		all = append(all, strings.ReplaceAll(text, strings.TrimPrefix(origin, "https://"), "HOST"))
	}
	return all
}

// wrong are the failures and warnings.
func (x exam) wrong(s *site) []string { return x.told(s.origin, failed, warning) }

// stepsWith are the steps that came to a verdict, in order, each once.
func (x exam) stepsWith(v verdict) (all []step) {
	for _, l := range x.lines {
		if l.Verdict == v && !slices.Contains(all, l.Step) {
			all = append(all, l.Step)
		}
	}
	return all
}

// without are the metadata without a member.
func without(all map[string]any, names ...string) map[string]any {
	all = maps.Clone(all)
	for _, name := range names {
		delete(all, name)
	}
	return all
}

// requests are those that came.
func (s *site) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}
