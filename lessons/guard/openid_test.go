package guard

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// What each guard of chapter v07 lets pass, and what it refuses: at its edges.
func TestGuardsOfOpenIDConnect(t *testing.T) {
	const issuer = "https://auth.example/1"
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	vectorToken := "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y" // OpenID Connect Core, appendix A.3
	vectorHash := "77QmUPtjPfzWtF2AnpK9RQ"
	tests := map[string]struct {
		err    error
		reason string // "" where it passes
	}{
		"metadata: the issuer that was asked passes":   {MetadataIssuer(issuer, issuer), ""},
		"metadata: another issuer is refused":          {MetadataIssuer("https://other.example/1", issuer), "of another issuer"},
		"metadata: a slash more is another issuer":     {MetadataIssuer(issuer+"/", issuer), "of another issuer"},
		"metadata: a slash less is another issuer":     {MetadataIssuer(issuer, issuer+"/"), "of another issuer"},
		"metadata: another case is another issuer":     {MetadataIssuer("https://AUTH.example/1", issuer), "of another issuer"},
		"metadata: a default port is another issuer":   {MetadataIssuer("https://auth.example:443/1", issuer), "of another issuer"},
		"metadata: http is not https":                  {MetadataIssuer("http://auth.example/1", issuer), "of another issuer"},
		"metadata: an escape is not undone":            {MetadataIssuer("https://auth.example/%31", issuer), "of another issuer"},
		"metadata: a blank behind it is not cut":       {MetadataIssuer(issuer+" ", issuer), "of another issuer"},
		"metadata: none is refused":                    {MetadataIssuer("", issuer), "of another issuer"},
		"metadata: a longer one that begins alike":     {MetadataIssuer(issuer+"/fault/id-token-wrong-iss", issuer), "of another issuer"},
		"response issuer: the server passes":           {ResponseIssuer(issuer, issuer, true), ""},
		"response issuer: it passes unpromised too":    {ResponseIssuer(issuer, issuer, false), ""},
		"response issuer: none, unpromised, passes":    {ResponseIssuer("", issuer, false), ""},
		"response issuer: none, promised, is refused":  {ResponseIssuer("", issuer, true), "names no server"},
		"response issuer: another is refused":          {ResponseIssuer("https://other.example", issuer, true), "of another server"},
		"response issuer: another, unpromised, too":    {ResponseIssuer("https://other.example", issuer, false), "of another server"},
		"response issuer: another case is another":     {ResponseIssuer(strings.ToUpper(issuer), issuer, true), "of another server"},
		"response issuer: a slash more is another":     {ResponseIssuer(issuer+"/", issuer, true), "of another server"},
		"response issuer: a blank is a server's name":  {ResponseIssuer(" ", issuer, false), "of another server"},
		"ID token issuer: the server passes":           {OIDCIssuer(issuer, issuer), ""},
		"ID token issuer: another is refused":          {OIDCIssuer("https://other.example", issuer), "of another issuer"},
		"ID token issuer: none is refused":             {OIDCIssuer("", issuer), "of another issuer"},
		"ID token issuer: a slash more is another":     {OIDCIssuer(issuer+"/", issuer), "of another issuer"},
		"ID token issuer: another case is another":     {OIDCIssuer("HTTPS://auth.example/1", issuer), "of another issuer"},
		"audience: the client alone passes":            {OIDCAudience([]string{"web"}, "web"), ""},
		"audience: another client is refused":          {OIDCAudience([]string{"prints"}, "web"), "for another client"},
		"audience: two others are refused":             {OIDCAudience([]string{"prints", "x"}, "web"), "for another client"},
		"audience: the client and another is refused":  {OIDCAudience([]string{"web", "prints"}, "web"), "for others too"},
		"audience: another and the client is refused":  {OIDCAudience([]string{"prints", "web"}, "web"), "for others too"},
		"audience: the client and nobody is refused":   {OIDCAudience([]string{"web", ""}, "web"), "for others too"},
		"audience: nil is refused":                     {OIDCAudience(nil, "web"), "for another client"},
		"audience: an empty list is refused":           {OIDCAudience([]string{}, "web"), "for another client"},
		"audience: an empty text is refused":           {OIDCAudience([]string{""}, "web"), "for another client"},
		"audience: another case is another client":     {OIDCAudience([]string{"Web"}, "web"), "for another client"},
		"audience: a part of the name is another":      {OIDCAudience([]string{"we"}, "web"), "for another client"},
		"audience: names in one text are one name":     {OIDCAudience([]string{"web prints"}, "web"), "for another client"},
		"azp: none passes":                             {OIDCAZP("", "web"), ""},
		"azp: the client passes":                       {OIDCAZP("web", "web"), ""},
		"azp: another client is refused":               {OIDCAZP("prints", "web"), "given to another client"},
		"azp: another case is another client":          {OIDCAZP("WEB", "web"), "given to another client"},
		"azp: a blank is another client":               {OIDCAZP(" ", "web"), "given to another client"},
		"signature: one that fits passes":              {OIDCSignature(true, true, true), ""},
		"signature: one that does not fit is refused":  {OIDCSignature(true, true, false), "does not fit"},
		"signature: none is refused":                   {OIDCSignature(false, true, false), "not signed"},
		"signature: none does not fit by chance":       {OIDCSignature(false, true, true), "not signed"},
		"signature: an unknown key is refused":         {OIDCSignature(true, false, false), "no key of that name"},
		"expiry: before its end passes":                {OIDCExpiry(noon, noon.Add(-time.Second)), ""},
		"expiry: at its end the minute begins":         {OIDCExpiry(noon, noon), ""},
		"expiry: at the last moment of the minute":     {OIDCExpiry(noon, noon.Add(time.Minute-time.Nanosecond)), ""},
		"expiry: the minute is over at its end":        {OIDCExpiry(noon, noon.Add(time.Minute)), "has expired"},
		"expiry: later is refused":                     {OIDCExpiry(noon, noon.Add(time.Hour)), "has expired"},
		"expiry: one that never got an end is refused": {OIDCExpiry(time.Unix(0, 0), noon), "has expired"},
		"expiry: the zero time is refused":             {OIDCExpiry(time.Time{}, noon), "has expired"},
		"expiry: another time zone is the same moment": {OIDCExpiry(noon.In(time.FixedZone("", 12*3600)), noon), ""},
		"issued at: now passes":                        {OIDCIssuedAt(noon, noon), ""},
		"issued at: a minute ahead passes":             {OIDCIssuedAt(noon.Add(time.Minute), noon), ""},
		"issued at: more than a minute ahead":          {OIDCIssuedAt(noon.Add(time.Minute+time.Nanosecond), noon), "from the future"},
		"issued at: an hour ahead is refused":          {OIDCIssuedAt(noon.Add(time.Hour), noon), "from the future"},
		"issued at: ten minutes ago passes":            {OIDCIssuedAt(noon.Add(-10*time.Minute), noon), ""},
		"issued at: more than ten minutes ago":         {OIDCIssuedAt(noon.Add(-10*time.Minute-time.Nanosecond), noon), "long ago"},
		"issued at: yesterday is refused":              {OIDCIssuedAt(noon.AddDate(0, 0, -1), noon), "long ago"},
		"issued at: never is refused":                  {OIDCIssuedAt(time.Unix(0, 0), noon), "long ago"},
		"issued at: the zero time is refused":          {OIDCIssuedAt(time.Time{}, noon), "long ago"},
		"nonce: the one that was sent passes":          {Nonce("n-1", "n-1"), ""},
		"nonce: another is refused":                    {Nonce("n-1", "n-2"), "not the one"},
		"nonce: none is refused":                       {Nonce("n-1", ""), "has no nonce"},
		"nonce: a part of it is refused":               {Nonce("n-1", "n-"), "not the one"},
		"nonce: a bit more is refused":                 {Nonce("n-1", "n-1 "), "not the one"},
		"nonce: another case is another":               {Nonce("n-1", "N-1"), "not the one"},
		"nonce: none sent, none returned, passes":      {Nonce("", ""), ""},
		"nonce: none sent, one returned, passes":       {Nonce("", "n-1"), ""},
		"at_hash: the vector of Core A.3 passes":       {AtHash(vectorHash, vectorToken), ""},
		"at_hash: of another token is refused":         {AtHash(vectorHash, vectorToken+"x"), "not the ID token's"},
		"at_hash: of no token is refused":              {AtHash(vectorHash, ""), "not the ID token's"},
		"at_hash: none passes":                         {AtHash("", vectorToken), ""},
		"at_hash: with padding is refused":             {AtHash(vectorHash+"==", vectorToken), "not the ID token's"},
		"at_hash: another case is refused":             {AtHash(strings.ToLower(vectorHash), vectorToken), "not the ID token's"},
		"at_hash: a blank is refused":                  {AtHash(" ", vectorToken), "not the ID token's"},
		"at_hash: the whole hash is refused":           {AtHash(Challenge(S256, vectorToken), vectorToken), "not the ID token's"},
		"at_hash: the token itself is refused":         {AtHash(vectorToken, vectorToken), "not the ID token's"},
		"UserInfo: the user who signed in passes":      {UserInfoSubject("alice", "alice"), ""},
		"UserInfo: another user is refused":            {UserInfoSubject("bob", "alice"), "another user"},
		"UserInfo: another case is another user":       {UserInfoSubject("Alice", "alice"), "another user"},
		"UserInfo: nobody is refused":                  {UserInfoSubject("", "alice"), "another user"},
		"UserInfo: of a user who has no name":          {UserInfoSubject("alice", ""), "another user"},
		"UserInfo: nobody is not nobody":               {UserInfoSubject("", ""), "another user"},
		"account: issuer and subject pass":             {AccountKey(issuer, "alice", issuer, "alice"), ""},
		"account: another subject is refused":          {AccountKey(issuer, "alice", issuer, "mallory"), "another user's"},
		"account: another issuer is refused":           {AccountKey(issuer, "alice", "https://other.example", "alice"), "another user's"},
		"account: both swapped are refused":            {AccountKey(issuer, "alice", "alice", issuer), "another user's"},
		"account: put together alike is not alike":     {AccountKey("https://a", "b", "https://", "ab"), "another user's"},
		"account: another case is refused":             {AccountKey(issuer, "alice", issuer, "ALICE"), "another user's"},
		"account: a subject that is missing":           {AccountKey(issuer, "alice", issuer, ""), "another user's"},
		"type: at+jwt passes":                          {TokenType("at+jwt"), ""},
		"type: in full passes":                         {TokenType("application/at+jwt"), ""},
		"type: in capitals passes":                     {TokenType("AT+JWT"), ""},
		"type: in full, in any case, passes":           {TokenType("Application/AT+jwt"), ""},
		"type: JWT is refused":                         {TokenType("JWT"), "no access token"},
		"type: jwt is refused":                         {TokenType("jwt"), "no access token"},
		"type: none is refused":                        {TokenType(""), "no access token"},
		"type: a blank behind it is refused":           {TokenType("at+jwt "), "no access token"},
		"type: a parameter behind it is refused":       {TokenType("at+jwt; charset=utf-8"), "no access token"},
		"type: of another tree is refused":             {TokenType("text/at+jwt"), "no access token"},
		"type: a logout token is refused":              {TokenType("logout+jwt"), "no access token"},
		"type: a DPoP proof is refused":                {TokenType("dpop+jwt"), "no access token"},
		"type: letters that only look alike":           {TokenType("at+јwt"), "no access token"}, // a Cyrillic je
		"type: at%2Bjwt is refused":                    {TokenType("at%2Bjwt"), "no access token"},
		"type: another long one is refused":            {TokenType(strings.Repeat("at+jwt", 10_000)), "no access token"},
		"audience: of a thousand, one the client":      {OIDCAudience(append(slices.Repeat([]string{"x"}, 1000), "web"), "web"), "for others too"},
		"audience: the client twice is more than one":  {OIDCAudience([]string{"web", "web"}, "web"), "for others too"},
		"expiry: an end behind all clocks passes":      {OIDCExpiry(time.Unix(253402300799, 0), noon), ""},
		"issued at: behind all clocks is refused":      {OIDCIssuedAt(time.Unix(253402300799, 0), noon), "from the future"},
		"UserInfo: a name that begins alike":           {UserInfoSubject("alice2", "alice"), "another user"},
		"nonce: bytes that are no text are compared":   {Nonce("\xff", "\xfe"), "not the one"},
		"nonce: the same such bytes pass":              {Nonce("\xff", "\xff"), ""},
		"metadata: neither asked nor named passes":     {MetadataIssuer("", ""), ""}, // a client always has an issuer
		"response issuer: of a client that has none":   {ResponseIssuer(issuer, "", false), "of another server"},
		"azp: of a client that has no name is refused": {OIDCAZP("prints", ""), "given to another client"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			switch {
			case tt.reason == "" && tt.err != nil:
				t.Errorf("refused: %v", tt.err)
			case tt.reason != "" && tt.err == nil:
				t.Errorf("passed, want a refusal with %q", tt.reason)
			case tt.reason != "" && !strings.Contains(tt.err.Error(), tt.reason):
				t.Errorf("refused with %q, want %q", tt.err, tt.reason)
			}
		})
	}
	if got := HashOfToken(vectorToken); got != vectorHash {
		t.Errorf("HashOfToken = %s, want %s (OpenID Connect Core, appendix A.3)", got, vectorHash)
	}
}

// What chapter v07 brings is there from v07 on and not before, and safe unless it was changed.
func TestOpenIDConnectComesWithItsChapter(t *testing.T) {
	brought := map[ID]Kind{
		IDMetadataIssuer: Guard, IDResponseIssuer: Strictness, IDOIDCIssuer: Guard, IDOIDCAudience: Guard, IDOIDCAZP: Guard, IDOIDCSignature: Guard,
		IDOIDCExpiry: Guard, IDOIDCIssuedAt: Guard, IDNonce: Guard, IDAtHash: Guard, IDUserInfoSubject: Guard, IDAccountKey: Guard, IDTokenType: Guard,
		IDNonceSent: Habit, IDOpenIDScope: Setting,
	}
	for id, kind := range brought {
		part, known := FindPart(id)
		if !known || part.Kind != kind {
			t.Errorf("%s is a %s, want a %s", id, part.Kind, kind)
		}
		for chapter, want := range map[string]bool{"v06": false, "v07": true, "v08": true} {
			if got := (Rules{Chapter: chapter}).Has(id); got != want {
				t.Errorf("%s is there in %s: %v, want %v", id, chapter, got, want)
			}
			if on := (Rules{Chapter: chapter}).On(id); part.Refuses() && on != want {
				t.Errorf("%s counts in %s: %v, want %v", id, chapter, on, want)
			}
		}
		if part.Refuses() && (Rules{Chapter: "v07", Switches: Switches{id: "off"}}).On(id) {
			t.Errorf("%s is switched off and counts", id)
		}
	}
	for _, tt := range []struct {
		id      ID
		set     string // "" for nothing
		chapter string
		want    string
	}{
		{IDNonceSent, "", "v06", Nothing},
		{IDNonceSent, "", "v07", Random},
		{IDNonceSent, Nothing, "v07", Nothing},
		{IDNonceSent, Random, "v06", Nothing},
		{IDOpenIDScope, "", "v07", "openid profile email offline_access"},
		{IDOpenIDScope, "openid", "v07", "openid"},
	} {
		switches := Switches{}
		if tt.set != "" {
			switches[tt.id] = tt.set
		}
		if got := (Rules{Chapter: tt.chapter, Switches: switches}).Value(tt.id); got != tt.want {
			t.Errorf("%s, set to %q, is %q in %s, want %q", tt.id, tt.set, got, tt.chapter, tt.want)
		}
	}
	for chapter, want := range map[string]bool{"v06": false, "v07": true} {
		if got := (Rules{Chapter: chapter}).Offers(OpenIDConnect); got != want {
			t.Errorf("%s offers OpenID Connect: %v, want %v", chapter, got, want)
		}
	}
}

// Guards take whatever comes, and let pass only what is the same, or in time.
func FuzzGuardsOfOpenIDConnect(f *testing.F) {
	f.Add("a", "b", "c", int64(0), int64(1), true)
	f.Add("", "", "", int64(-1), int64(1<<40), false)
	f.Fuzz(func(t *testing.T, a, b, c string, at, now int64, said bool) {
		if MetadataIssuer(a, b) == nil && a != b || OIDCIssuer(a, b) == nil && a != b {
			t.Errorf("the issuer %q passes for %q", a, b)
		}
		if ResponseIssuer(a, b, said) == nil && a != b && (a != "" || said) {
			t.Errorf("the answer of %q passes for %q", a, b)
		}
		if OIDCAudience([]string{a, c}, b) == nil || OIDCAudience([]string{a}, b) == nil && a != b {
			t.Errorf("the audience %q, %q passes for %q", a, c, b)
		}
		if OIDCAZP(a, b) == nil && a != "" && a != b {
			t.Errorf("azp %q passes for %q", a, b)
		}
		if Nonce(a, b) == nil && a != "" && a != b {
			t.Errorf("the nonce %q passes for %q", b, a)
		}
		if AtHash(a, b) == nil && a != "" && a != HashOfToken(b) {
			t.Errorf("at_hash %q passes for %q", a, b)
		}
		if UserInfoSubject(a, b) == nil && (a != b || a == "") {
			t.Errorf("UserInfo of %q passes for %q", a, b)
		}
		if AccountKey(a, b, c, a) == nil && (a != c || b != a) {
			t.Errorf("the account of %q at %q passes for %q at %q", b, a, a, c)
		}
		when, clock := time.Unix(at%lastSecond, 0), time.Unix(now%lastSecond, 0)
		if (OIDCExpiry(when, clock) == nil) != (clock.Sub(when) < time.Minute) {
			t.Errorf("an ID token that ends at %v is judged at %v", when, clock)
		}
		if age := clock.Sub(when); (OIDCIssuedAt(when, clock) == nil) != (age >= -time.Minute && age <= 10*time.Minute) {
			t.Errorf("an ID token of %v is judged at %v", when, clock)
		}
	})
}

// lastSecond bounds the moments that are tried, so that their difference can be told.
const lastSecond = 1 << 32
