package widget

import "strings"

// SectionURL returns where a section such as "RFC 7636 §4.2" can be read, or
// "" where it names neither an RFC nor OpenID Connect Core or Discovery.
func SectionURL(section string) string {
	for name, of := range map[string]string{"Core": "core", "Discovery": "discovery"} {
		if part, ok := strings.CutPrefix(section, "OpenID Connect "+name+" §"); ok {
			return "https://openid.net/specs/openid-connect-" + of + "-1_0.html#rfc.section." + part
		}
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
