package resourceserver

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// agreed is how the authorization server signs its tokens (RFC 8725 §3.1).
const agreed = string(jose.HS256)

// Signature is who signed a token, and how.
type Signature struct {
	Type      string // of the token, as it names it
	Issuer    string
	Algorithm string // that the token names
	Fits      bool   // as the token itself says it is to be checked
}

// header is that of an access token (RFC 7515 §4.1, RFC 9068 §2.1).
type header struct {
	Algorithm string          `json:"alg"`
	Type      string          `json:"typ"`
	Critical  json.RawMessage `json:"crit"` // whatever it is, it is not known here
	Content   string          `json:"cty"`
}

// claims are those of an access token (RFC 9068 §2.2).
type claims struct {
	Issuer    string   `json:"iss"`
	Expires   float64  `json:"exp"` // as date takes it
	NotBefore float64  `json:"nbf"` // as exp; 0 for none
	Issued    float64  `json:"iat"` // as exp
	Audience  audience `json:"aud"`
	Subject   string   `json:"sub"`
	ClientID  string   `json:"client_id"`
	ID        string   `json:"jti"`
	Scope     string   `json:"scope"`
}

// lastDate is the end of the year 9999, behind which Go's JSON knows no time.
const lastDate = 253402300799

// date is a moment as tokens have it: seconds since 1970 (RFC 7519 §2, NumericDate). One that
// is further away than any clock is the nearest that there is.
func date(seconds float64) time.Time {
	whole, part := math.Modf(min(max(seconds, 0), lastDate))
	return time.Unix(int64(whole), int64(part*float64(time.Second))).UTC()
}

// audience is one address, or a list of them (RFC 7519 §4.1.3).
type audience []string

// UnmarshalJSON reads either form.
func (a *audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		if *a = nil; one != "" {
			*a = audience{one}
		}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(a))
}

// read reads what a token says of itself. What no API can read is refused, whatever is
// switched off.
func (s *Server) read(l *lab.Lab, value string) (Token, error) {
	h, c, e := parse(value, !l.Settings.Rules().Has(guard.IDTokenType))
	if e != nil {
		return Token{}, e
	}
	if l.Now().Before(date(c.NotBefore)) {
		return Token{}, unreadable("This token is not good yet.", "Send it when the time in nbf has come, on the lab's clock (RFC 7519 §4.1.5).")
	}
	return Token{
		Known: true, Subject: c.Subject, ClientID: c.ClientID, Scope: c.Scope, Audience: c.Audience, Flow: flowIn(c.ID),
		Expires: date(c.Expires),
		Signed:  &Signature{Type: h.Type, Issuer: c.Issuer, Algorithm: h.Algorithm, Fits: s.fits(l, h.Algorithm, value)},
	}, nil
}

// parse takes a JWT apart (RFC 7519 §7.2, RFC 9068 §4). Where it is strict, one that is no access
// token cannot be read; otherwise a guard decides about that.
func parse(value string, strict bool) (h header, c claims, refusal *endpoint.Error) {
	parts := strings.Split(value, ".")
	if len(parts) != 3 {
		return h, c, unreadable("This token is no JWT.",
			"The API checks signatures, and the server gives out opaque tokens: set both to the same (RFC 9068 §4).")
	}
	switch {
	case !decode(parts[0], &h):
		return h, c, unreadable("The token's header cannot be read.", "It is a JSON object in base64url (RFC 7515 §5.2).")
	case guard.TokenType(h.Type) != nil && strict:
		return h, c, unreadable("The token is of another type than at+jwt.", "Send an access token, and no other JWT (RFC 9068 §4).")
	case h.Critical != nil:
		return h, c, unreadable("The token needs an extension that this API does not know.", "Whoever does not know what stands in crit must refuse the token (RFC 7515 §4.1.11).")
	case h.Content != "" || !decode(parts[1], &c):
		return h, c, unreadable("The token's claims cannot be read.", "They are a JSON object in base64url, and no JWT inside the JWT (RFC 9068 §2.2).")
	case guard.TokenType(h.Type) == nil && c.lacks():
		return h, c, unreadable("The token lacks a claim.", "It has iss, exp, aud, sub, client_id, iat and jti (RFC 9068 §2.2).")
	}
	return h, c, nil
}

// lacks reports whether a claim is missing that each access token has (RFC 9068 §2.2).
func (c claims) lacks() bool {
	return slices.Contains([]string{c.Issuer, c.Subject, c.ClientID, c.ID}, "") || c.Expires == 0 || c.Issued == 0 || len(c.Audience) == 0
}

// decode reads a part of a token. Padding and line breaks have no place there (RFC 7515 §2).
func decode(part string, into any) bool {
	text, err := base64.RawURLEncoding.Strict().DecodeString(part)
	return err == nil && !strings.ContainsAny(part, "\r\n") && json.Unmarshal(text, into) == nil
}

// fits checks the signature in the way that the token names. Of one that names none there
// is nothing to check, if the token has the word (RFC 7518 §3.6).
func (s *Server) fits(l *lab.Lab, algorithm, value string) bool {
	if algorithm == "none" {
		return strings.HasSuffix(value, ".")
	}
	return s.APIKey.Signed(l.ID, value)
}

// unreadable is the refusal of a token that no API can read (RFC 6750 §3.1).
func unreadable(description, hint string) *endpoint.Error {
	return challenge(endpoint.Refuse(http.StatusUnauthorized, "invalid_token", description, hint), "")
}

// admitSigned decides about what a token says of itself, before that is believed (RFC 9068
// §4): whether it is an access token, in which way it is signed, by whom, and whether that is the server that is trusted.
func admitSigned(t *lab.Handling, by Signature) *endpoint.Error {
	if err := t.Enforce(guard.IDTokenType,
		guard.TokenType(by.Type)); err != nil {
		return refused(err, http.StatusUnauthorized, "")
	}
	if err := t.Enforce(guard.IDJWTAlg,
		guard.JWTAlg(by.Algorithm, agreed)); err != nil {
		return refused(err, http.StatusUnauthorized, "")
	}
	if err := t.Enforce(guard.IDJWTSignature,
		guard.JWTSignature(by.Fits)); err != nil {
		return refused(err, http.StatusUnauthorized, "")
	}
	if err := t.Enforce(guard.IDIssuer,
		guard.Issuer(by.Issuer, t.Issuer())); err != nil {
		return refused(err, http.StatusUnauthorized, "")
	}
	return nil
}
