package authserver

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// unsigned is the algorithm of what is not signed (RFC 7518 §3.6).
const unsigned = "none"

// signing is how a JWT is signed. Its zero faults are none.
type signing struct {
	typ       jose.ContentType // of the JWT, in its header
	algorithm string           // RFC 7518 §3.1, or unsigned
	secret    []byte           // of HS256; nil for the server's own keys

	// Faults.
	wrongKey     bool   // sign with a key of nobody's, in the name of the server's
	stranger     bool   // sign with Mallory's key
	noKID        bool   // do not name the key
	kid          string // name this one instead
	jku          string // say that the key is there
	publicSecret bool   // sign with HS256, and the public key as the secret
	rotated      bool   // with a key that nobody has seen
}

// sign writes a JWS in its compact form (RFC 7515 §7.1). Outside of an Update: it takes time.
func (s *Server) sign(ctx context.Context, t *lab.Handling, how signing, payload []byte) (string, error) {
	switch {
	case how.algorithm == unsigned && how.secret != nil:
		return unsignedJWT(payload, ""), nil
	case how.secret != nil:
		return compact(jose.HS256, how.secret, how.options(), payload)
	}
	ring, err := s.Keys.ring(ctx, t.ID, ringOf(t), t.Now())
	if err == nil && how.rotated {
		if err = s.Keys.Rotate(ctx, t.Aside(), ringOf(t), false); err == nil {
			ring, err = s.Keys.ring(ctx, t.ID, ringOf(t), t.Now())
		}
	}
	if err != nil {
		return "", err
	}
	return s.signWith(t, ring, how, payload)
}

// signWith signs with the key of the ring that signs now, or as a fault has it.
func (s *Server) signWith(t *lab.Handling, ring Keyring, how signing, payload []byte) (string, error) {
	algorithm := how.algorithm
	if algorithm == unsigned {
		key, _ := ring.signer(guard.RS256)
		return unsignedJWT(payload, key.ID), nil
	}
	if how.stranger {
		algorithm = guard.ES256
	}
	key, ok := ring.signer(algorithm)
	if !ok {
		return "", fmt.Errorf("sign: there is no key for %s", algorithm)
	}
	private, err := s.Keys.private(key)
	if err != nil {
		return "", err
	}
	if how.publicSecret {
		public, err := lab.PublicPEM(private.Public())
		if err != nil {
			return "", err
		}
		return compact(jose.HS256, public, how.options().WithHeader("kid", key.ID), payload)
	}
	options := how.options()
	switch {
	case how.kid != "":
		options = options.WithHeader("kid", how.kid)
	case !how.noKID:
		options = options.WithHeader("kid", key.ID)
	}
	switch {
	case how.stranger, how.wrongKey && algorithm == guard.ES256:
		return compact(jose.ES256, s.StrangerKey.Of(t.ID), options, payload)
	case how.wrongKey:
		foreign, err := s.Keys.foreign()
		if err != nil {
			return "", fmt.Errorf("sign: %w", err)
		}
		return compact(jose.RS256, foreign, options, payload)
	}
	return compact(jose.SignatureAlgorithm(algorithm), private, options, payload)
}

// options are what stands in the header beside the algorithm.
func (how signing) options() *jose.SignerOptions {
	options := (&jose.SignerOptions{}).WithType(how.typ)
	if how.jku != "" {
		options = options.WithHeader("jku", how.jku)
	}
	return options
}

// compact signs with a key.
func compact(algorithm jose.SignatureAlgorithm, key any, options *jose.SignerOptions, payload []byte) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return jws.CompactSerialize()
}

// unsignedJWT writes a JWT that is not signed (RFC 7519 §6), which no library does. It names a key
// all the same, if there is one: nothing else is to be wrong with it.
func unsignedJWT(payload []byte, kid string) string {
	said := `{"alg":"none","typ":"JWT"}`
	if kid != "" {
		said = `{"alg":"none","kid":"` + kid + `","typ":"JWT"}`
	}
	header := base64.RawURLEncoding.EncodeToString([]byte(said))
	return header + "." + base64.RawURLEncoding.EncodeToString(payload) + "."
}

// signedHere returns what a JWT says that the server signed for the lab, whichever of its keys
// it was, and whether it did.
func (s *Server) signedHere(ctx context.Context, t *lab.Handling, token string) (payload []byte, ok bool, err error) {
	ring, err := s.Keys.ring(ctx, t.ID, ringOf(t), t.Now())
	if err != nil {
		return nil, false, err
	}
	jws, parseErr := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
	if parseErr != nil || !lab.IsStrict(token) {
		return nil, false, nil
	}
	for _, key := range ring {
		if key.ID != jws.Signatures[0].Protected.KeyID {
			continue
		}
		private, err := s.Keys.private(key)
		if err != nil {
			return nil, false, err
		}
		payload, verifyErr := jws.Verify(private.Public())
		return payload, verifyErr == nil && !key.Withdrawn, nil
	}
	return nil, false, nil
}
