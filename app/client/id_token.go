package client

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// User is who has signed in. Issuer and Subject together name a user
// for good, and nothing else does (OpenID Connect Core §5.7).
type User struct {
	Issuer  string `json:"iss"`
	Subject string `json:"sub"`
}

// verifyIDToken finds out who has signed in, and believes it after
// all of OpenID Connect Core §3.1.3.7, in that order. What a check
// does not let pass is a *guard.Refusal.
func (f *flow) verifyIDToken(
	ctx context.Context, tokens Tokens,
) (User, error) {
	id, err := parseIDToken(tokens.IDToken)
	if err != nil {
		return User{}, err
	}
	// Points 2 to 5: by whom, for whom, given to whom.
	if err := f.enforce(guard.IDOIDCIssuer,
		guard.OIDCIssuer(id.Issuer, f.server().Issuer)); err != nil {
		return User{}, err
	}
	if err := f.enforce(guard.IDOIDCAudience,
		guard.OIDCAudience(id.Audience, f.ID)); err != nil {
		return User{}, err
	}
	if err := f.enforce(guard.IDOIDCAZP,
		guard.OIDCAZP(id.Authorized, f.ID)); err != nil {
		return User{}, err
	}
	// Points 6 to 8: the signature.
	if err := f.verifySignature(ctx, id); err != nil {
		return User{}, err
	}
	// Points 9 to 11: when, and for which login.
	if err := f.enforce(guard.IDOIDCExpiry,
		guard.OIDCExpiry(date(id.Expires), f.Now())); err != nil {
		return User{}, err
	}
	if err := f.enforce(guard.IDOIDCIssuedAt,
		guard.OIDCIssuedAt(date(id.Issued), f.Now())); err != nil {
		return User{}, err
	}
	if err := f.enforce(guard.IDNonce,
		guard.Nonce(f.Nonce, id.Nonce)); err != nil {
		return User{}, err
	}
	// §3.1.3.8: the access token that came with it.
	if err := f.enforce(guard.IDAtHash,
		guard.AtHash(id.AtHash, tokens.AccessToken)); err != nil {
		return User{}, err
	}
	user := User{Issuer: f.server().Issuer, Subject: id.Subject}
	f.note(event.NoteSignedIn,
		"The client knows who has signed in.",
		event.Field{Name: "iss", Value: user.Issuer},
		event.Field{Name: "sub", Value: user.Subject})
	return user, nil
}

// verifySignature checks how a token is signed, with which key, and
// whether the signature fits.
func (f *flow) verifySignature(
	ctx context.Context, id idToken,
) error {
	if !f.Rules.Offers(guard.JWKS) {
		return f.enforce(guard.IDOIDCSignature,
			guard.OIDCSignature(
				id.signed, true, f.fitsSecret(id)))
	}
	if err := f.enforce(guard.IDAlgAllowList,
		guard.AlgAllowList(id.algorithm, algorithms)); err != nil {
		return err
	}
	if err := f.enforce(guard.IDFixedJWKS,
		guard.FixedJWKS(id.bringsKey)); err != nil {
		return err
	}
	keys, err := f.keysFor(ctx, id)
	if err != nil {
		return err
	}
	if err := f.enforce(guard.IDKIDRequired,
		guard.KIDRequired(id.kid, len(keys))); err != nil {
		return err
	}
	known := id.kid == "" || has(keys, id.kid)
	fits, err := f.fits(ctx, id, keys)
	if err != nil {
		return err
	}
	return f.enforce(guard.IDOIDCSignature,
		guard.OIDCSignature(id.signed, known, fits))
}

// idToken is an ID token that was taken apart (RFC 7519 §7.2), and
// that nobody has checked.
type idToken struct {
	Issuer     string   `json:"iss"`
	Subject    string   `json:"sub"`
	Audience   audience `json:"aud"`
	Authorized string   `json:"azp"`
	Expires    float64  `json:"exp"` // seconds since 1970
	Issued     float64  `json:"iat"` // as exp
	Nonce      string   `json:"nonce"`
	AtHash     string   `json:"at_hash"`

	algorithm string
	kid       string // which key; "" where it does not say
	bringsKey bool   // it says itself what its key is,
	address   string // or where; "" where it does not
	signed    bool   // has a signature, of whatever worth
	content   string // what the signature is made over
	signature []byte
}

// audience is one client, or a list of them (OpenID Connect Core §2).
type audience []string

// UnmarshalJSON reads either form.
func (a *audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(a))
}

var (
	errNoIDToken  = unreadable("the answer has no ID token")
	errBadIDToken = unreadable("the ID token cannot be read")
)

// parseIDToken takes an ID token apart.
func parseIDToken(token string) (id idToken, err error) {
	if token == "" {
		return idToken{}, errNoIDToken
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return idToken{}, errBadIDToken
	}
	var header struct {
		Algorithm string          `json:"alg"`
		KeyID     string          `json:"kid"`
		JKU       string          `json:"jku"`
		X5U       string          `json:"x5u"`
		JWK       json.RawMessage `json:"jwk"`
		X5C       json.RawMessage `json:"x5c"`
		Critical  json.RawMessage `json:"crit"`
	}
	if !decodePart(parts[0], &header) || header.Critical != nil ||
		!decodePart(parts[1], &id) {
		return idToken{}, errBadIDToken
	}
	id.signature, err = partOf(parts[2])
	if err != nil {
		return idToken{}, errBadIDToken
	}
	id.algorithm, id.kid = header.Algorithm, header.KeyID
	id.address = header.JKU
	id.bringsKey = header.JKU != "" || header.X5U != "" ||
		header.JWK != nil || header.X5C != nil
	id.signed = header.Algorithm != "none" && len(id.signature) > 0
	id.content = parts[0] + "." + parts[1]
	return id, nil
}

// decodePart reads the JSON object in a part of a token. Bytes that
// are no UTF-8 are no JSON (RFC 8259 §8.1): read as if they were, two
// users would be one.
func decodePart(part string, into any) bool {
	text, err := partOf(part)
	return err == nil && utf8.Valid(text) &&
		json.Unmarshal(text, into) == nil
}

// partOf decodes a part of a token. Padding and line breaks have no
// place there (RFC 7515 §2).
func partOf(part string) ([]byte, error) {
	if strings.ContainsAny(part, "\r\n") {
		return nil, errBadIDToken
	}
	return base64.RawURLEncoding.Strict().DecodeString(part)
}

// fits reports whether one of the keys made the signature: the one
// that the token names, or any.
func (f *flow) fits(
	ctx context.Context, id idToken, keys []JWK,
) (bool, error) {
	for _, key := range keys {
		if !id.signed || id.kid != "" && key.ID != id.kid {
			continue
		}
		fits, err := f.Verify(ctx,
			id.algorithm, key, id.content, id.signature)
		if fits || err != nil {
			return fits, err
		}
	}
	return false, nil
}

// fitsSecret reports whether the signature is made with HS256, and
// the client's own secret as the key: until the server has keys of
// which one half is public (OpenID Connect Core §10.1).
func (f *flow) fitsSecret(id idToken) bool {
	if id.algorithm != guard.HS256 {
		return false
	}
	mac := hmac.New(sha256.New, []byte(f.Secret))
	mac.Write([]byte(id.content)) // never fails
	return hmac.Equal(mac.Sum(nil), id.signature)
}

// lastDate is the end of the year 9999, in seconds since 1970.
const lastDate = 253402300799

// date is a moment as tokens have it (RFC 7519 §2, NumericDate). One
// that is further away than any clock is the nearest that there is.
func date(seconds float64) time.Time {
	whole := math.Floor(min(max(seconds, 0), lastDate))
	return time.Unix(int64(whole), 0)
}
