package authserver

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxParameter bounds one parameter, in bytes.
const maxParameter = 2048

// parameters reads the parameters of one request and remembers the first thing
// that is wrong with one of them.
type parameters struct {
	values url.Values
	err    *Error
}

// get returns the value of a parameter: "" where it is missing, empty (RFC 6749
// §3.1: an empty one counts as missing) or malformed, which err then says.
func (p *parameters) get(name string) string {
	values := p.values[name]
	if len(values) == 0 {
		return ""
	}
	value := values[0]
	switch {
	case len(values) > 1: // RFC 6749 §3.1, §3.2: not more than once
		p.fail("The parameter %s is sent more than once.", name)
	case len(value) > maxParameter:
		p.fail("The parameter %s is longer than 2048 bytes.", name)
	case !utf8.ValidString(value):
		p.fail("The parameter %s is not UTF-8.", name)
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }):
		p.fail("The parameter %s has control characters.", name)
	default:
		return value
	}
	return ""
}

func (p *parameters) fail(format, name string) {
	if p.err == nil {
		p.err = &Error{
			Code: codeInvalidRequest, Description: fmt.Sprintf(format, name),
			Hint: "Send each parameter once, as plain text.",
		}
	}
}
