package widget

import (
	"testing"
)

func TestSectionsHaveAddresses(t *testing.T) {
	for section, want := range map[string]string{
		"RFC 7636 §4.2":       "https://www.rfc-editor.org/rfc/rfc7636#section-4.2",
		"RFC 7636 appendix B": "https://www.rfc-editor.org/rfc/rfc7636",
		"OAuth 2.1 §4":        "",

		"OpenID Connect Core §3.1.2.1":  "https://openid.net/specs/openid-connect-core-1_0.html#rfc.section.3.1.2.1",
		"OpenID Connect Discovery §4.3": "https://openid.net/specs/openid-connect-discovery-1_0.html#rfc.section.4.3",
	} {
		if got := SectionURL(section); got != want {
			t.Errorf("%s is at %q, want %q", section, got, want)
		}
	}
}
