package widget

import "strings"

// SectionURL returns where a section such as "RFC 7636 §4.2" can be read, or
// "" where it names neither an RFC nor OpenID Connect Core.
func SectionURL(section string) string {
	if part, ok := strings.CutPrefix(section, "OpenID Connect Core §"); ok {
		return "https://openid.net/specs/openid-connect-core-1_0.html#rfc.section." + part
	}
	rest, ok := strings.CutPrefix(section, "RFC ")
	if !ok {
		return ""
	}
	number, part, _ := strings.Cut(rest, " ")
	url := "https://www.rfc-editor.org/rfc/rfc" + number
	if part, ok = strings.CutPrefix(part, "§"); ok {
		url += "#section-" + part
	}
	return url
}
