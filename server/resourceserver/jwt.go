package resourceserver

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// unsigned is the algorithm of what is not signed (RFC 7518 §3.6).
const unsigned = "none"

// agreed is how the authorization server signs its tokens (RFC 8725 §3.1): with the secret that
// both have, and from the chapter on in which it publishes keys, with one of these.
func agreed(rules guard.Rules) []string {
	if rules.Offers(guard.JWKS) {
		return []string{guard.RS256, guard.ES256}
	}
	return []string{guard.HS256}
}

// Signature is who signed a token, and how.
type Signature struct {
	Type      string // of the token, as it names it
	Issuer    string
	Algorithm string // that the token names
	Fits      bool   // as the token itself says it is to be checked
	Withdrawn bool   // its key is not published any more
}

// header is that of an access token (RFC 7515 §4.1, RFC 9068 §2.1).
type header struct {
	Algorithm string          `json:"alg"`
	KeyID     string          `json:"kid"`
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
	Act       *actor   `json:"act"`
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
func (s *Server) read(ctx context.Context, t *lab.Handling, value string) (Token, error) {
	h, c, e := parse(value, !t.Settings.Rules().Has(guard.IDTokenType))
	if e != nil {
		return Token{}, e
	}
	if t.Now().Before(date(c.NotBefore)) {
		return Token{}, unreadable("This token is not good yet.", "Send it when the time in nbf has come, on the lab's clock (RFC 7519 §4.1.5).")
	}
	by, err := s.signature(ctx, t, h, value)
	if err != nil {
		return Token{}, err
	}
	by.Type, by.Issuer, by.Algorithm = h.Type, c.Issuer, h.Algorithm
	return Token{
		Known: true, Subject: c.Subject, ClientID: c.ClientID, Scope: c.Scope, Audience: c.Audience, Flow: flowIn(c.ID),
		Expires: date(c.Expires), Actors: c.Act.chain(),
		Signed: &by,
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

// signature finds out whether the signature fits, in the way that the token names. Of one that
// names none there is nothing to check, if the token has the word (RFC 7518 §3.6).
func (s *Server) signature(ctx context.Context, t *lab.Handling, h header, value string) (Signature, error) {
	switch {
	case h.Algorithm == unsigned:
		return Signature{Fits: verification{}.fits(unsigned, value)}, nil
	case !t.Settings.Rules().Offers(guard.JWKS):
		return Signature{Fits: s.APIKey.Signed(t.ID, value)}, nil
	}
	key, err := s.keyOf(ctx, t, h.KeyID)
	if err != nil {
		return Signature{}, err
	}
	return Signature{Fits: key.fits(h.Algorithm, value), Withdrawn: key.known && !key.published}, nil
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
		guard.JWTAlg(
			by.Algorithm, agreed(t.Settings.Rules()))); err != nil {
		return refused(err, http.StatusUnauthorized, "")
	}
	if err := t.Enforce(guard.IDRetiredKeys,
		guard.RetiredKeys(!by.Withdrawn)); err != nil {
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
