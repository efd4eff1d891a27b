package doctor

import (
	"strings"
)

// challenge is one way in which a server asks who somebody is (RFC 9110 §11.3).
type challenge struct {
	scheme string
	params map[string]string // by name in small letters; what was there first
}

func (c *challenge) has(name string) bool   { _, is := c.params[name]; return is }
func (c *challenge) get(name string) string { return c.params[name] }

// readChallenges reads the challenges of WWW-Authenticate (RFC 9110 §11.6.1). What cannot be read
// ends a header.
func readChallenges(headers []string) (all []challenge) {
	for _, header := range headers {
		in := scanner{header}
		for in.skip(" \t,"); in.rest != ""; in.skip(" \t,") {
			name := in.token()
			if name == "" {
				break
			}
			blank := in.skip(" \t")
			if strings.HasPrefix(in.rest, "=") && len(all) > 0 {
				in.skip("= \t")
				value, ok := in.value()
				if !ok {
					break
				}
				if last := &all[len(all)-1]; !last.has(strings.ToLower(name)) {
					last.params[strings.ToLower(name)] = value
				}
				continue
			}
			all = append(all, challenge{scheme: name, params: map[string]string{}})
			if blank {
				in.token68()
			}
		}
	}
	return all
}

// scanner reads a header from its beginning.
type scanner struct{ rest string }

// skip passes over signs of a set, and reports whether there were any.
func (s *scanner) skip(signs string) bool {
	before := s.rest
	s.rest = strings.TrimLeft(s.rest, signs)
	return len(s.rest) < len(before)
}

// token reads a token (RFC 9110 §5.6.2); "" where there is none.
func (s *scanner) token() string {
	end := strings.IndexFunc(s.rest, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
	if end < 0 {
		end = len(s.rest)
	}
	token := s.rest[:end]
	s.rest = s.rest[end:]
	return token
}

// value reads a token or a text in quotes (RFC 9110 §5.6.4).
func (s *scanner) value() (value string, ok bool) {
	if !strings.HasPrefix(s.rest, `"`) {
		value = s.token()
		return value, value != ""
	}
	var out strings.Builder
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			s.rest = s.rest[i+1:]
			return out.String(), true
		case c == '\\' && i+1 < len(s.rest):
			i++
			out.WriteByte(s.rest[i])
		default:
			out.WriteByte(c)
		}
	}
	return "", false
}

// token68 passes over what a scheme has instead of parameters (RFC 9110 §11.2).
func (s *scanner) token68() {
	end := strings.IndexFunc(s.rest, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._~+/", r)
	})
	if end < 0 {
		end = len(s.rest)
	}
	rest := strings.TrimLeft(strings.TrimLeft(s.rest[end:], "="), " \t")
	if rest == "" || rest[0] == ',' {
		s.rest = rest
	}
}
