package client

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"hash"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// The server and the client of chapter v07: one with a secret, which the server signs with.
const (
	oidcIssuer   = "http://auth.test/1"
	oidcMetadata = oidcIssuer + "/.well-known/openid-configuration"
	oidcToken    = oidcIssuer + "/v7/token" // not where a client would guess that it is
	oidcUserInfo = oidcIssuer + "/v7/userinfo"
	oidcSecret   = "s3cr:t +/&%é"
	goodHeader   = `{"alg":"HS256","typ":"JWT"}`
)

// oidcDesk is the desk of a client in chapter v07, with a server that answers it.
type oidcDesk struct {
	*desk
	metadata map[string]any
	idToken  func(d *oidcDesk) string // "" for none
	answers  map[string]Response      // by their address, in place of the good ones
}

func newOIDCDesk(t *testing.T, s guard.Switches) *oidcDesk {
	d := &oidcDesk{
		desk: newDesk(t, s), answers: map[string]Response{},
		metadata: map[string]any{
			"issuer": oidcIssuer, "authorization_endpoint": oidcIssuer + "/v7/authorize", "token_endpoint": oidcToken, "userinfo_endpoint": oidcUserInfo,
			"authorization_response_iss_parameter_supported": true,
		},
		idToken: func(d *oidcDesk) string { return d.jwt(nil) },
	}
	d.Rules.Chapter, d.Secret, d.Issuer, d.API = "v07", oidcSecret, oidcIssuer, "http://api.test/1"
	d.AuthorizationEndpoint, d.TokenEndpoint = oidcIssuer+"/authorize", oidcIssuer+"/token"
	d.Fetch = func(_ context.Context, r Request) (Response, error) {
		d.asked = append(d.asked, r)
		return d.serve(r), d.fetchErr
	}
	return d
}

// serve is the server.
func (d *oidcDesk) serve(r Request) Response {
	if answer, is := d.answers[r.URL]; is {
		return answer
	}
	switch r.URL {
	case oidcMetadata:
		return Response{Status: 200, Body: d.text(d.metadata)}
	case oidcToken:
		given := map[string]any{"access_token": "at-1", "token_type": "Bearer", "expires_in": 3600, "scope": "openid read", "refresh_token": "rt-1"}
		if token := d.idToken(d); token != "" {
			given["id_token"] = token
		}
		return Response{Status: 200, Body: d.text(given)}
	case oidcUserInfo:
		return Response{Status: 200, Body: `{"sub":"alice","name":"Alice","preferred_username":"alice","email":"alice@example.com","email_verified":true}`}
	}
	return Response{Status: 404, Body: "not found"}
}

func (d *oidcDesk) text(v any) string {
	d.t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

// claims are those of a good ID token for the login under way, with changes, where nil removes.
func (d *oidcDesk) claims(changes map[string]any) string {
	d.t.Helper()
	all := map[string]any{
		"iss": oidcIssuer, "sub": "alice", "aud": "demo-client", "azp": "demo-client", "exp": noon.Unix() + 3600, "iat": noon.Unix(), "auth_time": noon.Unix() - 5,
		"at_hash": guard.HashOfToken("at-1"),
	}
	if nonce := d.sent().Get("nonce"); nonce != "" {
		all["nonce"] = nonce
	}
	maps.Copy(all, changes)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
	return d.text(all)
}

// sent are the parameters of the login under way.
func (d *oidcDesk) sent() url.Values {
	d.t.Helper()
	if len(d.opened) == 0 {
		return nil
	}
	u, err := url.Parse(d.opened[len(d.opened)-1])
	if err != nil {
		d.t.Fatal(err)
	}
	return u.Query()
}

// jwt is a good ID token but for its claims.
func (d *oidcDesk) jwt(changes map[string]any) string {
	d.t.Helper()
	return oidcSigned(goodHeader, d.claims(changes))
}

func part64(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// oidcSigned signs whatever it is, with the client's secret.
func oidcSigned(header, claims string) string {
	return macOf(sha256.New, oidcSecret, part64(header)+"."+part64(claims))
}

func macOf(of func() hash.Hash, key, content string) string {
	mac := hmac.New(of, []byte(key))
	mac.Write([]byte(content))
	return content + "." + part64(string(mac.Sum(nil)))
}

// back begins a login and brings the answer.
func (d *oidcDesk) back() {
	d.t.Helper()
	sent := d.begin()
	answer := url.Values{"code": {"c-1"}, "state": {sent.Get("state")}, "iss": {oidcIssuer}}
	if _, err := d.Callback(d.t.Context(), redirectURI+"?"+answer.Encode()); err != nil {
		d.t.Fatalf("Callback: %v", err)
	}
}

// redeem is back, and the rest of the sign-in. The story begins at the ID token.
func (d *oidcDesk) redeem() (Tokens, error) {
	d.t.Helper()
	d.back()
	d.events = nil
	return d.Redeem(d.t.Context(), "c-1")
}

// wantNobody checks that no token is kept, and that the client said why.
func (d *oidcDesk) wantNobody() {
	d.t.Helper()
	if text, kept := d.store[tokensKey]; kept {
		d.t.Errorf("it keeps %s", text)
	}
	if n := len(d.events); n == 0 || d.events[n-1].Note == nil || d.events[n-1].Note.Name != event.NoteFlowFailed {
		d.t.Errorf("recorded %q, want that the client gives up at the end", d.story())
	}
	if user, claims, err := d.Who(d.t.Context()); err != nil || user != (User{}) || claims != (Claims{}) {
		d.t.Errorf("it knows %+v, %+v, %v", user, claims, err)
	}
}

// last is the last note of that name.
func (d *desk) last(name string) *event.Note {
	for _, e := range slices.Backward(d.events) {
		if e.Note != nil && e.Note.Name == name {
			return e.Note
		}
	}
	return nil
}

// idTokenGuard is a guard, and what is wrong with an ID token that it refuses.
type idTokenGuard struct {
	id     guard.ID
	change map[string]any // nil: it is signed with another's key
	reason string
}

// idTokenGuards are those of an ID token, in the order of OpenID Connect Core §3.1.3.7.
var idTokenGuards = []idTokenGuard{
	{guard.IDOIDCIssuer, map[string]any{"iss": "http://other.test"}, "the ID token is of another issuer"},
	{guard.IDOIDCAudience, map[string]any{"aud": "prints"}, "the ID token is for another client"},
	{guard.IDOIDCAZP, map[string]any{"azp": "prints"}, "the ID token was given to another client"},
	{guard.IDOIDCSignature, nil, "the signature does not fit the ID token"},
	{guard.IDOIDCExpiry, map[string]any{"exp": noon.Unix() - 60}, "the ID token has expired"},
	{guard.IDOIDCIssuedAt, map[string]any{"iat": noon.Unix() - 601}, "the ID token was made long ago"},
	{guard.IDNonce, map[string]any{"nonce": "another"}, "the nonce is not the one of this login"},
	{guard.IDAtHash, map[string]any{"at_hash": guard.HashOfToken("another")}, "the access token is not the ID token's"},
}

// verdictsOnIDToken is the story of an ID token with the outcomes in that order.
func verdictsOnIDToken(outcome func(i int) event.Outcome, until int) string {
	var words []string
	for i, g := range idTokenGuards[:until] {
		words = append(words, string(g.id)+"="+string(outcome(i)))
	}
	return strings.Join(words, " ")
}

func passed(int) event.Outcome { return event.Passed }

// A whole sign-in in v07: what is asked of whom, and what the log is told.
func TestWholeSignIn(t *testing.T) {
	d := newOIDCDesk(t, nil)
	d.back()
	tokens, err := d.Redeem(t.Context(), "c-1")
	if err != nil || tokens.IDToken == "" || tokens.AccessToken != "at-1" {
		t.Fatalf("Redeem = %+v, %v", tokens, err)
	}
	user, claims, err := d.Who(t.Context())
	if err != nil || user != (User{Issuer: oidcIssuer, Subject: "alice"}) || claims != (Claims{"alice", "Alice", "alice", "alice@example.com", true}) {
		t.Fatalf("Who = %+v, %+v, %v", user, claims, err)
	}
	var asked []string
	for _, r := range d.asked {
		asked = append(asked, r.Method+" "+r.URL)
	}
	if want := []string{"GET " + oidcMetadata, "POST " + oidcToken, "GET " + oidcUserInfo}; !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
	want := "metadata-issuer=passed pkce.verifier nonce.made state.made open callback state.compare=passed state.forget=passed response-issuer=passed code.accepted " +
		verdictsOnIDToken(passed, len(idTokenGuards)) + " signed-in tokens userinfo-subject=passed userinfo.taken"
	if got := d.story(); got != want {
		t.Errorf("recorded\n%s, want\n%s", got, want)
	}
	for _, e := range d.events {
		if e.Flow == "" || e.Flow != d.events[0].Flow {
			t.Errorf("%v belongs to flow %q, want %q", e.Kind, e.Flow, d.events[0].Flow)
		}
		if v := e.Verdict; v != nil && strings.HasPrefix(v.Guard, "id-") && v.Where.File != "app/client/id_token.go" {
			t.Errorf("%s was called at %v", v.Guard, v.Where)
		}
	}
	for name, want := range map[string][]event.Field{
		event.NoteNonce:    {{Name: "nonce", Value: d.sent().Get("nonce")}},
		event.NoteSignedIn: {{Name: "iss", Value: oidcIssuer}, {Name: "sub", Value: "alice"}},
		event.NoteUserInfo: {{Name: "sub", Value: "alice"}, {Name: "name", Value: "Alice"}, {Name: "preferred_username", Value: "alice"},
			{Name: "email", Value: "alice@example.com"}, {Name: "email_verified", Value: "true"}},
	} {
		if note := d.last(name); note == nil || !slices.Equal(note.Fields, want) {
			t.Errorf("%s is told as %+v, want %v", name, note, want)
		}
	}
}

// A token in which all is wrong: the first guard that is on refuses it, and ends the sign-in. Those
// before it say what they would have refused, those behind it say nothing.
func TestAnIDTokenIsCheckedInOrder(t *testing.T) {
	allWrong, allOff := map[string]any{}, guard.Switches{}
	for _, g := range idTokenGuards {
		maps.Copy(allWrong, g.change)
		allOff[g.id] = "off"
	}
	wrong := func(d *oidcDesk) string {
		return macOf(sha256.New, "another", part64(goodHeader)+"."+part64(d.claims(allWrong)))
	}
	for i, g := range idTokenGuards {
		t.Run("on alone: "+string(g.id), func(t *testing.T) {
			switches := maps.Clone(allOff)
			delete(switches, g.id)
			d := newOIDCDesk(t, switches)
			d.idToken = wrong
			tokens, err := d.redeem()
			var refusal *guard.Refusal
			if !errors.As(err, &refusal) || refusal.Guard != g.id || refusal.Reason != g.reason || tokens != (Tokens{}) {
				t.Errorf("Redeem = %+v, %v; want a refusal by %s", tokens, err, g.id)
			}
			outcomes := func(at int) event.Outcome {
				if at == i {
					return event.Refused
				}
				return event.WouldRefuse
			}
			if got, want := d.story(), verdictsOnIDToken(outcomes, i+1)+" flow.failed"; got != want {
				t.Errorf("recorded\n%s, want\n%s", got, want)
			}
			d.wantNobody()
		})
	}
	t.Run("all of them off", func(t *testing.T) {
		d := newOIDCDesk(t, allOff)
		d.idToken = wrong
		if tokens, err := d.redeem(); err != nil || tokens.AccessToken != "at-1" {
			t.Errorf("Redeem = %+v, %v", tokens, err)
		}
		all := verdictsOnIDToken(func(int) event.Outcome { return event.WouldRefuse }, len(idTokenGuards))
		if got, want := d.story(), all+" signed-in tokens"; got != want {
			t.Errorf("recorded\n%s, want\n%s", got, want)
		}
		// The issuer that counts is the one that was asked, whatever the token says.
		if user, _, err := d.Who(t.Context()); err != nil || user != (User{oidcIssuer, "alice"}) {
			t.Errorf("Who = %+v, %v", user, err)
		}
	})
}

// One thing is wrong with an ID token. With its guard on nothing is kept, with it off the client
// goes on, and says what it would have refused.
func TestWhatIsWrongWithAnIDToken(t *testing.T) {
	type tokenOf = func(d *oidcDesk) string
	claim := func(name string, value any) tokenOf {
		return func(d *oidcDesk) string { return d.jwt(map[string]any{name: value}) }
	}
	// content signs a good token in another way.
	content := func(header string, sign func(content string) string) tokenOf {
		return func(d *oidcDesk) string { return sign(part64(header) + "." + part64(d.claims(nil))) }
	}
	with := func(of func() hash.Hash, key string) func(string) string {
		return func(content string) string { return macOf(of, key, content) }
	}
	behind := func(signature string) func(string) string {
		return func(content string) string { return content + "." + signature }
	}
	const notFitting = "the signature does not fit the ID token"
	tests := map[string]struct {
		token  tokenOf
		guard  guard.ID // "" where all is well
		reason string
	}{
		"nothing":                           {claim("x", "y"), "", ""},
		"nothing: another type":             {content(`{"alg":"HS256","typ":"id_token+jwt","kid":"1"}`, with(sha256.New, oidcSecret)), "", ""},
		"nothing: no type":                  {content(`{"alg":"HS256"}`, with(sha256.New, oidcSecret)), "", ""},
		"nothing: no azp":                   {claim("azp", nil), "", ""},
		"nothing: no at_hash":               {claim("at_hash", nil), "", ""},
		"nothing: an audience of one":       {claim("aud", []string{"demo-client"}), "", ""},
		"nothing: an end in 59 seconds ago": {claim("exp", noon.Unix()-59), "", ""},
		"nothing: an end with a fraction":   {claim("exp", float64(noon.Unix())-58.5), "", ""},
		"nothing: an end behind all clocks": {claim("exp", 1e300), "", ""},
		"nothing: an end behind 2262":       {claim("exp", 1e10), "", ""},
		"nothing: made in a minute":         {claim("iat", noon.Unix()+60), "", ""},
		"nothing: made ten minutes ago":     {claim("iat", noon.Unix()-600), "", ""},
		"nothing: claims on several lines": {func(d *oidcDesk) string {
			return oidcSigned(goodHeader, strings.ReplaceAll(d.claims(nil), ",", ",\r\n"))
		}, "", ""},
		"nothing: an issuer twice, the last ours": {func(d *oidcDesk) string {
			return oidcSigned(goodHeader, strings.Replace(d.claims(nil), "{", `{"iss":"http://other.test",`, 1))
		}, "", ""},
		"nothing: 48 KB of claims": {claim("picture", strings.Repeat("x", 48<<10)), "", ""},

		"no issuer":                   {claim("iss", nil), guard.IDOIDCIssuer, "the ID token is of another issuer"},
		"an issuer of another case":   {claim("iss", strings.ToUpper(oidcIssuer)), guard.IDOIDCIssuer, "the ID token is of another issuer"},
		"an issuer with a slash":      {claim("iss", oidcIssuer+"/"), guard.IDOIDCIssuer, "the ID token is of another issuer"},
		"a fault's issuer":            {claim("iss", oidcIssuer+"/fault/x"), guard.IDOIDCIssuer, "the ID token is of another issuer"},
		"no audience":                 {claim("aud", nil), guard.IDOIDCAudience, "the ID token is for another client"},
		"an audience that is empty":   {claim("aud", ""), guard.IDOIDCAudience, "the ID token is for another client"},
		"an audience of nobody":       {claim("aud", []string{}), guard.IDOIDCAudience, "the ID token is for another client"},
		"an audience of another case": {claim("aud", "Demo-Client"), guard.IDOIDCAudience, "the ID token is for another client"},
		"an audience of others":       {claim("aud", []string{"a", "b"}), guard.IDOIDCAudience, "the ID token is for another client"},
		"an audience of us and more":  {claim("aud", []string{"demo-client", "prints"}), guard.IDOIDCAudience, "the ID token is for others too"},
		"an audience with us last":    {claim("aud", []string{"prints", "demo-client"}), guard.IDOIDCAudience, "the ID token is for others too"},
		"an audience that is null": {func(d *oidcDesk) string {
			return oidcSigned(goodHeader, strings.Replace(d.claims(map[string]any{"aud": nil}), "{", `{"aud":null,`, 1))
		}, guard.IDOIDCAudience, "the ID token is for another client"},
		"an audience of null": {func(d *oidcDesk) string {
			return oidcSigned(goodHeader, strings.Replace(d.claims(map[string]any{"aud": nil}), "{", `{"aud":[null],`, 1))
		}, guard.IDOIDCAudience, "the ID token is for another client"},
		"an audience twice": {func(d *oidcDesk) string {
			return oidcSigned(goodHeader, strings.TrimSuffix(d.claims(nil), "}")+`,"aud":["prints"]}`)
		}, guard.IDOIDCAudience, "the ID token is for another client"},
		"an azp of another":         {claim("azp", "prints"), guard.IDOIDCAZP, "the ID token was given to another client"},
		"an azp of another case":    {claim("azp", "DEMO-CLIENT"), guard.IDOIDCAZP, "the ID token was given to another client"},
		"an end a minute ago":       {claim("exp", noon.Unix()-60), guard.IDOIDCExpiry, "the ID token has expired"},
		"an end before time began":  {claim("exp", -1), guard.IDOIDCExpiry, "the ID token has expired"},
		"an end long before":        {claim("exp", -1e300), guard.IDOIDCExpiry, "the ID token has expired"},
		"an end in its second":      {claim("exp", float64(noon.Unix())-59.5), guard.IDOIDCExpiry, "the ID token has expired"},
		"no end":                    {claim("exp", nil), guard.IDOIDCExpiry, "the ID token has expired"},
		"a beginning too far ahead": {claim("iat", noon.Unix()+61), guard.IDOIDCIssuedAt, "the ID token is from the future"},
		"a beginning behind clocks": {claim("iat", 1e300), guard.IDOIDCIssuedAt, "the ID token is from the future"},
		"a beginning too long ago":  {claim("iat", noon.Unix()-601), guard.IDOIDCIssuedAt, "the ID token was made long ago"},
		"a beginning before time":   {claim("iat", -5), guard.IDOIDCIssuedAt, "the ID token was made long ago"},
		"no beginning":              {claim("iat", nil), guard.IDOIDCIssuedAt, "the ID token was made long ago"},
		"no nonce":                  {claim("nonce", nil), guard.IDNonce, "the ID token has no nonce"},
		"an empty nonce":            {claim("nonce", ""), guard.IDNonce, "the ID token has no nonce"},
		"another nonce":             {claim("nonce", "x"), guard.IDNonce, "the nonce is not the one of this login"},
		"the state as its nonce":    {func(d *oidcDesk) string { return d.jwt(map[string]any{"nonce": d.sent().Get("state")}) }, guard.IDNonce, "the nonce is not the one of this login"},
		"a nonce in capitals": {func(d *oidcDesk) string {
			return d.jwt(map[string]any{"nonce": strings.ToUpper(d.sent().Get("nonce"))})
		}, guard.IDNonce, "the nonce is not the one of this login"},
		"an at_hash of another":       {claim("at_hash", guard.HashOfToken("at-2")), guard.IDAtHash, "the access token is not the ID token's"},
		"an at_hash with its padding": {claim("at_hash", guard.HashOfToken("at-1")+"=="), guard.IDAtHash, "the access token is not the ID token's"},
		"another's signature":         {content(goodHeader, with(sha256.New, "another")), guard.IDOIDCSignature, notFitting},
		"an empty key's signature":    {content(goodHeader, with(sha256.New, "")), guard.IDOIDCSignature, notFitting},
		"the id as the key":           {content(goodHeader, with(sha256.New, "demo-client")), guard.IDOIDCSignature, notFitting},
		"the secret as a form has it": {content(goodHeader, with(sha256.New, url.QueryEscape(oidcSecret))), guard.IDOIDCSignature, notFitting},
		"HS384 with the right key":    {content(`{"alg":"HS384"}`, with(sha512.New384, oidcSecret)), guard.IDOIDCSignature, notFitting},
		"HS512 with the right key":    {content(`{"alg":"HS512"}`, with(sha512.New, oidcSecret)), guard.IDOIDCSignature, notFitting},
		"HS256 that says RS256":       {content(`{"alg":"RS256"}`, with(sha256.New, oidcSecret)), guard.IDOIDCSignature, notFitting},
		"HS256 in small letters":      {content(`{"alg":"hs256"}`, with(sha256.New, oidcSecret)), guard.IDOIDCSignature, notFitting},
		"no algorithm":                {content(`{"typ":"JWT"}`, with(sha256.New, oidcSecret)), guard.IDOIDCSignature, notFitting},
		"a header that is null":       {content(`null`, with(sha256.New, oidcSecret)), guard.IDOIDCSignature, notFitting},
		"alg None, with a signature":  {content(`{"alg":"None"}`, with(sha256.New, oidcSecret)), guard.IDOIDCSignature, notFitting},
		"two algorithms":              {content(`{"alg":"HS256","alg":"RS256"}`, with(sha256.New, oidcSecret)), guard.IDOIDCSignature, notFitting},
		"a key that the token brings": {content(`{"alg":"HS256","jwk":{"kty":"oct","k":"`+part64("another")+`"}}`, with(sha256.New, "another")), guard.IDOIDCSignature, notFitting},
		"half a signature":            {content(goodHeader, func(c string) string { s := macOf(sha256.New, oidcSecret, c); return s[:len(s)-23] }), guard.IDOIDCSignature, notFitting},
		"a signature and more":        {content(goodHeader, func(c string) string { return macOf(sha256.New, oidcSecret, c) + "AAAA" }), guard.IDOIDCSignature, notFitting},
		"a signature of other claims": {func(d *oidcDesk) string {
			return part64(goodHeader) + "." + part64(d.claims(nil)) + "." + strings.Split(d.jwt(map[string]any{"sub": "bob"}), ".")[2]
		}, guard.IDOIDCSignature, notFitting},
		"alg none":                     {content(`{"alg":"none"}`, behind("")), guard.IDOIDCSignature, "the ID token is not signed"},
		"alg none, with a signature":   {content(`{"alg":"none"}`, with(sha256.New, oidcSecret)), guard.IDOIDCSignature, "the ID token is not signed"},
		"alg HS256, without signature": {content(goodHeader, behind("")), guard.IDOIDCSignature, "the ID token is not signed"},
	}
	for name, tt := range tests {
		for _, on := range []bool{true, false} {
			if tt.guard == "" && !on {
				continue
			}
			t.Run(name+map[bool]string{true: ", on", false: ", off"}[on], func(t *testing.T) {
				switches := guard.Switches{}
				if !on {
					switches[tt.guard] = "off"
				}
				d := newOIDCDesk(t, switches)
				d.idToken = tt.token
				tokens, err := d.redeem()
				wrong := slices.IndexFunc(idTokenGuards, func(g idTokenGuard) bool { return g.id == tt.guard })
				outcomes := func(i int) event.Outcome {
					return event.OutcomeOf(map[bool]error{true: errors.New("wrong")}[i == wrong], on)
				}
				var refusal *guard.Refusal
				if tt.guard != "" && on {
					if !errors.As(err, &refusal) || refusal.Guard != tt.guard || refusal.Reason != tt.reason || tokens != (Tokens{}) {
						t.Errorf("Redeem = %+v, %v; want a refusal by %s: %s", tokens, err, tt.guard, tt.reason)
					}
					if got, want := d.story(), verdictsOnIDToken(outcomes, wrong+1)+" flow.failed"; got != want {
						t.Errorf("recorded\n%s, want\n%s", got, want)
					}
					d.wantNobody()
					return
				}
				if err != nil || tokens.AccessToken != "at-1" || d.store[tokensKey] == "" {
					t.Errorf("Redeem = %+v, %v; want the tokens", tokens, err)
				}
				if got, want := d.story(), verdictsOnIDToken(outcomes, len(idTokenGuards))+" signed-in tokens"; got != want {
					t.Errorf("recorded\n%s, want\n%s", got, want)
				}
				if note := d.last(event.NoteSignedIn); note.Get("sub") != "alice" || note.Get("iss") != oidcIssuer {
					t.Errorf("signed in as %+v", note)
				}
				for _, e := range d.events {
					if v := e.Verdict; v != nil && v.Guard == string(tt.guard) && v.Reason != tt.reason {
						t.Errorf("%s would refuse with %q, want %q", v.Guard, v.Reason, tt.reason)
					}
				}
			})
		}
	}
}

// What is no ID token is refused by no guard, and stays out with all of them off.
func TestWhatIsNoIDToken(t *testing.T) {
	type tokenOf = func(d *oidcDesk) string
	header := func(text string) tokenOf {
		return func(d *oidcDesk) string { return oidcSigned(text, d.claims(nil)) }
	}
	payload := func(text string) tokenOf {
		return func(*oidcDesk) string { return oidcSigned(goodHeader, text) }
	}
	claim := func(name, value string) tokenOf {
		return func(d *oidcDesk) string {
			return oidcSigned(goodHeader, strings.Replace(d.claims(map[string]any{name: nil}), "{", `{"`+name+`":`+value+`,`, 1))
		}
	}
	// parts changes the three parts of a good token.
	parts := func(change func(h, c, s string) string) tokenOf {
		return func(d *oidcDesk) string {
			p := strings.Split(d.jwt(nil), ".")
			return change(p[0], p[1], p[2])
		}
	}
	allOff := guard.Switches{}
	for _, g := range idTokenGuards {
		allOff[g.id] = "off"
	}
	for name, token := range map[string]tokenOf{
		"one part":                      parts(func(h, c, s string) string { return h + c + s }),
		"two parts":                     parts(func(h, c, s string) string { return h + "." + c }),
		"four parts":                    parts(func(h, c, s string) string { return h + "." + c + "." + s + "." + s }),
		"five parts, as of a JWE":       parts(func(h, c, s string) string { return h + "." + s + "." + s + "." + c + "." + s }),
		"a dot before it":               parts(func(h, c, s string) string { return "." + h + "." + c }),
		"dots alone":                    func(*oidcDesk) string { return ".." },
		"one dot":                       func(*oidcDesk) string { return "." },
		"a blank":                       func(*oidcDesk) string { return " " },
		"an opaque token of 200 KB":     func(*oidcDesk) string { return strings.Repeat("x", 200<<10) },
		"200 KB of dots":                func(*oidcDesk) string { return strings.Repeat(".", 200<<10) },
		"three parts that are far long": func(*oidcDesk) string { return strings.Repeat(strings.Repeat("x", 100<<10)+".", 3) },
		"a blank before it":             parts(func(h, c, s string) string { return " " + h + "." + c + "." + s }),
		"a line break behind it":        parts(func(h, c, s string) string { return h + "." + c + "." + s + "\n" }),
		"a line break in the header":    parts(func(h, c, s string) string { return h[:4] + "\r\n" + h[4:] + "." + c + "." + s }),
		"a line break in the claims":    parts(func(h, c, s string) string { return h + "." + c[:8] + "\n" + c[8:] + "." + s }),
		"a line break in the signature": parts(func(h, c, s string) string { return h + "." + c + "." + s[:8] + "\r" + s[8:] }),
		"padding behind the header":     parts(func(h, c, s string) string { return h + "=." + c + "." + s }),
		"padding behind the claims":     parts(func(h, c, s string) string { return h + "." + c + "==." + s }),
		"padding behind the signature":  parts(func(h, c, s string) string { return h + "." + c + "." + s + "=" }),
		"a signature with stray bits":   parts(func(h, c, s string) string { return h + "." + c + "." + s[:len(s)-1] + "-" }),
		"a signature of other letters":  parts(func(h, c, s string) string { return h + "." + c + "." + strings.Repeat("~", len(s)) }),
		"a header in plain base64": parts(func(_, c, s string) string {
			return base64.RawStdEncoding.EncodeToString([]byte(`{"alg":"HS256","x":"~~~???>>>"}`)) + "." + c + "." + s
		}),
		"no header":                       header(""),
		"a header that is no JSON":        header("alg=HS256"),
		"a header that is a list":         header("[" + goodHeader + "]"),
		"a header that is a text":         header(`"HS256"`),
		"a header and more":               header(goodHeader + goodHeader),
		"a header with a mark before it":  header("\xef\xbb\xbf" + goodHeader),
		"a header that is no text":        header("{\"alg\":\"HS256\",\"x\":\"\xff\"}"),
		"an alg that is a number":         header(`{"alg":256}`),
		"an alg that is a list":           header(`{"alg":["HS256"]}`),
		"an extension that nobody knows":  header(`{"alg":"HS256","crit":["exp"],"exp":1}`),
		"an extension of JWS":             header(`{"alg":"HS256","crit":["b64"],"b64":false}`),
		"an empty list of extensions":     header(`{"alg":"HS256","crit":[]}`),
		"extensions that are null":        header(`{"alg":"HS256","crit":null}`),
		"extensions that are a text":      header(`{"alg":"HS256","crit":"exp"}`),
		"extensions that are taken back":  header(`{"alg":"HS256","crit":["x"],"crit":null}`),
		"no claims":                       payload(""),
		"claims that are no JSON":         payload("sub=alice"),
		"claims that are a list":          payload("[]"),
		"claims that are a text":          payload(`"alice"`),
		"claims that are a number":        payload("1"),
		"claims of 10,001 levels":         payload(strings.Repeat(`{"a":`, 10001)),
		"claims and more":                 func(d *oidcDesk) string { return oidcSigned(goodHeader, d.claims(nil)+"{}") },
		"claims that are cut short":       func(d *oidcDesk) string { return oidcSigned(goodHeader, strings.TrimSuffix(d.claims(nil), "}")) },
		"a JWT inside the JWT":            func(d *oidcDesk) string { return oidcSigned(`{"alg":"HS256","cty":"JWT"}`, d.jwt(nil)) },
		"a subject that is no text":       claim("sub", "\"\xff\""),
		"a subject that ends in a rune":   claim("sub", "\"alic\xc3\""),
		"a subject that is a number":      claim("sub", "1"),
		"a subject that is true":          claim("sub", "true"),
		"a subject that is a list":        claim("sub", `["alice"]`),
		"a subject that is an object":     claim("sub", `{"id":"alice"}`),
		"an issuer that is a list":        claim("iss", `["`+oidcIssuer+`"]`),
		"an audience that is a number":    claim("aud", "1"),
		"an audience that is true":        claim("aud", "true"),
		"an audience that is an object":   claim("aud", `{"demo-client":true}`),
		"an audience of numbers":          claim("aud", "[1]"),
		"an audience of lists":            claim("aud", `[["demo-client"]]`),
		"an azp that is a list":           claim("azp", `["demo-client"]`),
		"a nonce that is a number":        claim("nonce", "1"),
		"a nonce that is a list":          claim("nonce", "[]"),
		"an at_hash that is a number":     claim("at_hash", "1"),
		"an end that is a text":           claim("exp", `"1900000000"`),
		"an end that is true":             claim("exp", "true"),
		"an end beyond numbers":           claim("exp", "1e400"),
		"an end that is no number":        claim("exp", "NaN"),
		"an end in hexadecimal":           claim("exp", "0x70000000"),
		"a beginning beyond numbers":      claim("iat", "-1e400"),
		"a beginning that is a text":      claim("iat", `"now"`),
		"a beginning with a leading zero": claim("iat", "01"),
	} {
		for how, switches := range map[string]guard.Switches{"all on": nil, "all off": allOff} {
			t.Run(name+", "+how, func(t *testing.T) {
				d := newOIDCDesk(t, switches)
				d.idToken = token
				tokens, err := d.redeem()
				if !errors.Is(err, errBadIDToken) || tokens != (Tokens{}) || d.story() != event.NoteFlowFailed {
					t.Errorf("Redeem = %+v, %v, recorded %q; want that it cannot be read", tokens, err, d.story())
				}
				d.wantNobody()
				for _, e := range d.events {
					if text, err := json.Marshal(e); err != nil || len(text) > event.MaxSize {
						t.Errorf("an event of %d bytes, %v", len(text), err)
					}
				}
			})
		}
	}
	t.Run("none at all", func(t *testing.T) {
		d := newOIDCDesk(t, allOff)
		d.idToken = func(*oidcDesk) string { return "" }
		if tokens, err := d.redeem(); !errors.Is(err, errNoIDToken) || tokens != (Tokens{}) {
			t.Errorf("Redeem = %+v, %v", tokens, err)
		}
		d.wantNobody()
	})
	t.Run("one that is a number", func(t *testing.T) {
		d := newOIDCDesk(t, allOff)
		d.answers[oidcToken] = Response{Status: 200, Body: `{"access_token":"at-1","token_type":"Bearer","id_token":1}`}
		if tokens, err := d.redeem(); !errors.Is(err, errNoTokens) || tokens != (Tokens{}) {
			t.Errorf("Redeem = %+v, %v", tokens, err)
		}
		d.wantNobody()
	})
}

// Two subjects that no text can tell apart are two users, and neither signs in as the other.
func TestSubjectsAreComparedToTheLetter(t *testing.T) {
	for _, subject := range []string{"Alice", "alice ", "ALICE", "al\u0131ce", "alice\u0000", "\ufffd"} {
		d := newOIDCDesk(t, nil)
		d.idToken = func(d *oidcDesk) string { return d.jwt(map[string]any{"sub": subject}) }
		if _, err := d.redeem(); err != nil {
			t.Fatalf("%q: %v", subject, err)
		}
		if note := d.last(event.NoteSignedIn); note.Get("sub") != subject {
			t.Errorf("%q signed in as %q", subject, note.Get("sub"))
		}
		_, _, err := d.Who(t.Context()) // UserInfo speaks of alice
		var refusal *guard.Refusal
		if !errors.As(err, &refusal) || refusal.Guard != guard.IDUserInfoSubject {
			t.Errorf("%q is taken for alice: %v", subject, err)
		}
	}
}

// Where nobody asked who signs in, an ID token is nothing to the client.
func TestAnIDTokenThatNobodyAskedFor(t *testing.T) {
	for name, change := range map[string]func(d *oidcDesk){
		"in v06":                 func(d *oidcDesk) { d.Rules.Chapter = "v06" },
		"of a client in public":  func(d *oidcDesk) { d.Secret = "" },
		"where it asks for none": func(d *oidcDesk) { d.Rules.Switches = guard.Switches{guard.IDOpenIDScope: guard.Nothing} },
	} {
		t.Run(name, func(t *testing.T) {
			d := newOIDCDesk(t, nil)
			d.answers[oidcIssuer+"/token"] = Response{Status: 200, Body: `{"access_token":"at-1","token_type":"Bearer","id_token":"nonsense"}`}
			change(d)
			if tokens, err := d.redeem(); err != nil || tokens.AccessToken != "at-1" {
				t.Errorf("Redeem = %+v, %v", tokens, err)
			}
			if d.story() != event.NoteTokens {
				t.Errorf("recorded %q", d.story())
			}
			if user, _, err := d.Who(t.Context()); err != nil || user != (User{}) {
				t.Errorf("Who = %+v, %v", user, err)
			}
			for _, r := range d.asked {
				if r.URL == oidcMetadata || r.URL == oidcUserInfo {
					t.Errorf("asked %s", r.URL)
				}
			}
		})
	}
}

// A refresh changes nothing about who signed in: the ID token of the sign-in stays, and one that
// comes with the new tokens is not taken unchecked (OpenID Connect Core §12.2).
func TestARefreshKeepsWhoSignedIn(t *testing.T) {
	for name, brought := range map[string]string{"without an ID token": "", "with one of Mallory": oidcSigned(goodHeader, `{"sub":"mallory"}`), "with one that is none": "x"} {
		t.Run(name, func(t *testing.T) {
			d := newOIDCDesk(t, nil)
			old, err := d.redeem()
			if err != nil {
				t.Fatal(err)
			}
			given := map[string]any{"access_token": "at-2", "token_type": "Bearer", "refresh_token": "rt-2"}
			if brought != "" {
				given["id_token"] = brought
			}
			d.answers[oidcToken] = Response{Status: 200, Body: d.text(given)}
			tokens, err := d.Renew(t.Context(), old)
			if err != nil || tokens.AccessToken != "at-2" || tokens.IDToken != old.IDToken || TokensIn(d).IDToken != old.IDToken {
				t.Errorf("Renew = %+v, %v", tokens, err)
			}
			if user, _, err := d.Who(t.Context()); err != nil || user != (User{oidcIssuer, "alice"}) {
				t.Errorf("after it, Who = %+v, %v", user, err)
			}
			if sent := d.asked[len(d.asked)-2]; sent.URL != oidcToken || !strings.Contains(sent.Body, "grant_type=refresh_token") {
				t.Errorf("it refreshed at %s with %s", sent.URL, sent.Body)
			}
		})
	}
}
