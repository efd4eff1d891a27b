package resourceserver

import (
	"errors"
	"net/http"
	"strings"

	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// realm is what the challenges of the API protect (RFC 6750 §3, RFC 9110 §11.5).
const realm = "OAuth Lab"

// bearer is the access token of a request, and where it stood.
type bearer struct {
	token string // "" where none was brought
	inURL bool   // in the query (RFC 6750 §2.3), not in a header (§2.1)
}

// readBearer finds the access token of a request. One that is brought twice, or in a form
// that is none of Bearer's, is refused: nobody knows which was meant (RFC 6750 §3.1). A
// cookie is no token: it comes along with requests that no client sent.
func readBearer(r *http.Request) (bearer, *endpoint.Error) {
	headers, inQuery := r.Header.Values("Authorization"), r.URL.Query()["access_token"]
	switch {
	case len(headers) > 1:
		return bearer{}, malformed("The Authorization header is there more than once.", "Often a library adds one and the code that calls it another: send one (RFC 6750 §3.1).")
	case len(inQuery) > 1, len(headers) == 1 && len(inQuery) == 1:
		return bearer{}, malformed("The request brings a token twice.", "Send it once, in the Authorization header (RFC 6750 §2).")
	case len(inQuery) == 1:
		return checked(bearer{token: inQuery[0], inURL: true})
	case len(headers) == 0:
		return bearer{}, nil
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") { // case does not count (RFC 9110 §11.1)
		return bearer{}, nil
	}
	return checked(bearer{token: strings.TrimLeft(token, " ")})
}

// checked refuses a token that is no b64token (RFC 6750 §2.1).
func checked(b bearer) (bearer, *endpoint.Error) {
	text := strings.TrimRight(b.token, "=")
	isOther := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._~+/", r)
	}
	if text == "" || strings.ContainsFunc(text, isOther) {
		return bearer{}, malformed("What stands behind the word Bearer is no token.", "Send one token of letters, digits and - . _ ~ + /, as it was given, without quotes (RFC 6750 §2.1).")
	}
	return b, nil
}

// malformed is the refusal of a request that nobody can read (RFC 6750 §3.1).
func malformed(description, hint string) *endpoint.Error {
	return challenge(endpoint.Invalid(description, hint), "")
}

// challenge adds the header that tells a client why, and what it lacks (RFC 6750 §3). The
// words are those of the error, as the characters of §3 allow.
func challenge(e *endpoint.Error, scope string) *endpoint.Error {
	spoken := e.Spoken("")
	said := `Bearer realm="` + realm + `", error="` + spoken.Code + `", error_description="` + spoken.Description + `"`
	if scope != "" {
		said += `, scope="` + scope + `"`
	}
	return e.With("WWW-Authenticate", said)
}

// access is whom a request may act for.
type access struct {
	Subject string
	Client  string
	Scope   string
}

// admit decides whom a request may act for, in the order of RFC 6750 §3.1: is there a token,
// is it known, is it in time, is it good for what the request needs.
func admit(t *lab.Handling, b bearer, is Token, needs string) (access, *endpoint.Error) {
	if err := t.Enforce(guard.IDTokenInURL,
		guard.TokenInURL(b.inURL)); err != nil {
		return access{}, refused(err, http.StatusBadRequest, "")
	}
	if err := t.Enforce(guard.IDBearerRequired,
		guard.BearerRequired(b.token != "")); err != nil {
		return access{}, noToken(err)
	}
	if b.token == "" { // the guard is off: whoever comes is taken for Alice
		return everything("alice"), nil
	}
	if err := t.Enforce(guard.IDTokenKnown,
		guard.TokenKnown(is.Known, is.Revoked)); err != nil {
		return access{}, refused(err, http.StatusUnauthorized, "")
	}
	if !is.Known { // the guard is off: any text will do
		return everything("alice"), nil
	}
	if err := t.Enforce(guard.IDTokenExpiry,
		guard.TokenExpiry(is.Expires, t.Now())); err != nil {
		return access{}, refused(err, http.StatusUnauthorized, "")
	}
	if err := t.Enforce(guard.IDScope,
		guard.Scope(is.Scope, needs)); err != nil {
		return access{}, refused(err, http.StatusForbidden, needs)
	}
	return access{Subject: is.Subject, Client: is.ClientID, Scope: is.Scope}, nil
}

func everything(subject string) access { return access{Subject: subject} }

// refused makes an answer of what Enforce returned: code and hint are the guard's.
func refused(err error, status int, scope string) *endpoint.Error {
	part, reason := partOf(err)
	return challenge(endpoint.Refuse(status, part.Code, prose.Sentence(reason), endpoint.Sectioned(part.Hint, part.Section)), scope)
}

// noToken is the answer to a request without any: a bare challenge, for a client that does
// not know yet that it needs a token made no mistake (RFC 6750 §3.1).
func noToken(err error) *endpoint.Error {
	part, reason := partOf(err)
	return endpoint.Refuse(http.StatusUnauthorized, codeUnauthorized, prose.Sentence(reason), endpoint.Sectioned(part.Hint, part.Section)).
		With("WWW-Authenticate", `Bearer realm="`+realm+`"`)
}

// codeUnauthorized stands in the body of such an answer alone: OAuth has no word for it.
const codeUnauthorized = "unauthorized"

// partOf returns the guard that refused, and why.
func partOf(err error) (guard.Part, string) {
	refusal, _ := errors.AsType[*guard.Refusal](err)
	part, _ := guard.FindPart(refusal.Guard)
	return part, refusal.Reason
}
