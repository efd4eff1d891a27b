package authserver

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

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
	Audience   Audiences `json:"aud,omitempty"`
	Expires    int64     `json:"exp,omitempty"` // seconds since 1970 (RFC 7519 §2, NumericDate)
	Issued     int64     `json:"iat,omitempty"` // as exp
	AuthTime   int64     `json:"auth_time,omitempty"`
	Nonce      string    `json:"nonce,omitempty"`
	AtHash     string    `json:"at_hash,omitempty"`
	Authorized string    `json:"azp,omitempty"`
}

// Audiences are one client, or a list of them: JSON has a text or a list (OpenID Connect Core
// §2, aud).
type Audiences []string

// MarshalJSON writes either form.
func (a Audiences) MarshalJSON() ([]byte, error) {
	if len(a) == 1 {
		return json.Marshal(a[0])
	}
	return json.Marshal([]string(a))
}

// UnmarshalJSON reads either form.
func (a *Audiences) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = Audiences{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(a))
}

// idToken is an ID token before it is signed: a fault may be in what it says, and in how it is
// signed.
type idToken struct {
	IDTokenClaims
	signing
	noHash bool // leave at_hash out
}

// newIDToken is the ID token that goes with a code that was redeemed; nil where none was asked
// for.
func (s *Server) newIDToken(state *State, t *lab.Handling, code Code) *idToken {
	if !hasScope(code.Scope, scopeOpenID) {
		return nil
	}
	now := t.Now()
	i := &idToken{
		IDTokenClaims: IDTokenClaims{
			Issuer: s.issuer(t), Subject: code.Subject, Audience: Audiences{code.ClientID},
			Expires: now.Add(idTokenLife).Unix(), Issued: now.Unix(), AuthTime: seconds(code.SignedIn),
			Nonce: code.Nonce, Authorized: code.ClientID,
		},
		signing: s.idTokenSigning(t, code.ClientID),
	}
	for _, part := range []guard.ID{guard.IDFaultIDToken, guard.IDFaultSignature} {
		if wrong := faultAt(t, part); wrong != nil {
			was := *i
			was.Audience = slices.Clone(i.Audience)
			wrong.idToken(scene{s, state, t}, i)
			if !reflect.DeepEqual(*i, was) { // a first login has nothing to repeat
				wrong.tell(t)
			}
		}
	}
	return i
}

// idTokenSigning is how the ID tokens of a client are signed: with the server's key, and until
// there is one with the client's own secret (OpenID Connect Core §10.1).
func (s *Server) idTokenSigning(t *lab.Handling, clientID string) signing {
	rules := t.Settings.Rules()
	if rules.Offers(guard.JWKS) {
		return signing{typ: "JWT", algorithm: rules.Value(guard.IDSigningAlg)}
	}
	return signing{typ: "JWT", algorithm: guard.HS256, secret: []byte(ClientSecret(s.ClientKey, t.ID, clientID))}
}

// write returns the token as the client gets it, beside the access token.
func (s *Server) writeIDToken(ctx context.Context, t *lab.Handling, i *idToken, accessToken string) (string, error) {
	if i.AtHash == "" && !i.noHash {
		i.AtHash = guard.HashOfToken(accessToken)
	}
	payload, err := json.Marshal(i.IDTokenClaims)
	if err != nil {
		return "", fmt.Errorf("write an ID token: %w", err)
	}
	return s.sign(ctx, t, i.signing, payload)
}
