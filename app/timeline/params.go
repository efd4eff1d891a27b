package timeline

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/param"
)

// Param is one parameter of a message, with what it is for.
type Param struct {
	In      string // "query", "header", "form", "JSON", "Location", "fragment", "note", "state"
	Name    string
	Value   string
	Kind    param.Mark // "" where the value is not followed through the flow
	Means   string     // one plain sentence; empty where the catalogue is silent
	Section string     // "RFC 6749 §4.1.1"
	Also    string     // the value in other words: of a number of seconds, the date
}

// JWTPart says in which part of a JWT the parameter stands: "header", "claims" or "signature".
// "" stands for none.
func (p Param) JWTPart() string {
	switch p.In {
	case inTokenHeader:
		return "header"
	case inToken:
		return "claims"
	case inTokenSignature:
		return "signature"
	}
	return ""
}

// ParamsOf returns the parameters that an event carries: of a URL's query, a
// Location header's, a form or JSON body's, a note's fields. What a token says stands behind it.
func ParamsOf(e event.Event) []Param { return openTokens(carriedBy(e)) }

// carriedBy is ParamsOf with tokens closed, which takes a fraction of the time.
func carriedBy(e event.Event) []Param {
	var out []Param
	switch {
	case e.Request != nil:
		out = appendURL(out, "query", e.Request.URL)
		out = appendProof(out, headerOf(e.Request.Header, "authorization"))
		out = appendBody(out, headerOf(e.Request.Header, "content-type"), e.Request.Body)
	case e.Response != nil:
		out = appendURL(out, "Location", headerOf(e.Response.Header, "location"))
		out = appendBody(out, headerOf(e.Response.Header, "content-type"), e.Response.Body)
	case e.Note != nil:
		for _, f := range e.Note.Fields {
			switch {
			case f.Name == "url":
				out = appendURL(out, "query", f.Value)
			case f.Value != "":
				out = append(out, explain("note", f.Name, f.Value))
			}
		}
	}
	return openStates(plainChallenge(out))
}

// plainChallenge explains a challenge that hides nothing: of the method plain,
// which is also what a request without a method means (RFC 7636 §4.3).
func plainChallenge(params []Param) []Param {
	at, hashed := -1, false
	for i, p := range params {
		switch p.Name {
		case "code_challenge":
			at = i
		case "code_challenge_method":
			hashed = p.Value == "S256"
		}
	}
	if at >= 0 && !hashed {
		params[at].Means = "With the method plain this is the verifier itself. Whoever reads the address knows it."
	}
	return params
}

// Place says in plain words where a parameter stands.
func (p Param) Place() string {
	switch p.In {
	case "query":
		return "in the address"
	case "fragment":
		return "in the address, after #"
	case "Location":
		return "in the redirect"
	case "header":
		return "in the header"
	case "form":
		return "in the form"
	case "JSON":
		return "in the body"
	case "note":
		return "written down"
	case inState:
		return "inside the state"
	case inTokenHeader:
		return "in the token's header"
	case inToken:
		return "in the token's claims"
	case inTokenSignature:
		return "the token's third part"
	}
	return p.In
}

// appendProof adds what a caller proves itself with: a token (RFC 6750 §2.1), or a client's
// id and secret, each encoded as in a form (RFC 6749 §2.3.1).
func appendProof(out []Param, header string) []Param {
	scheme, proof, _ := strings.Cut(header, " ")
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return append(out, explain("header", "access_token", proof))
	case strings.EqualFold(scheme, "Basic"):
		pair, err := base64.StdEncoding.DecodeString(proof)
		if id, secret, found := strings.Cut(string(pair), ":"); found && err == nil {
			return append(out, explain("header", "client_id", unescape(id)), explain("header", "client_secret", unescape(secret)))
		}
	}
	return out
}

func appendURL(out []Param, in, raw string) []Param {
	u, err := url.Parse(raw)
	if err != nil {
		return out
	}
	out = appendQuery(out, in, u.RawQuery)
	return appendQuery(out, "fragment", u.Fragment)
}

// appendQuery keeps the order of the wire, which url.Values would lose.
func appendQuery(out []Param, in, query string) []Param {
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name == "" {
			continue
		}
		out = append(out, explain(in, unescape(name), unescape(value)))
	}
	return out
}

func unescape(s string) string {
	if t, err := url.QueryUnescape(s); err == nil {
		return t
	}
	return s
}

func appendBody(out []Param, contentType, body string) []Param {
	switch {
	case body == "":
		return out
	case strings.HasPrefix(contentType, "application/x-www-form-urlencoded"):
		return appendQuery(out, "form", body)
	case strings.Contains(contentType, "json"):
		return appendJSON(out, body)
	}
	return out
}

// appendJSON lists the members of an object: those of the catalogue in its
// order, then the others by name.
func appendJSON(out []Param, body string) []Param {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &members) != nil {
		return out
	}
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	sort.Sort(byRank(names))
	for _, name := range names {
		value := string(members[name])
		var text string
		if json.Unmarshal(members[name], &text) == nil {
			value = text
		}
		out = append(out, explain("JSON", name, value))
	}
	return out
}

// byRank sorts names as the catalogue has them. Package sort is in the program anyway;
// slices.SortFunc would bring 20 KB for this alone.
type byRank []string

func (r byRank) Len() int      { return len(r) }
func (r byRank) Swap(i, j int) { r[i], r[j] = r[j], r[i] }
func (r byRank) Less(i, j int) bool {
	if a, b := param.Rank(r[i]), param.Rank(r[j]); a != b {
		return a < b
	}
	return r[i] < r[j]
}

func explain(in, name, value string) Param {
	row, _ := param.Find(name)
	p := Param{In: in, Name: name, Value: value, Kind: row.Mark, Means: row.Means, Section: row.Section, Also: dateIn(name, value)}
	if (in == "query" || in == "Location") && p.Section == "RFC 6749 §5.2" {
		p.Section = "RFC 6749 §4.1.2.1" // the errors of a redirect have a section of their own
	}
	return p
}

// lastDate is the end of the year 9999, in seconds since 1970.
const lastDate = 253402300799

// dateIn returns the moment that a parameter counts in seconds since 1970 (RFC 7519 §2,
// NumericDate); "" where it counts none.
func dateIn(name, value string) string {
	switch name {
	case "exp", "iat", "nbf", "auth_time":
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= 0 && n <= lastDate {
			return time.Unix(n, 0).UTC().Format("2 January 2006, 15:04:05 UTC")
		}
	}
	return ""
}

func headerOf(fields []event.Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}
