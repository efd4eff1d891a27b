package resourceserver

import (
	"net/http"
	"net/url"
	"strings"

	"oauthlab/lessons/guard"
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
// cookie is no token: it comes along with requests that no client sent. Nor is what another
// scheme brings: who does not use Bearer is told of it, and no more (§3.1).
func readBearer(r *http.Request) (bearer, *endpoint.Error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil { // what would be left of it may lack the token that stands in it
		return bearer{}, malformed("The query cannot be read as a form.", "Percent-encode the values (RFC 6749 appendix B).")
	}
	headers, inQuery := r.Header.Values("Authorization"), query["access_token"]
	inHeader, isBearer := ofScheme("Bearer", headers)
	switch {
	case len(headers) > 1:
		return bearer{}, malformed("The Authorization header is there more than once.",
			"Often a library adds one and the code that calls it another: send one (RFC 6750 §3.1).")
	case len(inQuery) > 1, isBearer && len(inQuery) == 1:
		return bearer{}, malformed("The request brings a token twice.", "Send it once, in the Authorization header (RFC 6750 §2).")
	case len(inQuery) == 1 && !isB64Token(inQuery[0]):
		return bearer{}, malformed("What stands in access_token is no token.",
			"Send one token of letters, digits and - . _ ~ + /, as it was given, in the Authorization header (RFC 6750 §2.1).")
	case len(inQuery) == 1:
		return bearer{token: inQuery[0], inURL: true}, nil
	case isBearer && !isB64Token(inHeader):
		return bearer{}, malformed("What stands behind the word Bearer is no token.",
			"Send one token of letters, digits and - . _ ~ + /, as it was given, without quotes (RFC 6750 §2.1).")
	}
	return bearer{token: inHeader}, nil
}

// ofScheme returns what a header brings behind the name of a scheme, whose case does not
// count (RFC 9110 §11.1), and whether one of them is of the scheme.
func ofScheme(name string, headers []string) (credentials string, is bool) {
	for _, header := range headers {
		scheme, rest, _ := strings.Cut(header, " ")
		if strings.EqualFold(scheme, name) {
			return strings.TrimLeft(rest, " "), true // 1*SP (RFC 6750 §2.1)
		}
	}
	return "", false
}

// isB64Token reports whether a text is one that Bearer carries (RFC 6750 §2.1).
func isB64Token(text string) bool {
	isOther := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._~+/", r)
	}
	text = strings.TrimRight(text, "=")
	return text != "" && !strings.ContainsFunc(text, isOther)
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

// taken is whom a request is taken for that proves nothing, where nobody minds.
const taken = "alice"

// admit returns the subject for whom a request may act. It decides in the order of RFC 6750 §3.1: is there a token,
// is it known, or signed as it should be; is it for this API, in time, and good for what the
// request needs.
func admit(t *lab.Handling, b bearer, is Token, at access) (subject string, refusal *endpoint.Error) {
	if err := t.Enforce(guard.IDTokenInURL,
		guard.TokenInURL(b.inURL)); err != nil {
		return "", refused(err, http.StatusBadRequest, "")
	}
	if err := t.Enforce(guard.IDBearerRequired,
		guard.BearerRequired(b.token != "")); err != nil {
		return "", noToken(err)
	}
	if b.token == "" { // the guard is off: whoever comes is taken for Alice
		return taken, nil
	}
	if e := admitKnown(t, is); e != nil {
		return "", e
	}
	if !is.Known { // the guard is off: any text will do
		return taken, nil
	}
	if e := at.checkAudience(t, is); e != nil {
		return "", e
	}
	if err := t.Enforce(guard.IDTokenExpiry,
		guard.TokenExpiry(is.Expires, t.Now())); err != nil {
		return "", refused(err, http.StatusUnauthorized, "")
	}
	if err := t.Enforce(guard.IDScope,
		guard.Scope(is.Scope, at.needs)); err != nil {
		return "", refused(err, http.StatusForbidden, at.needs)
	}
	return is.Subject, nil
}

// admitKnown decides whether a token is one of the authorization server's, by whatever the
// API has to tell that by.
func admitKnown(t *lab.Handling, is Token) *endpoint.Error {
	if is.Signed != nil {
		return admitSigned(t, *is.Signed)
	}
	if err := t.Enforce(guard.IDTokenKnown,
		guard.TokenKnown(is.Known, is.Revoked, is.Asked)); err != nil {
		return refused(err, http.StatusUnauthorized, "")
	}
	return nil
}

// refused makes an answer of what Enforce returned, which says what the token lacks.
func refused(err error, status int, scope string) *endpoint.Error {
	return challenge(endpoint.Refused(err, status), scope)
}

// noToken is the answer to a request without any: a bare challenge, for a client that does
// not know yet that it needs a token made no mistake (RFC 6750 §3.1).
func noToken(err error) *endpoint.Error {
	e := endpoint.Refused(err, http.StatusUnauthorized)
	e.Code = codeUnauthorized
	return e.With("WWW-Authenticate", `Bearer realm="`+realm+`"`)
}

// codeUnauthorized stands in the body of such an answer alone: OAuth has no word for it.
const codeUnauthorized = "unauthorized"
