package authserver

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// idTokenLife is how long an ID token is good, on the lab's clock.
const idTokenLife = time.Hour

// IDTokenClaims are what an ID token says (OpenID Connect Core §2). Who the user is beyond sub,
// UserInfo tells (§5.4).
type IDTokenClaims struct {
	Issuer     string    `json:"iss,omitempty"`
	Subject    string    `json:"sub,omitempty"`
	Audience   audiences `json:"aud,omitempty"`
	Expires    int64     `json:"exp,omitempty"` // seconds since 1970 (RFC 7519 §2, NumericDate)
	Issued     int64     `json:"iat,omitempty"` // as exp
	AuthTime   int64     `json:"auth_time,omitempty"`
	Nonce      string    `json:"nonce,omitempty"`
	AtHash     string    `json:"at_hash,omitempty"`
	Authorized string    `json:"azp,omitempty"`
}

// audiences are one client, or a list of them: JSON has a text or a list (OpenID Connect Core
// §2, aud).
type audiences []string

// MarshalJSON writes either form.
func (a audiences) MarshalJSON() ([]byte, error) {
	if len(a) == 1 {
		return json.Marshal(a[0])
	}
	return json.Marshal([]string(a))
}

// idToken is an ID token before it is signed: a fault may be in what it says, and in how it is
// signed.
type idToken struct {
	IDTokenClaims
	algorithm jose.SignatureAlgorithm
	key       []byte
	noHash    bool // leave at_hash out
}

// unsigned is the algorithm of what is not signed (RFC 7518 §3.6).
const unsigned jose.SignatureAlgorithm = "none"

// newIDToken is the ID token that goes with a code that was redeemed; nil where none was asked
// for. The server signs it with the client's own secret (OpenID Connect Core §10.1).
func (s *Server) newIDToken(state *State, t *lab.Handling, code Code) *idToken {
	if !hasScope(code.Scope, scopeOpenID) {
		return nil
	}
	now := t.Now()
	i := &idToken{
		IDTokenClaims: IDTokenClaims{
			Issuer: s.issuer(t), Subject: code.Subject, Audience: audiences{code.ClientID},
			Expires: now.Add(idTokenLife).Unix(), Issued: now.Unix(), AuthTime: seconds(code.SignedIn),
			Nonce: code.Nonce, Authorized: code.ClientID,
		},
		algorithm: jose.HS256, key: []byte(ClientSecret(s.ClientKey, t.ID, code.ClientID)),
	}
	if wrong := faultAt(t, guard.IDFaultIDToken); wrong != nil {
		wrong.tell(t)
		wrong.idToken(scene{s, state, t}, i)
	}
	return i
}

// with returns the token as the client gets it, beside the access token.
func (i *idToken) with(accessToken string) (string, error) {
	if i.AtHash == "" && !i.noHash {
		i.AtHash = guard.HashOfToken(accessToken)
	}
	payload, err := json.Marshal(i.IDTokenClaims)
	if err != nil {
		return "", fmt.Errorf("sign an ID token: %w", err)
	}
	if i.algorithm == unsigned {
		return unsignedJWT(payload), nil
	}
	return signed(i.algorithm, i.key, "JWT", payload)
}

// UnmarshalJSON reads either form.
func (a *audiences) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = audiences{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(a))
}
