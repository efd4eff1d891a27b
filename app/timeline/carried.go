package timeline

import (
	"encoding/base64"
	"strings"
)

// inState is where a parameter stands that a signed state carries.
const inState = "state"

// Where a parameter stands that a token carries.
const (
	inTokenHeader    = "token header"
	inToken          = "token"
	inTokenSignature = "token signature"
)

// openTokens puts behind each token that is a JWT what it says: header and claims, which
// anyone can read (RFC 7519 §3).
func openTokens(params []Param) []Param {
	var out []Param
	for _, p := range params {
		out = append(out, p)
		switch p.Name {
		case "access_token", "token", "id_token", "id_token_hint":
			out = append(out, openToken(p.Value)...)
		}
	}
	return out
}

// openToken returns what stands in a JWT, part by part; nothing of what is none.
func openToken(token string) []Param {
	parts := PartsOf(token)
	var out []Param
	for i, where := range []string{inTokenHeader, inToken} {
		if parts == nil {
			return nil
		}
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			continue
		}
		inside := appendJSON(nil, string(text))
		for j := range inside {
			inside[j].In = where
			if inside[j].Name != "nonce" { // which is that of the login
				inside[j].Kind = ""
			}
		}
		out = append(out, inside...)
	}
	if len(out) == 0 {
		return nil
	}
	return append(out, signature(parts[2]))
}

// signature explains the third part of a JWT.
func signature(value string) Param {
	p := Param{In: inTokenSignature, Name: "signature", Value: value, Section: "RFC 7515 §5.2",
		Means: "Made over the two other parts, with a key: they cannot be changed without it."}
	if value == "" {
		p.Means = "There is none. Anybody can have written this token."
	}
	return p
}

// PartsOf returns the three parts of a JWT: header, claims, signature. nil stands for what is
// none.
func PartsOf(value string) []string {
	if !isJWT(value) {
		return nil
	}
	return strings.Split(value, ".")
}

// isJWT reports whether a value has the three parts of a JWT, of which the first is a JSON
// object in base64url (RFC 7515 §7.1).
func isJWT(value string) bool {
	return strings.HasPrefix(value, "eyJ") && strings.Count(value, ".") == 2
}

// openStates puts behind each state what it carries: a payload in base64url and a
// signature. No key is needed to read that.
func openStates(params []Param) []Param {
	var out []Param
	for _, p := range params {
		var inside []Param
		if p.Name == "state" {
			inside = carriedIn(p.Value)
		}
		if inside != nil {
			p.Means = "A signed text: base64url, a dot, and a signature. The signature keeps it from being changed. Anyone can read it: what it carries stands below."
			p.Section = "RFC 9700 §4.7.1"
		}
		out = append(append(out, p), inside...)
	}
	return out
}

// carriedIn returns the members of a signed state's payload; none where it is not
// one.
func carriedIn(state string) []Param {
	payload, signature, _ := strings.Cut(state, ".")
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil || signature == "" || strings.Contains(signature, ".") {
		return nil
	}
	inside := appendJSON(nil, string(text))
	for i := range inside {
		inside[i].In = inState
		if inside[i].Name == "code_verifier" {
			inside[i].Means = "The secret of this login, in an address. Who reads it can redeem the code."
			inside[i].Section = "RFC 7636 §7.1"
		}
	}
	return inside
}
